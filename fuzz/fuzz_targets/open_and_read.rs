//! Any bytes as a data file: recognised by content, opened, listed, and all of it read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shmplot::data::Slab;
use shmplot::source::{ArrayNode, Node, Tree};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Most bytes of an array that is read as a whole.
const WHOLE: u64 = 1 << 20;

/// Where the bytes are put; in memory where there is such a place.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = base.join(format!("shmplot-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        folder
    })
}

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

fuzz_target!(|bytes: &[u8]| {
    // Texts are told apart by their names.
    let binary = bytes.contains(&0) || bytes.starts_with(b"\x89HDF");
    let names: &[&str] = if binary { &["bytes"] } else { &["text", "text.csv", "text.yml", "text.json"] };
    for name in names {
        let path = folder().join(name);
        std::fs::write(&path, bytes).expect("the file can be written");
        let Ok(opened) = shmplot::source::open(&[path]) else { continue };
        let tree = opened.value;
        tree.walk(&mut |path, node| {
            if let Node::Array(array) = node {
                read(&tree, array);
                let _ = tree.coords(path);
            }
        });
    }
});
