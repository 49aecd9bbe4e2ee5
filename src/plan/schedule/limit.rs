//! A budget that is too small, said before anything is loaded.

use super::ScheduleOptions;
use crate::diag::Diagnostic;

/// What is wrong with a budget, `allowed` bytes, if `figure` needs `needed` at once.
pub(super) fn too_small(
    figure: &str,
    needed: u64,
    smallest: u64,
    allowed: u64,
    options: &ScheduleOptions<'_>,
) -> Diagnostic {
    let (hard, beside) = (options.budget.is_some(), options.beside);
    let [smallest, allowed] = [smallest, allowed].map(|bytes| bytes.saturating_add(beside));
    let whose = if hard { "--memory-limit allows" } else { "the machine has available" };
    let message = format!(
        "the figure `{figure}` needs {} of data in memory at once{}, {whose} {}",
        human(needed),
        if beside > 0 { format!(" and {} to decode them", human(beside)) } else { String::new() },
        human(allowed)
    );
    let raise = if hard {
        format!("a limit of {} would do (`--memory-limit {smallest}`); or ", human(smallest))
    } else {
        String::new()
    };
    Diagnostic::error(message).help(format!(
        "{raise}leave the data where they are (`--arena in-place`, if they are contiguous and uncompressed), \
         decode them once into files (`--arena file`), or select less of them (`isel`, `sel`)"
    ))
}

/// Bytes for a person, never fewer than they are.
fn human(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut unit = 0;
    let mut value = bytes as f64;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 {
        format!("{bytes} B")
    } else {
        format!("{:.1} {}", (value * 10.0).ceil() / 10.0, UNITS[unit])
    }
}
