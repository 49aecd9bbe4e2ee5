//! Temporary names, which tell whose they are, and what dead runs left behind.
//!
//! A file being written is `.NAME.<run>-<task>-<file>.tmp` beside its destination. `<run>` is
//! host, pid and start time, so that a later run can tell a dead writer from a living one. Each run
//! keeps a mark `OUT/.shmplot/running-<run>` that lists its folders: only they are searched.

use crate::diag::Diagnostic;
use nix::errno::Errno;
use nix::unistd::Pid;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Bookkeeping below the output directory.
pub const BOOKKEEPING: &str = ".shmplot";

/// Pictures of films that are not joined yet, relative to the output directory. Nothing in it
/// outlives a run.
pub const FILMS: &str = ".shmplot/films";

/// The longest part of a file's own name in its temporary name, bytes.
const STEM: usize = 80;

/// A temporary file of a run on another machine, whose processes we cannot see, is left over when
/// it is so old.
const FOREIGN_AGE: Duration = Duration::from_secs(24 * 3600);

/// An id for this run: `host-pid-start`, each without `-` and `.`. The start is the process's, in
/// clock ticks since boot, in hexadecimal.
pub fn run_id() -> String {
    let pid = nix::unistd::getpid();
    format!("{}-{pid}-{:x}", host(), start_time(pid).unwrap_or(0))
}

fn host() -> String {
    let name = nix::unistd::gethostname().unwrap_or_default();
    let name: String = name
        .to_string_lossy()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .take(24)
        .collect();
    if name.is_empty() { "host".to_owned() } else { name }
}

/// Start time of a process, clock ticks since boot (field 22 of proc(5)'s `stat`).
fn start_time(pid: Pid) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace();
    if matches!(fields.next(), Some("Z" | "X")) {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

/// What is known about the writer of a run id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writer {
    Alive,
    Dead,
    /// On another machine.
    Foreign,
}

fn writer(run: &str) -> Option<Writer> {
    let mut parts = run.split('-');
    let (Some(its_host), Some(pid), Some(start), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let pid = Pid::from_raw(pid.parse().ok().filter(|pid| *pid > 0)?);
    let start = u64::from_str_radix(start, 16).ok()?;
    if its_host != host() {
        return Some(Writer::Foreign);
    }
    // Where /proc hides other users' processes, one that exists counts as alive.
    let exists = nix::sys::signal::kill(pid, None) != Err(Errno::ESRCH);
    let hidden = !Path::new(&format!("/proc/{pid}/stat")).exists();
    let same = start_time(pid) == Some(start);
    Some(if exists && (same || hidden) { Writer::Alive } else { Writer::Dead })
}

/// The temporary name for file number `file` of a task, in the folder of `output`.
pub fn temp_path(output: &Path, run: &str, task: usize, file: usize) -> PathBuf {
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    let mut end = name.len().min(STEM);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    output.with_file_name(format!(".{}.{run}-{task}-{file}.tmp", &name[..end]))
}

/// The run id in a temporary name of ours.
fn run_of(name: &str) -> Option<&str> {
    let (_, tag) = name.strip_prefix('.')?.strip_suffix(".tmp")?.rsplit_once('.')?;
    let (tag, file) = tag.rsplit_once('-')?;
    let (run, task) = tag.rsplit_once('-')?;
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (number(file) && number(task) && writer(run).is_some()).then_some(run)
}

/// Tells later runs in which folders this run writes. Dropping it says that nothing is left over.
#[derive(Debug)]
pub struct Mark(PathBuf);

impl Mark {
    /// Writes the mark of `run`, whose files are `outputs` (relative to `out`).
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn set<'a>(
        out: &Path,
        run: &str,
        outputs: impl Iterator<Item = &'a Path>,
    ) -> Result<Self, Diagnostic> {
        let folders: BTreeSet<String> = outputs
            .filter_map(Path::parent)
            .filter(|folder| !folder.as_os_str().is_empty())
            .map(|folder| folder.to_string_lossy().into_owned())
            .collect();
        let folder = out.join(BOOKKEEPING);
        let path = folder.join(format!("running-{run}"));
        let text: String = folders.into_iter().map(|folder| folder + "\n").collect();
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&path, text))
            .map_err(|err| super::publish::failure("cannot write", &path, &err))?;
        Ok(Self(path))
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Removes the temporary files and marks of dead runs in `out`, never those of living ones; gives
/// the number of files removed. What cannot be removed stays for the next run.
pub fn sweep(out: &Path) -> usize {
    let bookkeeping = out.join(BOOKKEEPING);
    let Ok(entries) = fs::read_dir(&bookkeeping) else { return 0 };
    let mut removed = 0;
    for entry in entries.flatten() {
        let name = entry.file_name();
        // The bookkeeping's own, whose writer may have died before or after it was marked.
        if let Some(run) = name.to_str().and_then(run_of)
            && let Some(writer) = writer(run)
            && (writer == Writer::Dead || writer == Writer::Foreign && is_old(&entry.path(), &bookkeeping))
        {
            removed += usize::from(fs::remove_file(entry.path()).is_ok());
        }
        let Some(run) = name.to_str().and_then(|name| name.strip_prefix("running-")) else { continue };
        let Some(writer) = writer(run).filter(|writer| *writer != Writer::Alive) else { continue };
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        let folders = std::iter::once("").chain(text.lines()).map(Path::new);
        let mut left = false;
        for folder in folders.filter(|folder| folder.components().all(|c| matches!(c, Component::Normal(_))))
        {
            removed += sweep_folder(&out.join(folder), run, writer, &bookkeeping, &mut left);
        }
        // A foreign run may be living and write on.
        if writer == Writer::Dead && !left {
            let _ = fs::remove_file(entry.path());
        }
    }
    removed
}

