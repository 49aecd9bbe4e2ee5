//! A worker: takes and forgets parcels, draws one task after another and writes their temporary files.
//!
//! **Invariant:** no final name is touched here.

use super::protocol::{Drawing, Order, Word, decode, send, staged};
use super::{Crew, Drawn, Files, Kind, ParcelId};
use crate::diag::Diagnostic;
use crate::output::publish::stage;
use crate::sys::Channel;
use crate::sys::memory::private;
use nix::sys::resource::{Resource, UsageWho, getrusage, setrlimit};
use std::collections::BTreeMap;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The life of a worker, in its own process; gives its exit code.
pub(super) fn work(crew: &Crew<'_>, channel: &Channel, stderr: BorrowedFd<'_>) -> i32 {
    if prepare(crew, stderr).is_err() {
        return 1;
    }
    let panic_text = watch_panics();
    let inherited = private(own_pid());
    let mut parcels = Parcels::default();
    loop {
        let (order, descriptors) = match channel.recv() {
            Ok(Some(message)) => match decode(&message.bytes) {
                Ok(order) => (order, message.descriptors),
                Err(err) => return lost(&err),
            },
            Ok(None) => return 0,
            Err(err) => return lost(&err),
        };
        let sent = match order {
            Order::Take { parcel, more, failed } => {
                parcels.take(crew, parcel, descriptors, more, failed);
                Ok(())
            }
            Order::Forget(parcel) => {
                parcels.forget(crew, parcel);
                send(channel, &Word::Forgotten(parcel), &[])
            }
            Order::Draw(task) => {
                let (mut drawing, segment) = draw(crew, task, &parcels, &panic_text);
                drawing.anon_bytes = private(own_pid()).saturating_sub(inherited);
                let panicked = drawing.panicked;
                let segment: Vec<BorrowedFd<'_>> = segment.iter().map(AsFd::as_fd).collect();
                let sent = send(channel, &Word::Drawn(Box::new(drawing)), &segment);
                if panicked {
                    return i32::from(sent.is_err());
                }
                sent
            }
        };
        if sent.is_err() {
            return 1;
        }
    }
}

/// Says on stderr, which becomes the figure's reason, why this worker cannot go on.
fn lost(err: &std::io::Error) -> i32 {
    eprintln!("the worker cannot receive its orders: {err}");
    1
}

/// What this worker was given.
#[derive(Default)]
struct Parcels {
    /// Segments of a parcel of which further ones are on their way.
    begun: Vec<OwnedFd>,
    /// Parcels that cannot be used.
    refused: BTreeMap<ParcelId, Diagnostic>,
}

impl Parcels {
    fn take(
        &mut self,
        crew: &Crew<'_>,
        parcel: ParcelId,
        segments: Vec<OwnedFd>,
        more: bool,
        failed: Vec<(String, Diagnostic)>,
    ) {
        self.begun.extend(segments);
        if more {
            return;
        }
        if let Err(error) = crew.craft.accept(parcel, std::mem::take(&mut self.begun), failed) {
            self.refused.insert(parcel, error);
        }
    }

    fn forget(&mut self, crew: &Crew<'_>, parcel: ParcelId) {
        if self.refused.remove(&parcel).is_none() {
            crew.craft.forget(parcel);
        }
    }

    /// Why a task cannot be drawn here.
    fn refusal(&self, crew: &Crew<'_>, task: usize) -> Option<Diagnostic> {
        if self.refused.is_empty() {
            return None;
        }
        let mut needs = crew.tasks[task].needs.clone();
        while let Some(parcel) = needs.pop() {
            if let Some(error) = self.refused.get(&parcel) {
                return Some(error.clone());
            }
            needs.extend(&crew.parcels[parcel as usize].fallback);
        }
        None
    }
}

