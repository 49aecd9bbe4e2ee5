//! What went wrong, where, and how a figure ended: plain data that every phase shares.
//!
//! [`Diagnostic`] is the one shape in which errors and warnings reach a person; phases have their
//! own `thiserror` enums and convert at their border. [`Outcome`] is how a figure ended; exit codes
//! and statistics are computed from it. Nothing here prints: `cli` and `report` do.

mod diagnostic;
mod event;
mod outcome;
mod place;
mod suggest;

pub use diagnostic::{Diagnostic, Severity, Warned};
pub use event::{Event, FigureRecord, LoadProgress, MemoryReading};
pub use outcome::{CancelReason, ExitCode, NotRun, Outcome, Status};
pub use place::{Place, Source, Span};
pub use suggest::{did_you_mean, list, near};
