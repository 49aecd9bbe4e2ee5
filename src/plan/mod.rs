//! Specs and tree joined: for every figure its files, graph, chart and demand, before data are read.

mod animation;
mod build;
pub mod chart;
mod check;
mod columns;
mod facets;
mod frames;
pub mod graph;
mod identity;
pub mod late;
mod leaves;
mod numbered;
mod outputs;
mod saved;
pub mod schedule;
mod shared;
mod spread;
pub mod task;

pub use build::{Options, demanded_bytes, plan};
pub use chart::{chart, multiplot, result, styles};
pub use check::check;
pub use saved::{Saved, saved_files};
pub use shared::{Shared, SharedResult, shared};
pub use task::{Drawing, FigureTask, FilmTask, Output, Plan, folded};
