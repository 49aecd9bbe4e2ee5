//! Attributes: small named values that come with groups and arrays.

use std::fmt;
use std::sync::Arc;

/// One attribute's value. Byte strings have been decoded to text.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Attr {
    Text(String),
    Texts(Vec<String>),
    Int(i64),
    Ints(Vec<i64>),
    Float(f64),
    Floats(Vec<f64>),
    /// A mapping, or a list of several kinds: loaded from YAML or JSON.
    Json(Arc<serde_json::Value>),
}

impl Attr {
    /// The text, also of a one-element list.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Texts(texts) if texts.len() == 1 => Some(&texts[0]),
            _ => None,
        }
    }

    /// The number, also of a one-element list.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Ints(values) if values.len() == 1 => Some(values[0] as f64),
            Self::Floats(values) if values.len() == 1 => Some(values[0]),
            _ => None,
        }
    }

    /// The integer, also of a one-element list.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Ints(values) if values.len() == 1 => Some(values[0]),
            _ => None,
        }
    }

    /// The numbers, one or many, as `f64`.
    pub fn numbers(&self) -> Option<Vec<f64>> {
        match self {
            Self::Ints(values) => Some(values.iter().map(|v| *v as f64).collect()),
            Self::Floats(values) => Some(values.clone()),
            _ => self.as_f64().map(|v| vec![v]),
        }
    }

    /// As JSON.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Text(v) => v.as_str().into(),
            Self::Texts(v) => v.clone().into(),
            Self::Int(v) => (*v).into(),
            Self::Ints(v) => v.clone().into(),
            Self::Float(v) => float_json(*v),
            Self::Floats(v) => v.iter().map(|v| float_json(*v)).collect::<Vec<_>>().into(),
            Self::Json(v) => (**v).clone(),
        }
    }
}

/// A float as JSON: NaN and infinities, which JSON lacks, as the texts `nan`, `inf`, `-inf`.
fn float_json(value: f64) -> serde_json::Value {
    serde_json::Number::from_f64(value)
        .map_or_else(|| value.to_string().to_lowercase().into(), serde_json::Value::Number)
}

impl fmt::Display for Attr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(v) => f.write_str(v),
            Self::Int(v) => write!(f, "{v}"),
            Self::Float(v) => write!(f, "{v}"),
            Self::Texts(v) => write!(f, "{v:?}"),
            Self::Ints(v) => write!(f, "{v:?}"),
            Self::Floats(v) => write!(f, "{v:?}"),
            Self::Json(v) => write!(f, "{v}"),
        }
    }
}

/// Attributes in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attrs(Vec<(String, Attr)>);

impl Attrs {
    /// No attributes.
    pub fn new() -> Self {
        Self::default()
    }

    /// The attribute of this name.
    pub fn get(&self, name: &str) -> Option<&Attr> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The text of an attribute, if it is there and text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Attr::as_text)
    }

    /// Sets an attribute; one of that name keeps its position.
    pub fn insert(&mut self, name: impl Into<String>, value: Attr) {
        let name = name.into();
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Removes an attribute and returns it.
    pub fn remove(&mut self, name: &str) -> Option<Attr> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(at).1)
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Attr)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, Attr)> for Attrs {
    fn from_iter<I: IntoIterator<Item = (String, Attr)>>(items: I) -> Self {
        let mut attrs = Self::new();
        for (name, value) in items {
            attrs.insert(name, value);
        }
        attrs
    }
}
