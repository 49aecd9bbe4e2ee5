//! The closing lines of a run.

use super::results::{Peaks, Sharing};
use super::units;
use crate::diag::Status;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// How many figures ended how, how long it took, how much memory, and what copying would have taken.
pub(super) fn lines(
    counts: &BTreeMap<Status, usize>,
    wall: Duration,
    workers: usize,
    peaks: &Peaks,
    sharing: &Sharing,
    out: &Path,
) -> Vec<String> {
    let total: usize = counts.values().sum();
    let parts: Vec<String> =
        counts.iter().map(|(status, count)| format!("{count} {}", status.as_str())).collect();
    let mut first = format!("{} in {}", units::count(total, "figure"), units::time(wall));
    if !parts.is_empty() {
        first.push_str(&format!(": {}", parts.join(", ")));
    }
    let drawn = counts.get(&Status::Ok).copied().unwrap_or(0);
    if drawn > 1 && wall.as_secs_f64() > 0.0 {
        first.push_str(&format!(" ({} a second)", units::rate(drawn, wall)));
    }
    first.push_str(&format!(", in {}", out.display()));
    let mut lines = vec![first];
    if peaks.together > 0 {
        let mut second = format!("memory at its peak: {}", units::bytes(peaks.together));
        if peaks.arena > 0 {
            second.push_str(&format!(", of it {} of data", units::bytes(peaks.arena)));
        }
        if peaks.demanded > 0 {
            let private = peaks.together.saturating_sub(peaks.arena);
            let copies = peaks.demanded.saturating_mul(workers as u64).saturating_add(private);
            second.push_str(&format!(
                "; a copy of all {} for {} would take about {} (estimate)",
                units::bytes(peaks.demanded),
                if workers == 1 { "1 worker".to_owned() } else { format!("each of {workers} workers") },
                units::bytes(copies)
            ));
        }
        lines.push(second);
    }
    if peaks.reused > 0 {
        lines.push(format!("{} of data as an earlier run had decoded them", units::bytes(peaks.reused)));
    }
    if sharing.nodes > 0 {
        lines.push(format!(
            "computed once for several figures: {} ({}), {} spared",
            units::count(sharing.nodes, "result"),
            units::bytes(sharing.bytes),
            units::count(sharing.hits, "computation")
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_and_compares() {
        let counts = BTreeMap::from([(Status::Ok, 70), (Status::Failed, 2)]);
        let peaks = Peaks {
            arena: 128 << 20,
            together: (128 << 20) + (64 << 20),
            worker: 16 << 20,
            demanded: 1 << 30,
            reused: 0,
        };
        let mut sharing = Sharing::default();
        sharing.made(8, 1 << 20);
        assert_eq!(
            lines(&counts, Duration::from_millis(3500), 4, &peaks, &sharing, Path::new("figures")),
            [
                "72 figures in 3.50 s: 70 ok, 2 failed (20 a second), in figures",
                "memory at its peak: 192 MiB, of it 128 MiB of data; a copy of all 1.0 GiB for each of 4 workers \
                 would take about 4.1 GiB (estimate)",
                "computed once for several figures: 1 result (1.0 MiB), 7 computations spared"
            ]
        );
    }
}
