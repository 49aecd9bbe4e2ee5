//! Element by element over aligned arrays: sides of operations, the types in which they meet, and
//! results built chunk by chunk.

use super::align::{align, inherit};
use crate::data::{Dim, Dtype, Labelled, Pick, Values};
use crate::transform::Value;
use crate::transform::bind::to_array;
use crate::transform::error::{OpError, OpResult};

/// Elements worked on at once.
const CHUNK: usize = 1 << 16;

/// One side of an operation.
pub(crate) enum Side {
    /// An array, with a type of its own.
    Array(Box<Labelled>),
    /// A bare array (numpy): has a type of its own, and takes the others' dims by position.
    Bare(Box<Labelled>),
    /// A plain number or text, which takes the array's type.
    Plain(Value),
}

impl Side {
    pub(crate) fn of(array: &Labelled) -> Self {
        Self::Array(Box::new(array.clone()))
    }

    pub(crate) fn dtype(&self) -> Option<Dtype> {
        match self {
            Self::Array(array) | Self::Bare(array) => Some(array.dtype()),
            Self::Plain(_) => None,
        }
    }
}

/// A value as one side; lists become arrays.
pub(crate) fn side(value: &Value) -> OpResult<Side> {
    match value {
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::None => {
            Ok(Side::Plain(value.clone()))
        }
        Value::Array(array) => Ok(Side::of(array)),
        other => Ok(Side::Bare(Box::new(to_array(other, "operand")?))),
    }
}

/// numpy's `result_type` of two types of numbers.
pub(crate) fn promote(a: Dtype, b: Dtype) -> Dtype {
    use Dtype::{Bool, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64};
    if a == b {
        return a;
    }
    let bits = |dtype: Dtype| dtype.size().unwrap_or(8) * 8;
    match (a, b) {
        (Bool, other) | (other, Bool) => other,
        (F64, _) | (_, F64) => F64,
        (F32, other) | (other, F32) => {
            if other.is_integer() && bits(other) > 16 {
                F64
            } else {
                F32
            }
        }
        _ if a.is_signed() == b.is_signed() => {
            if bits(a) > bits(b) {
                a
            } else {
                b
            }
        }
        _ => {
            let (signed, unsigned) = if a.is_signed() { (a, b) } else { (b, a) };
            match bits(signed).max(bits(unsigned) * 2) {
                8 => I8,
                16 => I16,
                32 => I32,
                64 => I64,
                _ => match unsigned {
                    U8 | U16 | U32 => I64,
                    U64 => F64,
                    _ => F64,
                },
            }
        }
    }
}

/// The type in which an array meets a plain number.
pub(crate) fn promote_plain(dtype: Dtype, plain: &Value) -> OpResult<Dtype> {
    Ok(match plain {
        Value::Bool(_) => dtype,
        Value::Int(v) => {
            let fits = match dtype {
                Dtype::Bool => return Ok(Dtype::I64),
                Dtype::U8 => u8::try_from(*v).is_ok(),
                Dtype::U16 => u16::try_from(*v).is_ok(),
                Dtype::U32 => u32::try_from(*v).is_ok(),
                Dtype::U64 => u64::try_from(*v).is_ok(),
                Dtype::I8 => i8::try_from(*v).is_ok(),
                Dtype::I16 => i16::try_from(*v).is_ok(),
                Dtype::I32 => i32::try_from(*v).is_ok(),
                _ => true,
            };
            if !fits {
                return Err(OpError::with_help(
                    format!("{v} does not fit into {dtype}"),
                    Some("convert the array first: .astype: [!dag_prev , int]".to_owned()),
                ));
            }
            dtype
        }
        Value::Float(_) if dtype.is_float() => dtype,
        Value::Float(_) => Dtype::F64,
        Value::None => return Err(OpError::new("null is not a number")),
        other => return Err(OpError::new(format!("{} is not a number", other.describe()))),
    })
}

/// One side's elements of one chunk.
pub(crate) enum Chunk<'a> {
    /// A view, and how many elements it has.
    Array(Labelled),
    /// One number for so many elements.
    Plain(&'a Value, usize),
}

impl Chunk<'_> {
    /// As `f64`; `round` rounds a plain number to `f32` first.
    pub(crate) fn floats(&self, round: bool) -> OpResult<Vec<f64>> {
        match self {
            Self::Array(array) => Ok(array.to_f64()?),
            Self::Plain(value, n) => {
                let value = crate::transform::bind::to_number(value, "operand")?;
                Ok(vec![if round { f64::from(value as f32) } else { value }; *n])
            }
        }
    }

    /// As integers, exactly.
    pub(crate) fn integers(&self) -> OpResult<Vec<i128>> {
        match self {
            Self::Array(array) => integers(array),
            Self::Plain(value, n) => {
                Ok(vec![i128::from(crate::transform::bind::to_int(value, "operand")?); *n])
            }
        }
    }
}

