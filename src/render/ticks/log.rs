//! Ticks of logarithmic axes: matplotlib's `LogLocator` and `LogFormatterSciNotation`.

use super::linear::{MOST, positions};
use super::number::{power_label, ten};
use super::{Room, Ticks, ascending, tidy};

/// Ticks of a log axis: whole powers, every n-th so that at most clip(spaces, 2, 9) are drawn;
/// minor ticks at their multiples where there is room, labelled where at most one decade is in
/// view. Limits ≤ 0 have no ticks.
pub fn log(limits: [f64; 2], base: f64, room: Room) -> Ticks {
    let Some([low, high]) = ascending(limits) else { return Ticks::default() };
    if !(low > 0.0 && base > 1.0 && base.is_finite()) {
        return Ticks::default();
    }
    let (el, eh) = (exponent(low, base), exponent(high, base));
    let inside = |v: &f64| v.is_finite() && *v > 0.0 && (el - 1e-9..=eh + 1e-9).contains(&exponent(*v, base));
    let (major, minor) = raw([low, high], base, room.spaces());
    let major: Vec<f64> = major.into_iter().filter(inside).map(|v| v.clamp(low, high)).collect();
    let mut minor: Vec<f64> = minor.into_iter().filter(inside).map(|v| v.clamp(low, high)).collect();
    minor.retain(|v| major.iter().all(|w| (v / w - 1.0).abs() > 1e-9));
    minor.dedup();
    let labels = major.iter().map(|v| power_label(*v, base)).collect();
    let minor_labels = minor_labels(&minor, [el, eh], base);
    tidy(Ticks { major, labels, minor, minor_labels, offset: String::new() })
}

fn exponent(v: f64, base: f64) -> f64 {
    if base == 10.0 { libm::log10(v) } else { libm::log(v) / libm::log(base) }
}

fn power(base: f64, k: i64) -> f64 {
    if base == 10.0 { ten(k.clamp(-400, 400) as i32) } else { libm::pow(base, k as f64) }
}

/// Major and minor ticks that cover the limits, some beyond them.
fn raw([low, high]: [f64; 2], base: f64, spaces: usize) -> (Vec<f64>, Vec<f64>) {
    let (el, eh) = (exponent(low, base), exponent(high, base));
    let (first, last) = (el.ceil() as i64, eh.floor() as i64);
    let n = last - first + 1;
    let mut want = spaces.clamp(2, MOST) as i64;
    let mut stride = n / (want + 1) + 1;
    want = want.min((n + stride - 1) / stride);
    let decades: Vec<i64> = if want <= 0 {
        stride = last - first + 2;
        vec![first - 1, last + 1]
    } else if want == 1 {
        let middle = ((el + eh) / 2.0).round_ties_even() as i64;
        stride = (middle - first + 1).max(last + 1 - middle);
        vec![middle - stride, middle, middle + stride]
    } else {
        stride = (n - 1) / (want - 1);
        if stride * want < n {
            stride = n / want;
        }
        let (lower, upper) = ((n - stride * want).max(0), (n - stride * (want - 1)).min(stride));
        // On multiples of the stride, if possible.
        let start = (-first).rem_euclid(stride);
        let start = if (lower..upper).contains(&start) { start } else { lower };
        let begin = first + start - stride;
        (0..).map(|k| begin + k * stride).take_while(|d| *d <= last + stride).collect()
    };
    let mut minor = Vec::new();
    if n < 10 && (stride == 1 || n <= 1) {
        let multiples = 2..base.min(64.0).ceil() as i64;
        minor = (first - 1..=last)
            .flat_map(|d| multiples.clone().map(move |m| m as f64 * power(base, d)))
            .collect();
    }
    let shown = minor.iter().filter(|v| (low..=high).contains(*v)).count();
    if n < 10 && stride == 1 && decades.len() + shown <= 3 && low < high {
        // A sliver of a decade: as on a linear axis.
        minor = positions([low, high], MOST);
    }
    (decades.into_iter().map(|d| power(base, d)).collect(), minor)
}

/// Only where at most one decade is in view: 2, 3, 4, 6; under 0.4 decades all.
fn minor_labels(minor: &[f64], [el, eh]: [f64; 2], base: f64) -> Vec<String> {
    let wide = eh.floor() - el.next_down().floor() > 1.0;
    let keep = |m: f64| match m as i64 {
        1 => true,
        _ if wide => false,
        m if eh - el > 0.4 => [2, 3, 4, 6, 10].contains(&m),
        m => m <= 10,
    };
    let coefficient = |v: f64| {
        let e = exponent(v, base);
        libm::pow(base, e - (e + 1e-12).floor()).round_ties_even()
    };
    let label = |v: &f64| if keep(coefficient(*v)) { power_label(*v, base) } else { String::new() };
    minor.iter().map(label).collect()
}
