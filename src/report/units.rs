//! Bytes and times as people read them.

use std::time::Duration;

/// `1.3 GiB`, `640 KiB`, `12 B`.
pub(super) fn bytes(count: u64) -> String {
    let mut value = count as f64;
    let mut unit = "B";
    for next in ["KiB", "MiB", "GiB", "TiB"] {
        if value < 999.5 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    if unit == "B" || value >= 99.5 { format!("{value:.0} {unit}") } else { format!("{value:.1} {unit}") }
}

/// `35 ms`, `0.35 s`, `12 s`, `3 min 20 s`, `2 h 5 min`.
pub(super) fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match time.as_secs() {
        0 if seconds < 0.0995 => format!("{:.0} ms", seconds * 1000.0),
        0..10 => format!("{seconds:.2} s"),
        10..60 => format!("{seconds:.0} s"),
        whole @ 60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        whole => format!("{} h {} min", whole / 3600, whole / 60 % 60),
    }
}

/// `1 figure`, `12 figures`.
pub(super) fn count(number: usize, of: &str) -> String {
    if number == 1 { format!("1 {of}") } else { format!("{number} {of}s") }
}

/// `2.1`, `35`: how many in a second.
pub(super) fn rate(count: usize, time: Duration) -> String {
    let rate = count as f64 / time.as_secs_f64();
    if rate < 9.95 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_short() {
        let sizes = [0, 12, 999, 1000, 655_360, 1_395_864_371, u64::MAX].map(bytes);
        assert_eq!(sizes, ["0 B", "12 B", "999 B", "1.0 KiB", "640 KiB", "1.3 GiB", "16777216 TiB"]);
        let times = [0.0012, 0.345, 12.4, 200.0, 7500.0].map(|s| time(Duration::from_secs_f64(s)));
        assert_eq!(times, ["1 ms", "0.34 s", "12 s", "3 min 20 s", "2 h 5 min"]);
    }
}
