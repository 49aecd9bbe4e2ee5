//! How far a run is, on stderr: a bar on a terminal, plain lines now and then elsewhere.
//!
//! No thread: the bar moves with the events, of which readings of memory come twice a second.

use super::{Progress, units};
use crate::diag::Status;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Plain lines come so often.
const LINES: Duration = Duration::from_secs(5);

/// How far it is.
#[derive(Debug)]
pub(super) struct Shown {
    how: How,
    total: usize,
    done: usize,
    /// Those that were drawn or tried to be.
    drawn: usize,
    failed: usize,
    /// When the first figure was begun, and how many had been tried before.
    drawing: Option<(Instant, usize)>,
    memory: u64,
    /// Bytes loaded, and to be loaded.
    loaded: (u64, u64),
}

#[derive(Debug)]
enum How {
    Bar(ProgressBar),
    Lines { next: Instant, loading_said: bool },
    Nothing,
}

impl Shown {
    pub(super) fn new(progress: Progress, total: usize) -> Self {
        let terminal =
            io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let how = match (progress, terminal) {
            (Progress::Never | Progress::Silent, _) => How::Nothing,
            (Progress::Auto, true) => bar(ProgressDrawTarget::stderr(), total),
            (Progress::Always, true) => bar(ProgressDrawTarget::stderr(), total),
            (Progress::Always, false) => bar(ProgressDrawTarget::term_like(Box::new(Plain)), total),
            (Progress::Auto, false) => How::Lines { next: Instant::now() + LINES, loading_said: false },
        };
        Self { how, total, done: 0, drawn: 0, failed: 0, drawing: None, memory: 0, loaded: (0, 0) }
    }

    pub(super) fn loading(&mut self, done: u64, total: u64) {
        self.loaded = (done, total);
        match &mut self.how {
            How::Bar(_) => self.show(),
            How::Lines { loading_said, .. } if !*loading_said && total > 0 => {
                *loading_said = true;
                self.say(&format!("loading {}", units::bytes(total)));
            }
            How::Lines { .. } | How::Nothing => {}
        }
    }

    pub(super) fn started(&mut self) {
        self.drawing.get_or_insert_with(|| (Instant::now(), self.drawn));
        self.show();
    }

    /// Whether a figure has been begun.
    pub(super) fn is_drawing(&self) -> bool {
        self.drawing.is_some()
    }

    pub(super) fn finished(&mut self, status: Status) {
        self.done += 1;
        match status {
            Status::Ok => self.drawn += 1,
            Status::Failed | Status::Timeout | Status::Crashed | Status::Oom => {
                self.drawn += 1;
                self.failed += 1;
            }
            // Those which are never begun come all at once, and say nothing about the rate.
            Status::Unchanged | Status::Skipped | Status::Cancelled | Status::NotRun => return,
        }
        self.show();
    }

    pub(super) fn memory(&mut self, bytes: u64) {
        self.memory = bytes;
        self.show();
    }

    fn show(&mut self) {
        match &self.how {
            How::Bar(bar) => {
                bar.set_position(self.done as u64);
                bar.set_message(self.text());
            }
            How::Lines { next, .. } if *next <= Instant::now() && self.done < self.total => {
                let text = self.text();
                let comma = if text.is_empty() { "" } else { ", " };
                self.say(&format!("{} of {} figures{comma}{text}", self.done, self.total));
                if let How::Lines { next, .. } = &mut self.how {
                    *next = Instant::now() + LINES;
                }
            }
            How::Lines { .. } | How::Nothing => {}
        }
    }

