//! The owner's side: a name, a guard that outlives the owner, and the descriptors held open.

use super::directory::{DONE, Directory, Held, LEN, MOST, Owner, READY, STATE};
use super::index::{BYTE_ORDER, FORMAT, Index, Inputs, Leaf, VERSION};
use super::{block, check_name, is_alive, look, sources};
use crate::arena::segment::Segment;
use crate::arena::want::SHOWN;
use crate::diag::{Diagnostic, LoadProgress};
use crate::source::Tree;
use crate::sys::board::{self, Board};
use crate::sys::memfd::{Memory, Sealed};
use crate::sys::{Child, ForkOptions, Inherit, Interest, Signals, process};
use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

/// An arena that others can attach to, as long as this lives: the name is removed when it is dropped,
/// or by the guard when the process ends in another way.
#[derive(Debug)]
pub struct Server {
    name: String,
    owner: Owner,
    board: Board,
    /// What the directory names; the last is the index.
    held: Vec<Sealed>,
    sources: BTreeMap<String, sources::Stamp>,
    /// Dropped last: killed and reaped when the name is gone.
    _guard: Child,
}

/// What is served, as the index says it.
#[derive(Debug)]
pub struct Contents<'a> {
    /// Finished segments.
    pub segments: Vec<OwnedFd>,
    /// The data that they were loaded from.
    pub inputs: Inputs,
    /// The same data, open.
    pub tree: &'a Tree,
}

/// What [`Server::publish`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Number of leaves, coordinates included.
    pub leaves: usize,
    /// Bytes of all segments.
    pub bytes: u64,
}

impl Server {
    /// Takes the name, before anything is loaded, and forks the guard. Call it while the process has
    /// one thread and little memory. `notes` is told of a name that a dead owner left.
    ///
    /// # Errors
    /// A name that cannot be one, that is served already (its owner's process number is told), or that
    /// is something else's; a full `/dev/shm`.
    pub fn start(name: &str, tree: &Tree, notes: &mut Vec<Diagnostic>) -> Result<Self, Diagnostic> {
        check_name(name)?;
        let cannot = |err: io::Error| {
            Diagnostic::error(format!("cannot serve an arena named `{name}`")).caused_by(err.to_string())
        };
        let sources = sources::stamps(tree)?;
        process::allow_many_descriptors();
        let pid = std::process::id();
        let owner = Owner { pid, started: process::start_time(pid).map_err(cannot)? };
        // The guard first: from here on nobody can end without it.
        let guard = guard(name, owner).map_err(cannot)?;
        let board = loop {
            match Board::create(&block(name), LEN) {
                Ok(board) => break board,
                Err(err) if err.kind() == io::ErrorKind::AlreadyExists => replace(name, notes)?,
                Err(err) if err.kind() == io::ErrorKind::StorageFull => {
                    let what = format!("its directory takes {} KiB there", LEN >> 10);
                    return Err(cannot(err).caused_by("/dev/shm is full".to_owned()).help(what));
                }
                Err(err) => return Err(cannot(err)),
            }
        };
        let server = Self { name: name.to_owned(), owner, board, held: Vec::new(), sources, _guard: guard };
        let directory = Directory { owner, done: 0, total: 0, ready: None };
        server.board.write(0, &directory.to_bytes());
        Ok(server)
    }

    /// Lets those who wait see how far loading is.
    pub fn progress(&self, progress: LoadProgress) {
        self.board.write(DONE, &progress.done.to_le_bytes());
        self.board.write(DONE + 8, &progress.total.to_le_bytes());
    }

