//! What ticks of time axes say: matplotlib's long labels and its concise ones. English, whatever
//! the locale.

use super::level::Unit;
use crate::data::time::Civil;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `strftime` as far as it is needed; years are not padded.
fn format(c: Civil, form: &str) -> String {
    let mut text = String::new();
    let mut letters = form.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '%' => match letters.next() {
                Some('Y') => text.push_str(&c.year.to_string().replace('-', "−")),
                Some('m') => text.push_str(&format!("{:02}", c.month)),
                Some('b') => text.push_str(MONTHS.get(c.month as usize - 1).unwrap_or(&"")),
                Some('d') => text.push_str(&format!("{:02}", c.day)),
                Some('H') => text.push_str(&format!("{:02}", c.hour)),
                Some('M') => text.push_str(&format!("{:02}", c.minute)),
                Some('S') => text.push_str(&format!("{:02}", c.second)),
                Some('f') => text.push_str(&format!("{:06}", c.micro)),
                _ => {}
            },
            other => text.push(other),
        }
    }
    text
}

/// The label of a tick that says all that matters at its level (`AutoDateFormatter`).
pub(super) fn plain(c: Civil, unit: Unit) -> String {
    let form = match unit {
        Unit::Year => "%Y",
        Unit::Month => "%Y-%m",
        Unit::Day => "%Y-%m-%d",
        Unit::Hour => "%m-%d %H",
        Unit::Minute => "%d %H:%M",
        Unit::Second => "%H:%M:%S",
        Unit::Microsecond => "%M:%S.%f",
    };
    format(c, form)
}

/// Only the part that changes; a larger unit where it begins; the rest as the offset text
/// (`ConciseDateFormatter`).
pub(super) fn concise(ticks: &[Civil]) -> (Vec<String>, String) {
    const USUAL: [&str; 6] = ["%Y", "%b", "%d", "%H:%M", "%H:%M", "%S.%f"];
    const BEGIN: [&str; 6] = ["", "%Y", "%b", "%b-%d", "%H:%M", "%H:%M"];
    const REST: [&str; 6] = ["", "%Y", "%Y-%b", "%Y-%b-%d", "%Y-%b-%d", "%Y-%b-%d %H:%M"];
    let Some(last) = ticks.last() else { return (Vec::new(), String::new()) };
    let part = |c: &Civil, k: usize| match k {
        0 => c.year,
        1 => i64::from(c.month),
        2 => i64::from(c.day),
        3 => i64::from(c.hour),
        4 => i64::from(c.minute),
        _ => i64::from(c.second),
    };
    let level = (0..6).rev().find(|k| ticks.iter().any(|c| part(c, *k) != part(last, *k))).unwrap_or(5);
    let begins = |c: &Civil| match level {
        5 => c.second == 0 && c.micro == 0,
        k => part(c, k) == [0, 1, 1, 0, 0][k],
    };
    let mut labels: Vec<String> =
        ticks.iter().map(|c| format(*c, if begins(c) { BEGIN[level] } else { USUAL[level] })).collect();
    if level == 5 {
        let zeros = |s: &String| s.len() - s.trim_end_matches('0').len();
        let cut = labels.iter().filter(|s| s.contains('.')).map(zeros).min().unwrap_or(0);
        for label in labels.iter_mut().filter(|s| s.contains('.')) {
            label.truncate(label.len() - cut);
            label.truncate(label.trim_end_matches('.').len());
        }
    }
    // The year stands among the labels.
    let named = level < 2 && ticks.iter().any(|c| part(c, level) == 1);
    let rest = if named { String::new() } else { format(*last, REST[level]) };
    (labels, rest)
}
