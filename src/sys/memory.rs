//! Memory as the kernel counts it: what is available, what limits there are, what processes hold,
//! and whether somebody was killed for want of it. Everything is in bytes.

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::time::TimeValLike;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// `MemAvailable`: what can be had without swapping.
pub fn available() -> Option<u64> {
    field(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")
}

/// The control group that leaves least, of this process's own and all its ancestors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CgroupLimit {
    /// Its limit.
    pub limit: u64,
    /// What its processes use, less what the kernel can take back (inactive file pages).
    pub used: u64,
    /// Its directory.
    pub group: PathBuf,
}

impl CgroupLimit {
    /// What is left.
    pub fn left(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

/// The tightest memory limit of control groups (v2 and v1), `None` without any.
pub fn cgroup_limit() -> Option<CgroupLimit> {
    Cgroups::of_self()?.tightest()
}

/// What this process can still have: the least of what the machine and its control groups leave.
pub fn left() -> Option<u64> {
    available().into_iter().chain(cgroup_limit().map(|cgroup| cgroup.left())).min()
}

/// Makes this process and its children to be killed first when memory runs out, rather than
/// bystanders.
pub fn offer_to_oom_killer() {
    // Raising the own score needs no right; without /proc the kernel chooses by itself.
    let _ = fs::write("/proc/self/oom_score_adj", "1000");
}

/// The control groups of a process that can limit or count memory.
struct Cgroups {
    /// Directory of the own group, and the topmost one above it that is visible; v2 or not.
    groups: Vec<(PathBuf, PathBuf, bool)>,
}

impl Cgroups {
    fn of_self() -> Option<Self> {
        let memberships = fs::read_to_string("/proc/self/cgroup").ok()?;
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        Some(Self::parse(&memberships, &mounts))
    }

    /// From the texts of `/proc/self/cgroup` and `/proc/self/mountinfo` (see proc(5)).
    fn parse(memberships: &str, mounts: &str) -> Self {
        let mut groups = Vec::new();
        for line in memberships.lines() {
            let mut parts = line.splitn(3, ':').skip(1);
            let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
            let v2 = controllers.is_empty();
            if !v2 && !controllers.split(',').any(|name| name == "memory") {
                continue;
            }
            for mount in mounts.lines() {
                let Some((left, right)) = mount.split_once(" - ") else { continue };
                let mut left = left.split(' ').skip(3);
                let (Some(root), Some(point)) = (left.next(), left.next()) else { continue };
                let mut right = right.split(' ');
                let kind = right.next().unwrap_or_default();
                let options = right.nth(1).unwrap_or_default();
                let memory = if v2 {
                    kind == "cgroup2"
                } else {
                    kind == "cgroup" && options.split(',').any(|option| option == "memory")
                };
                if !memory {
                    continue;
                }
                let point = PathBuf::from(point.replace("\\040", " "));
                // A path outside the mount's root is that of another namespace: the mount point is
                // then the nearest group that can be seen.
                let inside = Path::new(path).strip_prefix(root).unwrap_or(Path::new(""));
                groups.push((point.join(inside), point, v2));
            }
        }
        Self { groups }
    }

    /// Every visible group from the own one upwards.
    fn walk(&self) -> impl Iterator<Item = (&Path, bool)> {
        self.groups.iter().flat_map(|(own, top, v2)| {
            own.ancestors().take_while(move |dir| dir.starts_with(top)).map(move |dir| (dir, *v2))
        })
    }

    fn tightest(&self) -> Option<CgroupLimit> {
        let mut limits = Vec::new();
        for (group, v2) in self.walk() {
            let number = |name: &str| fs::read_to_string(group.join(name)).ok()?.trim().parse::<u64>().ok();
            let stat = fs::read_to_string(group.join("memory.stat")).unwrap_or_default();
            let (limit, usage, inactive) = if v2 {
                (number("memory.max"), number("memory.current"), "inactive_file")
            } else {
                let hierarchical = field(&stat, "hierarchical_memory_limit");
                let own = number("memory.limit_in_bytes");
                let limit = own.into_iter().chain(hierarchical).min();
                (limit, number("memory.usage_in_bytes"), "total_inactive_file")
            };
            // v1 writes “no limit” as the largest multiple of a page that fits.
            let Some(limit) = limit.filter(|limit| *limit < i64::MAX as u64 / 4096 * 4096) else { continue };
            let reclaimable = field(&stat, inactive).unwrap_or(0);
            let used = usage.unwrap_or(0).saturating_sub(reclaimable);
            limits.push(CgroupLimit { limit, used, group: group.to_owned() });
        }
        limits.into_iter().min_by_key(CgroupLimit::left)
    }
}

/// Counts of processes killed for want of memory, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OomKills {
    /// By the group's directory, in the own control groups and their ancestors.
    groups: BTreeMap<PathBuf, u64>,
    /// On the whole machine.
    machine: Option<u64>,
}

impl OomKills {
    /// As it is now.
    pub fn now() -> Self {
        let mut groups = BTreeMap::new();
        if let Some(cgroups) = Cgroups::of_self() {
            for (group, v2) in cgroups.walk() {
                let name = if v2 { "memory.events" } else { "memory.oom_control" };
                let text = fs::read_to_string(group.join(name)).unwrap_or_default();
                if let Some(count) = field(&text, "oom_kill") {
                    groups.insert(group.to_owned(), count);
                }
            }
        }
        let vmstat = fs::read_to_string("/proc/vmstat").unwrap_or_default();
        Self { groups, machine: field(&vmstat, "oom_kill") }
    }

