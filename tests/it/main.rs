//! All tests that need no fault: one binary, since linking dominates on two cores.

mod cli;
mod conformance;
mod dialect;
mod golden;
mod hdf5;
mod reference;
mod tidy;
