//! Writes the demo's data files into a folder: `cargo run --release --example simulate -- DIR`.

use shmplot::demo::{Extent, write};
use shmplot::diag::Diagnostic;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "data".to_owned()));
    std::fs::create_dir_all(&dir)?;
    write(&dir, Extent::SMALL, &mut |what| eprintln!("simulating {what}"))
        .map_err(|d: Diagnostic| d.to_string())?;
    Ok(())
}
