//! Ticks by the locators and formatters that somebody chose.

use super::choice::{DateUnit, Formatter, Locator, Piece};
use super::number::{general, magnitude, minus, power_label, ten};
use super::{Room, ascending, date, linear};
use crate::data::time::Calendar;
use crate::render::chart::Scale;

/// Most ticks of a locator; matplotlib refuses more than 1000 as well.
const MOST: f64 = 1000.0;

/// Where ticks stand between limits, ascending; `major` are those that minor ones divide. `None`
/// leaves it to the scale (and if there would be more than a thousand).
pub fn locate(
    locator: &Locator,
    limits: [f64; 2],
    room: Room,
    major: &[f64],
    calendar: Option<Calendar>,
) -> Option<Vec<f64>> {
    let [low, high] = ascending(limits)?;
    let few = |step: f64| step > 0.0 && (high - low) / step <= MOST;
    let mut ticks = match locator {
        Locator::Auto => return None,
        Locator::Null => Vec::new(),
        Locator::Fixed(at) => at.clone(),
        Locator::MaxN { nbins, steps, integer, min_ticks, prune } => {
            let most = nbins
                .unwrap_or_else(|| room.spaces().clamp(min_ticks.saturating_sub(1).max(1), linear::MOST));
            let steps = if steps.is_empty() { linear::STEPS.to_vec() } else { steps.clone() };
            let choice =
                linear::Choice { most: most.min(1000), steps: &steps, integer: *integer, least: *min_ticks };
            let mut ticks = choice.positions([low, high]);
            if prune[0] && !ticks.is_empty() {
                ticks.remove(0);
            }
            if prune[1] {
                ticks.pop();
            }
            ticks
        }
        Locator::Multiple { base, offset } => {
            if !few(*base) {
                return None;
            }
            let (first, last) =
                (((low - offset) / base).floor() as i64, ((high - offset) / base).ceil() as i64);
            (first..=last).map(|k| k as f64 * base + offset).collect()
        }
        Locator::Linear(count) => {
            let count = (*count).clamp(1, MOST as usize);
            let step = (high - low) / (count.max(2) - 1) as f64;
            (0..count)
                .map(|k| if k + 1 == count && count > 1 { high } else { low + k as f64 * step })
                .collect()
        }
        Locator::Log { base, subs, most } => powers([low, high], *base, subs, most.unwrap_or(linear::MOST)),
        Locator::AutoMinor(parts) => between(major, [low, high], *parts),
        Locator::Every { unit, count } => {
            let days = match unit {
                DateUnit::Year => 365.0,
                DateUnit::Month => 28.0,
                DateUnit::Week => 7.0,
                DateUnit::Day => 1.0,
                DateUnit::Hour => 1.0 / 24.0,
                DateUnit::Minute => 1.0 / 1440.0,
                DateUnit::Second => 1.0 / 86400.0,
            };
            let calendar = calendar.filter(|_| few(days * f64::from(*count)))?;
            date::every([low, high], *unit, *count, calendar)
        }
    };
    let hair = 1e-10 * (high - low);
    ticks.retain(|at| (low - hair..=high + hair).contains(at));
    ticks.sort_by(f64::total_cmp);
    ticks.dedup();
    Some(ticks)
}

/// `LogLocator`: powers of a base times factors, every n-th power so that there are at most `most`.
fn powers([low, high]: [f64; 2], base: f64, subs: &[f64], most: usize) -> Vec<f64> {
    if !(low > 0.0 && base > 1.0) {
        return Vec::new();
    }
    let exponent = |v: f64| libm::log(v) / libm::log(base);
    let (first, last) = ((exponent(low) - 1e-9).floor() as i64, (exponent(high) + 1e-9).ceil() as i64);
    let count = (last - first + 1).max(1);
    let stride = count / (most.max(1) as i64 + 1) + 1;
    let power =
        |k: i64| if base == 10.0 { ten(k.clamp(-400, 400) as i32) } else { libm::pow(base, k as f64) };
    let factors = if stride > 1 { &[1.0][..] } else { subs };
    let powers = (first..=last).step_by(stride as usize);
    powers.flat_map(|k| factors.iter().map(move |factor| factor * power(k))).collect()
}

/// `AutoMinorLocator`: parts between major ticks, 5, or 4 where a fifth would not be round.
fn between(major: &[f64], [low, high]: [f64; 2], parts: Option<usize>) -> Vec<f64> {
    let [first, second, ..] = major[..] else { return Vec::new() };
    let step = second - first;
    if !(step > 0.0 && (high - low) / step <= MOST / 10.0) {
        return Vec::new();
    }
    let mantissa = step / ten(magnitude(step));
    let fifths = [1.0, 2.5, 5.0, 10.0].iter().any(|m| (mantissa - m).abs() <= 1e-5 * m.max(mantissa));
    let parts = parts.unwrap_or(if fifths { 5 } else { 4 }).clamp(1, 100);
    let part = step / parts as f64;
    let k = |limit: f64| ((limit - first) / part).round_ties_even() as i64;
    let all = (k(low)..=k(high)).map(|k| k as f64 * part + first);
    all.filter(|at| major.iter().all(|m| (m - at).abs() > 1e-6 * part)).collect()
}