    /// What speaks for such a kill since `before`, as a sentence fragment; `None` if nothing does.
    pub fn evidence_since(&self, before: &Self) -> Option<String> {
        for (group, count) in &self.groups {
            if before.groups.get(group).is_some_and(|old| count > old) {
                return Some(format!(
                    "the control group {} killed a process for want of memory",
                    group.display()
                ));
            }
        }
        match (before.machine, self.machine) {
            (Some(old), Some(new)) if new > old => {
                Some("the kernel killed a process for want of memory at that time, probably this one".into())
            }
            _ => None,
        }
    }
}

/// Resident memory of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resident {
    /// All of it.
    pub total: u64,
    /// Private heap, stacks and the like.
    pub anon: u64,
    /// Files, the program itself among them.
    pub file: u64,
    /// Shared memory: the arena, as far as this process has touched it.
    pub shared: u64,
}

/// Resident memory of a process (`/proc/PID/status`, cheap).
///
/// # Errors
/// If there is no such process.
pub fn resident(pid: i32) -> io::Result<Resident> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    // A zombie has none of these lines.
    let get = |name| field(&status, name).unwrap_or(0);
    Ok(Resident {
        total: get("VmRSS:"),
        anon: get("RssAnon:"),
        file: get("RssFile:"),
        shared: get("RssShmem:"),
    })
}

/// Private anonymous memory of a process, with what it still shares with its parent since the fork;
/// 0 if there is no such process.
pub fn private(pid: i32) -> u64 {
    resident(pid).map_or(0, |resident| resident.anon)
}

/// A process's share of memory. Costs 16 ms a GiB touched: for benches, and rarely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Each page divided by the number of processes that map it.
    pub pss: u64,
    /// The part of `pss` that is pages of mapped files: page cache, which the kernel can take back.
    pub file: u64,
    /// Pages that no other process maps.
    pub uss: u64,
}

/// A process's share of memory (`/proc/PID/smaps_rollup`).
///
/// # Errors
/// If there is no such process or it is somebody else's.
pub fn share(pid: i32) -> io::Result<Share> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let get = |name| field(&rollup, name).unwrap_or(0);
    Ok(Share {
        pss: get("Pss:"),
        file: get("Pss_File:"),
        uss: get("Private_Clean:") + get("Private_Dirty:") + get("Private_Hugetlb:"),
    })
}

/// The process `root` and all that descend from it, `root` first.
pub fn process_tree(root: i32) -> Vec<i32> {
    let mut children: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // `pid (name) state ppid …`, where the name may hold anything.
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
        if let Some(parent) = parent {
            children.entry(parent).or_default().push(pid);
        }
    }
    let mut tree = vec![root];
    let mut next = 0;
    while let Some(pid) = tree.get(next) {
        tree.extend(children.remove(pid).unwrap_or_default());
        next += 1;
    }
    tree
}

