//! A box seen from a place in space, with its panes, grid, axes, and what stands in it: points,
//! lines, faces (matplotlib's `Axes3D`, whose geometry this is).

use super::camera::{Camera, Place, dot};
use super::{Obstacles, Show, Span};
use crate::render::chart::{Scale, Style};
use crate::render::color::ColorContent;
use crate::render::record::{Plane, solid};
use crate::render::scene::{
    AxesRecord, Color, Command, HAlign, MarkRecord, MarkerShape, Point, Rect, Segment, Stroke, Text, VAlign,
};
use crate::render::text;
use crate::render::ticks::{self, Room, Side, Ticks};

/// Share of a side by which ticks, labels and names are counted away from the box.
const DELTA: f64 = 0.08;

/// Something in the box.
pub(in crate::render) enum Part {
    /// Markers: places, diameters (one for all or one each), fills (likewise), edges in the fill's
    /// colour, and whether far ones fade.
    Points { at: Vec<Place>, shape: MarkerShape, sizes: Vec<f64>, fills: Vec<Color>, shaded: bool },
    /// A line.
    Line { at: Vec<Place>, stroke: Stroke },
    /// Polygons with their fills; without fills only their edges.
    Faces { corners: Vec<Vec<Place>>, fills: Vec<Color>, edge: Option<Stroke> },
}

/// A box with what is in it.
pub(in crate::render) struct SpaceMark {
    pub(in crate::render) parts: Vec<Part>,
    pub(in crate::render) limits: [[f64; 2]; 3],
    pub(in crate::render) labels: [String; 3],
    /// Ticks somebody chose.
    pub(in crate::render) chosen: [Option<Vec<f64>>; 3],
    /// Elevation and azimuth of the eye, degrees.
    pub(in crate::render) view: [f64; 2],
    /// Lengths of the sides relative to each other.
    pub(in crate::render) aspect: Place,
    pub(in crate::render) style: Style,
    /// What it is called in the table, and how many there are.
    pub(in crate::render) record: MarkRecord,
}

/// Where the axes stand, and where the picture's plane lies in the frame.
struct Frame<'a> {
    mark: &'a SpaceMark,
    camera: Camera,
    /// Which end of each axis the far pane stands at.
    far: [usize; 3],
    ticks: [Ticks; 3],
    /// Shares of the sides that a point of text distance is.
    per_point: f64,
    /// Points a unit of the plane, and the figure point of its origin.
    scale: f64,
    origin: Point,
}

impl<'a> Frame<'a> {
    fn new(mark: &'a SpaceMark, rect: &Rect) -> Self {
        let camera = Camera::new(mark.limits, mark.aspect, mark.view);
        let size = mark.style.ticks[0].size;
        let room = Room { length_in: rect.width() / 72.0, font_size: size, side: Side::Horizontal };
        let ticks = [0, 1, 2].map(|i| match &mark.chosen[i] {
            Some(at) => ticks::at(Scale::Linear, mark.limits[i], at),
            None => ticks::ticks(Scale::Linear, mark.limits[i], room),
        });
        // Of two parallel sides the one whose middle is further away.
        let depth = |i: usize, end: usize| {
            let mut middle = mark.limits.map(|[low, high]| 0.5 * (low + high));
            middle[i] = mark.limits[i][end];
            -dot(
                camera.axes[2],
                [0, 1, 2].map(|k| {
                    let [low, high] = mark.limits[k];
                    (middle[k] - low) / (high - low) * camera.sides[k]
                }),
            )
        };
        let far = [0, 1, 2].map(|i| usize::from(depth(i, 1) > depth(i, 0)));
        let mut frame = Self {
            mark,
            camera,
            far,
            ticks,
            per_point: 48.0 / (rect.width() + rect.height()),
            scale: 1.0,
            origin: [0.0; 2],
        };
        frame.fit(rect);
        for i in 0..3 {
            // Ticks whose labels would touch are halved until they do not.
            while frame.mark.chosen[i].is_none() && frame.ticks[i].major.len() > 2 && frame.touching(i) {
                let ticks = &mut frame.ticks[i];
                let kept = |k: usize| k.is_multiple_of(2);
                let mut number = 0..;
                ticks.major.retain(|_| number.next().is_none_or(kept));
                let mut number = 0..;
                ticks.labels.retain(|_| number.next().is_none_or(kept));
            }
        }
        frame.fit(rect);
        frame
    }

