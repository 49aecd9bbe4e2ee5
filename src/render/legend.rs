//! Legends: measured, placed in the emptiest corner, drawn as matplotlib's.

use super::block::Block;
use super::chart::{LegendOptions, Style};
use super::marks::{Handle, Obstacles};
use super::record::{Canvas, solid};
use super::scene::{
    Cap, Color, Command, HAlign, Join, LegendRecord, Point, Rect, Segment, Stroke, Text, VAlign,
};
use super::text;
use crate::diag::Diagnostic;

/// matplotlib's paddings in units of the font size: border, between rows, handle's length and
/// height, handle to text, between columns, box to axes.
const BORDER: f64 = 0.4;
const ROWS: f64 = 0.5;
const HANDLE: [f64; 2] = [2.0, 0.7];
const TEXT: f64 = 0.8;
const COLUMNS: f64 = 2.0;
const OUTSIDE: f64 = 0.5;

/// Names of places in the order in which matplotlib tries them for `best`, with fractions of the
/// free room left and above.
const PLACES: [(&str, [f64; 2]); 9] = [
    ("upper right", [1.0, 0.0]),
    ("upper left", [0.0, 0.0]),
    ("lower left", [0.0, 1.0]),
    ("lower right", [1.0, 1.0]),
    ("center right", [1.0, 0.5]),
    ("center left", [0.0, 0.5]),
    ("lower center", [0.5, 1.0]),
    ("upper center", [0.5, 0.0]),
    ("center", [0.5, 0.5]),
];

/// A legend before it has a place.
pub(super) struct Legend {
    handles: Vec<Handle>,
    title: Option<Block>,
    columns: Vec<f64>,
    rows: usize,
    row: f64,
    line: [f64; 2],
    look: Look,
    loc: Option<String>,
    anchor: Option<[f64; 4]>,
    /// Width and height, points.
    pub(super) extent: [f64; 2],
    /// Least room between it and the panels, in units of the figure's width.
    pub(super) margin: f64,
}

/// How it looks; lengths in points.
#[derive(Clone, Debug)]
struct Look {
    size: f64,
    frame: bool,
    fill: Color,
    edge: Color,
    text: Color,
    round: bool,
    border: f64,
    rows: f64,
    handle: [f64; 2],
    gap: f64,
    columns: f64,
    outside: f64,
    markers: f64,
    names_first: bool,
}

impl Look {
    fn of(options: &LegendOptions, style: &Style) -> Self {
        let size = options.size.unwrap_or(style.legend_size);
        let mut sizes = style.legend_sizes;
        sizes.update(&options.sizes);
        let alpha = options.alpha.unwrap_or(style.legend_alpha);
        let fill = options.facecolor.or(style.legend_facecolor).unwrap_or(style.axes_facecolor);
        Self {
            size,
            frame: options.frame.unwrap_or(style.legend_frame),
            fill: fill.faded(alpha),
            edge: options.edgecolor.unwrap_or(style.legend_edgecolor).faded(alpha),
            text: options.text_color.or(style.legend_text_color).unwrap_or(style.text_color),
            round: options.round.unwrap_or(style.legend_round),
            border: sizes.border.unwrap_or(BORDER) * size,
            rows: sizes.rows.unwrap_or(ROWS) * size,
            handle: [sizes.handle_length.unwrap_or(HANDLE[0]), sizes.handle_height.unwrap_or(HANDLE[1])]
                .map(|length| length * size),
            gap: sizes.text.unwrap_or(TEXT) * size,
            columns: sizes.columns.unwrap_or(COLUMNS) * size,
            outside: sizes.outside.unwrap_or(OUTSIDE) * size,
            markers: options.marker_scale.unwrap_or(style.legend_marker_scale),
            names_first: options.names_first == Some(true),
        }
    }
}

/// Where a legend stands outside the panels, and how far along that side (0–1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    /// Right of them, from the top.
    Right(f64),
    /// Left of them, from the top.
    Left(f64),
    /// Above them, from the left.
    Above(f64),
    /// Below them, from the left.
    Below(f64),
    /// Where it is anchored in the figure, whatever is there.
    Within,
}

