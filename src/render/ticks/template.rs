//! Formats of tick labels as Python writes them: `%.2f m`, `{x:.2f} m`.

use super::Piece;
use super::spec::Spec;

/// Parts of `%.2f m` or `{x:.2f} m`; `None` if it is neither.
pub fn pieces(text: &str) -> Option<Vec<Piece>> {
    if text.contains('{') { brace_pieces(text) } else { percent_pieces(text) }
}

/// Parts of `%.2f m`; `None` if it is no such format.
pub fn percent_pieces(text: &str) -> Option<Vec<Piece>> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    let mut plain = String::new();
    while let Some((before, after)) = rest.split_once('%') {
        plain.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            (plain, rest) = (plain + "%", after);
            continue;
        }
        let (spec, used) = Spec::parse_c(after)?;
        pieces.push(Piece::Text(std::mem::take(&mut plain)));
        pieces.push(Piece::Number { spec, index: false });
        rest = &after[used..];
    }
    pieces.push(Piece::Text(plain + rest));
    Some(pieces)
}

/// Parts of `{x:.2f} m`, where `{pos}` is the tick's index.
pub fn brace_pieces(text: &str) -> Option<Vec<Piece>> {
    let (mut pieces, mut plain) = (Vec::new(), String::new());
    let mut chars = text.char_indices().peekable();
    while let Some((at, character)) = chars.next() {
        match character {
            '{' if chars.peek().is_some_and(|(_, next)| *next == '{') => {
                chars.next();
                plain.push('{');
            }
            '}' if chars.peek().is_some_and(|(_, next)| *next == '}') => {
                chars.next();
                plain.push('}');
            }
            '{' => {
                let inner = &text[at + 1..];
                let end = inner.find('}')?;
                let (name, spec) = inner[..end].split_once(':').unwrap_or((&inner[..end], ""));
                let index = match name {
                    "x" | "0" | "" => false,
                    "pos" | "1" => true,
                    _ => return None,
                };
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
                pieces.push(Piece::Number { spec: Spec::parse(spec)?, index });
                while chars.peek().is_some_and(|(next, _)| *next <= at + 1 + end) {
                    chars.next();
                }
            }
            '}' => return None,
            other => plain.push(other),
        }
    }
    pieces.push(Piece::Text(plain));
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(pieces: Option<Vec<Piece>>, value: f64) -> Option<String> {
        let write = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Number { spec, index } => spec.format(if *index { 3.0 } else { value }),
        };
        pieces.map(|pieces| pieces.iter().map(write).collect())
    }

    /// Expected: Python's `%` and `str.format`.
    #[test]
    fn formats_of_both_kinds_are_read() {
        assert_eq!(write(percent_pieces("%.2f %% of %d"), 7.5).as_deref(), Some("7.50 % of 7"));
        assert_eq!(write(percent_pieces("%y"), 1.0), None);
        assert_eq!(write(brace_pieces("{x:.1f} µm ({pos:.0f})"), 7.25).as_deref(), Some("7.2 µm (3)"));
        assert_eq!(write(brace_pieces("{{{x:g}}}"), 1.0).as_deref(), Some("{1}"));
        assert_eq!(write(brace_pieces("{y}"), 1.0), None);
        assert_eq!(write(brace_pieces("{x"), 1.0), None);
    }
}
