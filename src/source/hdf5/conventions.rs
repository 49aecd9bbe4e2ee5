//! What ecosystems agree on about names in HDF5 files, as names of axes and coordinates: H5MD,
//! AnnData, pandas' fixed format; and whether PyTables wrote the file.
//!
//! All of it is advice: where shapes do not go together, a dataset stays as it is.

use super::axes::Axes;
use super::block::Sink;
use super::fault::{Fault, guarded};
use super::types::{Type, integer};
use super::walk::{Found, Raw, join};
use crate::data::{Attr, Attrs, Buf, Dim, Labelled, Values};
use crate::source::CoordSource;
use crate::source::cf::{Decoder, Scalar, Stored, TypedAttrs};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Longest axis for which a linear time is written out.
const LONGEST: usize = 1 << 24;

/// Deepest path for which dataframes are looked for.
const DEEPEST: usize = 64;

/// What is known of a file's datasets, by their numbers.
#[derive(Default)]
pub(super) struct Known {
    /// Dataset, axis, name.
    dims: Vec<(usize, usize, String)>,
    /// Dataset, axis, name of the coordinate, and where it is.
    coords: Vec<(usize, usize, String, CoordSource)>,
    /// Per group of an AnnData categorical its numbers, and the texts that they stand for.
    pub(super) coded: BTreeMap<String, (usize, usize)>,
    /// Whether PyTables wrote the file.
    pub(super) pytables: bool,
}

impl Known {
    /// Names axes that have no name yet.
    pub(super) fn name(&self, axes: &mut [Axes]) {
        for (i, axis, name) in &self.dims {
            let dims = &mut axes[*i].dims;
            if dims.get(*axis).is_some_and(|dim| *dim == format!("dim_{axis}")) && !dims.contains(name) {
                dims[*axis].clone_from(name);
            }
        }
    }

    /// Adds the coordinates of axes that have none of that name yet.
    pub(super) fn label(&self, axes: &[Axes], coords: &mut [Vec<(String, CoordSource)>]) {
        for (i, axis, name, source) in &self.coords {
            let is_named =
                self.dims.iter().any(|(d, a, n)| (d, a) == (i, axis) && axes[*i].dims[*axis] == *n);
            if is_named && !coords[*i].iter().any(|(have, _)| have == name) {
                coords[*i].push((name.clone(), source.clone()));
            }
        }
    }

    /// Axis `axis` of dataset `i` is `dim`, with the values of dataset `labels`.
    fn axis(&mut self, found: &[Found], i: usize, axis: usize, dim: &str, labels: usize) {
        let (data, values) = (&found[i].block.extent, &found[labels].block.extent);
        if data.get(axis).is_some_and(|n| values[..] == [*n]) {
            self.dims.push((i, axis, dim.to_owned()));
            let source = CoordSource::Leaf(found[labels].path());
            self.coords.push((i, axis, dim.to_owned(), source));
        }
    }
}

/// Groups and datasets by their paths.
struct Index<'a> {
    groups: BTreeMap<String, &'a TypedAttrs>,
    datasets: BTreeMap<(&'a str, &'a str), usize>,
    found: &'a [Found],
}

impl Index<'_> {
    fn get(&self, group: &str, name: &str) -> Option<usize> {
        self.datasets.get(&(group, name)).copied()
    }

    /// The datasets directly in a group.
    fn members<'a>(&'a self, group: &'a str) -> impl Iterator<Item = usize> + 'a {
        let all = self.datasets.range((group, "")..);
        all.take_while(move |((at, _), _)| *at == group).map(|(_, i)| *i)
    }

    /// The groups directly in a group.
    fn groups<'a>(&'a self, group: &'a str) -> impl Iterator<Item = (&'a str, &'a TypedAttrs)> {
        let prefix = format!("{group}/");
        let below = self.groups.range(prefix.clone()..);
        let below = below.take_while({
            let prefix = prefix.clone();
            move |(path, _)| path.starts_with(&prefix)
        });
        below
            .filter(move |(path, _)| !path[prefix.len()..].contains('/'))
            .map(|(path, attrs)| (&path[..], *attrs))
    }
}