    /// `loading 1 GiB of 9 GiB, 35/s, 12 s left, 1.3 GiB, 2 failed`.
    fn text(&self) -> String {
        let mut parts = Vec::new();
        let (loaded, total) = self.loaded;
        if loaded < total {
            parts.push(format!("loading {} of {}", units::bytes(loaded), units::bytes(total)));
        }
        if let Some((since, before)) = self.drawing {
            let (drawn, elapsed) = (self.drawn.saturating_sub(before), since.elapsed());
            if drawn > 0 && !elapsed.is_zero() {
                parts.push(format!("{}/s", units::rate(drawn, elapsed)));
                let ahead = self.total.saturating_sub(self.done) as f64;
                let left = Duration::try_from_secs_f64(ahead * elapsed.as_secs_f64() / drawn as f64);
                if let Ok(left) = left.map(|left| Duration::from_secs(left.as_secs_f64().ceil() as u64))
                    && !left.is_zero()
                {
                    let text =
                        if left.as_secs() < 10 { format!("{} s", left.as_secs()) } else { units::time(left) };
                    parts.push(format!("{text} left"));
                }
            }
        }
        if self.memory > 0 {
            parts.push(units::bytes(self.memory));
        }
        if self.failed > 0 {
            parts.push(format!("{} failed", self.failed));
        }
        parts.join(", ")
    }

    /// Writes lines above the bar.
    pub(super) fn say(&self, text: &str) {
        let write = || {
            // A closed stderr is no reason to stop.
            let _ = writeln!(io::stderr().lock(), "{text}");
        };
        match &self.how {
            How::Bar(bar) => bar.suspend(write),
            How::Lines { .. } | How::Nothing => write(),
        }
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        if let How::Bar(bar) = &self.how {
            bar.finish_and_clear();
        }
    }
}

fn bar(target: ProgressDrawTarget, total: usize) -> How {
    let bar = ProgressBar::with_draw_target(Some(total as u64), target);
    if let Ok(style) = ProgressStyle::with_template("{bar:20.cyan/dim} {pos}/{len}  {wide_msg}") {
        bar.set_style(style.progress_chars("━╸─"));
    }
    How::Bar(bar)
}

/// Stderr as a terminal of 80 columns, whatever it is (`--progress always`).
#[derive(Debug)]
struct Plain;

impl Plain {
    fn escape(count: usize, code: char) -> io::Result<()> {
        if count > 0 { write!(io::stderr(), "\x1b[{count}{code}") } else { Ok(()) }
    }
}

impl TermLike for Plain {
    fn width(&self) -> u16 {
        80
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        Self::escape(n, 'A')
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        Self::escape(n, 'B')
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        Self::escape(n, 'C')
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        Self::escape(n, 'D')
    }

    fn write_line(&self, s: &str) -> io::Result<()> {
        writeln!(io::stderr(), "{s}")
    }

    fn write_str(&self, s: &str) -> io::Result<()> {
        write!(io::stderr(), "{s}")
    }

    fn clear_line(&self) -> io::Result<()> {
        write!(io::stderr(), "\r\x1b[2K")
    }

    fn flush(&self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_rate_time_left_memory_and_failures() {
        let mut shown = Shown::new(Progress::Never, 50);
        shown.finished(Status::Ok);
        assert_eq!(shown.text(), "");
        shown.drawing = Some((Instant::now() - Duration::from_secs(10), 1));
        (0..20).for_each(|_| shown.finished(Status::Ok));
        shown.finished(Status::Failed);
        shown.memory(3 << 29);
        // 21 in 10 s, 28 to go.
        assert_eq!(shown.text(), "2.1/s, 14 s left, 1.5 GiB, 1 failed");
        // Loading goes on meanwhile.
        shown.loading(1 << 29, 1 << 31);
        assert_eq!(shown.text(), "loading 512 MiB of 2.0 GiB, 2.1/s, 14 s left, 1.5 GiB, 1 failed");
        shown.loading(1 << 31, 1 << 31);
        // An interruption leaves two to be finished.
        (0..26).for_each(|_| shown.finished(Status::NotRun));
        assert_eq!(shown.text(), "2.1/s, 1 s left, 1.5 GiB, 1 failed");
    }
}
