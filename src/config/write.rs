//! Nodes as YAML text that reads back as the same nodes.
//!
//! serde_yaml cannot write the dialect's tags on what they stand on, nor choose a form; so the text is
//! written here: mappings and lists in blocks, those of a few scalars on one line. Text is left bare
//! where no reader of YAML 1.1 or 1.2 takes it for anything else, and is quoted otherwise. `!dag_prev`
//! is written as the `!dag_node -1` that it stands for.

use super::{Node, Yaml, scalar};
use std::fmt::Write as _;

/// Columns of a collection that is written on one line.
const WIDTH: usize = 80;
/// Longest key that is written before a colon; readers give up on much longer ones.
const LONGEST_KEY: usize = 120;

/// The document of a node.
pub fn write(node: &Node) -> String {
    let mut text = String::new();
    match &node.value {
        Yaml::Map(entries) if node.tag.is_none() && !entries.is_empty() => {
            write_entries(entries, 0, false, &mut text);
        }
        _ => {
            write_value(node, 0, &mut text);
            text.remove(0);
        }
    }
    text
}

/// What follows `key:` or `-`: a blank and the value on the line, or the lines below.
fn write_value(node: &Node, indent: usize, text: &mut String) {
    let (entries, items): (&[(Node, Node)], &[Node]) = match &node.value {
        Yaml::Map(entries) => (entries, &[]),
        Yaml::Seq(items) => (&[], items),
        _ => (&[], &[]),
    };
    if (entries.is_empty() && items.is_empty()) || is_short(node) {
        text.push(' ');
        flow(node, text);
        text.push('\n');
        return;
    }
    if let Some(tag) = &node.tag {
        // Writing to a String cannot fail.
        let _ = write!(text, " !{tag}");
    }
    text.push('\n');
    write_entries(entries, indent, false, text);
    for item in items {
        text.extend(std::iter::repeat_n(' ', indent));
        text.push('-');
        match &item.value {
            Yaml::Map(entries) if item.tag.is_none() && !entries.is_empty() && !is_short(item) => {
                text.push(' ');
                write_entries(entries, indent + 2, true, text);
            }
            _ => write_value(item, indent + 2, text),
        }
    }
}

/// The lines of a mapping; the first one may go on a line that is begun.
fn write_entries(entries: &[(Node, Node)], indent: usize, mut begun: bool, text: &mut String) {
    for (key, value) in entries {
        if !begun {
            text.extend(std::iter::repeat_n(' ', indent));
        }
        begun = false;
        let start = text.len();
        flow(key, text);
        if text.len() - start > LONGEST_KEY {
            text.insert_str(start, "? ");
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', indent));
        }
        text.push(':');
        write_value(value, indent + 2, text);
    }
}

/// Whether a collection holds scalars alone and fits on a line.
fn is_short(node: &Node) -> bool {
    let leaf = |node: &Node| !matches!(node.value, Yaml::Seq(_) | Yaml::Map(_));
    let flat = match &node.value {
        Yaml::Seq(items) => items.iter().all(leaf),
        Yaml::Map(entries) => entries.iter().all(|(key, value)| leaf(key) && leaf(value)),
        _ => true,
    };
    flat && {
        let mut line = String::new();
        flow(node, &mut line);
        line.len() <= WIDTH
    }
}

/// A node on one line.
fn flow(node: &Node, text: &mut String) {
    match node.tag() {
        Some("dag_prev") => {
            text.push_str("!dag_node -1");
            return;
        }
        // Writing to a String cannot fail, here and below.
        Some(tag) => {
            let _ = write!(text, "!{tag} ");
        }
        None => {}
    }
    match &node.value {
        Yaml::Null => text.push('~'),
        Yaml::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        Yaml::Int(number) => {
            let _ = write!(text, "{number}");
        }
        Yaml::Float(number) => float(*number, text),
        Yaml::Str(content) if is_bare(content) => text.push_str(content),
        Yaml::Str(content) => quoted(content, text),
        Yaml::Seq(items) => {
            text.push('[');
            for (k, item) in items.iter().enumerate() {
                text.push_str(if k == 0 { "" } else { ", " });
                flow(item, text);
            }
            text.push(']');
        }
        Yaml::Map(entries) => {
            text.push('{');
            for (k, (key, value)) in entries.iter().enumerate() {
                text.push_str(if k == 0 { "" } else { ", " });
                flow(key, text);
                text.push_str(": ");
                flow(value, text);
            }
            text.push('}');
        }
    }
}

/// The shortest digits that give the number back, in the form that all readers take for a float.
fn float(number: f64, text: &mut String) {
    if number.is_nan() {
        text.push_str(".nan");
    } else if number.is_infinite() {
        text.push_str(if number > 0.0 { ".inf" } else { "-.inf" });
    } else {
        let digits = format!("{number:?}");
        match digits.split_once('e') {
            None => text.push_str(&digits),
            Some((mantissa, exponent)) => {
                let dot = if mantissa.contains('.') { "" } else { ".0" };
                let sign = if exponent.starts_with('-') { "" } else { "+" };
                let _ = write!(text, "{mantissa}{dot}e{sign}{exponent}");
            }
        }
    }
}

