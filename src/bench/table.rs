//! A comparison as a table for people.

use super::{Comparison, Spread};
use std::fmt::Write as _;

const MIB: f64 = (1 << 20) as f64;

/// The table: a block for each size of the data.
pub fn table(comparison: &Comparison) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail, here and below.
    for (bytes, figures) in &comparison.figures {
        let failed = match comparison.failed {
            0 => String::new(),
            n => format!(" ({n} fail)"),
        };
        let data = *bytes as f64 / MIB;
        let _ = writeln!(text, "{figures} figures{failed} from {data:.1} MiB, each run in fresh processes");
        let _ = writeln!(
            text,
            "\n{:<16} {:>7} {:>15} {:>7} {:>7} {:>12} {:>7} {:>12} {:>11} {:>7}",
            "mode",
            "workers",
            "wall s",
            "load s",
            "CPU s",
            "sum PSS MiB",
            "× data",
            "no files MiB",
            "USS/worker",
            "faults"
        );
        for row in comparison.rows.iter().filter(|row| row.data_bytes == *bytes) {
            let mib = |spread: &Spread| spread.median / MIB;
            let _ = writeln!(
                text,
                "{:<16} {:>7} {:>15} {:>7.2} {:>7.2} {:>12.0} {:>7.2} {:>12.0} {:>11} {:>7.0}",
                row.mode.name(),
                row.workers,
                format!("{:.2} ±{:.2}", row.wall_s.median, (row.wall_s.max - row.wall_s.min) / 2.0),
                row.load_s.median,
                row.cpu_s.median,
                mib(&row.pss_peak_bytes),
                mib(&row.pss_peak_bytes) / data.max(f64::MIN_POSITIVE),
                mib(&row.memory_peak_bytes),
                match row.worker_uss_bytes.median {
                    0.0 => "–".to_owned(),
                    bytes => format!("{:.1} MiB", bytes / MIB),
                },
                row.major_faults.median,
            );
        }
        text.push('\n');
    }
    for (mode, why) in &comparison.impossible {
        let _ = writeln!(text, "{} is not possible here: {why}", mode.name());
    }
    text.push_str(
        "Medians. Sum PSS counts every page once over all processes of a run, `no files` leaves out the page \
         cache of mapped\nfiles, which the kernel can take back; faults are those that waited for a disk. The \
         pictures of all runs are the same bytes.\n",
    );
    text
}
