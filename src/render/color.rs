//! Colour limits, norm and map of a figure, by xarray's rules.

use super::chart::{Center, ColorOptions, Kind, Levels, Norm, Scale, Style};
use super::colormap::Colormap;
use super::error::RenderError;
use super::levels;
use super::norm::Normalizer;
use super::scene::Color;
use super::values;
use crate::diag::Diagnostic;

/// How values become colours in all panels of a figure.
#[derive(Clone, Debug)]
pub(super) struct ColorContent {
    /// Values to positions.
    pub(super) normalizer: Normalizer,
    /// Positions to colours.
    pub(super) map: Colormap,
    /// Label of the colour bar.
    pub(super) label: String,
    /// Whether values below and above the limits are shown as such.
    pub(super) extend: [bool; 2],
    /// Whether the colour bar has pointed ends.
    pub(super) bar_extend: [bool; 2],
    /// Ticks of a discrete map, with names if given.
    pub(super) ticks: Option<Vec<(f64, Option<String>)>>,
    /// Levels of contours, and their colours: one between two of them (and one before and after, if
    /// `extend`), or one each for lines.
    pub(super) contours: Option<(Vec<f64>, Vec<Color>)>,
    /// The colour bar has lines instead of areas.
    pub(super) bar_lines: bool,
    /// Opacity of what is drawn in these colours: that of the colour bar, too.
    pub(super) alpha: f64,
}

impl ColorContent {
    /// The colour of one value.
    pub(super) fn of(&self, value: f64) -> Color {
        self.map.at(self.normalizer.position(value))
    }

    /// How values are spread along the colour bar: contours' levels are equally far from each other.
    pub(super) fn bar_norm(&self) -> Normalizer {
        match &self.contours {
            Some((levels, _)) if levels.len() > 1 => Normalizer::between(levels.clone()),
            _ => self.normalizer.clone(),
        }
    }

    /// The colours of the bar, from its lower end on.
    pub(super) fn bar_colors(&self) -> Vec<Color> {
        const MANY: usize = 256;
        let solid = match &self.contours {
            Some((levels, colors)) if !self.bar_lines => {
                let first = usize::from(self.extend[0]);
                let bands = levels.len().saturating_sub(1);
                colors.iter().copied().skip(first).take(bands).collect()
            }
            _ if self.normalizer.norm == Norm::Index => {
                let [low, high] = self.normalizer.limits;
                let at = |i: usize| low + (i as f64 + 0.5) / MANY as f64 * (high - low);
                (0..MANY).map(|i| self.of(at(i).round())).collect()
            }
            _ => self.map.colors.clone(),
        };
        solid.into_iter().map(|color| color.faded(self.alpha)).collect()
    }

    /// The colours below and above the bar.
    pub(super) fn bar_ends(&self) -> [Color; 2] {
        let solid = match &self.contours {
            Some((_, colors)) if !colors.is_empty() => [colors[0], colors[colors.len() - 1]],
            _ => [self.map.at(-1.0), self.map.at(2.0)],
        };
        solid.map(|color| color.faded(self.alpha))
    }
}

