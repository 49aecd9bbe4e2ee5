//! The nodes of a file from its datasets as stored: types, axes, decoding, coordinates.

use super::axes::{Axes, axes, shown};
use super::block::Place;
use super::filters;
use super::leaf::{Content, Leaf};
use super::types::Type;
use super::walk::{Found, Raw, Walked, join};
use crate::data::{Attrs, Dim};
use crate::diag::Diagnostic;
use crate::source::cf::{self, Decoder, Kind, Scalar, Stored, Typed, TypedAttrs};
use crate::source::{ArrayNode, CoordSource, Group, GroupKind, Listing, Node, SourceError, Storage, label};
use std::path::Path;
use std::sync::Arc;

/// The nodes of a file and the arrays behind their items.
#[derive(Debug)]
pub(super) struct Listed {
    /// The nodes.
    pub(super) listing: Listing,
    /// The arrays, in the order of their items.
    pub(super) leaves: Vec<Leaf>,
}

/// Builds the nodes. Without `decode`, numbers are left as they are stored.
pub(super) fn list(path: &Path, walked: Walked, decode: bool) -> Listed {
    let Walked { root, mut found, netcdf, warnings } = walked;
    let axes = axes(&found, netcdf);
    if decode {
        inherit_bounds(&mut found);
    }
    let chars = char_dims(&found, &axes, netcdf);
    let coords = coordinates(&found, &axes, &chars);
    let blocks = found.iter_mut().map(|f| Arc::new(take_block(f))).collect();
    let mut build =
        Build { path, found, axes, chars, coords, blocks, netcdf, decode, leaves: Vec::new(), warnings };
    let root = build.node(root);
    let listing = Listing { root, warnings: build.warnings };
    Listed { listing, leaves: build.leaves }
}

/// Moves the block out; the metadata stay.
fn take_block(found: &mut Found) -> super::block::Block {
    let block = &mut found.block;
    let empty = super::block::Block::new(
        block.disk.clone(),
        block.base,
        block.widths,
        block.extent.clone(),
        block.elem,
        Place::Nowhere,
    );
    std::mem::replace(block, empty)
}

fn inherit_bounds(found: &mut [Found]) {
    let mut groups: std::collections::BTreeMap<String, Vec<(&str, &mut TypedAttrs)>> = Default::default();
    for dataset in found {
        let list = groups.entry(dataset.group.clone()).or_default();
        list.push((&dataset.name, &mut dataset.attributes.user));
    }
    for list in groups.values_mut() {
        cf::inherit_bounds(list);
    }
}

/// Whether the last axis of a dataset holds the characters of texts: in NetCDF files, bytes of text
/// along a dimension that is nothing else, as xarray decides.
fn char_dims(found: &[Found], axes: &[Axes], netcdf: bool) -> Vec<bool> {
    let is_char = |f: &Found| matches!(f.ty, Type::Fixed { size: 1, .. });
    let mut taken: std::collections::BTreeSet<(&str, &str)> = Default::default();
    for (dataset, axes) in found.iter().zip(axes).filter(|(f, _)| !f.attributes.is_bare_dimension) {
        let used = axes.dims.len().saturating_sub(usize::from(is_char(dataset)));
        taken.extend(axes.dims[..used].iter().map(|d| (dataset.group.as_str(), d.as_str())));
        taken.insert((&dataset.group, shown(&dataset.name)));
    }
    let joined = |(dataset, axes): (&Found, &Axes)| {
        let last = axes.dims.last().filter(|_| netcdf && is_char(dataset));
        last.is_some_and(|dim| !taken.contains(&(dataset.group.as_str(), dim.as_str())))
    };
    found.iter().zip(axes).map(joined).collect()
}

/// Per dataset its coordinates by name and path.
fn coordinates(found: &[Found], axes: &[Axes], chars: &[bool]) -> Vec<Vec<(String, String)>> {
    let dims: Vec<&[String]> =
        axes.iter().zip(chars).map(|(a, c)| &a.dims[..a.dims.len() - usize::from(*c)]).collect();
    // Bare dimensions are no variables: none may be found under their names.
    let hidden = [String::new(), String::new()];
    let variables: Vec<cf::Variable<'_>> = found
        .iter()
        .zip(&dims)
        .map(|(f, dims)| cf::Variable {
            group: &f.group,
            name: shown(&f.name),
            dims: if f.attributes.is_bare_dimension { &hidden } else { dims },
            attrs: &f.attributes.user,
        })
        .collect();
    let mut coords = cf::assign(&variables);
    for (i, list) in coords.iter_mut().enumerate() {
        for (axis, dim) in dims[i].iter().enumerate() {
            let Some(scale) = axes[i].scales[axis] else { continue };
            let is_labels = !found[scale].attributes.is_bare_dimension
                && axes[scale].shape.len() == 1
                && axes[scale].shape[0] == axes[i].shape[axis];
            if is_labels && !list.iter().any(|(name, _)| name == dim) {
                list.push((dim.clone(), join(&found[scale].group, shown(&found[scale].name))));
            }
        }
    }
    coords
}

