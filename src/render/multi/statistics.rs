//! Quartiles, densities, ranks: what drawings of distributions are made of.

/// The finite values, rising.
pub(super) fn finite_sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The value below which a share `q` (0–1) of the rising `sorted` lies, between two of them by
/// linear interpolation (numpy's default); NaN of none.
pub(super) fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = q * last as f64;
    let (a, b) = (sorted[place.floor() as usize], sorted[(place.ceil() as usize).min(last)]);
    a + (b - a) * (place - place.floor())
}

/// What a box shows of a set.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BoxStats {
    pub(super) quartiles: [f64; 3],
    pub(super) mean: f64,
    /// The last values within reach below and above.
    pub(super) whiskers: [f64; 2],
    pub(super) beyond: Vec<f64>,
}

impl BoxStats {
    /// Of rising values; `reach` is a number of quartile distances (and NaN) or two percentiles.
    /// `None` of no values.
    pub(super) fn of(sorted: &[f64], reach: [f64; 2]) -> Option<Self> {
        if sorted.is_empty() {
            return None;
        }
        let quartiles = [0.25, 0.5, 0.75].map(|q| quantile(sorted, q));
        let [q1, _, q3] = quartiles;
        let ends = if reach[1].is_nan() {
            [q1 - reach[0] * (q3 - q1), q3 + reach[0] * (q3 - q1)]
        } else {
            reach.map(|percent| quantile(sorted, percent / 100.0))
        };
        let low = sorted.iter().copied().find(|v| *v >= ends[0]).filter(|v| *v <= q1).unwrap_or(q1);
        let high = sorted.iter().copied().rev().find(|v| *v <= ends[1]).filter(|v| *v >= q3).unwrap_or(q3);
        let beyond = sorted.iter().copied().filter(|v| *v < low || *v > high).collect();
        let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
        Some(Self { quartiles, mean, whiskers: [low, high], beyond })
    }
}

/// Standard deviation of a sample (n − 1).
pub(super) fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0)).sqrt()
}

/// Density of rising values at `count` places between two ends, by Gaussian kernels as wide as
/// their deviation times `factor`. `None` if they are all the same, or fewer than two.
pub(super) fn density(
    sorted: &[f64],
    [low, high]: [f64; 2],
    count: usize,
    factor: f64,
) -> Option<Vec<(f64, f64)>> {
    let width = factor * deviation(sorted);
    if !(width > 0.0 && width.is_finite() && count > 1) {
        return None;
    }
    let norm = 1.0 / (sorted.len() as f64 * width * (2.0 * std::f64::consts::PI).sqrt());
    let one = |x: f64| {
        // Kernels further than nine widths away add nothing that a float would keep.
        let from = sorted.partition_point(|v| *v < x - 9.0 * width);
        let to = sorted.partition_point(|v| *v <= x + 9.0 * width);
        let kernel = |v: &f64| libm::exp(-0.5 * ((x - v) / width) * ((x - v) / width));
        norm * sorted[from..to].iter().map(kernel).sum::<f64>()
    };
    let at = |k: usize| low + (high - low) * k as f64 / (count - 1) as f64;
    Some((0..count).map(|k| (at(k), one(at(k)))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: `matplotlib.cbook.boxplot_stats`.
    #[test]
    fn boxes_are_those_of_matplotlib() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 20.0];
        let stats = BoxStats::of(&values, [1.5, f64::NAN]).unwrap();
        assert_eq!(stats.quartiles, [2.5, 4.0, 5.5]);
        assert_eq!((stats.whiskers, stats.beyond), ([1.0, 6.0], vec![20.0]));
        let stats = BoxStats::of(&values, [5.0, 95.0]).unwrap();
        assert_eq!((stats.whiskers, stats.beyond), ([2.0, 6.0], vec![1.0, 20.0]));
        assert_eq!(BoxStats::of(&[], [1.5, f64::NAN]), None);
    }

    /// Expected: Scott's rule by numpy at 0, 1.5, 3.
    #[test]
    fn densities_are_those_of_scott() {
        let found = density(&[0.0, 1.0, 3.0], [0.0, 3.0], 3, libm::pow(3.0, -0.2)).unwrap();
        for ((_, found), expected) in found.iter().zip([0.191_656, 0.202_436, 0.142_565]) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
        assert_eq!(density(&[2.0, 2.0], [2.0, 2.0], 10, 0.5), None);
    }
}
