//! `OUT/.shmplot/run.jsonl`: one line a figure, the last one about a figure wins.
//!
//! Lines are appended whole as figures are settled, so that a killed run's account is there; a line
//! that was cut (by a full disk, by a power loss) is passed over when reading. A new run keeps what
//! earlier ones said about other figures.

use super::account::Account;
use crate::diag::{Diagnostic, Status};
use crate::output::publish::{failure, publish};
use crate::output::temp::BOOKKEEPING;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A journal with more than so many lines, and more than four a figure, is rewritten.
const COMPACT_LINES: usize = 10_000;

/// What the journal says last about one figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its files, relative to the output directory, with their sizes in bytes.
    pub outputs: Vec<(PathBuf, u64)>,
    /// Digest of its configuration and sources.
    pub digest: Option<u64>,
    /// How it ended.
    pub status: Status,
}

/// A figure's name and point ([`crate::diag::FigureRecord`]).
pub type Key = (String, Option<String>);

/// The last entry about each figure.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    /// The entries.
    pub entries: BTreeMap<Key, Entry>,
}

/// A file of a figure, as written.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OutputFile {
    pub(super) path: PathBuf,
    /// Its size, if it is there.
    pub(super) bytes: Option<u64>,
}

/// What is read of a line.
#[derive(Deserialize)]
struct Line {
    name: String,
    point: Option<String>,
    outputs: Vec<OutputFile>,
    digest: Option<String>,
    status: Status,
}

/// A whole line, as written.
#[derive(Serialize)]
struct FullLine<'a> {
    run: &'a str,
    digest: Option<String>,
    #[serde(flatten)]
    account: &'a Account,
    outputs: &'a [OutputFile],
}

impl Journal {
    /// Reads the journal of an output directory; empty if there is none.
    ///
    /// # Errors
    /// If there is one that cannot be read.
    pub fn read(out: &Path) -> Result<Self, Diagnostic> {
        let lines = last_lines(&path(out))?;
        let entries = lines.entries.into_iter().map(|(key, (_, entry))| (key, entry)).collect();
        Ok(Self { entries })
    }

    fn entry(&self, name: &str, point: Option<&str>) -> Option<&Entry> {
        self.entries.get(&(name.to_owned(), point.map(str::to_owned)))
    }

    /// Whether `--resume` may leave a figure as it is: its last entry is a success with this digest
    /// and its files are there with their sizes.
    pub fn is_current(&self, out: &Path, name: &str, point: Option<&str>, digest: u64) -> bool {
        self.entry(name, point).is_some_and(|entry| {
            matches!(entry.status, Status::Ok | Status::Unchanged)
                && entry.digest == Some(digest)
                && !entry.outputs.is_empty()
                && entry.outputs.iter().all(|(path, bytes)| size(out, path) == Some(*bytes))
        })
    }

    /// Whether the last entry about a figure is something else than a success (`--only-failed`).
    pub fn failed(&self, name: &str, point: Option<&str>) -> bool {
        self.entry(name, point).is_some_and(|entry| !entry.status.is_success())
    }
}

/// The journal being written.
#[derive(Debug)]
pub(super) struct Writer {
    file: File,
    path: PathBuf,
    run: String,
    /// The first thing that went wrong.
    failed: Option<Diagnostic>,
}

impl Writer {
    /// Opens the journal for appending, after a cut line on a new one.
    pub(super) fn open(out: &Path, run: &str) -> Result<Self, Diagnostic> {
        let path = path(out);
        let err = |err: io::Error| failure("cannot open the journal", &path, &err);
        fs::create_dir_all(out.join(BOOKKEEPING)).map_err(err)?;
        let lines = last_lines(&path)?;
        if lines.count > COMPACT_LINES.max(4 * lines.entries.len()) {
            let mut kept: Vec<(usize, String)> =
                lines.entries.into_values().map(|((at, line), _)| (at, line)).collect();
            kept.sort_unstable();
            let text: String = kept.into_iter().map(|(_, line)| line + "\n").collect();
            publish(&path, text.as_bytes())?;
        }
        let mut file = File::options().append(true).create(true).open(&path).map_err(err)?;
        if lines.cut {
            file.write_all(b"\n").map_err(err)?;
        }
        Ok(Self { file, path, run: run.to_owned(), failed: None })
    }

    /// Appends one figure, in one write.
    pub(super) fn append(&mut self, account: &Account, outputs: &[OutputFile], digest: Option<u64>) {
        let digest = digest.map(|digest| format!("{digest:016x}"));
        let line = FullLine { run: &self.run, digest, account, outputs };
        let written = serde_json::to_vec(&line).map_err(io::Error::other).and_then(|mut line| {
            line.push(b'\n');
            self.file.write_all(&line)
        });
        if let Err(err) = written {
            self.failed.get_or_insert_with(|| failure("cannot write the journal", &self.path, &err));
        }
    }

