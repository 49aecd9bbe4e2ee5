//! Numbers by Python's format specifications: `.2f`, `+.3g`, `,d`, `08.1e`, `%`.

use super::number::general;

/// A parsed format specification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spec {
    fill: Option<char>,
    /// `<`, `>`, `^` or `=`.
    align: Option<char>,
    /// `+` or a space before what is not negative.
    sign: Option<char>,
    width: usize,
    comma: bool,
    precision: Option<usize>,
    kind: Option<char>,
}

/// Most characters that a number is filled up to, and most decimals.
const MOST: usize = 100;

impl Spec {
    /// Reads what stands after the colon in `{x:…}`; `None` if it is no specification for numbers.
    pub fn parse(text: &str) -> Option<Self> {
        let chars: Vec<char> = text.chars().collect();
        let mut spec = Self::default();
        let mut at = 0;
        let is_align = |c: Option<&char>| c.is_some_and(|c| matches!(c, '<' | '>' | '^' | '='));
        if is_align(chars.get(1)) {
            (spec.fill, spec.align, at) = (chars.first().copied(), chars.get(1).copied(), 2);
        } else if is_align(chars.first()) {
            (spec.align, at) = (chars.first().copied(), 1);
        }
        if let Some(sign @ ('+' | '-' | ' ')) = chars.get(at) {
            spec.sign = Some(*sign).filter(|sign| *sign != '-');
            at += 1;
        }
        if chars.get(at) == Some(&'0') {
            spec.fill.get_or_insert('0');
            spec.align.get_or_insert('=');
            at += 1;
        }
        let number = |at: &mut usize| -> Option<usize> {
            let start = *at;
            while chars.get(*at).is_some_and(char::is_ascii_digit) {
                *at += 1;
            }
            let digits: String = chars[start..*at].iter().collect();
            digits.parse().ok().filter(|n| *n <= MOST)
        };
        if chars.get(at).is_some_and(char::is_ascii_digit) {
            spec.width = number(&mut at)?;
        }
        if chars.get(at) == Some(&',') {
            (spec.comma, at) = (true, at + 1);
        }
        if chars.get(at) == Some(&'.') {
            at += 1;
            spec.precision = Some(number(&mut at)?);
        }
        if let Some(kind) = chars.get(at) {
            if !"defgEFGn%".contains(*kind) {
                return None;
            }
            (spec.kind, at) = (Some(*kind), at + 1);
        }
        (at == chars.len()).then_some(spec)
    }

    /// Reads C's form, what stands after `%` in `%.2f`, and how many characters that were.
    pub fn parse_c(text: &str) -> Option<(Self, usize)> {
        let end = text.find(|c: char| c.is_ascii_alphabetic())?;
        let kind = text[end..].chars().next()?;
        let (mut flags, mut spec) = (text[..end].chars().peekable(), Self::default());
        while let Some(flag) = flags.peek().copied() {
            match flag {
                '-' => spec.align = Some('<'),
                '+' | ' ' => spec.sign = Some(flag),
                '0' => (spec.fill, spec.align) = (Some('0'), Some('=')),
                _ => break,
            }
            flags.next();
        }
        let rest: String = flags.collect();
        let (width, precision) = rest.split_once('.').map_or((rest.as_str(), None), |(w, p)| (w, Some(p)));
        let number = |text: &str| text.parse::<usize>().ok().filter(|n| *n <= MOST);
        if !width.is_empty() {
            spec.width = number(width)?;
        }
        if let Some(precision) = precision {
            spec.precision = Some(if precision.is_empty() { 0 } else { number(precision)? });
        }
        spec.kind = match kind {
            'd' | 'i' | 'u' => Some('d'),
            'e' | 'f' | 'g' | 'E' | 'F' | 'G' => Some(kind),
            's' => None,
            _ => return None,
        };
        Some((spec, end + 1))
    }

