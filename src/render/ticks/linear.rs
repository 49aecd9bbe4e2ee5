//! Ticks of linear axes: matplotlib's `AutoLocator` and `ScalarFormatter`.

use super::number::{div_mod, floor_div, general, magnitude, minus, ten};
use super::{Room, Ticks, ascending, tidy};
use crate::render::chart::Numbers;

/// Most intervals, as `AutoLocator`.
pub(super) const MOST: usize = 9;

/// Ticks of a linear axis: steps of {1, 2, 2.5, 5}·10ᵏ. No minor ticks (see [`linear_minor`]).
pub fn linear(limits: [f64; 2], room: Room) -> Ticks {
    let Some([low, high]) = ascending(limits) else { return Ticks::default() };
    if low == high {
        let labels = vec![minus(&general(low, 6))];
        return Ticks { major: vec![low], labels, ..Ticks::default() };
    }
    // Where floats end, count in other units.
    let size = low.abs().max(high.abs());
    let power = if size > 1e300 { 20 } else { 0 } - if size < 1e-290 { 20 } else { 0 };
    let unit = ten(power);
    let scaled = [low / unit, high / unit];
    let all = positions(scaled, room.spaces());
    let (texts, offset) = labels_in(&all, scaled, power);
    let hair = 1e-9 * (scaled[1] - scaled[0]);
    let inside = |t: f64| (scaled[0] - hair..=scaled[1] + hair).contains(&t);
    let (major, labels) = all
        .iter()
        .zip(texts)
        .filter(|(t, _)| inside(**t))
        // A hair outside is a rounding error of the step.
        .map(|(t, label)| ((t * unit).clamp(low, high), label))
        .unzip();
    tidy(Ticks { major, labels, offset, ..Ticks::default() })
}

/// Where minor ticks would stand on a [`linear`] axis if switched on: 5 parts an interval, or 4
/// where a fifth would not be round (steps of 2), if `parts` says nothing else. `AutoMinorLocator`.
pub fn linear_minor(limits: [f64; 2], room: Room, parts: Option<usize>) -> Vec<f64> {
    let Some([low, high]) = ascending(limits) else { return Vec::new() };
    let major = if low < high { positions([low, high], room.spaces()) } else { Vec::new() };
    let [first, second, ..] = major[..] else { return Vec::new() };
    let step = second - first;
    if !(step > 0.0 && step.is_finite() && (high - low) / step < 1000.0) {
        return Vec::new();
    }
    let mantissa = step / ten(magnitude(step));
    let fifths = [1.0, 2.5, 5.0, 10.0].iter().any(|m| (mantissa - m).abs() <= 1e-5 * m.max(mantissa));
    let part = step / parts.unwrap_or(if fifths { 5 } else { 4 }).clamp(1, 100) as f64;
    let k = |limit: f64| ((limit - first) / part).round_ties_even() as i64;
    (k(low)..=k(high)).map(|k| k as f64 * part + first).filter(|v| (low..=high).contains(v)).collect()
}

/// Steps of `MaxNLocator` where none are given.
pub(super) const STEPS: [f64; 10] = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];

/// Ticks that cover `low..high` (one may lie outside at either end): at most clip(`spaces`, 1, 9)
/// intervals, of a step from {1, 2, 2.5, 5, 10}·10ᵏ, smaller if fewer than two would be inside.
pub(super) fn positions(limits: [f64; 2], spaces: usize) -> Vec<f64> {
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0];
    Choice { most: spaces.clamp(1, MOST), steps: &steps, integer: false, least: 2 }.positions(limits)
}

/// Round values that cover `limits` (one may lie outside at either end), at most `most` intervals,
/// at least `least` of them inside: `MaxNLocator` with its own steps.
pub(in crate::render) fn round(limits: [f64; 2], most: usize, least: usize) -> Vec<f64> {
    Choice { most: most.max(1), steps: &STEPS, integer: false, least }.positions(limits)
}

/// Parameters of `MaxNLocator`.
pub(super) struct Choice<'a> {
    /// Most intervals.
    pub(super) most: usize,
    /// Steps in units of a power of ten, rising from 1 to 10.
    pub(super) steps: &'a [f64],
    /// Whole numbers only.
    pub(super) integer: bool,
    /// Ticks inside at least.
    pub(super) least: usize,
}

