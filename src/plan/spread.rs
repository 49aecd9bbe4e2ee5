//! Creators: which figures an entry has in a tree, and what each selects from.

use super::graph::{Multiverse, Selected};
use crate::config::{Creator, Node, PlotSpec, Point, Points};
use crate::diag::{Diagnostic, Outcome};
use crate::source::Tree;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Universes that were looked up, by the path of their group.
pub(super) type Multiverses = BTreeMap<String, Result<Rc<Multiverse>, Diagnostic>>;

/// The figures of an entry in a tree.
pub(super) struct Spread {
    pub(super) points: Points,
    creator: Creator,
    multiverse: Option<Rc<Multiverse>>,
}

impl Spread {
    /// What a point selects from.
    pub(super) fn selected(&self, point: &Point) -> Selected<'_> {
        match (&self.multiverse, point.universe) {
            (Some(multiverse), Some(number)) => Selected::Universe(multiverse.universe(number)),
            (Some(multiverse), None) if self.creator == Creator::Multiverse => {
                Selected::Multiverse(multiverse)
            }
            _ => Selected::Tree,
        }
    }
}

impl Spread {
    /// The figures of the entry with changes: a sweep over files.
    ///
    /// # Errors
    /// Sweeps that do not fit together.
    pub(super) fn swept(&self, spec: &PlotSpec, changes: &[(Node, Node)]) -> Result<Self, Diagnostic> {
        let first = |errors: Vec<Diagnostic>| {
            let first = errors.into_iter().next();
            spec.blame(first.unwrap_or_else(|| Diagnostic::error("it cannot be spread over files")))
        };
        let changed = spec.points.changed(changes).map_err(first)?;
        let points = match (&self.multiverse, &spec.universes) {
            (Some(multiverse), Some(universes)) => changed
                .of_universes(universes, &multiverse.space, multiverse.only_default())
                .map_err(first)?,
            _ => changed,
        };
        Ok(Self { points, creator: self.creator, multiverse: self.multiverse.clone() })
    }
}

/// The figures of an entry. Errors here are those of the whole entry.
///
/// # Errors
/// How all of its figures end: failed for want of universes, or skipped as
/// `expected_multiverse_ndim` says.
pub(super) fn spread(
    spec: &PlotSpec,
    tree: &Tree,
    multiverses: &mut Multiverses,
) -> Result<Spread, Box<Outcome>> {
    let failed = |error: Diagnostic| Box::new(Outcome::of_error(spec.blame(error)));
    let plain = |points: &Points| Spread { points: points.clone(), creator: spec.creator, multiverse: None };
    if spec.creator == Creator::PyPlot || spec.points.obstacle().is_some() {
        return Ok(plain(&spec.points));
    }
    let found = multiverses
        .entry(spec.multiverse.clone())
        .or_insert_with(|| Multiverse::of(tree, &spec.multiverse).map(Rc::new));
    let multiverse = found.clone().map_err(failed)?;
    let num_dims = multiverse.space.num_dims();
    if let Some(expected) = spec.expected_ndim.as_ref().filter(|expected| !expected.contains(&num_dims)) {
        let expected: Vec<String> = expected.iter().map(usize::to_string).collect();
        return Err(Box::new(Outcome::Skipped(format!(
            "`{}` has {num_dims} dimensions, not {}",
            multiverse.path,
            expected.join(" or ")
        ))));
    }
    let points = match &spec.universes {
        Some(universes) => spec
            .points
            .of_universes(universes, &multiverse.space, multiverse.only_default())
            .map_err(|errors| {
                let first = errors.into_iter().next();
                failed(first.unwrap_or_else(|| Diagnostic::error("its universes cannot be found")))
            })?,
        None => spec.points.clone(),
    };
    Ok(Spread { points, creator: spec.creator, multiverse: Some(multiverse) })
}
