//! Parts of results: where only some of what an operation gives is selected, only that is computed.
//!
//! Owns which operations can be computed in part, and how: each element of their result follows from
//! those at its own place along shared dims. So their arguments are cut to what is wanted, and the
//! result is as large as the whole, with elements where they were wanted. What is wanted is found by
//! [`reach`](super::reach); evaluation only follows.

use super::Value;
use super::eval::{call, without_elements};
use super::ops::HIDDEN;
use super::ops::align::same;
use super::ops::mask;
use crate::data::{DataError, Dim, Grid, IndexSet, Labelled, LeafDemand, Part, Pick};
use crate::diag::{Diagnostic, Place};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The wanted parts of nodes by [`Graph::digest`](super::Graph::digest); what is not here is wanted
/// as a whole.
pub type Cuts = BTreeMap<u128, Cut>;

/// What is wanted of a node's value, an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The value's dims.
    pub dims: Vec<Dim>,
    /// Its lengths.
    pub shape: Vec<usize>,
    /// Per axis the wanted indices.
    pub wanted: LeafDemand,
    /// Of `.where` with `drop`: along these dims the argument's indices that are kept.
    kept: BTreeMap<String, Vec<usize>>,
}

/// Operations on elements: their arguments are aligned and repeated by dims and labels.
#[rustfmt::skip]
const ELEMENTS: &[&str] = &[
    "increment", "decrement", "neg", "np.negative", "pos", "abs", "np.abs", "np.absolute", "np.fabs",
    "squared", "np.square", "cubed", "sqrt", "np.sqrt", "sqrt3", "np.cbrt", "log", "np.log", "log10",
    "np.log10", "log2", "np.log2", "log1p", "np.log1p", "np.exp", "np.expm1", "np.sin", "np.cos",
    "np.tan", "np.arcsin", "np.arccos", "np.arctan", "np.sinh", "np.cosh", "np.tanh", "np.arcsinh",
    "np.arccosh", "np.arctanh", "np.exp2", "np.deg2rad", "np.radians", "np.rad2deg", "np.degrees",
    "np.rint", "np.trunc", "np.fix", "np.reciprocal", "np.sinc", "np.signbit", "np.logical_not",
    "np.isposinf", "np.isneginf", "np.isreal", ".real", "np.real", ".imag", "np.imag", "np.ceil",
    "np.floor", "np.round", ".round", "np.sign", "np.isnan", "np.isfinite", "np.isinf", ".isnull",
    ".notnull", "invert", "np.invert", "where", "create_mask", ".fillna", ".astype", "np.clip",
    "np.nan_to_num", "add", "+", "np.add", "sub", "-", "np.subtract", "mul", "*", "np.multiply", "div",
    "truediv", "/", "np.divide", "np.true_divide", "floordiv", "//", "np.floor_divide", "mod", "%",
    "np.mod", "np.remainder", "pow", "**", "np.power", "==", "eq", "np.equal", "!=", "ne",
    "np.not_equal", "<", "lt", "np.less", "<=", "le", "np.less_equal", ">", "gt", "np.greater", ">=",
    "ge", "np.greater_equal", "np.fmod", "np.maximum", "np.minimum", "np.fmax", "np.fmin", "np.hypot",
    "np.arctan2", "np.copysign", "np.logical_and", "np.logical_or", "in interval", "not in interval",
    "&", "np.bitwise_and", "|", "np.bitwise_or", "np.logical_xor", ".where", "np.where", "xr.where",
];

/// Reductions of their first argument; the dims that remain are independent of each other.
#[rustfmt::skip]
const REDUCE: &[&str] = &[
    ".sum", "np.sum", "np.nansum", ".prod", "np.prod", "np.nanprod", ".mean", "np.mean", "np.nanmean",
    ".std", "np.std", "np.nanstd", ".var", "np.var", "np.nanvar", ".min", "np.min", "np.nanmin", ".max",
    "np.max", "np.nanmax", ".median", "np.median", "np.nanmedian", ".count", ".any", "np.any", ".all",
    "np.all", ".argmin", "np.argmin", ".argmax", "np.argmax", ".quantile",
];

/// Whether an operation can be computed in part.
pub(super) fn is_cut(name: &str) -> bool {
    ELEMENTS.contains(&name) || REDUCE.contains(&name)
}

