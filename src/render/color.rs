//! Colour limits, norm and map of a figure, by xarray's rules.

use super::chart::{ColorOptions, Norm, Scale, Style};
use super::colormap::Colormap;
use super::error::RenderError;
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
    /// Whether there are values below and above the limits.
    pub(super) extend: [bool; 2],
    /// Ticks of a discrete map, with names if given.
    pub(super) ticks: Option<Vec<(f64, Option<String>)>>,
}

impl ColorContent {
    /// The colour of one value.
    pub(super) fn of(&self, value: f64) -> Color {
        self.map.at(self.normalizer.position(value))
    }

    /// The scale on which the norm is linear.
    pub(super) fn scale(&self) -> Scale {
        match self.normalizer.norm {
            Norm::Linear | Norm::Centered { .. } => Scale::Linear,
            Norm::Log => Scale::Log { base: 10.0 },
            Norm::SymLog { linthresh } => Scale::SymLog { linthresh, base: 10.0 },
        }
    }
}

/// Decides the limits from all values (xarray's `_determine_cmap_params`): given limits stand;
/// both signs without both limits given make them symmetric about 0, with the diverging map;
/// `robust` leaves out 2 % at both ends.
pub(super) fn decide(
    options: &ColorOptions,
    style: &Style,
    parts: &[&[f64]],
    label: String,
    warnings: &mut Vec<Diagnostic>,
) -> Result<ColorContent, RenderError> {
    let label = options.colorbar_label.clone().unwrap_or(label);
    let all = || parts.iter().flat_map(|part| part.iter().copied());
    let ranges = parts.iter().filter_map(|part| values::range(part));
    let extent = ranges.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]);
    if let Some(colors) = &options.colors {
        if colors.is_empty() {
            return Err(RenderError::Option { option: "cmap", why: "lists no colours".to_owned() });
        }
        let n = colors.len() as f64;
        let mut map = Colormap::listed(colors.iter().map(|(color, _)| *color).collect());
        map.bad = options.bad.unwrap_or(map.bad);
        let ticks = colors.iter().enumerate().map(|(i, (_, name))| (i as f64, name.clone())).collect();
        let [low, high] = extent.unwrap_or([0.0, 0.0]);
        return Ok(ColorContent {
            normalizer: Normalizer::new(Norm::Linear, [-0.5, n - 0.5]),
            map,
            label,
            extend: [low < -0.5, high > n - 0.5],
            ticks: Some(ticks),
        });
    }
    let log = options.norm == Norm::Log;
    let space = if log { Scale::Log { base: 10.0 } } else { Scale::Linear };
    let shown = if log { space.extent(all()) } else { extent };
    if let (None, Some(_)) = (shown, extent) {
        warnings.push(Diagnostic::warning("no value is positive: a log norm shows none of them"));
    }
    let [mut low, mut high] = shown.unwrap_or(if log { [1.0, 10.0] } else { [0.0, 0.0] });
    if options.robust && shown.is_some() {
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
    let (center, centered) = match options.norm {
        Norm::Centered { center } if center.is_finite() => (center, true),
        Norm::Centered { .. } => {
            return Err(RenderError::Option { option: "center", why: "must be finite".to_owned() });
        }
        _ => (0.0, false),
    };
    let [low_end, high_end] = [options.vmin.unwrap_or(low), options.vmax.unwrap_or(high)];
    let both = options.vmin.is_some() && options.vmax.is_some();
    let diverging = !log && !both && ((low_end < 0.0 && high_end > 0.0) || centered);
    let mut limits = [low_end, high_end];
    if diverging {
        let reach = match given {
            [_, Some(high)] => (high - center).abs(),
            [Some(low), None] => (low - center).abs(),
            [None, None] => (low_end - center).abs().max((high_end - center).abs()),
        };
        limits = [center - reach, center + reach];
    }
    if limits[0] > limits[1] {
        let why = format!("limits {} and {} are the wrong way round", limits[0], limits[1]);
        return Err(RenderError::Option { option: "vmin and vmax", why });
    }
    if limits[0] == limits[1] {
        let v = limits[0];
        limits = match v {
            v if log => [v / 10.0_f64.sqrt(), v * 10.0_f64.sqrt()],
            0.0 => [-0.05, 0.05],
            v => [v - 0.05 * v.abs(), v + 0.05 * v.abs()],
        };
    }
    for limit in &mut limits {
        *limit = limit.clamp(f64::MIN, f64::MAX);
    }
    let name = match &options.cmap {
        Some(name) => name.as_str(),
        None if diverging => "RdBu_r",
        None => style.cmap.as_str(),
    };
    let mut map = Colormap::named(name)?;
    map.bad = options.bad.unwrap_or(map.bad);
    let extend = shown.map_or([false; 2], |[least, most]| [least < limits[0], most > limits[1]]);
    Ok(ColorContent { normalizer: Normalizer::new(options.norm, limits), map, label, extend, ticks: None })
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
                ColorOptions { norm: Norm::Centered { center: 2.0 }, ..plain() },
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
            let content =
                decide(&options, &Style::default(), &[values], String::new(), &mut Vec::new()).unwrap();
            assert_eq!(content.normalizer.limits, limits, "{values:?}");
            assert_eq!((content.map.name.as_str(), content.extend), (map, extend), "{values:?}");
        }
    }
}
