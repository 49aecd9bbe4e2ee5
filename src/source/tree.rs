//! The tree of metadata that data files give.

use super::{Group, Item, Node, Reader, SourceError};
use crate::data::{Attrs, Buf, Coord, Coords, Demand, Dim, Dtype, Labelled, LeafDemand, Slab, Values};
use crate::diag::{Source, near};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// A file that was opened, as it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Path as the user gave it.
    pub path: PathBuf,
    /// Size in bytes; 0 of a store that is a folder.
    pub size: u64,
    /// Time of the last change.
    pub modified: Option<SystemTime>,
    /// Name of the format.
    pub format: &'static str,
}

/// Where a coordinate's values are.
#[derive(Clone, Debug)]
pub enum CoordSource {
    /// In a leaf of the tree, by its path from the tree's root.
    Leaf(String),
    /// Made from attributes, held here.
    Inline(Coord),
}

/// How a dataset lies in its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// Not known or of no matter.
    #[default]
    Opaque,
    /// One run of bytes, in native order and of the decoded type: can be copied or mapped as it is.
    Contiguous {
        /// First byte in the file.
        offset: u64,
    },
    /// In chunks of this shape.
    Chunked {
        /// Elements along each axis.
        chunk: Vec<usize>,
        /// Names of the filters, for display.
        filters: Vec<String>,
    },
    /// In parts of several files, one after another along an axis.
    Joined(Arc<super::Joined>),
    /// As the cells of a grid.
    Cells(Arc<super::Cells>),
}

/// An array (or a column of a table): metadata only.
#[derive(Clone, Debug)]
pub struct ArrayNode {
    /// Element type after decoding.
    pub dtype: Dtype,
    /// Stored type by numpy's name (`int16` for packed data, byte order apart).
    pub stored: String,
    /// Names of the axes.
    pub dims: Vec<Dim>,
    /// Lengths of the axes.
    pub shape: Vec<usize>,
    /// Attributes; those used up by decoding are kept as well.
    pub attrs: Attrs,
    /// Coordinates by name, in order.
    pub coords: Vec<(String, CoordSource)>,
    /// How it lies in its file.
    pub storage: Storage,
    /// Index of its reader in the tree.
    pub file: usize,
    /// Which dataset of that reader.
    pub item: Item,
    /// Its name in the file (`group/var`), for messages.
    pub origin: String,
}

impl ArrayNode {
    /// Decoded size in bytes; `None` for text.
    pub fn nbytes(&self) -> Option<u64> {
        let size = self.dtype.size()? as u64;
        self.shape.iter().try_fold(size, |n, len| n.checked_mul(*len as u64))
    }

    /// The axes of a coordinate `name` with these axes of its own, as axes of this array: the one axis
    /// of a dataset that is linked to as the labels of the axis `name` may be called otherwise.
    pub fn coord_dims(&self, name: &str, dims: &[Dim], shape: &[usize]) -> Vec<Dim> {
        let len = || self.dims.iter().position(|dim| *dim == name).map(|axis| self.shape[axis]);
        match (dims, shape) {
            ([own], [n]) if *own != name && !self.dims.contains(own) && len() == Some(*n) => {
                vec![Dim::new(name)]
            }
            _ => dims.to_vec(),
        }
    }

    /// A coordinate with the axes that [`coord_dims`](Self::coord_dims) gives it.
    fn labelled_by(&self, name: &str, coord: &Coord) -> Coord {
        let dims = self.coord_dims(name, &coord.dims, &coord.shape);
        if dims == coord.dims {
            return coord.clone();
        }
        let mut coord = Labelled::clone(coord).named(name);
        coord.dims = dims;
        Arc::new(coord)
    }
}

/// All data of a run: nodes by path, and the readers behind them.
#[derive(Debug)]
pub struct Tree {
    /// The root, always a group.
    pub(super) root: Node,
    /// The files, in the order of [`ArrayNode::file`].
    pub files: Vec<SourceFile>,
    pub(super) readers: Vec<Arc<dyn Reader>>,
    /// Coordinates read so far, by the path of their leaf.
    pub(super) cache: Mutex<BTreeMap<String, Coord>>,
    /// The texts of parameter spaces, by the paths of their groups.
    pub(super) spaces: BTreeMap<String, Source>,
}

/// Nodes looked at for one that is called like one that is missing.
const MOST_NAMESAKES: usize = 10_000;

/// Names told of a group that lacks one.
const MOST_TOLD: usize = 20;

impl Tree {
    /// The root group.
    pub fn root(&self) -> &Group {
        match &self.root {
            Node::Group(group) => group,
            _ => unreachable!("built as a group"),
        }
    }