/// Decides limits and colours from all values of a figure, as xarray's `_determine_cmap_params`:
/// given limits stand; both signs without both limits given make them symmetric about 0, with the
/// diverging map; `robust` leaves out 2 % at both ends; levels cut the map.
pub(super) fn decide(
    options: &ColorOptions,
    style: &Style,
    kind: Kind,
    parts: &[&[f64]],
    label: String,
    warnings: &mut Vec<Diagnostic>,
) -> Result<ColorContent, RenderError> {
    let label = options.bar.label.clone().unwrap_or(label);
    let limits = Limits::find(options, parts, warnings)?;
    let mut map = base_map(options, style, limits.diverging)?;
    map.bad = options.bad.unwrap_or(map.bad);
    map.under = options.under.or(map.under);
    map.over = options.over.or(map.over);
    let mut ticks = None;
    let mut ends = limits.ends;
    let mut normalizer = match &options.boundaries {
        Some(edges) => bounded(edges, options.extend.unwrap_or([false; 2]), &mut map)?,
        None if options.norm == Norm::Index => Normalizer::index(ends, map.colors.len()),
        None => Normalizer::new(checked(options.norm, ends)?, ends),
    };
    if let (Some(colors), false, None) = (&options.colors, options.continuous, &options.boundaries)
        && options.norm == Norm::Linear
    {
        normalizer = discrete(options, colors.len());
        ticks = Some(names(options, colors, &normalizer));
    }
    ends = normalizer.limits;
    let contour = matches!(kind, Kind::Contour | Kind::ContourF);
    let beyond = |ends: [f64; 2]| match limits.data {
        Some([least, most]) => {
            // The last digits of a computed limit are not beyond it.
            let slack = 1e-9 * (ends[1] - ends[0]).abs();
            [least < ends[0] - slack, most > ends[1] + slack]
        }
        None => [false; 2],
    };
    let mut extend = options.extend.unwrap_or_else(|| beyond(ends));
    let mut contours = None;
    if let Some(wanted) = &options.levels {
        let chose = options.vmin.is_some() || options.vmax.is_some();
        let mut levels = levels::asked(wanted, ends, chose);
        if levels.len() == 1 && !contour {
            levels.push(levels[0]);
        }
        let [Some(first), Some(last)] = [levels.first(), levels.last()] else {
            return Err(RenderError::Option { option: "levels", why: "are none".to_owned() });
        };
        extend = options.extend.unwrap_or_else(|| beyond([*first, *last]));
        let colors = palette(options, &map, levels.len(), kind == Kind::Contour, extend);
        if kind == Kind::Contour {
            normalizer = Normalizer::new(Norm::Linear, [*first, *last]);
        } else {
            (normalizer, map) = stepped(&levels, &colors, extend, &map, options);
        }
        contours = contour.then_some((levels, colors));
    } else if contour {
        let levels = match &options.boundaries {
            Some(edges) => edges.clone(),
            None => levels::automatic(limits.data.unwrap_or(ends), options.norm == Norm::Log, extend),
        };
        let colors = at_levels(options, &normalizer, &map, &levels, kind == Kind::Contour, extend);
        contours = Some((levels, colors));
    }
    let bar_extend = options.bar.extend.unwrap_or(if kind == Kind::Contour { [false; 2] } else { extend });
    let bar_lines = kind == Kind::Contour;
    Ok(ColorContent { normalizer, map, label, extend, bar_extend, ticks, contours, bar_lines, alpha: 1.0 })
}

/// A norm that can be used between its limits.
fn checked(norm: Norm, [low, high]: [f64; 2]) -> Result<Norm, RenderError> {
    let wrong = |why: String| Err(RenderError::Option { option: "norm", why });
    match norm {
        Norm::Power { gamma } if !(gamma > 0.0 && gamma.is_finite()) => {
            wrong(format!("has gamma {gamma}; it must be greater than 0"))
        }
        Norm::TwoSlope { center } if !(low < center && center < high) => {
            wrong(format!("has its centre {center} not between its limits {low} and {high}"))
        }
        _ => Ok(norm),
    }
}

/// A norm by boundaries; the map keeps one colour between two of them.
fn bounded(edges: &[f64], extend: [bool; 2], map: &mut Colormap) -> Result<Normalizer, RenderError> {
    if edges.len() < 2 || !edges.is_sorted_by(|a, b| a < b) || edges.iter().any(|v| !v.is_finite()) {
        let why = "needs at least two boundaries that rise".to_owned();
        return Err(RenderError::Option { option: "norm", why });
    }
    let (inner, n) = (edges.len() - 1, map.colors.len());
    let [below, above] = extend.map(usize::from);
    let regions = below + inner + above;
    // matplotlib spreads the regions over all colours, those beyond the ends included.
    let pick = |i: usize| match regions {
        1 => (n - 1) / 2,
        _ => (n - 1) * (i + below) / (regions - 1),
    };
    let colors = (0..inner).filter_map(|i| map.colors.get(pick(i)).copied()).collect();
    map.under = map.under.or(map.colors.first().copied());
    map.over = map.over.or(map.colors.last().copied());
    map.colors = colors;
    Ok(Normalizer::between(edges.to_vec()))
}

