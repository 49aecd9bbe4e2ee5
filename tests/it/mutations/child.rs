//! Goes through the mutations of a file in a process of bounded memory and patience.

use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::alarm;
use shmplot::data::Slab;
use shmplot::source::{ArrayNode, Node, Tree};
use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Patience with one mutation; what ends in time takes a millisecond.
pub(super) const SECONDS: u32 = 10;

/// Memory beside what the process has at its start. The fixtures are of a few KiB, but a deflated
/// chunk may say that it is a thousand times as large, and decoders of several blocks have buffers.
const BYTES: u64 = 256 << 20;

/// More than any array of the fixtures has, and less than would take long.
const WHOLE: u64 = 1 << 20;

/// What the child is to do.
pub(super) struct Task {
    /// The file or folder to change in place.
    pub(super) subject: PathBuf,
    /// Holds the number of the first mutation to try, and then of the one that is being tried.
    pub(super) progress: PathBuf,
}

const SUBJECT: &str = "SHMPLOT_TEST_MUTATE";
const PROGRESS: &str = "SHMPLOT_TEST_PROGRESS";

impl Task {
    /// The task that the parent set, if this is the child.
    pub(super) fn from_environment() -> Option<Self> {
        let path = |name| std::env::var_os(name).map(PathBuf::from);
        Some(Self { subject: path(SUBJECT)?, progress: path(PROGRESS)? })
    }

    /// Variables that make a process the child.
    pub(super) fn environment(self) -> [(&'static str, OsString); 2] {
        [(SUBJECT, self.subject.into()), (PROGRESS, self.progress.into())]
    }

    /// Tries all mutations from the one that the progress names.
    pub(super) fn run(&self) {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let data = status.lines().find_map(|line| line.strip_prefix("VmData:")).unwrap();
        let kib: u64 = data.trim().trim_end_matches(" kB").parse().unwrap();
        let limit = (kib << 10) + BYTES;
        setrlimit(Resource::RLIMIT_DATA, limit, limit).unwrap();
        setrlimit(Resource::RLIMIT_CORE, 0, 0).unwrap();
        let progress = File::options().read(true).write(true).open(&self.progress).unwrap();
        let first: usize = fs::read_to_string(&self.progress).unwrap().trim().parse().unwrap();
        let mut at = 0;
        for path in files(&self.subject) {
            let good = fs::read(&path).unwrap();
            // Changed in place: writing it anew takes longer than reading it.
            let file = File::options().write(true).open(&path).unwrap();
            for (byte, number) in (0..good.len()).zip(at..).skip_while(|(_, number)| *number < first) {
                progress.write_all_at(format!("{number:<12}").as_bytes(), 0).unwrap();
                file.write_all_at(&[good[byte] ^ mask(byte)], byte as u64).unwrap();
                self.survive();
                file.write_all_at(&good[byte..=byte], byte as u64).unwrap();
            }
            at += good.len();
            for (length, number) in (0..good.len()).rev().zip(at..).skip_while(|(_, number)| *number < first)
            {
                progress.write_all_at(format!("{number:<12}").as_bytes(), 0).unwrap();
                file.set_len(length as u64).unwrap();
                self.survive();
            }
            at += good.len();
            file.write_all_at(&good, 0).unwrap();
        }
        alarm::cancel();
        assert!(at > 0, "nothing was mutated");
    }

    /// Opens, lists and reads; errors are well.
    fn survive(&self) {
        alarm::set(SECONDS);
        if let Ok(opened) = shmplot::source::open(std::slice::from_ref(&self.subject)) {
            let tree = opened.value;
            tree.walk(&mut |path, node| {
                if let Node::Array(array) = node {
                    read(&tree, array);
                    let _ = tree.coords(path);
                }
            });
        }
    }
}

/// All bits of a byte, its lowest or its highest one in turn: counts also go wrong by one.
fn mask(at: usize) -> u8 {
    [0xff, 0x01, 0x80][at % 3]
}

/// What mutation number `number` does.
pub(super) fn describe(subject: &Path, number: usize) -> String {
    let mut rest = number;
    for path in files(subject) {
        let length = fs::metadata(&path).unwrap().len() as usize;
        if rest < length {
            return format!("{}, byte {rest} ^ {:#x}", path.display(), mask(rest));
        }
        rest -= length;
        if rest < length {
            return format!("{}, cut to {} bytes", path.display(), length - 1 - rest);
        }
        rest -= length;
    }
    format!("mutation {number}")
}

/// The file itself, or all files of a folder.
fn files(subject: &Path) -> Vec<PathBuf> {
    if subject.is_file() {
        return vec![subject.to_owned()];
    }
    let mut entries: Vec<PathBuf> =
        fs::read_dir(subject).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries.iter().flat_map(|entry| files(entry)).collect()
}

/// Sums up all of an array, or reads the first and the last element where its shape has gone wild.
fn read(tree: &Tree, array: &ArrayNode) {
    let elements = array.shape.iter().try_fold(1_u64, |n, len| n.checked_mul(*len as u64));
    if elements.is_some_and(|n| n <= WHOLE / array.dtype.size().unwrap_or(1) as u64) {
        let _ = tree.stats(array);
    } else if !array.shape.contains(&0) {
        let last = array.shape.iter().map(|len| len - 1..*len);
        let _ = tree.read(array, &Slab(last.collect()));
        let _ = tree.read(array, &Slab(array.shape.iter().map(|_| 0..1).collect()));
    }
}
