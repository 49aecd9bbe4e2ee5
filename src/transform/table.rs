//! The table of operations: one line each.

use super::Value;
use super::bind::{Bound, bind};
use super::error::{OpError, OpResult};
use super::ops::{
    access, arith, combine, concat, control, count, dataset, expression, groups, mask, reduce, select, shape,
    stats, unary, windows,
};
use crate::diag::{did_you_mean, near};

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
        "math." | "np." | "xr." | "scipy." | "pd." | "nx." => BEFORE,
        _ if ["math.", "scipy.", "pd.", "nx."].iter().any(|module| name.starts_with(module)) => BEFORE,
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
    Labels [".coords"], "d, key", access::coords, "a coordinate as an array labelled by itself";
    Labels [".name"], "d", access::property, "the array's name";
    Labels [".shape"], "d", access::property, "lengths of the axes";
    Labels [".ndim"], "d", access::property, "number of axes";
    Labels [".size"], "d", access::property, "number of elements";
    Labels [".dtype"], "d", access::property, "numpy's name of the element type";
    Labels ["len"], "d", access::property, "length of a list, or of an array's first axis";
    Elements [".item"], "d", access::item, "the number in an array of one";
    Labels ["raise_SkipPlot"], "cond=, reason=, passthrough=", control::raise_skip, "ends the figure as skipped if cond is true (the default), else gives passthrough";
    Elements ["print"], "d, end=, fstr=, **values", control::print, "the value itself, which is shown to who runs the program";
    Elements ["expression"], "expr, symbols=, evaluate=, astype=", expression::expression, "a formula over tags, `prev` among them; ** is power, ^ is xor";
    // Selection.
    Labels [".isel"], "d, indexers=, drop=, missing_dims=, **dims", select::isel, "selects by position: a number, list or slice a dim";
    Labels [".sel"], "d, indexers=, method=, tolerance=, drop=, **dims", select::sel, "selects by label: a label, list or slice (both ends) a dim";
    Labels [".head"], "d, indexers=, **dims", select::head, "the first 5, or so many, along dims";
    Labels [".tail"], "d, indexers=, **dims", select::head, "the last 5, or so many, along dims";
    Labels [".thin"], "d, indexers=, **dims", select::head, "every n-th along dims";
    Labels [".squeeze"], "d, dim=, drop=", select::squeeze, "drops dims of length 1; their labels stay as scalar coordinates";
    Labels [".squeeze_with_drop"], "d, dim=", select::squeeze, "drops dims of length 1 and their labels";
    Labels [".drop_vars"], "d, names", select::drop_vars, "removes coordinates, or variables of a dataset";
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
    Elements ["add", "+"], "a, b", arith::binary, "a + b";
    Elements ["sub", "-"], "a, b", arith::binary, "a - b";
    Elements ["mul", "*"], "a, b", arith::binary, "a * b";
    Elements ["div", "truediv", "/"], "a, b", arith::binary, "a / b";
    Elements ["floordiv", "//"], "a, b", arith::binary, "a / b, rounded down";
    Elements ["mod", "%"], "a, b", arith::binary, "remainder of a / b, with the sign of b";
    Elements ["pow", "**", "np.power"], "a, b", arith::binary, "a to the power of b";
    Elements ["==", "eq"], "a, b", arith::binary, "a equal to b";
    Elements ["!=", "ne"], "a, b", arith::binary, "a not equal to b";
    Elements ["<", "lt"], "a, b", arith::binary, "a less than b";
    Elements ["<=", "le"], "a, b", arith::binary, "a less than or equal to b";
    Elements [">", "gt"], "a, b", arith::binary, "a greater than b";
    Elements [">=", "ge"], "a, b", arith::binary, "a greater than or equal to b";
    Elements ["increment"], "d", arith::step, "d + 1";
    Elements ["decrement"], "d", arith::step, "d - 1";
    Elements ["neg"], "d", unary::eval, "-d";
    Elements ["pos"], "d", unary::eval, "+d";
    Elements ["abs", "np.abs"], "d", unary::eval, "absolute value";
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
    // Shape and labels.
    Labels [".transpose"], "d, *dims", shape::transpose, "axes in another order (without dims: reversed)";
    Labels [".T"], "d", shape::transpose, "axes reversed";
    Labels [".rename"], "d, new=, **names", shape::rename, "other names for dims and coordinates, or for the array";
    Labels ["dantro.expand_dims"], "d, dim=, axis=", shape::expand_dims_of_any, "new dims in front of an array or a plain value";
    Labels [".expand_dims"], "d, dim=, axis=, **dims", shape::expand_dims, "new dims in front";
    Labels [".assign_coords"], "d, coords=, **kw", shape::assign_coords, "sets labels";
    Elements [".astype"], "d, dtype", shape::astype, "another element type, by numpy's name";
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
    Elements ["np.histogram"], "d, bins=, range=, density=", stats::histogram, "counts and edges of bins";
}