impl Place {
    /// How names of these places begin where inside is meant otherwise.
    pub(super) const OUTSIDE: &'static str = "outside";

    /// The place of a figure's legend by matplotlib's name; right in the middle by default, and where
    /// the name says nothing about a side.
    pub(super) fn of(options: &LegendOptions, warnings: &mut Vec<Diagnostic>) -> Self {
        if options.anchor.is_some() {
            return Self::Within;
        }
        let Some(loc) = options.loc.as_deref() else { return Self::Right(0.5) };
        let words: Vec<&str> = loc.split_whitespace().filter(|word| *word != Self::OUTSIDE).collect();
        let share = |first: &str, last: &str| match () {
            () if words.contains(&first) => 0.0,
            () if words.contains(&last) => 1.0,
            () => 0.5,
        };
        match words.as_slice() {
            words if words.contains(&"right") => Self::Right(share("upper", "lower")),
            words if words.contains(&"left") => Self::Left(share("upper", "lower")),
            ["upper", ..] => Self::Above(share("left", "right")),
            ["lower", ..] => Self::Below(share("left", "right")),
            _ => {
                let text = format!("a legend at `{loc}` would cover the panels: it stands right of them");
                warnings.push(Diagnostic::warning(text));
                Self::Right(0.5)
            }
        }
    }
}

impl Legend {
    /// Measures a legend; without a number of columns, as many as keep it below `height`.
    pub(super) fn new(mut handles: Vec<Handle>, options: &LegendOptions, height: f64, style: &Style) -> Self {
        let look = Look::of(options, style);
        let size = look.size;
        if options.reverse == Some(true) {
            handles.reverse();
        }
        let title_size = options.title_size.or(style.legend_title_size).unwrap_or(size);
        let title = options.title.as_deref().unwrap_or_default();
        let title = (!title.is_empty()).then(|| Block::new(title, title_size, f64::INFINITY));
        let probe = text::measure("lp", size);
        let line = [probe.ascent, probe.descent];
        // Rows are as high as the largest marker.
        let marker =
            |handle: &Handle| handle.marker.as_ref().map_or(0.0, |(_, size, ..)| size * look.markers);
        let tallest = handles.iter().map(marker).fold(line[0] + line[1], f64::max);
        let row = tallest + look.rows;
        let above = title.as_ref().map_or(0.0, |title| title.height() + look.rows);
        let fit = ((height - above - 2.0 * look.border + look.rows) / row).floor().max(1.0) as usize;
        let count = handles.len().max(1);
        let ncol = options.ncol.unwrap_or_else(|| count.div_ceil(fit)).clamp(1, count);
        let rows = count.div_ceil(ncol);
        let columns: Vec<f64> = handles
            .chunks(rows)
            .map(|column| {
                let texts = column.iter().map(|handle| text::measure(&handle.label, size).width);
                look.handle[0] + look.gap + texts.fold(0.0, f64::max)
            })
            .collect();
        let gaps = look.columns * columns.len().saturating_sub(1) as f64;
        let inner = (columns.iter().sum::<f64>() + gaps).max(title.as_ref().map_or(0.0, |t| t.width));
        let width = inner + 2.0 * look.border;
        let tall = above + rows as f64 * row - look.rows + 2.0 * look.border;
        Self {
            handles,
            title,
            columns,
            rows,
            row,
            line,
            look,
            loc: options.loc.clone(),
            anchor: options.anchor,
            extent: [width, tall],
            margin: options.margin.unwrap_or(0.0),
        }
    }

    /// Its entries.
    pub(super) fn into_handles(self) -> Vec<Handle> {
        self.handles
    }

    /// Whether it has no entries.
    pub(super) fn is_empty(&self) -> bool {
        self.handles.is_empty()
    }

    /// Whether somebody chose where it stands.
    pub(super) fn is_chosen(&self) -> bool {
        self.anchor.is_some() || self.loc.as_deref().is_some_and(|loc| loc != "best")
    }

