//! Ticks of logit axes: matplotlib's `LogitLocator` and `LogitFormatter`.
//!
//! Ideal ticks are 10⁻³, 10⁻², 10⁻¹, ½, 1−10⁻¹, 1−10⁻², …, numbered …, −3, −2, −1, 0, 1, 2, …

use super::number::{minus, power_label, ten};
use super::{Locator, Room, Ticks, ascending, tidy};

/// Most minor ticks of which some have labels, and how many have.
const LABELLED: [usize; 2] = [25, 6];

/// Ticks between limits within 0–1.
pub fn logit(limits: [f64; 2], room: Room) -> Ticks {
    let Some([low, high]) = ascending(limits).filter(|[low, high]| *low > 0.0 && *high < 1.0) else {
        return Ticks::default();
    };
    let (first, last) = (below(low), above(high));
    let ideals = last - first - 1;
    let spaces = room.spaces().max(2) as i64;
    let (mut major, mut minor) = (Vec::new(), Vec::new());
    if ideals >= 2 {
        let stride = if ideals > spaces { (ideals + spaces - 1) / spaces } else { 1 };
        for k in first..=last {
            if k.rem_euclid(stride) == 0 { major.push(ideal(k)) } else { minor.push(ideal(k)) }
        }
        if stride == 1 {
            minor = (first..last).flat_map(between).collect();
        }
    } else {
        // A part so small that it is as good as linear.
        let steps = vec![1.0, 2.0, 5.0, 10.0];
        let locator = Locator::MaxN { nbins: None, steps, integer: false, min_ticks: 2, prune: [false; 2] };
        major = super::locate(&locator, limits, room, &[], None).unwrap_or_default();
    }
    let minor_labels = minor_labels(&minor);
    let labels = labels(&major);
    let shown = |at: &f64| (low..=high).contains(at);
    let keep = |at: Vec<f64>, labels: Vec<String>| -> (Vec<f64>, Vec<String>) {
        at.into_iter().zip(labels).filter(|(at, _)| shown(at)).unzip()
    };
    let (major, labels) = keep(major, labels);
    let (minor, minor_labels) = keep(minor, minor_labels);
    tidy(Ticks { major, labels, minor, minor_labels, offset: String::new() })
}

/// The number of the last ideal tick at or below a limit.
fn below(v: f64) -> i64 {
    match v {
        _ if v < 0.5 => libm::log10(v).floor() as i64,
        _ if v < 0.9 => 0,
        _ => -(libm::log10(1.0 - v).ceil() as i64),
    }
}

/// The number of the first ideal tick at or above a limit.
fn above(v: f64) -> i64 {
    match v {
        _ if v <= 0.5 => libm::log10(v).ceil() as i64,
        _ if v <= 0.9 => 1,
        _ => -(libm::log10(1.0 - v).floor() as i64),
    }
}

fn ideal(k: i64) -> f64 {
    match k {
        0 => 0.5,
        _ if k < 0 => ten(k as i32),
        _ => 1.0 - ten(-k as i32),
    }
}

/// Minor ticks between an ideal one and the next.
fn between(k: i64) -> Vec<f64> {
    let tenths = |range: std::ops::Range<i32>| range.map(|m| f64::from(m) / 10.0).collect();
    match k {
        -1 => tenths(2..5),
        0 => tenths(6..9),
        _ if k < 0 => (2..10).map(|m| f64::from(m) * ten(k as i32)).collect(),
        _ => (2..10).rev().map(|m| 1.0 - f64::from(m) * ten(-k as i32 - 1)).collect(),
    }
}

/// The exponent of a power of ten.
fn decade(v: f64) -> Option<i32> {
    let exponent = libm::log10(v);
    let whole = exponent.round();
    ((exponent - whole).abs() <= 1e-7 * whole.abs().max(1e-3)).then_some(whole as i32)
}

