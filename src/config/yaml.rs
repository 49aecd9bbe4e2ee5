//! YAML nodes that know where they were written, and what one can ask of them.
//!
//! [`read`](super::read::read) makes them from text.

use crate::diag::{Diagnostic, Place};
use std::fmt::Write;

/// A YAML value with its tag and place.
///
/// Tags that stand for values (`!add`, `!linspace`, …) are computed while reading and gone. What
/// stays is read by later phases: references of the graph (`dag_prev`, `dag_tag`, `dag_node`,
/// `dag_result`, `arg`, `kwarg`), sweeps (`sweep`, `pdim`, `coupled-sweep`, `pspace`), `slice`
/// (always a list of start, stop, step, `~` where left out), `cmap` and `cmap-norm`.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Yaml,
    /// Its tag without `!`, where one is written (`sweep`, `dag_prev`, …).
    pub tag: Option<String>,
    /// Where it was written.
    pub place: Place,
}

/// What a YAML node is, by the core schema of YAML 1.2 (`yes` and `on` are text).
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Yaml {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Seq(Vec<Node>),
    /// Entries in the order of the file; keys are unique.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// An untagged node.
    pub fn new(value: Yaml, place: &Place) -> Self {
        Self { value, tag: None, place: place.clone() }
    }

    /// An untagged text node.
    pub fn str(text: impl Into<String>, place: &Place) -> Self {
        Self::new(Yaml::Str(text.into()), place)
    }

    /// The tag, if there is one.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Whether this is an untagged `~`.
    pub fn is_null(&self) -> bool {
        self.tag.is_none() && self.value == Yaml::Null
    }

    /// The text of an untagged text node.
    pub fn as_str(&self) -> Option<&str> {
        match (&self.tag, &self.value) {
            (None, Yaml::Str(text)) => Some(text),
            _ => None,
        }
    }

    /// The items of an untagged list.
    pub fn as_seq(&self) -> Option<&[Node]> {
        match (&self.tag, &self.value) {
            (None, Yaml::Seq(items)) => Some(items),
            _ => None,
        }
    }

    /// The entries of an untagged mapping.
    pub fn as_map(&self) -> Option<&[(Node, Node)]> {
        match (&self.tag, &self.value) {
            (None, Yaml::Map(entries)) => Some(entries),
            _ => None,
        }
    }

    /// The number of an untagged integer or float.
    pub fn as_f64(&self) -> Option<f64> {
        match (&self.tag, &self.value) {
            (None, Yaml::Int(number)) => Some(*number as f64),
            (None, Yaml::Float(number)) => Some(*number),
            _ => None,
        }
    }

    /// The value under a text key of a mapping (whatever its tag).
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Yaml::Map(entries) => entries.iter().find(|(k, _)| k.as_str() == Some(key)).map(|(_, v)| v),
            _ => None,
        }
    }

    /// What kind of value this is, for messages: "text", "a list", "`!dag_tag`".
    pub fn kind(&self) -> String {
        if let Some(tag) = &self.tag {
            return format!("`!{tag}`");
        }
        match &self.value {
            Yaml::Null => "nothing (`~`)".to_owned(),
            Yaml::Bool(flag) => format!("`{flag}`"),
            Yaml::Int(number) => format!("the integer {number}"),
            Yaml::Float(_) => format!("the number {}", self.python_str()),
            Yaml::Str(text) if text.chars().count() <= 40 => format!("the text `{text}`"),
            Yaml::Str(_) => "text".to_owned(),
            Yaml::Seq(_) => "a list".to_owned(),
            Yaml::Map(_) => "a mapping".to_owned(),
        }
    }

    /// "expected …, found …" at this node.
    pub fn expected(&self, what: &str) -> Diagnostic {
        Diagnostic::error(format!("expected {what}, found {}", self.kind())).at(self.place.clone())
    }

    /// Its text.
    ///
    /// # Errors
    /// If it is anything else; numbers are not turned into text.
    pub fn text(&self) -> Result<&str, Diagnostic> {
        self.as_str().ok_or_else(|| self.expected("text"))
    }

    /// Its number, integer or float.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn number(&self) -> Result<f64, Diagnostic> {
        self.as_f64().ok_or_else(|| self.expected("a number"))
    }

    /// Its number, if finite.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn finite(&self) -> Result<f64, Diagnostic> {
        self.as_f64().filter(|number| number.is_finite()).ok_or_else(|| self.expected("a finite number"))
    }

    /// Its integer.
    ///
    /// # Errors
    /// If it is anything else, a float with an integral value included.
    pub fn integer(&self) -> Result<i64, Diagnostic> {
        match (&self.tag, &self.value) {
            (None, Yaml::Int(number)) => Ok(*number),
            _ => Err(self.expected("an integer")),
        }
    }

    /// Its positive integer.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn count(&self) -> Result<usize, Diagnostic> {
        self.integer()
            .ok()
            .and_then(|number| usize::try_from(number).ok())
            .filter(|number| *number > 0)
            .ok_or_else(|| self.expected("a positive integer"))
    }

    /// Its truth value.
    ///
    /// # Errors
    /// If it is not `true` or `false`; `yes` and `on` are text in YAML 1.2.
    pub fn boolean(&self) -> Result<bool, Diagnostic> {
        match (&self.tag, &self.value) {
            (None, Yaml::Bool(flag)) => Ok(*flag),
            (None, Yaml::Str(text)) if matches!(text.as_str(), "yes" | "no" | "on" | "off") => Err(self
                .expected("`true` or `false`")
                .help(format!("in YAML 1.2 `{text}` is text; write `true` or `false`"))),
            _ => Err(self.expected("`true` or `false`")),
        }
    }

    /// Its items.
    ///
    /// # Errors
    /// If it is not a list.
    pub fn list(&self) -> Result<&[Node], Diagnostic> {
        self.as_seq().ok_or_else(|| self.expected("a list"))
    }

    /// Its entries.
    ///
    /// # Errors
    /// If it is not a mapping.
    pub fn mapping(&self) -> Result<&[(Node, Node)], Diagnostic> {
        self.as_map().ok_or_else(|| self.expected("a mapping"))
    }

    /// Its two finite numbers.
    ///
    /// # Errors
    /// If it is not a list of two finite numbers.
    pub fn pair(&self) -> Result<[f64; 2], Diagnostic> {
        match self.as_seq() {
            Some([a, b]) => Ok([a.finite()?, b.finite()?]),
            _ => Err(self.expected("a list of two numbers")),
        }
    }

    /// Number of nodes in it, keys included.
    pub fn num_nodes(&self) -> usize {
        1 + match &self.value {
            Yaml::Seq(items) => items.iter().map(Self::num_nodes).sum(),
            Yaml::Map(entries) => entries.iter().map(|(k, v)| k.num_nodes() + v.num_nodes()).sum(),
            _ => 0,
        }
    }

    /// Bytes of text in it, keys and tags included.
    pub(super) fn text_bytes(&self) -> usize {
        self.tag.as_ref().map_or(0, String::len)
            + match &self.value {
                Yaml::Str(text) => text.len(),
                Yaml::Seq(items) => items.iter().map(Self::text_bytes).sum(),
                Yaml::Map(entries) => entries.iter().map(|(k, v)| k.text_bytes() + v.text_bytes()).sum(),
                _ => 0,
            }
    }

    /// Levels of nesting: 1 for a scalar.
    pub(super) fn depth(&self) -> usize {
        1 + match &self.value {
            Yaml::Seq(items) => items.iter().map(Self::depth).max().unwrap_or(0),
            Yaml::Map(entries) => entries.iter().map(|(k, v)| k.depth().max(v.depth())).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// A serialisation that two nodes share exactly if value and tags are equal, wherever and however
    /// they were written (order of entries counts; `!dag_prev` is `!dag_node -1`). For digests, not for
    /// people.
    pub fn canonical(&self, out: &mut String) {
        if self.tag() == Some("dag_prev") {
            return out.push_str("!dag_node -1");
        }
        if let Some(tag) = &self.tag {
            let _ = write!(out, "!{tag} ");
        }
        match &self.value {
            Yaml::Null => out.push('~'),
            Yaml::Bool(flag) => out.push_str(if *flag { "T" } else { "F" }),
            Yaml::Int(number) => {
                let _ = write!(out, "{number}");
            }
            Yaml::Float(number) => {
                let _ = write!(out, "f{:016x}", number.to_bits());
            }
            Yaml::Str(text) => {
                let _ = write!(out, "{text:?}");
            }
            Yaml::Seq(items) => {
                out.push('[');
                for item in items {
                    item.canonical(out);
                    out.push(',');
                }
                out.push(']');
            }
            Yaml::Map(entries) => {
                out.push('{');
                for (key, value) in entries {
                    key.canonical(out);
                    out.push(':');
                    value.canonical(out);
                    out.push(',');
                }
                out.push('}');
            }
        }
    }
}

/// Entries of a mapping by their text keys, for readers that know every key they take.
#[derive(Debug)]
pub struct Keys<'a> {
    what: &'a str,
    entries: &'a [(Node, Node)],
    known: &'a [&'a str],
}