    /// The box, its ticks' labels and its names as large as they go into the frame.
    fn fit(&mut self, rect: &Rect) {
        let mut places: Vec<(Point, [f64; 2])> = Vec::new();
        let limits = self.mark.limits;
        for corner in 0..8_usize {
            let at = [0, 1, 2].map(|i| limits[i][corner >> i & 1]);
            let [x, y, _] = self.camera.see(at);
            places.push(([x, y], [0.0; 2]));
        }
        let size = self.mark.style.ticks[0].size;
        for i in 0..3 {
            for (at, label) in self.ticks[i].major.iter().zip(&self.ticks[i].labels) {
                let [x, y, _] = self.camera.see(self.tick_label(i, *at));
                let extent = text::measure(label, size);
                places.push(([x, y], [extent.width / 2.0, extent.height() / 2.0]));
            }
            if !self.mark.labels[i].is_empty() {
                let ([x, y, _], _) = self.name(i);
                let half = self.mark.style.label_size / 2.0 + 2.0;
                let wide = text::measure(&self.mark.labels[i], self.mark.style.label_size).width / 2.0;
                // Slanted names are about as wide as they are tall.
                places.push((
                    [x, y],
                    if i == 2 { [half, half] } else { [half.max(0.75 * wide), half.max(0.4 * wide)] },
                ));
            }
        }
        // Twice, as the texts' sizes do not scale with the box.
        let (mut scale, mut middle) = (rect.width() / 0.2, [0.0; 2]);
        for _ in 0..4 {
            let ends = |i: usize| {
                places.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], (at, half)| {
                    [a.min(at[i] - half[i] / scale), b.max(at[i] + half[i] / scale)]
                })
            };
            let (x, y) = (ends(0), ends(1));
            middle = [(x[0] + x[1]) / 2.0, (y[0] + y[1]) / 2.0];
            let fit = (rect.width() / (x[1] - x[0])).min(rect.height() / (y[1] - y[0]));
            scale *= fit / scale;
        }
        self.scale = if scale.is_finite() { scale } else { 1.0 };
        let [x, y] = rect.middle();
        self.origin = [x - middle[0] * self.scale, y + middle[1] * self.scale];
    }

    /// Whether neighbouring labels of an axis touch.
    fn touching(&self, i: usize) -> bool {
        let size = self.mark.style.ticks[0].size;
        let boxes: Vec<(Point, f64)> = self.ticks[i]
            .major
            .iter()
            .zip(&self.ticks[i].labels)
            .map(|(at, label)| (self.at(self.tick_label(i, *at)), text::measure(label, size).width))
            .collect();
        boxes.windows(2).any(|pair| {
            let ([(a, wide), (b, other)], gap) = ([pair[0], pair[1]], 0.15 * size);
            (a[0] - b[0]).abs() < (wide + other) / 2.0 + gap && (a[1] - b[1]).abs() < size + gap
        })
    }

    /// Where a place is in the figure.
    fn at(&self, place: Place) -> Point {
        let [x, y, _] = self.camera.see(place);
        self.paper([x, y])
    }

    fn paper(&self, [x, y]: Point) -> Point {
        [self.origin[0] + x * self.scale, self.origin[1] - y * self.scale]
    }

    fn far_end(&self, i: usize) -> f64 {
        self.mark.limits[i][self.far[i]]
    }

    fn near_end(&self, i: usize) -> f64 {
        self.mark.limits[i][1 - self.far[i]]
    }

    /// The edge that an axis is drawn along.
    fn edge(&self, i: usize) -> [Place; 2] {
        let mut from = [0, 1, 2].map(|k| self.far_end(k));
        let aside = if i == 0 { 1 } else { 0 };
        from[aside] = self.near_end(aside);
        let mut to = from;
        to[i] = self.near_end(i);
        [from, to]
    }

    /// A place moved away from the middle of the box, across axis `i`, by points of text distance.
    fn moved(&self, i: usize, place: Place, points: f64) -> Place {
        let limits = self.mark.limits;
        [0, 1, 2].map(|k| {
            let [low, high] = limits[k];
            let step = points * self.per_point * DELTA * (high - low);
            if k == i {
                place[k]
            } else {
                place[k] + step * (place[k] - 0.5 * (low + high)).signum() * (high - low).signum()
            }
        })
    }

    fn tick_label(&self, i: usize, value: f64) -> Place {
        let mut place = self.edge(i)[0];
        place[i] = value;
        self.moved(i, place, self.mark.style.ticks[0].pad + 8.0)
    }

    /// Middle of an axis' name, and how it is turned (degrees).
    fn name(&self, i: usize) -> (Place, f64) {
        let [from, to] = self.edge(i);
        let middle = [0, 1, 2].map(|k| 0.5 * (from[k] + to[k]));
        let seen = self.camera.see(self.moved(i, middle, 25.0));
        let ([ax, ay, _], [bx, by, _]) = (self.camera.see(from), self.camera.see(to));
        let mut angle = libm::atan2(by - ay, bx - ax).to_degrees();
        if angle > 90.0 {
            angle -= 180.0;
        } else if angle <= -90.0 {
            angle += 180.0;
        }
        // Short names stand upright.
        (seen, if self.mark.labels[i].chars().count() > 4 { angle } else { 0.0 })
    }

    fn polygon(&self, plane: &Plane<'_>, places: &[Place], fill: Color) {
        let mut path: Vec<Segment> = places.iter().map(|place| Segment::Line(self.at(*place))).collect();
        path[0] = Segment::Move(self.at(places[0]));
        path.push(Segment::Close);
        plane.push(Command::Path { path, fill: Some(fill), stroke: None });
    }

    fn line(&self, plane: &Plane<'_>, places: &[Place], stroke: &Stroke) {
        let points: Vec<Point> = places.iter().map(|place| self.at(*place)).collect();
        if points.iter().flatten().all(|v| v.is_finite() && v.abs() < 1e6) {
            plane.push(Command::Polyline { points, stroke: stroke.clone() });
        }
    }

    /// Panes and grid behind, axes with their ticks.
    fn axes(&self, plane: &Plane<'_>) {
        let style = &self.mark.style;
        let corners = |i: usize| -> Vec<Place> {
            let [a, b] = [(i + 1) % 3, (i + 2) % 3];
            [[0, 0], [1, 0], [1, 1], [0, 1]]
                .map(|[p, q]| {
                    let mut place = [0.0; 3];
                    place[i] = self.far_end(i);
                    place[a] = self.mark.limits[a][p];
                    place[b] = self.mark.limits[b][q];
                    place
                })
                .to_vec()
        };
        for (i, grey) in [242_u8, 230, 236].into_iter().enumerate() {
            self.polygon(plane, &corners(i), Color { a: 128, ..Color::rgb(grey, grey, grey) });
        }
        let grid = solid(style.grid_color, style.grid_linewidth);
        for i in 0..3 {
            for at in &self.ticks[i].major {
                let mut corner = [0, 1, 2].map(|k| self.far_end(k));
                corner[i] = *at;
                let ends = [(i + 1) % 3, (i + 2) % 3].map(|k| {
                    let mut end = corner;
                    end[k] = self.near_end(k);
                    end
                });
                self.line(plane, &[ends[0], corner, ends[1]], &grid);
            }
        }
        let edge = solid(style.edgecolor, style.axes_linewidth);
        for i in 0..3 {
            let line = self.edge(i);
            self.line(plane, &line, &edge);
            let way = if i == 0 { 1 } else { 0 };
            let [low, high] = self.mark.limits[way];
            let delta = DELTA * (high - low) * if self.far[way] == 1 { 1.0 } else { -1.0 };
            for at in &self.ticks[i].major {
                let mut place = line[0];
                place[i] = *at;
                let mut ends = [place; 2];
                ends[0][way] += 0.1 * delta;
                ends[1][way] -= 0.2 * delta;
                self.line(plane, &ends, &solid(style.edgecolor, style.ticks[0].widths[0]));
            }
        }
    }

    fn texts(&self, plane: &Plane<'_>) {
        let style = &self.mark.style;
        let write = |middle: Point, text: &str, size: f64, rotation: f64, color: Color| {
            let extent = text::measure(text, size);
            // The middle of the text, not of its baseline, stands there.
            let drop = (extent.ascent - extent.descent) / 2.0;
            let (sin, cos) = (libm::sin(rotation.to_radians()), libm::cos(rotation.to_radians()));
            plane.push(Command::Text(Text {
                text: text.to_owned(),
                at: [middle[0] + drop * sin, middle[1] + drop * cos],
                size,
                color,
                halign: HAlign::Center,
                valign: VAlign::Baseline,
                rotation,
                width: extent.width,
            }));
        };
        let look = &style.ticks[0];
        let color = look.label_color.or(look.color).unwrap_or(style.text_color);
        for i in 0..3 {
            for (at, label) in self.ticks[i].major.iter().zip(&self.ticks[i].labels) {
                if !label.is_empty() {
                    write(self.at(self.tick_label(i, *at)), label, look.size, 0.0, color);
                }
            }
            let offset = &self.ticks[i].offset;
            if !offset.is_empty() {
                let end = self.edge(i)[1];
                write(self.at(self.moved(i, end, 25.0)), offset, look.size, 0.0, color);
            }
            if !self.mark.labels[i].is_empty() {
                let ([x, y, _], angle) = self.name(i);
                let color = style.label_color.unwrap_or(style.text_color);
                write(self.paper([x, y]), &self.mark.labels[i], style.label_size, angle, color);
            }
        }
    }

    fn part(&self, plane: &Plane<'_>, part: &Part) {
        match part {
            Part::Line { at, stroke } => {
                for run in at.split(|place| place.iter().any(|v| !v.is_finite())) {
                    if run.len() > 1 {
                        self.line(plane, run, stroke);
                    }
                }
            }
            Part::Points { at, shape, sizes, fills, shaded } => {
                let seen: Vec<Place> = at.iter().map(|place| self.camera.see(*place)).collect();
                let finite = |place: &Place| place.iter().all(|v| v.is_finite());
                let mut order: Vec<usize> = (0..at.len()).filter(|i| finite(&seen[*i])).collect();
                // Far ones first.
                order.sort_by(|a, b| seen[*b][2].total_cmp(&seen[*a][2]).then(a.cmp(b)));
                let ends = |k: usize| {
                    order.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], i| {
                        [a.min(seen[*i][k]), b.max(seen[*i][k])]
                    })
                };
                let spans = [ends(0), ends(1), ends(2)];
                let range = spans.map(|[a, b]| (b - a) * (b - a)).iter().sum::<f64>().sqrt();
                let fade = |i: usize| match range {
                    range if *shaded && range > 0.0 => {
                        (1.0 - (seen[i][2] - spans[2][0]) / range).clamp(0.3, 1.0)
                    }
                    _ => 1.0,
                };
                let of = |len: usize, i: usize| if len == 1 { 0 } else { i };
                let fill = |i: &usize| fills[of(fills.len(), *i)].faded(fade(*i));
                plane.push(Command::Markers {
                    shape: *shape,
                    at: order.iter().map(|i| self.paper([seen[*i][0], seen[*i][1]])).collect(),
                    sizes: order.iter().map(|i| sizes[of(sizes.len(), *i)]).collect(),
                    fills: order.iter().map(fill).collect(),
                    edge: None,
                });
            }
            Part::Faces { corners, fills, edge } => {
                let mut faces: Vec<(f64, usize)> = corners
                    .iter()
                    .enumerate()
                    .map(|(i, face)| {
                        let depth = face.iter().map(|place| self.camera.see(*place)[2]).sum::<f64>();
                        (depth / face.len().max(1) as f64, i)
                    })
                    .filter(|(depth, _)| depth.is_finite())
                    .collect();
                faces.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
                for (_, i) in faces {
                    let points: Vec<Point> = corners[i].iter().map(|place| self.at(*place)).collect();
                    let fill = fills.get(if fills.len() == 1 { 0 } else { i }).copied();
                    let mut path: Vec<Segment> = points.iter().map(|at| Segment::Line(*at)).collect();
                    path[0] = Segment::Move(points[0]);
                    path.push(Segment::Close);
                    // Opaque faces without edges overlap a little, so that no seam shows.
                    let own = fill.filter(|fill| fill.a == 255).map(|fill| solid(fill, 0.4));
                    plane.push(Command::Path { path, fill, stroke: edge.clone().or(own) });
                }
            }
        }
    }
}

