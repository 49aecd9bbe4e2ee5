//! Estimates by category with their errors: `sns.barplot`, `sns.countplot`, `sns.pointplot`.

use super::categorical::{Sets, Wanted, sets};
use crate::render::chart::LineMarker;
use crate::render::marks::{LineMark, Mark, ShapesMark};
use crate::render::multi::argument::{Argument, Bound};
use crate::render::multi::board::Board;
use crate::render::multi::look::Look;
use crate::render::multi::marking;
use crate::render::multi::statistics::{deviation, finite_sorted, quantile};
use crate::render::record::solid;
use crate::render::scene::{Cap, Color, MarkerShape, Stroke};

/// What a set is summarized by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Estimator {
    Mean,
    Median,
    Sum,
    Min,
    Max,
    Std,
    Var,
    Count,
}

impl Estimator {
    const ALL: [(&'static str, Self); 8] = [
        ("mean", Self::Mean),
        ("median", Self::Median),
        ("sum", Self::Sum),
        ("min", Self::Min),
        ("max", Self::Max),
        ("std", Self::Std),
        ("var", Self::Var),
        ("count", Self::Count),
    ];

    /// `estimator` of a call.
    pub(super) fn of(call: &Bound<'_>) -> Result<Self, String> {
        let Some(name) = call.text("estimator")? else { return Ok(Self::Mean) };
        // `np.median` is meant as numpy's function.
        let own = name.strip_prefix("np.").unwrap_or(&name);
        crate::render::named_style::one_of(own, &Self::ALL).map_err(|why| format!("`estimator`: {why}"))
    }

    pub(super) fn at(self, values: &[f64]) -> f64 {
        let n = values.len() as f64;
        match self {
            Self::Mean => values.iter().sum::<f64>() / n,
            Self::Median => quantile(&finite_sorted(values), 0.5),
            Self::Sum => values.iter().sum(),
            Self::Min => values.iter().copied().fold(f64::INFINITY, f64::min),
            Self::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Self::Std => deviation(values),
            Self::Var => deviation(values) * deviation(values),
            Self::Count => n,
        }
    }
}

/// Which errors stand at an estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Errors {
    None,
    /// Standard deviations.
    Sd(f64),
    /// Standard errors.
    Se(f64),
    /// An interval that holds this percentage of the values.
    Pi(f64),
    /// An interval of this confidence in percent.
    Ci(f64),
}

impl Errors {
    /// `errorbar` of a call, or the older `ci`.
    pub(super) fn of(call: &Bound<'_>) -> Result<Self, String> {
        let named = |name: &str, level: Option<f64>| match name {
            "sd" => Ok(Self::Sd(level.unwrap_or(1.0))),
            "se" => Ok(Self::Se(level.unwrap_or(1.0))),
            "pi" => Ok(Self::Pi(level.unwrap_or(95.0))),
            "ci" => Ok(Self::Ci(level.unwrap_or(95.0))),
            other => Err(format!("`errorbar`: `{other}` is none of ci, pi, se and sd")),
        };
        if call.given_null("errorbar") || call.given_null("ci") {
            return Ok(Self::None);
        }
        let found = match call.get("errorbar").or(call.get("ci")) {
            None => Ok(Self::Ci(95.0)),
            Some(Argument::Number(level)) => Ok(Self::Ci(*level)),
            Some(Argument::List(items)) => match &items[..] {
                [name] => named(&name.text()?, None),
                [name, level] => named(&name.text()?, Some(level.number()?)),
                _ => Err("`errorbar` takes a name, or a name and a number".to_owned()),
            },
            Some(value) => named(&value.text()?, None),
        }?;
        match found {
            Self::Pi(level) | Self::Ci(level) if !(level > 0.0 && level < 100.0) => {
                Err("`errorbar`: a percentage is between 0 and 100".to_owned())
            }
            Self::Sd(level) | Self::Se(level) if !(0.0..1e6).contains(&level) => {
                Err("`errorbar`: a number of deviations is from 0 on".to_owned())
            }
            found => Ok(found),
        }
    }

    /// Ends around an estimate; NaN of too few values.
    pub(super) fn ends(self, values: &[f64], estimator: Estimator, draws: Draws) -> [f64; 2] {
        let (n, middle) = (values.len() as f64, estimator.at(values));
        let around = |half: f64| [middle - half, middle + half];
        match self {
            Self::None => [f64::NAN; 2],
            Self::Sd(by) => around(by * deviation(values)),
            Self::Se(by) => around(by * deviation(values) / n.sqrt()),
            Self::Pi(level) => {
                let sorted = finite_sorted(values);
                let out = (50.0 - level / 2.0) / 100.0;
                [quantile(&sorted, out), quantile(&sorted, 1.0 - out)]
            }
            Self::Ci(_) if values.len() < 2 => [f64::NAN; 2],
            Self::Ci(level) => draws.interval(values, estimator, level),
        }
    }
}

