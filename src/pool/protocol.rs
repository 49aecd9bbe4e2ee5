//! What supervisor, workers and publisher say to each other, as JSON messages over channels.
//!
//! File names are not said: all processes were forked from the one that knows the tasks, and
//! compute the same temporary names.

use super::{Options, ParcelId, Task, temporary};
use crate::diag::Diagnostic;
use crate::output::publish::Staged;
use crate::sys::Channel;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

/// To a worker. The channel's end means: leave.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Order {
    /// Take a parcel: its segments' descriptors go with the message.
    Take {
        parcel: ParcelId,
        /// Further descriptors come with a further message.
        more: bool,
        /// Leaves of it that could not be loaded.
        failed: Vec<(String, Diagnostic)>,
    },
    /// Draw or make this task.
    Draw(usize),
    /// Let go of a parcel, and say so.
    Forget(ParcelId),
}

/// From a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Word {
    /// A task has ended.
    Drawn(Box<Drawing>),
    /// A parcel is let go of.
    Forgotten(ParcelId),
}

/// A task is drawn and its temporary files are written; or it is made, and its segment's descriptor
/// comes along; or it failed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Drawing {
    pub(super) task: usize,
    /// Bytes of all its files, or of the result.
    pub(super) result: Result<u64, Diagnostic>,
    pub(super) warnings: Vec<Diagnostic>,
    pub(super) wall: Duration,
    pub(super) cpu: Duration,
    pub(super) anon_bytes: u64,
    /// It panicked: its message is in `result`, and the worker leaves, since what a panic leaves
    /// behind in a process is unknown.
    pub(super) panicked: bool,
}

/// To the publisher. The channel's end means: leave.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Wish {
    /// Give a task's files their names.
    Publish {
        task: usize,
        /// A publisher that died was told already: the files may have their names.
        again: bool,
    },
    /// Nothing will come for a while: do not wait for more.
    Flush,
}

/// From the publisher: tasks and what came of them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Published(pub(super) Vec<(usize, Result<Vec<Diagnostic>, Diagnostic>)>);

pub(super) fn encode<T: Serialize>(message: &T) -> io::Result<Vec<u8>> {
    serde_json::to_vec(message).map_err(io::Error::other)
}

pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<T> {
    serde_json::from_slice(bytes).map_err(io::Error::other)
}

pub(super) fn send<T: Serialize>(
    channel: &Channel,
    message: &T,
    descriptors: &[BorrowedFd<'_>],
) -> io::Result<()> {
    channel.send(&encode(message)?, descriptors)
}

/// The files of a task, on their way.
pub(super) fn staged(tasks: &[Task], options: &Options, task: usize) -> Vec<Staged> {
    tasks[task]
        .outputs
        .iter()
        .enumerate()
        .map(|(file, output)| {
            let path = options.out.join(output);
            Staged { temp: temporary(options, task, output, file), path }
        })
        .collect()
}
