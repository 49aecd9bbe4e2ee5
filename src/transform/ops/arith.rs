//! Arithmetic and comparisons, element by element, with numpy's types: plain numbers take the
//! array's type where they can (NEP 50), integers wrap, int / int is float64.

use super::elementwise::{Built, Chunk, Side, elementwise, integers, promote, promote_plain, side};
use super::labels::Labels;
use crate::data::{Dataset, Dtype, Labelled};
use crate::transform::Value;
use crate::transform::bind::Bound;
use crate::transform::error::{OpError, OpResult};

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
    Fmod,
    Maximum,
    Minimum,
    Fmax,
    Fmin,
    Hypot,
    Arctan2,
    Copysign,
    Lshift,
    Rshift,
    And,
    Or,
    Xor,
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
            "add" | "+" | "np.add" => Self::Add,
            "sub" | "-" | "np.subtract" => Self::Sub,
            "mul" | "*" | "np.multiply" => Self::Mul,
            "div" | "truediv" | "/" | "np.divide" | "np.true_divide" => Self::Div,
            "floordiv" | "//" | "np.floor_divide" => Self::FloorDiv,
            "mod" | "%" | "np.mod" | "np.remainder" => Self::Mod,
            "pow" | "**" | "np.power" => Self::Pow,
            "np.fmod" => Self::Fmod,
            "np.maximum" => Self::Maximum,
            "np.minimum" => Self::Minimum,
            "np.fmax" => Self::Fmax,
            "np.fmin" => Self::Fmin,
            "np.hypot" => Self::Hypot,
            "np.arctan2" => Self::Arctan2,
            "np.copysign" => Self::Copysign,
            "lshift" => Self::Lshift,
            "rshift" => Self::Rshift,
            "&" | "np.bitwise_and" => Self::And,
            "|" | "np.bitwise_or" => Self::Or,
            "^" | "xor" | "np.bitwise_xor" => Self::Xor,
            "==" | "eq" | "np.equal" => Self::Eq,
            "!=" | "ne" | "np.not_equal" => Self::Ne,
            "<" | "lt" | "np.less" => Self::Lt,
            "<=" | "le" | "np.less_equal" => Self::Le,
            ">" | "gt" | "np.greater" => Self::Gt,
            ">=" | "ge" | "np.greater_equal" => Self::Ge,
            other => {
                let known = ["==", "!=", "<", "<=", ">", ">="];
                return Err(crate::transform::error::unknown("operator", other, known));
            }
        })
    }

    pub(crate) fn is_comparison(self) -> bool {
        matches!(self, Self::Eq | Self::Ne | Self::Lt | Self::Le | Self::Gt | Self::Ge)
    }

    /// Whether it works on bits (and on true and false).
    fn is_bitwise(self) -> bool {
        matches!(self, Self::Lshift | Self::Rshift | Self::And | Self::Or | Self::Xor)
    }

    /// Whether it gives floats whatever it gets.
    fn gives_floats(self) -> bool {
        matches!(self, Self::Div | Self::Hypot | Self::Arctan2 | Self::Copysign)
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
    let (a, b) = (call.need("a")?, call.need("b")?);
    // numpy's functions make arrays of plain numbers.
    if call.name.starts_with("np.")
        && matches!(a, Value::Int(_) | Value::Float(_) | Value::Bool(_))
        && matches!(b, Value::Int(_) | Value::Float(_) | Value::Bool(_))
    {
        return apply(call.name, &Value::Bare(crate::transform::bind::to_array(a, "a")?), b);
    }
    apply(call.name, a, b)
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
        (Value::List(items), Value::Int(n)) | (Value::Int(n), Value::List(items))
            if operator == Operator::Mul =>
        {
            repeated(items, *n).map(Value::List)
        }
        (Value::Tuple(items), Value::Int(n)) | (Value::Int(n), Value::Tuple(items))
            if operator == Operator::Mul =>
        {
            repeated(items, *n).map(Value::Tuple)
        }
        (
            Value::List(_) | Value::Tuple(_) | Value::Map(_),
            Value::List(_) | Value::Tuple(_) | Value::Map(_),
        ) if matches!(operator, Operator::Eq | Operator::Ne) => {
            Ok(Value::Bool(super::python::equal(a, b)? == (operator == Operator::Eq)))
        }
        (Value::Tuple(left), Value::Tuple(right)) if operator == Operator::Add => {
            Ok(Value::Tuple(left.iter().chain(right).cloned().collect()))
        }
        _ => match (side(a)?, side(b)?) {
            (Side::Plain(a), Side::Plain(b)) => plain(operator, &a, &b),
            (a, b) => Ok(wrap(&[&a, &b], arrays(operator, &a, &b)?)),
        },
    }
}

