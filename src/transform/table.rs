//! The table of operations: one line each.

use super::Value;
use super::bind::{Bound, bind};
use super::error::{OpError, OpResult};
use super::ops::{
    access, arith, build, combine, concat, control, count, dataset, expression, groups, mask, math, numbers,
    order, python, reduce, select, shape, stats, text, unary, windows,
};
use crate::diag::{Diagnostic, did_you_mean, near};

/// What an operation touches of its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Touch {
    /// Dims, labels and plain arguments: its result is a view, and demands nothing by itself.
    Labels,
    /// All elements of its arguments.
    Elements,
}

/// One operation.
pub(crate) struct Operation {
    /// Its names, the usual one first.
    pub(crate) names: &'static [&'static str],
    /// Its parameters; see [`super::bind::bind`].
    pub(crate) signature: &'static str,
    /// What it does, one line.
    pub(crate) doc: &'static str,
    /// What it touches.
    pub(crate) touch: Touch,
    /// Does it. On arrays whose elements are not in memory it gives one of the right dims, labels
    /// and type without elements, or [`crate::data::DataError::Absent`].
    pub(crate) eval: fn(&Bound<'_>) -> OpResult,
}

/// An operation, as shown to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpInfo {
    /// Its names, the usual one first.
    pub names: &'static [&'static str],
    /// Its parameters: with `=` they may be left out; `*` takes more positional, `**` more named.
    pub signature: &'static str,
    /// What it does, one line.
    pub doc: &'static str,
}

/// All operations, by name.
pub fn ops() -> Vec<OpInfo> {
    let mut all: Vec<OpInfo> =
        TABLE.iter().map(|op| OpInfo { names: op.names, signature: op.signature, doc: op.doc }).collect();
    all.sort_by_key(|op| op.names[0]);
    all
}

/// The operation of this name.
pub(crate) fn find(name: &str) -> Option<&'static Operation> {
    TABLE.iter().find(|op| op.names.contains(&name))
}

/// What an operation makes of these arguments.
///
/// # Errors
/// As the operation; if there is none of this name.
pub(crate) fn apply(name: &str, args: Vec<Value>, kwargs: Vec<(String, Value)>) -> OpResult {
    let Some(operation) = find(name) else {
        let (message, help) = missing(name);
        return Err(OpError::with_help(message, help));
    };
    (operation.eval)(&bind(name, operation.signature, args, kwargs)?)
}

/// Checks a call without its arguments: that there is the operation, how many arguments it takes by
/// position, and their names.
///
/// # Errors
/// Unknown operations, with near names; those that need Python, with what to use instead; missing,
/// surplus and unknown arguments.
pub fn check_call(name: &str, num_args: usize, named: &[&str]) -> Result<(), Diagnostic> {
    let Some(operation) = find(name) else {
        let (message, help) = missing(name);
        return Err(Diagnostic::error(message).help(help));
    };
    let kwargs = named.iter().map(|name| ((*name).to_owned(), Value::None)).collect();
    match bind(name, operation.signature, vec![Value::None; num_args], kwargs) {
        Ok(_) => Ok(()),
        Err(error) => Err(Diagnostic::error(format!("`{name}` cannot be called so"))
            .caused_by(error.to_string())
            .help(error.help())),
    }
}

/// `np.`, `xr.`: a function of the module by name.
pub(crate) fn of_module(call: &Bound<'_>) -> OpResult {
    let Some(name) = call.need("name")?.as_text() else {
        return Err(super::bind::wants("name", "the name of a function", call.need("name")?));
    };
    let full = format!("{}{name}", call.name);
    if find(&full).is_none() {
        let known: Vec<&str> = TABLE
            .iter()
            .flat_map(|op| op.names)
            .copied()
            .filter(|known| known.starts_with(call.name))
            .collect();
        let help = match near(&full, known.iter().copied()) {
            Some(_) => did_you_mean(&full, known),
            None => Some("`shmplot ops` lists the operations there are".to_owned()),
        };
        return Err(OpError::with_help(format!("`{full}` needs a Python interpreter"), help));
    }
    apply(&full, call.rest.clone(), call.named.clone())
}

/// Whether there is an operation of this name, done or refused by name.
pub fn is_operation(name: &str) -> bool {
    find(name).is_some() || python_only(name).is_some()
}