/// What is known of the datasets `found` in the tree below `root`.
pub(super) fn find(root: &Raw, found: &[Found]) -> Known {
    let mut groups = BTreeMap::new();
    collect(root, "", &mut groups);
    let datasets = found.iter().enumerate().map(|(i, f)| ((f.group.as_str(), f.name.as_str()), i)).collect();
    let index = Index { groups, datasets, found };
    let of_root = index.groups.get("");
    let pytables = of_root.is_some_and(|attrs| attrs.get("PYTABLES_FORMAT_VERSION").is_some());
    let mut known = Known { pytables, ..Known::default() };
    if index.groups.contains_key("h5md") {
        h5md(&index, &mut known);
    }
    let names: Vec<&String> = index.groups.keys().collect();
    for group in names {
        let attrs = index.groups[group];
        match attrs.text("encoding-type") {
            Some("categorical") => {
                if let (Some(codes), Some(names)) =
                    (index.get(group, "codes"), index.get(group, "categories"))
                {
                    known.coded.insert(group.clone(), (codes, names));
                }
            }
            _ if group.matches('/').count() < DEEPEST => anndata(group, &index, &mut known),
            _ => {}
        }
        if pytables && let Some(kind) = attrs.text("pandas_type") {
            pandas(group, kind, &index, &mut known);
        }
    }
    known
}

fn collect<'a>(raw: &'a Raw, path: &str, groups: &mut BTreeMap<String, &'a TypedAttrs>) {
    if let Raw::Group { attrs, members } = raw {
        groups.insert(path.to_owned(), attrs);
        for (name, member) in members {
            collect(member, &join(path, name), groups);
        }
    }
}

/// H5MD 1.1 (nongnu.org/h5md): elements that depend on time are groups of `value`, `step` and `time`;
/// the latter two are lists, or one increment with an attribute `offset`.
fn h5md(index: &Index<'_>, known: &mut Known) {
    for (i, value) in index.found.iter().enumerate().filter(|(_, f)| f.name == "value") {
        let Some(len) = value.block.extent.first().copied() else { continue };
        let mut dim = None;
        for name in ["time", "step"] {
            let Some(labels) = index.get(&value.group, name) else { continue };
            let is_list = index.found[labels].block.extent == [len];
            let linear =
                if is_list { None } else { linear(&index.found[labels], name, dim.unwrap_or(name), len) };
            if !is_list && linear.is_none() {
                continue;
            }
            let dim = *dim.get_or_insert(name);
            known.dims.push((i, 0, dim.to_owned()));
            let source = if is_list {
                known.dims.push((labels, 0, dim.to_owned()));
                Some(CoordSource::Leaf(index.found[labels].path()))
            } else {
                linear
            };
            known.coords.extend(source.map(|source| (i, 0, name.to_owned(), source)));
        }
    }
}

/// The coordinate that one increment and its offset make.
fn linear(increment: &Found, name: &str, dim: &str, len: usize) -> Option<CoordSource> {
    let is_one = increment.block.extent.iter().all(|n| *n == 1);
    if !is_one || len > LONGEST {
        return None;
    }
    let step = scalar(increment)?;
    let attrs = &increment.attributes.user;
    let offset = attrs.numbers("offset").and_then(|(_, values)| values.first().copied());
    let values = match (step, offset.unwrap_or(Scalar::Int(0))) {
        (Scalar::Int(step), Scalar::Int(offset)) => {
            let value = |i: usize| i64::try_from(step.checked_mul(i as i128)?.checked_add(offset)?).ok();
            Values::I64(Buf::from((0..len).map(value).collect::<Option<Vec<i64>>>()?))
        }
        (step, offset) => {
            let value = |i: usize| offset.f64() + i as f64 * step.f64();
            Values::F64(Buf::from((0..len).map(value).collect::<Vec<f64>>()))
        }
    };
    let mut coord = Labelled::contiguous(vec![Dim::new(dim)], vec![len], values).named(name);
    coord.attrs = with_units(attrs);
    Some(CoordSource::Inline(Arc::new(coord)))
}

/// H5MD calls units `unit`.
fn with_units(attrs: &TypedAttrs) -> Attrs {
    let mut all = attrs.clone();
    if let Some(unit) = attrs.get("unit").cloned() {
        all.set_default("units", unit);
    }
    all.to_attrs()
}

/// The one number of a dataset.
fn scalar(found: &Found) -> Option<Scalar> {
    struct One(Vec<u8>);
    impl Sink for One {
        fn put(&mut self, _: usize, bytes: &[u8]) -> Result<(), Fault> {
            self.0 = bytes.to_vec();
            Ok(())
        }
    }
    let Type::Number(stored) = found.ty else { return None };
    let mut one = One(Vec::new());
    let ranges: Vec<_> = found.block.extent.iter().map(|_| 0..1).collect();
    guarded(|| found.block.visit(&ranges, &mut one)).ok()?;
    let bytes = one.0.get(..stored.kind.size())?;
    if stored.kind.is_integer() {
        return Some(Scalar::Int(i128::from(integer(bytes, stored))));
    }
    let decoder = Decoder::plain(stored);
    let mut out = vec![0; decoder.dtype.size()?];
    decoder.decode(bytes, &mut out).ok()?;
    let native = Stored { kind: stored.kind, big: cfg!(target_endian = "big") };
    match (out.len(), native.kind.is_integer()) {
        (4, false) => Some(Scalar::Float(f64::from(f32::from_ne_bytes(out.try_into().ok()?)))),
        (8, false) => Some(Scalar::Float(f64::from_ne_bytes(out.try_into().ok()?))),
        _ => None,
    }
}

