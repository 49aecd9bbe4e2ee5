//! Arithmetic and comparisons, element by element, with numpy's types: plain numbers take the
//! array's type where they can (NEP 50), integers wrap, int / int is float64.

use super::align::{align, inherit};
use super::labels::Labels;
use crate::data::{Dataset, Dtype, Labelled, Pick, Values};
use crate::transform::Value;
use crate::transform::bind::{Bound, to_array};
use crate::transform::error::{OpError, OpResult};

/// Elements worked on at once.
const CHUNK: usize = 1 << 16;

/// An operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
    Pow,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Operator {
    /// By the names of the table.
    pub(crate) fn of(name: &str) -> OpResult<Self> {
        Ok(match name {
            "add" | "+" => Self::Add,
            "sub" | "-" => Self::Sub,
            "mul" | "*" => Self::Mul,
            "div" | "truediv" | "/" => Self::Div,
            "floordiv" | "//" => Self::FloorDiv,
            "mod" | "%" => Self::Mod,
            "pow" | "**" | "np.power" => Self::Pow,
            "==" | "eq" => Self::Eq,
            "!=" | "ne" => Self::Ne,
            "<" | "lt" => Self::Lt,
            "<=" | "le" => Self::Le,
            ">" | "gt" => Self::Gt,
            ">=" | "ge" => Self::Ge,
            other => {
                let known = ["==", "!=", "<", "<=", ">", ">="];
                return Err(crate::transform::error::unknown("operator", other, known));
            }
        })
    }

    pub(crate) fn is_comparison(self) -> bool {
        matches!(self, Self::Eq | Self::Ne | Self::Lt | Self::Le | Self::Gt | Self::Ge)
    }

    fn compare<T: PartialOrd>(self, a: &T, b: &T) -> bool {
        match self {
            Self::Eq => a == b,
            Self::Ne => a != b,
            Self::Lt => a < b,
            Self::Le => a <= b,
            Self::Gt => a > b,
            _ => a >= b,
        }
    }
}

/// `add`, `<`, … by the name of the call.
pub(crate) fn binary(call: &Bound<'_>) -> OpResult {
    apply(call.name, call.need("a")?, call.need("b")?)
}

/// `increment`, `decrement`.
pub(crate) fn step(call: &Bound<'_>) -> OpResult {
    let name = if call.name == "increment" { "add" } else { "sub" };
    apply(name, call.need("d")?, &Value::Int(1))
}

/// `a op b` for values of any kind.
pub(crate) fn apply(name: &str, a: &Value, b: &Value) -> OpResult {
    let operator = Operator::of(name)?;
    match (a, b) {
        (Value::Dataset(left), Value::Dataset(right)) => {
            let mut vars = Vec::new();
            for (key, array) in &left.vars {
                if let Some((_, other)) = right.vars.iter().find(|(k, _)| k == key) {
                    vars.push((key.clone(), arrays(operator, &Side::of(array), &Side::of(other))?));
                }
            }
            Ok(Dataset { vars, attrs: left.attrs.clone() }.into())
        }
        (Value::Dataset(left), other) => each(left, |array| {
            let right = side(other)?;
            arrays(operator, &Side::of(array), &right)
        }),
        (other, Value::Dataset(right)) => each(right, |array| {
            let left = side(other)?;
            arrays(operator, &left, &Side::of(array))
        }),
        (Value::List(left), Value::List(right)) if operator == Operator::Add => {
            Ok(Value::List(left.iter().chain(right).cloned().collect()))
        }
        _ => match (side(a)?, side(b)?) {
            (Side::Plain(a), Side::Plain(b)) => plain(operator, &a, &b),
            (a, b) => Ok(arrays(operator, &a, &b)?.into()),
        },
    }
}

fn each(dataset: &Dataset, f: impl Fn(&Labelled) -> OpResult<Labelled>) -> OpResult {
    let vars =
        dataset.vars.iter().map(|(key, array)| Ok((key.clone(), f(array)?))).collect::<OpResult<Vec<_>>>()?;
    Ok(Dataset { vars, attrs: dataset.attrs.clone() }.into())
}

/// One side of an operation.
pub(crate) enum Side {
    /// An array, with a type of its own.
    Array(Box<Labelled>),
    /// A plain number or text, which takes the array's type.
    Plain(Value),
}