fn is_half(v: f64) -> bool {
    (2.0 * v - 1.0).abs() < 1e-8
}

/// What ticks at these positions say.
pub(super) fn labels(at: &[f64]) -> Vec<String> {
    at.iter().map(|v| label(*v, at)).collect()
}

fn label(v: f64, all: &[f64]) -> String {
    if !(v > 0.0 && v < 1.0) {
        return String::new();
    }
    let rest = 1.0 - v;
    match (decade(v), decade(rest)) {
        _ if is_half(v) => "½".to_owned(),
        (Some(k), _) if v < 0.5 => power_label(ten(k), 10.0),
        (_, Some(k)) if v > 0.5 => format!("1−{}", power_label(ten(k), 10.0)),
        _ if v < 0.1 => number(v, all.iter().map(|other| other - v), true),
        _ if v > 0.9 => format!("1−{}", number(rest, all.iter().map(|other| other - v), true)),
        _ => number(v, all.iter().map(|other| other - v), false),
    }
}

/// A number with as many digits as tell it from its nearest neighbour, in scientific form or not.
fn number(v: f64, away: impl Iterator<Item = f64>, scientific: bool) -> String {
    let (exponent, least) = if scientific { (libm::log10(v).floor() as i32, 0) } else { (0, 1) };
    let mut away: Vec<f64> = away.map(f64::abs).collect();
    away.sort_by(f64::total_cmp);
    let digits = match away.get(1) {
        Some(next) if *next > 0.0 => {
            let digits = f64::from(exponent) - libm::log10(*next);
            let whole = digits.round();
            let digits = if (digits - whole).abs() < 1e-8 { whole } else { digits.ceil() };
            digits.clamp(f64::from(least), 17.0) as usize
        }
        _ => least as usize,
    };
    let mantissa = format!("{:.digits$}", v * ten(-exponent));
    if scientific { minus(&format!("{mantissa}·{}", power_label(ten(exponent), 10.0))) } else { mantissa }
}

