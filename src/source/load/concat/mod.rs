//! Trees of several files as one: what has the dimension is joined along it, the rest has to agree.
//!
//! No values are copied: joined arrays know their parts ([`Joined`]). Values are read only of
//! labels and of small arrays that have to be equal. The rules are those of `xarray.concat` with
//! `join="exact"`, `combine_attrs="drop_conflicts"`, `data_vars="minimal"`; labels that differ by
//! rounding only are taken for equal.

mod agree;
mod attrs;
mod labels;

use crate::data::load::{Join, Order};
use crate::data::{Coord, Dim, Dtype, Labelled, Values};
use crate::diag::{Diagnostic, Place, Warned, did_you_mean, list};
use crate::source::joined::promoted;
use crate::source::{ArrayNode, CoordSource, Group, Joined, Node, SourceError, Storage, Tree};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// One file.
pub(super) struct Part {
    /// Its path.
    pub(super) path: PathBuf,
    /// Its content; arrays have their readers' numbers, coordinates paths from its root.
    pub(super) node: Node,
    /// Its label along a new dimension.
    pub(super) label: String,
}

/// The files of an entry as one node.
///
/// # Errors
/// If no array has the dimension (or, of a new one, if one has it already), or if files cannot be put
/// in order. What cannot be joined by itself is a [`Node::Broken`] that names the files.
pub(super) fn combine(
    tree: &Tree,
    entry: &str,
    place: Option<&Place>,
    join: &Join,
    mut parts: Vec<Part>,
) -> Result<Warned<Node>, Diagnostic> {
    let at = |diagnostic: Diagnostic| match place {
        Some(place) => diagnostic.or_at(place),
        None => diagnostic,
    };
    let dim = &join.dim;
    check_dim(join, &parts).map_err(at)?;
    if join.order == Order::Coordinate {
        labels::sort(tree, dim, &mut parts).map_err(|why| {
            at(Diagnostic::error(format!("the files of `{entry}` cannot be put in order by `{dim}`"))
                .caused_by(why))
        })?;
    }
    let mut coordinates = BTreeSet::new();
    parts.iter().for_each(|part| named_as_coordinates(&part.node, &mut coordinates));
    let files: Vec<String> = parts.iter().map(|part| part.path.display().to_string()).collect();
    let label = join.new.then(|| new_coordinate(dim, &parts));
    let mut combine = Combine {
        tree,
        dim: Dim::new(dim),
        new: label,
        files,
        coordinates,
        dropped: attrs::Dropped::default(),
        unlike: Vec::new(),
        large: Vec::new(),
        warnings: Vec::new(),
    };
    let all: Vec<(usize, &Node)> = parts.iter().enumerate().map(|(i, part)| (i, &part.node)).collect();
    let node = combine.node("", &all);
    let warnings = combine.warnings().into_iter().map(|warning| {
        let message = format!("the files of `{entry}`: {}", warning.message);
        at(Diagnostic { message, ..warning })
    });
    Ok(Warned { value: node, warnings: warnings.collect() })
}

/// That there is something to join.
fn check_dim(join: &Join, parts: &[Part]) -> Result<(), Diagnostic> {
    let dim = &join.dim;
    let mut dims = BTreeSet::new();
    let mut found = None;
    for part in parts {
        each_array(&part.node, &mut |array| {
            dims.extend(array.dims.iter().map(|dim| dim.as_str().to_owned()));
            if found.is_none() && array.dims.iter().any(|have| have.as_str() == dim) {
                found = Some(format!("{} of {}", array.origin, part.path.display()));
            }
        });
    }
    match (join.new, found) {
        (false, Some(_)) | (true, None) => Ok(()),
        (false, None) => {
            let help = did_you_mean(dim, dims.iter().map(String::as_str));
            let new = format!("`concat_new: {dim}` makes a new dimension");
            Err(Diagnostic::error(format!("no array has the dimension `{dim}`"))
                .help(help.map_or(new.clone(), |help| format!("{help} {new}"))))
        }
        (true, Some(array)) => Err(Diagnostic::error(format!("`{dim}` is no new dimension: {array} has it"))
            .help(format!("`concat: {dim}` joins along it"))),
    }
}

