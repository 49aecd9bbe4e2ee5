//! Names and lengths of the axes of all datasets: attributes, dimension scales, NetCDF-4 dims.

use super::walk::Found;
use crate::source::label;
use std::collections::BTreeMap;

/// The axes of one dataset.
pub(super) struct Axes {
    /// Their names; `dim_<i>` without one.
    pub(super) dims: Vec<String>,
    /// Their lengths; beyond the stored extent is the fill value.
    pub(super) shape: Vec<usize>,
    /// Per axis its dimension scale, by the number of its dataset.
    pub(super) scales: Vec<Option<usize>>,
    /// What is wrong with names in attributes.
    pub(super) problems: Vec<String>,
}

const NON_COORDINATE: &str = "_nc4_non_coord_";

/// The name of a dataset as netCDF shows it: a variable that is called like a dimension of more or
/// other axes is stored under a prefix.
pub(super) fn shown(name: &str) -> &str {
    name.strip_prefix(NON_COORDINATE).unwrap_or(name)
}

/// The axes of every dataset.
pub(super) fn axes(found: &[Found], netcdf: bool) -> Vec<Axes> {
    // A dataset that several links lead to counts as the first.
    let mut by_address: BTreeMap<(usize, u64), usize> = BTreeMap::new();
    let mut by_dimid: BTreeMap<i64, usize> = BTreeMap::new();
    for (i, dataset) in found.iter().enumerate() {
        by_address.entry((dataset.object.file, dataset.object.address)).or_insert(i);
        // Variables that are no scales may carry the number of their first dimension as well.
        if let Some(id) = dataset.attributes.dimid.filter(|_| dataset.attributes.is_scale) {
            by_dimid.entry(id).or_insert(i);
        }
    }
    let mut all: Vec<Axes> =
        found.iter().enumerate().map(|(i, d)| one(i, d, found, &by_address, &by_dimid, netcdf)).collect();
    if netcdf {
        grow(found, &mut all);
    }
    all
}

fn one(
    i: usize,
    dataset: &Found,
    found: &[Found],
    by_address: &BTreeMap<(usize, u64), usize>,
    by_dimid: &BTreeMap<i64, usize>,
    netcdf: bool,
) -> Axes {
    let shape = dataset.block.extent.clone();
    let attributes = &dataset.attributes;
    let scale_of = |axis: usize| -> Option<usize> {
        if let Some(address) = attributes.scales.get(axis).and_then(|scales| scales.first()) {
            return by_address.get(&(dataset.object.file, *address)).copied();
        }
        if let Some(id) = attributes.dimids.get(axis) {
            return by_dimid.get(id).copied();
        }
        (attributes.is_scale && axis == 0 && (netcdf || shape.len() == 1)).then_some(i)
    };
    let scales: Vec<Option<usize>> = (0..shape.len()).map(scale_of).collect();
    let mut problems = Vec::new();
    let named = if netcdf {
        vec![None; shape.len()]
    } else {
        label::names(&attributes.user, shape.len(), &mut problems)
    };
    let dims = named
        .into_iter()
        .enumerate()
        .map(|(axis, name)| {
            let label = attributes.labels.get(axis).filter(|l| !l.is_empty() && !netcdf);
            name.or_else(|| label.cloned())
                .or_else(|| scales[axis].map(|s| shown(&found[s].name).to_owned()))
                .unwrap_or_else(|| format!("dim_{axis}"))
        })
        .collect();
    Axes { dims, shape, scales, problems }
}

/// NetCDF-4 shows every variable as long as the longest along a shared unlimited dimension.
fn grow(found: &[Found], all: &mut [Axes]) {
    let mut longest: BTreeMap<usize, usize> = BTreeMap::new();
    let can_grow = |i: usize, axis: usize| found[i].unlimited.get(axis) == Some(&true);
    for (i, axes) in all.iter().enumerate() {
        for (axis, scale) in axes.scales.iter().enumerate() {
            if let Some(scale) = scale.filter(|_| can_grow(i, axis)) {
                let length = longest.entry(scale).or_default();
                *length = (*length).max(axes.shape[axis]);
            }
        }
    }
    for (i, axes) in all.iter_mut().enumerate() {
        for axis in 0..axes.shape.len() {
            if let Some(length) =
                axes.scales[axis].and_then(|s| longest.get(&s)).filter(|_| can_grow(i, axis))
            {
                axes.shape[axis] = *length;
            }
        }
    }
}