/// An array of integers or bool, exactly.
pub(crate) fn integers(array: &Labelled) -> OpResult<Vec<i128>> {
    let mut out = Vec::with_capacity(array.size());
    array.for_each_run::<OpError>(array.ndim(), |_, _, run| {
        match run.values {
            Values::Bool(_) | Values::U8(_) => run.for_each::<u8>(|v| out.push(i128::from(v))),
            Values::U16(_) => run.for_each::<u16>(|v| out.push(i128::from(v))),
            Values::U32(_) => run.for_each::<u32>(|v| out.push(i128::from(v))),
            Values::U64(_) => run.for_each::<u64>(|v| out.push(i128::from(v))),
            Values::I8(_) => run.for_each::<i8>(|v| out.push(i128::from(v))),
            Values::I16(_) => run.for_each::<i16>(|v| out.push(i128::from(v))),
            Values::I32(_) => run.for_each::<i32>(|v| out.push(i128::from(v))),
            Values::I64(_) | Values::Time(..) => run.for_each::<i64>(|v| out.push(i128::from(v))),
            Values::F32(_) | Values::F64(_) | Values::Str(_) => {
                return Err(OpError::new(format!("{} is no integer type", run.values.dtype())));
            }
        };
        Ok(())
    })?;
    Ok(out)
}

/// Values of one type, built chunk by chunk.
pub(crate) enum Built {
    /// For floats.
    Floats(Vec<f64>),
    /// For integers and bool.
    Integers(Vec<i128>),
}