struct Build<'a> {
    path: &'a Path,
    found: Vec<Found>,
    axes: Vec<Axes>,
    chars: Vec<bool>,
    coords: Vec<Vec<(String, String)>>,
    blocks: Vec<Arc<super::block::Block>>,
    netcdf: bool,
    decode: bool,
    leaves: Vec<Leaf>,
    warnings: Vec<Diagnostic>,
}

/// What the arrays of one dataset share.
struct Shared {
    attrs: Attrs,
    coords: Vec<(String, CoordSource)>,
}

impl Build<'_> {
    fn node(&mut self, raw: Raw) -> Node {
        match raw {
            Raw::Broken(error) => Node::Broken(Arc::new(error)),
            Raw::Dataset(i) => self.dataset(i),
            Raw::Group { attrs, members } => {
                let mut nodes = Vec::new();
                for (name, raw) in members {
                    if !self.is_hidden(&raw) {
                        let name = if self.netcdf { shown(&name).to_owned() } else { name };
                        nodes.push((name, self.node(raw)));
                    }
                }
                Node::Group(Group { kind: GroupKind::Group, attrs: attrs.to_attrs(), members: nodes })
            }
        }
    }

    fn is_hidden(&self, raw: &Raw) -> bool {
        matches!(raw, Raw::Dataset(i) if self.found[*i].attributes.is_bare_dimension)
    }

    fn warn(&mut self, i: usize, problems: impl IntoIterator<Item = String>) {
        let place = format!("{}, dataset `{}`", self.path.display(), self.found[i].path());
        self.warnings.extend(problems.into_iter().map(|p| Diagnostic::warning(format!("{place}: {p}"))));
    }

    fn dataset(&mut self, i: usize) -> Node {
        let ty = self.found[i].ty.clone();
        let mut user = self.found[i].attributes.user.clone();
        if let Type::Enum(stored, members) = &ty {
            name_flags(&mut user, *stored, members);
        }
        let problems = std::mem::take(&mut self.axes[i].problems);
        self.warn(i, problems);
        let attrs = user.to_attrs();
        let coords = self.shared_coords(i, &attrs);
        let shared = Shared { attrs, coords };
        let path = self.found[i].path();
        self.typed(i, &ty, 0, Vec::new(), &shared, Some(&user), &path)
    }

    fn shared_coords(&mut self, i: usize, attrs: &Attrs) -> Vec<(String, CoordSource)> {
        let mut coords: Vec<(String, CoordSource)> = std::mem::take(&mut self.coords[i])
            .into_iter()
            .map(|(name, path)| (name, CoordSource::Leaf(path)))
            .collect();
        if attrs.text("content") == Some("grid") {
            self.warn(i, ["its content is a `grid` of cells, which is shown as it is stored".to_owned()]);
        }
        if self.netcdf || !label::is_labelled(attrs) {
            return coords;
        }
        let axes = &self.axes[i];
        let named: Vec<(String, usize)> = axes
            .dims
            .iter()
            .zip(&axes.shape)
            .enumerate()
            .filter(|(axis, (dim, _))| **dim != format!("dim_{axis}"))
            .map(|(_, (dim, len))| (dim.clone(), *len))
            .collect();
        let mut problems = Vec::new();
        for (dim, labels) in label::coords(attrs, &named, &mut problems) {
            let source = match labels {
                label::Labels::Inline(coord) => CoordSource::Inline(coord),
                label::Labels::Linked(path) => match relative(&self.found[i].group, &path) {
                    Some(path) => CoordSource::Leaf(path),
                    None => {
                        problems.push(format!("`coords__{dim}` links to `{path}`, above the file's root"));
                        continue;
                    }
                },
            };
            coords.retain(|(name, _)| *name != dim);
            coords.push((dim, source));
        }
        self.warn(i, problems);
        coords
    }

    /// The node of the part of a dataset that has type `ty`: the whole, or members. `attrs` are
    /// those to decode by, of the whole only.
    fn typed(
        &mut self,
        i: usize,
        ty: &Type,
        offset: usize,
        inner: Vec<usize>,
        shared: &Shared,
        attrs: Option<&TypedAttrs>,
        origin: &str,
    ) -> Node {
        let lacking = |what: &str| {
            Node::Broken(Arc::new(SourceError::Unsupported {
                file: self.path.to_owned(),
                dataset: origin.to_owned(),
                what: what.to_owned(),
            }))
        };
        let content = match ty {
            Type::Number(stored) | Type::Enum(stored, _) => {
                let mut problems = Vec::new();
                let decoder = match attrs.filter(|_| self.decode) {
                    Some(attrs) => Decoder::from_attrs(*stored, attrs, &mut problems),
                    None => Decoder::plain(*stored),
                };
                self.warn(i, problems);
                Content::Numbers(decoder)
            }
            Type::Fixed { .. } if self.chars[i] && inner.is_empty() && offset == 0 => Content::Chars,
            Type::Fixed { size, spaces } => Content::Fixed { size: *size, spaces: *spaces },
            Type::Variable => Content::Variable,
            Type::Array { dims, base } => {
                let inner = inner.into_iter().chain(dims.iter().copied()).collect();
                return self.typed(i, base, offset, inner, shared, attrs, origin);
            }
            Type::Compound { members, .. } => {
                let complex = is_complex(members);
                let columns = members
                    .iter()
                    .map(|(name, at, ty)| {
                        let name = match (complex, name.as_str()) {
                            (true, "r") => "re",
                            (true, "i") => "im",
                            (_, name) => name,
                        };
                        let origin = join(origin, name);
                        let node = self.typed(i, ty, offset + at, inner.clone(), shared, None, &origin);
                        (name.to_owned(), node)
                    })
                    .collect();
                return Node::Group(Group {
                    kind: GroupKind::Table,
                    attrs: shared.attrs.clone(),
                    members: columns,
                });
            }
            Type::Sequence(_) => return lacking("a list of any length an element"),
            Type::Reference(_) => return lacking("a reference to an object"),
            Type::Other(what, _) => return lacking(what),
        };
        self.array(i, content, offset, inner, shared, attrs.is_some(), origin)
    }

    fn array(
        &mut self,
        i: usize,
        content: Content,
        offset: usize,
        inner: Vec<usize>,
        shared: &Shared,
        whole: bool,
        origin: &str,
    ) -> Node {
        let axes = &self.axes[i];
        let (mut dims, mut shape) = (axes.dims.clone(), axes.shape.clone());
        if matches!(content, Content::Chars) {
            dims.pop();
            shape.pop();
        }
        for length in &inner {
            dims.push(format!("dim_{}", dims.len()));
            shape.push(*length);
        }
        let block = self.blocks[i].clone();
        let stored = match &content {
            Content::Numbers(decoder) => stored_name(decoder.stored.kind, &self.found[i].ty, whole),
            _ => "str".to_owned(),
        };
        // What begins at an aligned byte, is native and undecoded, may be mapped or copied.
        let storage = match (&block.place, &content) {
            (Place::Contiguous(at), Content::Numbers(decoder))
                if decoder.is_identity() && whole && shape == [&block.extent[..], &inner].concat() =>
            {
                Storage::Contiguous { offset: *at }
            }
            (Place::Chunked { chunk, .. }, _) => {
                let mut chunk: Vec<usize> = chunk.iter().copied().take(shape.len() - inner.len()).collect();
                chunk.extend(&inner);
                let filters = block.filters.iter().map(|f| filters::name(f.id)).collect();
                Storage::Chunked { chunk, filters }
            }
            _ => Storage::Opaque,
        };
        let leaf = Leaf { block, offset, inner, content };
        let dtype = leaf.dtype();
        let item = self.leaves.len() as u32;
        self.leaves.push(leaf);
        Node::Array(Arc::new(ArrayNode {
            dtype,
            stored,
            dims: dims.iter().map(Dim::new).collect(),
            shape,
            attrs: if whole { shared.attrs.clone() } else { Attrs::new() },
            coords: shared.coords.clone(),
            storage,
            file: 0,
            item,
            origin: origin.to_owned(),
        }))
    }
}

/// The stored type's name: `_Unsigned` changes what is read, not what is stored.
fn stored_name(read: Kind, ty: &Type, whole: bool) -> String {
    let kind = match ty {
        Type::Number(stored) | Type::Enum(stored, _) if whole => stored.kind,
        _ => read,
    };
    kind.numpy_name().to_owned()
}

fn is_complex(members: &[(String, usize, Type)]) -> bool {
    matches!(members, [(r, _, Type::Number(a)), (i, _, Type::Number(b))] if r == "r" && i == "i" && a == b)
}

/// Names of an enumeration's values as CF's flags, unless the file has flags.
fn name_flags(attrs: &mut TypedAttrs, stored: Stored, members: &[(String, i64)]) {
    let values = members.iter().map(|(_, v)| Scalar::Int(i128::from(*v))).collect();
    attrs.set_default("flag_values", Typed::Numbers { kind: stored.kind, values, scalar: false });
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    attrs.set_default("flag_meanings", Typed::Text(names.join(" ")));
}

/// A path relative to a group, from the root; `None` above the root.
fn relative(group: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> =
        if path.starts_with('/') { Vec::new() } else { group.split('/').filter(|p| !p.is_empty()).collect() };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}
