//! Whether the demand fits, said before anything is loaded.

use crate::diag::Diagnostic;
use crate::sys::memory;

/// Bytes left for the program itself and its workers besides the arena.
const RESERVE: u64 = 64 << 20;

/// What may be used.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits {
    /// The user's own limit on the arena.
    pub(super) user: Option<u64>,
    /// What the tightest control group leaves, and its name.
    pub(super) cgroup: Option<(u64, String)>,
    /// What the machine has available.
    pub(super) available: Option<u64>,
}

impl Limits {
    /// As they are now.
    pub(super) fn now(user: Option<u64>) -> Self {
        Self {
            user,
            cgroup: memory::cgroup_limit().map(|cgroup| (cgroup.left(), cgroup.group.display().to_string())),
            available: memory::available(),
        }
    }

    /// Refuses a demand of `bytes` that the tightest limit does not allow.
    pub(super) fn check(&self, bytes: u64) -> Result<(), Diagnostic> {
        let spare = |left: u64| left.saturating_sub(RESERVE);
        let user = self.user.map(|limit| (limit, "--memory-limit allows".to_owned()));
        let cgroup = self
            .cgroup
            .as_ref()
            .map(|(left, group)| (spare(*left), format!("the control group {group} leaves")));
        let available = self.available.map(|left| (spare(left), "the machine has available".to_owned()));
        let tightest = user.into_iter().chain(cgroup).chain(available).min_by_key(|(limit, _)| *limit);
        match tightest {
            Some((limit, whose)) if bytes > limit => {
                let message =
                    format!("the figures need {} of data in memory, {whose} {}", human(bytes), human(limit));
                let mut ways =
                    "select less of the data (`isel`, `sel`), or draw fewer figures at a time (`--only`)"
                        .to_owned();
                if whose.starts_with("--memory-limit") {
                    ways.push_str(", or raise the limit");
                }
                Err(Diagnostic::error(message).help(ways))
            }
            _ => Ok(()),
        }
    }
}

/// Bytes for a person: `1.5 GiB`.
pub fn human(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tightest_limit_is_named_with_both_numbers() {
        let limits = Limits {
            user: Some(4 << 30),
            cgroup: Some(((2 << 30) + RESERVE, "/job".into())),
            available: Some(8 << 30),
        };
        assert!(limits.check(2 << 30).is_ok());
        let said = limits.check((2 << 30) + (512 << 20)).unwrap_err().to_string();
        assert!(said.contains("need 2.5 GiB") && said.contains("/job leaves 2.0 GiB"), "{said}");
        let limits = Limits { user: Some(1 << 20), ..limits };
        let said = limits.check(2 << 20).unwrap_err().to_string();
        assert!(said.contains("--memory-limit allows 1.0 MiB") && said.contains("raise the limit"), "{said}");
        assert!(Limits::default().check(u64::MAX).is_ok());
    }

    #[test]
    fn sizes_are_told_in_the_fitting_unit() {
        for (bytes, text) in
            [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1 << 20, "1.0 MiB"), (u64::MAX, "16384.0 PiB")]
        {
            assert_eq!(human(bytes), text);
        }
    }
}
