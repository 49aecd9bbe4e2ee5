//! Functions of one number that somebody wrote as a formula: `(s - 12) / 60`, `lambda x: 1 / x`, `log10`.

use crate::data::formula::{Formula, parse};
use crate::diag::did_you_mean;

/// A function of one argument, of numpy's by name.
type Unary = (&'static str, fn(f64) -> f64);

/// Functions that formulas may name.
const UNARY: [Unary; 25] = [
    ("abs", f64::abs),
    ("arccos", libm::acos),
    ("arcsin", libm::asin),
    ("arctan", libm::atan),
    ("cbrt", libm::cbrt),
    ("ceil", f64::ceil),
    ("cos", libm::cos),
    ("cosh", libm::cosh),
    ("deg2rad", f64::to_radians),
    ("degrees", f64::to_degrees),
    ("exp", libm::exp),
    ("expm1", libm::expm1),
    ("floor", f64::floor),
    ("log", libm::log),
    ("log10", libm::log10),
    ("log1p", libm::log1p),
    ("log2", libm::log2),
    ("rad2deg", f64::to_degrees),
    ("radians", f64::to_radians),
    ("sin", libm::sin),
    ("sinh", libm::sinh),
    ("sqrt", libm::sqrt),
    ("square", |x| x * x),
    ("tan", libm::tan),
    ("tanh", libm::tanh),
];

/// A function of one number.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Function {
    /// As it was written.
    text: String,
    body: Formula,
}

impl Function {
    /// Reads a formula of one name, whichever that is, with or without Python's `lambda name:` before it
    /// and `np.` before functions; or the name of a function.
    ///
    /// # Errors
    /// What is no formula, has no or several names, or functions that there are not.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let body = match text.trim().strip_prefix("lambda ").and_then(|rest| rest.split_once(':')) {
            Some((_, body)) => body,
            None => text,
        };
        let body = body.replace("np.", "").replace("numpy.", "").replace("math.", "");
        let mut body = parse(&body)?;
        if let Formula::Name(name) = &body
            && find(name).is_some()
        {
            body = Formula::Call(name.clone(), vec![Formula::Name("x".to_owned())]);
        }
        let mut names = Vec::new();
        check(&body, &mut names)?;
        match &names[..] {
            [_] => Ok(Self { text: text.to_owned(), body }),
            [] => Err(format!("the formula `{text}` has no variable such as `x`")),
            [a, b, ..] => Err(format!("the formula `{text}` has several variables: `{a}` and `{b}`")),
        }
    }

    /// As it was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The value at `x`; NaN where there is none.
    pub(super) fn at(&self, x: f64) -> f64 {
        value(&self.body, x)
    }
}

fn find(name: &str) -> Option<fn(f64) -> f64> {
    UNARY.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
}

fn constant(name: &str) -> Option<f64> {
    match name {
        "pi" => Some(std::f64::consts::PI),
        "e" | "E" => Some(std::f64::consts::E),
        _ => None,
    }
}

/// Collects the names of variables.
fn check<'f>(formula: &'f Formula, names: &mut Vec<&'f str>) -> Result<(), String> {
    match formula {
        Formula::Int(_) | Formula::Real(_) => Ok(()),
        Formula::Name(name) => {
            if constant(name).is_none() && !names.contains(&name.as_str()) {
                names.push(name);
            }
            Ok(())
        }
        Formula::Prefix('-' | '+', of) => check(of, names),
        Formula::Binary("+" | "-" | "*" | "/" | "//" | "%" | "**", a, b) => {
            check(a, names)?;
            check(b, names)
        }
        Formula::Call(name, args) => {
            if find(name).is_none() {
                let help = did_you_mean(name, UNARY.iter().map(|(known, _)| *known));
                let help = help.map_or_else(String::new, |help| format!(" ({help})"));
                return Err(format!("there is no function `{name}` of one number{help}"));
            }
            match &args[..] {
                [arg] => check(arg, names),
                _ => Err(format!("`{name}` takes one argument, not {}", args.len())),
            }
        }
        Formula::Binary(operator, ..) => Err(format!("`{operator}` is not for functions of numbers")),
        Formula::Prefix(operator, _) => Err(format!("`{operator}` is not for functions of numbers")),
        Formula::Factorial(_) => Err("`!` is not for functions of numbers".to_owned()),
    }
}

fn value(formula: &Formula, x: f64) -> f64 {
    match formula {
        Formula::Int(number) => *number as f64,
        Formula::Real(number) => *number,
        Formula::Name(name) => constant(name).unwrap_or(x),
        Formula::Prefix('-', of) => -value(of, x),
        Formula::Prefix(_, of) => value(of, x),
        Formula::Binary(operator, a, b) => {
            let (a, b) = (value(a, x), value(b, x));
            match *operator {
                "+" => a + b,
                "-" => a - b,
                "*" => a * b,
                "/" => a / b,
                "//" => (a / b).floor(),
                "%" => a - b * (a / b).floor(),
                "**" => libm::pow(a, b),
                _ => f64::NAN,
            }
        }
        Formula::Call(name, args) => match (find(name), args.first()) {
            (Some(function), Some(arg)) => function(value(arg, x)),
            _ => f64::NAN,
        },
        Formula::Factorial(_) => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: Python.
    #[test]
    fn formulas_are_worth_what_python_says() {
        for (text, x, expected) in [
            ("(s - 12) / 60", 42.0, 0.5),
            ("lambda v: 1 / v", 4.0, 0.25),
            ("np.sqrt(x) * 2 + 1", 9.0, 7.0),
            ("log10", 1000.0, 3.0),
            ("-x ** 2", 3.0, -9.0),
            ("x % 3 + x // 3", -4.0, 0.0),
            ("9 / 5 * T + 32", 100.0, 212.0),
            ("np.deg2rad(x) / pi", 180.0, 1.0),
        ] {
            let found = Function::read(text).unwrap().at(x);
            assert!((found - expected).abs() < 1e-12, "{text}: {found}");
        }
        assert!(Function::read("sqrt(x)").unwrap().at(-1.0).is_nan());
    }

    #[test]
    fn what_is_no_function_of_one_number_is_refused() {
        for (text, error) in [
            ("2 + 3", "has no variable"),
            ("a + b", "several variables: `a` and `b`"),
            ("sqr(x)", "no function `sqr` of one number (did you mean `sqrt`?)"),
            ("sqrt(x, x)", "takes one argument"),
            ("x <", "ends too early"),
            ("x < 3", "`<` is not for functions"),
        ] {
            let found = Function::read(text).unwrap_err();
            assert!(found.contains(error), "{text}: {found}");
        }
    }
}