/// What a formatter writes at ticks, and the offset text.
pub fn format(
    formatter: &Formatter,
    ticks: &[f64],
    scale: Scale,
    limits: [f64; 2],
    calendar: Option<Calendar>,
) -> (Vec<String>, String) {
    let Some(limits) = ascending(limits) else { return (vec![String::new(); ticks.len()], String::new()) };
    let each = |write: &dyn Fn(usize, f64) -> String| {
        (ticks.iter().enumerate().map(|(i, at)| write(i, *at)).collect(), String::new())
    };
    match formatter {
        Formatter::Null => each(&|_, _| String::new()),
        Formatter::Scalar { offset, power } => match scale {
            _ if *offset && *power => linear::labels(ticks, limits),
            _ => linear::labels_with(ticks, limits, *offset, *power),
        },
        Formatter::Eng { unit, places, sep } => each(&|_, at| engineering(at, unit, *places, sep)),
        Formatter::Percent { max, decimals, symbol } => each(&|_, at| {
            let share = 100.0 * at / max;
            let decimals =
                decimals.unwrap_or_else(|| percent_decimals(100.0 * (limits[1] - limits[0]) / max));
            minus(&format!("{share:.decimals$}{symbol}"))
        }),
        Formatter::Template(pieces) => each(&|i, at| {
            let piece = |piece: &Piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Number { spec, index } => minus(&spec.format(if *index { i as f64 } else { at })),
            };
            pieces.iter().map(piece).collect()
        }),
        Formatter::AutoDate => {
            (date::plain(ticks, limits, calendar.unwrap_or(Calendar::ProlepticGregorian)), String::new())
        }
        Formatter::Concise { rest } => {
            let (labels, offset) = date::short(ticks, calendar.unwrap_or(Calendar::ProlepticGregorian));
            (labels, if *rest { offset } else { String::new() })
        }
        Formatter::Date(directives) => {
            each(&|_, at| date::written(at, directives, calendar.unwrap_or(Calendar::ProlepticGregorian)))
        }
        Formatter::Fixed(texts) => each(&|i, _| texts.get(i).cloned().unwrap_or_default()),
        Formatter::Power(base) => each(&|_, at| power_label(at, *base)),
    }
}

/// `PercentFormatter`'s decimals for a span of percent.
fn percent_decimals(span: f64) -> usize {
    if !(span > 0.0 && span.is_finite()) || span > 50.0 {
        return 0;
    }
    (2.0 - libm::log10(2.0 * span)).ceil().clamp(0.0, 5.0) as usize
}

