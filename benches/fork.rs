//! How long forking a worker takes, against the size of the arena that it inherits.
//!
//! `cargo bench --bench fork [-- MIB…]`. The target is at most 1 ms whatever the size.
#![expect(clippy::print_stdout, reason = "a bench prints")]

use shmplot::arena::{Arena, Options};
use shmplot::data::{Demand, Dim, Dtype, LeafDemand, Slab, StrBuf};
use shmplot::source::{ArrayNode, Group, Listing, Node, Reader, SourceError, Storage, Tree};
use shmplot::sys::{ForkOptions, fork};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

const FORKS: usize = 64;

/// Leaves of 16 MiB of ones.
#[derive(Debug)]
struct Ones(usize);

impl Reader for Ones {
    fn format(&self) -> &'static str {
        "ones"
    }

    fn path(&self) -> &Path {
        Path::new("ones")
    }

    fn list(&self) -> Result<Listing, SourceError> {
        let array = Arc::new(ArrayNode {
            dtype: Dtype::U8,
            stored: "uint8".into(),
            dims: vec![Dim::new("x")],
            shape: vec![16 << 20],
            attrs: Default::default(),
            coords: Vec::new(),
            storage: Storage::Opaque,
            file: 0,
            item: 0,
            origin: "ones".into(),
        });
        let members = (0..self.0).map(|i| (format!("leaf{i:05}"), Node::Array(array.clone()))).collect();
        Ok(Listing { root: Node::Group(Group::new(members)), warnings: Vec::new() })
    }

    fn read_into(&self, _: &ArrayNode, _: &Slab, out: &mut [u8]) -> Result<(), SourceError> {
        out.fill(1);
        Ok(())
    }

    fn read_texts(&self, _: &ArrayNode, _: &Slab) -> Result<StrBuf, SourceError> {
        Ok(std::iter::empty::<&str>().collect())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sizes: Vec<usize> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![16, 256, 1024, 4096];
    }
    println!("{:>9}  {:>9}  {:>12}  {:>12}  {:>12}", "MiB", "segments", "fork ms", "scanned ms", "child ms");
    for mib in sizes {
        let reader: Arc<dyn Reader> = Arc::new(Ones(mib.div_ceil(16)));
        let tree = Tree::from_readers(vec![(String::new(), reader)])?.value;
        let mut demand = Demand::default();
        for i in 0..mib.div_ceil(16) {
            demand.add(&format!("leaf{i:05}"), &LeafDemand::all(&[16 << 20]));
        }
        let loaded = Arena::load(&demand, &tree, &Options::default(), &mut |_| ControlFlow::Continue(()));
        let arena = loaded.map_err(|err| err.to_string())?.arena;
        let fresh = median(|| Ok(forked()?.0))?;
        // The same once the parent itself has touched every page.
        let mut sum = 0_u64;
        for path in demand.0.keys() {
            let leaf = arena.leaf(path).map_err(|err| err.to_string())?;
            sum += leaf
                .as_contiguous_slice::<u8>()
                .map_or(0, |ones| ones.iter().step_by(4096).map(|v| u64::from(*v)).sum());
        }
        assert_eq!(sum, (demand.0.len() * (16 << 20) / 4096) as u64);
        let scanned = median(|| Ok(forked()?.0))?;
        let whole = median(|| Ok(forked()?.1))?;
        println!("{mib:>9}  {:>9}  {fresh:>12.3}  {scanned:>12.3}  {whole:>12.3}", arena.segments());
    }
    Ok(())
}

/// Forks a child that ends at once: milliseconds until the parent goes on, and until it is reaped.
fn forked() -> std::io::Result<(f64, f64)> {
    let begin = Instant::now();
    let mut child = fork(&ForkOptions::default(), || 0)?;
    let forked = begin.elapsed().as_secs_f64() * 1e3;
    child.wait()?;
    Ok((forked, begin.elapsed().as_secs_f64() * 1e3))
}

fn median(mut run: impl FnMut() -> std::io::Result<f64>) -> std::io::Result<f64> {
    let mut times = (0..FORKS).map(|_| run()).collect::<Result<Vec<_>, _>>()?;
    times.sort_by(f64::total_cmp);
    Ok(times[FORKS / 2])
}
