//! Charts into scenes, scenes into bytes: `compose(&Chart, &ChartData) -> Scene`,
//! `paint(&Scene, Format) -> bytes`.
//!
//! [`Chart`] says what is wanted, with everything looked up; [`Scene`] is what painters see, every
//! position resolved. **Invariant:** `render` never sees a path, a file, YAML or the arena.

mod annot;
pub mod arrow;
mod axis;
mod backdrop;
mod block;
pub mod chart;
mod cloud;
mod color;
mod colorbar;
pub mod colormap;
mod compose;
mod content;
mod describe;
mod draw;
mod encode;
mod ends;
mod error;
mod figure_label;
mod fstr;
mod function;
pub mod hatch;
mod hold;
mod inset;
mod layout;
mod legend;
mod levels;
mod limits;
mod marks;
pub mod multi;
pub mod named_color;
pub mod named_style;
pub mod norm;
mod notes;
pub mod paint;
pub mod panel;
mod record;
pub mod scale;
pub mod scene;
mod series;
mod sheet;
mod shrink;
mod space;
mod tabular;
pub mod text;
pub mod textbox;
pub mod ticks;
mod tight;
mod values;

pub use chart::Chart;
pub use compose::compose;
pub use content::ChartData;
pub use describe::describe;
pub use encode::{frame_title, resolve};
pub use error::RenderError;
pub use hold::Extents;
pub use multi::{Argument, MultiPlot, compose_multi};
pub use scene::Scene;
