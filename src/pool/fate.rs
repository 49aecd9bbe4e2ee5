//! What the end of a worker means for the figure that it was drawing.

use super::hand::Why;
use crate::diag::{Diagnostic, Outcome};
use crate::sys::{Ended, signal_name};
use std::path::PathBuf;
use std::time::Duration;

/// What is known about a worker's end.
#[derive(Debug)]
pub(super) struct Death {
    pub(super) ended: Ended,
    /// Why we asked for it, if we did.
    pub(super) why: Option<Why>,
    pub(super) stderr: String,
    pub(super) timeout: Option<Duration>,
    /// What speaks for an OOM kill.
    pub(super) oom_evidence: Option<String>,
    pub(super) data_limit: Option<u64>,
    /// What happened to a file that was mapped.
    pub(super) cut_off: Option<String>,
}

impl Death {
    /// Of our SIGKILL.
    pub(super) fn killed() -> Self {
        Self {
            ended: Ended::Killed(libc::SIGKILL),
            why: None,
            stderr: String::new(),
            timeout: None,
            oom_evidence: None,
            data_limit: None,
            cut_off: None,
        }
    }
}

/// Which of these files has become shorter, or cannot be looked at any more.
pub(super) fn cut_off(files: &[(PathBuf, u64)]) -> Option<String> {
    let look = |(path, size): &(PathBuf, u64)| match std::fs::metadata(path) {
        Ok(now) if now.len() >= *size => None,
        Ok(now) => Some(format!("{} was cut off from {size} to {} bytes", path.display(), now.len())),
        Err(error) => Some(format!("{}: {error}", path.display())),
    };
    files.iter().find_map(look)
}

/// How the figure ended.
pub(super) fn outcome(death: Death) -> Outcome {
    let Death { ended, why, stderr, timeout, oom_evidence, data_limit, cut_off } = death;
    match why {
        Some(Why::Timeout) => return Outcome::Timeout { after: timeout.unwrap_or_default() },
        Some(Why::Cancel(reason)) => return Outcome::Cancelled(reason),
        None => {}
    }
    if let Some(evidence) = oom_evidence {
        return Outcome::Oom { evidence };
    }
    match ended {
        // What Rust's allocator says before it aborts.
        Ended::Killed(libc::SIGABRT) if stderr.contains("memory allocation of ") => {
            let said =
                stderr.lines().rfind(|line| line.contains("memory allocation of ")).unwrap_or_default();
            let limit =
                data_limit.map_or(String::new(), |bytes| format!("; a worker may have {bytes} bytes"));
            Outcome::Oom { evidence: format!("{said}{limit}") }
        }
        Ended::Killed(libc::SIGBUS) => {
            let error = match cut_off {
                Some(what) => Diagnostic::error(format!("{what} while it was in use")),
                None => Diagnostic::error("memory vanished while it was read (SIGBUS)")
                    .caused_by("a data file that is used in place cannot be read or was cut off"),
            };
            let help = "leave data files alone during a run, or load them: `--arena memory`";
            Outcome::Failed(error.help(help.to_owned()))
        }
        Ended::Killed(signal) => {
            let stderr = if stderr.is_empty() { signal_name(signal) } else { stderr };
            Outcome::Crashed { signal, stderr }
        }
        Ended::Exited(code) => {
            let stderr = if stderr.is_empty() { format!("exit code {code}") } else { stderr };
            Outcome::Crashed { signal: 0, stderr }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{CancelReason, Status};

    #[test]
    fn every_end_has_its_status() {
        let text = |text: &str| text.to_owned();
        let by = |signal, stderr: &str| Death {
            ended: Ended::Killed(signal),
            stderr: text(stderr),
            ..Death::killed()
        };
        let cases = [
            (by(9, ""), Status::Crashed, "the worker died of signal 9: SIGKILL"),
            (
                Death { oom_evidence: Some(text("the kernel killed it")), ..by(9, "") },
                Status::Oom,
                "the kernel",
            ),
            (by(6, "x\nmemory allocation of 8 bytes failed"), Status::Oom, "memory allocation of 8 bytes"),
            (by(6, "a\nb"), Status::Crashed, "the worker died of signal 6: b"),
            (by(7, ""), Status::Failed, "memory vanished"),
            (
                Death { cut_off: Some(text("a.npy was cut off from 9 to 3 bytes")), ..by(7, "") },
                Status::Failed,
                "a.npy was cut off from 9 to 3 bytes while it was in use",
            ),
            (
                Death { ended: Ended::Exited(3), ..by(9, "") },
                Status::Crashed,
                "the worker exited: exit code 3",
            ),
            (
                Death { why: Some(Why::Timeout), timeout: Some(Duration::from_secs(2)), ..by(15, "") },
                Status::Timeout,
                "not done after 2 s",
            ),
            (
                Death { why: Some(Why::Cancel(CancelReason::Signal)), ..by(15, "") },
                Status::Cancelled,
                "interrupted",
            ),
        ];
        for (death, status, reason) in cases {
            let outcome = outcome(death);
            assert_eq!(outcome.status(), status);
            assert!(outcome.reason().unwrap().starts_with(reason), "{outcome:?}");
        }
    }
}
