//! What became of figures: those that wait for their names, and the one end of each.

use super::Supervisor;
use crate::diag::{CancelReason, Diagnostic, Event, FigureRecord, NotRun, Outcome};
use crate::pool::Kind;
use crate::pool::needs::Stage;
use crate::pool::protocol::{Drawing, staged};
use crate::pool::publishing::Said;
use std::io;
use std::time::Duration;

impl Supervisor<'_> {
    pub(super) fn listen_to_publisher(&mut self) -> io::Result<()> {
        match self.publishing.listen(self.crew) {
            Said::Nothing => {}
            Said::Done(published) => {
                for (task, result) in published.0 {
                    let Some(mut drawing) = self.pending.remove(&task) else { continue };
                    match result {
                        Ok(warnings) => drawing.warnings.extend(warnings),
                        Err(diagnostic) => drawing.result = Err(diagnostic),
                    }
                    self.settle_drawing(drawing);
                }
            }
            Said::Replaced => {
                for &task in self.pending.keys() {
                    self.publishing.publish(task, true)?;
                }
            }
            Said::Gone(why) => self.fail_pending(|| Outcome::Failed(Diagnostic::error(why.clone()))),
        }
        Ok(())
    }

    pub(super) fn cancel_pending(&mut self) {
        self.fail_pending(|| Outcome::Cancelled(CancelReason::Signal));
    }

    fn fail_pending(&mut self, outcome: impl Fn() -> Outcome) {
        for (task, drawing) in std::mem::take(&mut self.pending) {
            self.unstage(task);
            self.settle(task, outcome(), drawing.warnings, drawing.wall, drawing.cpu, drawing.anon_bytes);
        }
    }

    /// Removes a task's temporary files.
    pub(super) fn unstage(&self, task: usize) {
        for file in staged(self.crew.tasks, self.crew.options, task) {
            let _ = self.crew.io.unlink(&file.temp);
        }
    }

    /// No task is begun any more that has not been.
    pub(super) fn abandon_queue(&mut self, reason: &NotRun) {
        for task in self.needs.not_begun() {
            if self.needs.stage(task) != Stage::Ended {
                self.not_run(task, reason);
            }
        }
    }

    /// A task that is not begun; results are accounted for nowhere.
    pub(super) fn not_run(&mut self, task: usize, reason: &NotRun) {
        self.queue.remove(task, self.crew.tasks);
        self.release(task);
        if let Kind::Make(parcel) = self.crew.tasks[task].kind {
            self.stock.cancel(parcel);
        } else {
            let outcome = Outcome::NotRun(reason.clone());
            self.settle(task, outcome, Vec::new(), Duration::ZERO, Duration::ZERO, 0);
        }
    }

    pub(super) fn settle_drawing(&mut self, drawing: Drawing) {
        let Drawing { task, result, warnings, wall, cpu, anon_bytes, .. } = drawing;
        let outcome = match result {
            Ok(bytes) => Outcome::Ok { files: self.crew.tasks[task].outputs.clone(), bytes },
            Err(diagnostic) => Outcome::of_error(diagnostic),
        };
        self.settle(task, outcome, warnings, wall, cpu, anon_bytes);
    }

    /// The one end of every figure.
    pub(super) fn settle(
        &mut self,
        task: usize,
        outcome: Outcome,
        warnings: Vec<Diagnostic>,
        wall: Duration,
        cpu: Duration,
        anon_bytes: u64,
    ) {
        let success = outcome.status().is_success();
        let begun = !matches!(outcome, Outcome::NotRun(_) | Outcome::Cancelled(_));
        let of = &self.crew.tasks[task];
        self.left -= 1;
        (self.on_event)(Event::Finished(Box::new(FigureRecord {
            task,
            name: of.name.clone(),
            point: of.point.clone(),
            outputs: of.outputs.clone(),
            outcome,
            wall,
            cpu,
            anon_bytes,
            warnings,
        })));
        if !success && begun && self.crew.options.fail_fast && !self.draining {
            self.draining = true;
            self.abandon_queue(&NotRun::FailFast);
            self.stop(CancelReason::FailFast);
        }
    }
}
