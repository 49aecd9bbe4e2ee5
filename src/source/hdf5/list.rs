//! The nodes of a file from its datasets as stored: types, axes, decoding, coordinates.

use super::axes::{Axes, axes, shown};
use super::block::{Block, Place};
use super::conventions;
use super::fault::{Fault, guarded};
use super::filters;
use super::leaf::{Content, Leaf};
use super::packed::Packed;
use super::ragged::Rows;
use super::types::Type;
use super::walk::{Found, Raw, Walked, join};
use crate::data::{Attr, Attrs, Dim, Slab};
use crate::diag::Diagnostic;
use crate::source::cf::{self, Decoder, Kind, Scalar, Stored, Typed, TypedAttrs};
use crate::source::{ArrayNode, CoordSource, Group, GroupKind, Listing, Node, Storage, label};
use std::collections::BTreeMap;
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

/// Texts that may stand in an attribute for the numbers of a categorical.
const MOST_FLAGS: usize = 256;

/// Builds the nodes. Without `decode`, numbers are left as they are stored.
pub(super) fn list(path: &Path, walked: Walked, decode: bool) -> Listed {
    let Walked { root, mut found, netcdf, warnings } = walked;
    let mut axes = axes(&found, netcdf);
    let known = if netcdf { conventions::Known::default() } else { conventions::find(&root, &found) };
    known.name(&mut axes);
    if decode {
        inherit_bounds(&mut found);
    }
    let chars = char_dims(&found, &axes, netcdf);
    let mut coords: Vec<Vec<(String, CoordSource)>> = coordinates(&found, &axes, &chars)
        .into_iter()
        .map(|list| list.into_iter().map(|(name, path)| (name, CoordSource::Leaf(path))).collect())
        .collect();
    known.label(&axes, &mut coords);
    let blocks = found.iter_mut().map(|f| Arc::new(take_block(f))).collect();
    let shown_coords = coords.clone();
    let (coded, pytables, leaves) = (known.coded, known.pytables, Vec::new());
    let mut build = Build {
        path,
        found,
        axes,
        chars,
        coords,
        shown_coords,
        coded,
        blocks,
        netcdf,
        pytables,
        decode,
        leaves,
        warnings,
    };
    let root = build.node(root, "");
    let listing = Listing { root, warnings: build.warnings };
    Listed { listing, leaves: build.leaves }
}