/// The shares of a process and all its descendants, each with its process id and the name of its main
/// thread.
pub fn tree_shares(root: i32) -> Vec<(i32, String, Share)> {
    process_tree(root)
        .into_iter()
        .filter_map(|pid| {
            let share = share(pid).ok()?;
            let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            Some((pid, name.trim_end().to_owned(), share))
        })
        .collect()
}

/// What ended children of this process, and theirs, have used: CPU time, user and system, and the number
/// of page faults that had to wait for a disk.
pub fn used_by_children() -> (Duration, u64) {
    use nix::sys::resource::{UsageWho, getrusage};
    getrusage(UsageWho::RUSAGE_CHILDREN).map_or((Duration::ZERO, 0), |usage| {
        let time = usage.user_time() + usage.system_time();
        let cpu = Duration::from_micros(time.num_microseconds().max(0).unsigned_abs());
        (cpu, u64::try_from(usage.major_page_faults()).unwrap_or(0))
    })
}

/// CPU time, user and system, of this process and of its children that have been waited for.
pub fn cpu_of_family() -> Duration {
    use nix::sys::resource::{UsageWho, getrusage};
    let of = |who| {
        getrusage(who).map_or(Duration::ZERO, |usage| {
            let time = usage.user_time() + usage.system_time();
            Duration::from_micros(time.num_microseconds().max(0).unsigned_abs())
        })
    };
    of(UsageWho::RUSAGE_SELF) + of(UsageWho::RUSAGE_CHILDREN)
}

/// Number of threads of this process.
///
/// # Errors
/// If `/proc` is not mounted.
pub fn threads() -> io::Result<usize> {
    Ok(fs::read_dir("/proc/self/task")?.count())
}

/// Size of this process's address space.
///
/// # Errors
/// If `/proc` is not mounted.
pub fn address_space() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    field(&status, "VmSize:").ok_or_else(|| io::Error::other("/proc/self/status has no VmSize"))
}

/// The bound on this process's address space (`RLIMIT_AS`), which may be set again and again, but
/// never above what it was at first.
#[derive(Clone, Copy, Debug)]
pub struct AddressSpace {
    soft: u64,
    hard: u64,
    used: u64,
}

impl AddressSpace {
    /// As it is now.
    ///
    /// # Errors
    /// What `getrlimit` says.
    pub fn now() -> io::Result<Self> {
        let (soft, hard) = getrlimit(Resource::RLIMIT_AS)?;
        Ok(Self { soft, hard, used: address_space().unwrap_or(0) })
    }

    /// Lets the process have so many bytes more than it had at first: larger allocations fail.
    ///
    /// # Errors
    /// What `setrlimit` says.
    pub fn limit(&self, more: u64) -> io::Result<()> {
        let bytes = self.used.saturating_add(more).min(self.soft);
        Ok(setrlimit(Resource::RLIMIT_AS, bytes, self.hard)?)
    }
}

/// Gives memory that the allocator keeps back to the system.
pub fn trim() {
    #[cfg(target_env = "gnu")]
    // SAFETY: only frees pages that no allocation uses.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Bounds this process's private memory (`RLIMIT_DATA`); a lower limit stays.
///
/// # Errors
/// What `setrlimit` says.
pub fn limit_data(bytes: u64) -> io::Result<()> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_DATA)?;
    Ok(setrlimit(Resource::RLIMIT_DATA, bytes.min(soft), hard)?)
}

/// Switches core dumps of this process off.
///
/// # Errors
/// What `setrlimit` says.
pub fn no_core_dumps() -> io::Result<()> {
    let (_, hard) = getrlimit(Resource::RLIMIT_CORE)?;
    Ok(setrlimit(Resource::RLIMIT_CORE, 0, hard)?)
}

