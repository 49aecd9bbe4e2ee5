//! The frame of polar axes: circles and rays of the grid, angles around, radii along a ray.

use super::{Show, Span};
use crate::render::chart::{Scale, Style};
use crate::render::color::ColorContent;
use crate::render::record::{Plane, solid};
use crate::render::scene::{AxesRecord, Color, Command, HAlign, Point, Rect, Segment, Stroke, Text, VAlign};
use crate::render::text;
use crate::render::ticks::{self, Room, Side, Ticks};

/// From the circle to the middle of the angles' labels, points (as matplotlib's texts stand).
const AWAY: f64 = 14.0;

/// How angles are counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::render) struct Turn {
    /// Where 0 is: radians from the right, counter-clockwise.
    pub(in crate::render) zero: f64,
    /// 1 counter-clockwise, −1 clockwise.
    pub(in crate::render) way: f64,
}

impl Default for Turn {
    fn default() -> Self {
        Self { zero: 0.0, way: 1.0 }
    }
}

impl Turn {
    /// A place by its angle (radians) and radius; what has no radius above 0 is in the middle.
    pub(in crate::render) fn place(&self, [angle, radius]: [f64; 2]) -> [f64; 2] {
        let angle = self.zero + self.way * angle;
        let radius = if radius < 0.0 { 0.0 } else { radius };
        [radius * libm::cos(angle), radius * libm::sin(angle)]
    }
}

/// The grid, or the frame with its labels.
pub(in crate::render) struct PolarMark {
    pub(in crate::render) turn: Turn,
    /// The largest radius.
    pub(in crate::render) reach: f64,
    /// Radii with labels, if somebody chose them.
    pub(in crate::render) radii: Option<Vec<(f64, Option<String>)>>,
    /// Angles (degrees) with labels, if somebody chose them.
    pub(in crate::render) angles: Option<Vec<(f64, Option<String>)>>,
    /// The ray along which radii are written, degrees.
    pub(in crate::render) ray: f64,
    pub(in crate::render) grid: Option<Stroke>,
    /// Colour of the radii's labels.
    pub(in crate::render) color: Option<Color>,
    pub(in crate::render) style: Style,
    /// The grid below lines, or what stands above all.
    pub(in crate::render) above: bool,
}

/// Room that the labels of angles need around the circle: left, right, top, bottom.
pub(in crate::render) fn around(style: &Style) -> [f64; 4] {
    let size = style.ticks[0].size;
    let wide = AWAY + text::measure("180°", size).width / 2.0;
    let tall = AWAY + 0.7 * size;
    [wide, wide, tall, tall]
}

/// The box of a text around a middle.
fn around_text(middle: [f64; 2], label: &str, size: f64) -> Rect {
    let extent = text::measure(label, size);
    let half = [extent.width / 2.0, extent.height() / 2.0];
    Rect {
        left: middle[0] - half[0],
        right: middle[0] + half[0],
        top: middle[1] - half[1],
        bottom: middle[1] + half[1],
    }
}

