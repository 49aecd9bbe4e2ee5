//! Cheap readings of processes' memory, and what tells an OOM kill from others.

/// RssAnon of a process (`self` or its pid), bytes: resident less shared pages of proc(5)'s `statm`.
pub(super) fn anon_bytes(process: &str) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
    let mut fields = text.split_ascii_whitespace().skip(1).map(str::parse::<u64>);
    let resident = fields.next()?.ok()?;
    let shared = fields.next()?.ok()?;
    let page = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).ok()??;
    Some(resident.saturating_sub(shared) * u64::try_from(page).ok()?)
}

/// How many processes of this machine the kernel has killed for want of memory, in a cgroup or as a
/// whole; 0 where it does not say.
pub(super) fn oom_kills() -> u64 {
    std::fs::read_to_string("/proc/vmstat")
        .ok()
        .and_then(|text| text.lines().find_map(|line| line.strip_prefix("oom_kill ")?.trim().parse().ok()))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_touched_is_counted() {
        let before = anon_bytes("self").unwrap();
        let block = std::hint::black_box(vec![1u8; 64 << 20]);
        let after = anon_bytes("self").unwrap();
        assert!(after > before + (48 << 20), "{before} {after}");
        drop(block);
        assert_eq!(anon_bytes("0"), None);
    }
}
