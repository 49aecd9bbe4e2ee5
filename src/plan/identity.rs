//! What tells a figure from others, and what its files say of themselves.

use super::Output;
use crate::data::Demand;
use crate::source::Tree;
use crate::transform::{Graph, NodeId, Op};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::hash::{Hash, Hasher};
use std::os::unix::fs::MetadataExt;

/// Most names of data files that a figure's metadata hold.
const MOST_NAMES: usize = 20;

/// Digest of all that decides a figure's bytes: its resolved entry
/// (`canonical`), its formats, this program's
/// version, what it reads, and the identity (path, size, time of change) of the files it is in, those that are linked to included.
pub(super) fn digest(canonical: &str, outputs: &[Output], demand: &Demand, tree: &Tree) -> u64 {
    let mut hash = twox_hash::XxHash64::with_seed(0);
    hash.write(env!("CARGO_PKG_VERSION").as_bytes());
    hash.write(canonical.as_bytes());
    for output in outputs {
        hash.write(output.path.as_os_str().as_encoded_bytes());
    }
    demand.0.hash(&mut hash);
    for file in sources(demand, tree) {
        hash.write(file.path.as_os_str().as_encoded_bytes());
        hash.write_u64(file.size);
        let modified = file.modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        hash.write_u128(modified.map_or(0, |time| time.as_nanos()));
    }
    for other in others(demand.0.keys(), tree) {
        hash.write(other.as_bytes());
    }
    hash.finish()
}

/// Digest of a node's value: what it computes (its graph's `digest`) from what, read how from files of
/// which identity, by which version of this program.
pub(super) fn of_result(digest: u128, graph: &Graph, demand: &Demand, tree: &Tree) -> u128 {
    struct Hashed(twox_hash::XxHash3_128);
    impl Write for Hashed {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut hash = Hashed(twox_hash::XxHash3_128::new());
    // Writing to it cannot fail.
    let _ = write!(hash, "{} {digest:032x} {demand:?}", env!("CARGO_PKG_VERSION"));
    for id in 0..graph.len() {
        if let Op::Leaf(path) = &graph.node(NodeId(id)).op {
            let _ = write!(hash, " {path:?} {:?}", tree.array(path).ok());
        }
    }
    for file in sources(&tree.with_coords(demand), tree) {
        let _ = write!(hash, " {:?} {} {:?}", file.path, file.size, file.modified);
    }
    for other in others(tree.with_coords(demand).0.keys(), tree) {
        let _ = write!(hash, " {other}");
    }
    hash.0.finish_128()
}

/// The files that a demand touches, in the tree's order.
fn sources<'a>(demand: &Demand, tree: &'a Tree) -> Vec<&'a crate::source::SourceFile> {
    let mut used: Vec<usize> =
        demand.0.keys().filter_map(|path| tree.array(path).ok()).flat_map(|array| array.files()).collect();
    used.sort_unstable();
    used.dedup();
    used.into_iter().filter_map(|file| tree.files.get(file)).collect()
}

/// The files that leaves come from besides those of the tree, as they are now, as text.
fn others<'a>(paths: impl Iterator<Item = &'a String>, tree: &Tree) -> Vec<String> {
    let arrays = paths.filter_map(|path| tree.array(path).ok());
    let files: BTreeSet<std::path::PathBuf> = arrays.flat_map(|array| tree.others(array)).collect();
    let text = |file: std::path::PathBuf| match std::fs::metadata(&file) {
        Ok(now) => {
            let changed = (now.mtime(), now.mtime_nsec(), now.ctime(), now.ctime_nsec());
            format!("{file:?} {} {changed:?} {}", now.len(), now.ino())
        }
        Err(_) => format!("{file:?} is not there"),
    };
    files.into_iter().map(text).collect()
}

/// What the file says of itself (WISHES 11): no clock and no absolute path, so that the same
/// configuration and data give the same bytes anywhere.
pub(super) fn metadata(
    name: &str,
    label: Option<&str>,
    canonical: &str,
    demand: &Demand,
    tree: &Tree,
) -> Vec<(String, String)> {
    let mut title = name.to_owned();
    if let Some(label) = label {
        title = format!("{title}/{label}");
    }
    let mut files: Vec<String> = sources(demand, tree)
        .iter()
        .filter_map(|file| file.path.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    files.dedup();
    // A file that is drawn from very many others need not name them all.
    if files.len() > MOST_NAMES {
        let rest = files.len() - MOST_NAMES;
        files.truncate(MOST_NAMES);
        files.push(format!("and {rest} more"));
    }
    vec![
        ("Title".to_owned(), title),
        ("Software".to_owned(), format!("shmplot {}", env!("CARGO_PKG_VERSION"))),
        ("Source".to_owned(), files.join(", ")),
        (
            "Comment".to_owned(),
            format!("configuration {:016x}", twox_hash::XxHash64::oneshot(0, canonical.as_bytes())),
        ),
    ]
}