/// Removes the temporary files of dead runs in one folder that only this program uses; gives their
/// number. `clock` is a file there that was just written: by it, files of other machines are old.
pub fn sweep_one(folder: &Path, clock: &Path) -> usize {
    let mut removed = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(writer) = name.to_str().and_then(run_of).and_then(writer) else { continue };
        let left_over = match writer {
            Writer::Alive => false,
            Writer::Dead => true,
            Writer::Foreign => is_older(&entry.path(), clock),
        };
        removed += usize::from(left_over && fs::remove_file(entry.path()).is_ok());
    }
    removed
}

/// Whether a name is one of our temporary files, of whatever run.
pub fn is_temporary(name: &str) -> bool {
    run_of(name).is_some()
}

fn sweep_folder(folder: &Path, run: &str, writer: Writer, bookkeeping: &Path, left: &mut bool) -> usize {
    let mut removed = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_str().and_then(run_of) != Some(run) {
            continue;
        }
        if writer == Writer::Foreign && !is_old(&entry.path(), bookkeeping) {
            continue;
        }
        match fs::remove_file(entry.path()) {
            Ok(()) => removed += 1,
            Err(_) => *left = true,
        }
    }
    removed
}

/// By the file system's own clock: the lock, in `bookkeeping`, has just been written.
fn is_old(path: &Path, bookkeeping: &Path) -> bool {
    is_older(path, &bookkeeping.join("lock"))
}

fn is_older(path: &Path, clock: &Path) -> bool {
    let time = |path: &Path| -> Option<SystemTime> { fs::metadata(path).ok()?.modified().ok() };
    let (Some(then), Some(now)) = (time(path), time(clock)) else { return false };
    now.duration_since(then).is_ok_and(|age| age > FOREIGN_AGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_names_are_hidden_short_and_tell_their_run() {
        let run = run_id();
        let long = format!("a/{}.png", "ä".repeat(120));
        for output in ["heat.png", "a/b/c.d.png", &long] {
            let temp = temp_path(Path::new(output), &run, 12, 1);
            let name = temp.file_name().unwrap().to_str().unwrap();
            assert!(name.starts_with('.') && name.len() < 200, "{name}");
            assert_eq!(temp.parent(), Path::new(output).parent());
            assert_eq!(run_of(name), Some(run.as_str()));
        }
        for other in [".x.tmp", "x.png", ".a.b-c.tmp", ".heat.png.host-x-1-2-3.tmp", ".heat.png.swp"] {
            assert_eq!(run_of(other), None, "{other}");
        }
    }

    #[test]
    fn files_of_dead_runs_are_removed_and_nobody_elses() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path();
        let (alive, foreign) = (run_id(), "elsewhere-77-1f".to_owned());
        // A pid that has this number but started at another time.
        let dead = format!("{}-{}-1", host(), nix::unistd::getpid());
        fs::create_dir_all(out.join("sub")).unwrap();
        for run in [&alive, &dead, &foreign] {
            std::mem::forget(Mark::set(out, run, [Path::new("sub/a.png")].into_iter()).unwrap());
            fs::write(out.join(temp_path(Path::new("sub/a.png"), run, 0, 0)), "x").unwrap();
            fs::write(out.join(temp_path(Path::new("b.png"), run, 1, 0)), "x").unwrap();
        }
        fs::write(out.join(".mine.tmp"), "x").unwrap();
        let results = |run: &str| out.join(BOOKKEEPING).join(temp_path(Path::new("results.json"), run, 0, 0));
        fs::write(results(&dead), "x").unwrap();
        fs::write(results(&alive), "x").unwrap();
        fs::write(out.join(BOOKKEEPING).join("lock"), "x").unwrap();
        assert_eq!(sweep(out), 3);
        assert!(!results(&dead).exists() && results(&alive).exists());
        for run in [&alive, &foreign] {
            assert!(out.join(temp_path(Path::new("sub/a.png"), run, 0, 0)).exists(), "{run}");
            assert!(out.join(BOOKKEEPING).join(format!("running-{run}")).exists(), "{run}");
        }
        assert!(!out.join(BOOKKEEPING).join(format!("running-{dead}")).exists());
        assert!(out.join(".mine.tmp").exists());
        // A day later by the file system's clock the foreign run's files are old.
        let later = SystemTime::now() + Duration::from_secs(25 * 3600);
        fs::File::options().write(true).open(out.join(".shmplot/lock")).unwrap().set_modified(later).unwrap();
        assert_eq!(sweep(out), 2);
    }
}
