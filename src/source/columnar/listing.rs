//! The columns of a schema as nodes of the tree, and the leaves to read them by.
//!
//! A struct is a table of its members; a list of fixed length is a further axis; lists of any length
//! are a group in CF's contiguous ragged form: `values`, and `row_size` elements of them a row.

use super::descend::Elements;
use super::engine::{Engine, Nulls, children};
use super::fault::{Fault, broken, guarded};
use super::leaf::{Leaf, Step, Want, meaning};
use super::pandas::{self, Index};
use crate::data::{Attr, Attrs, Dim, Dtype};
use crate::diag::Diagnostic;
use crate::source::file::DataFile;
use crate::source::{ArrayNode, CoordSource, Group, GroupKind, Item, Node, SourceError, Storage};
use arrow_schema::{DataType, Field};
use std::collections::BTreeSet;
use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

/// The dim along a table's rows, as pandas calls it.
const ROWS: &str = "index";

/// Files up to this size are searched for missing values when their metadata do not tell.
const LARGEST_SEARCHED: u64 = 64 << 20;

/// Lists in lists, and structs in them, at most.
const DEEPEST: usize = 32;

/// What was learnt of a file when it was opened.
#[derive(Debug)]
pub(super) struct Listed {
    /// The table.
    pub(super) root: Node,
    /// How to read its arrays, by their items.
    pub(super) leaves: Vec<Leaf>,
    /// By level: index at which each piece begins, and the end. Level 0 counts rows.
    pub(super) levels: Vec<Vec<usize>>,
    /// What should be known.
    pub(super) warnings: Vec<Diagnostic>,
}

/// Lists the columns of a file.
///
/// # Errors
/// If the file as a whole does not fit; a bad column is a [`Node::Broken`].
pub(super) fn list(file: &DataFile, handle: &File, engine: &dyn Engine) -> Result<Listed, SourceError> {
    let rows = starts(engine.rows().iter().copied()).map_err(|fault| fault.of(file.path()))?;
    let mut list = List {
        file,
        handle,
        engine,
        leaves: Vec::new(),
        levels: vec![rows],
        index: Index::default(),
        fields: 0,
        warnings: Vec::new(),
    };
    let schema = engine.schema().clone();
    let total = list.levels[0].last().copied().unwrap_or(0);
    let mut attrs = pandas::attributes(schema.metadata());
    list.index = pandas::index(schema.metadata(), total, &mut list.warnings, &mut attrs);
    // Labels that cannot be read would spoil every column.
    list.index.retain(|name| {
        let field = schema.field_with_name(name);
        field.is_ok_and(|field| !is_nested(field.data_type()) && meaning(field.data_type(), false).is_ok())
    });
    let mut members = Vec::with_capacity(schema.fields().len());
    let mut taken = BTreeSet::new();
    for (column, field) in schema.fields().iter().enumerate() {
        let name = list.distinct(field.name(), column, &mut taken);
        members.push((name.clone(), list.column(column, field, &name)));
    }
    let root = Node::Group(Group::of(GroupKind::Table, attrs, members));
    Ok(Listed { root, leaves: list.leaves, levels: list.levels, warnings: list.warnings })
}

/// Indices at which pieces of these lengths begin, and the end.
fn starts(lengths: impl Iterator<Item = usize>) -> Result<Vec<usize>, Fault> {
    let mut starts = vec![0_usize];
    for length in lengths {
        let end = starts.last().and_then(|start| start.checked_add(length));
        starts.push(
            end.filter(|end| isize::try_from(*end).is_ok()).ok_or_else(|| broken("it has too many rows"))?,
        );
    }
    Ok(starts)
}

static NO_NULLS: Nulls = Nulls { own: false, unsure: false, children: Vec::new() };

/// One field on the way down.
#[derive(Clone)]
struct Place<'a> {
    column: usize,
    steps: Vec<Step>,
    nulls: &'a Nulls,
    /// Whether something that it is part of may be missing.
    missing: bool,
    /// Whether only reading tells.
    unsure: bool,
    level: usize,
    dims: Vec<Dim>,
    /// Lengths of the axes after the first.
    inner: Vec<usize>,
    origin: String,
    /// What new axes are named after.
    label: String,
    /// Whether all of these primitive fields are needed whichever is read.
    whole: Option<Range<usize>>,
}