    /// The upper left corner for its place inside `frame`, or in the box that it is anchored to;
    /// `best` is the place that covers least.
    pub(super) fn inside(&self, frame: &Rect, obstacles: &[Obstacles]) -> Point {
        let frame = &match self.anchor {
            Some([x, y, w, h]) => {
                let [left, bottom] = [frame.left + x * frame.width(), frame.bottom - y * frame.height()];
                let right = left + w * frame.width();
                Rect { left, right, top: bottom - h * frame.height(), bottom }
            }
            None => *frame,
        };
        let away = self.look.outside;
        let at = |share: [f64; 2]| {
            let free = |length: f64, own: f64| length - 2.0 * away - own;
            [
                frame.left + away + share[0] * free(frame.width(), self.extent[0]),
                frame.top + away + share[1] * free(frame.height(), self.extent[1]),
            ]
        };
        let loc = self.loc.as_deref();
        let loc = if loc == Some("right") { Some("center right") } else { loc };
        if let Some((_, share)) = PLACES.iter().find(|(name, _)| Some(*name) == loc) {
            return at(*share);
        }
        let mut best = (usize::MAX, at(PLACES[0].1));
        for (_, share) in PLACES {
            let corner = at(share);
            let covered = covered(corner, self.extent, obstacles);
            if covered < best.0 {
                best = (covered, corner);
            }
            if covered == 0 {
                break;
            }
        }
        best.1
    }

    /// How far it reaches beyond axes of this size if it is anchored to something: left, right, top,
    /// bottom.
    pub(super) fn beyond(&self, [width, height]: [f64; 2]) -> [f64; 4] {
        if self.anchor.is_none() {
            return [0.0; 4];
        }
        let [left, top] = self.inside(&Rect { left: 0.0, top: 0.0, right: width, bottom: height }, &[]);
        let [right, bottom] = [left + self.extent[0] - width, top + self.extent[1] - height];
        [-left, right, -top, bottom].map(|reach| reach.max(0.0))
    }

    /// Its line of the table.
    pub(super) fn record(&self) -> LegendRecord {
        LegendRecord {
            title: self.title.as_ref().map_or_else(String::new, Block::text),
            labels: self.handles.iter().map(|handle| handle.label.clone()).collect(),
        }
    }

    /// Draws it with its upper left corner at `at`.
    pub(super) fn draw(&self, canvas: &Canvas, at: Point) {
        let look = &self.look;
        let size = look.size;
        if look.frame {
            let rect = Rect {
                left: at[0],
                top: at[1],
                right: at[0] + self.extent[0],
                bottom: at[1] + self.extent[1],
            };
            let radius = if look.round { 0.2 * size } else { 0.0 };
            canvas.push(Command::Path {
                path: rounded(&rect, radius),
                fill: Some(look.fill),
                stroke: Some(solid(look.edge, 1.0)),
            });
        }
        let mut top = at[1] + look.border;
        if let Some(title) = &self.title {
            title.draw(canvas, at[0] + self.extent[0] / 2.0, top, HAlign::Center, look.text);
            top += title.height() + look.rows;
        }
        let mut left = at[0] + look.border;
        let slack = (self.row - look.rows - self.line[0] - self.line[1]) / 2.0;
        for (column, width) in self.handles.chunks(self.rows).zip(&self.columns) {
            for (i, handle) in column.iter().enumerate() {
                let baseline = top + i as f64 * self.row + slack + self.line[0];
                let (handle_at, name_at, halign) = match (look.names_first, handle.is_heading()) {
                    (_, true) => (left, left, HAlign::Left),
                    (false, _) => (left, left + look.handle[0] + look.gap, HAlign::Left),
                    (true, _) => (
                        left + width - look.handle[0],
                        left + width - look.handle[0] - look.gap,
                        HAlign::Right,
                    ),
                };
                self.draw_handle(canvas, handle, [handle_at, baseline]);
                canvas.push(Command::Text(Text {
                    font: crate::render::text::base(),
                    text: handle.label.clone(),
                    at: [name_at, baseline],
                    size,
                    color: look.text,
                    halign,
                    valign: VAlign::Baseline,
                    rotation: 0.0,
                    width: text::measure(&handle.label, size).width,
                }));
            }
            left += width + look.columns;
        }
    }

