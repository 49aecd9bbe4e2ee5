//! What is to be loaded: the demanded leaves and their coordinates, as a list of leaves.

use super::blocks::Blocks;
use crate::data::{Attr, Attrs, Coord, Demand, Dtype};
use crate::diag::Diagnostic;
use crate::source::{ArrayNode, Held, Storage, Tree};
use shm_layout as layout;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A leaf to be loaded.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Path in the arena: that of the tree, or `leaf@coord` for coordinates made from attributes.
    pub(super) path: String,
    /// Where the values come from.
    pub(super) from: From,
    /// Which of them.
    pub(super) blocks: Blocks,
    /// Names of its coordinates and the leaves that hold them.
    pub(super) coords: Vec<(String, String)>,
    /// The names of its axes in the order in which they are shown, if they lie in another one.
    pub(super) shown: Option<Vec<String>>,
}

/// The attribute in the catalog for [`Wanted::shown`]; no file's attribute has such a name.
pub(super) const SHOWN: &str = "\0dims";

/// Where values come from.
#[derive(Debug)]
pub(super) enum From {
    /// A file.
    Array(Arc<ArrayNode>),
    /// A coordinate that a reader made from attributes.
    Inline(Coord),
}

/// Where a leaf's values come from, and the names and leaves of its coordinates.
type Found = (From, Vec<(String, String)>);

/// The leaves to be loaded, in order of their paths, and those that cannot be.
#[derive(Debug, Default)]
pub(super) struct Wants {
    pub(super) leaves: Vec<Wanted>,
    pub(super) failed: BTreeMap<String, Diagnostic>,
}

impl Wants {
    /// Expands `demand`: every demanded leaf, and all of each of its coordinates as a leaf of its
    /// own. A coordinate that does not fit its array's axes is left out (its reader has warned).
    pub(super) fn new(demand: &Demand, tree: &Tree) -> Self {
        Self::exact(&tree.with_coords(demand), tree)
    }

    /// The leaves of `demand`, in which coordinates that are to be loaded are leaves like others.
    pub(super) fn exact(demand: &Demand, tree: &Tree) -> Self {
        let mut failed: BTreeMap<String, Diagnostic> = BTreeMap::new();
        let mut found: Vec<(String, Found)> = Vec::new();
        for path in demand.0.keys() {
            match tree.held(path) {
                Ok(Held::Array(array)) => {
                    let coords = tree.coord_paths(path, &array);
                    found.push((path.clone(), (From::Array(array), coords)));
                }
                Ok(Held::Inline(coord)) => found.push((path.clone(), (From::Inline(coord), Vec::new()))),
                Err(error) => {
                    failed.insert(path.clone(), error.to_diagnostic());
                }
            }
        }
        let mut whole = demand.0.clone();
        let mut leaves = Vec::new();
        for (path, (mut from, coords)) in found {
            let mut shown = None;
            if let From::Array(array) = &mut from
                && let Storage::Cells(cells) = &array.storage
            {
                // It is held as it lies; the order of its axes is a matter of strides.
                let axes = cells.axes(array.shape.len());
                if let Some(demand) = whole.get_mut(&path).filter(|demand| demand.0.len() == axes.len()) {
                    demand.0 = axes.iter().map(|axis| demand.0[*axis].clone()).collect();
                }
                shown = Some(array.dims.iter().map(|dim| dim.as_str().to_owned()).collect());
                *array = Arc::new(cells.stored(array));
            }
            let shape = match &from {
                From::Array(array) => &array.shape,
                From::Inline(coord) => &coord.shape,
            };
            let mut blocks = whole.get(&path).and_then(|demand| Blocks::new(demand, shape));
            if let (Some(blocks), From::Array(array)) = (&mut blocks, &from)
                && let Storage::Joined(joined) = &array.storage
            {
                // A block lies in one file: others are not opened, and each is read its own way.
                blocks.cut(joined.axis(), joined.starts());
            }
            match blocks.filter(|blocks| blocks.elements().is_some()) {
                Some(blocks) => leaves.push(Wanted { path, from, blocks, coords, shown }),
                None => {
                    let message = format!("the plan demands a part of `{path}` that it does not have");
                    failed.insert(path, Diagnostic::error(message));
                }
            }
        }
        Self { leaves, failed }
    }

    /// Bytes of all values; texts, whose size is not known before, count their offsets.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes_of(&|_| true)
    }

    /// As [`bytes`](Self::bytes), of some leaves by their paths.
    pub(super) fn bytes_of(&self, counts: &dyn Fn(&str) -> bool) -> u64 {
        self.leaves.iter().filter(|leaf| counts(&leaf.path)).map(Wanted::bytes).fold(0, u64::saturating_add)
    }
}

impl Wanted {
    /// Element type.
    pub(super) fn dtype(&self) -> Dtype {
        match &self.from {
            From::Array(array) => array.dtype,
            From::Inline(coord) => coord.dtype(),
        }
    }

    /// Bytes of the values; of text the offsets only.
    pub(super) fn bytes(&self) -> u64 {
        let size = self.dtype().size().unwrap_or(size_of::<i64>()) as u64;
        (self.blocks.elements().unwrap_or(usize::MAX) as u64).saturating_mul(size)
    }

