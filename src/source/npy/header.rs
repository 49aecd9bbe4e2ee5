//! The header of the npy format, versions 1.0 to 3.0 (numpy.lib.format): a Python dictionary.

use super::descr::{self, Descr};

/// What a header says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Header {
    /// Element type.
    pub(super) descr: Descr,
    /// Whether the first axis varies fastest.
    pub(super) fortran: bool,
    /// Lengths of the axes.
    pub(super) shape: Vec<usize>,
    /// Bytes before the values.
    pub(super) length: usize,
}

/// First bytes of every npy file.
pub(super) const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// Longest header accepted; numpy itself refuses more than 10,000 bytes unless told otherwise.
pub(super) const LONGEST: usize = 1 << 20;

/// Bytes needed to know the header's length.
pub(super) const PREFIX: usize = 12;

/// Most axes (numpy 2 has at most 64).
const MOST_AXES: usize = 64;

/// Whole length of the header whose first [`PREFIX`] bytes (or all there are) are `prefix`.
pub(super) fn length(prefix: &[u8]) -> Result<usize, String> {
    if !prefix.starts_with(MAGIC) {
        return Err("it does not begin with the npy magic".to_owned());
    }
    let cut = || "its header is cut off".to_owned();
    let major = *prefix.get(6).ok_or_else(cut)?;
    let length = match major {
        1 => {
            let bytes = prefix.get(8..10).and_then(|b| b.try_into().ok()).ok_or_else(cut)?;
            10 + usize::from(u16::from_le_bytes(bytes))
        }
        2 | 3 => {
            let bytes = prefix.get(8..12).and_then(|b| b.try_into().ok()).ok_or_else(cut)?;
            (u32::from_le_bytes(bytes) as usize).saturating_add(12)
        }
        other => return Err(format!("it has format version {other}; 1 to 3 are known")),
    };
    if length > LONGEST {
        return Err(format!("its header claims {length} bytes"));
    }
    Ok(length)
}

/// Parses a whole header, magic included.
pub(super) fn parse(bytes: &[u8]) -> Result<Header, String> {
    let length = length(bytes)?;
    let start = if bytes[6] == 1 { 10 } else { 12 };
    let text = bytes.get(start..length).ok_or("its header is cut off")?;
    // Versions 1 and 2 are Latin-1, 3 is UTF-8.
    let text = if bytes[6] == 3 {
        std::str::from_utf8(text).map_err(|_| "its header is not UTF-8")?.to_owned()
    } else {
        text.iter().map(|byte| char::from(*byte)).collect()
    };
    let mut parser = Parser { rest: text.as_str(), depth: 0 };
    let value = parser.value()?;
    if !parser.rest.trim().is_empty() {
        return Err("its header has something after the dictionary".to_owned());
    }
    let Literal::Dict(entries) = value else {
        return Err("its header is not a dictionary".to_owned());
    };
    let (mut descr, mut fortran, mut shape) = (None, None, None);
    for (key, value) in entries {
        match (key.as_str(), value) {
            ("descr", value) => descr = Some(descr::from_literal(&value)?),
            ("fortran_order", Literal::Bool(value)) => fortran = Some(value),
            ("shape", Literal::Tuple(axes)) => shape = Some(axes_of(&axes)?),
            (other, _) => return Err(format!("its header has an unexpected `{other}`")),
        }
    }
    match (descr, fortran, shape) {
        (Some(descr), Some(fortran), Some(shape)) => Ok(Header { descr, fortran, shape, length }),
        _ => Err("its header lacks one of `descr`, `fortran_order`, `shape`".to_owned()),
    }
}

pub(super) fn axes_of(axes: &[Literal]) -> Result<Vec<usize>, String> {
    if axes.len() > MOST_AXES {
        return Err(format!("it has {} axes", axes.len()));
    }
    axes.iter()
        .map(|axis| match axis {
            Literal::Int(n) => usize::try_from(*n).map_err(|_| format!("an axis of length {n}")),
            _ => Err("a length in `shape` is no integer".to_owned()),
        })
        .collect()
}

/// The Python literals that occur in headers.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::source) enum Literal {
    Text(String),
    Int(i64),
    Bool(bool),
    Tuple(Vec<Literal>),
    List(Vec<Literal>),
    Dict(Vec<(String, Literal)>),
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

const DEEPEST: usize = 32;

