//! A worker: draws one task after another and writes their temporary files.
//!
//! **Invariant:** no final name is touched here.

use super::protocol::{Drawing, Order, decode, send, staged};
use super::{Crew, Drawn};
use crate::diag::Diagnostic;
use crate::output::publish::stage;
use crate::sys::Channel;
use crate::sys::memory::private;
use nix::sys::resource::{Resource, UsageWho, getrusage, setrlimit};
use std::os::fd::BorrowedFd;
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
    loop {
        let order = match channel.recv() {
            Ok(Some(message)) => decode(&message.bytes),
            Ok(None) => return 0,
            Err(err) => Err(err),
        };
        let Ok(Order::Draw(task)) = order else { return 1 };
        let mut drawing = draw(crew, task, &panic_text);
        drawing.anon_bytes = private(own_pid()).saturating_sub(inherited);
        if send(channel, &drawing).is_err() {
            return 1;
        }
        if drawing.panicked {
            return 0;
        }
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

fn draw(crew: &Crew<'_>, task: usize, panic_text: &Mutex<Option<String>>) -> Drawing {
    let (begin, cpu) = (Instant::now(), cpu_time());
    let caught = catch_unwind(AssertUnwindSafe(|| {
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
    Drawing {
        task,
        result,
        warnings,
        wall: begin.elapsed(),
        cpu: cpu_time().saturating_sub(cpu),
        anon_bytes: 0,
        panicked,
    }
}

/// Writes the temporary files; gives their bytes together.
fn write(crew: &Crew<'_>, task: usize, drawn: &Drawn) -> Result<u64, Diagnostic> {
    let files = staged(crew.tasks, crew.options, task);
    if files.len() != drawn.files.len() {
        let (have, want) = (drawn.files.len(), files.len());
        return Err(Diagnostic::error(format!("{have} files were drawn where {want} are planned")));
    }
    let mut bytes = 0;
    for (file, content) in files.iter().zip(&drawn.files) {
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
