//! `expression`: formulas over numbers and arrays. Whole numbers and their quotients are exact as
//! long as they fit, as sympy's; all else is float64.

use super::{access, arith, shape, unary};
use crate::data::formula::{Formula, parse};
use crate::data::{Dtype, Labelled, Values};
use crate::transform::Value;
use crate::transform::bind::{Bound, wants};
use crate::transform::error::{OpError, OpResult, unknown};

/// What a part of a formula is.
#[derive(Clone, Debug)]
enum Term {
    /// A quotient of integers in lowest terms, the second positive.
    Exact(i128, i128),
    Real(f64),
    Bool(bool),
    /// An array.
    Many(Value),
}

/// `expression`.
pub(crate) fn expression(call: &Bound<'_>) -> OpResult {
    let text = call.need("expr")?;
    let Some(text) = text.as_text() else { return Err(wants("expr", "a formula", text)) };
    let symbols = match call.some("symbols") {
        None => &[],
        Some(Value::Map(entries)) => entries.as_slice(),
        Some(other) => return Err(wants("symbols", "a mapping from names to values", other)),
    };
    let term = evaluate(&parse(text).map_err(OpError::new)?, symbols)?;
    let dtype = match call.get("astype") {
        None => Dtype::F64,
        Some(Value::None) => {
            return Ok(match term {
                Term::Exact(n, 1) if i64::try_from(n).is_ok() => Value::Int(n as i64),
                Term::Exact(n, d) => Value::Float(n as f64 / d as f64),
                Term::Real(v) => Value::Float(v),
                Term::Bool(v) => Value::Bool(v),
                Term::Many(value) => value,
            });
        }
        Some(name) => shape::dtype_of(name)?,
    };
    let values = match term {
        Term::Many(value) => return unary::each(&value, |array| shape::cast(array, dtype)),
        Term::Bool(flag) if dtype == Dtype::Bool => Values::Bool(vec![u8::from(flag)].into()),
        Term::Bool(_) => {
            return Err(OpError::with_help(
                "the formula is true or false, not a number",
                Some("add `astype: bool`".to_owned()),
            ));
        }
        Term::Exact(n, d) if d == 1 && dtype.is_integer() => {
            let Ok(n) = i64::try_from(n) else {
                return Err(OpError::new("the result does not fit into 64 bits"));
            };
            Values::I64(vec![n].into())
        }
        Term::Exact(n, d) => Values::F64(vec![n as f64 / d as f64].into()),
        Term::Real(v) => Values::F64(vec![v].into()),
    };
    Ok(Value::Bare(shape::cast(&Labelled::scalar(values), dtype)?))
}