fn meet(a: &Rect, b: &Rect) -> bool {
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

impl PolarMark {
    fn radii(&self, height: f64) -> Ticks {
        let limits = [0.0, self.reach];
        let mut ticks = match &self.radii {
            Some(chosen) => {
                let at: Vec<f64> = chosen.iter().map(|(at, _)| *at).collect();
                let mut ticks = ticks::at(Scale::Linear, limits, &at);
                for (at, label) in ticks.major.iter().zip(&mut ticks.labels) {
                    if let Some((_, Some(name))) = chosen.iter().find(|(place, _)| place == at) {
                        label.clone_from(name);
                    }
                }
                ticks
            }
            None => {
                let size = self.style.ticks[1].size;
                ticks::ticks(
                    Scale::Linear,
                    limits,
                    Room { length_in: height / 144.0, font_size: size, side: Side::Vertical },
                )
            }
        };
        let kept: Vec<usize> = (0..ticks.major.len()).filter(|i| ticks.major[*i] > 0.0).collect();
        ticks.major = kept.iter().map(|i| ticks.major[*i]).collect();
        ticks.labels = kept.iter().map(|i| ticks.labels[*i].clone()).collect();
        ticks
    }

    fn angles(&self) -> Vec<(f64, String)> {
        match &self.angles {
            Some(chosen) => {
                let label = |at: f64| format!("{}°", crate::render::ticks::spec::plain(at));
                chosen.iter().map(|(at, name)| (*at, name.clone().unwrap_or_else(|| label(*at)))).collect()
            }
            None => (0..8).map(|k| (45.0 * f64::from(k), format!("{}°", 45 * k))).collect(),
        }
    }

    /// The labels of angles around a circle, from its middle, y down: fewer where they would touch.
    fn written(&self, reach: f64, size: f64) -> Vec<([f64; 2], String, Rect)> {
        let all: Vec<_> = self
            .angles()
            .into_iter()
            .map(|(angle, label)| {
                let [dx, dy] = self.turn.place([angle.to_radians(), reach + AWAY]);
                let own = around_text([dx, -dy], &label, size);
                ([dx, -dy], label, own)
            })
            .collect();
        let every = |step: usize| all.iter().step_by(step).cloned().collect::<Vec<_>>();
        let touch = |kept: &[([f64; 2], String, Rect)]| {
            kept.iter()
                .enumerate()
                .any(|(i, (_, _, own))| kept[..i].iter().any(|(.., other)| meet(own, other)))
        };
        (1..all.len().max(2)).map(every).find(|kept| !touch(kept)).unwrap_or_default()
    }

    fn circle(&self, plane: &Plane<'_>, radius: f64) -> Vec<Segment> {
        let [x, y] = plane.at(0.0, 0.0);
        Segment::circle([x, y], (plane.at(radius, 0.0)[0] - x).abs())
    }

    fn write(&self, plane: &Plane<'_>, middle: Point, text: &str, size: f64, color: Color) {
        let extent = text::measure(text, size);
        plane.push(Command::Text(Text {
            font: crate::render::text::base(),
            text: text.to_owned(),
            at: [middle[0], middle[1] + (extent.ascent - extent.descent) / 2.0],
            size,
            color,
            halign: HAlign::Center,
            valign: VAlign::Baseline,
            rotation: 0.0,
            width: extent.width,
        }));
    }
}

impl Show for PolarMark {
    fn spans(&self, _x: Scale, _y: Scale) -> [Option<Span>; 2] {
        [None, None]
    }

    fn draw(&self, plane: &Plane<'_>, _color: Option<&ColorContent>, _dpi: f64) {
        let [x, y] = plane.at(0.0, 0.0);
        let reach = (plane.at(self.reach, 0.0)[0] - x).abs();
        let radii = self.radii(plane.frame.height());
        if !self.above {
            let Some(grid) = &self.grid else { return };
            for radius in &radii.major {
                let path = self.circle(plane, *radius);
                plane.push(Command::Path { path, fill: None, stroke: Some(grid.clone()) });
            }
            for (angle, _) in self.angles() {
                let [dx, dy] = self.turn.place([angle.to_radians(), reach]);
                plane
                    .push(Command::Polyline { points: vec![[x, y], [x + dx, y - dy]], stroke: grid.clone() });
            }
            return;
        }
        plane.push(Command::Unclip);
        let edge = solid(self.style.edgecolor, self.style.axes_linewidth);
        plane.push(Command::Path { path: self.circle(plane, self.reach), fill: None, stroke: Some(edge) });
        let [look, side] = &self.style.ticks;
        let color = look.label_color.or(look.color).unwrap_or(self.style.text_color);
        let angles = self.written(reach, look.size);
        for (middle, label, _) in &angles {
            self.write(plane, [x + middle[0], y + middle[1]], label, look.size, color);
        }
        let color = self.color.or(side.label_color).or(side.color).unwrap_or(self.style.text_color);
        for (radius, label) in
            radii.major.iter().zip(&radii.labels).filter(|(radius, _)| **radius < self.reach)
        {
            let [dx, dy] = self.turn.place([self.ray.to_radians(), reach * radius / self.reach]);
            let wide = text::measure(label, side.size).width;
            let middle = [dx + wide / 2.0 + 1.0, -dy - 2.0];
            let own = around_text(middle, label, side.size);
            if !angles.iter().any(|(_, _, other)| meet(&own, other)) {
                self.write(plane, [x + middle[0], y + middle[1]], label, side.size, color);
            }
        }
        plane.push(Command::ClipCircle([x, y], reach));
    }

    fn record(&self, axes: &mut AxesRecord, _color: Option<&ColorContent>) {
        if !self.above {
            return;
        }
        let radii = self.radii(axes.frame.height());
        let angles = self.angles();
        axes.x.limits = [0.0, 2.0 * std::f64::consts::PI];
        axes.x.ticks = angles.iter().map(|(at, _)| at.to_radians()).collect();
        axes.x.tick_labels = angles.into_iter().map(|(_, label)| label).collect();
        axes.y.limits = [0.0, self.reach];
        axes.y.ticks = radii.major;
        axes.y.tick_labels = radii.labels;
    }

    fn is_line(&self) -> bool {
        self.above
    }
}
