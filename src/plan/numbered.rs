//! Names of numbered pictures: `fstr` and `name_padding` of the writer `frames`, a format of Python as dantro
//! has it.

use crate::config::Node;
use crate::diag::{Diagnostic, did_you_mean};
use crate::output::name;
use std::path::{Path, PathBuf};

/// The most digits of a number.
const MOST: usize = 64;

/// Fields of the format.
const FIELDS: [&str; 4] = ["dir", "ext", "num", "pad"];

/// How pictures are named: the figure's file without its extension, these pieces, and the extension.
pub(super) struct Numbered {
    pieces: Vec<Piece>,
    /// Digits of pictures' numbers.
    pub(super) width: usize,
}

/// What stands between folder and extension.
#[derive(Debug, PartialEq)]
enum Piece {
    Text(String),
    /// The number with at least so many digits.
    Number(usize),
}

impl Default for Numbered {
    /// `<folder>/0000000.<ext>`.
    fn default() -> Self {
        Self::padded(7)
    }
}

impl Numbered {
    fn padded(width: usize) -> Self {
        Self { pieces: vec![Piece::Text("/".to_owned()), Piece::Number(width)], width }
    }

    /// What `name_padding` and `fstr` say.
    ///
    /// # Errors
    /// A padding that is no number up to 64; a format that does not begin with the figure's folder, end with
    /// the extension, and have the number between them.
    pub(super) fn of(padding: Option<&Node>, format: Option<&Node>) -> Result<Self, Diagnostic> {
        let width = match padding {
            None => Self::default().width,
            Some(node) => match node.count()? {
                width if width <= MOST => width,
                _ => return Err(node.expected("a number of digits up to 64 for `name_padding`")),
            },
        };
        let Some(format) = format else { return Ok(Self::padded(width)) };
        let at = |error: Diagnostic| error.at(format.place.clone());
        let own = Self { pieces: pieces(format.text()?, width).map_err(at)?, width };
        own.file(Path::new("figure.png"), 0).map_err(at)?;
        Ok(own)
    }

    /// The file of a picture of the figure `output`.
    ///
    /// # Errors
    /// If it were outside of the output directory, or its name is too long.
    pub(super) fn file(&self, output: &Path, number: usize) -> Result<PathBuf, Diagnostic> {
        let mut text = output.with_extension("").to_string_lossy().into_owned();
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Number(width) => text.push_str(&format!("{number:0width$}")),
            }
        }
        text.push('.');
        text.push_str(&output.extension().unwrap_or_default().to_string_lossy());
        name::inside(&text).map_err(|error| Diagnostic::from_error(&error))
    }
}

/// The pieces of a format between its folder and its extension.
fn pieces(format: &str, width: usize) -> Result<Vec<Piece>, Diagnostic> {
    let wrong = |what: &str| {
        Diagnostic::error(format!("`fstr` {what}"))
            .help("such as `{dir:}/{num:0{pad:}d}.{ext:}`, the default".to_owned())
    };
    let inner = ["{dir}", "{dir:}"].iter().find_map(|dir| format.strip_prefix(dir));
    let inner = inner.ok_or_else(|| wrong("must begin with `{dir:}`, the figure's folder"))?;
    let inner = [".{ext}", ".{ext:}"].iter().find_map(|ext| inner.strip_suffix(ext));
    let mut rest = inner.ok_or_else(|| wrong("must end with `.{ext:}`, the pictures' extension"))?;
    let mut pieces = Vec::new();
    let mut text = String::new();
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
            text.push_str(&rest[..1]);
            rest = after;
            continue;
        }
        // The padding may stand inside of the number's field.
        let field = rest.strip_prefix('{').ok_or_else(|| wrong("has a `}` without its `{`"))?;
        let (name, spec, after) = field_of(field).ok_or_else(|| wrong("has a `{` without its `}`"))?;
        if !FIELDS.contains(&name) {
            return Err(
                Diagnostic::error(format!("`fstr` has no field `{name}`")).help(did_you_mean(name, FIELDS))
            );
        }
        if name != "num" {
            return Err(wrong(&format!(
                "has `{name}` between folder and extension, which takes `num` alone"
            )));
        }
        let spec = spec.replace("{pad:}", "{pad}").replace("{pad}", &width.to_string());
        let digits = spec.strip_suffix('d').unwrap_or(&spec);
        let least = match digits.strip_prefix('0') {
            None if digits.is_empty() => Some(0),
            None => None,
            Some("") => Some(0),
            Some(digits) => digits.parse().ok().filter(|least| *least <= MOST),
        };
        let least = least.ok_or_else(|| {
            wrong(&format!(
                "has a number of the form `{spec}`: it is `d`, or zeros up to 64 digits, as `05d`"
            ))
        })?;
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.push(Piece::Number(least));
        rest = after;
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    if !pieces.iter().any(|piece| matches!(piece, Piece::Number(_))) {
        return Err(wrong("needs `{num}`: all pictures would have one name"));
    }
    Ok(pieces)
}

