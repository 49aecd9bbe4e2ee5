//! A figure's account as plain JSON: what `results.json`, the journal and `--json` say about it.

use crate::diag::{Diagnostic, FigureRecord, Outcome, Severity, Status};
use serde::Serialize;

/// One figure (DESIGN section 4, `results.json`).
#[derive(Debug, Serialize)]
pub(super) struct Account {
    /// Number of its task: the order of `results.json`, not part of it.
    #[serde(skip)]
    pub(super) task: usize,
    pub(super) name: String,
    pub(super) point: Option<String>,
    pub(super) status: Status,
    pub(super) reason: Option<String>,
    pub(super) wall_s: f64,
    pub(super) cpu_s: f64,
    pub(super) anon_bytes: u64,
    /// Bytes of its files together.
    pub(super) bytes: u64,
    pub(super) error: Option<Message>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) warnings: Vec<Message>,
}

/// A diagnostic as plain JSON.
#[derive(Debug, Serialize)]
pub(super) struct Message {
    severity: Severity,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    /// `file:line:column`.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

impl Message {
    pub(super) fn of(diagnostic: &Diagnostic) -> Self {
        Self {
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            causes: diagnostic.causes.clone(),
            help: diagnostic.help.clone(),
            place: diagnostic.place.as_ref().map(ToString::to_string),
        }
    }
}

impl Account {
    pub(super) fn of(record: &FigureRecord) -> Self {
        let error = match &record.outcome {
            Outcome::Failed(diagnostic) => Some(Message::of(diagnostic)),
            _ => None,
        };
        Self {
            task: record.task,
            name: record.name.clone(),
            point: record.point.clone(),
            status: record.outcome.status(),
            reason: record.outcome.reason(),
            wall_s: seconds(record.wall),
            cpu_s: seconds(record.cpu),
            anon_bytes: record.anon_bytes,
            bytes: if let Outcome::Ok { bytes, .. } = record.outcome { bytes } else { 0 },
            error,
            warnings: record.warnings.iter().map(Message::of).collect(),
        }
    }
}

/// Seconds to the microsecond.
pub(super) fn seconds(time: std::time::Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e6
}
