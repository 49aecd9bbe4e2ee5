//! Metadata documents into the nodes of the tree, and the leaves behind them.

use super::fault::Fault;
use super::json;
use super::leaf::{Array, Content, Leaf, stored};
use super::meta::Meta;
use super::store::Store;
use super::walk::{Document, Documents};
use super::{v2, v3};
use crate::data::{Attr, Attrs, Dim};
use crate::diag::Diagnostic;
use crate::source::cf::{self, Decoder, Kind as Number, Scalar as Value1, Typed, TypedAttrs};
use crate::source::npy::{Descr, Kind, Scalar};
use crate::source::{ArrayNode, CoordSource, Group, GroupKind, Node, Storage};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The nodes of a store.
pub(super) struct Listed {
    /// The root.
    pub(super) root: Node,
    /// What can be read, by item.
    pub(super) leaves: Vec<Leaf>,
    /// What should be known.
    pub(super) warnings: Vec<Diagnostic>,
}

/// An array on its way into the tree.
struct Found {
    array: Arc<Array>,
    attrs: TypedAttrs,
    dims: Vec<String>,
}

/// A list of texts, or a text that stands for a list of one.
pub(super) fn names(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(name) => Some(vec![name.clone()]),
        Value::Array(names) => names.iter().map(|name| name.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// Names for all axes; those without one, and the second of one name, go by their number.
fn axes(names: &[Option<String>], warn: &mut dyn FnMut(String)) -> Vec<String> {
    let mut axes: Vec<String> = Vec::with_capacity(names.len());
    for (i, name) in names.iter().enumerate() {
        let name = match name.as_deref().filter(|name| !name.is_empty()) {
            Some(name) if axes.iter().any(|axis| axis == name) => {
                warn(format!("two axes are called `{name}`"));
                None
            }
            name => name,
        };
        axes.push(name.map_or_else(|| Dim::anonymous(i).as_str().to_owned(), str::to_owned));
    }
    axes
}

/// Builds the tree of a store.
pub(super) fn list(store: &Store, documents: Documents) -> Listed {
    let Documents { nodes, warnings } = documents;
    let mut lister = Lister { store, leaves: Vec::new(), warnings };
    let mut tree = Place::default();
    let mut found = Vec::new();
    for (path, document) in nodes {
        let (meta, attributes) = match document {
            Document::Group(attributes) => {
                tree.at(&path).attrs = json::attributes(attributes.as_ref()).to_attrs();
                continue;
            }
            Document::Bad(error) => {
                tree.at(&path).node = Some(Node::Broken(Arc::new(error)));
                continue;
            }
            Document::Array2(array, attributes) => (v2::array(&array, attributes.as_ref()), attributes),
            Document::Array3(array) => (v3::array(&array), json::get(&array, "attributes").cloned()),
        };
        match meta {
            Ok(meta) => {
                let mut attrs = json::attributes(attributes.as_ref());
                attrs.0.retain(|(name, _)| name != "_ARRAY_DIMENSIONS");
                let dims = axes(&meta.dims, &mut |why| {
                    let place = format!("{}, dataset `{path}`", store.path().display());
                    lister.warnings.push(Diagnostic::warning(format!("{place}: {why}")));
                });
                found.push(Found { array: Arc::new(Array { path, meta }), attrs, dims });
            }
            Err(fault) => {
                let error = fault.at(store.path(), if path.is_empty() { "data" } else { &path });
                tree.at(&path).node = Some(Node::Broken(Arc::new(error)));
            }
        }
    }
    inherit_bounds(&mut found);
    let variables: Vec<cf::Variable<'_>> = found
        .iter()
        .map(|found| {
            let (group, name) = parent(&found.array.path);
            cf::Variable { group, name, dims: &found.dims, attrs: &found.attrs }
        })
        .collect();
    let coords = cf::assign(&variables);
    for (found, coords) in found.iter().zip(coords) {
        let node = lister.array(found, coords);
        tree.at(&found.array.path).node = Some(node);
    }
    Listed { root: tree.into_node(), leaves: lister.leaves, warnings: lister.warnings }
}

fn parent(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Bounds of times take their units from what they bound, in each group.
fn inherit_bounds(found: &mut [Found]) {
    let mut groups: BTreeMap<String, Vec<(String, &mut TypedAttrs)>> = BTreeMap::new();
    for found in found {
        let (group, name) = parent(&found.array.path);
        groups.entry(group.to_owned()).or_default().push((name.to_owned(), &mut found.attrs));
    }
    for members in groups.values_mut() {
        let mut named: Vec<(&str, &mut TypedAttrs)> =
            members.iter_mut().map(|(name, attrs)| (name.as_str(), &mut **attrs)).collect();
        cf::inherit_bounds(&mut named);
    }
}

/// A place in the tree while it grows.
#[derive(Default)]
struct Place {
    node: Option<Node>,
    attrs: Attrs,
    members: BTreeMap<String, Place>,
}

impl Place {
    fn at(&mut self, path: &str) -> &mut Self {
        let mut place = self;
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            // Looked up first: the name is copied only for a new place.
            if !place.members.contains_key(segment) {
                place.members.insert(segment.to_owned(), Self::default());
            }
            place = place.members.entry(segment.to_owned()).or_default();
        }
        place
    }

    fn into_node(self) -> Node {
        match self.node {
            Some(node) => node,
            None => {
                let members =
                    self.members.into_iter().map(|(name, place)| (name, place.into_node())).collect();
                Node::Group(Group::of(GroupKind::Group, self.attrs, members))
            }
        }
    }
}

/// Where a type is inside the elements of an array.
#[derive(Clone)]
struct Inside {
    origin: String,
    offset: usize,
    inner: Vec<(usize, usize)>,
    in_table: bool,
}

struct Lister<'a> {
    store: &'a Store,
    leaves: Vec<Leaf>,
    warnings: Vec<Diagnostic>,
}

impl Lister<'_> {
    fn array(&mut self, found: &Found, coords: Vec<(String, String)>) -> Node {
        let coords: Vec<(String, CoordSource)> =
            coords.into_iter().map(|(name, path)| (name, CoordSource::Leaf(path))).collect();
        let inside =
            Inside { origin: found.array.name().to_owned(), offset: 0, inner: Vec::new(), in_table: false };
        if found.array.meta.any_text {
            return self.leaf(found, &coords, inside, Content::AnyText, "str".to_owned());
        }
        let descr = found.array.meta.descr.clone();
        self.descr(found, &coords, &descr, inside)
    }

    fn descr(
        &mut self,
        found: &Found,
        coords: &[(String, CoordSource)],
        descr: &Descr,
        inside: Inside,
    ) -> Node {
        let scalar = match descr {
            Descr::Scalar(scalar) => *scalar,
            Descr::Record(record) => {
                let is_table = found.array.meta.shape.len() == 1;
                let mut members = Vec::with_capacity(record.fields.len());
                for field in &record.fields {
                    let mut inner = inside.inner.clone();
                    let steps = super::scatter::strides(&field.shape, field.descr.size());
                    inner.extend(field.shape.iter().copied().zip(steps));
                    let place = Inside {
                        origin: format!("{}/{}", inside.origin, field.name),
                        offset: inside.offset + field.offset,
                        in_table: is_table,
                        inner,
                    };
                    members.push((field.name.clone(), self.descr(found, coords, &field.descr, place)));
                }
                let kind = if is_table { GroupKind::Table } else { GroupKind::Group };
                return Node::Group(Group::of(kind, found.attrs.to_attrs(), members));
            }
        };
        match (scalar.kind, scalar.dtype()) {
            (_, Err(what)) => {
                Node::Broken(Arc::new(Fault::Lacking(what).at(self.store.path(), &inside.origin)))
            }
            (Kind::Complex, Ok(_)) => {
                let part = scalar.part_size();
                let parts = [("re", 0), ("im", part)].map(|(name, offset)| {
                    let place = Inside {
                        origin: format!("{}/{name}", inside.origin),
                        offset: inside.offset + offset,
                        ..inside.clone()
                    };
                    (name.to_owned(), self.scalar(found, coords, scalar, place))
                });
                Node::Group(Group::of(GroupKind::Group, found.attrs.to_attrs(), parts.into()))
            }
            _ => self.scalar(found, coords, scalar, inside),
        }
    }

    fn scalar(
        &mut self,
        found: &Found,
        coords: &[(String, CoordSource)],
        scalar: Scalar,
        inside: Inside,
    ) -> Node {
        let mut name = scalar.numpy_name();
        let content = match scalar.kind {
            Kind::Datetime(unit) => Content::Times { unit, big: scalar.big },
            Kind::Timedelta(_) => Content::Spans { big: scalar.big },
            Kind::Bytes | Kind::Unicode if scalar.size == 0 => {
                let fault = Fault::Broken("its texts have no bytes".to_owned());
                return Node::Broken(Arc::new(fault.at(self.store.path(), &inside.origin)));
            }
            Kind::Bytes | Kind::Unicode => Content::Text(scalar),
            _ => {
                let Some(stored) = stored(scalar) else {
                    let fault = Fault::Lacking(format!("the type {name}"));
                    return Node::Broken(Arc::new(fault.at(self.store.path(), &inside.origin)));
                };
                name = stored.kind.numpy_name().to_owned();
                let mut problems = Vec::new();
                let decoder = if scalar.kind == Kind::Complex || inside.in_table {
                    Decoder::plain(stored)
                } else {
                    let attrs = masked(&found.array.meta, &found.attrs, stored.kind, &mut problems);
                    Decoder::from_attrs(stored, &attrs, &mut problems)
                };
                let place = format!("{}, dataset `{}`", self.store.path().display(), inside.origin);
                let warning = |problem| Diagnostic::warning(format!("{place}: {problem}"));
                self.warnings.extend(problems.into_iter().map(warning));
                Content::Numbers(decoder)
            }
        };
        let mut node = self.leaf(found, coords, inside, content, name);
        if let (Kind::Timedelta(unit), Node::Array(array)) = (scalar.kind, &mut node) {
            Arc::make_mut(array).attrs.insert("units", Attr::Text(unit.name()));
        }
        node
    }

    fn leaf(
        &mut self,
        found: &Found,
        coords: &[(String, CoordSource)],
        inside: Inside,
        content: Content,
        stored: String,
    ) -> Node {
        let meta = &found.array.meta;
        let mut shape = meta.shape.clone();
        shape.extend(inside.inner.iter().map(|(len, _)| *len));
        if let Err(fault) = super::meta::check_countable("shape", &shape, 8) {
            return Node::Broken(Arc::new(fault.at(self.store.path(), &inside.origin)));
        }
        let mut dims: Vec<Dim> = found.dims.iter().map(Dim::new).collect();
        if inside.in_table && meta.dims.first().is_some_and(Option::is_none) {
            dims[0] = Dim::from("index");
        }
        dims.extend((dims.len()..shape.len()).map(Dim::anonymous));
        let mut chunk = meta.smallest_chunk();
        chunk.extend(inside.inner.iter().map(|(len, _)| *len));
        let chunk = chunk.iter().zip(&shape).map(|(chunk, len)| (*chunk).min(*len).max(1)).collect();
        let node = ArrayNode {
            dtype: content.dtype(),
            stored,
            dims,
            shape,
            attrs: found.attrs.to_attrs(),
            coords: coords.to_vec(),
            storage: Storage::Chunked { chunk, filters: meta.chain.names() },
            file: 0,
            item: self.leaves.len() as u32,
            origin: inside.origin,
        };
        self.leaves.push(Leaf {
            array: found.array.clone(),
            offset: inside.offset,
            inner: inside.inner,
            content,
        });
        Node::Array(Arc::new(node))
    }
}

