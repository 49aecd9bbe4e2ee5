//! YAML into [`PlotSpec`]s: positions kept, `based_on`, pools and sweeps resolved completely.
//!
//! [`parse`] does all of it: `read` makes [`Node`]s of text, `tags` computes those that stand for
//! values, `inherit` merges what entries are based on, `sweep` finds parameter spaces, `entry` sorts
//! what is left by reader, `plain` turns shorthands into the long form. After this phase nothing knows
//! what inheritance is. Knows nothing of data or drawing.

mod dimension;
mod entry;
mod function;
mod inherit;
mod load;
mod numbers;
mod parse;
mod plain;
mod pspace;
mod python;
mod python_math;
pub mod read;
mod saved;
mod scalar;
mod select;
pub mod spec;
mod sweep;
mod tags;
mod write;
pub mod yaml;

pub use function::PlotFunction;
pub use inherit::Lineage;
pub use load::{load, load_utopia};
pub use parse::{Options, parse};
pub use pspace::{ParameterSpace, Selector, Universes};
pub use python::float as python_float;
pub use select::select;
pub use spec::{Creator, Entry, ExistOk, PlotSpec, Point, Points};
pub use write::write;
pub use yaml::{Keys, Node, Yaml};
