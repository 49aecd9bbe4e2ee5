//! How lines are stroked: dashes by name or by length, ends and corners, markers on them.

use crate::render::scene::{Cap, Color, Join, MarkerShape, Stroke};

/// Most lengths of dashes and gaps of one pattern.
pub const MOST_DASHES: usize = 16;

/// Dashes and gaps by their lengths, in widths of the line or in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dashes {
    parts: [f64; MOST_DASHES],
    count: usize,
    /// How far into the pattern lines begin.
    offset: f64,
}

impl Dashes {
    /// A pattern of lengths of dash, gap, dash, …; an odd number of them is taken twice.
    ///
    /// # Errors
    /// What is wrong with it: a negative length, nothing but zeros, too many.
    pub fn new(offset: f64, lengths: &[f64]) -> Result<Self, String> {
        let sound = lengths.iter().all(|length| (0.0..1e6).contains(length)) && offset.abs() < 1e6;
        let twice = [lengths, lengths].concat();
        let used = if lengths.len().is_multiple_of(2) { lengths } else { &twice };
        match used.len() {
            0 => Err("a pattern of dashes has at least one length".to_owned()),
            _ if !sound => Err("lengths of dashes are numbers from 0 on".to_owned()),
            _ if lengths.iter().sum::<f64>() <= 0.0 => Err("not all lengths of dashes can be 0".to_owned()),
            n if n > MOST_DASHES => Err(format!("a pattern of dashes has at most {MOST_DASHES} lengths")),
            n => {
                let mut parts = [0.0; MOST_DASHES];
                parts[..n].copy_from_slice(used);
                Ok(Self { parts, count: n, offset })
            }
        }
    }

    const fn four(parts: [f64; 4], count: usize) -> Self {
        let mut all = [0.0; MOST_DASHES];
        let mut i = 0;
        while i < count {
            all[i] = parts[i];
            i += 1;
        }
        Self { parts: all, count, offset: 0.0 }
    }

    /// The lengths.
    pub fn lengths(&self) -> &[f64] {
        &self.parts[..self.count]
    }
}

/// Dashes of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "matplotlib's names")]
pub enum LineStyle {
    #[default]
    Solid,
    Dashed,
    DashDot,
    Dotted,
    None,
    /// By lengths: `(offset, [on, off, …])`.
    Pattern(Dashes),
}

/// Ends and corners of lines where they are not the style's: of solid ones, of dashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct LineEnds {
    pub solid: (Option<Cap>, Option<Join>),
    pub dashed: (Option<Cap>, Option<Join>),
}

/// What the style says of lines (`lines.…`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineRules {
    /// `solid_capstyle`, `solid_joinstyle`.
    pub solid: (Cap, Join),
    /// `dash_capstyle`, `dash_joinstyle`.
    pub dashed: (Cap, Join),
    /// `dashed_pattern`.
    pub dashes: Dashes,
    /// `dashdot_pattern`.
    pub dash_dots: Dashes,
    /// `dotted_pattern`.
    pub dots: Dashes,
    /// `scale_dashes`: lengths are in widths of the line, else in points.
    pub scaled: bool,
}

impl Default for LineRules {
    /// matplotlib's.
    fn default() -> Self {
        Self {
            solid: (Cap::Square, Join::Round),
            dashed: (Cap::Butt, Join::Round),
            dashes: Dashes::four([3.7, 1.6, 0.0, 0.0], 2),
            dash_dots: Dashes::four([6.4, 1.6, 1.0, 1.6], 4),
            dots: Dashes::four([1.0, 1.65, 0.0, 0.0], 2),
            scaled: true,
        }
    }
}

impl LineRules {
    /// The same with other ends and corners.
    #[must_use]
    pub fn with(self, ends: LineEnds) -> Self {
        let own = |(cap, join): (Cap, Join), (new_cap, new_join): (Option<Cap>, Option<Join>)| {
            (new_cap.unwrap_or(cap), new_join.unwrap_or(join))
        };
        Self { solid: own(self.solid, ends.solid), dashed: own(self.dashed, ends.dashed), ..self }
    }

    /// The stroke of a line.
    pub fn stroke(&self, color: Color, width: f64, style: LineStyle) -> Stroke {
        let pattern = match style {
            LineStyle::Solid | LineStyle::None => None,
            LineStyle::Dashed => Some(self.dashes),
            LineStyle::DashDot => Some(self.dash_dots),
            LineStyle::Dotted => Some(self.dots),
            LineStyle::Pattern(dashes) => Some(dashes),
        };
        let (cap, join) = if pattern.is_some() { self.dashed } else { self.solid };
        let unit = if self.scaled { width } else { 1.0 };
        let (dash, phase) = pattern.map_or((Vec::new(), 0.0), |pattern| {
            (pattern.lengths().iter().map(|part| part * unit).collect(), pattern.offset * unit)
        });
        Stroke { color, width, dash, phase, cap, join }
    }
}

/// Which part of a marker is filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "matplotlib's names")]
pub enum FillStyle {
    #[default]
    Full,
    Left,
    Right,
    Bottom,
    Top,
    None,
}

/// At which points of a line markers stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Every {
    /// At all.
    #[default]
    All,
    /// From a point on, every so many.
    Step(usize, usize),
    /// From the first number of frame diagonals along the line on, every so many diagonals.
    Along(f64, f64),
    /// At these; negative ones count from the end.
    At(Vec<i64>),
}

/// Markers of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct LineMarker {
    /// Their shape.
    pub shape: MarkerShape,
    /// Their diameter, points.
    pub size: f64,
    /// Colour of their body; `None` is the line's.
    pub face: Option<Color>,
    /// Colour of their edge; `None` is the line's.
    pub edge: Option<Color>,
    /// Width of their edge, points.
    pub edge_width: f64,
    /// Which part is filled.
    pub fill: FillStyle,
    /// Where they stand.
    pub every: Every,
}

impl LineMarker {
    /// Markers in the line's colour at all points.
    pub fn plain(shape: MarkerShape, size: f64) -> Self {
        Self {
            shape,
            size,
            face: None,
            edge: None,
            edge_width: 1.0,
            fill: FillStyle::Full,
            every: Every::All,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: `matplotlib.lines._scale_dashes` and `Line2D.set_dashes`.
    #[test]
    fn patterns_grow_with_the_line_and_keep_their_offset() {
        let pattern = LineStyle::Pattern(Dashes::new(1.0, &[5.0, 1.0]).unwrap());
        let stroke = LineRules::default().stroke(Color::BLACK, 2.0, pattern);
        assert_eq!((stroke.dash, stroke.phase, stroke.cap), (vec![10.0, 2.0], 2.0, Cap::Butt));
        let rules = LineRules { scaled: false, ..LineRules::default() };
        assert_eq!(rules.stroke(Color::BLACK, 2.0, LineStyle::Dashed).dash, [3.7, 1.6]);
        assert_eq!(Dashes::new(0.0, &[1.0, 2.0, 3.0]).unwrap().lengths(), [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]);
    }

    #[test]
    fn patterns_that_are_none_are_refused() {
        for lengths in [&[][..], &[0.0, 0.0], &[1.0, -1.0], &[1.0; 18], &[f64::NAN]] {
            assert!(Dashes::new(0.0, lengths).is_err(), "{lengths:?}");
        }
    }
}