/// Aligns the sides and builds the result chunk by chunk (65536 elements): no whole operand is
/// copied. Sides without elements give a result without elements.
pub(crate) fn elementwise(
    sides: &[&Side],
    dtype: Dtype,
    f: impl Fn(&[Chunk<'_>]) -> OpResult<Built>,
) -> OpResult<Labelled> {
    let named = placed(sides)?;
    let aligned = align(&named.iter().collect::<Vec<_>>())?;
    let Some(first) = aligned.first() else { return Err(OpError::new("there is no array")) };
    let (dims, shape) = (first.dims.clone(), first.shape.clone());
    let mut result = if aligned.iter().any(Labelled::is_absent) {
        Labelled::absent(dims, shape, dtype)
    } else {
        let mut values = Building::new(dtype, first.size());
        let rows = shape.first().copied().unwrap_or(1);
        let row: usize = shape.get(1..).map_or(1, |rest| rest.iter().product());
        let step = (CHUNK / row.max(1)).max(1);
        let mut start = 0;
        while start < rows && row > 0 {
            let count = step.min(rows - start);
            let mut views = aligned.iter();
            let mut chunks = Vec::with_capacity(sides.len());
            for side in sides {
                chunks.push(match (side, shape.is_empty()) {
                    (Side::Plain(value), _) => Chunk::Plain(value, count * row),
                    (_, true) => Chunk::Array(views.next().unwrap_or(first).clone()),
                    (_, false) => {
                        let mut view = views.next().unwrap_or(first).clone();
                        view.coords = crate::data::Coords::new();
                        Chunk::Array(view.isel(0, &Pick::Range { start, count, step: 1 })?)
                    }
                });
            }
            values.push(f(&chunks)?);
            start += count;
        }
        Labelled::contiguous(dims, shape, values.finish())
    };
    // Bare arrays have no name to differ by.
    let named: Vec<Labelled> = sides
        .iter()
        .filter(|side| !matches!(side, Side::Plain(_)))
        .zip(aligned)
        .filter(|(side, _)| matches!(side, Side::Array(_)))
        .map(|(_, array)| array)
        .collect();
    inherit(&mut result, &named)?;
    Ok(result)
}

/// The sides' arrays, bare ones with the dims that their axes have by position: those of the first
/// labelled array, or `dim_<i>`, from the last axis on; axes of length 1 repeat, as in numpy.
fn placed(sides: &[&Side]) -> OpResult<Vec<Labelled>> {
    let labelled = sides.iter().find_map(|side| match side {
        Side::Array(array) => Some(&**array),
        _ => None,
    });
    let bare = || {
        sides.iter().filter_map(|side| match side {
            Side::Bare(array) => Some(&**array),
            _ => None,
        })
    };
    let most = bare().map(Labelled::ndim).max().unwrap_or(0);
    let (dims, mut shape) = match labelled {
        Some(array) => (array.dims.clone(), array.shape.clone()),
        None => ((0..most).map(Dim::anonymous).collect(), vec![1; most]),
    };
    if most > dims.len() {
        return Err(OpError::new(format!("an array of {most} axes does not fit one of {}", dims.len())));
    }
    // Where a labelled axis has length 1 and no labels, it may repeat as well.
    for array in bare() {
        let skip = dims.len() - array.ndim();
        for (axis, len) in array.shape.iter().enumerate() {
            if shape[skip + axis] == 1 {
                shape[skip + axis] = *len;
            }
        }
    }
    sides
        .iter()
        .filter_map(|side| match side {
            Side::Plain(_) => None,
            Side::Array(array) => Some(stretched((**array).clone(), &dims, &shape, false)),
            Side::Bare(array) => {
                let mut array = (**array).clone();
                let skip = dims.len() - array.ndim();
                array.dims = dims[skip..].to_vec();
                let fitted = stretched(array, &dims[skip..], &shape[skip..], true);
                Some(fitted.and_then(|array| Ok(array.broadcast(&dims, &shape)?)))
            }
        })
        .collect()
}

/// With axes of length 1 repeated to the length of the dim of their name; a bare array has just
/// these dims, and any other length is an error.
fn stretched(mut array: Labelled, dims: &[Dim], shape: &[usize], bare: bool) -> OpResult<Labelled> {
    for (dim, len) in dims.iter().zip(shape) {
        let Some(axis) = array.axis(dim.as_str()) else { continue };
        if array.shape[axis] == *len {
            continue;
        }
        if array.shape[axis] == 1 && (bare || array.coords.index(dim).is_none()) {
            array = array.isel(axis, &Pick::At(0))?.expand(axis, dim.clone(), *len)?;
        } else if bare {
            return Err(OpError::with_help(
                format!("an axis of length {} does not fit one of length {len}", array.shape[axis]),
                Some("bare arrays fit by position, from the last axis on".to_owned()),
            ));
        }
    }
    Ok(array)
}

/// Values being built.
enum Building {
    Bool(Vec<u8>),
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    U64(Vec<u64>),
    F32(Vec<f32>),
    F64(Vec<f64>),
}

impl Building {
    fn new(dtype: Dtype, len: usize) -> Self {
        match dtype {
            Dtype::Bool => Self::Bool(Vec::with_capacity(len)),
            Dtype::I8 => Self::I8(Vec::with_capacity(len)),
            Dtype::I16 => Self::I16(Vec::with_capacity(len)),
            Dtype::I32 => Self::I32(Vec::with_capacity(len)),
            Dtype::I64 | Dtype::Time(_) => Self::I64(Vec::with_capacity(len)),
            Dtype::U8 => Self::U8(Vec::with_capacity(len)),
            Dtype::U16 => Self::U16(Vec::with_capacity(len)),
            Dtype::U32 => Self::U32(Vec::with_capacity(len)),
            Dtype::U64 => Self::U64(Vec::with_capacity(len)),
            Dtype::F32 => Self::F32(Vec::with_capacity(len)),
            Dtype::F64 | Dtype::Str => Self::F64(Vec::with_capacity(len)),
        }
    }

    /// Appends, rounding or wrapping to the type.
    fn push(&mut self, built: Built) {
        macro_rules! extend {
            ($out:expr, $type:ty) => {
                match built {
                    Built::Floats(values) => $out.extend(values.into_iter().map(|v| v as $type)),
                    Built::Integers(values) => $out.extend(values.into_iter().map(|v| v as $type)),
                }
            };
        }
        match self {
            Self::Bool(out) => match built {
                Built::Floats(values) => out.extend(values.into_iter().map(|v| u8::from(v != 0.0))),
                Built::Integers(values) => out.extend(values.into_iter().map(|v| u8::from(v != 0))),
            },
            Self::I8(out) => extend!(out, i8),
            Self::I16(out) => extend!(out, i16),
            Self::I32(out) => extend!(out, i32),
            Self::I64(out) => extend!(out, i64),
            Self::U8(out) => extend!(out, u8),
            Self::U16(out) => extend!(out, u16),
            Self::U32(out) => extend!(out, u32),
            Self::U64(out) => extend!(out, u64),
            Self::F32(out) => extend!(out, f32),
            Self::F64(out) => extend!(out, f64),
        }
    }

    fn finish(self) -> Values {
        match self {
            Self::Bool(out) => Values::Bool(out.into()),
            Self::I8(out) => Values::I8(out.into()),
            Self::I16(out) => Values::I16(out.into()),
            Self::I32(out) => Values::I32(out.into()),
            Self::I64(out) => Values::I64(out.into()),
            Self::U8(out) => Values::U8(out.into()),
            Self::U16(out) => Values::U16(out.into()),
            Self::U32(out) => Values::U32(out.into()),
            Self::U64(out) => Values::U64(out.into()),
            Self::F32(out) => Values::F32(out.into()),
            Self::F64(out) => Values::F64(out.into()),
        }
    }
}