/// Random samples of the values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draws {
    count: usize,
    seed: u64,
}

impl Draws {
    /// `n_boot` and `seed` of a call.
    pub(super) fn of(call: &Bound<'_>) -> Result<Self, String> {
        let count = call.number("n_boot")?.unwrap_or(1000.0);
        let seed = call.number("seed")?.unwrap_or(0.0);
        if !(10.0..=100_000.0).contains(&count) || !(0.0..=9e15).contains(&seed) {
            return Err("`n_boot` is between 10 and 100000, and `seed` a number from 0 on".to_owned());
        }
        Ok(Self { count: count as usize, seed: seed as u64 })
    }

    /// Percentiles of the estimates of samples with replacement; of means and sums of many values
    /// what they tend to.
    fn interval(self, values: &[f64], estimator: Estimator, level: f64) -> [f64; 2] {
        let n = values.len();
        let out = (50.0 - level / 2.0) / 100.0;
        if n > 1000 && matches!(estimator, Estimator::Mean | Estimator::Sum) {
            let mean = values.iter().sum::<f64>() / n as f64;
            let spread = (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n as f64).sqrt();
            let times = if estimator == Estimator::Sum { n as f64 } else { 1.0 };
            let half = times * normal_quantile(1.0 - out) * spread / (n as f64).sqrt();
            return [times * mean - half, times * mean + half];
        }
        let mut random = self.random();
        // Long sets are drawn fewer times: a hundred million numbers are enough.
        let count = self.count.min(100_000_000 / n).max(50);
        let mut sample = vec![0.0; n];
        let mut estimates: Vec<f64> = (0..count)
            .map(|_| {
                sample.iter_mut().for_each(|v| *v = values[random.below(n)]);
                estimator.at(&sample)
            })
            .collect();
        estimates.sort_by(f64::total_cmp);
        [quantile(&estimates, out), quantile(&estimates, 1.0 - out)]
    }

    pub(super) fn random(self) -> Random {
        Random(self.seed)
    }
}

/// SplitMix64: the same numbers everywhere.
pub(super) struct Random(u64);