/// The norm of colours that stand for single values: limits that somebody gave, or the first and
/// last value; values that are not equally far from each other get boundaries half-way between.
fn discrete(options: &ColorOptions, n: usize) -> Normalizer {
    let at = positions(options, n);
    let (first, last) = (at[0], at[at.len() - 1]);
    let step = if n > 1 { (last - first) / (n - 1) as f64 } else { 1.0 };
    let even = at.iter().enumerate().all(|(i, v)| (v - first - i as f64 * step).abs() <= 1e-9 * step.abs());
    if !even {
        let mut edges = vec![first - (at[1] - first) / 2.0];
        edges.extend(at.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0));
        edges.push(last + (last - at[n - 2]) / 2.0);
        return Normalizer::between(edges);
    }
    let half = if n > 1 { 0.0 } else { 0.5 };
    let ends = [options.vmin.unwrap_or(first - half), options.vmax.unwrap_or(last + half)];
    Normalizer::new(Norm::Linear, ends)
}

/// The values that discrete colours stand for: given ones, or integers from the lower limit on.
fn positions(options: &ColorOptions, n: usize) -> Vec<f64> {
    if let Some(positions) = options.positions.as_ref().filter(|at| at.len() == n) {
        return positions.clone();
    }
    let first = match (options.vmin, options.vmax) {
        (Some(low), _) => low.ceil(),
        (None, Some(high)) => high.floor() - (n.max(1) - 1) as f64,
        (None, None) => 0.0,
    };
    (0..n.max(1)).map(|i| first + i as f64).collect()
}

/// Ticks in the middle of the discrete colours: names, or the values.
fn names(
    options: &ColorOptions,
    colors: &[(Color, Option<String>)],
    normalizer: &Normalizer,
) -> Vec<(f64, Option<String>)> {
    let at = positions(options, colors.len());
    let middle = |i: usize| normalizer.value((i as f64 + 0.5) / colors.len() as f64);
    let named = colors.iter().any(|(_, name)| name.is_some());
    colors
        .iter()
        .enumerate()
        .map(|(i, (_, name))| {
            let own = named.then(|| name.clone().unwrap_or_default());
            (middle(i), own.or_else(|| Some(format!("{}", at[i]))))
        })
        .collect()
}

/// The map before levels cut it.
fn base_map(options: &ColorOptions, style: &Style, diverging: bool) -> Result<Colormap, RenderError> {
    let mut map = match &options.colors {
        Some(colors) if colors.is_empty() => {
            return Err(RenderError::Option { option: "cmap", why: "lists no colours".to_owned() });
        }
        Some(colors) => {
            let colors: Vec<Color> = colors.iter().map(|(color, _)| *color).collect();
            if options.continuous {
                let gamma = options.gamma.unwrap_or(1.0);
                return Ok(Colormap::mixed(
                    &colors,
                    options.positions.as_deref(),
                    options.count.unwrap_or(256),
                    gamma,
                ));
            }
            Colormap::listed(colors)
        }
        None => Colormap::named(match &options.cmap {
            Some(name) => name.as_str(),
            None if diverging => "RdBu_r",
            None => style.cmap.as_str(),
        })?,
    };
    if let Some(count) = options.count.filter(|count| *count > 0) {
        let n = map.colors.len();
        map.colors = match options.colors {
            // Listed colours are cut, or begin anew.
            Some(_) => (0..count).map(|i| map.colors[i % n]).collect(),
            None => (0..count).map(|i| map.at(share(i, count))).collect(),
        };
    }
    Ok(map)
}

/// Place of colour `i` of `n`, from 0 to 1.
fn share(i: usize, n: usize) -> f64 {
    if n > 1 { i as f64 / (n - 1) as f64 } else { 0.0 }
}

/// Colours of levels (xarray's `_build_discrete_cmap`): of lines one each, else one between two, and
/// one below and above if those are shown.
fn palette(
    options: &ColorOptions,
    map: &Colormap,
    levels: usize,
    lines: bool,
    extend: [bool; 2],
) -> Vec<Color> {
    let ends = extend.iter().filter(|end| **end).count();
    let n = if lines { levels } else { (levels + ends).saturating_sub(1) };
    match &options.line_colors {
        Some(own) if !own.is_empty() => (0..n).map(|i| own[i % own.len()]).collect(),
        _ => (0..n).map(|i| map.at(share(i, n))).collect(),
    }
}