    fn draw_handle(&self, canvas: &Canvas, handle: &Handle, [left, baseline]: Point) {
        let [width, height] = self.look.handle;
        let middle = baseline - height / 2.0;
        if let Some(color) = handle.patch {
            let rect = Rect { left, top: baseline - height, right: left + width, bottom: baseline };
            let edge = handle.edge.clone();
            if let Some(hatch) = &handle.hatch {
                let corners =
                    [[left, rect.top], [rect.right, rect.top], [rect.right, baseline], [left, baseline]];
                let mut path = vec![Segment::Move(corners[3])];
                path.extend(corners[..3].iter().map(|at| Segment::Line(*at)));
                path.push(Segment::Close);
                canvas.push(Command::Rect { rect, fill: Some(color), stroke: None });
                canvas.push(Command::Hatch { path, hatch: hatch.clone() });
                canvas.push(Command::Rect { rect, fill: None, stroke: edge });
            } else {
                canvas.push(Command::Rect { rect, fill: Some(color), stroke: edge });
            }
        }
        if let Some(stroke) = &handle.line {
            let points = vec![[left, middle], [left + width, middle]];
            let stroke = Stroke { cap: Cap::Butt, join: Join::Miter, ..stroke.clone() };
            canvas.push(Command::Polyline { points, stroke });
        }
        let at = [left + width / 2.0, middle];
        handle.markers(at, self.look.markers).into_iter().for_each(|command| canvas.push(command));
    }
}

/// How much a box covers: points inside it, and segments that pass through.
fn covered(corner: Point, extent: [f64; 2], obstacles: &[Obstacles]) -> usize {
    let [left, top] = corner;
    let (right, bottom) = (left + extent[0], top + extent[1]);
    let inside = |[x, y]: &Point| *x > left && *x < right && *y > top && *y < bottom;
    let crosses = |a: &Point, b: &Point| {
        if a.iter().chain(b).any(|v| !v.is_finite()) || inside(a) || inside(b) {
            return false; // Vertices are counted on their own.
        }
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for (from, to, low, high) in [(a[0], b[0], left, right), (a[1], b[1], top, bottom)] {
            if from == to {
                if from <= low || from >= high {
                    return false;
                }
                continue;
            }
            let (s, t) = ((low - from) / (to - from), (high - from) / (to - from));
            enter = enter.max(s.min(t));
            leave = leave.min(s.max(t));
        }
        enter < leave
    };
    let mut count = 0;
    for obstacle in obstacles {
        count += obstacle.points.iter().filter(|p| inside(p)).count();
        for path in &obstacle.paths {
            count += path.iter().filter(|p| inside(p)).count();
            count += path.windows(2).filter(|pair| crosses(&pair[0], &pair[1])).count();
        }
    }
    count
}

/// A rectangle with round corners.
pub(super) fn rounded(rect: &Rect, radius: f64) -> Vec<Segment> {
    // Control points of a quarter circle lie at this share of the radius.
    const K: f64 = 0.552_284_749_830_793_6;
    let Rect { left, top, right, bottom } = *rect;
    let (r, c) = (radius, radius * (1.0 - K));
    vec![
        Segment::Move([left + r, top]),
        Segment::Line([right - r, top]),
        Segment::Cubic([right - c, top], [right, top + c], [right, top + r]),
        Segment::Line([right, bottom - r]),
        Segment::Cubic([right, bottom - c], [right - c, bottom], [right - r, bottom]),
        Segment::Line([left + r, bottom]),
        Segment::Cubic([left + c, bottom], [left, bottom - c], [left, bottom - r]),
        Segment::Line([left, top + r]),
        Segment::Cubic([left, top + c], [left + c, top], [left + r, top]),
        Segment::Close,
    ]
}
