//! Which nodes and buffers of a batch belong to a column: the depth-first order of the format.

use crate::source::columnar::engine::{Nulls, children};
use crate::source::columnar::fault::{Fault, broken};
use crate::source::columnar::leaf::{Leaf, Step, Want, meaning};
use crate::source::columnar::listing::is_plain;
use arrow_ipc::{MetadataVersion, RecordBatch};
use arrow_schema::{DataType, Field, Fields, UnionMode};
use std::collections::BTreeMap;
use std::ops::Range;

/// Counts of what a batch lists in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    /// Field nodes.
    pub(super) nodes: usize,
    /// Buffers, apart from those that a batch counts itself.
    pub(super) buffers: usize,
    /// Counts of such buffers (of views).
    pub(super) variadics: usize,
}

impl Count {
    fn add(self, other: Self) -> Self {
        Self {
            nodes: self.nodes + other.nodes,
            buffers: self.buffers + other.buffers,
            variadics: self.variadics + other.variadics,
        }
    }
}

/// What the field itself has, without its members.
fn own(data_type: &DataType, version: MetadataVersion) -> Count {
    use DataType as T;
    let (buffers, variadics) = match data_type {
        T::Null | T::RunEndEncoded(..) => (0, 0),
        T::Struct(_) | T::FixedSizeList(..) => (1, 0),
        T::Utf8 | T::LargeUtf8 | T::Binary | T::LargeBinary | T::ListView(_) | T::LargeListView(_) => (3, 0),
        T::Utf8View | T::BinaryView => (2, 1),
        T::Union(_, mode) => {
            let validity = usize::from(version < MetadataVersion::V5);
            (validity + 1 + usize::from(*mode == UnionMode::Dense), 0)
        }
        _ => (2, 0),
    };
    Count { nodes: 1, buffers, variadics }
}

/// What a field has with its members.
pub(super) fn count(data_type: &DataType, version: MetadataVersion) -> Count {
    let inner = children(data_type).into_iter().map(|field| count(field.data_type(), version));
    inner.fold(own(data_type, version), Count::add)
}

/// Where each column begins, and the end of the last.
pub(super) fn columns(fields: &Fields, version: MetadataVersion) -> Vec<Count> {
    let mut starts = vec![Count::default()];
    for field in fields {
        let last = starts.last().copied().unwrap_or_default();
        starts.push(last.add(count(field.data_type(), version)));
    }
    starts
}

/// The buffers of a batch before each of its columns, with those that it counts itself.
pub(super) fn buffers(batch: &RecordBatch<'_>, from: Count, to: Count) -> Result<Range<usize>, Fault> {
    let counts = batch.variadicBufferCounts();
    let before = |until: usize| {
        (0..until).try_fold(0_usize, |sum, i| {
            let count = counts.as_ref().filter(|counts| i < counts.len()).map(|counts| counts.get(i));
            count.and_then(|count| usize::try_from(count).ok()).and_then(|count| sum.checked_add(count))
        })
    };
    let bad = || broken("a batch miscounts the buffers of its views");
    let start = before(from.variadics).and_then(|more| from.buffers.checked_add(more)).ok_or_else(bad)?;
    let end = before(to.variadics).and_then(|more| to.buffers.checked_add(more)).ok_or_else(bad)?;
    let have = batch.buffers().map_or(0, |buffers| buffers.len());
    if end > have { Err(broken("a batch has fewer buffers than its schema says")) } else { Ok(start..end) }
}

/// The type of a list's elements.
pub(super) fn item(data_type: &DataType) -> Option<&DataType> {
    match children(data_type).as_slice() {
        [one] => Some(one.data_type()),
        _ => None,
    }
}

/// Which fields have missing values, by whether each node has and each dictionary has.
pub(super) fn nulls(
    field: &Field,
    nodes: &mut std::slice::Iter<'_, bool>,
    dictionaries: &BTreeMap<i64, bool>,
) -> Nulls {
    let node = nodes.next().copied().unwrap_or(false);
    let own = match field.data_type() {
        DataType::Null => true,
        DataType::RunEndEncoded(..) | DataType::Union(..) => false,
        DataType::Dictionary(..) => {
            node || dictionary_id(field).is_some_and(|id| dictionaries.get(&id).copied().unwrap_or(false))
        }
        _ => node,
    };
    let inner = children(field.data_type()).into_iter().map(|field| nulls(field, nodes, dictionaries));
    Nulls { own, unsure: false, children: inner.collect() }
}

/// The id of a field's dictionary.
#[expect(deprecated, reason = "there is no other way to it yet")]
pub(super) fn dictionary_id(field: &Field) -> Option<i64> {
    field.dict_id()
}

/// The ids of all dictionaries that a column needs.
pub(super) fn dictionary_ids(field: &Field, ids: &mut Vec<i64>) {
    if let DataType::Dictionary(_, values) = field.data_type() {
        ids.extend(dictionary_id(field));
        children(values).into_iter().for_each(|inner| dictionary_ids(inner, ids));
    }
    children(field.data_type()).into_iter().for_each(|inner| dictionary_ids(inner, ids));
}

/// Where a leaf of plain numbers lies in a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plain {
    /// Nodes from the column down to it.
    pub(super) nodes: Vec<usize>,
    /// The buffer of its values, before those that a batch counts itself.
    pub(super) buffer: Count,
    /// Bytes of an element.
    pub(super) size: usize,
}

/// Where a leaf lies, if its values are stored as they are wanted.
pub(super) fn plain(field: &Field, start: Count, leaf: &Leaf, version: MetadataVersion) -> Option<Plain> {
    let (mut data_type, mut at, mut nodes) = (field.data_type(), start, vec![start.nodes]);
    if leaf.want != Want::Values {
        return None;
    }
    for step in &leaf.steps {
        let index = match (step, data_type) {
            (Step::Member { index, .. }, DataType::Struct(_)) => *index,
            (Step::Fixed(_), DataType::FixedSizeList(..)) => 0,
            _ => return None,
        };
        at = at.add(own(data_type, version));
        let inner = children(data_type);
        for before in inner.iter().take(index) {
            at = at.add(count(before.data_type(), version));
        }
        data_type = inner.get(index)?.data_type();
        nodes.push(at.nodes);
    }
    let size = leaf.dtype.size()?;
    let as_wanted = is_plain(data_type) && meaning(data_type, false).ok()?.dtype == leaf.dtype;
    at.buffers += 1;
    as_wanted.then_some(Plain { nodes, buffer: at, size })
}
