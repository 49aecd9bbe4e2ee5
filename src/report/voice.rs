//! Warnings and errors with their figures' names: each text once however many figures it is about,
//! and not more than a screen of errors.

use super::units;
use crate::diag::{Diagnostic, FigureRecord, NotRun, Outcome};
use std::collections::BTreeMap;

/// So many names are given of the figures that share a message.
const NAMES: usize = 4;

/// So many different errors are said, and as many warnings; the results hold them all.
const MOST: usize = 20;

/// What has been said.
#[derive(Debug, Default)]
pub(super) struct Voice {
    /// By message, the figures' own names taken out of it.
    said: BTreeMap<String, Said>,
    warnings: usize,
    errors: usize,
}

/// A message.
#[derive(Debug)]
struct Said {
    /// When it came.
    order: usize,
    /// Labels of the next figures after the first, at most [`NAMES`].
    also: Vec<String>,
    /// How many there are after the first.
    others: usize,
}

impl Voice {
    /// What a figure's end brings that has not been said yet.
    pub(super) fn figure(&mut self, record: &FigureRecord) -> Vec<Diagnostic> {
        let name = &record.label();
        let mut new = Vec::new();
        for warning in &record.warnings {
            if self.is_new(&warning.to_string(), record) && below(MOST, &mut self.warnings) {
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
            && self.is_new(&error.to_string(), record)
            && below(MOST, &mut self.errors)
        {
            new.push(Diagnostic { message: format!("failed to draw `{name}`: {}", error.message), ..error });
        }
        new
    }

    fn is_new(&mut self, text: &str, record: &FigureRecord) -> bool {
        let mut text = text.to_owned();
        for output in &record.outputs {
            text = text.replace(&*output.to_string_lossy(), "…");
        }
        let order = self.said.len();
        match self.said.get_mut(&text) {
            Some(said) => {
                said.others += 1;
                if said.also.len() < NAMES {
                    said.also.push(record.label());
                }
                false
            }
            None => {
                self.said.insert(text, Said { order, also: Vec::new(), others: 0 });
                true
            }
        }
    }

    /// At the end: whom the messages were about besides the first.
    pub(super) fn others(&self) -> Vec<String> {
        let mut all: Vec<_> = self.said.iter().filter(|(_, said)| said.others > 0).collect();
        all.sort_by_key(|(_, said)| said.order);
        let mut lines: Vec<String> = all
            .into_iter()
            .take(MOST)
            .map(|(text, said)| {
                let mut names: Vec<String> = said.also.iter().map(|name| format!("`{name}`")).collect();
                if said.others > NAMES {
                    names.push(format!("{} more", said.others - NAMES));
                }
                format!("also for {} ({}): {text}", units::count(said.others, "figure"), names.join(", "))
            })
            .collect();
        let unsaid = self.errors.saturating_sub(MOST) + self.warnings.saturating_sub(MOST);
        if unsaid > 0 {
            lines.push(format!("{} not shown here: see results.json", units::count(unsaid, "more message")));
        }
        lines
    }
}

/// Counts one more; whether it is still among the first `most`.
fn below(most: usize, count: &mut usize) -> bool {
    *count += 1;
    *count <= most
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

    #[test]
    fn texts_that_differ_in_the_figures_file_are_one() {
        let mut voice = Voice::default();
        let mut said = 0;
        for i in 0..3 {
            let path = format!("s/{i}.png");
            let failed = Outcome::Failed(Diagnostic::error(format!("cannot write `out/{path}`")));
            let mut record = record("s", failed, &[]);
            (record.point, record.outputs) = (Some(i.to_string()), vec![path.into()]);
            said += voice.figure(&record).len();
        }
        assert_eq!(said, 1);
        assert_eq!(voice.others(), ["also for 2 figures (`s/1`, `s/2`): cannot write `out/…`"]);
    }

    #[test]
    fn a_flood_of_different_errors_is_cut() {
        let mut voice = Voice::default();
        let said: usize = (0..30)
            .map(|i| {
                voice.figure(&record("f", Outcome::Failed(Diagnostic::error(format!("no {i}"))), &[])).len()
            })
            .sum();
        assert_eq!(said, MOST);
        assert_eq!(voice.others(), ["10 more messages not shown here: see results.json"]);
    }
}