fn exact(n: i128, d: i128) -> Option<Term> {
    let (mut a, mut b) = (n.unsigned_abs(), d.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let divisor = i128::try_from(a).ok().filter(|a| *a != 0)?;
    let sign = if d < 0 { -1 } else { 1 };
    Some(Term::Exact((n / divisor).checked_mul(sign)?, (d / divisor).checked_mul(sign)?))
}

impl Term {
    fn of(value: &Value) -> OpResult<Self> {
        Ok(match value {
            Value::Int(v) => Self::Exact(i128::from(*v), 1),
            Value::Bool(v) => Self::Bool(*v),
            Value::Float(v) => Self::Real(*v),
            Value::Array(array) | Value::Bare(array) if array.ndim() == 0 && !array.is_absent() => {
                Self::of(&access::item_of(array)?)?
            }
            Value::Array(_) | Value::Bare(_) | Value::Dataset(_) => Self::Many(value.clone()),
            other => return Err(OpError::new(format!("{} is not a number", other.describe()))),
        })
    }

    fn value(&self) -> Value {
        match self {
            Self::Exact(n, 1) if i64::try_from(*n).is_ok() => Value::Int(*n as i64),
            Self::Exact(n, d) => Value::Float(*n as f64 / *d as f64),
            Self::Real(v) => Value::Float(*v),
            Self::Bool(v) => Value::Bool(*v),
            Self::Many(value) => value.clone(),
        }
    }

    fn real(&self) -> OpResult<f64> {
        match self {
            Self::Exact(n, d) => Ok(*n as f64 / *d as f64),
            Self::Real(v) => Ok(*v),
            Self::Bool(_) => Err(OpError::new("true and false are no numbers in formulas")),
            Self::Many(value) => Err(OpError::new(format!("{} is not one number", value.describe()))),
        }
    }
}

fn evaluate(formula: &Formula, symbols: &[(Value, Value)]) -> OpResult<Term> {
    match formula {
        Formula::Int(v) => Ok(Term::Exact(*v, 1)),
        Formula::Real(v) => Ok(Term::Real(*v)),
        Formula::Name(name) => match symbols.iter().find(|(key, _)| key.as_text() == Some(name)) {
            Some((_, value)) => Term::of(value),
            None => constant(name, symbols),
        },
        Formula::Prefix('-', of) => match evaluate(of, symbols)? {
            Term::Exact(n, d) if n != i128::MIN => Ok(Term::Exact(-n, d)),
            Term::Many(value) => Ok(Term::Many(arith::apply("mul", &value, &Value::Int(-1))?)),
            other => Ok(Term::Real(-other.real()?)),
        },
        Formula::Prefix('+', of) => evaluate(of, symbols),
        Formula::Prefix(_, of) => match evaluate(of, symbols)? {
            Term::Bool(flag) => Ok(Term::Bool(!flag)),
            Term::Exact(n, 1) => Ok(Term::Exact(!n, 1)),
            _ => Err(OpError::new("`~` is for integers and true and false")),
        },
        Formula::Factorial(of) => function("factorial", &[evaluate(of, symbols)?]),
        Formula::Binary(operator, a, b) => binary(operator, &evaluate(a, symbols)?, &evaluate(b, symbols)?),
        Formula::Call(name, args) => {
            let args = args.iter().map(|arg| evaluate(arg, symbols)).collect::<OpResult<Vec<_>>>()?;
            function(name, &args)
        }
    }
}

fn constant(name: &str, symbols: &[(Value, Value)]) -> OpResult<Term> {
    Ok(Term::Real(match name {
        "pi" => std::f64::consts::PI,
        "E" => std::f64::consts::E,
        "oo" => f64::INFINITY,
        "nan" => f64::NAN,
        "GoldenRatio" => 1.618_033_988_749_895,
        "EulerGamma" => 0.577_215_664_901_532_9,
        "Catalan" => 0.915_965_594_177_219,
        "True" | "true" => return Ok(Term::Bool(true)),
        "False" | "false" => return Ok(Term::Bool(false)),
        "I" | "zoo" => return Err(not_real(name)),
        other => {
            let known = symbols.iter().filter_map(|(key, _)| key.as_text());
            return Err(unknown("name", other, known.collect::<Vec<_>>()));
        }
    }))
}

fn not_real(what: &str) -> OpError {
    OpError::new(format!("`{what}` is not a real number"))
}

fn binary(operator: &str, a: &Term, b: &Term) -> OpResult<Term> {
    if matches!(a, Term::Many(_)) || matches!(b, Term::Many(_)) {
        let name = match operator {
            "^" | "&" | "|" | "<<" | ">>" => {
                return Err(OpError::new(format!("`{operator}` is not for arrays in formulas")));
            }
            other => other,
        };
        return Ok(Term::Many(arith::apply(name, &a.value(), &b.value())?));
    }
    if let (Term::Exact(an, ad), Term::Exact(bn, bd)) = (a, b) {
        let whole = *ad == 1 && *bd == 1;
        let result = match operator {
            "+" => {
                cross(*an, *bd, *bn, *ad).and_then(|(x, y)| exact(x.checked_add(y)?, ad.checked_mul(*bd)?))
            }
            "-" => {
                cross(*an, *bd, *bn, *ad).and_then(|(x, y)| exact(x.checked_sub(y)?, ad.checked_mul(*bd)?))
            }
            "*" => an.checked_mul(*bn).zip(ad.checked_mul(*bd)).and_then(|(n, d)| exact(n, d)),
            "/" | "//" | "%" if *bn == 0 => return Err(not_real(&format!("{an} {operator} 0"))),
            "/" => an.checked_mul(*bd).zip(ad.checked_mul(*bn)).and_then(|(n, d)| exact(n, d)),
            "//" => cross(*an, *bd, *bn, *ad).map(|(x, y)| Term::Exact(floor_div(x, y), 1)),
            "%" => cross(*an, *bd, *bn, *ad).and_then(|(x, y)| {
                exact(x.checked_sub(y.checked_mul(floor_div(x, y))?)?, ad.checked_mul(*bd)?)
            }),
            "**" if *bd == 1 && (*bn >= 0 || *an != 0) => {
                let power = u32::try_from(bn.unsigned_abs()).ok();
                let raised = power.and_then(|p| an.checked_pow(p).zip(ad.checked_pow(p)));
                raised.and_then(|(n, d)| if *bn >= 0 { exact(n, d) } else { exact(d, n) })
            }
            "^" if whole => Some(Term::Exact(an ^ bn, 1)),
            "&" if whole => Some(Term::Exact(an & bn, 1)),
            "|" if whole => Some(Term::Exact(an | bn, 1)),
            "<<" if whole && (0..=64).contains(bn) => an.checked_mul(1_i128 << bn).map(|n| Term::Exact(n, 1)),
            ">>" if whole && (0..128).contains(bn) => Some(Term::Exact(an >> bn, 1)),
            _ => None,
        };
        if let Some(term) = result {
            return Ok(term);
        }
    }
    if let (Term::Bool(x), Term::Bool(y)) = (a, b) {
        return Ok(Term::Bool(match operator {
            "^" => x ^ y,
            "&" => x & y,
            "|" => x | y,
            "==" => x == y,
            "!=" => x != y,
            _ => return Err(OpError::new(format!("`{operator}` is not for true and false"))),
        }));
    }
    let (x, y) = (a.real()?, b.real()?);
    let value = match operator {
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        "/" | "//" | "%" | "**" if operator != "**" && y == 0.0 => {
            return Err(not_real(&format!("{x} {operator} 0")));
        }
        "/" => x / y,
        "//" => (x / y).floor(),
        "%" => x - y * (x / y).floor(),
        "**" => real_of(libm::pow(x, y), &[x, y], &format!("({x}) ** ({y})"))?,
        "<" => return Ok(Term::Bool(x < y)),
        "<=" => return Ok(Term::Bool(x <= y)),
        ">" => return Ok(Term::Bool(x > y)),
        ">=" => return Ok(Term::Bool(x >= y)),
        "==" => return Ok(Term::Bool(x == y)),
        "!=" => return Ok(Term::Bool(x != y)),
        _ => return Err(OpError::new(format!("`{operator}` is for integers and true and false"))),
    };
    Ok(Term::Real(value))
}

/// `a * b` and `c * d`.
fn cross(a: i128, b: i128, c: i128, d: i128) -> Option<(i128, i128)> {
    a.checked_mul(b).zip(c.checked_mul(d))
}

fn floor_div(a: i128, b: i128) -> i128 {
    let quotient = a.wrapping_div(b);
    if a.wrapping_rem(b) != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
}

/// A result that is NaN though nothing it was made of is would be complex or infinite in sympy.
fn real_of(value: f64, of: &[f64], what: &str) -> OpResult<f64> {
    if value.is_nan() && !of.iter().any(|v| v.is_nan()) { Err(not_real(what)) } else { Ok(value) }
}

/// A function of one number.
type Function = fn(f64) -> f64;

/// Functions of one number, by sympy's names.
const FUNCTIONS: &[(&str, Function)] = &[
    ("sin", libm::sin),
    ("cos", libm::cos),
    ("tan", libm::tan),
    ("cot", |v| 1.0 / libm::tan(v)),
    ("sec", |v| 1.0 / libm::cos(v)),
    ("csc", |v| 1.0 / libm::sin(v)),
    ("asin", libm::asin),
    ("acos", libm::acos),
    ("atan", libm::atan),
    ("acot", |v| libm::atan(1.0 / v)),
    ("asec", |v| libm::acos(1.0 / v)),
    ("acsc", |v| libm::asin(1.0 / v)),
    ("sinh", libm::sinh),
    ("cosh", libm::cosh),
    ("tanh", libm::tanh),
    ("coth", |v| 1.0 / libm::tanh(v)),
    ("sech", |v| 1.0 / libm::cosh(v)),
    ("csch", |v| 1.0 / libm::sinh(v)),
    ("asinh", libm::asinh),
    ("acosh", libm::acosh),
    ("atanh", libm::atanh),
    ("acoth", |v| libm::atanh(1.0 / v)),
    ("exp", libm::exp),
    ("log", libm::log),
    ("ln", libm::log),
    ("sqrt", libm::sqrt),
    ("cbrt", |v| if v < 0.0 { f64::NAN } else { libm::cbrt(v) }),
    ("Abs", f64::abs),
    ("sign", |v| {
        if v > 0.0 {
            1.0
        } else if v < 0.0 {
            -1.0
        } else {
            v * 0.0
        }
    }),
    ("floor", f64::floor),
    ("ceiling", f64::ceil),
    ("frac", |v| v - v.floor()),
    ("factorial", |v| libm::tgamma(v + 1.0)),
    ("gamma", libm::tgamma),
    ("loggamma", libm::lgamma),
    ("erf", libm::erf),
    ("erfc", libm::erfc),
    ("sinc", |v| if v == 0.0 { 1.0 } else { libm::sin(v) / v }),
    ("Heaviside", |v| {
        if v > 0.0 {
            1.0
        } else if v < 0.0 {
            0.0
        } else {
            0.5
        }
    }),
    ("re", |v| v),
    ("im", |v| v * 0.0),
    ("conjugate", |v| v),
    ("Float", |v| v),
    ("N", |v| v),
];

/// Functions of other numbers of arguments, for messages.
const OTHERS: [&str; 12] =
    ["log", "root", "atan2", "Max", "Min", "Mod", "Pow", "Rational", "Integer", "binomial", "beta", "Add"];

fn function(name: &str, args: &[Term]) -> OpResult<Term> {
    let one = FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, function)| function);
    match (name, args) {
        // Exact where sympy is.
        ("floor" | "ceiling", [Term::Exact(n, d)]) => {
            let floor = floor_div(*n, *d);
            Ok(Term::Exact(if name == "ceiling" && *d != 1 { floor + 1 } else { floor }, 1))
        }
        ("Abs", [Term::Exact(n, d)]) if *n != i128::MIN => Ok(Term::Exact(n.abs(), *d)),
        ("sign", [Term::Exact(n, _)]) => Ok(Term::Exact(n.signum(), 1)),
        ("re" | "conjugate" | "N", [term]) => Ok(term.clone()),
        ("factorial", [Term::Exact(n, 1)]) if (0..=33).contains(n) => Ok(Term::Exact((1..=*n).product(), 1)),
        ("factorial", [Term::Exact(n, 1)]) if *n < 0 => Err(not_real(&format!("factorial({n})"))),
        ("floor" | "ceiling", [Term::Real(v)]) if v.abs() < 1e30 => {
            Ok(Term::Exact(if name == "floor" { v.floor() } else { v.ceil() } as i128, 1))
        }
        ("sqrt", [Term::Exact(n, d)]) if square_root(*n).is_some() && square_root(*d).is_some() => {
            Ok(Term::Exact(square_root(*n).unwrap_or(0), square_root(*d).unwrap_or(1)))
        }
        ("log" | "ln", [a, base]) => {
            let (a, base) = (a.real()?, base.real()?);
            let value = libm::log(a) / libm::log(base);
            let near = libm::rint(value);
            // Powers that are whole are found as such.
            let whole = near.abs() < 1000.0 && libm::pow(base, near) == a;
            Ok(Term::Real(real_of(if whole { near } else { value }, &[a, base], name)?))
        }
        ("Rational", [a, b]) => binary("/", a, b),
        ("Rational", [a]) => Ok(a.clone()),
        ("Integer", [a]) => match a {
            Term::Exact(n, d) => Ok(Term::Exact(n / d, 1)),
            other => Ok(Term::Exact(other.real()?.trunc() as i128, 1)),
        },
        ("Mod", [a, b]) => binary("%", a, b),
        ("Pow", [a, b]) => binary("**", a, b),
        ("root", [a, n]) => {
            let (x, n) = (a.real()?, n.real()?);
            let value = libm::pow(x, 1.0 / n);
            let near = libm::rint(value);
            let whole = libm::pow(near, n) == x && x >= 0.0;
            Ok(Term::Real(real_of(if whole { near } else { value }, &[x, n], name)?))
        }
        ("atan2", [y, x]) => Ok(Term::Real(libm::atan2(y.real()?, x.real()?))),
        ("beta", [a, b]) => {
            let (a, b) = (a.real()?, b.real()?);
            Ok(Term::Real(libm::tgamma(a) * libm::tgamma(b) / libm::tgamma(a + b)))
        }
        ("binomial", [n, Term::Exact(k, 1)]) => {
            let mut product = Term::Exact(i128::from(*k >= 0), 1);
            for i in 0..(*k).clamp(0, 1000) {
                let factor = binary("-", n, &Term::Exact(i, 1))?;
                product = binary("/", &binary("*", &product, &factor)?, &Term::Exact(i + 1, 1))?;
            }
            Ok(product)
        }
        ("Max" | "Min", [first, rest @ ..]) => {
            let mut best = first.clone();
            for term in rest {
                let larger = term.real()? > best.real()?;
                let smaller = term.real()? < best.real()?;
                if (name == "Max" && larger) || (name == "Min" && smaller) {
                    best = term.clone();
                }
            }
            best.real()?;
            Ok(best)
        }
        ("Add" | "Mul", [first, rest @ ..]) => rest.iter().try_fold(first.clone(), |total, term| {
            binary(if name == "Add" { "+" } else { "*" }, &total, term)
        }),
        (_, [Term::Many(value)]) if one.is_some() => {
            let function = one.copied().unwrap_or(|v| v);
            Ok(Term::Many(unary::each(value, |array| {
                let array = shape::cast(array, Dtype::F64)?;
                unary::floats(&array, Dtype::F64, function)
            })?))
        }
        (_, [term]) if let Some(function) = one => {
            let x = term.real()?;
            let value = function(x);
            let pole = value.is_infinite()
                && x.is_finite()
                && !matches!(name, "exp" | "sinh" | "cosh" | "factorial");
            if pole {
                return Err(not_real(&format!("{name}({x})")));
            }
            Ok(Term::Real(real_of(value, &[x], &format!("{name}({x})"))?))
        }
        _ if one.is_some() || OTHERS.contains(&name) => {
            Err(OpError::new(format!("`{name}` does not take {} arguments", args.len())))
        }
        _ => {
            let known = FUNCTIONS.iter().map(|(known, _)| *known).chain(OTHERS);
            Err(unknown("function", name, known.collect::<Vec<_>>()))
        }
    }
}

/// The root of a square.
fn square_root(n: i128) -> Option<i128> {
    let root = libm::sqrt(n as f64) as i128;
    (n >= 0 && root.checked_mul(root) == Some(n)).then_some(root)
}