/// How the result of a call can be computed in part, and along which of its axes; `None` if only as a
/// whole. Arguments and result without elements, but with the marks of [`reach`](super::reach).
pub(super) fn of_call(
    name: &str,
    args: &[Value],
    kwargs: &[(String, Value)],
    result: &Labelled,
) -> Option<(Cut, Vec<bool>)> {
    if result.ndim() == 0 || result.dtype().size().is_none() || result.shape.contains(&0) {
        return None;
    }
    let all = || args.iter().chain(kwargs.iter().map(|(_, value)| value));
    let mut operands: Vec<&Labelled> = Vec::new();
    for value in all() {
        match value {
            Value::Array(array) => operands.push(array),
            other if is_plain(other) => {}
            _ => return None,
        }
    }
    // What does not come from leaves is there as a whole.
    if !operands.iter().any(|array| is_marked(array)) {
        return None;
    }
    // Axes without names beside named ones are matched by position.
    let is_nameless = |dim: &Dim| dim.as_str().starts_with("dim_");
    let mut with_axes = operands.iter().filter(|array| array.ndim() > 0);
    let is_mixed = with_axes.clone().any(|array| array.dims.iter().all(is_nameless))
        && with_axes.any(|array| !array.dims.iter().all(is_nameless));
    if is_mixed {
        return None;
    }
    if REDUCE.contains(&name) && !(operands.len() == 1 && matches!(args.first(), Some(Value::Array(_)))) {
        return None;
    }
    let kept = match kwargs.iter().find(|(key, _)| key == "drop") {
        Some((_, Value::Bool(true))) if name == ".where" => kept(args, kwargs)?,
        Some((_, Value::Bool(false))) | None => BTreeMap::new(),
        _ => return None,
    };
    let mut narrow = Vec::with_capacity(result.ndim());
    for (dim, len) in result.dims.iter().zip(&result.shape) {
        let with: Vec<&&Labelled> =
            operands.iter().filter(|array| array.axis(dim.as_str()).is_some()).collect();
        let len = match kept.get(dim.as_str()) {
            Some(list) if list.len() != *len => return None,
            Some(_) => with.first()?.len_of(dim.as_str())?,
            None => *len,
        };
        let alike = with.iter().all(|array| array.len_of(dim.as_str()) == Some(len));
        let mut labels = with.iter().filter_map(|array| array.coords.index(dim));
        let first = labels.next();
        let same = labels.all(|other| first.is_some_and(|first| same(first, other).unwrap_or(false)));
        let is_narrow = !with.is_empty() && alike && same;
        if !is_narrow && kept.contains_key(dim.as_str()) {
            return None;
        }
        narrow.push(is_narrow);
    }
    if !narrow.contains(&true) {
        return None;
    }
    let (dims, shape) = (result.dims.clone(), result.shape.clone());
    let wanted = LeafDemand::all(&shape);
    Some((Cut { dims, shape, wanted, kept }, narrow))
}

/// Whether an array is, or follows from, elements of leaves.
fn is_marked(array: &Labelled) -> bool {
    array.coords.iter().any(|(name, _)| name.starts_with(HIDDEN))
}

/// Whether a value holds no array.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Array(_) | Value::Bare(_) | Value::Dataset(_) | Value::Windows(_) => false,
        Value::List(items) | Value::Tuple(items) => items.iter().all(is_plain),
        Value::Map(entries) => entries.iter().all(|(key, value)| is_plain(key) && is_plain(value)),
        Value::Slice(parts) => parts.iter().all(is_plain),
        Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => true,
    }
}

/// The indices that `.where` keeps along each dim of a condition that is known without data.
fn kept(args: &[Value], kwargs: &[(String, Value)]) -> Option<BTreeMap<String, Vec<usize>>> {
    if args.len() > 3 {
        return None;
    }
    let cond =
        args.get(1).or_else(|| kwargs.iter().find(|(key, _)| key == "cond").map(|(_, value)| value))?;
    let (Value::Array(array), Value::Array(cond)) = (args.first()?, cond) else { return None };
    if is_marked(cond) || cond.is_absent() || cond.dims.iter().any(|dim| array.axis(dim.as_str()).is_none()) {
        return None;
    }
    let kept = mask::kept(cond).ok()?;
    Some(kept.into_iter().map(|(dim, list)| (dim.as_str().to_owned(), list)).collect())
}

impl Cut {
    /// With other indices wanted, or so many more that they are few ranges.
    #[must_use]
    pub(super) fn wanting(mut self, wanted: LeafDemand) -> Self {
        self.wanted = wanted.widened();
        self
    }

    /// Whether arguments are needed as a whole.
    pub(super) fn is_whole(&self) -> bool {
        self.kept.is_empty() && self.wanted.0.iter().zip(&self.shape).all(|(set, len)| set.count() == *len)
    }