fn prepare(crew: &Crew<'_>, stderr: BorrowedFd<'_>) -> std::io::Result<()> {
    crate::sys::redirect_output(stderr)?;
    let _ = nix::sys::prctl::set_name(c"shmplot:worker");
    // The arena must not go to disk with a core, and when memory is short a worker goes before the parent.
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    crate::sys::memory::offer_to_oom_killer();
    if let Some(bytes) = crew.options.limits.worker_data {
        setrlimit(Resource::RLIMIT_DATA, bytes, bytes)?;
    }
    // Cores that no worker has are shared by those that there are.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    crate::sys::allow_threads(cores / crew.options.workers.min(crew.tasks.len()).max(1));
    Ok(())
}

/// Panics leave their message here, and on stderr for those that cannot be caught.
fn watch_panics() -> Arc<Mutex<Option<String>>> {
    let text = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&text);
    std::panic::set_hook(Box::new(move |info| {
        let said = info
            .payload()
            .downcast_ref::<&str>()
            .map(|said| (*said).to_owned())
            .or_else(|| info.payload().downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a value that is not text".to_owned());
        let place =
            info.location().map_or(String::new(), |place| format!(" ({}:{})", place.file(), place.line()));
        eprintln!("panicked: {said}{place}");
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(format!("{said}{place}"));
    }));
    text
}

/// Draws or makes a task; the descriptor is that of a result.
fn draw(
    crew: &Crew<'_>,
    task: usize,
    parcels: &Parcels,
    panic_text: &Mutex<Option<String>>,
) -> (Drawing, Option<OwnedFd>) {
    let (begin, cpu) = (Instant::now(), cpu_time());
    let mut segment = None;
    let caught = catch_unwind(AssertUnwindSafe(|| {
        if let Some(error) = parcels.refusal(crew, task) {
            return Err(error);
        }
        if let Kind::Make(_) = crew.tasks[task].kind {
            let made = crew.craft.make(task)?;
            segment = Some(made.segment);
            return Ok((made.bytes, Vec::new()));
        }
        let drawn = crew.craft.draw(task)?;
        Ok((write(crew, task, &drawn)?, drawn.warnings))
    }));
    let panicked = caught.is_err();
    let (result, warnings) = match caught {
        Ok(Ok((bytes, warnings))) => (Ok(bytes), warnings),
        Ok(Err(diagnostic)) => (Err(diagnostic), Vec::new()),
        Err(_) => {
            let said = panic_text.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
            let diagnostic = Diagnostic::error("drawing panicked").caused_by(said);
            (Err(diagnostic.help("this is a bug in shmplot; please report it".to_owned())), Vec::new())
        }
    };
    if result.is_err() {
        for file in staged(crew.tasks, crew.options, task) {
            let _ = crew.io.unlink(&file.temp);
        }
    }
    let (wall, cpu) = (begin.elapsed(), cpu_time().saturating_sub(cpu));
    (Drawing { task, result, warnings, wall, cpu, anon_bytes: 0, panicked }, segment)
}

/// Writes the temporary files; gives their bytes together.
fn write(crew: &Crew<'_>, task: usize, drawn: &Drawn) -> Result<u64, Diagnostic> {
    let drawn = match &drawn.files {
        Files::Bytes(drawn) => drawn,
        Files::Staged(bytes) => return Ok(*bytes),
    };
    let files = staged(crew.tasks, crew.options, task);
    if files.len() != drawn.len() {
        let (have, want) = (drawn.len(), files.len());
        return Err(Diagnostic::error(format!("{have} files were drawn where {want} are planned")));
    }
    let mut bytes = 0;
    for (file, content) in files.iter().zip(drawn) {
        stage(crew.io, file, content)?;
        bytes += content.len() as u64;
    }
    Ok(bytes)
}

fn own_pid() -> i32 {
    nix::unistd::getpid().as_raw()
}

/// User and system time of this process.
fn cpu_time() -> Duration {
    getrusage(UsageWho::RUSAGE_SELF).map_or(Duration::ZERO, |usage| {
        [usage.user_time(), usage.system_time()]
            .iter()
            .map(|time| {
                let micros = time.tv_sec().saturating_mul(1_000_000).saturating_add(time.tv_usec());
                Duration::from_micros(u64::try_from(micros).unwrap_or(0))
            })
            .sum()
    })
}
