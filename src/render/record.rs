//! plotters → Scene: a backend that records what plotters draws, on a grid 64 times finer than a
//! point. The one module that names plotters.
//!
//! plotters turns data coordinates, meshes and series into drawing calls with integer positions;
//! the [`Recorder`] divides them by [`GRID`] and appends scene commands. What its styles cannot say
//! (exact widths, dashes, caps, opacity) is taken from the pen that the caller sets. Marks that
//! outgrow plotters push commands directly ([`Canvas::push`]).

use super::axis::Axis;
use super::chart::{Style, TickDirection};
use super::scene::{Cap, Color, Command, HAlign, Image, Join, Point, Rect, Segment, Stroke, Text, VAlign};
use super::text;
use plotters::coord::Shift;
use plotters::coord::cartesian::{Cartesian2d, MeshLine};
use plotters::coord::ranged1d::{KeyPointHint, KeyPointWeight, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::drawing::DrawingArea;
use plotters::element::{PathElement, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, IntoFont, RGBAColor, ShapeStyle, TextStyle};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};
use std::cell::RefCell;
use std::convert::Infallible;
use std::ops::Range;
use std::rc::Rc;
use std::sync::{Arc, Once};

/// Grid steps a figure point.
pub(super) const GRID: f64 = 64.0;

/// Corners and markers of one mark past which vector formats get an image of it.
const HEAVY: usize = 50_000;

/// The family under which our font is registered with plotters.
const FAMILY: &str = "sans-serif";

/// The nearest position of the recording grid.
pub(super) fn snap(points: f64) -> f64 {
    (points * GRID).round() / GRID
}

/// How many corners or markers a command has.
fn weight(command: &Command) -> usize {
    match command {
        Command::Path { path, .. } => path.len(),
        Command::Polyline { points, .. } => points.len(),
        Command::Markers { at, .. } => at.len(),
        Command::Rect { .. } => 4,
        _ => 0,
    }
}

fn to_grid(points: f64) -> i32 {
    (points * GRID).round().clamp(-1e9, 1e9) as i32
}

fn from_grid((x, y): BackendCoord) -> Point {
    [f64::from(x) / GRID, f64::from(y) / GRID]
}

