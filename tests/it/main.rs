//! All tests that need no fault: one binary, since linking dominates on two cores.

mod cli;
mod conformance;
mod dialect;
mod golden;
mod hdf5;
mod open;
mod real_tables;
mod reference;
mod tidy;
