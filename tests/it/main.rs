//! All tests that need no fault: one binary, since linking dominates on two cores.

#![expect(clippy::unwrap_used, reason = "what a test cannot set up is its failure")]

mod cli;
mod columnar;
mod conformance;
mod dialect;
mod file_arena;
mod film;
mod forest;
mod gallery;
mod golden;
mod hdf5;
mod hostile;
mod labels;
mod load;
mod mutations;
mod named;
mod op_names;
mod open;
mod operations;
mod project;
mod reference;
mod same;
mod series;
mod shared;
mod tidy;
mod universes;
mod values;
mod waves;
mod zarr;