impl Choice<'_> {
    /// Steps in order over three powers of ten, 1 and 10 among them (`_staircase`).
    fn staircase(&self) -> Vec<f64> {
        let mut steps = self.steps.to_vec();
        if steps.first() != Some(&1.0) {
            steps.insert(0, 1.0);
        }
        if steps.last() != Some(&10.0) {
            steps.push(10.0);
        }
        let below: Vec<f64> = steps[..steps.len() - 1].iter().map(|step| 0.1 * step).collect();
        let above = 10.0 * steps[1];
        below.into_iter().chain(steps).chain([above]).collect()
    }

    /// `MaxNLocator._raw_ticks`.
    pub(super) fn positions(&self, [low, high]: [f64; 2]) -> Vec<f64> {
        let intervals = self.most.max(1) as f64;
        let (span, centre) = (high - low, low / 2.0 + high / 2.0);
        // Far from zero, count from a round number nearby, for precision.
        let far = centre != 0.0 && centre.abs() / span >= 100.0;
        let shift = if far { ten(magnitude(centre.abs())).copysign(centre) } else { 0.0 };
        let (a, b) = (low - shift, high - shift);
        let scale = ten(magnitude(span / intervals));
        let mut steps: Vec<f64> = self.staircase().iter().map(|factor| factor * scale).collect();
        if self.integer {
            steps.retain(|step| *step < 1.0 || (step - step.round_ties_even()).abs() < 1e-3);
        }
        let wanted = steps.iter().position(|s| *s >= (b - a) / intervals).unwrap_or(steps.len().max(1) - 1);
        let mut ticks = Vec::new();
        for step in steps.iter().take(wanted + 1).rev() {
            let whole = self.integer && b.floor() - a.ceil() >= self.least as f64 - 1.0;
            ticks = multiples(a, b, if whole { step.max(1.0) } else { *step }, shift);
            if ticks.iter().filter(|t| (a..=b).contains(*t)).count() >= self.least {
                break;
            }
        }
        ticks.iter().map(|t| t + shift).collect()
    }
}

/// Multiples of `step` that cover `a..b`, forgiving rounding errors of the shift
/// (matplotlib's `_Edge_integer`).
fn multiples(a: f64, b: f64, step: f64, shift: f64) -> Vec<f64> {
    let tolerance = if shift == 0.0 {
        1e-10
    } else {
        libm::pow(10.0, libm::log10(shift.abs() / step) - 12.0).clamp(1e-10, 0.4999)
    };
    let start = floor_div(a, step) * step;
    let (n, rest) = div_mod(a - start, step);
    let first = if (rest / step - 1.0).abs() < tolerance { n + 1.0 } else { n };
    let (n, rest) = div_mod(b - start, step);
    let last = if rest / step < tolerance { n } else { n + 1.0 };
    // `first` is 0 or 1; more than some dozens mean that floats cannot tell the ticks apart.
    let count = if last - first < 200.0 { (last - first) as i64 } else { -1 };
    (0..=count).map(|k| (first + k as f64) * step + start).collect()
}

/// Labels of ticks and the offset text (`ScalarFormatter`).
pub(super) fn labels(ticks: &[f64], limits: [f64; 2]) -> (Vec<String>, String) {
    labels_in(ticks, limits, 0)
}

/// [`labels`] with a common offset and a common power of ten only if they are allowed.
pub(in crate::render) fn labels_with(
    ticks: &[f64],
    limits: [f64; 2],
    offset: bool,
    power: bool,
) -> (Vec<String>, String) {
    let limits_of = if power { Numbers::default().limits } else { [i32::MIN, i32::MAX] };
    labels_by(ticks, limits, 0, &Numbers { offset, limits: limits_of, ..Numbers::default() })
}

/// [`labels`] of numbers that are counted in units of 10^`unit`.
fn labels_in(ticks: &[f64], limits: [f64; 2], unit: i32) -> (Vec<String>, String) {
    labels_by(ticks, limits, unit, &Numbers::default())
}

/// [`labels`] as a style writes them.
pub(super) fn labels_as(ticks: &[f64], limits: [f64; 2], numbers: &Numbers) -> (Vec<String>, String) {
    labels_by(ticks, limits, 0, numbers)
}