/// plotters' drawing backend that appends to a list of commands.
pub(super) struct Recorder {
    size: (u32, u32),
    commands: Vec<Command>,
    pen: Stroke,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Recorder {
    fn color(color: BackendColor) -> Color {
        let (r, g, b) = color.rgb;
        Color { r, g, b, a: (color.alpha.clamp(0.0, 1.0) * 255.0).round() as u8 }
    }
}

impl DrawingBackend for Recorder {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect(point, (point.0 + 1, point.1 + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (a, b) = (from_grid(upper_left), from_grid(bottom_right));
        let rect =
            Rect { left: a[0].min(b[0]), top: a[1].min(b[1]), right: a[0].max(b[0]), bottom: a[1].max(b[1]) };
        let fill_color = fill.then(|| Self::color(style.color()));
        let stroke = (!fill).then(|| self.pen.clone());
        self.commands.push(Command::Rect { rect, fill: fill_color, stroke });
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        _style: &S,
    ) -> Drawn {
        let points = path.into_iter().map(from_grid).collect();
        self.commands.push(Command::Polyline { points, stroke: self.pen.clone() });
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        self.commands.push(Command::Markers {
            shape: super::scene::MarkerShape::Circle,
            at: vec![from_grid(center)],
            sizes: vec![2.0 * f64::from(radius) / GRID],
            fills: vec![if fill { Self::color(style.color()) } else { Color { a: 0, ..Color::WHITE } }],
            edge: (!fill).then(|| self.pen.clone()),
        });
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Drawn {
        let mut path: Vec<Segment> = Vec::new();
        for corner in vert.into_iter().map(from_grid) {
            path.push(if path.is_empty() { Segment::Move(corner) } else { Segment::Line(corner) });
        }
        path.push(Segment::Close);
        self.commands.push(Command::Path { path, fill: Some(Self::color(style.color())), stroke: None });
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, pos: BackendCoord) -> Drawn {
        let size = style.size() / GRID;
        let extent = text::measure(text, size);
        let anchor = style.anchor();
        let mut at = from_grid(pos);
        let (rotation, down) = match style.transform() {
            FontTransform::None => (0.0, [0.0, 1.0]),
            FontTransform::Rotate90 => (270.0, [-1.0, 0.0]),
            FontTransform::Rotate180 => (180.0, [0.0, -1.0]),
            FontTransform::Rotate270 => (90.0, [1.0, 0.0]),
        };
        // Scene texts stand on their baseline, so that every painter places them alike.
        let drop = match anchor.v_pos {
            VPos::Top => extent.ascent,
            VPos::Center => extent.ascent / 2.0,
            VPos::Bottom => -extent.descent,
        };
        at = [at[0] + down[0] * drop, at[1] + down[1] * drop];
        self.commands.push(Command::Text(Text {
            font: crate::render::text::base(),
            text: text.to_owned(),
            at,
            size,
            color: Self::color(style.color()),
            halign: match anchor.h_pos {
                HPos::Left => HAlign::Left,
                HPos::Center => HAlign::Center,
                HPos::Right => HAlign::Right,
            },
            valign: VAlign::Baseline,
            rotation,
            width: extent.width,
        }));
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let extent = text::measure(text, style.size());
        Ok((extent.width.ceil() as u32, extent.height().ceil() as u32))
    }

    fn blit_bitmap(&mut self, pos: BackendCoord, (width, height): (u32, u32), src: &[u8]) -> Drawn {
        let [left, top] = from_grid(pos);
        let rgba: Vec<u8> = src.chunks_exact(3).flat_map(|c| [c[0], c[1], c[2], 255]).collect();
        let (right, bottom) = (left + f64::from(width) / GRID, top + f64::from(height) / GRID);
        self.commands.push(Command::Image(Image {
            rect: Rect { left, top, right, bottom },
            width: width as usize,
            height: height as usize,
            rgba: Arc::from(rgba),
        }));
        Ok(())
    }
}

/// An [`Axis`] as plotters wants it.
#[derive(Clone)]
struct Ruler(Rc<Axis>);

impl Ranged for Ruler {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let (a, b) = (f64::from(limit.0), f64::from(limit.1));
        let at = a + self.0.mapping.position(*value) * (b - a);
        at.round().clamp(-1e9, 1e9) as i32
    }

    /// Bold points are the major ticks, light ones the minor ticks.
    fn key_points<H: KeyPointHint>(&self, hint: H) -> Vec<f64> {
        match hint.weight() {
            KeyPointWeight::Bold => self.0.ticks.major.clone(),
            KeyPointWeight::Any => self.0.ticks.minor.clone(),
        }
    }

    fn range(&self) -> Range<f64> {
        let [low, high] = self.0.mapping.limits;
        low..high
    }
}

impl ValueFormatter<f64> for Ruler {
    fn format_ext(&self, value: &f64) -> String {
        self.0.label_at(*value).to_owned()
    }
}

/// A figure being recorded.
pub(super) struct Canvas {
    recorder: Rc<RefCell<Recorder>>,
    root: DrawingArea<Recorder, Shift>,
}

impl Canvas {
    /// An empty figure of this size in points.
    pub(super) fn new(width: f64, height: f64) -> Self {
        static FONT: Once = Once::new();
        FONT.call_once(|| {
            // The same bytes that measure and paint; plotters asks for a font before any text.
            let _ = plotters::style::register_font(FAMILY, FontStyle::Normal, text::FONT);
        });
        let recorder = Rc::new(RefCell::new(Recorder {
            size: (to_grid(width).max(1) as u32, to_grid(height).max(1) as u32),
            commands: Vec::new(),
            pen: solid(Color::BLACK, 1.0),
        }));
        let root = DrawingArea::from(&recorder);
        Self { recorder, root }
    }

    /// Appends a command.
    pub(super) fn push(&self, command: Command) {
        self.recorder.borrow_mut().commands.push(command);
    }

    /// How many commands there are so far.
    pub(super) fn len(&self) -> usize {
        self.recorder.borrow().commands.len()
    }

    /// Makes the commands from number `from` on one layer that vector formats draw as an image, if it
    /// is `wanted`, or nobody says and they have very many corners or markers. Texts stay texts, above.
    pub(super) fn rasterize(&self, from: usize, wanted: Option<bool>) {
        let commands = &mut self.recorder.borrow_mut().commands;
        let heavy = || commands[from..].iter().map(weight).sum::<usize>() > HEAVY;
        if from >= commands.len() || !wanted.unwrap_or_else(heavy) {
            return;
        }
        let (texts, layer): (Vec<_>, Vec<_>) =
            commands.drain(from..).partition(|command| matches!(command, Command::Text(_)));
        if !layer.is_empty() {
            commands.push(Command::Rasterized(layer));
        }
        commands.extend(texts);
    }

    /// What was recorded.
    pub(super) fn finish(self) -> Vec<Command> {
        std::mem::take(&mut self.recorder.borrow_mut().commands)
    }

