//! Ticks of symmetric logarithmic axes: matplotlib's `SymmetricalLogLocator`.

use super::number::{power_label, ten};
use super::{Room, Ticks, ascending, tidy};

/// Ticks of a symlog axis: 0 and powers of `base` outside ±`linthresh`, at most 15 or so, and no
/// more than half as many again as there is room for.
pub fn symlog(limits: [f64; 2], linthresh: f64, base: f64, room: Room) -> Ticks {
    let Some([low, high]) = ascending(limits) else { return Ticks::default() };
    if !(linthresh > 0.0 && linthresh.is_finite() && base > 1.0 && base.is_finite()) {
        return Ticks::default();
    }
    let hair = 1e-12 * (high / 2.0 - low / 2.0) * 2.0;
    let inside = |t: &f64| t.is_finite() && *t >= low - hair && *t <= high + hair;
    let mut major: Vec<f64> = positions([low, high], linthresh, base).into_iter().filter(inside).collect();
    thin(&mut major, room.spaces().max(2) * 3 / 2);
    let labels = major.iter().map(|v| power_label(*v, base)).collect();
    tidy(Ticks { major: major.iter().map(|v| v.clamp(low, high)).collect(), labels, ..Ticks::default() })
}

/// Where matplotlib puts ticks, some beyond the limits.
pub(super) fn positions([low, high]: [f64; 2], linthresh: f64, base: f64) -> Vec<f64> {
    if -linthresh <= low && high <= linthresh {
        let mut ticks = vec![low, 0.0, high];
        ticks.sort_by(f64::total_cmp);
        ticks.dedup();
        return ticks;
    }
    let exponent = |v: f64| libm::log(v) / libm::log(base);
    let decades = |a: f64, b: f64| (exponent(a).floor() as i64, exponent(b).ceil() as i64);
    let power = |e: i64| if base == 10.0 { ten(e as i32) } else { libm::pow(base, e as f64) };
    let (negative, positive) = (low < -linthresh, high > linthresh);
    let zero = (negative && high > -linthresh) || (positive && low < linthresh);
    let below = if negative { decades(-(-linthresh).min(high), -low + 1.0) } else { (0, 0) };
    let above = if positive { decades(low.max(linthresh), high + 1.0) } else { (0, 0) };
    let count = below.1 - below.0 + above.1 - above.0 + i64::from(zero);
    let stride = (count / 14).max(1) as usize;
    let mut ticks: Vec<f64> = (below.0..below.1).step_by(stride).map(|e| -power(e)).collect();
    ticks.reverse();
    ticks.extend(zero.then_some(0.0));
    ticks.extend((above.0..above.1).step_by(stride).map(power));
    ticks
}

/// Leaves every n-th tick, counted from 0 or the first, so that at most `most` remain.
fn thin(ticks: &mut Vec<f64>, most: usize) {
    let zero = ticks.iter().position(|t| *t == 0.0).unwrap_or(0);
    let n = ticks.len().div_ceil(most.max(1));
    let mut k = 0_usize;
    ticks.retain(|_| {
        k += 1;
        (k - 1).abs_diff(zero).is_multiple_of(n.max(1))
    });
}
