//! Specs and tree joined: for every figure its files, graph, chart and demand, before data are read.

pub mod chart;
pub mod task;

pub use chart::chart;
pub use task::{FigureTask, Output, Plan};