    /// A coordinate system over a rectangle, whose edges lie on the grid.
    pub(super) fn plane(&self, frame: Rect, x: Rc<Axis>, y: Rc<Axis>) -> Plane<'_> {
        let (left, right) = (to_grid(frame.left), to_grid(frame.right));
        let (top, bottom) = (to_grid(frame.top), to_grid(frame.bottom));
        let spec = Cartesian2d::new(Ruler(x.clone()), Ruler(y.clone()), (left..right, bottom..top));
        let [left, top] = from_grid((left, top));
        let [right, bottom] = from_grid((right, bottom));
        let frame = Rect { left, top, right, bottom };
        Plane { canvas: self, area: self.root.apply_coord_spec(spec), frame, x, y }
    }
}

/// A stroke without dashes.
pub(super) fn solid(color: Color, width: f64) -> Stroke {
    Stroke { color, width, dash: Vec::new(), phase: 0.0, cap: Cap::Butt, join: Join::Miter }
}

/// How tick marks and their labels of one axis are drawn.
#[derive(Clone, Debug)]
pub(super) struct TickLook {
    /// The strokes of major and minor marks.
    pub(super) strokes: [Stroke; 2],
    /// How far major and minor marks reach out of the frame and into it, points.
    pub(super) lengths: [[f64; 2]; 2],
    /// From the frame to the label.
    pub(super) away: f64,
    /// Size of the labels; `None` draws none.
    pub(super) size: Option<f64>,
    /// Colour of the labels.
    pub(super) color: Color,
    /// Whether marks stand on the usual side, and on the other one.
    pub(super) sides: [bool; 2],
    /// On the right instead of the left (vertical axes).
    pub(super) right: bool,
}

impl TickLook {
    /// The look of an axis in a style; labels only if they are `shown`.
    pub(super) fn of(axis: &Axis, style: &Style, shown: bool) -> Self {
        let look = &axis.look;
        let color = look.color.unwrap_or(style.edgecolor);
        let split = |length: f64| match look.direction {
            TickDirection::Out => [length, 0.0],
            TickDirection::In => [0.0, length],
            TickDirection::InOut => [length / 2.0, length / 2.0],
        };
        Self {
            strokes: look.widths.map(|width| solid(color, width)),
            lengths: look.lengths.map(split),
            away: look.outward() + look.pad,
            size: shown.then_some(axis.size),
            color: look.label_color.or(look.color).unwrap_or(style.text_color),
            sides: look.sides,
            right: false,
        }
    }
}

/// Data coordinates on a part of the canvas.
pub(super) struct Plane<'a> {
    canvas: &'a Canvas,
    area: DrawingArea<Recorder, Cartesian2d<Ruler, Ruler>>,
    /// The rectangle, in points.
    pub(super) frame: Rect,
    /// The horizontal axis.
    pub(super) x: Rc<Axis>,
    /// The vertical axis.
    pub(super) y: Rc<Axis>,
}

