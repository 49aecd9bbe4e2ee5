//! The index of a named arena: JSON in sealed memory that says which bytes are which numbers, and of
//! which data. Any program can read it; [`Attached`](super::Attached) does.

use super::sources::Stamp;
use crate::data::Dtype;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use shm_layout as layout;
use std::collections::BTreeMap;

/// What `format` says.
pub(super) const FORMAT: &str = "shmplot arena index";
/// What `version` says.
pub(super) const VERSION: u32 = 1;

/// All of it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Index {
    pub(super) format: String,
    pub(super) version: u32,
    /// Version of the program that loaded the data: another one may decode them otherwise.
    pub(super) shmplot: String,
    /// `little` or `big`: of all values.
    pub(super) byte_order: String,
    pub(super) data: Inputs,
    /// The files (and folders) that were opened, by absolute path.
    pub(super) sources: BTreeMap<String, Stamp>,
    /// By path in the data tree; `leaf@name` is a coordinate without a dataset of its own.
    pub(super) leaves: BTreeMap<String, Leaf>,
}

/// The data that were named, by which the same tree can be opened again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// Files and folders, absolute.
    pub paths: Vec<String>,
    /// The load configuration.
    pub load: Option<LoadText>,
    /// All files are one tree, joined so.
    pub concat: Option<Concat>,
}

/// A load configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadText {
    /// Its file, absolute.
    pub path: String,
    /// What that said.
    pub text: String,
}

/// How files were joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concat {
    /// Along this dimension.
    pub dim: String,
    /// Which the files do not have themselves.
    pub new: bool,
}

/// An array, or what is there of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Leaf {
    /// What `numpy.dtype` takes, byte order included; of text that of the offsets.
    pub(super) dtype: String,
    /// The type by its name here.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// Of times (microseconds since 1970-01-01), by its CF name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) calendar: Option<String>,
    pub(super) dims: Vec<String>,
    /// The axes in the order in which they are shown, if `dims` is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) shown: Option<Vec<String>>,
    /// Of the whole array.
    pub(super) shape: Vec<u64>,
    /// Disjoint boxes of it, each row-major.
    pub(super) blocks: Vec<Block>,
    /// Names of its coordinates and the leaves that hold them.
    pub(super) coords: Map<String, Value>,
    pub(super) attrs: Map<String, Value>,
}

/// A box of an array.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Block {
    pub(super) start: Vec<u64>,
    pub(super) count: Vec<u64>,
    /// Number of the segment that holds it.
    pub(super) segment: usize,
    /// First byte of the values.
    pub(super) offset: u64,
    /// Of text: where the UTF-8 bytes are that the offsets count in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) texts: Option<Texts>,
}

/// Bytes of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Texts {
    pub(super) offset: u64,
    pub(super) len: u64,
}

/// `little` or `big`.
pub(super) const BYTE_ORDER: &str = if cfg!(target_endian = "little") { "little" } else { "big" };

/// `dtype`, `type` and `calendar` of an element type.
pub(super) fn type_of(dtype: Dtype) -> (String, String, Option<String>) {
    let order = if cfg!(target_endian = "little") { '<' } else { '>' };
    let calendar = match dtype {
        Dtype::Time(calendar) => Some(calendar.cf_name().to_owned()),
        _ => None,
    };
    let numpy = match dtype {
        Dtype::Bool => "|b1".to_owned(),
        Dtype::I8 => "|i1".to_owned(),
        Dtype::U8 => "|u1".to_owned(),
        Dtype::Time(calendar) if calendar.is_gregorian() => format!("{order}M8[us]"),
        Dtype::Time(_) | Dtype::Str => format!("{order}i8"),
        other => {
            let kind = match other {
                Dtype::F32 | Dtype::F64 => 'f',
                Dtype::U16 | Dtype::U32 | Dtype::U64 => 'u',
                _ => 'i',
            };
            format!("{order}{kind}{}", other.size().unwrap_or_default())
        }
    };
    (numpy, dtype.numpy_name().to_owned(), calendar)
}