impl Place<'_> {
    fn width(&self) -> Option<usize> {
        self.inner.iter().try_fold(1_usize, |n, length| n.checked_mul(*length))
    }
}

struct List<'a> {
    file: &'a DataFile,
    handle: &'a File,
    engine: &'a dyn Engine,
    leaves: Vec<Leaf>,
    levels: Vec<Vec<usize>>,
    index: Index,
    /// Primitive fields so far.
    fields: usize,
    warnings: Vec<Diagnostic>,
}

impl List<'_> {
    /// A name that no column before has.
    fn distinct(&mut self, name: &str, column: usize, taken: &mut BTreeSet<String>) -> String {
        let base = if name.is_empty() { format!("Unnamed: {column}") } else { name.to_owned() };
        let mut made = base.clone();
        let mut number = 0;
        while !taken.insert(made.clone()) {
            number += 1;
            made = format!("{base}.{number}");
        }
        if made != base {
            let path = self.file.path().display();
            self.warnings
                .push(Diagnostic::warning(format!("{path}: a second column `{base}` is called `{made}`")));
        }
        made
    }

    fn column(&mut self, column: usize, field: &Field, name: &str) -> Node {
        let first = self.fields;
        let nulls = match guarded(|| self.engine.nulls(column)) {
            Ok(nulls) => nulls,
            Err(fault) => {
                self.fields = first + count(field.data_type());
                return self.broken(fault, name);
            }
        };
        let place = Place {
            column,
            steps: Vec::new(),
            nulls: &nulls,
            missing: false,
            unsure: false,
            level: 0,
            dims: vec![ROWS.into()],
            inner: Vec::new(),
            origin: name.to_owned(),
            label: name.to_owned(),
            whole: None,
        };
        let node = self.node(field, place);
        self.fields = first + count(field.data_type());
        node
    }

    fn broken(&self, fault: Fault, origin: &str) -> Node {
        Node::Broken(Arc::new(fault.at(self.file.path(), origin)))
    }

    fn node<'a>(&mut self, field: &'a Field, mut place: Place<'a>) -> Node {
        let first = self.fields;
        let data_type = resolved(field.data_type());
        let (inner_type, nulls) = through_runs(data_type, place.nulls);
        place.missing |= place.nulls.own || nulls.own;
        place.unsure |= place.nulls.unsure || nulls.unsure;
        place.nulls = nulls;
        if place.steps.len() > DEEPEST {
            return self.broken(Fault::Lacking("nesting this deep".to_owned()), &place.origin);
        }
        let origin = place.origin.clone();
        let made = match inner_type {
            DataType::Struct(fields) => Ok(self.table(field, fields, place)),
            DataType::FixedSizeList(item, length) => self.fixed(field, item, *length, place),
            DataType::List(item)
            | DataType::LargeList(item)
            | DataType::ListView(item)
            | DataType::LargeListView(item) => self.ragged(field, item, place, false),
            DataType::Map(entries, _) => self.ragged(field, entries, place, true),
            _ => self.array(field, inner_type, &place),
        };
        self.fields = first + count(field.data_type());
        made.unwrap_or_else(|fault| self.broken(fault, &origin))
    }

    fn table(&mut self, field: &Field, fields: &arrow_schema::Fields, place: Place<'_>) -> Node {
        let mut taken = BTreeSet::new();
        let mut members = Vec::with_capacity(fields.len());
        for (index, member) in fields.iter().enumerate() {
            let name = self.distinct(member.name(), index, &mut taken);
            let mut inner = place.clone();
            inner.steps.push(Step::Member { index, of: fields.len() });
            inner.nulls = place.nulls.children.get(index).unwrap_or(&NO_NULLS);
            inner.origin = format!("{}/{name}", place.origin);
            inner.label.clone_from(&name);
            let node = self.node(member, inner);
            members.push((name, node));
        }
        Node::Group(Group::of(GroupKind::Table, pandas::attributes(field.metadata()), members))
    }

    fn fixed(
        &mut self,
        field: &Field,
        item: &Field,
        length: i32,
        mut place: Place<'_>,
    ) -> Result<Node, Fault> {
        let length = usize::try_from(length).map_err(|_| broken("its lists have a negative length"))?;
        place.steps.push(Step::Fixed(length));
        place.nulls = place.nulls.children.first().unwrap_or(&NO_NULLS);
        let axes = pandas::tensor_axes(field.metadata(), length);
        for (name, length) in axes.unwrap_or_else(|| vec![(None, length)]) {
            place.label.push_str("_item");
            place.dims.push(name.unwrap_or_else(|| place.label.clone()).as_str().into());
            place.inner.push(length);
        }
        if place.width().is_none() {
            return Err(broken("its lists are too long"));
        }
        let with_attributes = item.clone().with_metadata(field.metadata().clone());
        Ok(self.node(&with_attributes, place))
    }

    fn ragged(
        &mut self,
        field: &Field,
        item: &Field,
        mut place: Place<'_>,
        is_map: bool,
    ) -> Result<Node, Fault> {
        let first = self.fields;
        let all = first..first + count(item.data_type());
        if is_map && place.whole.is_none() {
            // A map's keys cannot be decoded without its values, nor these without the keys.
            place.whole = Some(all.clone());
        }
        let dim = format!("{}_item", place.label);
        let sizes = Leaf {
            column: place.column,
            steps: place.steps.clone(),
            want: Want::Sizes,
            dtype: Dtype::I64,
            level: place.level,
            width: place.width().ok_or_else(|| broken("its lists are too many"))?,
            fields: place.whole.clone().unwrap_or(if has_map(item.data_type()) {
                all
            } else {
                first..first + 1
            }),
        };
        let level = self.count_items(&sizes)?;
        let mut attrs = Attrs::new();
        attrs.insert("sample_dimension", Attr::Text(dim.clone()));
        let row_size = ArrayNode {
            stored: "int64".to_owned(),
            attrs,
            ..self.array_node(&place, Dtype::I64, format!("{}/row_size", place.origin))
        };
        self.leaves.push(sizes);
        let mut inner = place;
        inner.steps.push(Step::Items);
        inner.nulls = inner.nulls.children.first().unwrap_or(&NO_NULLS);
        (inner.missing, inner.unsure) = (false, false);
        inner.level = level;
        inner.dims = vec![dim.as_str().into()];
        inner.inner = Vec::new();
        inner.origin = format!("{}/values", inner.origin);
        inner.label = dim;
        let values = self.node(&item.clone().with_metadata(field.metadata().clone()), inner);
        let mut group = Group::new(vec![
            ("values".to_owned(), values),
            ("row_size".to_owned(), Node::Array(Arc::new(row_size))),
        ]);
        group.attrs = pandas::attributes(field.metadata());
        Ok(Node::Group(group))
    }

    /// A new level: the elements of lists, counted piece by piece.
    fn count_items(&mut self, sizes: &Leaf) -> Result<usize, Fault> {
        let (engine, handle) = (self.engine, self.handle);
        let lengths = guarded(|| {
            let mut column = engine.column(handle, sizes)?;
            let mut lengths = Vec::with_capacity(engine.rows().len());
            for (piece, rows) in engine.rows().iter().enumerate() {
                let mut total = 0_usize;
                column.visit(piece, 0..*rows, &mut |array| {
                    let lists = Elements::new(array)?.descend(&sizes.steps)?;
                    for length in lists.lengths()? {
                        total = total.checked_add(length).ok_or_else(|| broken("its lists are too long"))?;
                    }
                    Ok(true)
                })?;
                lengths.push(total);
            }
            Ok(lengths)
        })?;
        self.levels.push(starts(lengths.into_iter())?);
        Ok(self.levels.len() - 1)
    }

    /// Whether an element is missing, by reading them; of a large file it is supposed.
    fn has_missing(&mut self, leaf: &Leaf, origin: &str) -> bool {
        if self.file.size() > LARGEST_SEARCHED {
            let path = self.file.path().display();
            self.warnings.push(Diagnostic::warning(format!(
                "{path}: it does not say whether values of `{origin}` are missing, so that its numbers are taken as \
                 float64"
            )));
            return true;
        }
        let (engine, handle) = (self.engine, self.handle);
        let mut found = false;
        let search = guarded(|| {
            let mut column = engine.column(handle, leaf)?;
            for (piece, rows) in engine.rows().iter().enumerate().filter(|(_, rows)| **rows > 0) {
                column.visit(piece, 0..*rows, &mut |array| {
                    let elements = Elements::new(array)?.descend(&leaf.steps)?;
                    found |= elements.nulls.is_some_and(|nulls| nulls.null_count() > 0);
                    Ok(!found)
                })?;
                if found {
                    break;
                }
            }
            Ok(())
        });
        // What is broken is told when it is read.
        found || search.is_err()
    }

    fn array(&mut self, field: &Field, data_type: &DataType, place: &Place<'_>) -> Result<Node, Fault> {
        let mut leaf = Leaf {
            column: place.column,
            steps: place.steps.clone(),
            want: Want::Values,
            dtype: meaning(data_type, false)?.dtype,
            level: place.level,
            width: place.width().ok_or_else(|| broken("its lists are too long"))?,
            fields: place.whole.clone().unwrap_or(self.fields..self.fields + 1),
        };
        let only_floats_can = leaf.dtype.is_integer() || leaf.dtype == Dtype::Bool;
        let missing =
            place.missing || (place.unsure && only_floats_can && self.has_missing(&leaf, &place.origin));
        let meaning = meaning(data_type, missing)?;
        leaf.dtype = meaning.dtype;
        let mut attrs = pandas::attributes(field.metadata());
        for (name, value) in meaning.attrs {
            attrs.insert(name, value);
        }
        let mut node = ArrayNode {
            stored: meaning.stored,
            attrs,
            ..self.array_node(place, meaning.dtype, place.origin.clone())
        };
        if place.steps.is_empty()
            && let Some(offset) = self.engine.run_of(place.column)
            && self.engine.rows().len() == 1
            && !missing
            && is_plain(data_type)
        {
            node.storage = Storage::Contiguous { offset };
        }
        self.index.name(&place.origin, &mut node.attrs);
        self.leaves.push(leaf);
        Ok(Node::Array(Arc::new(node)))
    }

    fn array_node(&self, place: &Place<'_>, dtype: Dtype, origin: String) -> ArrayNode {
        let starts = &self.levels[place.level];
        let length = starts.last().copied().unwrap_or(0);
        let longest = starts.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
        let chunk = std::iter::once(longest.max(1)).chain(place.inner.iter().copied()).collect();
        let coords: Vec<(String, CoordSource)> =
            if place.level == 0 { self.index.coords(&origin) } else { Vec::new() };
        ArrayNode {
            dtype,
            stored: String::new(),
            dims: place.dims.clone(),
            shape: std::iter::once(length).chain(place.inner.iter().copied()).collect(),
            attrs: Attrs::new(),
            coords,
            storage: Storage::Chunked { chunk, filters: self.engine.filters(place.column) },
            file: 0,
            item: self.leaves.len() as Item,
            origin,
        }
    }
}