impl Parser<'_> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, token: char) -> bool {
        self.skip();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self) -> Result<Literal, String> {
        self.skip();
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("its header is nested too deeply".to_owned());
        }
        let first = self.rest.chars().next().ok_or("its header ends too early")?;
        let value = match first {
            '\'' | '"' => Literal::Text(self.text()?),
            '(' => Literal::Tuple(self.items('(', ')')?),
            '[' => Literal::List(self.items('[', ']')?),
            '{' => self.dict()?,
            '-' | '0'..='9' => self.int()?,
            _ => match () {
                () if self.word("True") => Literal::Bool(true),
                () if self.word("False") => Literal::Bool(false),
                () => return Err(format!("its header has an unexpected `{first}`")),
            },
        };
        self.depth -= 1;
        Ok(value)
    }

    fn word(&mut self, word: &str) -> bool {
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn int(&mut self) -> Result<Literal, String> {
        let end = self
            .rest
            .char_indices()
            .find(|(at, c)| !(c.is_ascii_digit() || (*at == 0 && *c == '-')))
            .map_or(self.rest.len(), |(at, _)| at);
        let (digits, rest) = self.rest.split_at(end);
        let number = digits.parse().map_err(|_| format!("its header has the number `{digits}`"))?;
        // Python 2 wrote long integers as `3L`.
        self.rest = rest.strip_prefix('L').unwrap_or(rest);
        Ok(Literal::Int(number))
    }

    fn text(&mut self) -> Result<String, String> {
        let mut chars = self.rest.char_indices();
        let quote = chars.next().map(|(_, c)| c);
        let mut text = String::new();
        while let Some((at, c)) = chars.next() {
            if Some(c) == quote {
                self.rest = &self.rest[at + c.len_utf8()..];
                return Ok(text);
            }
            if c != '\\' {
                text.push(c);
                continue;
            }
            match chars.next().map(|(_, c)| c) {
                Some(c @ ('\\' | '\'' | '"')) => text.push(c),
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('r') => text.push('\r'),
                Some(kind @ ('x' | 'u')) => {
                    let digits: String =
                        chars.by_ref().take(if kind == 'x' { 2 } else { 4 }).map(|(_, c)| c).collect();
                    let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                    text.push(code.ok_or("its header has a bad escape")?);
                }
                _ => return Err("its header has an unknown escape".to_owned()),
            }
        }
        Err("its header has an open quote".to_owned())
    }

    fn items(&mut self, open: char, close: char) -> Result<Vec<Literal>, String> {
        self.eat(open);
        let mut items = Vec::new();
        while !self.eat(close) {
            items.push(self.value()?);
            if !self.eat(',') {
                if self.eat(close) {
                    break;
                }
                return Err(format!("its header lacks a `{close}`"));
            }
        }
        Ok(items)
    }

    fn dict(&mut self) -> Result<Literal, String> {
        self.eat('{');
        let mut entries = Vec::new();
        while !self.eat('}') {
            let Literal::Text(key) = self.value()? else {
                return Err("its header has a key that is no text".to_owned());
            };
            if !self.eat(':') {
                return Err("its header lacks a `:`".to_owned());
            }
            entries.push((key, self.value()?));
            if !self.eat(',') {
                if self.eat('}') {
                    break;
                }
                return Err("its header lacks a `}`".to_owned());
            }
        }
        Ok(Literal::Dict(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::super::descr::Descr;
    use super::*;

    fn header(text: &str) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend_from_slice(&(text.len() as u16).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
        bytes
    }

    #[test]
    fn a_header_as_numpy_writes_it_is_understood() {
        let parsed =
            parse(&header("{'descr': '>f4', 'fortran_order': True, 'shape': (148, 180), }  \n")).unwrap();
        assert_eq!((parsed.fortran, parsed.shape), (true, vec![148, 180]));
        assert!(matches!(parsed.descr, Descr::Scalar(_)));
        let scalar = parse(&header("{'descr': '<i8', 'fortran_order': False, 'shape': ()}")).unwrap();
        assert!(scalar.shape.is_empty());
    }

    #[test]
    fn nonsense_is_refused_with_a_reason() {
        let cases = [
            ("{'descr': '<f8', 'fortran_order': False}", "lacks one of"),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", "an axis of length -1"),
            ("{'descr': '<q8', 'fortran_order': False, 'shape': (1,)}", "`<q8`"),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 3}", "unexpected `x`"),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}", "the number"),
            ("['descr']", "not a dictionary"),
            ("{'descr': '<f8", "open quote"),
            (&"[".repeat(100), "nested too deeply"),
        ];
        for (text, reason) in cases {
            let error = parse(&header(text)).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