/// The number behind `name` at the beginning of a line; `kB` are made bytes.
fn field(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        (words.next()? == name).then_some(())?;
        let number: u64 = words.next()?.parse().ok()?;
        match words.next() {
            Some("kB") => number.checked_mul(1024),
            _ => Some(number),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_process_is_counted() {
        let me = std::process::id() as i32;
        let resident = resident(me).unwrap();
        assert!(resident.anon > 0 && resident.total >= resident.anon);
        let share = share(me).unwrap();
        assert!(share.pss >= share.uss && share.uss > 0);
        assert!(available().unwrap() > 0);
        assert!(threads().unwrap() >= 1);
        assert!(address_space().unwrap() >= resident.total);
        assert_eq!(process_tree(me)[0], me);
        assert!(super::resident(-1).is_err());
    }

    fn put(dir: &Path, file: &str, text: &str) {
        fs::create_dir_all(dir).unwrap();
        fs::write(dir.join(file), text).unwrap();
    }

    #[test]
    fn the_smallest_limit_of_all_ancestors_holds_in_v2() {
        let top = tempfile::tempdir().unwrap();
        let (job, own) = (top.path().join("job"), top.path().join("job/step"));
        put(&own, "memory.max", "max\n");
        put(&job, "memory.max", "1000000\n");
        put(&job, "memory.current", "400000\n");
        put(&job, "memory.stat", "anon 1\ninactive_file 100000\n");
        put(top.path(), "memory.max", "5000000\n");
        let mounts = format!("30 24 0:26 / {} rw,nosuid - cgroup2 cgroup2 rw", top.path().display());
        let found = Cgroups::parse("0::/job/step\n", &mounts).tightest().unwrap();
        assert_eq!(found, CgroupLimit { limit: 1_000_000, used: 300_000, group: job });
        assert_eq!(found.left(), 700_000);
    }

    #[test]
    fn v1_counts_the_hierarchical_limit_and_knows_unlimited() {
        let top = tempfile::tempdir().unwrap();
        let own = top.path().join("slurm");
        put(&own, "memory.limit_in_bytes", "9223372036854771712\n");
        put(&own, "memory.stat", "hierarchical_memory_limit 2000000\ntotal_inactive_file 5\n");
        put(&own, "memory.usage_in_bytes", "10\n");
        put(top.path(), "memory.limit_in_bytes", "9223372036854771712\n");
        let mounts = format!("31 24 0:27 / {} rw - cgroup cgroup rw,memory", top.path().display());
        let groups = Cgroups::parse("4:cpu,cpuacct:/x\n3:memory:/slurm\n", &mounts);
        assert_eq!(groups.tightest().unwrap(), CgroupLimit { limit: 2_000_000, used: 5, group: own });
        let other = Cgroups::parse("3:memory:/elsewhere\n", &mounts);
        assert_eq!(other.tightest(), None, "no limit at the mount point");
    }

    #[test]
    fn a_group_of_another_namespace_is_seen_at_its_mount_point() {
        let top = tempfile::tempdir().unwrap();
        put(top.path(), "memory.max", "7000\n");
        let mounts = format!("30 24 0:26 /docker/1 {} rw - cgroup2 cgroup rw", top.path().display());
        assert_eq!(Cgroups::parse("0::/\n", &mounts).tightest().unwrap().limit, 7000);
    }

    #[test]
    fn a_kill_is_seen_in_the_counters() {
        let of = |group: u64, machine: u64| OomKills {
            groups: BTreeMap::from([(PathBuf::from("/g"), group)]),
            machine: Some(machine),
        };
        assert_eq!(of(1, 5).evidence_since(&of(1, 5)), None);
        assert!(of(2, 6).evidence_since(&of(1, 5)).unwrap().contains("control group /g"));
        assert!(of(1, 6).evidence_since(&of(1, 5)).unwrap().contains("probably"));
        assert_eq!(OomKills::now().evidence_since(&OomKills::now()), None);
    }

    #[test]
    fn fields_are_found_by_their_whole_name() {
        assert_eq!(field("RssAnonX: 1 kB\nRssAnon:\t  12 kB\n", "RssAnon:"), Some(12_288));
        assert_eq!(field("oom 3\noom_kill 4\n", "oom_kill"), Some(4));
        assert_eq!(field("a b\n", "a"), None);
    }
}
