//! One figure in process: transform → render → bytes, without a fork.
//!
//! Workers, `shmplot describe` and tests call the same functions.

use crate::diag::{Diagnostic, Warned};
use crate::plan::FigureTask;
use crate::render::Scene;
use crate::transform::Inputs;

/// The scene of a task.
///
/// # Errors
/// What evaluating or composing says, at the task's place.
pub fn compose(task: &FigureTask, inputs: &dyn Inputs) -> Result<Warned<Scene>, Diagnostic> {
    let _ = (task, inputs);
    unimplemented!()
}