impl Show for SpaceMark {
    fn spans(&self, _x: Scale, _y: Scale) -> [Option<Span>; 2] {
        // The frame is a square of 1, whatever the data are.
        let own = Span { ends: [0.0, 1.0], sticky: [true; 2] };
        [Some(own), Some(own)]
    }

    fn draw(&self, plane: &Plane<'_>, _color: Option<&ColorContent>, _dpi: f64) {
        let frame = Frame::new(self, &plane.frame);
        plane.push(Command::Unclip);
        frame.axes(plane);
        self.parts.iter().for_each(|part| frame.part(plane, part));
        frame.texts(plane);
        plane.push(Command::Clip(plane.frame));
    }

    fn record(&self, axes: &mut AxesRecord, color: Option<&ColorContent>) {
        let frame = Frame::new(self, &axes.frame);
        for (i, axis) in [&mut axes.x, &mut axes.y].into_iter().enumerate() {
            axis.label.clone_from(&self.labels[i]);
            axis.limits = self.limits[i];
            axis.ticks.clone_from(&frame.ticks[i].major);
            axis.tick_labels.clone_from(&frame.ticks[i].labels);
            axis.minor_ticks.clear();
            axis.offset.clone_from(&frame.ticks[i].offset);
        }
        axes.marks.push(MarkRecord {
            clim: color.map(|color| color.normalizer.limits),
            cmap: color.map(|color| color.map.name.clone()),
            ..self.record.clone()
        });
    }

    fn obstacles(&self, plane: &Plane<'_>) -> Obstacles {
        let frame = Frame::new(self, &plane.frame);
        let points = self.parts.iter().flat_map(|part| match part {
            Part::Points { at, .. } | Part::Line { at, .. } => {
                at.iter().step_by(at.len() / 1000 + 1).copied().collect::<Vec<_>>()
            }
            Part::Faces { corners, .. } => {
                corners.iter().step_by(corners.len() / 1000 + 1).map(|face| face[0]).collect()
            }
        });
        Obstacles { points: points.map(|place| frame.at(place)).collect(), paths: Vec::new() }
    }
}