/// `EngFormatter`: a number from 1 to 1000 with the prefix of its power of 1000.
fn engineering(value: f64, unit: &str, places: Option<usize>, sep: &str) -> String {
    const PREFIXES: [&str; 21] = [
        "q", "r", "y", "z", "a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y", "R",
        "Q",
    ];
    if !value.is_finite() {
        return value.to_string();
    }
    let clamp = |k: i32| k.clamp(-10, 10);
    let mut k = if value == 0.0 { 0 } else { clamp(magnitude(value.abs()).div_euclid(3)) };
    let mantissa = |k: i32| if k >= 0 { value / ten(3 * k) } else { value * ten(-3 * k) };
    let text = |k: i32| match places {
        Some(places) => format!("{:.places$}", mantissa(k)),
        None => general(mantissa(k), 6),
    };
    // 999.9999 may be written as 1000.
    if text(k).parse::<f64>().is_ok_and(|shown| shown.abs() >= 1000.0) && k < 10 {
        k += 1;
    }
    let prefix = PREFIXES[(k + 10) as usize];
    let after =
        if prefix.is_empty() && unit.is_empty() { String::new() } else { format!("{sep}{prefix}{unit}") };
    minus(&(text(k) + &after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::ticks::Side;

    fn located(locator: &Locator, limits: [f64; 2]) -> Vec<f64> {
        let room = Room { length_in: 4.0, font_size: 10.0, side: Side::Horizontal };
        let ticks = locate(locator, limits, room, &[0.0, 2.0, 4.0], Some(Calendar::Standard)).unwrap();
        ticks.iter().map(|at| (at * 1e9).round() / 1e9).collect()
    }

    fn max_n(nbins: usize, steps: &[f64], integer: bool, min_ticks: usize) -> Locator {
        Locator::MaxN { nbins: Some(nbins), steps: steps.to_vec(), integer, min_ticks, prune: [false; 2] }
    }

    /// Expected: matplotlib 3.11's `tick_values` of the same locators, those inside the limits.
    #[test]
    fn locators_are_matplotlibs() {
        assert_eq!(located(&max_n(5, &[1.0, 2.0, 5.0, 10.0], false, 4), [0.0, 7.3]), [0.0, 2.0, 4.0, 6.0]);
        assert_eq!(located(&max_n(4, &[], false, 2), [0.0, 1.0]), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(located(&max_n(10, &[], true, 2), [0.0, 3.2]), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(located(&max_n(3, &[], false, 2), [0.0, 10.0]), [0.0, 4.0, 8.0]);
        assert_eq!(located(&max_n(3, &[1.0, 10.0], true, 2), [0.2, 2.9]), [1.0, 2.0]);
        assert_eq!(located(&Locator::Multiple { base: 0.5, offset: 0.1 }, [0.0, 1.2]), [0.1, 0.6, 1.1]);
        assert_eq!(located(&Locator::Linear(3), [1.0, 2.0]), [1.0, 1.5, 2.0]);
        let log = Locator::Log { base: 10.0, subs: vec![1.0, 5.0], most: None };
        assert_eq!(located(&log, [1.0, 100.0]), [1.0, 5.0, 10.0, 50.0, 100.0]);
        assert_eq!(located(&Locator::AutoMinor(None), [0.0, 4.0]), [0.5, 1.0, 1.5, 2.5, 3.0, 3.5]);
        assert_eq!(located(&Locator::AutoMinor(Some(2)), [0.0, 4.0]), [1.0, 3.0]);
        assert_eq!(located(&Locator::Fixed(vec![3.0, 9.0, 1.0]), [0.0, 4.0]), [1.0, 3.0]);
        let months = Locator::Every { unit: DateUnit::Month, count: 3 };
        // 2001: days of January, April, July, October.
        assert_eq!(located(&months, [11323.0, 11687.0]), [11323.0, 11413.0, 11504.0, 11596.0]);
        let room = Room { length_in: 4.0, font_size: 10.0, side: Side::Horizontal };
        let seconds = Locator::Every { unit: DateUnit::Second, count: 1 };
        assert_eq!(locate(&seconds, [0.0, 1e5], room, &[], Some(Calendar::Standard)), None);
    }

    /// Expected: matplotlib 3.11's formatters.
    #[test]
    fn formatters_are_matplotlibs() {
        let format = |formatter, ticks: &[f64], limits| {
            super::format(&formatter, ticks, Scale::Linear, limits, Some(Calendar::Standard)).0
        };
        let eng = |unit: &str, places| Formatter::Eng { unit: unit.to_owned(), places, sep: " ".to_owned() };
        assert_eq!(
            format(eng("", None), &[0.0, 1500.0, -2e6, 1e-5, 999.9999], [0.0, 1.0]),
            ["0", "1.5 k", "−2 M", "10 µ", "1 k"]
        );
        assert_eq!(
            format(eng("Hz", Some(1)), &[12.0, 34567.0, 999.96], [0.0, 1.0]),
            ["12.0 Hz", "34.6 kHz", "1.0 kHz"]
        );
        let percent = |max, decimals| Formatter::Percent { max, decimals, symbol: "%".to_owned() };
        assert_eq!(format(percent(1.0, None), &[0.25, 0.5], [0.0, 1.0]), ["25%", "50%"]);
        assert_eq!(format(percent(1.0, None), &[0.25, 0.255], [0.25, 0.26]), ["25.00%", "25.50%"]);
        assert_eq!(format(percent(100.0, Some(1)), &[12.0], [0.0, 100.0]), ["12.0%"]);
        let dates = Formatter::Date("%d %b %y, %H:%M".to_owned());
        assert_eq!(format(dates, &[11323.5], [0.0, 1.0]), ["01 Jan 01, 12:00"]);
        // 2024-02-28 to 03-02.
        let days = [19781.0, 19782.0, 19783.0, 19784.0];
        let limits = [19780.5, 19784.5];
        let concise = super::format(&Formatter::Concise { rest: true }, &days, Scale::Linear, limits, None);
        assert_eq!(concise, (["28", "29", "Mar", "02"].map(str::to_owned).to_vec(), "2024-Mar".to_owned()));
        assert_eq!(
            format(Formatter::AutoDate, &days, [19780.0, 19786.0]),
            ["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"]
        );
        assert_eq!(format(Formatter::Concise { rest: false }, &[f64::NAN, 1e300], [0.0, 1.0]), ["", ""]);
        let plain = Formatter::Scalar { offset: false, power: true };
        assert_eq!(format(plain, &[100_001.0, 100_002.0], [100_000.0, 100_003.0]), ["100001", "100002"]);
    }
}