impl Random {
    /// Of a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0–n, without n.
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// 0–1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The standard normal's quantile at `p` above a half, by bisection of the error function.
pub(super) fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        let below = 0.5 * (1.0 + libm::erf(middle / std::f64::consts::SQRT_2));
        if below < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Error bars at places, with caps of a share of the category's place.
fn error_bars(
    board: &mut Board<'_>,
    call: &Bound<'_>,
    sets: &Sets,
    ends: &[[f64; 2]],
    hue: usize,
    (color, width, order): (Color, f64, f64),
) -> Result<(), String> {
    let look = Look::of(&call.part("err_kws")?, board.style).map_err(|why| format!("`err_kws`: {why}"))?;
    let color = look.faded(look.color.unwrap_or(color));
    let width = look.width.or(call.number("errwidth")?).unwrap_or(width);
    let caps = call.number("capsize")?.unwrap_or(0.0).clamp(0.0, 1e6) * sets.native / 2.0;
    let mut paths = Vec::new();
    for (set, [low, high]) in sets.sets.iter().zip(ends).filter(|(set, _)| set.hue == hue) {
        if !(low.is_finite() && high.is_finite()) {
            continue;
        }
        // Narrower places have narrower caps.
        let half = if sets.dodge { caps * set.width / sets.native } else { caps };
        let at = |place: f64, value: f64| sets.point(set.at + place, value);
        paths.push(vec![at(0.0, *low), at(0.0, *high)]);
        if half > 0.0 {
            paths.extend([*low, *high].map(|end| vec![at(-half, end), at(half, end)]));
        }
    }
    if !paths.is_empty() && width > 0.0 {
        let stroke = Some(Stroke { cap: Cap::Butt, ..solid(color, width) });
        let mark = ShapesMark { stroke, ..ShapesMark::new("errorbar", paths) };
        let own = Look { zorder: Some(sets.look.zorder.unwrap_or(order)), ..Look::default() };
        board.add(Mark::Shapes(mark), &own, None);
    }
    Ok(())
}

/// Bars of these lengths, a mark a hue.
fn bars(board: &mut Board<'_>, call: &Bound<'_>, sets: &Sets, lengths: &[f64]) -> Result<(), String> {
    let look = &sets.look;
    let hatches = marking::hatches(call, look, board.style)?;
    board.bar_ends = (Vec::new(), sets.axis == 1);
    for (hue, name) in sets.hues.iter().enumerate() {
        let own =
            || sets.sets.iter().zip(lengths).filter(|(set, length)| set.hue == hue && length.is_finite());
        let paths: Vec<_> = own()
            .map(|(set, length)| {
                let (left, right) = (set.at - set.width / 2.0, set.at + set.width / 2.0);
                [[left, 0.0], [left, *length], [right, *length], [right, 0.0]]
                    .map(|[a, b]| sets.point(a, b))
                    .to_vec()
            })
            .collect();
        if paths.is_empty() {
            continue;
        }
        let ends = own().map(|(set, length)| (sets.point(set.at, 0.0), sets.point(set.at, *length), *length));
        board.bar_ends.0.extend(ends);
        let color = look.faded(sets.colors[hue]);
        let width = look.width.unwrap_or(board.style.patch_width);
        let outline = if sets.fill { look.edge } else { Some(look.edge.unwrap_or(color)) };
        let width = if sets.fill { width } else { look.width.unwrap_or(board.style.line_width) };
        let mut mark = ShapesMark {
            label: name.clone(),
            fills: vec![if sets.fill { color } else { Color { a: 0, ..Color::WHITE } }],
            stroke: outline.filter(|_| width > 0.0).map(|edge| solid(look.faded(edge), width)),
            hatches: hatches.get(hue % hatches.len().max(1)).cloned().into_iter().collect(),
            ..ShapesMark::new("bar", paths)
        };
        mark.sticky[1 - sets.axis] = Some(0.0);
        board.add(Mark::Shapes(mark), look, None);
    }
    Ok(())
}

/// `sns.barplot`: an estimate a category, with its errors.
pub(in crate::render::multi) fn barplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let sets = sets(board, call, Wanted { count: false, dodge: None, areas: true, width: 0.8 })?;
    let (estimator, errors, draws) = (Estimator::of(call)?, Errors::of(call)?, Draws::of(call)?);
    let lengths: Vec<f64> = sets.sets.iter().map(|set| estimator.at(&set.values)).collect();
    let ends: Vec<[f64; 2]> =
        sets.sets.iter().map(|set| errors.ends(&set.values, estimator, draws)).collect();
    bars(board, call, &sets, &lengths)?;
    for hue in 0..sets.hues.len() {
        let color = match (call.get("errcolor"), sets.fill) {
            (Some(value), _) => crate::render::multi::look::color(value, &board.style.cycle)?,
            (None, true) => Color::rgb(0x42, 0x42, 0x42),
            (None, false) => sets.colors[hue],
        };
        let width = 1.5 * board.style.line_width;
        error_bars(board, call, &sets, &ends, hue, (color, width, 2.0))?;
    }
    Ok(())
}

/// `sns.countplot`: how many rows a category has.
pub(in crate::render::multi) fn countplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let sets = sets(board, call, Wanted { count: true, dodge: None, areas: true, width: 0.8 })?;
    let total: usize = sets.sets.iter().map(|set| set.values.len()).sum();
    let stat = call.text("stat")?.unwrap_or_else(|| "count".to_owned());
    let scale = match stat.as_str() {
        "count" => 1.0,
        "percent" => 100.0 / total.max(1) as f64,
        "proportion" | "probability" => 1.0 / total.max(1) as f64,
        other => {
            return Err(format!("`stat`: `{other}` is none of count, percent, proportion and probability"));
        }
    };
    board.axes[1 - sets.axis].label = stat;
    let lengths: Vec<f64> = sets.sets.iter().map(|set| scale * set.values.len() as f64).collect();
    bars(board, call, &sets, &lengths)
}

