//! Specs and tree joined: for every figure its files, graph, chart and demand, before data are read.

pub mod task;

pub use task::{FigureTask, Output, Plan};
