//! How far points reach and how many there are to draw, in one pass.

use crate::render::chart::Scale;
use crate::render::ends::{self, BLOCK, PART, within};
use crate::render::series::Series;
use crate::sys::{Kernel, in_parts, wide};
use std::ops::Range;

/// What is known of points of which both coordinates, and what else they need, are finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::render) struct Survey {
    /// Least and largest along x and y that the scales have a place for; the least is greater than
    /// the largest if there is none.
    pub(in crate::render) ends: [[f64; 2]; 2],
    /// Number of points.
    pub(in crate::render) shown: usize,
}

impl Survey {
    /// Of points at `x` and `y`; those are left out of which one of `needs` is not finite.
    pub(in crate::render) fn of(xy: [&Series; 2], needs: [Option<&Series>; 2], scales: [Scale; 2]) -> Self {
        let len = xy[0].len().min(xy[1].len());
        let parts = in_parts(len, BLOCK, PART, |range| Self::part(xy, needs, scales.map(bounds), range));
        parts.into_iter().fold(Self::NONE, Self::and)
    }

    const NONE: Self = Self { ends: [ends::NONE; 2], shown: 0 };

    fn and(self, other: Self) -> Self {
        let ends = [0, 1].map(|i| ends::join(self.ends[i], other.ends[i]));
        Self { ends, shown: self.shown + other.shown }
    }

    fn part(
        xy: [&Series; 2],
        needs: [Option<&Series>; 2],
        bounds: [[f64; 2]; 2],
        part: Range<usize>,
    ) -> Self {
        let mut survey = Self::NONE;
        let mut scratch = [const { Vec::new() }; 4];
        let mut both = Vec::new();
        for from in part.clone().step_by(BLOCK) {
            let range = from..part.end.min(from + BLOCK);
            let [a, b, c, d] = &mut scratch;
            let (x, y) = (xy[0].slice(range.clone(), a), xy[1].slice(range.clone(), b));
            let needs = [
                needs[0].map(|series| series.slice(range.clone(), c)),
                needs[1].map(|series| series.slice(range.clone(), d)),
            ];
            let more = match needs {
                [None, None] => &[],
                [Some(one), None] | [None, Some(one)] => one,
                [Some(one), Some(other)] => {
                    both.clear();
                    both.extend(one.iter().zip(other).map(|(a, b)| a * 0.0 + b * 0.0));
                    &both
                }
            };
            survey = survey.and(wide(Block { values: [x, y, more], bounds }));
        }
        survey
    }
}

/// What a block adds to a survey: x, y, and something else that must be finite, or nothing.
struct Block<'a> {
    values: [&'a [f64]; 3],
    bounds: [[f64; 2]; 2],
}

impl Kernel for Block<'_> {
    type Out = Survey;

    #[inline(always)]
    fn run(self) -> Survey {
        let Self { values: [x, y, more], bounds } = self;
        // The usual case: nothing is missing.
        if ends::all_finite(x) && ends::all_finite(y) && ends::all_finite(more) {
            let mut ends = [ends::of(x), ends::of(y)];
            for (ends, (values, bounds)) in ends.iter_mut().zip([x, y].into_iter().zip(bounds)) {
                if ends[0] < bounds[0] || ends[1] > bounds[1] {
                    *ends = within(values.iter().copied(), bounds);
                }
            }
            return Survey { ends, shown: x.len() };
        }
        let shown =
            |i: &usize| x[*i].is_finite() && y[*i].is_finite() && more.get(*i).is_none_or(|v| v.is_finite());
        let ends = [(x, bounds[0]), (y, bounds[1])]
            .map(|(values, bounds)| within((0..values.len()).filter(shown).map(|i| values[i]), bounds));
        Survey { ends, shown: (0..x.len()).filter(shown).count() }
    }
}

/// The values that a scale has a place for.
fn bounds(scale: Scale) -> [f64; 2] {
    let least = if scale.bounded().is_some() { f64::MIN_POSITIVE } else { f64::MIN };
    [least, if scale == Scale::Logit { 1.0 - f64::EPSILON / 2.0 } else { f64::MAX }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_points_with_all_they_need_count() {
        let nan = f64::NAN;
        let x: Series = vec![1.0, 9.0, -3.0, 4.0, f64::INFINITY, 0.5, 7.0, 2.0, 1e9].into();
        let y: Series = vec![5.0, nan, 2.0, -1.0, 8.0, 3.0, 6.0, 4.0, 1e9].into();
        let c: Series = vec![0.0, 0.0, 0.0, 0.0, 0.0, nan, 0.0, 0.0, nan].into();
        let d: Series = vec![0.0, 0.0, 0.0, 0.0, 0.0, 0.0, f64::NEG_INFINITY, 0.0, 0.0].into();
        let linear = [Scale::Linear; 2];
        let log = [Scale::Log { base: 10.0 }; 2];
        let survey = |needs, scales| {
            let Survey { ends: [x, y], shown } = Survey::of([&x, &y], needs, scales);
            (x, y, shown)
        };
        assert_eq!(survey([None, None], linear), ([-3.0, 1e9], [-1.0, 1e9], 7));
        assert_eq!(survey([Some(&c), None], linear), ([-3.0, 7.0], [-1.0, 6.0], 5));
        assert_eq!(survey([Some(&c), Some(&d)], linear), ([-3.0, 4.0], [-1.0, 5.0], 4));
        assert_eq!(survey([None, Some(&d)], log), ([0.5, 1e9], [2.0, 1e9], 6));
    }
}
