//! Tables of texts inside and beside axes: matplotlib's `Table`, from which all rules here are.
//!
//! Widths and places are in units of the axes, heights of rows and texts in points, so that a table is laid
//! out anew for every length of its axes.

use super::record::{Canvas, solid};
use super::scene::{Cap, Color, Command, HAlign, Rect, Stroke, Text, VAlign};
use super::text;

/// Height of a row, points: a text of 10 points with a fifth more.
const ROW: f64 = 12.0;
/// Between a cell's side and its text, in units of the cell's width.
const PAD: f64 = 0.1;
/// Between the frame and a table inside of it, in units of the axes.
const AXES_PAD: f64 = 0.02;
/// Distance of lines in units of a line's height.
const SPACING: f64 = 1.2;
/// Width of edges, points (`patch.linewidth`).
const EDGE: f64 = 1.0;

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cell {
    /// Row and column of the table, from the upper left; the column of row labels is one.
    pub(super) at: [usize; 2],
    /// What is written.
    pub(super) text: String,
    /// Colour behind it, if one is said.
    pub(super) face: Option<Color>,
    /// Where the text stands.
    pub(super) halign: HAlign,
}

/// Where a table stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Spot {
    /// By a code: a place along x and along y.
    Loc([Along; 2]),
    /// Left and lower end, width and height in units of the axes, without row labels.
    Box([f64; 4]),
}

/// A place along one axis; low is left or below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Along {
    Before,
    Low,
    Middle,
    High,
    After,
}

/// Colours of what nobody gave one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Colors {
    /// Behind texts.
    pub(super) face: Color,
    /// Edges.
    pub(super) edge: Color,
    /// Texts.
    pub(super) text: Color,
}

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Table {
    /// The cells in the order in which they are drawn.
    pub(super) cells: Vec<Cell>,
    /// Rows with that of the column labels.
    pub(super) rows: usize,
    /// Widths of the columns in units of the axes; `None` is as wide as its texts need.
    pub(super) widths: Vec<Option<f64>>,
    /// Whether the first column are row labels, which places do not count.
    pub(super) labelled: bool,
    /// Height of rows in units of the usual one.
    pub(super) tall: f64,
    /// Where it stands.
    pub(super) spot: Spot,
    /// Which edges of cells are drawn: bottom, right, top, left.
    pub(super) edges: [bool; 4],
    /// Font size, points.
    pub(super) size: f64,
    /// Whether texts become smaller until they fit into their cells.
    pub(super) shrink: bool,
    /// Order of drawing, as matplotlib's zorder.
    pub(super) order: f64,
    /// Colours.
    pub(super) colors: Colors,
    /// How much smaller rows and texts are than said, for want of room.
    pub(super) scale: f64,
}

/// A table for axes of some lengths; in units of the axes from their lower left corner, y upwards.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Laid {
    /// Font size of all texts, points.
    pub(super) size: f64,
    /// Left sides of the columns, and the right side of the last.
    pub(super) columns: Vec<f64>,
    /// Upper end.
    pub(super) top: f64,
    /// Height of a row.
    pub(super) row: f64,
}

impl Table {
    /// Makes rows and texts smaller where they would take more than so many points.
    pub(super) fn within(&mut self, most: f64) {
        let tall = self.rows as f64 * ROW * self.tall;
        if !matches!(self.spot, Spot::Box(_)) && tall > most {
            self.scale = most / tall;
        }
    }

    /// Makes texts and rows `by` times as large.
    pub(super) fn resize(&mut self, by: f64) {
        self.scale *= by;
    }

    /// Widest texts of the columns, in units of the font size.
    fn ems(&self) -> Vec<f64> {
        let mut ems = vec![0.0_f64; self.widths.len()];
        for cell in &self.cells {
            let wide = cell.text.lines().map(|line| text::measure(line, 1.0).width).fold(0.0, f64::max);
            ems[cell.at[1]] = ems[cell.at[1]].max(wide);
        }
        ems
    }

