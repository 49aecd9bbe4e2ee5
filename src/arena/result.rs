//! Values that a graph's node gave, as segments: sealed by the worker that computed them, read by all.
//!
//! The head is a leaf at `#<digest>`; coordinates are leaves at `#<digest>@<number>`, a dataset's
//! variables at `#<digest>/<number>`. Names, and what kind of value it is, are attributes that no
//! file's attribute can be named like. Everything comes back bit by bit; what cannot is not sealed.
//! Elements are held row-major: no operation's result depends on how they lie.

use super::Arena;
use super::segment::Segment;
use super::view;
use crate::data::{Attr, Attrs, Coord, DataError, Dataset, Labelled, Values};
use crate::diag::Diagnostic;
use crate::sys::memfd::Memory;
use crate::sys::populate_for_writing;
use crate::transform::Value;
use crate::with_numeric;
use shm_layout as layout;
use std::collections::{BTreeMap, HashMap};
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// Begins the names of attributes that are not the value's.
const OWN: char = '\0';
/// What kind of value it is.
const KIND: &str = "\0kind";
/// The array's name, if it has one.
const NAME: &str = "\0name";
/// Before the name of an attribute that is JSON.
const JSON: &str = "\0json:";
/// How deep coordinates may have coordinates.
const DEPTH: usize = 4;

/// A value behind a descriptor.
#[derive(Debug)]
pub struct SealedResult {
    /// The sealed segment.
    pub segment: OwnedFd,
    /// Its size.
    pub bytes: u64,
}

/// Where the value of the node with this digest begins.
pub(super) fn path(digest: u128) -> String {
    format!("#{digest:032x}")
}

/// Seals the value of the node with this digest: one copy.
///
/// # Errors
/// Values that are no arrays or datasets, or that have no elements in memory; too little memory.
pub fn seal(digest: u128, value: &Value) -> Result<SealedResult, Diagnostic> {
    let fault = |why: String| {
        Diagnostic::error(format!("{} cannot be shared between workers", value.describe())).caused_by(why)
    };
    let mut writer = Writer { path: path(digest), ..Writer::default() };
    writer.value(value).map_err(fault)?;
    writer.seal().map_err(|why| fault(why.to_string()))
}

