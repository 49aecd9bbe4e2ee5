//! A format of one's own: implement `Reader`, build a tree, and everything else works on it.
//!
//! The "format" here is a raw file of little-endian float32 on a square grid, of which only the rows
//! that a slice touches are read: `cargo run --release --example own_reader -- RAW_FILE SIDE`.

#![expect(clippy::print_stdout, reason = "an example prints")]

use shmplot::data::{Attrs, Dim, Dtype, Slab, StrBuf};
use shmplot::source::{ArrayNode, Listing, Node, Reader, SourceError, Storage, Tree};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Debug)]
struct Raw {
    path: PathBuf,
    side: usize,
}

impl Raw {
    fn failed(&self, error: &std::io::Error) -> SourceError {
        SourceError::Io { file: self.path.clone(), why: error.to_string() }
    }
}

impl Reader for Raw {
    fn format(&self) -> &'static str {
        "raw float32"
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn list(&self) -> Result<Listing, SourceError> {
        let array = ArrayNode {
            dtype: Dtype::F32,
            stored: "float32".to_owned(),
            dims: vec![Dim::new("y"), Dim::new("x")],
            shape: vec![self.side, self.side],
            attrs: Attrs::new(),
            coords: Vec::new(),
            storage: Storage::Opaque,
            file: 0,
            item: 0,
            origin: "data".to_owned(),
        };
        Ok(Listing { root: Node::Array(Arc::new(array)), warnings: Vec::new() })
    }

    fn read_into(&self, _array: &ArrayNode, slab: &Slab, out: &mut [u8]) -> Result<(), SourceError> {
        let file = File::open(&self.path).map_err(|error| self.failed(&error))?;
        let [rows, cols] = slab.0.as_slice() else { unreachable!("the array has two axes") };
        for (row, line) in rows.clone().zip(out.chunks_exact_mut(cols.len() * 4)) {
            let at = (row * self.side + cols.start) * 4;
            file.read_exact_at(line, at as u64).map_err(|error| self.failed(&error))?;
            for value in line.chunks_exact_mut(4) {
                let number = f32::from_le_bytes([value[0], value[1], value[2], value[3]]);
                value.copy_from_slice(&number.to_ne_bytes());
            }
        }
        Ok(())
    }

    fn read_texts(&self, _array: &ArrayNode, _slab: &Slab) -> Result<StrBuf, SourceError> {
        Ok(StrBuf::from_iter([""; 0]))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [path, side] = args.as_slice() else { return Err("usage: own_reader RAW_FILE SIDE".into()) };
    let raw = Raw { path: PathBuf::from(path), side: side.parse()? };
    let tree = Tree::from_readers(vec![(String::new(), Arc::new(raw))])?.value;
    let array = tree.array("data")?;
    let middle = array.shape[0] / 2;
    let row = tree.read(array, &Slab(vec![middle..middle + 1, 0..array.shape[1]]))?;
    println!("the middle row begins with {:?}", (0..4).map(|i| row.f64_at(i)).collect::<Vec<_>>());
    Ok(())
}