/// Moves the block out; the metadata stay.
fn take_block(found: &mut Found) -> Block {
    let block = &mut found.block;
    let empty = Block::new(
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
    /// Per dataset its coordinates, taken when its node is made; and the same, kept.
    coords: Vec<Vec<(String, CoordSource)>>,
    shown_coords: Vec<Vec<(String, CoordSource)>>,
    /// Groups of numbers and the texts that they stand for.
    coded: BTreeMap<String, (usize, usize)>,
    blocks: Vec<Arc<Block>>,
    netcdf: bool,
    /// Whether PyTables wrote the file.
    pytables: bool,
    decode: bool,
    leaves: Vec<Leaf>,
    warnings: Vec<Diagnostic>,
}

/// A dataset, or a part of its elements, on the way to its node.
#[derive(Clone)]
struct Part {
    /// The number of the dataset.
    i: usize,
    block: Arc<Block>,
    /// First byte in an element, and the axes inside it.
    offset: usize,
    inner: Vec<usize>,
    /// Names and lengths of the axes of the elements.
    dims: Vec<String>,
    shape: Vec<usize>,
    coords: Vec<(String, CoordSource)>,
    /// Attributes, of the whole dataset only, by which it is decoded as well.
    attrs: Option<TypedAttrs>,
    /// Path in the file.
    origin: String,
}

impl Build<'_> {
    fn node(&mut self, raw: Raw, path: &str) -> Node {
        match raw {
            Raw::Broken(error) => Node::Broken(Arc::new(error)),
            Raw::Dataset(i) => self.dataset(i),
            Raw::Group { attrs, members } => {
                let mut nodes = Vec::new();
                for (name, raw) in members {
                    if !self.is_hidden(&raw) {
                        let name = if self.netcdf { shown(&name).to_owned() } else { name };
                        let node = self.node(raw, &join(path, &name));
                        nodes.push((name, node));
                    }
                }
                if let Some((codes, names)) = self.coded.remove(path)
                    && let Some(node) = self.texts_of(codes, names, path)
                {
                    nodes.push(("values".to_owned(), node));
                }
                Node::Group(Group::of(GroupKind::Group, attrs.to_attrs(), nodes))
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
        let mut problems = std::mem::take(&mut self.axes[i].problems);
        let coords = self.shared_coords(i, &user, &mut problems);
        let is_unlabelled = user.text("content") == Some("unlabelled_data");
        let wrong = (!self.decode && !is_unlabelled && !problems.is_empty()).then(|| problems.join("; "));
        self.warn(i, problems);
        if let Some(why) = wrong {
            // Whoever writes such attributes means them: nothing is drawn at wrong places.
            let fault = Fault::Broken(format!("its labels are wrong: {why}"));
            return Node::Broken(Arc::new(fault.at(self.path, &self.found[i].path())));
        }
        let axes = &self.axes[i];
        let part = Part {
            i,
            block: self.blocks[i].clone(),
            offset: 0,
            inner: Vec::new(),
            dims: axes.dims.clone(),
            shape: axes.shape.clone(),
            coords,
            attrs: Some(user),
            origin: self.found[i].path(),
        };
        self.typed(&ty, part)
    }

    fn shared_coords(
        &mut self,
        i: usize,
        attrs: &TypedAttrs,
        problems: &mut Vec<String>,
    ) -> Vec<(String, CoordSource)> {
        let mut coords = std::mem::take(&mut self.coords[i]);
        if self.decode && attrs.text("content") == Some("grid") {
            let advice = "`enable_mapping` in a load configuration makes a grid of it";
            self.warn(
                i,
                [format!("its content is a `grid` of cells, which is shown as it is stored; {advice}")],
            );
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
        for (dim, labels) in label::coords(attrs, &named, problems) {
            let source = match labels {
                label::Labels::Inline(coord) => CoordSource::Inline(coord),
                label::Labels::Linked(path) => CoordSource::Leaf(relative(&self.found[i].group, &path)),
            };
            coords.retain(|(name, _)| *name != dim);
            coords.push((dim, source));
        }
        coords
    }

    /// The node of the part of a dataset that has type `ty`: the whole, or members.
    fn typed(&mut self, ty: &Type, mut part: Part) -> Node {
        let content = match ty {
            Type::Number(stored) => Content::Numbers(self.decoder(*stored, &part)),
            Type::Enum(stored, members) => {
                let content = Content::Numbers(self.decoder(*stored, &part));
                if part.attrs.is_none() {
                    let mut flags = TypedAttrs::default();
                    name_flags(&mut flags, *stored, members);
                    return self.array(content, part, flags.to_attrs());
                }
                content
            }
            Type::Packed(Packed::Time { .. }) if !self.pytables => {
                return self.lacking("the HDF5 time type", &part);
            }
            Type::Packed(packed) => Content::Packed(*packed, self.decoder(packed.stored(), &part)),
            Type::Fixed { .. } if self.chars[part.i] && part.attrs.is_some() && part.inner.is_empty() => {
                Content::Chars
            }
            Type::Fixed { size, spaces } => Content::Fixed { size: *size, spaces: *spaces },
            Type::Variable => Content::Variable,
            Type::Array { dims, base } => {
                part.inner.extend(dims);
                return self.typed(base, part);
            }
            Type::Compound { members, .. } => return self.table(members, &part),
            Type::Sequence(_) if self.is_text(ty, &part) => Content::Variable,
            Type::Sequence(base) => return self.ragged(base, part),
            Type::Reference(_) | Type::Other(..) => return self.lacking(&ty.what(), &part),
        };
        let mut attrs = part.attrs.as_ref().map(TypedAttrs::to_attrs).unwrap_or_default();
        if part.attrs.is_some()
            && let Some(names) = self.categories(part.i)
        {
            conventions::flags(&mut attrs, &names);
        }
        self.array(content, part, attrs)
    }

    /// The texts that the numbers of dataset `i` stand for, where an attribute refers to them
    /// (AnnData before 0.8), if they are not too many to be an attribute.
    fn categories(&self, i: usize) -> Option<Vec<String>> {
        let (address, file) = (self.found[i].attributes.categories?, self.found[i].object.file);
        let at = |f: &Found| (f.object.address, f.object.file) == (address, file);
        let names = self.texts_leaf(self.found.iter().position(at)?)?;
        let n = names.block.extent[0];
        let texts = guarded(|| names.texts(&Slab::all(&[n]))).ok().filter(|_| n <= MOST_FLAGS)?;
        Some(texts.iter().map(str::to_owned).collect())
    }

    /// The texts of a dataset of one axis.
    fn texts_leaf(&self, i: usize) -> Option<Leaf> {
        let content = match self.found[i].ty {
            Type::Variable => Content::Variable,
            Type::Fixed { size, spaces } => Content::Fixed { size, spaces },
            _ => return None,
        };
        let block = self.blocks[i].clone();
        (block.extent.len() == 1).then_some(Leaf { block, offset: 0, inner: Vec::new(), content })
    }

    fn lacking(&self, what: &str, part: &Part) -> Node {
        self.broken(Fault::Lacking(what.to_owned()), part)
    }

    fn broken(&self, fault: Fault, part: &Part) -> Node {
        Node::Broken(Arc::new(fault.at(self.path, &part.origin)))
    }

    fn decoder(&mut self, stored: Stored, part: &Part) -> Decoder {
        let mut problems = Vec::new();
        let decoder = match part.attrs.as_ref().filter(|_| self.decode) {
            Some(attrs) => Decoder::from_attrs(stored, attrs, &mut problems),
            None => Decoder::plain(stored),
        };
        self.warn(part.i, problems);
        decoder
    }

    /// Whether rows of bytes are texts: PyTables says so of its arrays of texts.
    fn is_text(&self, ty: &Type, part: &Part) -> bool {
        let is_bytes = matches!(ty, Type::Sequence(base) if base.size(8) == 1);
        let atom = part.attrs.as_ref().and_then(|attrs| attrs.text("PSEUDOATOM"));
        self.pytables && is_bytes && atom == Some("vlstring")
    }

    /// A compound type: its members as columns.
    fn table(&mut self, members: &[(String, usize, Type)], part: &Part) -> Node {
        let complex = complex_names(members);
        let mut columns = Vec::new();
        for (k, (name, at, ty)) in members.iter().enumerate() {
            let name = complex.map_or(name.as_str(), |names| names[k]);
            let part = Part {
                offset: part.offset + at,
                attrs: None,
                origin: join(&part.origin, name),
                ..part.clone()
            };
            columns.push((name.to_owned(), self.typed(ty, part)));
        }
        let attrs = part.attrs.as_ref().map(TypedAttrs::to_attrs).unwrap_or_default();
        Node::Group(Group::of(GroupKind::Table, attrs, columns))
    }

    /// Rows of different lengths: all elements, and the lengths.
    fn ragged(&mut self, base: &Type, part: Part) -> Node {
        let offset_size = part.block.widths.0;
        let size = base.size(offset_size);
        if matches!(base, Type::Sequence(_)) {
            return self.lacking("lists of lists of any length", &part);
        }
        let per = part.inner.iter().product();
        let rows = guarded(|| Rows::new(part.block.clone(), part.offset, per, size));
        let rows = match rows {
            Ok(rows) => rows,
            Err(fault) => return self.broken(fault, &part),
        };
        let name = part.origin.rsplit('/').next().unwrap_or_default();
        let dim = format!("{name}_item");
        let refs = &part.block;
        let total = rows.total();
        let place = Place::Ragged(rows);
        let block = Block::new(refs.disk.clone(), refs.base, refs.widths, vec![total], size, place);
        let values = Part {
            block: Arc::new(block),
            offset: 0,
            inner: Vec::new(),
            dims: vec![dim.clone()],
            shape: vec![total],
            coords: Vec::new(),
            attrs: None,
            origin: join(&part.origin, "values"),
            i: part.i,
        };
        let values = self.typed(base, values);
        let attrs = part.attrs.as_ref().map(TypedAttrs::to_attrs).unwrap_or_default();
        // A reference begins with the length.
        let lengths = Content::Numbers(Decoder::plain(Stored { kind: Kind::U32, big: false }));
        let row_size = Part { origin: join(&part.origin, "row_size"), ..part };
        let of_dim: Attrs = [("sample_dimension".to_owned(), Attr::Text(dim))].into_iter().collect();
        let row_size = self.array(lengths, row_size, of_dim);
        let members = vec![("values".to_owned(), values), ("row_size".to_owned(), row_size)];
        Node::Group(Group::of(GroupKind::Group, attrs, members))
    }

    /// The texts that the numbers of dataset `codes` stand for among those of dataset `names`.
    fn texts_of(&mut self, codes: usize, names: usize, group: &str) -> Option<Node> {
        let Type::Number(stored) = self.found[codes].ty else { return None };
        let names = Arc::new(self.texts_leaf(names)?);
        let axes = &self.axes[codes];
        let part = Part {
            i: codes,
            block: self.blocks[codes].clone(),
            offset: 0,
            inner: Vec::new(),
            dims: axes.dims.clone(),
            shape: axes.shape.clone(),
            coords: self.shown_coords[codes].clone(),
            attrs: None,
            origin: join(group, "values"),
        };
        Some(self.array(Content::Coded(Decoder::plain(stored), names), part, Attrs::new()))
    }

    fn array(&mut self, content: Content, part: Part, attrs: Attrs) -> Node {
        let Part { i, block, offset, inner, mut dims, mut shape, coords, .. } = part;
        let whole = part.attrs.is_some();
        if matches!(content, Content::Chars) {
            dims.pop();
            shape.pop();
        }
        for length in &inner {
            dims.push(format!("dim_{}", dims.len()));
            shape.push(*length);
        }
        let stored = match &content {
            Content::Numbers(decoder) => stored_name(decoder.stored.kind, &self.found[i].ty, whole),
            Content::Packed(packed, _) => packed.name(),
            _ => "str".to_owned(),
        };
        // What begins at an aligned byte, is native and undecoded, may be mapped or copied.
        let storage = match (&block.place, &content) {
            (Place::Contiguous(at), Content::Numbers(decoder))
                if decoder.is_identity()
                    && whole
                    && block.disk.path() == self.path
                    && shape == [&block.extent[..], &inner].concat() =>
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
            attrs,
            coords,
            storage,
            file: 0,
            item,
            origin: part.origin,
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

/// `re` and `im` for two floats that libraries call so in their ways.
fn complex_names(members: &[(String, usize, Type)]) -> Option<[&'static str; 2]> {
    let [(re, _, a), (im, _, b)] = members else { return None };
    let is_float = match a {
        Type::Number(stored) => !stored.kind.is_integer() && stored.kind != Kind::Bool,
        Type::Packed(packed) => matches!(packed, Packed::Float { .. }),
        _ => false,
    };
    let names = [("r", "i"), ("re", "im"), ("real", "imag"), ("Re", "Im"), ("real", "imaginary")];
    (is_float && a == b && names.contains(&(re, im))).then_some(["re", "im"])
}

/// Names of an enumeration's values as CF's flags, unless the file has flags.
fn name_flags(attrs: &mut TypedAttrs, stored: Stored, members: &[(String, i64)]) {
    let values = members.iter().map(|(_, v)| Scalar::Int(i128::from(*v))).collect();
    attrs.set_default("flag_values", Typed::Numbers { kind: stored.kind, values, scalar: false });
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    attrs.set_default("flag_meanings", Typed::Text(names.join(" ")));
}

/// A path relative to a group, from the root; what leads above the root begins with `..`.
fn relative(group: &str, path: &str) -> String {
    let mut parts: Vec<&str> =
        if path.starts_with('/') { Vec::new() } else { group.split('/').filter(|p| !p.is_empty()).collect() };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}