impl Side {
    fn of(array: &Labelled) -> Self {
        Self::Array(Box::new(array.clone()))
    }

    fn dtype(&self) -> Option<Dtype> {
        match self {
            Self::Array(array) => Some(array.dtype()),
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
        other => Ok(Side::Array(Box::new(to_array(other, "operand")?))),
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

/// `a op b`, at least one of them an array.
pub(crate) fn arrays(operator: Operator, a: &Side, b: &Side) -> OpResult<Labelled> {
    let common = match (a, b) {
        (Side::Array(x), Side::Array(y)) => (x.dtype(), y.dtype()),
        (Side::Array(x), Side::Plain(_)) | (Side::Plain(_), Side::Array(x)) => (x.dtype(), x.dtype()),
        (Side::Plain(_), Side::Plain(_)) => return Err(OpError::new("two plain numbers are no arrays")),
    };
    if !common.0.is_numeric() || !common.1.is_numeric() {
        return texts_or_times(operator, a, b);
    }
    let mut meet = match (a, b) {
        (Side::Array(x), Side::Array(y)) => promote(x.dtype(), y.dtype()),
        // A comparison with a number that the type cannot hold is meaningful all the same.
        (Side::Array(x), Side::Plain(y)) | (Side::Plain(y), Side::Array(x)) => {
            match promote_plain(x.dtype(), y) {
                Err(_) if operator.is_comparison() && matches!(y, Value::Int(_)) => Dtype::I64,
                other => other?,
            }
        }
        (Side::Plain(_), Side::Plain(_)) => Dtype::F64,
    };
    // Integers of any sign and width compare exactly.
    let both_integer = [a, b].iter().all(|side| match side {
        Side::Array(array) => !array.dtype().is_float(),
        Side::Plain(plain) => !matches!(plain, Value::Float(_)),
    });
    if operator.is_comparison() && both_integer {
        meet = Dtype::I64;
    }
    if meet == Dtype::Bool && operator == Operator::Sub {
        return Err(OpError::with_help(
            "true and false cannot be subtracted",
            Some("use `!=` for what differs".to_owned()),
        ));
    }
    if meet == Dtype::Bool && matches!(operator, Operator::FloorDiv | Operator::Mod | Operator::Pow) {
        meet = Dtype::I8;
    }
    let result = if operator.is_comparison() {
        Dtype::Bool
    } else if operator == Operator::Div && !meet.is_float() {
        Dtype::F64
    } else {
        meet
    };
    let float = meet.is_float() || operator == Operator::Div;
    elementwise(&[a, b], result, |chunks| {
        if float {
            let round = meet == Dtype::F32;
            let (x, y) = (chunks[0].floats(round)?, chunks[1].floats(round)?);
            Ok(float_chunk(operator, &x, &y, result))
        } else {
            let (x, y) = (chunks[0].integers()?, chunks[1].integers()?);
            integer_chunk(operator, &x, &y, result)
        }
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
    let arrays: Vec<&Labelled> = sides
        .iter()
        .filter_map(|side| match side {
            Side::Array(array) => Some(&**array),
            Side::Plain(_) => None,
        })
        .collect();
    let aligned = align(&arrays)?;
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
                    (Side::Array(_), true) => Chunk::Array(views.next().unwrap_or(first).clone()),
                    (Side::Array(_), false) => {
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
    inherit(&mut result, &aligned)?;
    Ok(result)
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

fn float_chunk(operator: Operator, a: &[f64], b: &[f64], result: Dtype) -> Built {
    fn zip(a: &[f64], b: &[f64], f: impl Fn(f64, f64) -> f64) -> Built {
        Built::Floats(a.iter().zip(b).map(|(a, b)| f(*a, *b)).collect())
    }
    debug_assert!(result == Dtype::Bool || result.is_float());
    match operator {
        Operator::Add => zip(a, b, |a, b| a + b),
        Operator::Sub => zip(a, b, |a, b| a - b),
        Operator::Mul => zip(a, b, |a, b| a * b),
        Operator::Div => zip(a, b, |a, b| a / b),
        Operator::FloorDiv => zip(a, b, floor_div),
        Operator::Mod => zip(a, b, modulo),
        Operator::Pow => zip(a, b, power),
        comparison => {
            Built::Integers(a.iter().zip(b).map(|(a, b)| i128::from(comparison.compare(a, b))).collect())
        }
    }
}

fn integer_chunk(operator: Operator, a: &[i128], b: &[i128], result: Dtype) -> OpResult<Built> {
    fn zip(a: &[i128], b: &[i128], f: impl Fn(i128, i128) -> i128) -> Built {
        Built::Integers(a.iter().zip(b).map(|(a, b)| f(*a, *b)).collect())
    }
    Ok(match operator {
        Operator::Add => zip(a, b, i128::wrapping_add),
        Operator::Sub => zip(a, b, i128::wrapping_sub),
        Operator::Mul => zip(a, b, i128::wrapping_mul),
        // numpy gives 0 for a division of integers by 0.
        Operator::FloorDiv => zip(a, b, |a, b| if b == 0 { 0 } else { int_floor_div(a, b) }),
        Operator::Mod => zip(a, b, |a, b| if b == 0 { 0 } else { a - b * int_floor_div(a, b) }),
        Operator::Pow => {
            if b.iter().any(|b| *b < 0) {
                return Err(OpError::with_help(
                    "integers to a negative power are no integers",
                    Some("write the exponent as a float, such as -1.".to_owned()),
                ));
            }
            debug_assert!(!result.is_float());
            zip(a, b, |a, b| {
                // Modulo 2^128, hence modulo the result's width.
                let (mut base, mut rest, mut product) = (a, b, 1_i128);
                while rest > 0 {
                    if rest & 1 == 1 {
                        product = product.wrapping_mul(base);
                    }
                    base = base.wrapping_mul(base);
                    rest >>= 1;
                }
                product
            })
        }
        comparison => zip(a, b, |a, b| i128::from(comparison.compare(&a, &b))),
    })
}

fn int_floor_div(a: i128, b: i128) -> i128 {
    let quotient = a / b;
    if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
}

/// As numpy's `floor_divide`.
fn floor_div(a: f64, b: f64) -> f64 {
    if b == 0.0 {
        return a / b;
    }
    let rest = libm::fmod(a, b);
    let mut quotient = (a - rest) / b;
    if rest != 0.0 && (b < 0.0) != (rest < 0.0) {
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return libm::copysign(0.0, a / b);
    }
    let floor = quotient.floor();
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}

/// As numpy's `remainder`: the sign of `b`.
fn modulo(a: f64, b: f64) -> f64 {
    let rest = libm::fmod(a, b);
    if rest == 0.0 {
        libm::copysign(0.0, b)
    } else if (b < 0.0) != (rest < 0.0) {
        rest + b
    } else {
        rest
    }
}

/// Powers; squares and roots exactly, as numpy's short cuts.
fn power(a: f64, b: f64) -> f64 {
    if b == 2.0 {
        a * a
    } else if b == 0.5 {
        libm::sqrt(a)
    } else {
        libm::pow(a, b)
    }
}

/// Comparisons of texts and of times.
fn texts_or_times(operator: Operator, a: &Side, b: &Side) -> OpResult<Labelled> {
    let kind = |side: &Side| match side {
        Side::Array(array) => format!("an array of {}", array.dtype()),
        Side::Plain(value) => value.describe(),
    };
    let refuse = || Err(OpError::new(format!("{} and {} do not go together", kind(a), kind(b))));
    if !operator.is_comparison() {
        return refuse();
    }
    let text = |side: &Side| match side {
        Side::Array(array) => array.dtype() == Dtype::Str,
        Side::Plain(value) => matches!(value, Value::Text(_)),
    };
    if text(a) && text(b) {
        return elementwise(&[a, b], Dtype::Bool, |chunks| {
            let texts = |chunk: &Chunk<'_>| match chunk {
                Chunk::Array(array) => array.texts().map_err(OpError::from),
                Chunk::Plain(value, n) => Ok(vec![value.as_text().unwrap_or_default().to_owned(); *n]),
            };
            let (x, y) = (texts(&chunks[0])?, texts(&chunks[1])?);
            Ok(Built::Integers(x.iter().zip(&y).map(|(a, b)| i128::from(operator.compare(a, b))).collect()))
        });
    }
    let calendar = [a, b].iter().find_map(|side| match side.dtype() {
        Some(Dtype::Time(calendar)) => Some(calendar),
        _ => None,
    });
    let Some(calendar) = calendar else { return refuse() };
    let fits = |side: &Side| match side {
        Side::Array(array) => array.dtype() == Dtype::Time(calendar),
        Side::Plain(value) => matches!(value, Value::Text(_)),
    };
    if !fits(a) || !fits(b) {
        return refuse();
    }
    let nat = i128::from(crate::data::time::NAT);
    elementwise(&[a, b], Dtype::Bool, |chunks| {
        let times = |chunk: &Chunk<'_>| match chunk {
            Chunk::Array(array) => integers(array),
            Chunk::Plain(value, n) => {
                let time = Labels::parse_one(value.as_text().unwrap_or_default(), calendar)?;
                Ok(vec![i128::from(time); *n])
            }
        };
        let (x, y) = (times(&chunks[0])?, times(&chunks[1])?);
        // What is not a time is unequal to everything.
        let compare = |a: i128, b: i128| {
            if a == nat || b == nat { operator == Operator::Ne } else { operator.compare(&a, &b) }
        };
        Ok(Built::Integers(x.iter().zip(&y).map(|(a, b)| i128::from(compare(*a, *b))).collect()))
    })
}

/// Arithmetic of plain numbers and texts, as Python's.
fn plain(operator: Operator, a: &Value, b: &Value) -> OpResult {
    let int = |value: &Value| match value {
        Value::Int(v) => Some(*v),
        Value::Bool(v) => Some(i64::from(*v)),
        _ => None,
    };
    let float = |value: &Value| match value {
        Value::Float(v) => Some(*v),
        other => int(other).map(|v| v as f64),
    };
    let large = || OpError::new("the result does not fit into 64 bits");
    let zero = || OpError::new("division by zero");
    if let (Value::Text(x), Value::Text(y)) = (a, b) {
        return match operator {
            Operator::Add => Ok(Value::Text(format!("{x}{y}"))),
            _ if operator.is_comparison() => Ok(Value::Bool(operator.compare(x, y))),
            _ => Err(OpError::new("texts can only be added and compared")),
        };
    }
    if let (Some(x), Some(y)) = (int(a), int(b)) {
        return match operator {
            Operator::Add => x.checked_add(y).map(Value::Int).ok_or_else(large),
            Operator::Sub => x.checked_sub(y).map(Value::Int).ok_or_else(large),
            Operator::Mul => x.checked_mul(y).map(Value::Int).ok_or_else(large),
            Operator::Div if y == 0 => Err(zero()),
            Operator::Div => Ok(Value::Float(x as f64 / y as f64)),
            Operator::FloorDiv | Operator::Mod if y == 0 => Err(zero()),
            Operator::FloorDiv => Ok(Value::Int(int_floor_div(x.into(), y.into()) as i64)),
            Operator::Mod => {
                let (x, y) = (i128::from(x), i128::from(y));
                Ok(Value::Int((x - y * int_floor_div(x, y)) as i64))
            }
            Operator::Pow if y < 0 && x == 0 => Err(zero()),
            Operator::Pow if y < 0 => Ok(Value::Float(libm::pow(x as f64, y as f64))),
            Operator::Pow => {
                let exponent = u32::try_from(y).map_err(|_| large())?;
                x.checked_pow(exponent).map(Value::Int).ok_or_else(large)
            }
            comparison => Ok(Value::Bool(comparison.compare(&x, &y))),
        };
    }
    if let (Some(x), Some(y)) = (float(a), float(b)) {
        return match operator {
            Operator::Add => Ok(Value::Float(x + y)),
            Operator::Sub => Ok(Value::Float(x - y)),
            Operator::Mul => Ok(Value::Float(x * y)),
            Operator::Div | Operator::FloorDiv | Operator::Mod if y == 0.0 => Err(zero()),
            Operator::Div => Ok(Value::Float(x / y)),
            Operator::FloorDiv => Ok(Value::Float(floor_div(x, y))),
            Operator::Mod => Ok(Value::Float(modulo(x, y))),
            Operator::Pow => Ok(Value::Float(power(x, y))),
            comparison => Ok(Value::Bool(comparison.compare(&x, &y))),
        };
    }
    match operator {
        Operator::Eq => Ok(Value::Bool(a.is_none() && b.is_none())),
        Operator::Ne => Ok(Value::Bool(!(a.is_none() && b.is_none()))),
        _ => Err(OpError::new(format!("{} and {} do not go together", a.describe(), b.describe()))),
    }
}
