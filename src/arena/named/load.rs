//! Loading for a server: the segments as descriptors.

use crate::arena::{Delivered, Options, budget, load_all, want};
use crate::data::Demand;
use crate::diag::{Diagnostic, LoadProgress};
use crate::source::Tree;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;

/// What [`load`] gives: segments, and the leaves that cannot be read.
pub type Segments = (Vec<OwnedFd>, BTreeMap<String, Diagnostic>);

/// Loads `demand` as [`Arena::load`](crate::arena::Arena::load) does, and gives the sealed segments
/// themselves.
///
/// # Errors
/// As [`Arena::load`](crate::arena::Arena::load).
pub fn load(
    demand: &Demand,
    tree: &Tree,
    options: &Options,
    progress: &mut dyn FnMut(LoadProgress) -> ControlFlow<()>,
) -> Result<Segments, Diagnostic> {
    let wants = want::Wants::new(demand, tree);
    budget::Limits::now(options.memory_limit).check(wants.bytes())?;
    let Delivered { segments, failed, .. } =
        load_all(demand, tree, options.clone(), &mut Vec::new(), progress)?;
    let mut unread = wants.failed;
    unread.extend(failed);
    Ok((segments, unread))
}
