//! Arenas with a name, to which separate programs attach.
//!
//! The data are in sealed anonymous memory that the owner ([`Server`]) holds open; in `/dev/shm` is
//! only a small directory (`directory`) that names the owner and its descriptors. A guest
//! ([`Attached`]) opens them through `/proc/PID/fd` after comparing the owner's start time, checks the
//! seals, and holds descriptors of its own from then on. One of them is the index (`index`): JSON that
//! says where each leaf lies, so that a guest needs nothing else of this program.
//!
//! **Invariant:** when the owner has ended, in whatever way, the name is removed: by itself, or by its
//! guard; and a name that outlives both is recognised by process number and start time.

mod attach;
mod directory;
mod index;
mod load;
mod serve;
mod sources;

pub use attach::Attached;
pub use index::{Concat, Inputs, LoadText};
pub use load::{Segments, load};
pub use serve::{Contents, Published, Server};

use crate::diag::{Diagnostic, did_you_mean, list};
use crate::sys::{board, process};
use directory::{Broken, Directory, LEN, Owner};
use std::io;
use std::time::{Duration, Instant};

/// What the blocks of all arenas begin with in `/dev/shm`.
const PREFIX: &str = "shmplot-";
/// The longest name.
const MOST_NAME: usize = 64;
/// How long an owner may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// A named arena as [`served`] found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its owner's process number.
    pub pid: u32,
    /// What it does.
    pub state: State,
    /// Bytes loaded.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
}

/// What a named arena does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its data are being loaded.
    Loading,
    /// It can be attached to.
    Ready,
    /// Its owner has ended and the name is still there.
    Left,
}

/// This user's named arenas, in order of their names.
pub fn served() -> Vec<Listed> {
    let found = board::names(PREFIX).into_iter();
    found
        .filter_map(|name| {
            let directory = look(&name).ok()?;
            let state = match directory.ready {
                _ if !is_alive(directory.owner) => State::Left,
                Some(_) => State::Ready,
                None => State::Loading,
            };
            let Directory { owner, done, total, .. } = directory;
            Some(Listed { name, pid: owner.pid, state, done, total })
        })
        .collect()
}

/// Ends the server of this name, waits until the name is gone, and gives its process number. A name
/// that a dead owner left is removed.
///
/// # Errors
/// A name that nobody serves, a server that may not be ended or does not end.
pub fn stop(name: &str) -> Result<u32, Diagnostic> {
    check_name(name)?;
    let owner = match look(name) {
        Ok(directory) => directory.owner,
        Err(Missing::Absent) => return Err(none_named(name)),
        Err(Missing::Refused(error)) => return Err(error),
    };
    let cannot = |why: String| {
        Diagnostic::error(format!("cannot end process {}, which serves `{name}`", owner.pid)).caused_by(why)
    };
    let is_there = || look(name).is_ok_and(|directory| directory.owner == owner);
    if is_alive(owner) {
        process::terminate(owner.pid).map_err(|err| cannot(err.to_string()))?;
        let end = Instant::now() + PATIENCE;
        while is_alive(owner) || is_there() {
            if Instant::now() > end {
                return Err(cannot(format!("it has not ended within {} s", PATIENCE.as_secs())));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    } else if is_there() {
        board::remove(&block(name), LEN as u64, &|seen| {
            Directory::read(&seen.bytes).is_ok_and(|directory| directory.owner == owner)
        })
        .map_err(|err| cannot(err.to_string()))?;
    }
    Ok(owner.pid)
}

/// The name of an arena's block.
fn block(name: &str) -> String {
    format!("{PREFIX}{name}")
}

fn check_name(name: &str) -> Result<(), Diagnostic> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.is_empty() || name.len() > MOST_NAME || !name.chars().all(plain) {
        return Err(Diagnostic::error(format!("`{name}` cannot be the name of an arena"))
            .help(format!("up to {MOST_NAME} of the letters A to Z and a to z, digits, `.`, `_` and `-`")));
    }
    Ok(())
}

/// Why there is no directory.
#[derive(Debug)]
enum Missing {
    /// Nobody has the name.
    Absent,
    /// Something else has.
    Refused(Diagnostic),
}

/// The directory of an arena, as it is now.
fn look(name: &str) -> Result<Directory, Missing> {
    let path = board::path_of(&block(name));
    let path = path.display();
    let foreign = |why: &str| {
        Missing::Refused(
            Diagnostic::error(format!("{path} is not an arena of this program"))
                .caused_by(why.to_owned())
                .help("choose another name; or remove that file, if nobody needs it".to_owned()),
        )
    };
    // One who is just making it needs a moment.
    let mut patience = 10;
    loop {
        let seen = match board::read(&block(name), LEN as u64) {
            Ok(seen) => seen,
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Err(Missing::Absent),
            Err(err) if err.kind() == io::ErrorKind::InvalidInput => {
                return Err(foreign("it is no regular file"));
            }
            Err(err) => {
                let error = Diagnostic::error(format!("cannot read {path}")).caused_by(err.to_string());
                return Err(Missing::Refused(error));
            }
        };
        if seen.user != process::user() {
            let why = format!("it belongs to user {}", seen.user);
            return Err(Missing::Refused(
                Diagnostic::error(format!("the arena `{name}` is somebody else's")).caused_by(why),
            ));
        }
        match Directory::read(&seen.bytes) {
            Ok(directory) => return Ok(directory),
            Err(Broken::Foreign) if patience > 0 && seen.bytes.iter().all(|byte| *byte == 0) => {
                patience -= 1;
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(Broken::Foreign) => return Err(foreign("it does not begin as one")),
            Err(Broken::Version(version)) => {
                return Err(foreign(&format!("its directory is of version {version}")));
            }
            Err(Broken::Nonsense) => return Err(foreign("its directory is broken")),
        }
    }
}

fn is_alive(owner: Owner) -> bool {
    process::start_time(owner.pid).is_ok_and(|started| started == owner.started)
}

/// Nobody serves an arena of this name.
fn none_named(name: &str) -> Diagnostic {
    let names: Vec<String> =
        served().into_iter().filter(|listed| listed.state != State::Left).map(|listed| listed.name).collect();
    let near = crate::diag::near(name, names.iter().map(String::as_str));
    let help = match near {
        Some(_) => did_you_mean(name, names.iter().map(String::as_str)),
        None if names.is_empty() => {
            Some(format!("none is served; `shmplot arena serve {name} --data …` begins one"))
        }
        None => Some(format!("these are served: {}", list(&names))),
    };
    Diagnostic::error(format!("there is no arena named `{name}`")).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        for name in ["a", "run-1.b_c", &"x".repeat(64)] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "a/b", "../x", "ä", "a b", &"x".repeat(65)] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn what_lies_under_the_name_of_an_arena_and_is_none_is_refused() {
        let name = format!("test-foreign-{}", std::process::id());
        assert!(matches!(look(&name), Err(Missing::Absent)));
        let path = board::path_of(&block(&name));
        for content in
            [&b"something else that somebody needs, of no less than 64 bytes, like this"[..], b"", &[0; 100]]
        {
            std::fs::write(&path, content).unwrap();
            let said = look(&name);
            std::fs::remove_file(&path).unwrap();
            let Err(Missing::Refused(error)) = said else { panic!("{said:?}") };
            assert!(error.message.contains("not an arena"), "{error:?}");
        }
        let said = none_named(&name).to_string();
        assert!(said.contains("there is no arena named"), "{said}");
    }
}