    pub(super) fn root_mut(&mut self) -> &mut Group {
        match &mut self.root {
            Node::Group(group) => group,
            _ => unreachable!("built as a group"),
        }
    }

    /// The node at `path` (`a/b/c`; empty segments are dropped, `.` is the group itself, `..` its
    /// parent; a universe is found by its number, `multiverse/3` is `multiverse/03`).
    ///
    /// # Errors
    /// [`SourceError::NoSuchPath`] with near names; the error of a broken node on the way.
    pub fn get(&self, path: &str) -> Result<&Node, SourceError> {
        Ok(self.trail(path)?.last().map_or(&self.root, |(_, node)| node))
    }

    /// The one path of the node at `path`: names as they are in the tree.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn canonical(&self, path: &str) -> Result<String, SourceError> {
        Ok(joined(&self.trail(path)?))
    }

    /// The YAML text of the parameter space of a group: of its attribute `pspace`, as it was written,
    /// with its tags. `None` if there is no such group, or it has none.
    pub fn parameter_space(&self, group: &str) -> Option<&Source> {
        self.spaces.get(&self.canonical(group).ok()?)
    }

    /// The names and nodes from the root to what is at `path`, the root left out.
    fn trail<'a>(&'a self, path: &str) -> Result<Vec<(&'a str, &'a Node)>, SourceError> {
        let mut trail: Vec<(&str, &Node)> = Vec::new();
        let mut rest = path;
        while !rest.is_empty() {
            let here = trail.last().map_or(&self.root, |(_, node)| node);
            let (segment, after) = rest.split_once('/').unwrap_or((rest, ""));
            match segment {
                "" | "." => rest = after,
                ".." if trail.pop().is_some() => rest = after,
                _ => match here {
                    Node::Broken(error) => return Err((**error).clone()),
                    Node::Group(group) => {
                        let Some((name, node, after)) = group.first_in(rest) else {
                            return Err(self.no_such(path, &trail, here, segment));
                        };
                        trail.push((name, node));
                        rest = after;
                    }
                    _ => return Err(self.no_such(path, &trail, here, segment)),
                },
            }
        }
        Ok(trail)
    }

    fn no_such(&self, path: &str, trail: &[(&str, &Node)], here: &Node, segment: &str) -> SourceError {
        let members = match here {
            Node::Group(group) => &group.members[..],
            _ => &[],
        };
        let parent = joined(trail);
        let names = members.iter().map(|(name, _)| name.as_str());
        let above = |name: &str| if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") };
        let near_here = near(segment, names.clone().take(MOST_NAMESAKES)).map(above);
        SourceError::NoSuchPath {
            path: path.to_owned(),
            near: near_here.or_else(|| self.namesake(path)),
            parent: if parent.is_empty() { "/".to_owned() } else { parent },
            have: names.take(MOST_TOLD).map(str::to_owned).collect(),
            count: members.len(),
        }
    }

    /// The first path elsewhere in the tree that ends in the last segment of `path`, among the first
    /// ten thousand.
    fn namesake(&self, path: &str) -> Option<String> {
        fn below(group: &Group, last: &str, left: &mut usize) -> Option<String> {
            for (name, node) in &group.members {
                *left = left.checked_sub(1)?;
                if name == last {
                    return Some(name.clone());
                }
                if let Node::Group(group) = node
                    && let Some(found) = below(group, last, left)
                {
                    return Some(format!("{name}/{found}"));
                }
            }
            None
        }
        let last = path.rsplit('/').find(|segment| !segment.is_empty())?;
        below(self.root(), last, &mut MOST_NAMESAKES.clone())
    }

    /// The array at `path`.
    ///
    /// # Errors
    /// As [`get`](Self::get), and [`SourceError::NotAnArray`].
    pub fn array(&self, path: &str) -> Result<&Arc<ArrayNode>, SourceError> {
        match self.get(path)? {
            Node::Array(array) => Ok(array),
            Node::Broken(error) => Err((**error).clone()),
            other => Err(SourceError::NotAnArray {
                path: path.to_owned(),
                what: other.what().to_owned(),
                have: match other {
                    Node::Group(group) => group.members.iter().map(|(name, _)| name.clone()).collect(),
                    _ => Vec::new(),
                },
            }),
        }
    }

    /// One coordinate of the array at `path`, its values read into this process's heap (cached).
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn coord(&self, path: &str, name: &str) -> Result<Option<Coord>, SourceError> {
        let array = self.array(path)?;
        let source = array.coords.iter().find(|(key, _)| key == name);
        source.map(|(_, source)| self.coord_values(array, name, source)).transpose()
    }

    /// All coordinates of the array at `path`, as [`coord`](Self::coord).
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn coords(&self, path: &str) -> Result<Coords, SourceError> {
        let array = self.array(path)?;
        array
            .coords
            .iter()
            .map(|(name, source)| Ok((name.clone(), self.coord_values(array, name, source)?)))
            .collect()
    }

    fn coord_values(&self, of: &ArrayNode, name: &str, source: &CoordSource) -> Result<Coord, SourceError> {
        let leaf = match source {
            CoordSource::Inline(coord) => return Ok(coord.clone()),
            CoordSource::Leaf(leaf) => leaf,
        };
        if let Some(known) = self.cache.lock().unwrap_or_else(PoisonError::into_inner).get(leaf) {
            return Ok(of.labelled_by(name, known));
        }
        let array = self.array(leaf)?;
        let values = self.read(array, &Slab::all(&array.shape))?;
        let mut coord = Labelled::contiguous(array.dims.clone(), array.shape.clone(), values).named(name);
        coord.attrs = array.attrs.clone();
        let coord = Arc::new(coord);
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).insert(leaf.clone(), coord.clone());
        Ok(of.labelled_by(name, &coord))
    }

    /// Decodes a box of a numeric array into `out`; see [`Reader::read_into`].
    ///
    /// # Errors
    /// As the reader's; [`SourceError::Malformed`] if the box does not fit the array or `out`.
    pub fn read_into(&self, array: &ArrayNode, slab: &Slab, out: &mut [u8]) -> Result<(), SourceError> {
        let size = array.dtype.size().ok_or_else(|| self.misread(array, "it is text, not numbers"))?;
        if !slab.fits(&array.shape) || slab.count().checked_mul(size) != Some(out.len()) {
            return Err(self.misread(array, "a part was asked for that it does not have"));
        }
        if out.is_empty() {
            return Ok(());
        }
        match &array.storage {
            Storage::Joined(joined) => joined.read_into(self, array, slab, out),
            Storage::Cells(cells) => cells.read_into(self, array, slab, out),
            _ => self.reader(array)?.read_into(array, slab, out),
        }
    }

    /// The texts in a box of a text array; see [`Reader::read_texts`].
    ///
    /// # Errors
    /// As [`read_into`](Self::read_into).
    pub fn read_texts(&self, array: &ArrayNode, slab: &Slab) -> Result<crate::data::StrBuf, SourceError> {
        if !slab.fits(&array.shape) {
            return Err(self.misread(array, "a part was asked for that it does not have"));
        }
        if slab.count() == 0 {
            return Ok(std::iter::empty::<&str>().collect());
        }
        let texts = match &array.storage {
            Storage::Joined(joined) => joined.read_texts(self, slab)?,
            Storage::Cells(cells) => cells.read_texts(self, array, slab)?,
            _ => self.reader(array)?.read_texts(array, slab)?,
        };
        if texts.len() != slab.count() {
            return Err(self.misread(array, "its reader gave another number of texts than asked for"));
        }
        Ok(texts)
    }

    /// The box `slab` of an array as values on the heap, text too.
    ///
    /// # Errors
    /// As [`read_into`](Self::read_into).
    pub fn read(&self, array: &ArrayNode, slab: &Slab) -> Result<Values, SourceError> {
        macro_rules! typed {
            ($variant:ident, $type:ty $(, $more:expr)?) => {{
                let mut values: Vec<$type> = zeroed(slab.count())
                    .ok_or_else(|| self.misread(array, "there is not enough memory for it"))?;
                self.read_into(array, slab, bytemuck::cast_slice_mut(&mut values))?;
                Values::$variant(Buf::from(values) $(, $more)?)
            }};
        }
        if !slab.fits(&array.shape) {
            return Err(self.misread(array, "a part was asked for that it does not have"));
        }
        Ok(match array.dtype {
            Dtype::Bool => typed!(Bool, u8),
            Dtype::I8 => typed!(I8, i8),
            Dtype::I16 => typed!(I16, i16),
            Dtype::I32 => typed!(I32, i32),
            Dtype::I64 => typed!(I64, i64),
            Dtype::U8 => typed!(U8, u8),
            Dtype::U16 => typed!(U16, u16),
            Dtype::U32 => typed!(U32, u32),
            Dtype::U64 => typed!(U64, u64),
            Dtype::F32 => typed!(F32, f32),
            Dtype::F64 => typed!(F64, f64),
            Dtype::Time(calendar) => typed!(Time, i64, calendar),
            Dtype::Str => Values::Str(self.read_texts(array, slab)?),
        })
    }

    /// A time variable as bare numbers (`float64`) in its `units`, to be read where its times lie beyond
    /// what microseconds in 64 bits can count; `None` if it is no such variable of CF.
    pub fn undated(array: &ArrayNode) -> Option<ArrayNode> {
        let units = array.attrs.text("units").filter(|units| units.to_ascii_lowercase().contains(" since "));
        let is_time = matches!(array.dtype, Dtype::Time(_)) && units.is_some();
        is_time.then(|| ArrayNode { dtype: Dtype::F64, storage: Storage::Opaque, ..array.clone() })
    }

    /// Every node below the root with its path, depth first, in order.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a Node)) {
        fn below<'a>(group: &'a Group, path: &mut String, visit: &mut dyn FnMut(&str, &'a Node)) {
            for (name, node) in &group.members {
                let length = path.len();
                if length > 0 {
                    path.push('/');
                }
                path.push_str(name);
                visit(path, node);
                if let Node::Group(group) = node {
                    below(group, path, visit);
                }
                path.truncate(length);
            }
        }
        below(self.root(), &mut String::new(), visit);
    }

    /// A demand of all of every array, their coordinates with them.
    pub fn whole(&self) -> Demand {
        let mut demand = Demand::default();
        self.walk(&mut |path, node| {
            if let Node::Array(array) = node {
                demand.add(path, &LeafDemand::all(&array.shape));
            }
        });
        demand
    }

    fn reader(&self, array: &ArrayNode) -> Result<&Arc<dyn Reader>, SourceError> {
        self.readers.get(array.file).ok_or_else(|| self.misread(array, "it belongs to another tree"))
    }

    fn misread(&self, array: &ArrayNode, why: &str) -> SourceError {
        SourceError::Malformed {
            file: self.files.get(array.file).map(|file| file.path.clone()).unwrap_or_default(),
            dataset: Some(array.origin.clone()),
            why: why.to_owned(),
        }
    }
}

