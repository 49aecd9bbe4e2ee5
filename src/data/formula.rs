//! Reading formulas: Python's operators and precedence, calls by name. What they are worth is their
//! readers' business.

/// Levels of nesting that a formula may have.
const DEPTH: usize = 64;

/// A formula, read.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// An integer.
    Int(i128),
    /// Any other number.
    Real(f64),
    /// A name.
    Name(String),
    /// `-a`, `+a`, `~a`.
    Prefix(char, Box<Formula>),
    /// `a!`.
    Factorial(Box<Formula>),
    /// `a op b`.
    Binary(&'static str, Box<Formula>, Box<Formula>),
    /// `name(args)`.
    Call(String, Vec<Formula>),
}

/// Binary operators, loosest first; all but `**` lead from left to right.
const LEVELS: [&[&str]; 7] = [
    &["<=", ">=", "==", "!=", "<", ">"],
    &["|"],
    &["^"],
    &["&"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "//", "/", "%"],
];

/// Reads a formula.
///
/// # Errors
/// What stands where it cannot stand.
pub fn parse(text: &str) -> Result<Formula, String> {
    let mut reader = Reader { text, rest: text.trim_start(), depth: 0 };
    let formula = reader.level(0)?;
    if reader.rest.is_empty() { Ok(formula) } else { Err(reader.unexpected()) }
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn unexpected(&self) -> String {
        if self.rest.is_empty() {
            return format!("the formula `{}` ends too early", self.text);
        }
        let rest: String = self.rest.chars().take(20).collect();
        format!("`{rest}` cannot stand there in the formula `{}`", self.text)
    }

    fn skip(&mut self, len: usize) -> &'a str {
        let (token, rest) = self.rest.split_at(len);
        self.rest = rest.trim_start();
        token
    }

    /// The operator that comes next, if it is one of this level's.
    fn operator(&mut self, level: usize) -> Option<&'static str> {
        let found = LEVELS[level].iter().find(|op| self.rest.starts_with(**op))?;
        let longer = match *found {
            "*" => self.rest.starts_with("**"),
            "<" => self.rest.starts_with("<<"),
            ">" => self.rest.starts_with(">>"),
            _ => false,
        };
        if longer {
            return None;
        }
        self.skip(found.len());
        Some(found)
    }

    fn level(&mut self, level: usize) -> Result<Formula, String> {
        if level == LEVELS.len() {
            return self.prefix();
        }
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.operator(level) {
            let right = self.level(level + 1)?;
            left = Formula::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(format!("a formula is nested at most {DEPTH} levels deep"));
        }
        Ok(())
    }

    fn prefix(&mut self) -> Result<Formula, String> {
        match self.rest.chars().next() {
            Some(sign @ ('-' | '+' | '~')) => {
                self.skip(1);
                self.deeper()?;
                let of = self.prefix()?;
                self.depth -= 1;
                Ok(Formula::Prefix(sign, Box::new(of)))
            }
            _ => self.power(),
        }
    }

    fn power(&mut self) -> Result<Formula, String> {
        let mut base = self.atom()?;
        while self.rest.starts_with('!') && !self.rest.starts_with("!=") {
            self.skip(1);
            base = Formula::Factorial(Box::new(base));
        }
        if !self.rest.starts_with("**") {
            return Ok(base);
        }
        self.skip(2);
        self.deeper()?;
        let exponent = self.prefix()?;
        self.depth -= 1;
        Ok(Formula::Binary("**", Box::new(base), Box::new(exponent)))
    }

    fn atom(&mut self) -> Result<Formula, String> {
        let first = self.rest.chars().next().ok_or_else(|| self.unexpected())?;
        if first == '(' {
            self.skip(1);
            self.deeper()?;
            let inner = self.level(0)?;
            self.depth -= 1;
            if !self.rest.starts_with(')') {
                return Err(self.unexpected());
            }
            self.skip(1);
            return Ok(inner);
        }
        if first.is_ascii_digit() || first == '.' {
            return self.number();
        }
        if !(first.is_alphabetic() || first == '_') {
            return Err(self.unexpected());
        }
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
        let name = self.skip(end).to_owned();
        if !self.rest.starts_with('(') {
            return Ok(Formula::Name(name));
        }
        self.skip(1);
        self.deeper()?;
        let mut args = Vec::new();
        while !self.rest.starts_with(')') {
            args.push(self.level(0)?);
            if self.rest.starts_with(',') {
                self.skip(1);
            } else if !self.rest.starts_with(')') {
                return Err(self.unexpected());
            }
        }
        self.skip(1);
        self.depth -= 1;
        Ok(Formula::Call(name, args))
    }

    fn number(&mut self) -> Result<Formula, String> {
        let bytes = self.rest.as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let mut end = digits(0);
        let mut whole = true;
        if bytes.get(end) == Some(&b'.') {
            whole = false;
            end += 1 + digits(end + 1);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let count = if end + 1 + sign <= bytes.len() { digits(end + 1 + sign) } else { 0 };
            if count > 0 {
                whole = false;
                end += 1 + sign + count;
            }
        }
        let text = &self.rest[..end];
        let number = match text.parse::<i128>() {
            Ok(int) if whole => Formula::Int(int),
            _ => Formula::Real(text.parse().map_err(|_| self.unexpected())?),
        };
        self.skip(end);
        if self.rest.starts_with(|c: char| c.is_alphabetic() || c == '_') && bytes.len() > end {
            return Err(self.unexpected());
        }
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_bind_as_in_python() {
        let same = |a: &str, b: &str| assert_eq!(parse(a).unwrap(), parse(b).unwrap(), "{a}");
        same("1 + 2 * 3", "1 + (2 * 3)");
        same("-2 ** 2", "-(2 ** 2)");
        same("2 ** 3 ** 2", "2 ** (3 ** 2)");
        same("2 ** -1", "2 ** (-1)");
        same("1 ^ 2 + 3", "1 ^ (2 + 3)");
        same("a - b - c", "(a - b) - c");
        same("a < b | c", "a < (b | c)");
        same("f(a, b,)", "f(a,b)");
    }

    #[test]
    fn what_is_no_formula_is_refused() {
        for text in ["", "1 +", "(1", "f(1", "1 2", "2x", "a b", "a $ b", "1..2", "1e+", "."] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"(".repeat(100_000)).is_err());
        assert!(parse(&"-".repeat(100_000)).is_err());
        assert!(parse(&"2**".repeat(100_000)).is_err());
    }
}