/// Whether a text can stand without quotes anywhere, and is text to every reader.
fn is_bare(text: &str) -> bool {
    const WORDS: [&str; 10] = ["yes", "no", "on", "off", "y", "n", "true", "false", "null", "nan"];
    let mut signs = text.chars();
    let begins = match signs.next() {
        Some('.') => signs.next().is_some_and(|c| c.is_ascii_alphabetic()),
        Some(c) => c.is_alphabetic() || c == '_' || c == '/',
        None => false,
    };
    begins
        && text.chars().all(|c| c.is_alphanumeric() || "_./-+()^ ".contains(c))
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
        && scalar::resolve(text) == Ok(Yaml::Str(text.to_owned()))
}

fn quoted(content: &str, text: &mut String) {
    text.push('"');
    for c in content.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\r' => text.push_str("\\r"),
            // Line breaks of Unicode, the byte order mark, and what YAML cannot hold.
            c if c.is_control()
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') =>
            {
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::super::read::read;
    use super::*;
    use crate::diag::{Place, Source, Span};

    fn back(text: &str) -> Node {
        read(&Source::new("written.yml", text)).unwrap_or_else(|errors| panic!("{errors:?}\n{text}")).unwrap()
    }

    fn canonical(node: &Node) -> String {
        let mut text = String::new();
        node.canonical(&mut text);
        text
    }

    #[test]
    fn nodes_are_written_for_people() {
        let given = "\
name:
  transform:
  - .mean: [!dag_prev , time]
    tag: x
  - {a: {b: [1, 2.0, 1e-5]}}
  style: !sweep {default: ~, values: [[1], \"yes\", '1', 2020-01-01]}
  empty: {}
  texts: ['a: b', '', ' x', \"two\\nlines\", .mean, np.sum, '>', µm]
";
        let expected = "\
name:
  transform:
    - .mean: [!dag_node -1, time]
      tag: x
    - a:
        b: [1, 2.0, 1.0e-5]
  style: !sweep
    default: ~
    values:
      - [1]
      - \"yes\"
      - \"1\"
      - \"2020-01-01\"
  empty: {}
  texts: [\"a: b\", \"\", \" x\", \"two\\nlines\", .mean, np.sum, \">\", µm]
";
        assert_eq!(write(&back(given)), expected);
    }

    /// A generator of Marsaglia's xorshift kind.
    struct Random(u64);

    impl Random {
        fn below(&mut self, n: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % n
        }

        fn text(&mut self) -> String {
            const SIGNS: [&str; 30] = [
                "a", "B", "é", "日", "1", "0", "-", "+", ".", ":", " ", "#", ",", "[", "]", "{", "}", "&",
                "*", "!", "|", ">", "'", "\"", "%", "@", "\n", "\\", "\u{85}", "~",
            ];
            const WORDS: [&str; 9] = ["true", "null", "1e3", "0x1F", "<<", "---", "12:30", ".inf", "="];
            if self.below(8) == 0 {
                return WORDS[self.below(9) as usize].to_owned();
            }
            (0..self.below(6)).map(|_| SIGNS[self.below(30) as usize]).collect()
        }

        fn node(&mut self, depth: u64) -> Node {
            let place = Place::new(&Source::new("random", ""), Span::default());
            let value = match self.below(if depth == 0 { 6 } else { 9 }) {
                0 => Yaml::Null,
                1 => Yaml::Bool(self.below(2) == 0),
                2 => Yaml::Int(self.below(u64::MAX) as i64 >> self.below(64)),
                3 => Yaml::Float(match self.below(5) {
                    0 => f64::INFINITY,
                    1 => -0.0,
                    2 => self.below(100) as f64,
                    _ => f64::from_bits(self.below(u64::MAX)),
                }),
                4 | 5 => Yaml::Str(self.text()),
                6 | 7 => {
                    let mut entries: Vec<(Node, Node)> = Vec::new();
                    for _ in 0..self.below(5) {
                        let key = Node::str(format!("{}{}", self.text(), entries.len()), &place);
                        entries.push((key, self.node(depth - 1)));
                    }
                    Yaml::Map(entries)
                }
                _ => Yaml::Seq((0..self.below(5)).map(|_| self.node(depth - 1)).collect()),
            };
            const TAGS: [&str; 6] = ["dag_tag", "arg", "kwarg", "cmap", "dag_result", "coupled-sweep"];
            let tag = (self.below(6) == 0).then(|| TAGS[self.below(6) as usize].to_owned());
            Node { value, tag, place }
        }
    }

    #[test]
    fn what_is_written_reads_back_whatever_it_is() {
        let mut random = Random(0x2545_f491_4f6c_dd1d);
        for _ in 0..3000 {
            let place = Place::new(&Source::new("random", ""), Span::default());
            let node = Node::new(Yaml::Map(vec![(Node::str("x", &place), random.node(4))]), &place);
            let text = write(&node);
            // NaN has many bits; all are written as one.
            let nan = |text: &str| text.split("f7ff").count() + text.split("ffff").count() > 2;
            let before = canonical(&node);
            if !nan(&before) {
                assert_eq!(canonical(&back(&text)), before, "{text}");
            }
        }
    }
}