/// The type, without dictionaries around something that has members.
fn resolved(data_type: &DataType) -> &DataType {
    match data_type {
        DataType::Dictionary(_, values) if !children(values).is_empty() => resolved(values),
        other => other,
    }
}

/// The values' type and missing ones of runs.
fn through_runs<'a>(data_type: &'a DataType, nulls: &'a Nulls) -> (&'a DataType, &'a Nulls) {
    match data_type {
        DataType::RunEndEncoded(_, values) => match nulls.children.get(1) {
            Some(inner) => through_runs(values.data_type(), inner),
            None => (values.data_type(), nulls),
        },
        other => (other, nulls),
    }
}

/// Primitive fields in a type.
fn count(data_type: &DataType) -> usize {
    let inner = children(data_type);
    if inner.is_empty() { 1 } else { inner.into_iter().map(|field| count(field.data_type())).sum() }
}

fn has_map(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Map(..))
        || children(data_type).into_iter().any(|field| has_map(field.data_type()))
}

fn is_nested(data_type: &DataType) -> bool {
    !children(data_type).is_empty() && !matches!(data_type, DataType::RunEndEncoded(..))
}

/// Whether values lie in a file as they are wanted in memory.
pub(super) fn is_plain(data_type: &DataType) -> bool {
    use arrow_schema::TimeUnit::Microsecond;
    data_type.is_integer()
        || matches!(data_type, DataType::Float32 | DataType::Float64 | DataType::Timestamp(Microsecond, _))
}