    /// Whether it is worth storing in the file arena, and what it comes from is known.
    pub(super) fn is_storable(&self, tree: &Tree) -> bool {
        let From::Array(array) = &self.from else { return false };
        self.bytes() >= super::file::SMALLEST && tree.provenance(array).is_some()
    }

    /// Bytes of a chunk in its file, decoded; 0 if there are none.
    pub(super) fn chunk_bytes(&self) -> u64 {
        match &self.from {
            From::Array(array) => {
                let chunk = match &array.storage {
                    Storage::Cells(cells) => return cells.chunk_bytes(),
                    Storage::Chunked { chunk, .. } => Some(chunk.clone()),
                    Storage::Joined(joined) => joined.chunk(),
                    Storage::Opaque | Storage::Contiguous { .. } => None,
                };
                let size = array.dtype.size().unwrap_or(1) as u64;
                chunk.map_or(0, |chunk| {
                    chunk.iter().fold(size, |bytes, len| bytes.saturating_mul(*len as u64))
                })
            }
            From::Inline(_) => 0,
        }
    }

    /// Its entry in a segment's catalog, without places of buffers.
    pub(super) fn leaf(&self, tree: &Tree) -> layout::Leaf {
        let (dtype, calendar) = self.dtype().code();
        let (dims, shape, attrs) = match &self.from {
            From::Array(array) => (&array.dims, &array.shape, &array.attrs),
            From::Inline(coord) => (&coord.dims, &coord.shape, &coord.attrs),
        };
        let (source, origin, item) = match &self.from {
            From::Array(array) => {
                let file = tree.files.get(array.file).map(|file| file.path.display().to_string());
                (file.unwrap_or_default(), array.origin.clone(), array.item)
            }
            From::Inline(_) => Default::default(),
        };
        let wide = |n: usize| n as u64;
        layout::Leaf {
            path: self.path.clone(),
            dtype,
            calendar,
            dims: dims.iter().map(|dim| dim.as_str().to_owned()).collect(),
            shape: shape.iter().copied().map(wide).collect(),
            blocks: self
                .blocks
                .slabs()
                .iter()
                .map(|slab| layout::Block {
                    start: slab.0.iter().map(|range| wide(range.start)).collect(),
                    count: slab.0.iter().map(|range| wide(range.len())).collect(),
                    ..layout::Block::default()
                })
                .collect(),
            coords: self
                .coords
                .iter()
                .map(|(name, path)| layout::CoordRef { name: name.clone(), path: path.clone() })
                .collect(),
            attrs: attrs
                .iter()
                .map(|(name, value)| layout::Attr { name: name.to_owned(), value: stored(value) })
                .chain(self.shown.iter().map(|dims| layout::Attr {
                    name: SHOWN.to_owned(),
                    value: layout::AttrValue::Texts(dims.clone()),
                }))
                .collect(),
            source,
            origin,
            item,
        }
    }
}

/// An attribute as the catalog stores it.
pub(super) fn stored(value: &Attr) -> layout::AttrValue {
    match value {
        Attr::Text(v) => layout::AttrValue::Text(v.clone()),
        Attr::Texts(v) => layout::AttrValue::Texts(v.clone()),
        Attr::Int(v) => layout::AttrValue::Int(*v),
        Attr::Ints(v) => layout::AttrValue::Ints(v.clone()),
        Attr::Float(v) => layout::AttrValue::Float(*v),
        Attr::Floats(v) => layout::AttrValue::Floats(v.clone()),
        // The catalog has plain values only; nothing that draws an array asks for such an attribute.
        Attr::Json(v) => layout::AttrValue::Text(v.to_string()),
    }
}

/// Attributes from the catalog.
pub(super) fn attrs(stored: &[layout::Attr]) -> Attrs {
    stored
        .iter()
        .filter(|attr| !attr.name.starts_with('\0'))
        .map(|stored| (stored.name.clone(), attr(&stored.value)))
        .collect()
}

/// An attribute's value from the catalog.
pub(super) fn attr(stored: &layout::AttrValue) -> Attr {
    match stored {
        layout::AttrValue::Text(v) => Attr::Text(v.clone()),
        layout::AttrValue::Texts(v) => Attr::Texts(v.clone()),
        layout::AttrValue::Int(v) => Attr::Int(*v),
        layout::AttrValue::Ints(v) => Attr::Ints(v.clone()),
        layout::AttrValue::Float(v) => Attr::Float(*v),
        layout::AttrValue::Floats(v) => Attr::Floats(v.clone()),
    }
}

#[cfg(test)]
mod tests {
    use crate::data::Dtype;
    use crate::data::time::Calendar;
    use shm_layout::item_size;

    #[test]
    fn type_codes_have_the_same_sizes_here_and_in_the_layout() {
        for code in 0..=u8::MAX {
            let here = Dtype::from_code(code, 0);
            let size = here.map(|dtype| dtype.size().unwrap_or(8) as u64);
            assert_eq!(size, item_size(code), "{code}");
        }
        assert_eq!(Dtype::Time(Calendar::Standard).code().0, shm_layout::TIME);
        assert_eq!(Dtype::Str.code().0, shm_layout::TEXT);
    }
}