fn each_array(node: &Node, visit: &mut dyn FnMut(&ArrayNode)) {
    match node {
        Node::Group(group) => group.members.iter().for_each(|(_, node)| each_array(node, visit)),
        Node::Array(array) => visit(array),
        Node::Text(_) | Node::Value(_) | Node::Broken(_) => {}
    }
}

/// The paths of arrays that are coordinates of others.
fn named_as_coordinates(node: &Node, found: &mut BTreeSet<String>) {
    each_array(node, &mut |array| {
        found.extend(array.coords.iter().filter_map(|(_, source)| match source {
            CoordSource::Leaf(path) => Some(path.clone()),
            CoordSource::Inline(_) => None,
        }));
    });
}

/// The labels of a new dimension: numbers where all of them are.
fn new_coordinate(dim: &str, parts: &[Part]) -> Coord {
    let labels = || parts.iter().map(|part| part.label.as_str());
    let whole: Option<Vec<i64>> = labels().map(|label| label.parse().ok()).collect();
    let real: Option<Vec<f64>> =
        labels().map(|label| label.parse().ok().filter(|value: &f64| value.is_finite())).collect();
    let values = match (whole, real) {
        (Some(whole), _) => Values::I64(whole.into()),
        (None, Some(real)) => Values::F64(real.into()),
        (None, None) => Values::Str(labels().collect()),
    };
    Arc::new(Labelled::contiguous(vec![Dim::new(dim)], vec![parts.len()], values).named(dim))
}

struct Combine<'a> {
    tree: &'a Tree,
    dim: Dim,
    /// The labels of a new dimension.
    new: Option<Coord>,
    /// Names of the files, in order.
    files: Vec<String>,
    /// Paths of arrays that are coordinates.
    coordinates: BTreeSet<String>,
    dropped: attrs::Dropped,
    /// Texts and values that are taken from the first file although they differ.
    unlike: Vec<String>,
    /// Arrays that are taken from the first file without a comparison.
    large: Vec<String>,
    warnings: Vec<Diagnostic>,
}