/// Name and form of a field whose `{` was read, and what follows it.
fn field_of(text: &str) -> Option<(&str, &str, &str)> {
    let mut depth = 0;
    let end = text.find(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth < 0
    })?;
    let (name, spec) = text[..end].split_once(':').unwrap_or((&text[..end], ""));
    Some((name, spec, &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Yaml;
    use crate::diag::{Place, Source, Span};

    fn node(value: Yaml) -> Node {
        Node::new(value, &Place::new(&Source::new("plots.yml", "x"), Span { start: 0, end: 1 }))
    }

    fn named(padding: i64, format: &str) -> Result<String, String> {
        let (padding, format) = (node(Yaml::Int(padding)), node(Yaml::Str(format.to_owned())));
        let numbered = Numbered::of(Some(&padding), Some(&format)).map_err(|error| error.to_string())?;
        let file = numbered.file(Path::new("a/b__beta_0.2.png"), 42).map_err(|error| error.to_string())?;
        Ok(file.display().to_string())
    }

    #[test]
    fn pictures_are_named_as_python_formats_them() {
        for (padding, format, wanted) in [
            (7, "{dir:}/{num:0{pad:}d}.{ext:}", "a/b__beta_0.2/0000042.png"),
            (1, "{dir}/{num:0{pad}d}.{ext}", "a/b__beta_0.2/42.png"),
            (7, "{dir}_{num:03d}.{ext}", "a/b__beta_0.2_042.png"),
            (7, "{dir}/t{num}/{{x}}{num:d}.{ext}", "a/b__beta_0.2/t42/{x}42.png"),
        ] {
            assert_eq!(named(padding, format).as_deref(), Ok(wanted), "{format}");
        }
        let default = Numbered::default().file(Path::new("x.pdf"), 3).unwrap();
        assert_eq!(default, Path::new("x/0000003.pdf"));
    }

    #[test]
    fn other_formats_are_refused_and_say_why() {
        for (padding, format, said) in [
            (65, "{dir}/{num}.{ext}", "up to 64"),
            (0, "{dir}/{num}.{ext}", "positive"),
            (7, "/tmp/{num}.{ext}", "begin with `{dir:}`"),
            (7, "{dir}/{num}.png", "end with `.{ext:}`"),
            (7, "{dir}/frame.{ext}", "all pictures would have one name"),
            (7, "{dir}/{nmu}.{ext}", "no field `nmu`"),
            (7, "{dir}/{num:>7}.{ext}", "form `>7`"),
            (7, "{dir}/{num:099d}.{ext}", "form `099d`"),
            (7, "{dir}/{num.{ext}", "without its `}`"),
            (7, "{dir}/num}.{ext}", "without its `{`"),
            (7, "{dir}/{dir}{num}.{ext}", "has `dir` between"),
            (7, "{dir}/../../../{num}.{ext}", "inside the output directory"),
        ] {
            let error = named(padding, format).expect_err(format);
            assert!(error.contains(said), "{format}: {error}");
        }
    }
}