    /// Its geometry on axes of these lengths, in points.
    ///
    /// matplotlib finds it anew at every drawing, from the last one's sizes; this is where that ends.
    pub(super) fn laid(&self, lengths: [f64; 2]) -> Laid {
        let [width, height] = lengths.map(|length| length.max(1e-3));
        let ems = self.ems();
        let needed = |column: usize, size: f64| (1.0 + 2.0 * PAD) * ems[column] * size / width;
        let mut size = self.size * self.scale;
        let mut widths: Vec<f64> = self.widths.iter().map(|width| width.unwrap_or(0.0)).collect();
        let mut row = ROW * self.tall * self.scale / height;
        let first = usize::from(self.labelled);
        for _ in 0..3 {
            for (column, width) in widths.iter_mut().enumerate() {
                match self.widths[column] {
                    None => *width = needed(column, size),
                    Some(_) if self.shrink => {
                        while size > 1.0 && needed(column, size) > *width {
                            size -= 1.0;
                        }
                    }
                    Some(_) => {}
                }
            }
            if let Spot::Box([_, _, wide, tall]) = self.spot {
                let own: f64 = widths[first..].iter().sum();
                widths.iter_mut().for_each(|width| *width *= wide / own.max(1e-9));
                row = tall / self.rows as f64;
            }
        }
        if self.labelled && self.widths[0].is_none() {
            widths[0] = needed(0, size);
        }
        let wide: f64 = widths[first..].iter().sum();
        let tall = row * self.rows as f64;
        let [left, bottom] = match self.spot {
            Spot::Box([left, bottom, ..]) => [left, bottom],
            Spot::Loc(along) => [(along[0], wide), (along[1], tall)].map(|(along, own)| match along {
                Along::Before => -own,
                Along::Low => AXES_PAD,
                Along::Middle => 0.5 - own / 2.0,
                Along::High => 1.0 - own - AXES_PAD,
                Along::After => 1.0,
            }),
        };
        let mut at = left - if self.labelled { widths[0] } else { 0.0 };
        let mut columns = vec![at];
        for width in &widths {
            at += width;
            columns.push(at);
        }
        Laid { size, columns, top: bottom + tall, row }
    }

    /// How far it reaches beyond axes of these lengths, points: left, right, top, bottom.
    pub(super) fn beyond(&self, lengths: [f64; 2]) -> [f64; 4] {
        let laid = self.laid(lengths);
        let frame = Rect { left: 0.0, top: 0.0, right: lengths[0], bottom: lengths[1] };
        let mut most = [0.0_f64; 4];
        for cell in &self.cells {
            let own = laid.cell(cell.at, &frame).inflated(EDGE / 2.0);
            let mut ends = [own.left, own.right, own.top, own.bottom];
            if !cell.text.is_empty() {
                let words = Words::of(cell, &laid, &frame);
                ends[0] = ends[0].min(words.left());
                ends[1] = ends[1].max(words.left() + words.width);
                ends[2] = ends[2].min(words.top);
                ends[3] = ends[3].max(words.top + words.height);
            }
            let out = [-ends[0], ends[1] - lengths[0], -ends[2], ends[3] - lengths[1]];
            most.iter_mut().zip(out).for_each(|(most, out)| *most = most.max(out));
        }
        most
    }

    /// What it takes of the picture beside axes with this frame.
    pub(super) fn rect(&self, frame: &Rect) -> Rect {
        let laid = self.laid([frame.width(), frame.height()]);
        let last = [self.rows.saturating_sub(1), self.widths.len().saturating_sub(1)];
        let (first, last) = (laid.cell([0, 0], frame), laid.cell(last, frame));
        Rect { right: last.right, bottom: last.bottom, ..first }
    }