/// Message and help for a name that is no operation here.
pub(crate) fn missing(name: &str) -> (String, Option<String>) {
    if let Some(instead) = python_only(name) {
        let message = format!("the operation `{name}` needs a Python interpreter");
        return (message, Some(instead.to_owned()));
    }
    let names = || TABLE.iter().flat_map(|op| op.names.iter().copied());
    let help = match near(name, names()) {
        Some(_) => did_you_mean(name, names().collect::<Vec<_>>()),
        None => Some("`shmplot ops` lists the operations there are".to_owned()),
    };
    (format!("there is no operation `{name}`"), help)
}

/// What to use instead of an operation that only Python can do.
fn python_only(name: &str) -> Option<&'static str> {
    const BEFORE: &str = "compute this before plotting, or with the operations that `shmplot ops` lists";
    Some(match name {
        "lambda" | "call_lambda" | "call" | "map" | ".map" | ".reduce" => {
            "write the formula with operations such as `add`, `mul`, `where`, `np.sqrt`"
        }
        "import" | "import_and_call" | "from_module" | "curve_fit" | "dantro.apply_along_axis" => BEFORE,
        ".to_dataframe" => "figures take arrays and datasets as they are: leave it out",
        ".chunk" => "data are read by demand anyway: leave it out",
        ".rolling_exp" | "setattr" | "setitem" | ".fill" | ".base" | ".flat" => BEFORE,
        "transform_coords" | ".coords.transform" => "use `.assign_coords` with computed labels",
        "complex" => "there are no complex numbers here: compute real and imaginary part before plotting",
        "build_object_array" | "expand_object_array" => {
            "there are no arrays of objects here: combine arrays by `xr.concat` or `xr.merge`"
        }
        ".argpartition" => "use `.argsort`",
        ".nonzero" => "use `.where` with `drop: true`",
        "xr.combine_by_coords" | "xr.combine_nested" => {
            "use `xr.concat`, `xr.merge` or `dantro.multi_concat`"
        }
        "extract_dim_names" | "extract_coords_from_attrs" => BEFORE,
        ".dt" | "np.isnat" => "use `.isnull`",
        "scipy." | "pd." | "nx." => BEFORE,
        _ if ["scipy.", "pd.", "nx."].iter().any(|module| name.starts_with(module)) => BEFORE,
        _ => return None,
    })
}

macro_rules! table {
    ($($touch:ident [$($name:literal),+], $signature:literal, $eval:path, $doc:literal;)+) => {
        static TABLE: &[Operation] = &[$(Operation {
            names: &[$($name),+],
            signature: $signature,
            doc: $doc,
            touch: Touch::$touch,
            eval: $eval,
        }),+];
    };
}