    /// What is needed of an argument.
    pub(super) fn of(&self, value: &Value) -> Result<Value, DataError> {
        let Value::Array(array) = value else { return Ok(value.clone()) };
        let mut array = array.clone();
        for ((dim, len), set) in self.dims.iter().zip(&self.shape).zip(&self.wanted.0) {
            let Some(axis) = array.axis(dim.as_str()) else { continue };
            let kept = self.kept.get(dim.as_str());
            if set.count() == *len && kept.is_none() {
                continue;
            }
            let wanted = set.ranges().iter().cloned().flatten();
            let list = match kept {
                Some(kept) => wanted.filter_map(|i| kept.get(i).copied()).collect(),
                None => wanted.collect(),
            };
            array = array.isel(axis, &Pick::List(list))?;
        }
        Ok(Value::Array(array))
    }

    /// The value of a call, with elements where they are wanted.
    ///
    /// # Errors
    /// What the operation says of this part.
    pub(super) fn eval(
        &self,
        name: &str,
        args: Vec<Value>,
        kwargs: Vec<(String, Value)>,
        place: Option<&Place>,
    ) -> Result<Value, Diagnostic> {
        // What is kept follows from the condition's elements.
        let ghost = |(i, value): (usize, &Value)| match i == 0 || self.kept.is_empty() {
            true => without_elements(value),
            false => value.clone(),
        };
        let ghosts = args.iter().enumerate().map(ghost).collect();
        let named = kwargs.iter().map(|(key, value)| (key.clone(), ghost((1, value)))).collect();
        let whole = call(name, ghosts, named, place).map_err(|error| error.0)?;
        let Value::Array(whole) = whole else {
            return call(name, args, kwargs, place).map_err(|error| error.0);
        };
        if self.wanted.count() == 0 {
            return Ok(Value::Array(whole));
        }
        let failed = |error: DataError| Diagnostic::from_error(&error);
        let args = args.iter().map(|value| self.of(value)).collect::<Result<_, _>>().map_err(failed)?;
        let kwargs = kwargs
            .iter()
            .filter(|(key, _)| self.kept.is_empty() || key != "drop")
            .map(|(key, value)| Ok((key.clone(), self.of(value)?)))
            .collect::<Result<_, _>>()
            .map_err(failed)?;
        match call(name, args, kwargs, place).map_err(|error| error.0)? {
            Value::Array(part) => self.placed(whole, &part).map(Value::Array).map_err(failed),
            other => Ok(other),
        }
    }

    /// A part at its place in the whole.
    fn placed(&self, whole: Labelled, part: &Labelled) -> Result<Labelled, DataError> {
        let have: Vec<usize> = self.wanted.0.iter().map(IndexSet::count).collect();
        if whole.shape != self.shape || part.shape != have {
            let message =
                format!("{:?} of {:?} became {:?} of {:?}", have, self.shape, part.shape, whole.shape);
            return Err(DataError::Parts(message));
        }
        let part = part.to_contiguous()?;
        let Some(Some(values)) = part.grid.parts.first() else {
            return Err(DataError::Parts("a part has no elements".to_owned()));
        };
        let mut splits = Vec::with_capacity(have.len());
        // Per axis and cell where its elements begin in the part.
        let mut starts: Vec<Vec<Option<usize>>> = Vec::with_capacity(have.len());
        for (set, len) in self.wanted.0.iter().zip(&self.shape) {
            let mut cuts: Vec<usize> =
                set.ranges().iter().flat_map(|range| [range.start, range.end]).chain([0, *len]).collect();
            cuts.sort_unstable();
            cuts.dedup();
            let mut before = 0;
            let cell = |ends: &[usize]| {
                set.contains(ends[0]).then(|| {
                    before += ends[1] - ends[0];
                    before - (ends[1] - ends[0])
                })
            };
            starts.push(cuts.windows(2).map(cell).collect());
            splits.push(cuts);
        }
        let mut grid = Grid { dtype: part.dtype(), splits, parts: Vec::new() };
        let cells = grid.cells();
        for number in 0..cells.iter().product() {
            let mut rest = number;
            let mut offset = Some(values.offset);
            for axis in (0..cells.len()).rev() {
                let start = starts[axis][rest % cells[axis]];
                rest /= cells[axis];
                let moved = |start: usize| start as isize * values.strides[axis];
                offset = offset.zip(start).map(|(offset, start)| offset.wrapping_add_signed(moved(start)));
            }
            grid.parts.push(offset.map(|offset| Part {
                values: Arc::clone(&values.values),
                offset,
                strides: values.strides.clone(),
            }));
        }
        let checked = Labelled::from_parts(whole.dims.clone(), whole.shape.clone(), grid)?;
        Ok(Labelled { grid: checked.grid, ..whole })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::table;

    #[test]
    fn all_that_is_cut_is_an_operation_on_elements() {
        for name in ELEMENTS.iter().chain(REDUCE) {
            let operation = table::find(name);
            assert!(operation.is_some_and(|found| found.touch == table::Touch::Elements), "{name}");
        }
    }
}
