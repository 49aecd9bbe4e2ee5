//! The one shape in which errors and warnings reach a person.

use super::{Place, Source, Span};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The thing asked for is not done.
    Error,
    /// It is done, but something about it should be known.
    Warning,
    /// It is not to be done, and that is no mistake; the message is the reason.
    Skip,
}

/// A message with its place, its causes and the way out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// What happened, a lowercase sentence fragment without full stop.
    pub message: String,
    /// What led to it, nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// How to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// How the place comes into it: the way through `based_on`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Short text at the place pointed at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where it was written.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire_place")]
    pub place: Option<Place>,
}

impl Diagnostic {
    /// An error with a message only.
    pub fn error(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            causes: Vec::new(),
            help: None,
            note: None,
            label: None,
            place: None,
        }
    }

    /// A warning with a message only.
    pub fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message) }
    }

    /// Says that something is not to be done, and why (the reason may be empty).
    pub fn skip(reason: impl Into<String>) -> Self {
        Self { severity: Severity::Skip, ..Self::error(reason) }
    }

    /// Whether it says that something is not to be done.
    pub fn is_skip(&self) -> bool {
        self.severity == Severity::Skip
    }

    /// An error from a Rust error: its message, then the chain of its sources as causes.
    pub fn from_error(error: &dyn std::error::Error) -> Self {
        let mut diagnostic = Self::error(error.to_string());
        let mut source = error.source();
        while let Some(cause) = source {
            diagnostic.causes.push(cause.to_string());
            source = cause.source();
        }
        diagnostic
    }

    /// Points at `place`.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Points at `place` unless a nearer place is known already.
    #[must_use]
    pub fn or_at(mut self, place: &Place) -> Self {
        self.place.get_or_insert_with(|| place.clone());
        self
    }

    /// Adds the short text at the place.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Adds the way out, if there is one.
    #[must_use]
    pub fn help(mut self, help: impl Into<Option<String>>) -> Self {
        if let Some(help) = help.into() {
            self.help = Some(help);
        }
        self
    }

    /// Adds how the place comes into it, unless that is said already.
    #[must_use]
    pub fn or_note(mut self, note: impl Into<Option<String>>) -> Self {
        self.note = self.note.or(note.into());
        self
    }

    /// Adds a cause.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Gives a diagnostic that crossed a process its source text back: places carry only the
    /// file's name and the span on the wire.
    #[must_use]
    pub fn rehydrate(mut self, sources: &[Source]) -> Self {
        if let Some(place) = &mut self.place {
            let known = sources.iter().find(|source| source.name() == place.source.name());
            match known {
                Some(source) => place.source = source.clone(),
                None => self.place = None,
            }
        }
        self
    }
}

impl fmt::Display for Diagnostic {
    /// One line: `file:line:col: message: cause (help) [note]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)?;
        for cause in &self.causes {
            write!(f, ": {cause}")?;
        }
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        if let Some(note) = &self.note {
            write!(f, " [{note}]")?;
        }
        Ok(())
    }
}

/// A value and the warnings met on the way to it.
#[derive(Clone, Debug, Default)]
pub struct Warned<T> {
    /// The result.
    pub value: T,
    /// What should be known about it.
    pub warnings: Vec<Diagnostic>,
}

impl<T> Warned<T> {
    /// A value without warnings.
    pub fn clean(value: T) -> Self {
        Self { value, warnings: Vec::new() }
    }

    /// Hands the warnings to `sink` and returns the value.
    pub fn into_value(self, sink: &mut Vec<Diagnostic>) -> T {
        sink.extend(self.warnings);
        self.value
    }
}

mod wire_place {
    //! A place on the wire is `[file, start, end]`.
    use super::{Place, Source, Span};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(place: &Option<Place>, out: S) -> Result<S::Ok, S::Error> {
        place.as_ref().map(|p| (p.source.name(), p.span.start, p.span.end)).serialize(out)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Place>, D::Error> {
        let wire: Option<(String, usize, usize)> = Option::deserialize(input)?;
        Ok(wire.map(|(file, start, end)| Place { source: Source::new(file, ""), span: Span { start, end } }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_the_wire_and_finds_its_text_again() {
        let source = Source::new("p.yml", "a: 1\nb: 2\n");
        let before = Diagnostic::error("bad").at(Place::new(&source, Span { start: 5, end: 6 }));
        let wire = serde_json::to_string(&before).unwrap();
        let after: Diagnostic = serde_json::from_str(&wire).unwrap();
        assert_eq!(after.rehydrate(&[source]).to_string(), "p.yml:2:1: bad");
    }
}