    /// Its texts, row by row.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|cell| cell.text.as_str()).filter(|text| !text.is_empty())
    }

    /// Draws it on axes with this frame.
    pub(super) fn draw(&self, canvas: &Canvas, frame: &Rect) {
        let laid = self.laid([frame.width(), frame.height()]);
        let closed = self.edges.iter().filter(|edge| **edge).count() >= 3;
        let crossed = (self.edges[0] || self.edges[2]) && (self.edges[1] || self.edges[3]);
        let cap = if crossed { Cap::Square } else { Cap::Butt };
        let stroke = Stroke { cap, ..solid(self.colors.edge, EDGE) };
        for cell in &self.cells {
            let rect = laid.cell(cell.at, frame);
            let fill = cell.face.or(closed.then_some(self.colors.face)).filter(|fill| fill.a > 0);
            if self.edges == [true; 4] {
                canvas.push(Command::Rect { rect, fill, stroke: Some(solid(self.colors.edge, EDGE)) });
            } else {
                if fill.is_some() {
                    canvas.push(Command::Rect { rect, fill, stroke: None });
                }
                let Rect { left, top, right, bottom } = rect;
                let sides = [
                    [[left, bottom], [right, bottom]],
                    [[right, bottom], [right, top]],
                    [[right, top], [left, top]],
                    [[left, top], [left, bottom]],
                ];
                for (side, _) in sides.iter().zip(self.edges).filter(|(_, drawn)| *drawn) {
                    canvas.push(Command::Polyline { points: side.to_vec(), stroke: stroke.clone() });
                }
            }
            Words::of(cell, &laid, frame).draw(canvas, cell, laid.size, self.colors.text);
        }
    }
}

impl Laid {
    /// A cell beside axes with this frame.
    fn cell(&self, [row, column]: [usize; 2], frame: &Rect) -> Rect {
        let x = |share: f64| frame.left + share * frame.width();
        let y = |share: f64| frame.bottom - share * frame.height();
        Rect {
            left: x(self.columns[column]),
            right: x(self.columns[column + 1]),
            top: y(self.top - row as f64 * self.row),
            bottom: y(self.top - (row + 1) as f64 * self.row),
        }
    }
}

/// Where the lines of a cell's text stand.
struct Words {
    x: f64,
    halign: HAlign,
    width: f64,
    top: f64,
    height: f64,
    /// Baselines below `top`, and widths.
    lines: Vec<[f64; 2]>,
}

impl Words {
    fn of(cell: &Cell, laid: &Laid, frame: &Rect) -> Self {
        let rect = laid.cell(cell.at, frame);
        let step = SPACING * text::measure("lp", laid.size).height();
        let extents: Vec<_> = cell.text.lines().map(|line| text::measure(line, laid.size)).collect();
        let ascent = extents.first().map_or(0.0, |line| line.ascent);
        let descent = extents.last().map_or(0.0, |line| line.descent);
        let height = ascent + step * extents.len().saturating_sub(1) as f64 + descent;
        let share = match cell.halign {
            HAlign::Left => PAD,
            HAlign::Center => 0.5,
            HAlign::Right => 1.0 - PAD,
        };
        Self {
            x: rect.left + share * rect.width(),
            halign: cell.halign,
            width: extents.iter().map(|line| line.width).fold(0.0, f64::max),
            top: rect.middle()[1] - height / 2.0,
            height,
            lines: extents
                .iter()
                .enumerate()
                .map(|(i, line)| [ascent + step * i as f64, line.width])
                .collect(),
        }
    }

    fn left(&self) -> f64 {
        match self.halign {
            HAlign::Left => self.x,
            HAlign::Center => self.x - self.width / 2.0,
            HAlign::Right => self.x - self.width,
        }
    }

    fn draw(&self, canvas: &Canvas, cell: &Cell, size: f64, color: Color) {
        for (line, [baseline, width]) in
            cell.text.lines().zip(&self.lines).filter(|(line, _)| !line.is_empty())
        {
            canvas.push(Command::Text(Text {
                font: text::base(),
                text: line.to_owned(),
                at: [self.x, self.top + baseline],
                size,
                color,
                halign: self.halign,
                valign: VAlign::Baseline,
                rotation: 0.0,
                width: *width,
            }));
        }
    }
}