    /// Makes it durable.
    pub(super) fn close(self) -> Result<(), Diagnostic> {
        match self.failed {
            Some(diagnostic) => Err(diagnostic),
            None => self.file.sync_all().map_err(|err| failure("cannot sync the journal", &self.path, &err)),
        }
    }
}

fn path(out: &Path) -> PathBuf {
    out.join(BOOKKEEPING).join("run.jsonl")
}

pub(super) fn size(out: &Path, output: &Path) -> Option<u64> {
    fs::metadata(out.join(output)).ok().filter(fs::Metadata::is_file).map(|meta| meta.len())
}

/// The last line about each figure, with its number.
struct Lines {
    entries: BTreeMap<Key, ((usize, String), Entry)>,
    count: usize,
    /// The last line has no end.
    cut: bool,
}

fn last_lines(path: &Path) -> Result<Lines, Diagnostic> {
    let bytes = match fs::read(path) {
        Err(err) if err.kind() == io::ErrorKind::NotFound => Vec::new(),
        other => other.map_err(|err| failure("cannot read the journal", path, &err))?,
    };
    let mut lines =
        Lines { entries: BTreeMap::new(), count: 0, cut: bytes.last().is_some_and(|last| *last != b'\n') };
    for text in bytes.split(|byte| *byte == b'\n').filter(|text| !text.is_empty()) {
        lines.count += 1;
        let (Ok(line), Ok(text)) = (serde_json::from_slice::<Line>(text), str::from_utf8(text)) else {
            continue;
        };
        let outputs = line.outputs.into_iter().map(|file| Some((file.path, file.bytes?)));
        let entry = Entry {
            outputs: outputs.collect::<Option<_>>().unwrap_or_default(),
            digest: line.digest.and_then(|hex| u64::from_str_radix(&hex, 16).ok()),
            status: line.status,
        };
        lines.entries.insert((line.name, line.point), ((lines.count, text.to_owned()), entry));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{FigureRecord, Outcome};
    use std::time::Duration;

    fn account(name: &str, outcome: Outcome) -> Account {
        Account::of(&FigureRecord {
            task: 0,
            name: name.into(),
            point: None,
            outputs: vec![format!("{name}.png").into()],
            outcome,
            wall: Duration::from_millis(1500),
            cpu: Duration::ZERO,
            anon_bytes: 7,
            warnings: Vec::new(),
        })
    }

    fn ok(name: &str) -> Account {
        account(name, Outcome::Ok { files: vec![format!("{name}.png").into()], bytes: 3 })
    }

    fn files(name: &str) -> Vec<OutputFile> {
        vec![OutputFile { path: format!("{name}.png").into(), bytes: Some(3) }]
    }

    #[test]
    fn the_last_entry_wins_and_a_cut_line_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path();
        let failed = || account("b", Outcome::Failed(Diagnostic::error("no")));
        let mut first = Writer::open(out, "r1").unwrap();
        first.append(&ok("a"), &files("a"), Some(0xfeed));
        first.append(&failed(), &files("b"), Some(2));
        first.close().unwrap();
        File::options().append(true).open(path(out)).unwrap().write_all(b"{\"name\":\"a\",\"sta").unwrap();
        let mut second = Writer::open(out, "r2").unwrap();
        second.append(&ok("b"), &files("b"), Some(3));
        second.append(&failed(), &files("b"), Some(4));
        second.close().unwrap();

        let journal = Journal::read(out).unwrap();
        assert_eq!(journal.entries.len(), 2);
        assert!(journal.failed("b", None) && !journal.failed("a", None) && !journal.failed("c", None));
        assert!(!journal.is_current(out, "a", None, 0xfeed), "its file is not there");
        fs::write(out.join("a.png"), "123").unwrap();
        assert!(journal.is_current(out, "a", None, 0xfeed));
        assert!(!journal.is_current(out, "a", None, 0xbeef), "another digest");
        fs::write(out.join("a.png"), "1234").unwrap();
        assert!(!journal.is_current(out, "a", None, 0xfeed), "another size");
    }

    #[test]
    fn a_long_journal_is_rewritten_with_its_last_entries() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = Writer::open(dir.path(), "r1").unwrap();
        for digest in 0..=COMPACT_LINES as u64 {
            writer.append(&ok("a"), &files("a"), Some(digest));
        }
        writer.close().unwrap();
        Writer::open(dir.path(), "r2").unwrap();
        let text = fs::read_to_string(path(dir.path())).unwrap();
        assert_eq!(text.lines().count(), 1);
        let journal = Journal::read(dir.path()).unwrap();
        assert_eq!(journal.entries[&("a".into(), None)].digest, Some(COMPACT_LINES as u64));
    }

    #[test]
    fn no_journal_is_an_empty_one() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Journal::read(dir.path()).unwrap().entries.is_empty());
    }
}