/// Norm and map of levels with their colours. What is beyond levels that do not extend is not drawn.
fn stepped(
    levels: &[f64],
    colors: &[Color],
    extend: [bool; 2],
    map: &Colormap,
    options: &ColorOptions,
) -> (Normalizer, Colormap) {
    let nothing = Color { a: 0, ..Color::WHITE };
    let first = usize::from(extend[0]);
    let inner = colors.get(first..first + levels.len().saturating_sub(1)).unwrap_or_default();
    let end = |shown: bool, own: Option<Color>, color: Option<&Color>| {
        Some(own.or(color.copied().filter(|_| shown)).unwrap_or(nothing))
    };
    let map = Colormap {
        name: map.name.clone(),
        under: end(extend[0], options.under, colors.first()),
        over: end(extend[1], options.over, colors.last()),
        bad: map.bad,
        ..Colormap::listed(inner.to_vec())
    };
    (Normalizer::between(levels.to_vec()), map)
}

/// Colours of contours at levels that nobody asked for: those of the map half-way between two.
fn at_levels(
    options: &ColorOptions,
    normalizer: &Normalizer,
    map: &Colormap,
    levels: &[f64],
    lines: bool,
    extend: [bool; 2],
) -> Vec<Color> {
    if let Some(own) = options.line_colors.as_ref().filter(|own| !own.is_empty()) {
        return (0..levels.len() + 1).map(|i| own[i % own.len()]).collect();
    }
    let color = |value: f64| map.at(normalizer.position(value));
    if lines {
        return levels.iter().map(|level| color(*level)).collect();
    }
    let between = levels.windows(2).map(|pair| color((pair[0] + pair[1]) / 2.0));
    let below = extend[0].then(|| map.at(-1.0));
    let above = extend[1].then(|| map.at(2.0));
    below.into_iter().chain(between).chain(above).collect()
}

/// Colour limits.
struct Limits {
    ends: [f64; 2],
    /// Least and largest value that the norm can show.
    data: Option<[f64; 2]>,
    /// The map is to be a diverging one.
    diverging: bool,
}

impl Limits {
    fn find(
        options: &ColorOptions,
        parts: &[&[f64]],
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Self, RenderError> {
        let all = || parts.iter().flat_map(|part| part.iter().copied());
        let ranges = parts.iter().filter_map(|part| values::range(part));
        let extent = ranges.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]);
        let log = options.norm == Norm::Log;
        let space = if log { Scale::Log { base: 10.0 } } else { Scale::Linear };
        let mut shown = if log { space.extent(all()) } else { extent };
        if let (None, Some(_)) = (shown, extent) {
            warnings.push(Diagnostic::warning("no value is positive: a log norm shows none of them"));
        }
        let [mut low, mut high] = shown.unwrap_or(if log { [1.0, 10.0] } else { [0.0, 0.0] });
        match options.whole.and_then(|whole| space.extent(whole)) {
            // All pictures of a sequence have arrows, as some of them have such values.
            Some(whole) if options.robust => {
                [low, high] = whole;
                shown = Some([low.next_down(), high.next_up()]);
            }
            Some(whole) => {
                [low, high] = shown.map_or(whole, |[a, b]| [a.min(whole[0]), b.max(whole[1])]);
                shown = Some([low, high]);
            }
            None => {}
        }
        if options.robust && options.whole.is_none() && shown.is_some() {
            let mut sorted: Vec<f64> = all().filter(|v| space.extent([*v]).is_some()).collect();
            sorted.sort_by(f64::total_cmp);
            [low, high] = [percentile(&sorted, 2.0), percentile(&sorted, 98.0)];
        }
        let given = [options.vmin, options.vmax];
        for limit in given.iter().flatten() {
            if !limit.is_finite() || (log && *limit <= 0.0) {
                let why = format!("cannot be {limit} here");
                return Err(RenderError::Option { option: "vmin or vmax", why });
            }
        }
        let center = match (options.center, options.norm) {
            (Center::At(center), _) | (_, Norm::Centered { center }) => Some(center),
            _ => None,
        };
        if center.is_some_and(|center| !center.is_finite()) {
            return Err(RenderError::Option { option: "center", why: "must be finite".to_owned() });
        }
        let [low_end, high_end] = [options.vmin.unwrap_or(low), options.vmax.unwrap_or(high)];
        let both = options.vmin.is_some() && options.vmax.is_some();
        let signs = |low: f64, high: f64| low < 0.0 && high > 0.0;
        let by_levels = match &options.levels {
            Some(Levels::At(levels)) => {
                let least = levels.iter().copied().fold(f64::INFINITY, f64::min);
                let most = levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                signs(least, most)
            }
            _ => false,
        };
        let diverging = !log
            && !both
            && options.center != Center::Off
            && (signs(low_end, high_end) || center.is_some() || by_levels);
        let mut ends = [low_end, high_end];
        if diverging {
            let center = center.unwrap_or(0.0);
            let reach = match given {
                [_, Some(high)] => (high - center).abs(),
                [Some(low), None] => (low - center).abs(),
                [None, None] => (low_end - center).abs().max((high_end - center).abs()),
            };
            ends = [center - reach, center + reach];
        }
        if ends[0] > ends[1] {
            let why = format!("limits {} and {} are the wrong way round", ends[0], ends[1]);
            return Err(RenderError::Option { option: "vmin and vmax", why });
        }
        if ends[0] == ends[1] {
            let v = ends[0];
            ends = match v {
                v if log => [v / 10.0_f64.sqrt(), v * 10.0_f64.sqrt()],
                0.0 => [-0.05, 0.05],
                v => [v - 0.05 * v.abs(), v + 0.05 * v.abs()],
            };
        }
        let ends = ends.map(|end| end.clamp(f64::MIN, f64::MAX));
        Ok(Self { ends, data: shown, diverging })
    }
}