    /// Serves `contents` from now on.
    ///
    /// # Errors
    /// A source that was changed while it was loaded, more segments than a directory can name, a lack
    /// of memory for the index.
    pub fn publish(&mut self, contents: Contents<'_>) -> Result<Published, Diagnostic> {
        let Contents { segments, inputs, tree } = contents;
        if segments.len() > MOST {
            let message = format!("{} segments are more than an arena can serve ({MOST})", segments.len());
            return Err(Diagnostic::error(message).help("serve less of the data".to_owned()));
        }
        if let Some(how) = sources::difference(&self.sources, &sources::stamps(tree)?) {
            return Err(Diagnostic::error(format!("{how} while it was being loaded")));
        }
        let lost =
            |err: io::Error| Diagnostic::error("cannot serve what was loaded").caused_by(err.to_string());
        let mut leaves: BTreeMap<String, Leaf> = BTreeMap::new();
        let mut entries = Vec::with_capacity(segments.len());
        for (number, fd) in segments.into_iter().enumerate() {
            // Only its catalog is read, through a mapping of its own.
            let segment = Segment::from_descriptor(fd.try_clone().map_err(lost)?)?;
            super::index::add(&mut leaves, number, &segment.catalog, SHOWN);
            entries.push((fd, segment.bytes().len() as u64));
        }
        let count = leaves.len();
        let index = Index {
            format: FORMAT.to_owned(),
            version: VERSION,
            shmplot: env!("CARGO_PKG_VERSION").to_owned(),
            byte_order: BYTE_ORDER.to_owned(),
            data: inputs,
            sources: self.sources.clone(),
            leaves,
        };
        let text = serde_json::to_vec(&index).map_err(|err| lost(err.into()))?;
        let mut memory = Memory::allocate("shmplot-index", text.len()).map_err(lost)?;
        memory.bytes_mut().copy_from_slice(&text);
        let index = memory.seal().map_err(lost)?;
        let held = |fd: &dyn AsFd, len: u64| Held { fd: fd.as_fd().as_raw_fd().unsigned_abs(), len };
        let total = entries.iter().map(|(_, len)| *len).sum();
        let directory = Directory {
            owner: self.owner,
            done: total,
            total,
            ready: Some((
                held(&index, text.len() as u64),
                entries.iter().map(|(fd, len)| held(fd, *len)).collect(),
            )),
        };
        for (fd, _) in entries {
            self.held.push(Sealed::from_descriptor(fd).map_err(lost)?);
        }
        self.held.push(index);
        self.board.write(0, &directory.to_bytes());
        self.board.publish(STATE, READY);
        Ok(Published { leaves: count, bytes: total })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = remove(&self.name, self.owner);
    }
}

/// Removes the name if it is `owner`'s.
fn remove(name: &str, owner: Owner) -> io::Result<bool> {
    board::remove(&block(name), LEN as u64, &|seen| {
        Directory::read(&seen.bytes).is_ok_and(|directory| directory.owner == owner)
    })
}

/// Makes way where a block of this name is: removes that of a dead owner, refuses any other.
fn replace(name: &str, notes: &mut Vec<Diagnostic>) -> Result<(), Diagnostic> {
    let directory = match look(name) {
        Ok(directory) => directory,
        // It is gone by now.
        Err(super::Missing::Absent) => return Ok(()),
        Err(super::Missing::Refused(error)) => return Err(error),
    };
    let owner = directory.owner;
    if is_alive(owner) {
        return Err(Diagnostic::error(format!(
            "the arena `{name}` is served already, by process {}",
            owner.pid
        ))
        .help(format!("end that one first (`shmplot arena rm {name}`), or choose another name")));
    }
    match remove(name, owner) {
        Ok(true) => {
            let message = format!(
                "process {} left the name `{name}` behind when it ended; it is used again",
                owner.pid
            );
            notes.push(Diagnostic::warning(message));
            Ok(())
        }
        Ok(false) => Ok(()),
        Err(err) => {
            Err(Diagnostic::error(format!("cannot remove {}", board::path_of(&block(name)).display()))
                .caused_by(err.to_string()))
        }
    }
}

/// Forks the process that waits for this one's end, however it comes, removes the name, and ends.
fn guard(name: &str, owner: Owner) -> io::Result<Child> {
    let end = process::end_of_self()?;
    let keep = [end.as_fd()];
    let options = ForkOptions { outlives: true, inherit: Inherit::Only(&keep), ..ForkOptions::default() };
    crate::sys::fork(&options, || {
        // Whoever waits for the end of the owner's output must not wait for this.
        if let Ok(null) = std::fs::OpenOptions::new().write(true).open("/dev/null") {
            let _ = crate::sys::redirect_output(null.as_fd());
        }
        // What ends the owner's whole session or group reaches this one too, perhaps before it.
        let signals = Signals::block();
        while let Ok(ready) = crate::sys::wait(&[(end.as_fd(), Interest::Read)], None) {
            if ready.first().is_some_and(|ready| ready.read) {
                break;
            }
        }
        let done = remove(name, owner);
        if matches!(done, Ok(false)) && is_blank(name) {
            // The owner may have ended between making the block and writing its name into it; another
            // owner needs less time than this for it.
            std::thread::sleep(Duration::from_millis(100));
            let _ = board::remove(&block(name), LEN as u64, &|seen| blank(&seen.bytes));
        }
        drop(signals);
        i32::from(done.is_err())
    })
}

fn blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

fn is_blank(name: &str) -> bool {
    board::read(&block(name), LEN as u64).is_ok_and(|seen| blank(&seen.bytes))
}