impl Combine<'_> {
    /// What should be known.
    fn warnings(self) -> Vec<Diagnostic> {
        let mut warnings = self.warnings;
        warnings.extend(self.dropped.warning());
        if !self.unlike.is_empty() {
            let message = format!("they differ in {}; the first file's is taken", list(&self.unlike));
            warnings.push(Diagnostic::warning(message));
        }
        if !self.large.is_empty() {
            let message = format!(
                "{} without `{}`, too large to be compared: the first file's is taken",
                list(&self.large),
                self.dim
            );
            warnings.push(Diagnostic::warning(message));
        }
        warnings
    }

    fn node(&mut self, path: &str, nodes: &[(usize, &Node)]) -> Node {
        let groups: Vec<(usize, &Group)> = nodes
            .iter()
            .filter_map(|(i, node)| if let Node::Group(g) = node { Some((*i, g)) } else { None })
            .collect();
        if groups.len() == nodes.len() {
            return self.group(path, &groups);
        }
        let arrays: Vec<(usize, &Arc<ArrayNode>)> = nodes
            .iter()
            .filter_map(|(i, node)| if let Node::Array(a) = node { Some((*i, a)) } else { None })
            .collect();
        if arrays.len() == nodes.len() {
            return self.array(path, &arrays).unwrap_or_else(|why| self.broken(path, arrays[0].0, why));
        }
        if let Some((_, broken)) = nodes.iter().find(|(_, node)| matches!(node, Node::Broken(_))) {
            return (*broken).clone();
        }
        let [(first, one), rest @ ..] = nodes else { return Node::Group(Group::new(Vec::new())) };
        let same = |other: &Node| match (one, other) {
            (Node::Text(a), Node::Text(b)) => a == b,
            (Node::Value(a), Node::Value(b)) => a == b,
            _ => false,
        };
        if let Some((i, other)) = rest.iter().find(|(_, other)| one.what() != other.what()) {
            let why = format!("it is {} here, {} in {}", one.what(), other.what(), self.files[*i]);
            return self.broken(path, *first, why);
        }
        if !rest.iter().all(|(_, other)| same(other)) {
            self.unlike.push(if path.is_empty() { one.what().to_owned() } else { format!("`{path}`") });
        }
        (*one).clone()
    }

    fn broken(&self, path: &str, file: usize, why: String) -> Node {
        Node::Broken(Arc::new(SourceError::Malformed {
            file: PathBuf::from(&self.files[file]),
            dataset: (!path.is_empty()).then(|| path.to_owned()),
            why: format!("it cannot be joined: {why}"),
        }))
    }

    fn group(&mut self, path: &str, groups: &[(usize, &Group)]) -> Node {
        let mut names: Vec<&str> = Vec::new();
        let mut seen = BTreeSet::new();
        for (_, group) in groups {
            names.extend(
                group.members.iter().map(|(name, _)| name.as_str()).filter(|name| seen.insert(*name)),
            );
        }
        let mut members = Vec::with_capacity(names.len());
        for name in names {
            let below = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            let have: Vec<(usize, &Node)> =
                groups.iter().filter_map(|(i, group)| Some((*i, group.get(name)?))).collect();
            let node = if have.len() == groups.len() {
                self.node(&below, &have)
            } else {
                self.partial(&below, groups, &have)
            };
            members.push((name.to_owned(), node));
        }
        let attrs = self.dropped.merge(path, groups.iter().map(|(_, group)| &group.attrs), &[]);
        Node::Group(Group::of(
            groups.first().map_or(crate::source::GroupKind::Group, |(_, g)| g.kind),
            attrs,
            members,
        ))
    }

    /// A member that some files lack.
    fn partial(&mut self, path: &str, groups: &[(usize, &Group)], have: &[(usize, &Node)]) -> Node {
        let lacking: Vec<&str> = groups
            .iter()
            .filter(|(i, _)| !have.iter().any(|(j, _)| i == j))
            .map(|(i, _)| self.files[*i].as_str())
            .collect();
        let why = format!("`{path}` is missing in {}", list(&lacking));
        self.warnings.push(Diagnostic::warning(why.clone()));
        let mut joins = self.new.is_some() && !self.coordinates.contains(path);
        for (_, node) in have {
            each_array(node, &mut |array| joins |= array.dims.contains(&self.dim));
        }
        if joins { self.broken(path, have[0].0, why) } else { self.node(path, have) }
    }

    /// Arrays of one path as one.
    fn array(&mut self, path: &str, arrays: &[(usize, &Arc<ArrayNode>)]) -> Result<Node, String> {
        let with = arrays.iter().filter(|(_, array)| array.dims.contains(&self.dim)).count();
        if self.new.is_some() {
            if !self.coordinates.contains(path) {
                return self.joined(path, arrays);
            }
            // A coordinate that differs from file to file goes along with the files, an index cannot.
            let index = arrays.iter().any(|(_, array)| is_index(path, array));
            return match self.same(path, arrays) {
                Err(_) if !index => self.joined(path, arrays),
                other => other,
            };
        }
        if with == arrays.len() {
            return self.joined(path, arrays);
        }
        if with > 0 {
            let without = arrays.iter().find(|(_, array)| !array.dims.contains(&self.dim));
            let file = without.map_or("", |(i, _)| self.files[*i].as_str());
            return Err(format!("it has no dimension `{}` in {file}", self.dim));
        }
        self.same(path, arrays)
    }

    /// Arrays that have to be equal: the first one, without attributes that differ.
    fn same(&mut self, path: &str, arrays: &[(usize, &Arc<ArrayNode>)]) -> Result<Node, String> {
        let [(first, one), rest @ ..] = arrays else { return Err("there is none".to_owned()) };
        for (i, other) in rest {
            let differs = agree::shapes(one, other, None).map_or_else(
                || agree::values(self.tree, one, other, is_index(path, one)),
                |why| Ok(Some(why)),
            );
            match differs {
                Ok(None) => {}
                Ok(Some(why)) => {
                    let without = if self.new.is_some() {
                        String::new()
                    } else {
                        format!(" although it has no `{}`", self.dim)
                    };
                    return Err(format!(
                        "it differs between {} and {}{without}: {why}",
                        self.files[*first], self.files[*i]
                    ));
                }
                Err(agree::Unread::Large) => {
                    self.large.push(format!("`{path}`"));
                    break;
                }
                Err(agree::Unread::Failed(why)) => return Err(why),
            }
        }
        let mut array = ArrayNode::clone(one);
        array.attrs = self.attrs(path, arrays);
        Ok(Node::Array(Arc::new(array)))
    }

    /// Arrays one after another, or as the elements of the new dimension.
    fn joined(&mut self, path: &str, arrays: &[(usize, &Arc<ArrayNode>)]) -> Result<Node, String> {
        let [(first, one), rest @ ..] = arrays else { return Err("there is none".to_owned()) };
        let axis = if self.new.is_some() { None } else { one.dims.iter().position(|dim| *dim == self.dim) };
        let mut dtype = one.dtype;
        for (i, other) in rest {
            if let Some(why) = agree::shapes(one, other, axis) {
                return Err(format!("{why} ({} and {})", self.files[*first], self.files[*i]));
            }
            dtype = promoted(dtype, other.dtype).ok_or_else(|| {
                let (a, b) = (agree::type_name(dtype), agree::type_name(other.dtype));
                format!("it is {a} in {}, {b} in {}", self.files[*first], self.files[*i])
            })?;
            if is_index(path, one) && !matches!(dtype, Dtype::Time(_)) {
                let units = |array: &ArrayNode| array.attrs.text("units").map(str::to_owned);
                let (a, b) = (units(one), units(other));
                if a != b {
                    let show =
                        |units: Option<String>| units.map_or("none".to_owned(), |units| format!("`{units}`"));
                    return Err(format!(
                        "its units are {} in {}, {} in {}; with the loader `xr_dataset` or `auto` times are decoded",
                        show(a),
                        self.files[*first],
                        show(b),
                        self.files[*i]
                    ));
                }
            }
        }
        let parts: Vec<Arc<ArrayNode>> = arrays.iter().map(|(_, array)| bare(array)).collect();
        let joined = match axis {
            Some(axis) => Joined::along(axis, parts),
            None => Joined::stacked(0, parts),
        };
        let mut array = ArrayNode::clone(one);
        array.attrs = self.attrs(path, arrays);
        match axis {
            Some(axis) => array.shape[axis] = joined.starts().last().copied().unwrap_or(0),
            None => {
                array.dims.insert(0, self.dim.clone());
                array.shape.insert(0, arrays.len());
            }
        }
        if arrays.iter().any(|(_, other)| other.stored != one.stored) {
            dtype.numpy_name().clone_into(&mut array.stored);
        }
        array.dtype = dtype;
        array.coords = self.coords(path, arrays);
        array.storage = Storage::Joined(Arc::new(joined));
        if is_index(path, one) && axis.is_some() {
            self.check_labels(path, arrays);
        }
        Ok(Node::Array(Arc::new(array)))
    }

    /// Coordinates: leaves are joined where they are; those made from attributes here.
    fn coords(&mut self, path: &str, arrays: &[(usize, &Arc<ArrayNode>)]) -> Vec<(String, CoordSource)> {
        let [(_, one), rest @ ..] = arrays else { return Vec::new() };
        let mut coords = Vec::new();
        for (name, source) in &one.coords {
            let others: Vec<Option<&CoordSource>> = rest
                .iter()
                .map(|(_, other)| {
                    other.coords.iter().find(|(have, _)| have == name).map(|(_, source)| source)
                })
                .collect();
            let kept = match source {
                CoordSource::Leaf(leaf) => {
                    let same = |other: &Option<&CoordSource>| matches!(other, Some(CoordSource::Leaf(path)) if path == leaf);
                    if others.iter().all(same) {
                        Ok(source.clone())
                    } else {
                        Err("not all files have it".to_owned())
                    }
                }
                CoordSource::Inline(coord) => {
                    let inline = |other: &Option<&CoordSource>| match other {
                        Some(CoordSource::Inline(coord)) => Some(coord.clone()),
                        _ => None,
                    };
                    let others: Option<Vec<Coord>> = others.iter().map(inline).collect();
                    let all =
                        others.map(|others| std::iter::once(coord.clone()).chain(others).collect::<Vec<_>>());
                    let all = all.ok_or_else(|| "not all files have it".to_owned());
                    all.and_then(|all| self.inline(path, name, &all)).map(CoordSource::Inline)
                }
            };
            match kept {
                Ok(source) => coords.push((name.clone(), source)),
                Err(why) => {
                    let message = format!("the coordinate `{name}` of `{path}` is left out: {why}");
                    self.warnings.push(Diagnostic::warning(message));
                }
            }
        }
        if let Some(new) = &self.new {
            coords.insert(0, (self.dim.as_str().to_owned(), CoordSource::Inline(new.clone())));
        }
        coords
    }

    fn inline(&mut self, path: &str, name: &str, all: &[Coord]) -> Result<Coord, String> {
        let one = &all[0];
        if one.dims.len() == 1 && one.dims[0] == self.dim {
            let joined = labels::join(all)?;
            if name == self.dim.as_str() {
                let files: Vec<&str> = self.files.iter().map(String::as_str).collect();
                let labels = all.iter().map(|coord| coord.to_values()).collect::<Result<Vec<_>, _>>();
                if let (Ok(labels), true) = (labels, files.len() == all.len()) {
                    self.warnings.extend(labels::check(self.dim.as_str(), &files, &labels));
                }
            }
            return Ok(joined);
        }
        match all.iter().find_map(|other| agree::labels(one, other)) {
            None => Ok(one.clone()),
            Some(why) => Err(format!("it differs between the files of `{path}`: {why}")),
        }
    }

    /// Looks at the labels along the dimension.
    fn check_labels(&mut self, path: &str, arrays: &[(usize, &Arc<ArrayNode>)]) {
        let total: usize = arrays.iter().map(|(_, array)| array.shape.iter().product::<usize>()).sum();
        if total > labels::MOST {
            let message = format!("the labels of `{path}` are too many to be checked");
            self.warnings.push(Diagnostic::warning(message));
            return;
        }
        let read =
            arrays.iter().map(|(_, array)| self.tree.read(array, &crate::data::Slab::all(&array.shape)));
        match read.collect::<Result<Vec<_>, _>>() {
            Ok(values) => {
                let files: Vec<&str> = arrays.iter().map(|(i, _)| self.files[*i].as_str()).collect();
                self.warnings.extend(labels::check(self.dim.as_str(), &files, &values));
            }
            Err(error) => {
                self.warnings.push(Diagnostic::warning(format!("labels cannot be checked: {error}")))
            }
        }
    }

    fn attrs(&mut self, path: &str, arrays: &[(usize, &Arc<ArrayNode>)]) -> crate::data::Attrs {
        // Decoded times have one unit, whatever each file counts in.
        let times = arrays.iter().all(|(_, array)| matches!(array.dtype, Dtype::Time(_)));
        let first: &[&str] = if times { &["units", "calendar"] } else { &[] };
        self.dropped.merge(path, arrays.iter().map(|(_, array)| &array.attrs), first)
    }
}

/// Whether an array is the index of its dimension.
fn is_index(path: &str, array: &ArrayNode) -> bool {
    matches!(&array.dims[..], [dim] if Some(dim.as_str()) == path.rsplit('/').next())
}

/// A part needs neither labels nor attributes.
fn bare(array: &ArrayNode) -> Arc<ArrayNode> {
    let mut part = array.clone();
    part.coords = Vec::new();
    part.attrs = crate::data::Attrs::new();
    Arc::new(part)
}
