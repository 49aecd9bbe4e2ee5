//! `shmplot demo`: simulates something worth looking at, writes it as real files, and plots it.

mod data;
mod simulate;
mod zarr;

pub use data::{Extent, write};

/// The figures of the demo, written beside its data for the user to change.
pub const PLOTS: &str = include_str!("plots.yml");
