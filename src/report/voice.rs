//! Every warning and error with its figure's name, each text once however many figures it is about.

use super::units;
use crate::diag::{Diagnostic, FigureRecord, NotRun, Outcome};
use std::collections::BTreeMap;

/// So many names are given of the figures that share a message.
const NAMES: usize = 4;

/// What has been said.
#[derive(Debug, Default)]
pub(super) struct Voice {
    /// By message: in which order it came, and the figures after the first.
    said: BTreeMap<String, (usize, Vec<String>)>,
}

impl Voice {
    /// What a figure's end brings that has not been said yet.
    pub(super) fn figure(&mut self, record: &FigureRecord) -> Vec<Diagnostic> {
        let name = &record.name;
        let mut new = Vec::new();
        for warning in &record.warnings {
            if self.is_new(&warning.to_string(), name) {
                new.push(Diagnostic { message: format!("`{name}`: {}", warning.message), ..warning.clone() });
            }
        }
        let error = match &record.outcome {
            Outcome::Ok { .. }
            | Outcome::Unchanged
            | Outcome::Skipped(_)
            | Outcome::Cancelled(_)
            | Outcome::NotRun(NotRun::Signal | NotRun::FailFast) => None,
            Outcome::Failed(diagnostic) => Some(diagnostic.clone()),
            Outcome::Crashed { signal, stderr } if stderr.lines().count() > 1 => {
                let what = Outcome::Crashed { signal: *signal, stderr: String::new() };
                Some(Diagnostic::error(what.reason().unwrap_or_default()).caused_by(stderr.clone()))
            }
            Outcome::Timeout { .. } | Outcome::Crashed { .. } | Outcome::Oom { .. } | Outcome::NotRun(_) => {
                Some(Diagnostic::error(record.outcome.reason().unwrap_or_default()))
            }
        };
        if let Some(error) = error
            && self.is_new(&error.to_string(), name)
        {
            new.push(Diagnostic { message: format!("failed to draw `{name}`: {}", error.message), ..error });
        }
        new
    }

    fn is_new(&mut self, text: &str, name: &str) -> bool {
        let order = self.said.len();
        match self.said.get_mut(text) {
            Some((_, also)) => {
                also.push(name.to_owned());
                false
            }
            None => {
                self.said.insert(text.to_owned(), (order, Vec::new()));
                true
            }
        }
    }

    /// At the end: whom the messages were about besides the first.
    pub(super) fn others(&self) -> Vec<String> {
        let mut all: Vec<_> = self.said.iter().filter(|(_, (_, also))| !also.is_empty()).collect();
        all.sort_by_key(|(_, (order, _))| *order);
        all.into_iter()
            .map(|(text, (_, also))| {
                let mut names: Vec<String> =
                    also.iter().take(NAMES).map(|name| format!("`{name}`")).collect();
                if also.len() > NAMES {
                    names.push(format!("{} more", also.len() - NAMES));
                }
                format!("also for {} ({}): {text}", units::count(also.len(), "figure"), names.join(", "))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn record(name: &str, outcome: Outcome, warnings: &[&str]) -> FigureRecord {
        FigureRecord {
            task: 0,
            name: name.into(),
            point: None,
            outputs: Vec::new(),
            outcome,
            wall: Duration::ZERO,
            cpu: Duration::ZERO,
            anon_bytes: 0,
            warnings: warnings.iter().map(|text| Diagnostic::warning(*text)).collect(),
        }
    }

    #[test]
    fn each_text_is_said_once_and_the_others_are_named_at_the_end() {
        let mut voice = Voice::default();
        let mut said = Vec::new();
        for i in 0..7 {
            let failed = Outcome::Failed(Diagnostic::error("no `x`"));
            said.extend(voice.figure(&record(&format!("f{i}"), failed, &["all NaN"])));
        }
        said.extend(voice.figure(&record("g", Outcome::Crashed { signal: 6, stderr: "a\nb".into() }, &[])));
        said.extend(voice.figure(&record("h", Outcome::NotRun(NotRun::Signal), &[])));
        let said: Vec<String> = said.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "`f0`: all NaN",
                "failed to draw `f0`: no `x`",
                "failed to draw `g`: the worker died of signal 6: a\nb"
            ]
        );
        assert_eq!(
            voice.others(),
            [
                "also for 6 figures (`f1`, `f2`, `f3`, `f4`, 2 more): all NaN",
                "also for 6 figures (`f1`, `f2`, `f3`, `f4`, 2 more): no `x`"
            ]
        );
    }
}