    /// Writes a number.
    pub fn format(&self, value: f64) -> String {
        let size = value.abs();
        let digits = self.precision.unwrap_or(6);
        let mut body = match self.kind.map(|kind| kind.to_ascii_lowercase()) {
            _ if !value.is_finite() => if value.is_nan() { "nan" } else { "inf" }.to_owned(),
            Some('d') => format!("{:.0}", size.trunc()),
            Some('f') => format!("{size:.digits$}"),
            Some('%') => format!("{:.digits$}%", 100.0 * size),
            Some('e') => exponent(&format!("{size:.digits$e}")),
            Some(_) => general(size, digits.max(1)),
            None => match self.precision {
                Some(digits) => general(size, digits.max(1)),
                None => plain(size),
            },
        };
        if self.kind.is_some_and(|kind| kind.is_ascii_uppercase()) {
            body = body.to_uppercase();
        }
        if self.comma {
            body = grouped(&body);
        }
        let sign = match self.sign {
            _ if value.is_sign_negative() && !value.is_nan() && size != 0.0 => "-".to_owned(),
            Some(sign) => sign.to_string(),
            None => String::new(),
        };
        let missing = self.width.saturating_sub(sign.chars().count() + body.chars().count());
        let fill = |n: usize| self.fill.unwrap_or(' ').to_string().repeat(n);
        match self.align.unwrap_or('>') {
            '<' => format!("{sign}{body}{}", fill(missing)),
            '^' => format!("{}{sign}{body}{}", fill(missing / 2), fill(missing - missing / 2)),
            '=' => format!("{sign}{}{body}", fill(missing)),
            _ => format!("{}{sign}{body}", fill(missing)),
        }
    }
}

/// Python's `str()` of a float.
pub(in crate::render) fn plain(value: f64) -> String {
    if value != 0.0 && !(1e-4..1e16).contains(&value) {
        return exponent(&format!("{value:e}"));
    }
    let text = value.to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}

/// `1.5e7` as `1.5e+07`.
fn exponent(text: &str) -> String {
    let Some((mantissa, exponent)) = text.split_once('e') else { return text.to_owned() };
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// Commas between thousands.
fn grouped(text: &str) -> String {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (whole, rest) = text.split_at(end);
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: Python's `format(value, spec)`.
    #[test]
    fn numbers_are_written_as_python_writes_them() {
        for (value, spec, text) in [
            (1234.5678, ".2f", "1234.57"),
            (1234.5678, ",.1f", "1,234.6"),
            (1234.5678, ".3g", "1.23e+03"),
            (0.05, "%", "5.000000%"),
            (0.05, ".1%", "5.0%"),
            (-3.0, "+.0f", "-3"),
            (3.0, "+.0f", "+3"),
            (12345.0, ".2e", "1.23e+04"),
            (2.0, "", "2.0"),
            (1e20, "", "1e+20"),
            (5.0, "05.1f", "005.0"),
            (5.0, "*^9.1f", "***5.0***"),
            (-5.0, ">8.2f", "   -5.00"),
            (1e-7, "g", "1e-07"),
            (1500.0, ".4G", "1500"),
        ] {
            assert_eq!(Spec::parse(spec).unwrap().format(value), text, "{spec}");
        }
        assert_eq!(Spec::parse("s"), None);
        assert_eq!(Spec::parse(".2x"), None);
        assert_eq!(Spec::parse("999999999f"), None);
    }

    /// Expected: Python's `"%…" % value`.
    #[test]
    fn the_percent_form_is_read_too() {
        for (value, spec, text) in
            [(1.5, ".2f m", "1.50"), (7.9, "d", "7"), (-7.5, "-8.1f|", "-7.5    "), (0.001, "1.0e", "1e-03")]
        {
            let (parsed, used) = Spec::parse_c(spec).unwrap();
            assert_eq!(parsed.format(value), text, "{spec}");
            assert!(used <= spec.len());
        }
    }
}
