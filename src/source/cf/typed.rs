//! Attributes with the types they are stored in, which decide what packed data decode to.

use super::Kind;
use crate::data::{Attr, Attrs};

/// One number of an attribute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::source) enum Scalar {
    /// An integer of any width.
    Int(i128),
    /// A float.
    Float(f64),
}

impl Scalar {
    /// As a float, rounded.
    pub(in crate::source) fn f64(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    /// As an integer, if it is one exactly.
    pub(in crate::source) fn int(self) -> Option<i128> {
        match self {
            Self::Int(value) => Some(value),
            Self::Float(value) => (value.fract() == 0.0 && value.abs() < 1e30).then_some(value as i128),
        }
    }
}

/// An attribute's value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::source) enum Typed {
    /// One text.
    Text(String),
    /// An array of texts.
    Texts(Vec<String>),
    /// Numbers of one stored type; `scalar` if not an array.
    Numbers {
        /// The stored type.
        kind: Kind,
        /// The values.
        values: Vec<Scalar>,
        /// Whether it is a scalar, not an array of one.
        scalar: bool,
    },
}

impl Typed {
    /// As the vocabulary's attribute; integers beyond `i64` become floats.
    pub(in crate::source) fn to_attr(&self) -> Attr {
        match self {
            Self::Text(text) => Attr::Text(text.clone()),
            Self::Texts(texts) => Attr::Texts(texts.clone()),
            Self::Numbers { values, scalar, .. } => {
                let ints: Option<Vec<i64>> = values
                    .iter()
                    .map(|v| match v {
                        Scalar::Int(value) => i64::try_from(*value).ok(),
                        Scalar::Float(_) => None,
                    })
                    .collect();
                match (ints, scalar) {
                    (Some(ints), true) if ints.len() == 1 => Attr::Int(ints[0]),
                    (Some(ints), _) if !ints.is_empty() => Attr::Ints(ints),
                    (_, true) if values.len() == 1 => Attr::Float(values[0].f64()),
                    _ => Attr::Floats(values.iter().map(|v| v.f64()).collect()),
                }
            }
        }
    }
}

/// Attributes by name, in the order of the file.
#[derive(Clone, Debug, Default)]
pub(in crate::source) struct TypedAttrs(pub(in crate::source) Vec<(String, Typed)>);

impl TypedAttrs {
    /// The attribute of this name.
    pub(in crate::source) fn get(&self, name: &str) -> Option<&Typed> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The text of an attribute; of an array of one, its element.
    pub(in crate::source) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Typed::Text(text) => Some(text),
            Typed::Texts(texts) if texts.len() == 1 => Some(&texts[0]),
            _ => None,
        }
    }

    /// The numbers of an attribute and their stored type.
    pub(in crate::source) fn numbers(&self, name: &str) -> Option<(Kind, &[Scalar])> {
        match self.get(name)? {
            Typed::Numbers { kind, values, .. } => Some((*kind, values)),
            _ => None,
        }
    }

    /// The one number of an attribute and its stored type.
    pub(in crate::source) fn number(&self, name: &str) -> Option<(Kind, f64)> {
        match self.numbers(name)? {
            (kind, [value]) => Some((kind, value.f64())),
            _ => None,
        }
    }

    /// Sets an attribute unless it is there.
    pub(in crate::source) fn set_default(&mut self, name: &str, value: Typed) {
        if self.get(name).is_none() {
            self.0.push((name.to_owned(), value));
        }
    }

    /// As the vocabulary's attributes.
    pub(in crate::source) fn to_attrs(&self) -> Attrs {
        self.0.iter().map(|(name, value)| (name.clone(), value.to_attr())).collect()
    }
}