fn labels_by(ticks: &[f64], [low, high]: [f64; 2], unit: i32, numbers: &Numbers) -> (Vec<String>, String) {
    let inside: Vec<f64> = ticks.iter().copied().filter(|t| (low..=high).contains(t)).collect();
    let shift = if numbers.offset { common(&inside, numbers.saved) } else { 0.0 };
    // A power of ten, if the numbers (or, shifted, the span) are ≤ 10⁻⁵ or ≥ 10⁶.
    let largest = inside.iter().fold(0.0_f64, |m, t| m.max(t.abs()));
    let size = if inside.is_empty() || shift == 0.0 { largest } else { high - low };
    let k = if size > 0.0 { magnitude(size) + unit } else { 0 };
    let [least, most] = numbers.limits;
    let power = match k {
        _ if least == most && least != 0 => least.clamp(-300, 300),
        _ if k <= least || k >= most => k,
        _ => 0,
    };
    let factor = ten(power - unit);
    let reduced: Vec<f64> = ticks.iter().map(|t| (t - shift) / factor).collect();
    let digits = decimals(&reduced, [low / factor - shift / factor, high / factor - shift / factor]);
    let label = |t: &f64| {
        let t = if t.abs() < 1e-8 { 0.0 } else { *t };
        minus(&format!("{t:.digits$}"))
    };
    let mut offset = match power {
        0 => String::new(),
        _ if numbers.maths => format!("\\times 10^{{{power}}}"),
        _ => format!("1e{power}"),
    };
    if shift != 0.0 {
        offset.push_str(if shift > 0.0 { "+" } else { "" });
        let shift = with_exponent(shift, unit);
        match shift.split_once('e').filter(|_| numbers.maths) {
            Some(("1", exponent)) => offset.push_str(&format!("10^{{{exponent}}}")),
            Some((number, exponent)) => offset.push_str(&format!("{number} \\times 10^{{{exponent}}}")),
            None => offset.push_str(&shift),
        }
    }
    let offset = if numbers.maths && !offset.is_empty() { format!("${offset}$") } else { minus(&offset) };
    (reduced.iter().map(label).collect(), offset)
}

/// What can be taken out of all ticks: a round number, if they have one sign and it saves so many
/// digits or more; else 0 (`ScalarFormatter._compute_offset`).
fn common(inside: &[f64], saved: i32) -> f64 {
    let (Some(first), Some(last)) = (inside.first(), inside.last()) else { return 0.0 };
    let (least, most) = (first.min(*last), first.max(*last));
    if least == most || (least <= 0.0 && most >= 0.0) {
        return 0.0;
    }
    let (small, large) = (least.abs().min(most.abs()), least.abs().max(most.abs()));
    let top = libm::log10(large).ceil() as i32;
    let down = |differ: &dyn Fn(f64) -> bool| {
        (top - 399..=top).rev().find(|e| ten(*e) > 0.0 && differ(ten(*e))).map(|e| e + 1)
    };
    let Some(mut e) = down(&|p| floor_div(small, p) != floor_div(large, p)) else { return 0.0 };
    if (large - small) / ten(e) <= 1e-2 {
        // Astride a very round number.
        match down(&|p| floor_div(large, p) - floor_div(small, p) > 1.0) {
            Some(better) => e = better,
            None => return 0.0,
        }
    }
    let whole = floor_div(large, ten(e));
    if whole >= ten(saved - 1) { (whole * ten(e)).copysign(*first) } else { 0.0 }
}

/// As few decimals as tell the numbers apart to a thousandth of their range
/// (`ScalarFormatter._set_format`).
fn decimals(numbers: &[f64], limits: [f64; 2]) -> usize {
    let some: Vec<f64> =
        if numbers.len() >= 2 { numbers.to_vec() } else { numbers.iter().copied().chain(limits).collect() };
    let fold = |f: fn(f64, f64) -> f64, start| some.iter().copied().fold(start, f);
    let range = fold(f64::max, f64::NEG_INFINITY) - fold(f64::min, f64::INFINITY);
    let largest = some.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let extent = if range > 0.0 { range } else { largest };
    if !(extent > 0.0 && extent.is_finite()) {
        return 0;
    }
    let k = magnitude(extent);
    let threshold = 1e-3 * ten(k);
    let mut digits = (3 - k).clamp(0, 30);
    while digits >= 0 {
        let p = ten(digits);
        let error = numbers.iter().fold(0.0_f64, |m, v| m.max((v - (v * p).round_ties_even() / p).abs()));
        if error >= threshold {
            break;
        }
        digits -= 1;
    }
    (digits + 1) as usize
}

/// `1.25e7`: a shift as matplotlib writes it, for a number counted in 10^`unit`.
fn with_exponent(v: f64, unit: i32) -> String {
    let e = magnitude(v.abs());
    let m = (v / ten(e) * 1e10).round_ties_even() / 1e10;
    let m = general(m, 10);
    if e + unit == 0 { m } else { format!("{m}e{}", e + unit) }
}
