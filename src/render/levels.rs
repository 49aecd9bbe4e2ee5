//! Levels of contours and of discrete colours, at the round values that matplotlib takes.

use super::chart::Levels;
use super::ticks;

/// Levels asked for between colour limits (xarray's `_determine_cmap_params`): a number of them is
/// spread evenly over limits that somebody `chose`, and at round values, which enclose them, else.
/// Rising, at least one.
pub(super) fn asked(levels: &Levels, [low, high]: [f64; 2], chose: bool) -> Vec<f64> {
    match levels {
        Levels::At(levels) => {
            let mut sorted = levels.clone();
            sorted.sort_by(f64::total_cmp);
            sorted.dedup();
            sorted
        }
        Levels::Count(n) if chose && *n > 1 => {
            let step = (high - low) / (*n - 1) as f64;
            (0..*n).map(|i| if i + 1 == *n { high } else { low + i as f64 * step }).collect()
        }
        Levels::Count(0 | 1) => vec![(low + high) / 2.0],
        Levels::Count(n) => round([low, high], n - 1, 2),
    }
}

/// Levels of contours when nobody says which (`ContourSet._autolev`): 8 steps at most.
pub(super) fn automatic([low, high]: [f64; 2], log: bool, extend: [bool; 2]) -> Vec<f64> {
    let levels = if log && low > 0.0 {
        let (a, b) = (libm::log10(low).floor() as i32, libm::log10(high).ceil() as i32);
        let stride = ((b - a) / 8 + 1).max(1) as usize;
        (a..=b).step_by(stride).map(|k| libm::pow(10.0, f64::from(k))).collect()
    } else {
        round([low, high], 8, 1)
    };
    // Those that enclose the data stay, unless what is beyond them is shown.
    let mut first = levels.partition_point(|level| *level < low).saturating_sub(1);
    let mut end = (levels.partition_point(|level| *level <= high) + 1).min(levels.len());
    first += usize::from(extend[0]);
    end -= usize::from(extend[1]);
    if end < first + 3 { levels } else { levels[first..end].to_vec() }
}

/// Round values that enclose `limits`, at most `steps` apart from each other
/// (`MaxNLocator.tick_values`).
fn round([low, high]: [f64; 2], steps: usize, least: usize) -> Vec<f64> {
    let [low, high] = if low < high { [low, high] } else { [low - 1e-13, low + 1e-13] };
    ticks::round([low, high], steps, least)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: matplotlib's `MaxNLocator(n - 1).tick_values` and the levels of `contourf(z)`.
    #[test]
    fn levels_are_those_of_matplotlib() {
        for (n, limits, expected) in [
            (8, [0.0167, 0.0488], vec![0.015, 0.02, 0.025, 0.03, 0.035, 0.04, 0.045, 0.05]),
            (5, [0.0, 1.0], vec![0.0, 0.25, 0.5, 0.75, 1.0]),
            (7, [-1.3, 2.9], vec![-1.6, -0.8, 0.0, 0.8, 1.6, 2.4, 3.2]),
        ] {
            let got = asked(&Levels::Count(n), limits, false);
            assert_eq!(got.len(), expected.len(), "{n} {got:?}");
            assert!(got.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12), "{n} {got:?}");
        }
        assert_eq!(asked(&Levels::Count(3), [0.0, 1.0], true), [0.0, 0.5, 1.0]);
        assert_eq!(asked(&Levels::At(vec![2.0, 1.0]), [0.0, 1.0], true), [1.0, 2.0]);
    }
}