/// Why a value cannot be written.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Layout(#[from] layout::Error),
    #[error(transparent)]
    Memory(#[from] std::io::Error),
    #[error("{0}")]
    Other(&'static str),
}

/// A value on its way into a segment.
#[derive(Default)]
struct Writer<'a> {
    path: String,
    /// By path, as the catalog has them.
    leaves: BTreeMap<String, (layout::Leaf, Option<&'a Labelled>)>,
    /// Paths of coordinates that are there already: arrays share them.
    coords: HashMap<*const Labelled, String>,
}

impl<'a> Writer<'a> {
    fn value(&mut self, value: &'a Value) -> Result<(), String> {
        let path = self.path.clone();
        match value {
            Value::Array(array) => self.array(&path, array, Some("array"), 0),
            Value::Bare(array) => self.array(&path, array, Some("bare"), 0),
            Value::Dataset(dataset) => {
                let mut head = layout::Leaf { path: path.clone(), shape: vec![0], ..Default::default() };
                head.dims.push(String::new());
                head.attrs = attrs(&dataset.attrs)?;
                head.attrs.push(text(KIND, "dataset"));
                for (number, (name, array)) in dataset.vars.iter().enumerate() {
                    let at = format!("{path}/{number}");
                    self.array(&at, array, None, 0)?;
                    head.coords.push(layout::CoordRef { name: name.clone(), path: at });
                }
                self.leaves.insert(path, (head, None));
                Ok(())
            }
            _ => Err("only arrays and datasets can be".to_owned()),
        }
    }

    fn array(
        &mut self,
        path: &str,
        array: &'a Labelled,
        kind: Option<&str>,
        depth: usize,
    ) -> Result<(), String> {
        if depth > DEPTH {
            return Err("its coordinates have too many coordinates".to_owned());
        }
        let (dtype, calendar) = array.dtype().code();
        let wide = |n: &usize| *n as u64;
        let mut leaf = layout::Leaf {
            path: path.to_owned(),
            dtype,
            calendar,
            dims: array.dims.iter().map(|dim| dim.as_str().to_owned()).collect(),
            shape: array.shape.iter().map(wide).collect(),
            attrs: attrs(&array.attrs)?,
            ..Default::default()
        };
        leaf.attrs.extend(kind.map(|kind| text(KIND, kind)));
        leaf.attrs.extend(array.name.as_deref().map(|name| text(NAME, name)));
        if array.size() > 0 {
            leaf.blocks.push(layout::Block {
                start: vec![0; array.ndim()],
                count: leaf.shape.clone(),
                texts: layout::Extent { offset: 0, len: text_bytes(array).map_err(|err| err.to_string())? },
                ..Default::default()
            });
        }
        for (name, coord) in array.coords.iter() {
            let at = match self.coords.get(&Arc::as_ptr(coord)) {
                Some(at) => at.clone(),
                None => {
                    let at = format!("{}@{}", self.path, self.coords.len());
                    self.coords.insert(Arc::as_ptr(coord), at.clone());
                    self.array(&at, coord, None, depth + 1)?;
                    at
                }
            };
            leaf.coords.push(layout::CoordRef { name: name.to_owned(), path: at });
        }
        self.leaves.insert(path.to_owned(), (leaf, Some(array)));
        Ok(())
    }

    fn seal(self) -> Result<SealedResult, Fault> {
        let mut catalog = layout::Catalog::default();
        let mut arrays = Vec::with_capacity(self.leaves.len());
        for (leaf, array) in self.leaves.into_values() {
            catalog.leaves.push(leaf);
            arrays.push(array);
        }
        let sizes = layout::sizes::assign(&mut catalog)?;
        let len = usize::try_from(sizes.total).map_err(|_| Fault::Other("it is too large"))?;
        let mut memory = Memory::allocate("shmplot-result", len)?;
        let (front, buffers) = layout::write::split(memory.bytes_mut(), &catalog, sizes)?;
        for buffer in buffers {
            if let Some(array) = arrays[buffer.leaf] {
                populate_for_writing(buffer.values);
                fill(array, buffer.values, buffer.texts)?;
            }
        }
        front.finish(&catalog)?;
        Ok(SealedResult { segment: memory.seal()?.into(), bytes: sizes.total })
    }
}

/// UTF-8 bytes of all texts; 0 for numbers.
fn text_bytes(array: &Labelled) -> Result<u64, DataError> {
    let mut bytes = 0;
    array.for_each_run(array.ndim(), |_, _, run| {
        if let Values::Str(texts) = run.values {
            bytes += run.positions().map(|i| texts.get(i).len() as u64).sum::<u64>();
        }
        Ok::<(), DataError>(())
    })?;
    Ok(bytes)
}

/// Writes the elements row-major.
fn fill(array: &Labelled, out: &mut [u8], content: &mut [u8]) -> Result<(), DataError> {
    let (mut texts_before, mut bytes_before) = (0, 0);
    let offset = size_of::<i64>();
    array.for_each_run(array.ndim(), |_, at, run| {
        with_numeric!(run.values, buf => {
            let item = size_of_val(&buf[run.offset]);
            let target = &mut out[at * item..(at + run.len) * item];
            if run.stride == 1 || run.len == 1 {
                target.copy_from_slice(bytemuck::cast_slice(&buf[run.offset..run.offset + run.len]));
            } else {
                for (place, i) in target.chunks_exact_mut(item).zip(run.positions()) {
                    place.copy_from_slice(bytemuck::bytes_of(&buf[i]));
                }
            }
        }, str texts => {
            // Runs come in row-major order.
            for text in run.positions().map(|i| texts.get(i)) {
                content[bytes_before..bytes_before + text.len()].copy_from_slice(text.as_bytes());
                bytes_before += text.len();
                texts_before += 1;
                let end = bytes_before as i64;
                out[texts_before * offset..(texts_before + 1) * offset].copy_from_slice(&end.to_ne_bytes());
            }
        });
        Ok::<(), DataError>(())
    })
}

fn text(name: &str, value: &str) -> layout::Attr {
    layout::Attr { name: name.to_owned(), value: layout::AttrValue::Text(value.to_owned()) }
}

/// Attributes as the catalog stores them.
fn attrs(attrs: &Attrs) -> Result<Vec<layout::Attr>, String> {
    let stored = |(name, value): (&str, &Attr)| {
        if name.starts_with(OWN) {
            return Err(format!("its attribute `{}` cannot be told from others", name.escape_debug()));
        }
        let value = match value {
            Attr::Json(v) => {
                let written = v.to_string();
                if serde_json::from_str::<serde_json::Value>(&written).ok().as_ref() != Some(v) {
                    return Err(format!("its attribute `{name}` cannot be written exactly"));
                }
                return Ok(text(&format!("{JSON}{name}"), &written));
            }
            plain => super::want::stored(plain),
        };
        Ok(layout::Attr { name: name.to_owned(), value })
    };
    attrs.iter().map(stored).collect()
}

impl Arena {
    /// The value of the node with this digest, as a view, if its segment has come. No values are
    /// copied.
    pub fn result(&self, digest: u128) -> Option<Value> {
        let path = path(digest);
        let held = self.held();
        read(held.home(&path)?, &path).ok()
    }
}

/// The value that begins at a path of a segment.
pub(super) fn read(segment: &Segment, path: &str) -> Result<Value, String> {
    segment.check().map_err(|error| error.to_string())?;
    let mut reader = Reader { segment, coords: BTreeMap::new() };
    let head = reader.leaf(path)?;
    match own(head, KIND).ok_or("it is no result")? {
        "array" => reader.array(head, 0).map(Value::Array),
        "bare" => reader.array(head, 0).map(Value::Bare),
        "dataset" => {
            let mut dataset = Dataset { vars: Vec::new(), attrs: read_attrs(head)? };
            for var in &head.coords {
                let array = reader.leaf(&var.path).and_then(|leaf| reader.array(leaf, 0))?;
                dataset.vars.push((var.name.clone(), array));
            }
            Ok(Value::Dataset(dataset))
        }
        other => Err(format!("there are no results of kind `{other}`")),
    }
}

/// A segment that is being read.
struct Reader<'a> {
    segment: &'a Segment,
    /// Coordinates that were read, by path.
    coords: BTreeMap<&'a str, Coord>,
}