/// Adds what a segment holds.
pub(super) fn add(
    leaves: &mut BTreeMap<String, Leaf>,
    number: usize,
    catalog: &layout::Catalog,
    shown: &str,
) {
    for leaf in &catalog.leaves {
        let Some(dtype) = Dtype::from_code(leaf.dtype, leaf.calendar) else { continue };
        let blocks = leaf.blocks.iter().map(|block| Block {
            start: block.start.clone(),
            count: block.count.clone(),
            segment: number,
            offset: block.values.offset,
            texts: (dtype == Dtype::Str)
                .then_some(Texts { offset: block.texts.offset, len: block.texts.len }),
        });
        if let Some(known) = leaves.get_mut(&leaf.path) {
            known.blocks.extend(blocks);
            continue;
        }
        let (numpy, kind, calendar) = type_of(dtype);
        let shown_as = leaf.attrs.iter().find(|attr| attr.name == shown);
        let entry = Leaf {
            dtype: numpy,
            kind,
            calendar,
            dims: leaf.dims.clone(),
            shown: match shown_as.map(|attr| &attr.value) {
                Some(layout::AttrValue::Texts(dims)) => Some(dims.clone()),
                _ => None,
            },
            shape: leaf.shape.clone(),
            blocks: blocks.collect(),
            coords: leaf.coords.iter().map(|c| (c.name.clone(), Value::from(c.path.as_str()))).collect(),
            attrs: leaf
                .attrs
                .iter()
                .filter(|attr| attr.name != shown)
                .map(|attr| (attr.name.clone(), plain(&attr.value)))
                .collect(),
        };
        leaves.insert(leaf.path.clone(), entry);
    }
}

/// An attribute as JSON. Numbers that JSON lacks are the texts `NaN`, `Infinity` and `-Infinity`.
fn plain(value: &layout::AttrValue) -> Value {
    match value {
        layout::AttrValue::Text(v) => json!(v),
        layout::AttrValue::Texts(v) => json!(v),
        layout::AttrValue::Int(v) => json!(v),
        layout::AttrValue::Ints(v) => json!(v),
        layout::AttrValue::Float(v) => number(*v),
        layout::AttrValue::Floats(v) => v.iter().map(|v| number(*v)).collect(),
    }
}

fn number(value: f64) -> Value {
    if value.is_finite() {
        json!(value)
    } else if value.is_nan() {
        json!("NaN")
    } else {
        json!(if value > 0.0 { "Infinity" } else { "-Infinity" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::time::Calendar;

    #[test]
    fn types_have_numpys_names_with_the_byte_order() {
        let of = |dtype| type_of(dtype).0;
        if cfg!(target_endian = "little") {
            for (dtype, name) in [
                (Dtype::F32, "<f4"),
                (Dtype::I64, "<i8"),
                (Dtype::U16, "<u2"),
                (Dtype::Time(Calendar::Standard), "<M8[us]"),
                (Dtype::Time(Calendar::NoLeap), "<i8"),
                (Dtype::Str, "<i8"),
            ] {
                assert_eq!(of(dtype), name);
            }
        }
        assert_eq!(
            (of(Dtype::Bool), of(Dtype::U8), of(Dtype::I8)),
            ("|b1".into(), "|u1".into(), "|i1".into())
        );
        assert_eq!(type_of(Dtype::Time(Calendar::NoLeap)).2.as_deref(), Some("noleap"));
    }

    #[test]
    fn blocks_of_one_leaf_come_together_and_are_read_again() {
        let leaf = |start: u64, offset: u64| layout::Leaf {
            path: "a/b".into(),
            dtype: 10,
            dims: vec!["x".into()],
            shape: vec![10],
            blocks: vec![layout::Block {
                start: vec![start],
                count: vec![3],
                values: layout::Extent { offset, len: 24 },
                ..layout::Block::default()
            }],
            attrs: vec![
                layout::Attr { name: "fill".into(), value: layout::AttrValue::Float(f64::NAN) },
                layout::Attr { name: "\0dims".into(), value: layout::AttrValue::Texts(vec!["x".into()]) },
            ],
            ..layout::Leaf::default()
        };
        let mut leaves = BTreeMap::new();
        for (number, (start, offset)) in [(0, 128), (4, 192)].into_iter().enumerate() {
            add(&mut leaves, number, &layout::Catalog { leaves: vec![leaf(start, offset)] }, "\0dims");
        }
        let found = &leaves["a/b"];
        assert_eq!(found.blocks[1].segment, 1);
        assert_eq!((found.blocks.len(), found.attrs.len()), (2, 1));
        assert_eq!(found.attrs["fill"], "NaN");
        let text = serde_json::to_string(found).unwrap();
        assert!(text.contains(r#"{"start":[4],"count":[3],"segment":1,"offset":192}"#), "{text}");
        assert_eq!(&serde_json::from_str::<Leaf>(&text).unwrap(), found);
    }
}