fn joined(trail: &[(&str, &Node)]) -> String {
    trail.iter().map(|(name, _)| *name).collect::<Vec<_>>().join("/")
}

/// `n` zeros, or `None` without the memory for them.
fn zeroed<T: bytemuck::Zeroable + Clone>(n: usize) -> Option<Vec<T>> {
    let mut values = Vec::new();
    values.try_reserve_exact(n).ok()?;
    values.resize(n, T::zeroed());
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(members: Vec<(&str, Node)>) -> Group {
        Group::new(members.into_iter().map(|(name, node)| (name.to_owned(), node)).collect())
    }

    fn text(text: &str) -> Node {
        Node::Text(text.into())
    }

    fn tree() -> Tree {
        let table = group(vec![("km/h", text("speed")), ("km", text("way"))]);
        let root = group(vec![
            ("a", Node::Group(group(vec![("temperature", text("t")), ("b", Node::Group(table))]))),
            ("note", text("n")),
        ]);
        Tree {
            root: Node::Group(root),
            files: Vec::new(),
            readers: Vec::new(),
            cache: Mutex::default(),
            spaces: BTreeMap::new(),
        }
    }

    #[test]
    fn paths_are_looked_up_as_dantro_does() {
        let tree = tree();
        let found = |path: &str| match tree.get(path) {
            Ok(Node::Text(text)) => text.to_string(),
            Ok(other) => other.what().to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found("a/temperature"), "t");
        assert_eq!(found("a//./b/../temperature"), "t");
        assert_eq!(found(""), "a group");
        assert_eq!(found("a/b/km/h"), "speed");
        assert_eq!(found("a/b/km"), "way");
        assert_eq!(found("a/temprature"), "there is no `a/temprature` in the data: `a` has temperature, b");
        assert_eq!(found("note/x"), "there is no `note/x` in the data: `note` has no members");
        assert_eq!(found("../x"), "there is no `../x` in the data: `/` has a, note");
    }

    #[test]
    fn every_way_to_write_a_path_is_one_path() {
        let tree = tree();
        let one = |path: &str| tree.canonical(path).ok();
        assert_eq!(one("./a//b/../temperature/").as_deref(), Some("a/temperature"));
        assert_eq!(one("/").as_deref(), Some(""));
        assert_eq!(one("a/b/km/h").as_deref(), Some("a/b/km/h"));
        assert!(one("a/x").is_none() && tree.parameter_space("a").is_none());
    }

    #[test]
    fn near_names_and_namesakes_are_told() {
        let tree = tree();
        let help = |path: &str| tree.get(path).err().and_then(|error| error.help());
        assert_eq!(help("a/temprature").as_deref(), Some("did you mean `a/temperature`?"));
        assert_eq!(help("temperature").as_deref(), Some("did you mean `a/temperature`?"));
        assert_eq!(help("zzz"), None);
        let group = tree.array("a").map(|_| ()).unwrap_err();
        assert_eq!(group.to_diagnostic().to_string(), "`a` is a group, not an array (it has temperature, b)");
    }
}
