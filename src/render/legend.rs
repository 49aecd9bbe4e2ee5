//! Legends: measured, placed in the emptiest corner, drawn as matplotlib's.

use super::block::Block;
use super::chart::{LegendOptions, Style};
use super::marks::{Handle, Obstacles};
use super::record::{Canvas, solid};
use super::scene::{Cap, Command, HAlign, Join, LegendRecord, Point, Rect, Segment, Stroke, Text, VAlign};
use super::text;
use crate::diag::Diagnostic;

/// matplotlib's paddings in units of the font size: border, between rows, handle's length and
/// height, handle to text, between columns, box to axes.
const BORDER: f64 = 0.4;
const ROWS: f64 = 0.5;
const HANDLE: [f64; 2] = [2.0, 0.7];
const TEXT: f64 = 0.8;
const COLUMNS: f64 = 2.0;
/// Between the frame of the axes and the box.
pub(super) const OUTSIDE: f64 = 0.5;

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
    size: f64,
    frame: bool,
    line: [f64; 2],
    /// Width and height, points.
    pub(super) extent: [f64; 2],
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
}

impl Place {
    /// How names of these places begin where inside is meant otherwise.
    pub(super) const OUTSIDE: &'static str = "outside";

    /// The place of a figure's legend by matplotlib's name; right in the middle by default, and where
    /// the name says nothing about a side.
    pub(super) fn of(loc: Option<&str>, warnings: &mut Vec<Diagnostic>) -> Self {
        let Some(loc) = loc else { return Self::Right(0.5) };
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
    pub(super) fn new(handles: Vec<Handle>, options: &LegendOptions, height: f64, style: &Style) -> Self {
        let size = options.size.unwrap_or(style.legend_size);
        let title_size = style.legend_title_size.unwrap_or(size);
        let title = options.title.as_deref().unwrap_or_default();
        let (ncol, frame) = (options.ncol, options.frame.unwrap_or(style.legend_frame));
        let probe = text::measure("lp", size);
        let line = [probe.ascent, probe.descent];
        let title = (!title.is_empty()).then(|| Block::new(title, title_size, f64::INFINITY));
        let above = title.as_ref().map_or(0.0, |title| title.height() + ROWS * size);
        let row = line[0] + line[1] + ROWS * size;
        let fit = ((height - above - 2.0 * BORDER * size + ROWS * size) / row).floor().max(1.0) as usize;
        let count = handles.len().max(1);
        let ncol = ncol.unwrap_or_else(|| count.div_ceil(fit)).clamp(1, count);
        let rows = count.div_ceil(ncol);
        let columns: Vec<f64> = handles
            .chunks(rows)
            .map(|column| {
                let texts = column.iter().map(|handle| text::measure(&handle.label, size).width);
                HANDLE[0] * size + TEXT * size + texts.fold(0.0, f64::max)
            })
            .collect();
        let gaps = COLUMNS * size * columns.len().saturating_sub(1) as f64;
        let inner = (columns.iter().sum::<f64>() + gaps).max(title.as_ref().map_or(0.0, |t| t.width));
        let width = inner + 2.0 * BORDER * size;
        let tall = above + rows as f64 * row - ROWS * size + 2.0 * BORDER * size;
        Self { handles, title, columns, rows, size, frame, line, extent: [width, tall] }
    }

    /// Whether it has no entries.
    pub(super) fn is_empty(&self) -> bool {
        self.handles.is_empty()
    }

    /// The upper left corner inside `frame` for a place's name; `best`, or an unknown one, is the
    /// one that covers least.
    pub(super) fn inside(&self, frame: &Rect, loc: Option<&str>, obstacles: &[Obstacles]) -> Point {
        let away = OUTSIDE * self.size;
        let at = |share: [f64; 2]| {
            let free = |length: f64, own: f64| length - 2.0 * away - own;
            [
                frame.left + away + share[0] * free(frame.width(), self.extent[0]),
                frame.top + away + share[1] * free(frame.height(), self.extent[1]),
            ]
        };
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

    /// Whether there is a place of this name.
    pub(super) fn knows(loc: &str) -> bool {
        matches!(loc, "best" | "right") || PLACES.iter().any(|(name, _)| *name == loc)
    }

    /// Its line of the table.
    pub(super) fn record(&self) -> LegendRecord {
        LegendRecord {
            title: self.title.as_ref().map_or_else(String::new, Block::text),
            labels: self.handles.iter().map(|handle| handle.label.clone()).collect(),
        }
    }

    /// Draws it with its upper left corner at `at`.
    pub(super) fn draw(&self, canvas: &Canvas, at: Point, style: &Style) {
        let size = self.size;
        if self.frame {
            let rect = Rect {
                left: at[0],
                top: at[1],
                right: at[0] + self.extent[0],
                bottom: at[1] + self.extent[1],
            };
            canvas.push(Command::Path {
                path: rounded(&rect, 0.2 * size),
                fill: Some(style.legend_facecolor.unwrap_or(style.axes_facecolor).faded(style.legend_alpha)),
                stroke: Some(solid(style.legend_edgecolor.faded(style.legend_alpha), 1.0)),
            });
        }
        let mut top = at[1] + BORDER * size;
        if let Some(title) = &self.title {
            title.draw(canvas, at[0] + self.extent[0] / 2.0, top, HAlign::Center, style.text_color);
            top += title.height() + ROWS * size;
        }
        let mut left = at[0] + BORDER * size;
        for (column, width) in self.handles.chunks(self.rows).zip(&self.columns) {
            for (i, handle) in column.iter().enumerate() {
                let row = self.line[0] + self.line[1] + ROWS * size;
                let baseline = top + i as f64 * row + self.line[0];
                self.draw_handle(canvas, handle, [left, baseline]);
                let at = [left + (HANDLE[0] + TEXT) * size, baseline];
                canvas.push(Command::Text(Text {
                    text: handle.label.clone(),
                    at,
                    size,
                    color: style.text_color,
                    halign: HAlign::Left,
                    valign: VAlign::Baseline,
                    rotation: 0.0,
                    width: text::measure(&handle.label, size).width,
                }));
            }
            left += width + COLUMNS * size;
        }
    }

    fn draw_handle(&self, canvas: &Canvas, handle: &Handle, [left, baseline]: Point) {
        let (width, height) = (HANDLE[0] * self.size, HANDLE[1] * self.size);
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
        handle.markers([left + width / 2.0, middle]).into_iter().for_each(|command| canvas.push(command));
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
fn rounded(rect: &Rect, radius: f64) -> Vec<Segment> {
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