/// AnnData (its on-disk format, 0.7 to 0.12): the matrices of a group with the dataframes `obs` and
/// `var` have these as their axes, labelled by the dataframes' index.
fn anndata(group: &str, index: &Index<'_>, known: &mut Known) {
    let frame = |name: &str| {
        let path = join(group, name);
        let labels = index.get(&path, index.groups.get(&path)?.text("_index")?)?;
        Some((path, labels))
    };
    // The raw part has variables of its own, and the observations of the whole.
    let is_raw = group.rsplit('/').next() == Some("raw");
    let obs = frame("obs").or_else(|| {
        let above = group.rsplit_once('/').map_or("", |(above, _)| above);
        let path = join(above, "obs");
        let labels = index.get(&path, index.groups.get(&path)?.text("_index")?)?;
        is_raw.then_some((path, labels))
    });
    let (Some((obs_path, obs)), Some((var_path, var))) = (obs, frame("var")) else { return };
    for (path, dim, labels) in [(&obs_path, "obs", obs), (&var_path, "var", var)] {
        columns(path, dim, labels, index, known);
    }
    let both: &[(&str, usize)] = &[("obs", obs), ("var", var)];
    let matrix = |i: usize, axes: &[(&str, usize)], known: &mut Known| {
        for (axis, (dim, labels)) in axes.iter().enumerate() {
            known.axis(index.found, i, axis, dim, *labels);
        }
    };
    if let Some(x) = index.get(group, "X") {
        matrix(x, both, known);
    }
    for (name, axes) in [
        ("layers", both),
        ("obsm", &both[..1]),
        ("obsp", &both[..1]),
        ("varm", &both[1..]),
        ("varp", &both[1..]),
    ] {
        let below = join(group, name);
        for i in index.members(&below).collect::<Vec<_>>() {
            matrix(i, axes, known);
        }
        if name.ends_with('m') {
            let frames: Vec<String> = index.groups(&below).map(|(path, _)| path.to_owned()).collect();
            for path in frames {
                let labels = index.groups[&path].text("_index").and_then(|name| index.get(&path, name));
                if let Some(labels) = labels {
                    columns(&path, axes[0].0, labels, index, known);
                }
            }
        }
    }
}

/// The columns of a dataframe: its datasets, and the parts of those that are groups.
fn columns(path: &str, dim: &str, labels: usize, index: &Index<'_>, known: &mut Known) {
    for i in index.members(path).collect::<Vec<_>>() {
        known.axis(index.found, i, 0, dim, labels);
    }
    for (column, attrs) in index.groups(path) {
        let parts: &[&str] = match attrs.text("encoding-type") {
            Some("categorical") => &["codes"],
            Some(kind) if kind.starts_with("nullable") => &["values", "mask"],
            _ => continue,
        };
        for i in parts.iter().filter_map(|part| index.get(column, part)) {
            known.axis(index.found, i, 0, dim, labels);
        }
    }
}

/// pandas' `to_hdf(format="fixed")`: the blocks of a frame by rows and columns, a series by rows.
fn pandas(group: &str, kind: &str, index: &Index<'_>, known: &mut Known) {
    let mut axis = |data: Option<usize>, axis: usize, dim: &str, labels: &str| {
        if let (Some(data), Some(labels)) = (data, index.get(group, labels)) {
            known.axis(index.found, data, axis, dim, labels);
        }
    };
    match kind {
        "series" => axis(index.get(group, "values"), 0, "index", "index"),
        "frame" => {
            for block in 0..index.members(group).count() {
                let values = index.get(group, &format!("block{block}_values"));
                axis(values, 0, "index", "axis1");
                axis(values, 1, "columns", &format!("block{block}_items"));
            }
        }
        _ => {}
    }
}

/// Names of the texts that numbers stand for, as CF's flags.
pub(super) fn flags(attrs: &mut Attrs, names: &[String]) {
    let meanings: Vec<String> = names.iter().map(|name| name.replace(char::is_whitespace, "_")).collect();
    let all = [
        ("flag_values", Attr::Ints((0..names.len() as i64).collect())),
        ("flag_meanings", Attr::Text(meanings.join(" "))),
    ];
    let kept = attrs.iter().map(|(name, value)| (name.to_owned(), value.clone()));
    *attrs = kept.chain(all.map(|(name, value)| (name.to_owned(), value))).collect();
}