impl Plane<'_> {
    /// Where a datum lies, in points; NaN where the scales have no place for it.
    pub(super) fn at(&self, x: f64, y: f64) -> Point {
        let frame = &self.frame;
        [
            frame.left + self.x.mapping.position(x) * frame.width(),
            frame.bottom - self.y.mapping.position(y) * frame.height(),
        ]
    }

    /// Appends a command.
    pub(super) fn push(&self, command: Command) {
        self.canvas.push(command);
    }

    fn take_pen(&self, stroke: &Stroke) {
        self.canvas.recorder.borrow_mut().pen.clone_from(stroke);
    }

    /// A polyline through data points, all finite and inside or near the frame.
    pub(super) fn polyline(&self, points: Vec<(f64, f64)>, stroke: &Stroke) {
        self.take_pen(stroke);
        let drawn = self.area.draw(&PathElement::new(points, shape(stroke.color)));
        drawn.expect("recording cannot fail");
    }

    /// A filled rectangle between two corners in data units.
    pub(super) fn bar(&self, a: (f64, f64), b: (f64, f64), fill: Color) {
        let drawn = self.area.draw(&Rectangle::new([a, b], shape(fill).filled()));
        drawn.expect("recording cannot fail");
    }

    /// Grid lines at the major or minor ticks of x, y.
    pub(super) fn grid(&self, stroke: &Stroke, axes: [bool; 2], major: bool) {
        self.take_pen(stroke);
        let style = shape(stroke.color);
        self.mesh(major, |recorder, line| {
            let wanted = axes[usize::from(matches!(line, MeshLine::YMesh(..)))];
            if wanted { line.draw(recorder, &style) } else { Ok(()) }
        });
    }

    fn mesh(&self, major: bool, draw: impl FnMut(&mut Recorder, MeshLine<'_, Ruler, Ruler>) -> Drawn) {
        use plotters::coord::ranged1d::{BoldPoints, LightPoints};
        let drawn = if major {
            self.area.draw_mesh(draw, BoldPoints(usize::MAX), BoldPoints(usize::MAX))
        } else {
            let light = || LightPoints::new(usize::MAX, usize::MAX);
            self.area.draw_mesh(draw, light(), light())
        };
        drawn.expect("recording cannot fail");
    }

    /// Tick marks and labels of both axes; a `None` leaves out that axis'.
    pub(super) fn ticks(&self, x: Option<&TickLook>, y: Option<&TickLook>) {
        for (class, major) in [(1, false), (0, true)] {
            self.mesh(major, |recorder, line| {
                let horizontal = matches!(line, MeshLine::XMesh(..));
                let Some(look) = (if horizontal { x } else { y }) else { return Ok(()) };
                let frame = &self.frame;
                // Where the tick meets the frame on one side, and which way is outward there.
                let edge = |other: bool| match (line_at(&line), horizontal, look.right != other) {
                    (at, true, false) => ((at.0, to_grid(frame.bottom)), (0, 1)),
                    (at, true, true) => ((at.0, to_grid(frame.top)), (0, -1)),
                    (at, false, false) => ((to_grid(frame.left), at.1), (-1, 0)),
                    (at, false, true) => ((to_grid(frame.right), at.1), (1, 0)),
                };
                let step = |(from, way): (BackendCoord, (i32, i32)), by: f64| {
                    (from.0 + way.0 * to_grid(by), from.1 + way.1 * to_grid(by))
                };
                let [out, into] = look.lengths[class];
                recorder.pen.clone_from(&look.strokes[class]);
                if out + into > 0.0 {
                    for (other, drawn) in [false, true].into_iter().zip(look.sides) {
                        if drawn {
                            let (from, to) = (step(edge(other), -into), step(edge(other), out));
                            recorder.draw_line(from, to, &shape(look.strokes[class].color))?;
                        }
                    }
                }
                let axis = if horizontal { &self.x } else { &self.y };
                let text = axis.label_at(line_value(&line));
                let Some(size) = look.size.filter(|_| !text.is_empty()) else { return Ok(()) };
                let at = step(edge(false), look.away);
                if axis.slant != 0.0 {
                    recorder.commands.push(Command::Text(slanted(
                        text,
                        size,
                        from_grid(at),
                        axis.slant,
                        look.color,
                    )));
                    return Ok(());
                }
                // One baseline for a row of labels, whatever their heights.
                let own = text::measure(text, size).ascent;
                let at = match (horizontal, look.right) {
                    (true, false) => (at.0, at.1 + to_grid(axis.ascent - own)),
                    _ => at,
                };
                let anchor = match (horizontal, look.right) {
                    (true, false) => Pos::new(HPos::Center, VPos::Top),
                    (true, true) => Pos::new(HPos::Center, VPos::Bottom),
                    (false, false) => Pos::new(HPos::Right, VPos::Center),
                    (false, true) => Pos::new(HPos::Left, VPos::Center),
                };
                recorder.draw_text(text, &text_style(size, look.color, anchor), at)
            });
        }
    }
}

/// Where a mesh line crosses the axes.
fn line_at(line: &MeshLine<'_, Ruler, Ruler>) -> BackendCoord {
    match line {
        MeshLine::XMesh((at, _), ..) => (*at, 0),
        MeshLine::YMesh((_, at), ..) => (0, *at),
    }
}

/// The value of a mesh line.
fn line_value(line: &MeshLine<'_, Ruler, Ruler>) -> f64 {
    match line {
        MeshLine::XMesh(_, _, value) | MeshLine::YMesh(_, _, value) => **value,
    }
}

/// A label below its tick that ends there, rising to it at `slant` degrees.
fn slanted(text: &str, size: f64, at: Point, slant: f64, color: Color) -> Text {
    let extent = text::measure(text, size);
    let angle = slant.to_radians();
    // The text's upper right corner touches `at`.
    let drop = extent.ascent * libm::cos(angle);
    let side = extent.ascent * libm::sin(angle) / 2.0;
    Text {
        font: crate::render::text::base(),
        text: text.to_owned(),
        at: [at[0] + side, at[1] + drop],
        size,
        color,
        halign: HAlign::Right,
        valign: VAlign::Baseline,
        rotation: slant,
        width: extent.width,
    }
}

fn text_style(size: f64, color: Color, anchor: Pos) -> TextStyle<'static> {
    let alpha = f64::from(color.a) / 255.0;
    TextStyle {
        font: (FAMILY, size * GRID).into_font(),
        color: BackendColor { alpha, rgb: (color.r, color.g, color.b) },
        pos: anchor,
    }
}

/// A style of plotters; widths come from the pen.
fn shape(color: Color) -> ShapeStyle {
    ShapeStyle {
        color: RGBAColor(color.r, color.g, color.b, f64::from(color.a) / 255.0),
        filled: false,
        stroke_width: 1,
    }
}