impl<'a> Keys<'a> {
    /// The entries of `node`, of which every key is one of `known`; `what` names the mapping in
    /// messages ("a sweep").
    ///
    /// # Errors
    /// If `node` is no mapping (its tag is not looked at) or has another key, with the near one.
    pub fn of(node: &'a Node, what: &'a str, known: &'a [&'a str]) -> Result<Self, Diagnostic> {
        let Yaml::Map(entries) = &node.value else {
            let mut untagged = node.clone();
            untagged.tag = None;
            return Err(untagged.expected(&format!("a mapping for {what}")));
        };
        for (key, _) in entries {
            let name = key.as_str().unwrap_or_default();
            if !known.contains(&name) {
                let shown = key.python_str();
                return Err(Diagnostic::error(format!("unknown key `{shown}` of {what}"))
                    .at(key.place.clone())
                    .help(crate::diag::did_you_mean(&shown, known.iter().copied())));
            }
        }
        Ok(Self { what, entries, known })
    }

    /// The value of a key; `None` if it is absent.
    pub fn get(&self, key: &str) -> Option<&'a Node> {
        debug_assert!(self.known.contains(&key), "{key} is no key of {}", self.what);
        self.entries.iter().find(|(k, _)| k.as_str() == Some(key)).map(|(_, v)| v)
    }

    /// The value of a key that is neither absent nor `~`.
    pub fn given(&self, key: &str) -> Option<&'a Node> {
        self.get(key).filter(|node| !node.is_null())
    }
}