impl<'a> Reader<'a> {
    fn leaf(&self, path: &str) -> Result<&'a layout::Leaf, String> {
        let leaves = &self.segment.catalog.leaves;
        let at = leaves.binary_search_by(|leaf| leaf.path.as_str().cmp(path));
        at.map(|at| &leaves[at]).map_err(|_| format!("`{path}` is not in it"))
    }

    fn array(&mut self, leaf: &'a layout::Leaf, depth: usize) -> Result<Labelled, String> {
        if depth > DEPTH {
            return Err("its coordinates have too many coordinates".to_owned());
        }
        let mut array = view::labelled(&[(self.segment, leaf)])?;
        array.name = own(leaf, NAME).map(str::to_owned);
        array.attrs = read_attrs(leaf)?;
        for reference in &leaf.coords {
            let coord = match self.coords.get(reference.path.as_str()) {
                Some(coord) => coord.clone(),
                None => {
                    let coord: Coord =
                        Arc::new(self.leaf(&reference.path).and_then(|leaf| self.array(leaf, depth + 1))?);
                    self.coords.insert(&reference.path, coord.clone());
                    coord
                }
            };
            array = array.with_coord(&reference.name, coord).map_err(|err| err.to_string())?;
        }
        Ok(array)
    }
}

/// An attribute of ours.
fn own<'a>(leaf: &'a layout::Leaf, name: &str) -> Option<&'a str> {
    leaf.attrs.iter().find(|attr| attr.name == name).and_then(|attr| match &attr.value {
        layout::AttrValue::Text(text) => Some(text.as_str()),
        _ => None,
    })
}

