//! The publisher child: makes finished figures durable and gives them their final names, many at a
//! time, while workers draw on.

use super::Crew;
use super::protocol::{Published, Wish, decode, send, staged};
use crate::output::publish::{Staged, commit};
use crate::sys::{Channel, Interest, Received, wait};
use std::collections::BTreeSet;
use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// The most files in one batch; each is open while it is synced.
const BATCH_FILES: usize = 32;

/// The longest that a figure waits for others to be published with it.
const BATCH_TIME: Duration = Duration::from_millis(200);

/// The life of the publisher, in its own process; gives its exit code.
pub(super) fn serve(crew: &Crew<'_>, channel: &Channel) -> i32 {
    let _ = nix::sys::prctl::set_name(c"shmplot:publish");
    i32::from(run(crew, channel).is_err())
}

fn run(crew: &Crew<'_>, channel: &Channel) -> io::Result<()> {
    let mut seen = BTreeSet::new();
    let mut batch: Vec<(usize, Vec<Staged>)> = Vec::new();
    let mut due: Option<Instant> = None;
    loop {
        let timeout = due.map(|due| due.saturating_duration_since(Instant::now()));
        wait(&[(channel.as_fd(), Interest::Read)], timeout)?;
        let (mut flush, mut end) = (false, false);
        while !flush && batch.iter().map(|(_, files)| files.len()).sum::<usize>() < BATCH_FILES {
            match channel.try_recv()? {
                Received::Message(message) => match decode(&message.bytes)? {
                    Wish::Publish { task, again } => {
                        batch.push((task, files(crew, task, again)));
                        due.get_or_insert_with(|| Instant::now() + BATCH_TIME);
                    }
                    Wish::Flush => flush = true,
                },
                Received::Nothing => break,
                Received::End => (flush, end) = (true, true),
            }
        }
        let full = batch.iter().map(|(_, files)| files.len()).sum::<usize>() >= BATCH_FILES;
        let late = due.is_some_and(|due| due <= Instant::now());
        if !batch.is_empty() && (flush || full || late) {
            let (tasks, figures): (Vec<usize>, Vec<Vec<Staged>>) = batch.drain(..).unzip();
            let results = commit(crew.io, &crew.options.out, &figures, &mut seen);
            due = None;
            if !end {
                send(channel, &Published(tasks.into_iter().zip(results).collect()), &[])?;
            }
        }
        if end {
            return Ok(());
        }
    }
}

/// The files that still need their names.
fn files(crew: &Crew<'_>, task: usize, again: bool) -> Vec<Staged> {
    let mut files = staged(crew.tasks, crew.options, task);
    if again {
        files.retain(|file| file.temp.exists() || !file.path.exists());
    }
    files
}
