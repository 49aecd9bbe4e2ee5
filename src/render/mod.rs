//! Charts into scenes, scenes into bytes: `compose(&Chart, &Labelled) -> Scene`,
//! `paint(&Scene, Format) -> bytes`.
//!
//! [`Chart`] says what is wanted, with everything looked up; [`Scene`] is what painters see, every
//! position resolved. **Invariant:** `render` never sees a path, a file, YAML or the arena.

pub mod chart;
pub mod colormap;
pub mod norm;
pub mod paint;
pub mod scale;
pub mod scene;
pub mod text;
pub mod ticks;

pub use chart::Chart;
pub use scene::Scene;