/// A list `n` times over.
fn repeated(items: &[Value], n: i64) -> OpResult<Vec<Value>> {
    let n = usize::try_from(n).unwrap_or(0);
    if items.len().saturating_mul(n) > 10_000_000 {
        return Err(OpError::new("the list would be too long"));
    }
    Ok(std::iter::repeat_n(items, n).flatten().cloned().collect())
}

fn each(dataset: &Dataset, f: impl Fn(&Labelled) -> OpResult<Labelled>) -> OpResult {
    let vars = dataset
        .vars
        .iter()
        .map(|(key, array)| Ok((key.clone(), f(array)?.named(key.clone()))))
        .collect::<OpResult<Vec<_>>>()?;
    Ok(Dataset { vars, attrs: dataset.attrs.clone() }.into())
}

/// A result of these sides: labelled if one of them is.
pub(crate) fn wrap(sides: &[&Side], result: Labelled) -> Value {
    if sides.iter().any(|side| matches!(side, Side::Array(_))) { result.into() } else { Value::bare(&result) }
}

/// `a op b`, at least one of them an array.
pub(crate) fn arrays(operator: Operator, a: &Side, b: &Side) -> OpResult<Labelled> {
    let common = match (a.dtype(), b.dtype()) {
        (Some(x), Some(y)) => (x, y),
        (Some(x), None) | (None, Some(x)) => (x, x),
        (None, None) => return Err(OpError::new("two plain numbers are no arrays")),
    };
    if !common.0.is_numeric() || !common.1.is_numeric() {
        return texts_or_times(operator, a, b);
    }
    let mut meet = match (a, b) {
        (Side::Plain(_), Side::Plain(_)) => Dtype::F64,
        // A comparison with a number that the type cannot hold is meaningful all the same.
        (Side::Plain(y), _) | (_, Side::Plain(y)) => match promote_plain(common.0, y) {
            Err(_) if operator.is_comparison() && matches!(y, Value::Int(_)) => Dtype::I64,
            other => other?,
        },
        _ => promote(common.0, common.1),
    };
    // Integers of any sign and width compare exactly.
    let both_integer = [a, b].iter().all(|side| match side {
        Side::Plain(plain) => !matches!(plain, Value::Float(_)),
        array => !array.dtype().is_some_and(Dtype::is_float),
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
    if operator.is_bitwise() && meet.is_float() {
        return Err(OpError::with_help("floats have no bits", Some("compare or convert first".to_owned())));
    }
    let shift = matches!(operator, Operator::Lshift | Operator::Rshift);
    if meet == Dtype::Bool
        && (shift || matches!(operator, Operator::FloorDiv | Operator::Mod | Operator::Pow | Operator::Fmod))
    {
        meet = Dtype::I8;
    }
    let result = if operator.is_comparison() {
        Dtype::Bool
    } else if operator == Operator::Div && !meet.is_float() {
        Dtype::F64
    } else if operator.gives_floats() && !meet.is_float() {
        super::unary::float_of(meet)
    } else {
        meet
    };
    let float = meet.is_float() || operator.gives_floats();
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
        Operator::Fmod => zip(a, b, libm::fmod),
        Operator::Maximum => zip(a, b, |a, b| if a >= b || a.is_nan() { a } else { b }),
        Operator::Minimum => zip(a, b, |a, b| if a <= b || a.is_nan() { a } else { b }),
        Operator::Fmax => zip(a, b, |a, b| if a >= b || b.is_nan() { a } else { b }),
        Operator::Fmin => zip(a, b, |a, b| if a <= b || b.is_nan() { a } else { b }),
        Operator::Hypot => zip(a, b, libm::hypot),
        Operator::Arctan2 => zip(a, b, libm::atan2),
        Operator::Copysign => zip(a, b, libm::copysign),
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
        Operator::Fmod => zip(a, b, |a, b| if b == 0 { 0 } else { a % b }),
        Operator::Maximum | Operator::Fmax => zip(a, b, i128::max),
        Operator::Minimum | Operator::Fmin => zip(a, b, i128::min),
        Operator::And => zip(a, b, |a, b| a & b),
        Operator::Or => zip(a, b, |a, b| a | b),
        Operator::Xor => zip(a, b, |a, b| a ^ b),
        // As C on most machines and as numpy: past the width nothing is left.
        Operator::Lshift => zip(a, b, |a, b| if (0..64).contains(&b) { a << b } else { 0 }),
        Operator::Rshift => zip(a, b, |a, b| if (0..64).contains(&b) { a >> b } else { -i128::from(a < 0) }),
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
        Side::Array(array) | Side::Bare(array) => format!("an array of {}", array.dtype()),
        Side::Plain(value) => value.describe(),
    };
    let refuse = || Err(OpError::new(format!("{} and {} do not go together", kind(a), kind(b))));
    if !operator.is_comparison() {
        return refuse();
    }
    let text = |side: &Side| match side {
        Side::Array(array) | Side::Bare(array) => array.dtype() == Dtype::Str,
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
        Side::Array(array) | Side::Bare(array) => array.dtype() == Dtype::Time(calendar),
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
    if let (Value::Bool(x), Value::Bool(y)) = (a, b) {
        match operator {
            Operator::And => return Ok(Value::Bool(x & y)),
            Operator::Or => return Ok(Value::Bool(x | y)),
            Operator::Xor => return Ok(Value::Bool(x ^ y)),
            _ => {}
        }
    }
    if let (Some(x), Some(y)) = (int(a), int(b)) {
        return match operator {
            Operator::And => Ok(Value::Int(x & y)),
            Operator::Or => Ok(Value::Int(x | y)),
            Operator::Xor => Ok(Value::Int(x ^ y)),
            Operator::Lshift | Operator::Rshift if y < 0 => Err(OpError::new("a shift must not be negative")),
            Operator::Lshift if y < 63 && (x << y) >> y == x => Ok(Value::Int(x << y)),
            Operator::Lshift if x != 0 => Err(large()),
            Operator::Lshift => Ok(Value::Int(0)),
            Operator::Rshift => Ok(Value::Int(x >> y.min(63))),
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
            other if !other.is_comparison() => Err(OpError::new("numpy's functions take arrays")),
            comparison => Ok(Value::Bool(comparison.compare(&x, &y))),
        };
    }
    if let (Some(x), Some(y)) = (float(a), float(b)) {
        return match operator {
            other if other.is_bitwise() => Err(OpError::new("floats have no bits")),
            Operator::Add => Ok(Value::Float(x + y)),
            Operator::Sub => Ok(Value::Float(x - y)),
            Operator::Mul => Ok(Value::Float(x * y)),
            Operator::Div | Operator::FloorDiv | Operator::Mod if y == 0.0 => Err(zero()),
            Operator::Div => Ok(Value::Float(x / y)),
            Operator::FloorDiv => Ok(Value::Float(floor_div(x, y))),
            Operator::Mod => Ok(Value::Float(modulo(x, y))),
            Operator::Pow if x == 0.0 && y < 0.0 => Err(zero()),
            Operator::Pow => Ok(Value::Float(power(x, y))),
            other if !other.is_comparison() => Err(OpError::new("numpy's functions take arrays")),
            comparison => Ok(Value::Bool(comparison.compare(&x, &y))),
        };
    }
    match operator {
        Operator::Eq => Ok(Value::Bool(a.is_none() && b.is_none())),
        Operator::Ne => Ok(Value::Bool(!(a.is_none() && b.is_none()))),
        _ => Err(OpError::new(format!("{} and {} do not go together", a.describe(), b.describe()))),
    }
}
