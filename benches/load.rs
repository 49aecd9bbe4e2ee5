//! How fast a contiguous HDF5 file becomes an arena, against a plain `pread` into a freshly allocated map.
//!
//! `cargo bench --bench load [-- MIB]`. The file is in the page cache. Wall time of everything: the
//! child, allocation, sealing, mapping. The target is a ratio of at least 0.8 to one thread's pread.
#![expect(clippy::print_stdout, reason = "a bench prints")]

use shmplot::arena::{Arena, Options};
use shmplot::source::open;
use shmplot::sys::memfd::Memory;
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

const REPEATS: usize = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mib = std::env::args().find_map(|arg| arg.parse::<usize>().ok()).unwrap_or(1024);
    let dir = tempfile::tempdir_in(std::env::var_os("CARGO_TARGET_TMPDIR").unwrap_or_else(|| ".".into()))?;
    let path = dir.path().join("values.h5");
    write_hdf5(&path, mib)?;
    let bytes = std::fs::metadata(&path)?.len() as f64;
    std::io::copy(&mut File::open(&path)?.take(u64::MAX), &mut std::io::sink())?;
    let tree = open(std::slice::from_ref(&path))?.value;
    let demand = tree.whole();
    println!("{mib} MiB of float64 in one contiguous leaf, best of {REPEATS}");
    let (mut plain, mut loads) = (Vec::new(), [Vec::new(), Vec::new()]);
    for _ in 0..REPEATS {
        plain.push(seconds(|| pread(&path))?);
        for (threads, times) in [Some(1), None].into_iter().zip(&mut loads) {
            times.push(seconds(|| {
                let options = Options { threads, ..Options::default() };
                let loaded = Arena::load(&demand, &tree, &options, &mut |_| ControlFlow::Continue(()))
                    .map_err(|err| err.to_string())?;
                assert!(loaded.failed.is_empty());
                Ok(loaded.arena)
            })?);
        }
    }
    let rate = |times: &[f64]| bytes / times.iter().copied().fold(f64::INFINITY, f64::min);
    let reference = rate(&plain);
    println!("{:<34} {:>6.2} GB/s", "pread into a fresh map", reference / 1e9);
    for (times, name) in loads.iter().zip(["arena, 1 decoding thread", "arena, all cores"]) {
        println!("{name:<34} {:>6.2} GB/s   ratio {:.2}", rate(times) / 1e9, rate(times) / reference);
    }
    Ok(())
}

fn seconds<T>(
    run: impl FnOnce() -> Result<T, Box<dyn std::error::Error>>,
) -> Result<f64, Box<dyn std::error::Error>> {
    let begin = Instant::now();
    let kept = run()?;
    let elapsed = begin.elapsed().as_secs_f64();
    drop(kept);
    Ok(elapsed)
}

/// What is compared with: allocate, map, read in pieces of 8 MiB.
fn pread(path: &Path) -> Result<Memory, Box<dyn std::error::Error>> {
    let file = File::open(path)?;
    let mut memory = Memory::allocate("bench", usize::try_from(file.metadata()?.len())?)?;
    let mut at = 0;
    for piece in memory.bytes_mut().chunks_mut(8 << 20) {
        file.read_exact_at(piece, at)?;
        at += piece.len() as u64;
    }
    Ok(memory)
}

/// One contiguous dataset of `mib` × 131072 float64.
fn write_hdf5(path: &Path, mib: usize) -> Result<(), Box<dyn std::error::Error>> {
    let values: Vec<f64> = (0..mib * 131_072).map(|i| i as f64).collect();
    let mut file = hdf5_pure::FileBuilder::new();
    file.create_dataset("values").with_f64_data(&values).with_shape(&[mib as u64, 131_072]);
    drop(values);
    file.write(path)?;
    Ok(())
}
