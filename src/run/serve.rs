//! Data kept loaded for many runs: config → source → plan → arena → a name, until somebody ends it.

use super::{DataInput, Input, Prepared, Stop};
use crate::arena::named::{self, Concat, Contents, Inputs, LoadText, Server};
use crate::arena::{self, Place};
use crate::data::Demand;
use crate::diag::{Diagnostic, ExitCode, Severity};
use crate::source::Tree;
use crate::sys::{Interest, Signals};
use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

/// What is served, and as what.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Its name.
    pub name: String,
    /// Only what the figures of this configuration can touch.
    pub plots: Option<PathBuf>,
    /// Further base configurations.
    pub bases: Vec<PathBuf>,
    /// Data files and folders.
    pub data: DataInput,
    /// Most bytes the data may take.
    pub memory_limit: Option<u64>,
}

/// What happens meanwhile.
#[derive(Clone, Debug)]
pub enum Event {
    /// Something that should be known.
    Note(Diagnostic),
    /// From now on it can be attached to.
    Ready {
        /// Number of arrays, coordinates included.
        leaves: usize,
        /// Number of segments.
        segments: usize,
        /// Bytes of all segments.
        bytes: u64,
    },
}

/// Loads the data, serves them, and waits for a signal: SIGTERM (as `arena rm` sends it) is success.
///
/// # Errors
/// What [`super::prepare`] says; a name that cannot be served; data that cannot be loaded.
pub fn serve(options: &Options, on_event: &mut dyn FnMut(Event)) -> Result<ExitCode, Stop> {
    let data = |error| Stop::one(ExitCode::Data, error);
    let (tree, demand) = open(options, on_event)?;
    let inputs = inputs(&options.data)?;
    let signals = Signals::block()
        .map_err(|error| data(Diagnostic::error("cannot watch for signals").caused_by(error.to_string())))?;
    let mut notes = Vec::new();
    let server = Server::start(&options.name, &tree, &mut notes);
    notes.into_iter().for_each(|note| on_event(Event::Note(note)));
    let mut server = server.map_err(data)?;

    let loading = arena::Options {
        place: Place::Memory,
        memory_limit: options.memory_limit,
        ..arena::Options::default()
    };
    let mut came = None;
    let loaded = named::load(&demand, &tree, &loading, &mut |progress| {
        server.progress(progress);
        came = signals.next().ok().flatten();
        if came.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if let Some(signal) = came.or_else(|| signals.next().ok().flatten()) {
        return Ok(ended_by(signal));
    }
    let (segments, failed) = loaded.map_err(data)?;
    for error in failed.into_values() {
        on_event(Event::Note(Diagnostic { severity: Severity::Warning, ..error }));
    }
    let count = segments.len();
    let published = server.publish(Contents { segments, inputs, tree: &tree }).map_err(data)?;
    drop(tree);
    on_event(Event::Ready { leaves: published.leaves, segments: count, bytes: published.bytes });
    loop {
        let waited = crate::sys::wait(&[(signals.as_fd(), Interest::Read)], None);
        match (signals.next(), waited) {
            (Ok(Some(signal)), _) => return Ok(ended_by(signal)),
            (Err(error), _) | (_, Err(error)) => {
                return Err(data(Diagnostic::error("cannot wait for signals").caused_by(error.to_string())));
            }
            _ => {}
        }
    }
}

fn ended_by(signal: i32) -> ExitCode {
    match signal {
        libc::SIGINT => ExitCode::Interrupted,
        libc::SIGTERM => ExitCode::Success,
        _ => ExitCode::Terminated,
    }
}

/// The data, and what of them is to be served.
fn open(options: &Options, on_event: &mut dyn FnMut(Event)) -> Result<(Tree, Demand), Stop> {
    let Some(plots) = &options.plots else {
        let opened = options.data.open(&mut Vec::new())?;
        opened.warnings.into_iter().for_each(|warning| on_event(Event::Note(warning)));
        let demand = opened.value.whole();
        return Ok((opened.value, demand));
    };
    let input = Input {
        plots: plots.clone(),
        bases: options.bases.clone(),
        data: options.data.clone(),
        ..Input::default()
    };
    let Prepared { plan, tree, warnings, .. } = super::prepare(&input)?;
    warnings.into_iter().for_each(|warning| on_event(Event::Note(warning)));
    Ok((tree, super::demand_of(&plan.tasks)))
}

/// The data's names, as whoever attaches needs them.
fn inputs(data: &DataInput) -> Result<Inputs, Stop> {
    let absolute = |path: &Path| -> Result<String, Stop> {
        let whole = std::path::absolute(path).map_err(|error| error.to_string());
        let text = whole.and_then(|path| {
            path.into_os_string().into_string().map_err(|_| "its path is no UTF-8 text".to_owned())
        });
        text.map_err(|why| {
            let message = format!("cannot serve {}", path.display());
            Stop::one(ExitCode::Data, Diagnostic::error(message).caused_by(why))
        })
    };
    Ok(Inputs {
        paths: data.paths.iter().map(|path| absolute(path)).collect::<Result<_, _>>()?,
        load: match &data.load {
            Some(path) => {
                Some(LoadText { path: absolute(path)?, text: super::read_text(path)?.text().to_owned() })
            }
            None => None,
        },
        concat: data.join.as_ref().map(|join| Concat { dim: join.dim.clone(), new: join.new }),
    })
}
