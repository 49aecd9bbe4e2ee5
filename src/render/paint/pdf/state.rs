//! What is set on the page: colours, opacities, strokes. Only changes are written.

use super::vector;
use crate::render::scene::{Cap, Color, Join, Stroke};
use pdf_writer::types::{LineCapStyle, LineJoinStyle};
use pdf_writer::writers::Resources;
use pdf_writer::{Content, Name};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// The graphics state as far as scenes use it.
#[derive(Clone, Debug)]
pub(super) struct Ink {
    fill: [u8; 3],
    line: [u8; 3],
    /// Opacity of fills and of strokes.
    opacity: [u8; 2],
    width: f64,
    dash: Vec<f64>,
    phase: f64,
    cap: Cap,
    join: Join,
    /// All pairs of opacities used on the page; saved states share it.
    used: Rc<RefCell<BTreeSet<[u8; 2]>>>,
}

impl Default for Ink {
    /// As pages begin.
    fn default() -> Self {
        Self {
            fill: [0; 3],
            line: [0; 3],
            opacity: [255; 2],
            width: 1.0,
            dash: Vec::new(),
            phase: 0.0,
            cap: Cap::Butt,
            join: Join::Miter,
            used: Rc::default(),
        }
    }
}

impl Ink {
    /// Sets what the next outline is filled and stroked with. What is not used stays.
    pub(super) fn set(&mut self, content: &mut Content, fill: Option<Color>, stroke: Option<&Stroke>) {
        let rgb = |color: Color| [color.r, color.g, color.b];
        let share = |rgb: [u8; 3]| rgb.map(|v| f32::from(v) / 255.0);
        let opacity = [fill.map_or(self.opacity[0], |c| c.a), stroke.map_or(self.opacity[1], |s| s.color.a)];
        if opacity != self.opacity {
            self.opacity = opacity;
            self.used.borrow_mut().insert(opacity);
            content.set_parameters(Name(name(opacity).as_bytes()));
        }
        if let Some(color) = fill.map(rgb)
            && color != self.fill
        {
            self.fill = color;
            let [r, g, b] = share(color);
            content.set_fill_rgb(r, g, b);
        }
        let Some(stroke) = stroke else { return };
        if rgb(stroke.color) != self.line {
            self.line = rgb(stroke.color);
            let [r, g, b] = share(self.line);
            content.set_stroke_rgb(r, g, b);
        }
        if stroke.width != self.width {
            self.width = stroke.width;
            content.set_line_width(vector::round(stroke.width) as f32);
        }
        let dash = vector::dashes(stroke);
        let phase = if dash.is_empty() { 0.0 } else { stroke.phase.rem_euclid(dash.iter().sum()) };
        if dash != self.dash || phase != self.phase {
            (self.dash, self.phase) = (dash.to_vec(), phase);
            let lengths = dash.iter().map(|d| vector::round(*d) as f32);
            content.set_dash_pattern(lengths, vector::round(phase) as f32);
        }
        if stroke.cap != self.cap {
            self.cap = stroke.cap;
            content.set_line_cap(match stroke.cap {
                Cap::Butt => LineCapStyle::ButtCap,
                Cap::Round => LineCapStyle::RoundCap,
                Cap::Square => LineCapStyle::ProjectingSquareCap,
            });
        }
        if stroke.join != self.join {
            self.join = stroke.join;
            content.set_line_join(match stroke.join {
                Join::Miter => LineJoinStyle::MiterJoin,
                Join::Round => LineJoinStyle::RoundJoin,
                Join::Bevel => LineJoinStyle::BevelJoin,
            });
        }
    }

    /// Names the opacities that were used.
    pub(super) fn write_opacities(&self, resources: &mut Resources<'_>) {
        let used = self.used.borrow();
        if used.is_empty() {
            return;
        }
        let mut states = resources.ext_g_states();
        for opacity in used.iter() {
            let [fill, stroke] = opacity.map(|v| (f32::from(v) / 255.0 * 1000.0).round() / 1000.0);
            let mut state = states
                .insert(Name(name(*opacity).as_bytes()))
                .start::<pdf_writer::writers::ExtGraphicsState>();
            state.non_stroking_alpha(fill).stroking_alpha(stroke);
        }
    }
}

fn name([fill, stroke]: [u8; 2]) -> String {
    format!("A{fill}.{stroke}")
}
