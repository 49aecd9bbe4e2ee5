//! Diagnostics on a terminal or in a log: the message, the line of the file it points at, the way
//! out. The only module that names miette.

use crate::diag::{Diagnostic, Severity};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceSpan};
use std::fmt;
use std::io::IsTerminal;

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Colour and line drawing.
    Terminal,
    /// Line drawing without colour.
    Plain,
}

impl Look {
    /// Colour if stderr is a terminal and `NO_COLOR` is not set.
    pub(super) fn of_stderr() -> Self {
        let colour =
            std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        if colour { Self::Terminal } else { Self::Plain }
    }
}

/// The text of a diagnostic, with a line break at its end.
pub(super) fn render(diagnostic: &Diagnostic, look: Look) -> String {
    let theme = match look {
        Look::Terminal => GraphicalTheme::unicode(),
        Look::Plain => GraphicalTheme::unicode_nocolor(),
    };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(100).with_links(false);
    let mut text = String::new();
    match handler.render_report(&mut text, &Report::of(diagnostic)) {
        Ok(()) => text,
        // A source that miette cannot show still has its one-line form.
        Err(fmt::Error) => format!("{diagnostic}\n"),
    }
}

/// Writes a diagnostic to stderr.
pub(super) fn eprint(diagnostic: &Diagnostic) {
    let text = render(diagnostic, Look::of_stderr());
    eprint!("{text}");
}

/// A diagnostic as miette wants to see it: causes become an error chain.
#[derive(Debug)]
struct Report {
    message: String,
    severity: miette::Severity,
    help: Option<String>,
    label: Option<LabeledSpan>,
    source: Option<NamedSource<String>>,
    cause: Option<Box<Cause>>,
}

#[derive(Debug)]
struct Cause {
    message: String,
    cause: Option<Box<Cause>>,
}

impl Report {
    fn of(diagnostic: &Diagnostic) -> Self {
        let cause = diagnostic
            .causes
            .iter()
            .rev()
            .fold(None, |cause, message| Some(Box::new(Cause { message: message.clone(), cause })));
        let place = diagnostic.place.as_ref();
        Self {
            message: diagnostic.message.clone(),
            severity: match diagnostic.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
                Severity::Skip => miette::Severity::Advice,
            },
            help: match (&diagnostic.help, &diagnostic.note) {
                (Some(help), Some(note)) => Some(format!("{help}\n{note}")),
                (help, note) => help.clone().or(note.clone()),
            },
            label: place.map(|place| {
                let length = place.span.end.saturating_sub(place.span.start).max(1);
                let span = SourceSpan::new(place.span.start.into(), length);
                LabeledSpan::new_with_span(diagnostic.label.clone(), span)
            }),
            source: place.map(|place| NamedSource::new(place.source.name(), place.source.text().to_owned())),
            cause,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl miette::Diagnostic for Report {
    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as _)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.source.as_ref().map(|source| source as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.label.clone().map(|label| Box::new(std::iter::once(label)) as _)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Place, Source, Span};

    #[test]
    fn a_diagnostic_shows_its_line_label_and_help() {
        let source = Source::new("plots.yml", "heat:\n  isel: {tme: -1}\n");
        let at = source.text().find("tme").unwrap();
        let diagnostic = Diagnostic::error("`ising/spins` has no dimension `tme`")
            .at(Place::new(&source, Span { start: at, end: at + 3 }))
            .labelled("not a dimension")
            .caused_by("it has time, y, x")
            .help("did you mean `time`?".to_owned());
        let text = render(&diagnostic, Look::Plain);
        for part in
            ["plots.yml:2:10", "isel: {tme: -1}", "not a dimension", "did you mean `time`?", "it has time"]
        {
            assert!(text.contains(part), "{part:?} in\n{text}");
        }
    }
}