/// Linear interpolation between the nearest ranks, as `numpy.percentile`.
fn percentile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = q / 100.0 * last as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * (place - place.floor())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values and options; limits, map and extension.
    type Expected<'a> = (&'a [f64], ColorOptions, [f64; 2], &'a str, [bool; 2]);

    /// Limits, map and extension by xarray 2026.9's `_determine_cmap_params`.
    #[test]
    fn limits_and_maps_are_those_of_xarray() {
        let range: Vec<f64> = (0..101).map(f64::from).collect();
        let plain = ColorOptions::default;
        let cases: Vec<Expected<'_>> = vec![
            (&[1.0, 2.0, 3.0], plain(), [1.0, 3.0], "viridis", [false, false]),
            (&[-1.0, 3.0], plain(), [-3.0, 3.0], "RdBu_r", [false, false]),
            (&[-1.0, 3.0], ColorOptions { vmax: Some(2.0), ..plain() }, [-2.0, 2.0], "RdBu_r", [false, true]),
            (
                &[-1.0, 3.0],
                ColorOptions { vmin: Some(-1.0), vmax: Some(3.0), ..plain() },
                [-1.0, 3.0],
                "viridis",
                [false, false],
            ),
            (&[5.0, 5.0], plain(), [4.75, 5.25], "viridis", [false, false]),
            (&[f64::NAN], plain(), [-0.05, 0.05], "viridis", [false, false]),
            (&range, ColorOptions { robust: true, ..plain() }, [2.0, 98.0], "viridis", [true, true]),
            (
                &[1.0, 2.0, 4.0],
                ColorOptions { center: Center::At(2.0), ..plain() },
                [0.0, 4.0],
                "RdBu_r",
                [false, false],
            ),
            (
                &[-4.0, 1.0],
                ColorOptions { cmap: Some("magma".to_owned()), ..plain() },
                [-4.0, 4.0],
                "magma",
                [false, false],
            ),
        ];
        for (values, options, limits, map, extend) in cases {
            let content = decide(
                &options,
                &Style::default(),
                Kind::PColorMesh,
                &[values],
                String::new(),
                &mut Vec::new(),
            )
            .unwrap();
            assert_eq!(content.normalizer.limits, limits, "{values:?}");
            assert_eq!((content.map.name.as_str(), content.extend), (map, extend), "{values:?}");
        }
    }
}