/// The attributes with the `_FillValue` that xarray's zarr backend sees.
///
/// In version 2 that is the array's own fill value, if the array has names of axes (others xarray
/// does not open). A fill value of 0 is what zarr-python writes when nobody chose one: it masks
/// nothing. In version 3 it is the attribute, for floats in base64.
///
/// Source: xarray 2026.9, `backends/zarr.py` (`FillValueCoder`, `open_store_variable`).
fn masked(meta: &Meta, attrs: &TypedAttrs, kind: Number, problems: &mut Vec<String>) -> TypedAttrs {
    const NAME: &str = "_FillValue";
    let is_float = matches!(kind, Number::F16 | Number::F32 | Number::F64);
    let mut masked = attrs.clone();
    let attribute = attrs.get(NAME);
    let value = match (meta.version, &meta.mask, attribute) {
        (2, Some(fill), _) => {
            let by_xarray = meta.dims.iter().any(Option::is_some) || meta.shape.is_empty();
            fill_number(fill).filter(|value| by_xarray && value.f64() != 0.0)
        }
        (3, _, Some(Typed::Text(text))) if is_float => {
            let bytes = json::base64(text).and_then(|bytes| bytes.try_into().ok());
            let value = bytes.map(f64::from_le_bytes).or_else(|| (text == "NaN").then_some(f64::NAN));
            if value.is_none() {
                problems.push(format!("`{NAME}` is not a number in base64 and is not applied"));
            }
            value.map(Value1::Float)
        }
        (3, _, Some(_)) if is_float => None,
        _ => return masked,
    };
    masked.0.retain(|(name, _)| name != NAME);
    match value {
        // Of a float, NaN is missing anyway.
        Some(value) if value.f64().is_nan() => {}
        Some(value) => {
            let kind = if is_float { Number::F64 } else { Number::I64 };
            masked.0.push((NAME.to_owned(), Typed::Numbers { kind, values: vec![value], scalar: true }));
        }
        None if matches!(attribute, Some(Typed::Numbers { .. })) => problems.push(format!(
            "`{NAME}` is not applied: {}",
            match meta.version {
                2 => "in Zarr version 2 the array's own `fill_value` says what is missing",
                _ => "xarray, which writes it in base64, does not take it either",
            }
        )),
        None => {}
    }
    masked
}

fn fill_number(value: &Value) -> Option<Value1> {
    match value {
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(int), _) => Some(Value1::Int(int.into())),
            (None, Some(int)) => Some(Value1::Int(int.into())),
            (None, None) => number.as_f64().map(Value1::Float),
        },
        Value::String(text) => match text.as_str() {
            "NaN" => Some(Value1::Float(f64::NAN)),
            "Infinity" => Some(Value1::Float(f64::INFINITY)),
            "-Infinity" => Some(Value1::Float(f64::NEG_INFINITY)),
            _ => None,
        },
        _ => None,
    }
}
