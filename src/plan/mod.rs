//! Specs and tree joined: for every figure its files, graph, chart and demand, before data are read.

mod build;
pub mod chart;
pub mod graph;
pub mod late;
mod leaves;
mod spread;
pub mod task;

pub use build::{Options, check, demanded_bytes, plan};
pub use chart::chart;
pub use task::{Drawing, FigureTask, Output, Plan};