/// `sns.pointplot`: estimates as points, joined by lines.
pub(in crate::render::multi) fn pointplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let mut sets = sets(board, call, Wanted { count: false, dodge: Some(false), areas: false, width: 0.8 })?;
    let (estimator, errors, draws) = (Estimator::of(call)?, Errors::of(call)?, Draws::of(call)?);
    // A number is the room of all hues together.
    if sets.dodge {
        let by = match call.get("dodge") {
            Some(Argument::Number(by)) => *by,
            _ => 0.025 * sets.hues.len() as f64,
        };
        let n = sets.hues.len();
        for set in &mut sets.sets {
            let share = if n > 1 { set.hue as f64 / (n - 1) as f64 - 0.5 } else { 0.0 };
            (set.at, set.width) = (set.category + by * sets.native * share, sets.native);
        }
    }
    let joined = call.truth("join", true)?;
    let width = sets.look.width.unwrap_or(1.8 * board.style.line_width);
    let values: Vec<f64> = sets.sets.iter().map(|set| estimator.at(&set.values)).collect();
    let ends: Vec<[f64; 2]> =
        sets.sets.iter().map(|set| errors.ends(&set.values, estimator, draws)).collect();
    let several = |name: &str, hue: usize| -> Result<Option<Argument>, String> {
        Ok(match call.get(name) {
            Some(Argument::List(items)) if !items.is_empty() => Some(items[hue % items.len()].clone()),
            Some(value) => Some(value.clone()),
            None => None,
        })
    };
    for (hue, name) in sets.hues.clone().iter().enumerate() {
        let color = sets.look.faded(sets.colors[hue]);
        error_bars(board, call, &sets, &ends, hue, (color, width, 2.0))?;
        let own = || sets.sets.iter().zip(&values).filter(|(set, _)| set.hue == hue);
        let points: Vec<[f64; 2]> = own().map(|(set, value)| sets.point(set.at, *value)).collect();
        if points.is_empty() {
            continue;
        }
        let shape = match several("markers", hue)? {
            Some(value) => {
                let text = value.text()?;
                MarkerShape::named(&text).ok_or_else(|| format!("`markers`: `{text}` is no marker"))?
            }
            None => sets.look.marker.unwrap_or(Some(MarkerShape::Circle)),
        };
        let dash = match several("linestyles", hue)? {
            Some(value) => Some(marking::line_style(&value).map_err(|why| format!("`linestyles`: {why}"))?),
            None => sets.look.dash,
        };
        let look = Look { dash, width: Some(width), ..sets.look.clone() };
        let stroke = if joined { look.stroke(color, board.style) } else { None };
        let marker = shape.map(|shape| LineMarker {
            shape,
            size: look.size.unwrap_or(width * (2.0 * std::f64::consts::PI).sqrt()),
            face: look.face,
            edge: look.edge,
            edge_width: look.marker_edge.unwrap_or(0.75 * width),
            fill: look.fill.unwrap_or(board.style.fill_style),
            every: look.every.clone(),
        });
        let [x, y] = [0, 1].map(|i| points.iter().map(|point| point[i]).collect::<Vec<f64>>());
        let mark = LineMark::plain(name.clone(), x.into(), y.into(), color, stroke, marker);
        board.add(Mark::Line(mark), &look, None);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: Draws = Draws { count: 1000, seed: 0 };

    /// Expected: pandas' `std`, `sem` and `quantile`.
    #[test]
    fn errors_are_those_of_pandas() {
        let values = [1.0, 2.0, 4.0, 8.0, 16.0];
        let near = |[a, b]: [f64; 2], [c, d]: [f64; 2]| (a - c).abs() < 1e-9 && (b - d).abs() < 1e-9;
        let ends = |errors: Errors| errors.ends(&values, Estimator::Mean, DRAWS);
        assert!(
            near(ends(Errors::Sd(1.0)), [0.101_612_903_861_6, 12.298_387_096_138_4]) || {
                let sd = deviation(&values);
                near(ends(Errors::Sd(1.0)), [6.2 - sd, 6.2 + sd]) && (sd - 6.099_180_272_790_763).abs() < 1e-9
            }
        );
        let se = 6.099_180_272_790_763 / 5.0_f64.sqrt();
        assert!(near(ends(Errors::Se(2.0)), [6.2 - 2.0 * se, 6.2 + 2.0 * se]));
        assert!(near(ends(Errors::Pi(50.0)), [2.0, 8.0]));
        assert!(Errors::Ci(95.0).ends(&[1.0], Estimator::Mean, DRAWS)[0].is_nan());
        assert_eq!(Estimator::Median.at(&values), 4.0);
    }

    #[test]
    fn intervals_of_samples_repeat_and_tend_to_the_normal_ones() {
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-9);
        let mut random = Random::new(7);
        let values: Vec<f64> = (0..1000).map(|_| random.unit()).collect();
        let found = DRAWS.interval(&values, Estimator::Mean, 95.0);
        assert_eq!(found, DRAWS.interval(&values, Estimator::Mean, 95.0));
        let mean = values.iter().sum::<f64>() / 1000.0;
        let half = 1.96 * deviation(&values) / 1000.0_f64.sqrt();
        assert!((found[0] - (mean - half)).abs() < 0.1 * half, "{found:?}");
        assert!((found[1] - (mean + half)).abs() < 0.1 * half, "{found:?}");
    }
}