table! {
    // Access and control.
    Labels ["define", "pass"], "d", access::pass, "the value itself";
    Labels ["getitem", "[]"], "d, key", access::getitem, "an entry of a mapping, list or dataset, or a part of an array";
    Labels ["recursive_getitem"], "d, keys", access::recursive_getitem, "an entry of an entry of …";
    Labels [".data", ".values"], "d", access::data, "the array without labels";
    Labels [".coords"], "d, key=", access::coords, "a coordinate as an array labelled by itself, or all of them";
    Labels [".attrs"], "d, key=", access::members, "an attribute, or all of them";
    Labels [".data_vars"], "d, key=", access::members, "a dataset's variable, or all of them";
    Labels [".variables"], "d, key=", access::members, "a dataset's variable or coordinate, or all of them";
    Labels [".assign_attrs"], "d, attrs=, **kw", access::assign_attrs, "sets attributes";
    Labels [".name"], "d", access::property, "the array's name";
    Labels [".shape", "np.shape"], "d", access::property, "lengths of the axes";
    Labels [".ndim", "np.ndim"], "d", access::property, "number of axes";
    Labels [".size", "np.size"], "d", access::property, "number of elements";
    Labels [".dtype"], "d", access::property, "numpy's name of the element type";
    Labels [".nbytes"], "d", access::property, "bytes of the elements";
    Labels [".itemsize"], "d", access::property, "bytes of an element";
    Labels ["len"], "d", access::property, "length of a list, or of an array's first axis";
    Elements [".item"], "d", access::item, "the number in an array of one";
    Labels ["raise_SkipPlot"], "cond=, reason=, passthrough=", control::raise_skip, "ends the figure as skipped if cond is true (the default), else gives passthrough";
    Elements ["print"], "d, end=, fstr=, **values", control::print, "the value itself, which is shown to who runs the program";
    Elements ["expression"], "expr, symbols=, evaluate=, astype=", expression::expression, "a formula over tags, `prev` among them; ** is power, ^ is xor";
    Elements [".sel.item"], "d, *args, **kwargs", access::then_item, "selects one element by label, as a plain value";
    Elements [".isel.item"], "d, *args, **kwargs", access::then_item, "selects one element by position, as a plain value";
    Elements [".min.item"], "d, *args, **kwargs", access::then_item, "the smallest value, as a plain number";
    Elements [".max.item"], "d, *args, **kwargs", access::then_item, "the largest value, as a plain number";
    // Python.
    Elements ["list"], "d=", python::convert, "a list of the items, of a mapping's keys, or of an array's parts";
    Elements ["tuple"], "d=", python::convert, "a tuple of the items";
    Elements ["set"], "d=", python::convert, "the distinct items, in order of appearance";
    Elements ["dict"], "d=, **kw", python::convert, "a mapping from a mapping, pairs or named arguments";
    Elements ["int"], "d=", python::convert, "an integer, from a number (cut off) or text";
    Elements ["float"], "d=", python::convert, "a float, from a number or text";
    Elements ["bool"], "d=", python::convert, "whether Python takes it for true";
    Elements ["truth"], "d", python::convert, "whether Python takes it for true";
    Elements ["str"], "d=", python::convert, "its text";
    Elements ["repr"], "d", python::convert, "its text, as it is written in Python";
    Elements ["sorted"], "d, reverse=", python::convert, "a sorted list of the items";
    Elements ["min"], "d, *more, **kwargs", python::fold, "the smallest item (Python's: NaN is not looked after)";
    Elements ["max"], "d, *more, **kwargs", python::fold, "the largest item (Python's: NaN is not looked after)";
    Elements ["sum"], "d, *start", python::fold, "the sum of the items";
    Elements ["any"], "d", python::fold, "whether any item is true";
    Elements ["all"], "d", python::fold, "whether all items are true";
    Elements ["contains"], "a, b", python::contains, "whether b is in a";
    Elements ["in"], "a, b", python::contains, "whether a is in b";
    Elements ["not in"], "a, b", python::contains, "whether a is not in b";
    Elements ["in interval"], "d, interval", python::interval, "whether low <= d <= high, element by element";
    Elements ["not in interval"], "d, interval", python::interval, "whether d < low or d > high, element by element";
    Elements ["concat"], "a, b", python::concat, "one list after another";
    Elements [".format"], "d, *args, **kwargs", text::format, "a format string with values put in";
    Elements [".join"], "d, parts", python::join, "texts joined, d between them";
    Elements [".split"], "d, sep=, maxsplit=", python::split, "a text split at blanks, or at sep";
    Elements ["np."], "name, *args, **kwargs", of_module, "a function of numpy by name, if it is among the operations";
    Elements ["xr."], "name, *args, **kwargs", of_module, "a function of xarray by name, if it is among the operations";
    Elements ["math."], "name, *args", math::math, "a function of Python's math by name";
    // Selection.
    Labels [".isel"], "d, indexers=, drop=, missing_dims=, **dims", select::isel, "selects by position: a number, list or slice a dim";
    Labels [".sel"], "d, indexers=, method=, tolerance=, drop=, **dims", select::sel, "selects by label: a label, list or slice (both ends) a dim";
    Labels [".head"], "d, indexers=, **dims", select::head, "the first 5, or so many, along dims";
    Labels [".tail"], "d, indexers=, **dims", select::head, "the last 5, or so many, along dims";
    Labels [".thin"], "d, indexers=, **dims", select::head, "every n-th along dims";
    Labels [".squeeze"], "d, dim=, drop=", select::squeeze, "drops dims of length 1; their labels stay as scalar coordinates";
    Labels [".squeeze_with_drop"], "d, dim=", select::squeeze, "drops dims of length 1 and their labels";
    Labels [".drop_vars"], "d, names", select::drop_vars, "removes coordinates, or variables of a dataset";
    Labels [".drop_sel"], "d, indexers=, errors=, **dims", select::drop_selected, "leaves out labels along dims";
    Labels [".drop_isel"], "d, indexers=, **dims", select::drop_selected, "leaves out positions along dims";
    Labels [".drop_dims"], "d, dims", select::drop_dims, "a dataset without the variables that have some dims";
    Labels [".reset_coords"], "d, names=, drop=", shape::reset_coords, "drops coordinates that label no dim (drop: true)";
    Elements [".dropna"], "d, dim, how=, thresh=", order::dropna, "leaves out the indices along a dim where values are missing";
    Elements [".isin"], "d, test_elements", order::isin, "whether elements are among some values";
    Elements [".ffill"], "d, dim, limit=", order::fill, "missing values become the last one before";
    Elements [".bfill"], "d, dim, limit=", order::fill, "missing values become the next one after";
    Elements [".interpolate_na"], "d, dim, method=, limit=, use_coordinate=, max_gap=, keep_attrs=, fill_value=", order::interpolate, "missing values interpolated along a dim";
    // Order.
    Elements [".argsort", "np.argsort"], "d, axis=, kind=, order=", order::sort, "the positions that sort along the last axis, or another";
    Elements [".sort", "np.sort"], "d, axis=, kind=, order=", order::sort, "sorted along the last axis, or another";
    Elements [".sortby"], "d, variables, ascending=", order::sortby, "sorted by the labels of dims";
    Elements [".rank"], "d, dim, pct=, keep_attrs=", order::rank, "ranks along a dim, from 1; equal ones share their mean";
    Labels [".roll"], "d, shifts=, roll_coords=, **dims", order::roll, "elements moved round along dims";
    Elements ["np.unique"], "d, return_counts=", order::unique, "the distinct values, rising";
    // Reductions.
    Elements [".sum", "np.sum", "np.nansum"], "d, dim=, skipna=, min_count=, keep_attrs=, axis=", reduce::eval, "sum";
    Elements [".prod", "np.prod", "np.nanprod"], "d, dim=, skipna=, min_count=, keep_attrs=, axis=", reduce::eval, "product";
    Elements [".mean", "np.mean", "np.nanmean"], "d, dim=, skipna=, keep_attrs=, axis=", reduce::eval, "mean";
    Elements [".std", "np.std", "np.nanstd"], "d, dim=, skipna=, ddof=, keep_attrs=, axis=", reduce::eval, "standard deviation";
    Elements [".var", "np.var", "np.nanvar"], "d, dim=, skipna=, ddof=, keep_attrs=, axis=", reduce::eval, "variance";
    Elements [".min", "np.min", "np.nanmin"], "d, dim=, skipna=, keep_attrs=, axis=", reduce::eval, "smallest value";
    Elements [".max", "np.max", "np.nanmax"], "d, dim=, skipna=, keep_attrs=, axis=", reduce::eval, "largest value";
    Elements [".median", "np.median", "np.nanmedian"], "d, dim=, skipna=, keep_attrs=, axis=", reduce::eval, "median";
    Elements [".count"], "d, dim=, keep_attrs=, axis=", reduce::eval, "number of values that are not missing";
    Elements [".any", "np.any"], "d, dim=, keep_attrs=, axis=", reduce::eval, "whether any value is true";
    Elements [".all", "np.all"], "d, dim=, keep_attrs=, axis=", reduce::eval, "whether all values are true";
    Elements [".argmin", "np.argmin"], "d, dim=, skipna=, keep_attrs=, axis=", reduce::eval, "position of the smallest value along a dim";
    Elements [".argmax", "np.argmax"], "d, dim=, skipna=, keep_attrs=, axis=", reduce::eval, "position of the largest value along a dim";
    Elements [".cumsum", "np.cumsum"], "d, dim=, skipna=, keep_attrs=, axis=", reduce::cumulate, "running sum (missing values count 0)";
    Elements [".cumprod", "np.cumprod"], "d, dim=, skipna=, keep_attrs=, axis=", reduce::cumulate, "running product (missing values count 1)";
    Elements [".quantile"], "d, q, dim=, method=, keep_attrs=, skipna=", reduce::quantile, "quantiles, linearly interpolated; a list of them is a new first dim";
    Elements ["normalize_to_sum"], "d", reduce::normalize, "d over its sum";
    Elements ["normalize_to_max"], "d", reduce::normalize, "d over its largest value";
    // Arithmetic.
    Elements ["add", "+", "np.add"], "a, b", arith::binary, "a + b";
    Elements ["sub", "-", "np.subtract"], "a, b", arith::binary, "a - b";
    Elements ["mul", "*", "np.multiply"], "a, b", arith::binary, "a * b";
    Elements ["div", "truediv", "/", "np.divide", "np.true_divide"], "a, b", arith::binary, "a / b";
    Elements ["floordiv", "//", "np.floor_divide"], "a, b", arith::binary, "a / b, rounded down";
    Elements ["mod", "%", "np.mod", "np.remainder"], "a, b", arith::binary, "remainder of a / b, with the sign of b";
    Elements ["pow", "**", "np.power"], "a, b", arith::binary, "a to the power of b";
    Elements ["==", "eq", "np.equal"], "a, b", arith::binary, "a equal to b";
    Elements ["!=", "ne", "np.not_equal"], "a, b", arith::binary, "a not equal to b";
    Elements ["<", "lt", "np.less"], "a, b", arith::binary, "a less than b";
    Elements ["<=", "le", "np.less_equal"], "a, b", arith::binary, "a less than or equal to b";
    Elements [">", "gt", "np.greater"], "a, b", arith::binary, "a greater than b";
    Elements [">=", "ge", "np.greater_equal"], "a, b", arith::binary, "a greater than or equal to b";
    Elements ["^", "xor", "np.bitwise_xor"], "a, b", arith::binary, "one or the other but not both (bits of integers)";
    Elements ["&", "np.bitwise_and"], "a, b", arith::binary, "both (bits of integers)";
    Elements ["|", "np.bitwise_or"], "a, b", arith::binary, "one or both (bits of integers)";
    Elements ["np.logical_and"], "a, b", numbers::logical, "both are true";
    Elements ["np.logical_or"], "a, b", numbers::logical, "one or both are true";
    Elements ["np.logical_xor"], "a, b", numbers::logical, "just one is true";
    Elements ["lshift"], "a, b", arith::binary, "bits moved up";
    Elements ["rshift"], "a, b", arith::binary, "bits moved down";
    Elements ["np.fmod"], "a, b", arith::binary, "remainder of a / b, with the sign of a";
    Elements ["np.maximum"], "a, b", arith::binary, "the larger of both, element by element; NaN if one is";
    Elements ["np.minimum"], "a, b", arith::binary, "the smaller of both, element by element; NaN if one is";
    Elements ["np.fmax"], "a, b", arith::binary, "the larger of both, element by element; NaN is skipped";
    Elements ["np.fmin"], "a, b", arith::binary, "the smaller of both, element by element; NaN is skipped";
    Elements ["np.hypot"], "a, b", arith::binary, "square root of a * a + b * b";
    Elements ["np.arctan2"], "a, b", arith::binary, "angle of the point (b, a)";
    Elements ["np.copysign"], "a, b", arith::binary, "a with the sign of b";
    Elements ["matmul", "np.matmul"], "a, b", build::products, "matrix product; of labelled arrays over their shared dims";
    Elements ["np.dot"], "a, b", build::products, "matrix product";
    Elements ["np.outer"], "a, b", build::products, "each element by each";
    Elements ["np.clip"], "d, min=, max=", build::clip, "between two ends";
    Elements ["np.isclose"], "a, b, rtol=, atol=, equal_nan=", build::close, "whether both are nearly equal";
    Elements ["np.allclose"], "a, b, rtol=, atol=, equal_nan=", build::close, "whether all are nearly equal";
    Elements ["np.nan_to_num"], "d, copy=, nan=, posinf=, neginf=", numbers::nan_to_num, "NaN as 0, infinities as the largest numbers";
    Elements ["increment"], "d", arith::step, "d + 1";
    Elements ["decrement"], "d", arith::step, "d - 1";
    Elements ["neg", "np.negative"], "d", unary::eval, "-d";
    Elements ["pos"], "d", unary::eval, "+d";
    Elements ["abs", "np.abs", "np.absolute", "np.fabs"], "d", unary::eval, "absolute value";
    Elements ["squared", "np.square"], "d", unary::eval, "d * d";
    Elements ["cubed"], "d", unary::eval, "d * d * d";
    Elements ["sqrt", "np.sqrt"], "d", unary::eval, "square root";
    Elements ["sqrt3", "np.cbrt"], "d", unary::eval, "cube root";
    Elements ["log", "np.log"], "d", unary::eval, "natural logarithm";
    Elements ["log10", "np.log10"], "d", unary::eval, "logarithm to base 10";
    Elements ["log2", "np.log2"], "d", unary::eval, "logarithm to base 2";
    Elements ["log1p", "np.log1p"], "d", unary::eval, "natural logarithm of 1 + d";
    Elements ["np.exp"], "d", unary::eval, "exponential";
    Elements ["np.expm1"], "d", unary::eval, "exponential less 1";
    Elements ["np.sin"], "d", unary::eval, "sine";
    Elements ["np.cos"], "d", unary::eval, "cosine";
    Elements ["np.tan"], "d", unary::eval, "tangent";
    Elements ["np.arcsin"], "d", unary::eval, "inverse sine";
    Elements ["np.arccos"], "d", unary::eval, "inverse cosine";
    Elements ["np.arctan"], "d", unary::eval, "inverse tangent";
    Elements ["np.sinh"], "d", unary::eval, "hyperbolic sine";
    Elements ["np.cosh"], "d", unary::eval, "hyperbolic cosine";
    Elements ["np.tanh"], "d", unary::eval, "hyperbolic tangent";
    Elements ["np.arcsinh"], "d", unary::eval, "inverse hyperbolic sine";
    Elements ["np.arccosh"], "d", unary::eval, "inverse hyperbolic cosine";
    Elements ["np.arctanh"], "d", unary::eval, "inverse hyperbolic tangent";
    Elements ["np.exp2"], "d", unary::eval, "2 to the power of d";
    Elements ["np.deg2rad", "np.radians"], "d", unary::eval, "degrees as radians";
    Elements ["np.rad2deg", "np.degrees"], "d", unary::eval, "radians as degrees";
    Elements ["np.rint"], "d", unary::eval, "rounded to integers, halves to even";
    Elements ["np.trunc", "np.fix"], "d", unary::eval, "cut off towards 0";
    Elements ["np.reciprocal"], "d", unary::eval, "1 / d";
    Elements ["np.sinc"], "d", unary::eval, "sin(pi d) / (pi d)";
    Elements ["np.signbit"], "d", unary::eval, "whether it has a minus sign";
    Elements ["np.logical_not"], "d", unary::eval, "whether it is false";
    Elements ["np.isposinf"], "d", unary::eval, "whether it is plus infinity";
    Elements ["np.isneginf"], "d", unary::eval, "whether it is minus infinity";
    Elements ["np.isreal"], "d", unary::eval, "whether it is real: true";
    Elements [".real", "np.real"], "d", unary::eval, "the real part: itself";
    Elements [".imag", "np.imag"], "d", unary::eval, "the imaginary part: 0";
    Elements ["np.ceil"], "d", unary::eval, "rounded up";
    Elements ["np.floor"], "d", unary::eval, "rounded down";
    Elements ["np.round", ".round"], "d, decimals=", unary::round, "rounded, halves to even";
    Elements ["np.sign"], "d", unary::eval, "-1, 0 or 1";
    Elements ["np.isnan"], "d", unary::eval, "whether it is NaN";
    Elements ["np.isfinite"], "d", unary::eval, "whether it is finite";
    Elements ["np.isinf"], "d", unary::eval, "whether it is infinite";
    Elements [".isnull"], "d", mask::isnull, "whether it is missing (NaN or not-a-time)";
    Elements [".notnull"], "d", mask::isnull, "whether it is not missing";
    Elements ["invert", "np.invert"], "d", unary::eval, "not d (bool), or all bits turned";
    // Masks.
    Elements [".where"], "d, cond, other=, drop=", mask::where_method, "d where cond is true, else NaN or `other`";
    Elements ["where"], "d, operator, value", mask::where_operator, "d where the comparison holds, else NaN";
    Elements ["np.where"], "cond, a, b", mask::np_where, "a where cond is true, else b";
    Elements ["create_mask"], "d, operator, value", mask::create_mask, "whether the comparison holds";
    Elements [".fillna"], "d, value", mask::fillna, "missing values replaced";
    Elements ["xr.where"], "cond, a, b", mask::np_where, "a where cond is true, else b, labelled";
    // Shape and labels.
    Labels [".swap_dims"], "d, dims_dict=, **dims", shape::swap_dims, "other coordinates as labels of dims";
    Labels [".transpose"], "d, *dims", shape::transpose, "axes in another order (without dims: reversed)";
    Labels [".T"], "d", shape::transpose, "axes reversed";
    Labels ["dantro.expand_dims"], "d, dim=, axis=", shape::expand_dims_of_any, "new dims in front of an array or a plain value";
    Labels [".rename", ".rename_vars", ".rename_dims"], "d, new=, **names", shape::rename, "other names for dims and coordinates, or for the array";
    Labels [".expand_dims"], "d, dim=, axis=, **dims", shape::expand_dims, "new dims in front";
    Labels [".assign_coords"], "d, coords=, **kw", shape::assign_coords, "sets labels";
    Elements [".astype"], "d, dtype, copy=", shape::astype, "another element type, by numpy's name";
    Elements [".diff"], "d, dim, n=, label=", shape::diff, "differences of neighbours along a dim";
    // Windows and groups.
    Labels [".rolling"], "d, dim=, min_periods=, center=, **dims", windows::rolling, "windows of so many elements that move along dims, for `callattr`";
    Labels [".coarsen"], "d, dim=, boundary=, side=, coord_func=, **dims", windows::coarsen, "blocks of so many elements along dims, for `callattr`";
    Labels [".groupby"], "d, group=, squeeze=, restore_coord_dims=", groups::groupby, "groups of equal values of a coordinate, for `callattr`";
    Labels [".groupby_bins"], "d, group, bins, right=, labels=, precision=, include_lowest=, squeeze=, restore_coord_dims=", groups::groupby_bins, "groups by intervals of a coordinate, for `callattr`";
    Labels [".weighted"], "d, weights", windows::weighted, "the array with weights, for `callattr` with mean, sum, std, var";
    Elements ["callattr", ".()"], "d, method, *args, **kwargs", windows::callattr, "calls a method by name: a reduction of windows and groups, or an operation";
    Labels ["getattr", "."], "d, name", windows::getattr, "a property by name";
    // Datasets and statistics.
    Labels ["(combine)"], "cells, dims, method, named=", combine::combine, "what the universes of a multiverse have, on the grid of its parameters";
    Labels ["xr.Dataset"], "data_vars=, coords=, attrs=", dataset::dataset, "several arrays by name; labels that differ are united";
    Labels ["xr.DataArray"], "data, coords=, dims=, name=, attrs=", dataset::data_array, "an array with dims and labels";
    Elements ["xr.concat"], "objs, dim, data_vars=, coords=, compat=, join=, combine_attrs=", concat::concat, "arrays or datasets one after another, along a dim of theirs or a new one";
    Elements ["dantro.multi_concat"], "arrs, dims, join=, compat=, coords=", concat::multi_concat, "lists of lists … of arrays, concatenated along one dim a level";
    Elements ["xr.merge"], "objects, compat=, join=", dataset::merge, "named arrays and datasets as one dataset; what is missing in one is taken from another";
    Elements ["dantro.merge"], "objects, reduce_to_array=, compat=, join=", dataset::merge, "as `xr.merge`; with `reduce_to_array` the only variable";
    Elements ["xr.align"], "*objects, join=, exclude=", concat::align, "the arrays with labels in common (join: inner, outer, left, right, exact)";
    Elements [".broadcast_like"], "d, other, exclude=", concat::broadcast_like, "repeated along the dims of another array";
    Elements [".assign"], "d, variables=, **kwargs", dataset::assign, "a dataset with more variables, or others";
    Elements [".assign_var"], "ds, name, var", dataset::assign_var, "a dataset with one variable more";
    Elements [".to_array", ".to_dataarray"], "d, dim=, name=", dataset::to_one_array, "the variables of a dataset along a new first dim";
    Elements ["count_unique"], "d, dims=", count::count_unique, "how often each value stands there, along a new dim `unique`";
    Elements ["np.histogram"], "d, bins=, range=, density=, weights=", stats::histogram, "counts and edges of bins";
    Elements ["np.digitize"], "d, bins, right=", numbers::digitize, "the number of the bin of each element";
    Elements ["np.count_nonzero"], "d, axis=, keepdims=", numbers::count_nonzero, "number of elements that are not 0";
    Elements ["np.percentile", "np.nanpercentile"], "d, q, axis=, method=", numbers::percentile, "percentiles, q from 0 to 100";
    Elements ["np.quantile", "np.nanquantile"], "d, q, axis=, method=", numbers::percentile, "quantiles, q from 0 to 1";
    Elements ["np.average"], "d, axis=, weights=", numbers::average, "mean, with weights if given";
    Elements ["np.ptp"], "d, axis=", numbers::spread, "the largest less the smallest";
    Elements ["np.diff"], "d, n=, axis=", numbers::diff, "differences of neighbours along an axis";
    Elements ["np.gradient"], "d, *spacing, **kwargs", numbers::gradient, "central differences along an axis";
    Elements ["np.interp"], "d, xp, fp, left=, right=", numbers::interp, "linear interpolation between points";
    Elements ["np.meshgrid"], "d, *axes, **kwargs", numbers::meshgrid, "the coordinates of a grid";
    Elements ["cumulate"], "d, **kwargs", numbers::cumulate, "running sum";
    Elements ["cumulate_complementary"], "d, **kwargs", numbers::cumulate, "running sum from the end";
    Elements [".polyfit"], "d, dim, deg, skipna=", numbers::polyfit, "coefficients of the nearest polynomial along a dim";
    // Array building.
    Elements ["np.array", "np.asarray"], "d, dtype=", build::array, "a bare array";
    Elements ["np.isscalar"], "d", python::convert, "whether it is a single number or text";
    Elements ["np.float64", "np.float32", "np.int64", "np.int32", "np.int16", "np.int8", "np.uint64", "np.uint32", "np.uint16", "np.uint8"], "d", build::typed, "a number of this element type";
    Elements ["np.zeros"], "shape, dtype=, order=", build::filled, "zeros";
    Elements ["np.ones"], "shape, dtype=, order=", build::filled, "ones";
    Elements ["np.empty"], "shape, dtype=, order=", build::filled, "an array to be filled: zeros";
    Elements ["np.full"], "shape, fill_value, dtype=, order=", build::filled, "one value everywhere";
    Labels ["np.zeros_like", "xr.zeros_like"], "d, dtype=", build::filled, "zeros in the shape of d";
    Labels ["np.ones_like", "xr.ones_like"], "d, dtype=", build::filled, "ones in the shape of d";
    Labels ["np.empty_like"], "d, dtype=", build::filled, "zeros in the shape of d";
    Labels ["np.full_like", "xr.full_like"], "d, fill_value, dtype=", build::filled, "one value in the shape of d";
    Elements ["np.eye"], "n, m=, k=, dtype=", build::series, "ones on a diagonal, else zeros";
    Elements ["np.arange"], "start=, stop=, step=, dtype=", build::series, "numbers in steps, without the end";
    Elements ["np.linspace"], "start, stop, num=, endpoint=, dtype=", build::series, "so many numbers at equal distances, with the end";
    Elements ["np.logspace"], "start, stop, num=, endpoint=, base=, dtype=", build::series, "powers of base of equal distances";
    Elements ["np.geomspace"], "start, stop, num=, endpoint=, dtype=", build::series, "so many numbers of equal ratios";
    Elements ["np.flip"], "d, axis=", build::rearrange, "the elements in reverse order along axes";
    Elements ["np.reshape", ".reshape"], "d, shape, order=", build::reshape, "the elements in another shape";
    Elements [".flatten", "np.ravel"], "d", build::reshape, "the elements in one axis";
    Elements ["np.take", ".take"], "d, indices, axis=, mode=", build::rearrange, "elements by position";
    Elements ["np.repeat"], "d, repeats, axis=", build::rearrange, "each element so many times";
    Elements ["np.roll"], "d, shift, axis=", build::rearrange, "elements moved round";
    Elements ["np.tile"], "d, reps", build::rearrange, "the array so many times over";
    Elements ["np.squeeze"], "d, axis=", build::rearrange, "without axes of length 1";
    Elements ["np.append"], "d, values, axis=", build::rearrange, "values put behind";
    Elements [".swapaxes", "np.swapaxes"], "d, a, b, axis=", build::rearrange, "two axes exchanged";
    Elements ["np.transpose"], "d, axes=, axis=", build::rearrange, "axes in another order";
    Elements [".diagonal", "np.diagonal"], "d, axis=", build::rearrange, "the diagonal of a matrix";
    Elements [".trace", "np.trace"], "d, axis=", build::rearrange, "the sum of the diagonal";
    Elements ["np.stack"], "arrays, axis=", build::join, "arrays along a new axis";
    Elements ["np.concatenate"], "arrays, axis=", build::join, "arrays one after another along an axis";
    Elements ["np.hstack"], "arrays, axis=", build::join, "arrays beside each other";
    Elements ["np.vstack"], "arrays, axis=", build::join, "arrays below each other";
    Elements ["populate_ndarray"], "objs, shape=, dtype=, order=, out=, ufunc=", build::populate, "numbers in a shape";
}