/// Labels of minor ticks: some, if there are few and they are no ideal ones.
fn minor_labels(at: &[f64]) -> Vec<String> {
    let none = vec![String::new(); at.len()];
    let plain = |v: &f64| decade(*v).is_some() || decade(1.0 - v).is_some() || is_half(*v);
    let [most, count] = LABELLED;
    if at.iter().all(plain) || at.len() >= most {
        return none;
    }
    let place = |v: f64| -libm::log(1.0 / v - 1.0);
    let gap = |i: usize| place(at[i + 1]) - place(at[i]);
    // Those with most room, and of these those with most room on both sides together.
    let room = |i: usize| {
        let before = i.checked_sub(1).map(gap);
        let after = (i + 1 < at.len()).then(|| gap(i));
        let (a, b) = (before.unwrap_or(f64::INFINITY), after.unwrap_or(f64::INFINITY));
        (a.min(b), before.unwrap_or(0.0) + after.unwrap_or(0.0))
    };
    let mut order: Vec<usize> = (0..at.len()).collect();
    if at.len() >= count {
        order.sort_by(|a, b| {
            let (a, b) = (room(*a), room(*b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        order.drain(..at.len() - count);
    }
    let mut labels = none;
    for i in order {
        labels[i] = label(at[i], at);
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::ticks::Side;

    fn room(spaces: usize) -> Room {
        Room { length_in: (20 * spaces) as f64 / 72.0 + 0.01, font_size: 10.0, side: Side::Vertical }
    }

    /// Positions and labels by matplotlib 3.11's `LogitLocator` and `LogitFormatter`.
    #[test]
    fn logit_axes_are_matplotlibs() {
        type Labelled<'a> = &'a [(f64, &'a str)];
        let cases: [([f64; 2], usize, Labelled<'_>, usize, Labelled<'_>); 7] = [
            (
                [0.0002, 0.9998],
                12,
                &[
                    (0.001, "10⁻³"),
                    (0.01, "10⁻²"),
                    (0.1, "10⁻¹"),
                    (0.5, "½"),
                    (0.9, "1−10⁻¹"),
                    (0.99, "1−10⁻²"),
                    (0.999, "1−10⁻³"),
                ],
                54,
                &[],
            ),
            (
                [1e-08, 0.99999999],
                5,
                &[(1e-06, "10⁻⁶"), (0.001, "10⁻³"), (0.5, "½"), (0.999, "1−10⁻³"), (0.999999, "1−10⁻⁶")],
                12,
                &[],
            ),
            (
                [0.03, 0.6],
                12,
                &[(0.1, "10⁻¹"), (0.5, "½")],
                11,
                &[(0.2, "0.2"), (0.3, "0.3"), (0.4, "0.4"), (0.6, "0.6")],
            ),
            (
                [0.93, 0.9996],
                9,
                &[(0.99, "1−10⁻²"), (0.999, "1−10⁻³")],
                19,
                &[(0.97, "1−3·10⁻²"), (0.98, "1−2·10⁻²"), (0.997, "1−3·10⁻³"), (0.998, "1−2·10⁻³")],
            ),
            (
                [0.3, 0.4],
                9,
                &[
                    (0.30000000000000004, "0.30"),
                    (0.32, "0.32"),
                    (0.34, "0.34"),
                    (0.36000000000000004, "0.36"),
                    (0.38, "0.38"),
                    (0.4, "0.40"),
                ],
                0,
                &[],
            ),
            (
                [0.0002, 0.02],
                9,
                &[(0.001, "10⁻³"), (0.01, "10⁻²")],
                17,
                &[
                    (0.0002, "2·10⁻⁴"),
                    (0.00030000000000000003, "3·10⁻⁴"),
                    (0.002, "2·10⁻³"),
                    (0.003, "3·10⁻³"),
                    (0.02, "2·10⁻²"),
                ],
            ),
            (
                [0.2, 0.97],
                10,
                &[(0.5, "½"), (0.9, "1−10⁻¹")],
                13,
                &[(0.2, "0.2"), (0.3, "0.3"), (0.4, "0.4"), (0.6, "0.6"), (0.7, "0.7"), (0.8, "0.8")],
            ),
        ];
        for (limits, spaces, major, minor, named) in cases {
            let ticks = logit(limits, room(spaces));
            let same = |ours: &[(f64, &str)], theirs: &[(f64, &str)]| {
                ours.len() == theirs.len()
                    && ours.iter().zip(theirs).all(|(a, b)| (a.0 - b.0).abs() < 1e-14 && a.1 == b.1)
            };
            let pairs = |at: &[f64], labels: &'_ [String]| -> Vec<(f64, String)> {
                at.iter().copied().zip(labels.iter().cloned()).collect()
            };
            let ours = pairs(&ticks.major, &ticks.labels);
            let ours: Vec<(f64, &str)> = ours.iter().map(|(at, text)| (*at, text.as_str())).collect();
            assert!(same(&ours, major), "{limits:?}: {ours:?}");
            assert_eq!(ticks.minor.len(), minor, "{limits:?}: {:?}", ticks.minor);
            let ours = pairs(&ticks.minor, &ticks.minor_labels);
            let ours: Vec<(f64, &str)> = ours
                .iter()
                .filter(|(_, text)| !text.is_empty())
                .map(|(at, text)| (*at, text.as_str()))
                .collect();
            assert!(same(&ours, named), "{limits:?}: {ours:?}");
        }
    }

    #[test]
    fn limits_that_are_no_probabilities_have_no_ticks() {
        for limits in [[0.0, 0.5], [0.5, 1.0], [-3.0, 9.0], [f64::NAN, 0.5]] {
            assert_eq!(logit(limits, room(9)), Ticks::default());
        }
        assert!(!logit([0.5, 0.5000001], room(9)).major.is_empty());
    }
}
