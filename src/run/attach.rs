//! Data that another process holds: its arena found by name, and the same data opened beside it.

use super::{DataInput, Stop, read_text};
use crate::arena::named::{Attached, Inputs};
use crate::data::load::{Join, Order};
use crate::diag::{Diagnostic, ExitCode, LoadProgress};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Which arena to attach to.
#[derive(Clone, Debug)]
pub struct Attach {
    /// Its name.
    pub name: String,
    /// Told, again and again, how far it is as long as it is being loaded.
    pub waiting: fn(LoadProgress),
}

/// Attaches, and gives the data that the arena holds, to be opened: `given` if that names them.
///
/// # Errors
/// What [`Attached::open`] says, or a load configuration that was changed (exit code 3); `given` data
/// that are others (2).
pub(super) fn attach(to: &Attach, given: &DataInput) -> Result<(Attached, DataInput), Stop> {
    let data = |error| Stop::one(ExitCode::Data, error);
    let attached = Attached::open(&to.name, &mut |progress| {
        (to.waiting)(progress);
        ControlFlow::Continue(())
    })
    .map_err(data)?;
    let held = attached.inputs();
    if let Some(load) = &held.load
        && read_text(Path::new(&load.path))?.text() != load.text
    {
        let message = format!("{} was changed since the arena `{}` was loaded", load.path, to.name);
        return Err(data(Diagnostic::error(message)));
    }
    let own = DataInput {
        paths: held.paths.iter().map(PathBuf::from).collect(),
        load: held.load.as_ref().map(|load| PathBuf::from(&load.path)),
        join: held.concat.as_ref().map(|concat| Join {
            dim: concat.dim.clone(),
            new: concat.new,
            order: Order::Name,
        }),
    };
    if given.paths.is_empty() && given.load.is_none() && given.join.is_none() {
        return Ok((attached, own));
    }
    match difference(held, &own, given) {
        None => Ok((attached, given.clone())),
        Some(what) => Err(Stop::one(
            ExitCode::Usage,
            Diagnostic::error(format!("the arena `{}` was loaded {what}", to.name))
                .help("leave out the options for the data: the arena knows them".to_owned()),
        )),
    }
}

/// How the arena's data differ from those that were given besides.
fn difference(held: &Inputs, own: &DataInput, given: &DataInput) -> Option<String> {
    let whole = |paths: &[PathBuf]| -> Vec<PathBuf> {
        let one = |path: &PathBuf| std::fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let mut all: Vec<PathBuf> = paths.iter().map(one).collect();
        all.sort();
        all
    };
    if whole(&own.paths) != whole(&given.paths) {
        return Some(format!("of other data: {}", crate::diag::list(&held.paths)));
    }
    let load = |data: &DataInput| data.load.clone().map(|path| whole(&[path]));
    if load(own) != load(given) {
        return Some(match &held.load {
            Some(load) => format!("by the load configuration {}", load.path),
            None => "without a load configuration".to_owned(),
        });
    }
    let join = |data: &DataInput| data.join.as_ref().map(|join| (join.dim.clone(), join.new));
    (join(own) != join(given)).then(|| match &held.concat {
        Some(concat) if concat.new => format!("with `--concat-new {}`", concat.dim),
        Some(concat) => format!("with `--concat {}`", concat.dim),
        None => "without joining files".to_owned(),
    })
}