/// The value's own attributes.
fn read_attrs(leaf: &layout::Leaf) -> Result<Attrs, String> {
    let mut attrs = Attrs::new();
    for attr in &leaf.attrs {
        if let (Some(name), layout::AttrValue::Text(written)) = (attr.name.strip_prefix(JSON), &attr.value) {
            let json = serde_json::from_str(written).map_err(|err| err.to_string())?;
            attrs.insert(name, Attr::Json(Arc::new(json)));
        } else if !attr.name.starts_with(OWN) {
            attrs.insert(&attr.name, super::want::attr(&attr.value));
        }
    }
    Ok(attrs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::time::{Calendar, NAT};
    use crate::data::{Dtype, Pick, StrBuf};
    use crate::transform::{Graph, Op};

    /// A hash of all of a value: elements bit by bit, labels, names, attributes.
    fn key(value: &Value) -> u128 {
        let mut graph = Graph::default();
        let node = graph.push(Op::Const(value.clone()), None);
        graph.digest(node)
    }

    fn round_trip(value: &Value) -> Value {
        let SealedResult { segment, bytes } = seal(0xab, value).unwrap();
        let segment = Segment::from_descriptor(segment).unwrap();
        assert_eq!(segment.bytes().len() as u64, bytes);
        read(&segment, &path(0xab)).unwrap()
    }

    fn array(dims: &[&str], shape: &[usize], values: Values) -> Labelled {
        Labelled::contiguous(dims.iter().map(|dim| (*dim).into()).collect(), shape.to_vec(), values)
    }

    #[test]
    fn values_come_back_bit_by_bit() {
        let payload = f64::from_bits(0x7ff8_0000_0000_1234);
        let numbers =
            array(&["t", "x"], &[2, 3], Values::F64(vec![0.0, -0.0, payload, 1.5, 2.5, 1e300].into()));
        let words = array(&["x"], &[3], Values::Str(["ä", "", "xyz"].iter().collect::<StrBuf>()));
        let times = Values::Time(vec![NAT, 86_400_000_000].into(), Calendar::Day360);
        let mut full = numbers
            .clone()
            .named("n/@#")
            .with_coord("x", Arc::new(words.clone().named("other")))
            .unwrap()
            .with_coord("t", Arc::new(array(&["t"], &[2], times)))
            .unwrap()
            .with_coord("run", Arc::new(Labelled::scalar(Values::U8(vec![7].into()))))
            .unwrap();
        let json = serde_json::json!({"a": [1, 2.5, null, "b"], "c": 0.1});
        for (name, attr) in [
            ("units", Attr::Text("m".into())),
            ("j", Attr::Json(Arc::new(json))),
            ("nan", Attr::Floats(vec![f64::NAN, 1.0])),
            ("i", Attr::Int(-3)),
            ("none", Attr::Texts(Vec::new())),
        ] {
            full.attrs.insert(name, attr);
        }
        let flipped = full.reversed().isel(0, &Pick::list(&[2, 0], &"x".into(), 3).unwrap()).unwrap();
        let mut dataset = Dataset {
            vars: vec![("b".into(), full.clone()), ("a".into(), words.clone()), ("b@0".into(), full.clone())],
            attrs: Attrs::new(),
        };
        dataset.attrs.insert("title", Attr::Text("all".into()));
        let cases = [
            Value::Array(full.clone()),
            Value::Array(flipped),
            Value::Array(array(&["a", "b"], &[0, 4], Values::F32(vec![].into()))),
            Value::Array(words),
            Value::Array(Labelled::scalar(Values::Str(["one"].iter().collect::<StrBuf>()))),
            Value::bare(&full),
            Value::Bare(Labelled::scalar(Values::I16(vec![-9].into()))),
            Value::Dataset(dataset),
            Value::Dataset(Dataset::default()),
            Value::Array(array(&["x"], &[2], Values::Bool(vec![0, 1].into()))),
        ];
        for value in cases {
            let got = round_trip(&value);
            assert_eq!(key(&got), key(&value), "{got} instead of {value}");
            assert_eq!(std::mem::discriminant(&got), std::mem::discriminant(&value));
        }
    }

    #[test]
    fn shared_coordinates_are_written_once_and_elements_are_not_copied() {
        let coord: Coord = Arc::new(array(&["x"], &[3], Values::I32(vec![1, 2, 3].into())));
        let one =
            array(&["x"], &[3], Values::F64(vec![1.0, 2.0, 3.0].into())).with_coord("x", coord).unwrap();
        let value = Value::Dataset(Dataset {
            vars: vec![("a".into(), one.clone()), ("b".into(), one)],
            ..Dataset::default()
        });
        let sealed = Segment::from_descriptor(seal(1, &value).unwrap().segment).unwrap();
        assert_eq!(sealed.catalog.leaves.len(), 4);
        let Value::Dataset(got) = read(&sealed, &path(1)).unwrap() else { panic!("no dataset") };
        assert!(got.vars[0].1.grid.parts[0].as_ref().unwrap().values.is_mapped());
        assert!(Arc::ptr_eq(got.vars[0].1.coords.get("x").unwrap(), got.vars[1].1.coords.get("x").unwrap()));
    }

    #[test]
    fn what_cannot_come_back_is_not_sealed() {
        let mut odd = Labelled::scalar(Values::U8(vec![1].into()));
        odd.attrs.insert("\0kind", Attr::Int(1));
        let ghost = Labelled::absent(vec!["x".into()], vec![3], Dtype::F64);
        for (value, why) in [
            (Value::Float(1.0), "only arrays and datasets"),
            (Value::Array(odd), "cannot be told from others"),
            (Value::Array(ghost), "did not demand"),
        ] {
            let error = seal(1, &value).unwrap_err();
            assert!(error.to_string().contains("cannot be shared"), "{error}");
            assert!(error.causes.concat().contains(why), "{error:?}");
        }
    }
}
