//! YAML into [`PlotSpec`]s: positions kept, `based_on`, pools and sweeps resolved completely.
//!
//! After this phase nothing knows what inheritance is. Knows nothing of data or drawing.

pub mod spec;
pub mod yaml;

pub use spec::{Creator, Entry, PlotSpec, Point};
pub use yaml::{Node, Yaml};
