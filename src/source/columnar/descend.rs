//! From a column's array down to the array of one leaf: members of structs, elements of lists,
//! runs and dictionaries undone. Buffers are shared; only runs, dictionaries of other things than
//! text, and lists whose missing rows hide elements are copied.

use super::fault::{Fault, broken};
use super::leaf::Step;
use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowDictionaryKeyType, Int16Type, Int32Type, Int64Type, RunEndIndexType};
use arrow_array::{Array, ArrayRef, PrimitiveArray, RunArray, UInt64Array, downcast_dictionary_array};
use arrow_buffer::{ArrowNativeType, NullBuffer};
use arrow_schema::{ArrowError, DataType};
use arrow_select::concat::concat;
use arrow_select::take::take;
use std::ops::Range;

/// Overlapping list views may claim any number of elements: at most so many a piece.
const MOST_VIEWED: usize = 1 << 26;

/// The elements of a leaf in one array.
#[derive(Clone, Debug)]
pub(super) struct Elements {
    /// The array; of its own missing values see `nulls`.
    pub(super) array: ArrayRef,
    /// Which elements are missing, in the array or in what it is part of.
    pub(super) nulls: Option<NullBuffer>,
}

impl Elements {
    /// All of a column's array.
    pub(super) fn new(array: &ArrayRef) -> Result<Self, Fault> {
        Self { array: array.clone(), nulls: None }.resolved()
    }

    /// Number of elements.
    pub(super) fn len(&self) -> usize {
        self.array.len()
    }

    /// Some of the elements.
    pub(super) fn slice(&self, range: Range<usize>) -> Self {
        Self {
            array: self.array.slice(range.start, range.len()),
            nulls: self.nulls.as_ref().map(|nulls| nulls.slice(range.start, range.len())),
        }
    }

    /// After all of `steps`.
    ///
    /// # Errors
    /// If the array is not what the steps expect.
    pub(super) fn descend(mut self, steps: &[Step]) -> Result<Self, Fault> {
        for step in steps {
            self = self.step(*step)?;
        }
        Ok(self)
    }

    fn step(self, step: Step) -> Result<Self, Fault> {
        let other = || broken("its data are of another type than its schema says");
        let next = match step {
            Step::Member { index, of } => {
                let array = self.array.as_struct_opt().ok_or_else(other)?;
                // Only what is wanted may have been decoded.
                let index = if array.num_columns() == of { index } else { 0 };
                let member = array.columns().get(index).ok_or_else(other)?;
                Self { array: member.clone(), nulls: self.nulls }
            }
            Step::Items => return self.items()?.resolved(),
            Step::Fixed(length) => {
                let array = self.array.as_fixed_size_list_opt().ok_or_else(other)?;
                if array.values().len() != array.len() * length {
                    return Err(other());
                }
                let nulls = self.nulls.map(|nulls| nulls.try_expand(length));
                let nulls = nulls.transpose().map_err(|error| broken(error.to_string()))?;
                Self { array: array.values().clone(), nulls }
            }
        };
        next.resolved()
    }

    /// Runs are written out, dictionaries looked up (those of text are left: texts are copied once
    /// only), and the array's own missing values are added.
    fn resolved(mut self) -> Result<Self, Fault> {
        loop {
            self.nulls = match self.array.data_type() {
                DataType::Null | DataType::RunEndEncoded(..) => self.nulls,
                _ => NullBuffer::union(self.nulls.as_ref(), self.array.nulls()),
            };
            self.array = match self.array.data_type() {
                DataType::RunEndEncoded(ends, _) => match ends.data_type() {
                    DataType::Int16 => runs::<Int16Type>(&self.array)?,
                    DataType::Int32 => runs::<Int32Type>(&self.array)?,
                    _ => runs::<Int64Type>(&self.array)?,
                },
                DataType::Dictionary(_, values) if !is_text(values) => {
                    let array = &self.array;
                    downcast_dictionary_array!(
                        array => looked_up(array.keys(), array.values())?,
                        _ => return Err(broken("its dictionary has keys of no known type"))
                    )
                }
                _ => return Ok(self),
            };
        }
    }

    /// The elements of all lists that are there.
    fn items(&self) -> Result<Self, Fault> {
        let (ranges, values) = self.lists()?;
        let mut merged: Vec<Range<usize>> = Vec::new();
        for range in ranges {
            match merged.last_mut() {
                _ if range.is_empty() => {}
                Some(last) if last.end == range.start => last.end = range.end,
                _ => merged.push(range),
            }
        }
        let array = match merged.as_slice() {
            [] => values.slice(0, 0),
            [one] => values.slice(one.start, one.len()),
            many => {
                let total = many.iter().try_fold(0_usize, |n, range| n.checked_add(range.len()));
                if total.is_none_or(|total| total > values.len().max(MOST_VIEWED)) {
                    return Err(Fault::Lacking("a list view of so many overlapping lists".to_owned()));
                }
                let parts: Vec<ArrayRef> =
                    many.iter().map(|range| values.slice(range.start, range.len())).collect();
                concat(&parts.iter().map(|part| part.as_ref()).collect::<Vec<_>>()).map_err(from_arrow)?
            }
        };
        Ok(Self { array, nulls: None })
    }

    /// The length of every list; a missing list has none.
    ///
    /// # Errors
    /// If the array is not one of lists.
    pub(super) fn lengths(&self) -> Result<Vec<usize>, Fault> {
        Ok(self.lists()?.0.into_iter().map(|range| range.len()).collect())
    }

    /// Where each list lies among its elements.
    fn lists(&self) -> Result<(Vec<Range<usize>>, ArrayRef), Fault> {
        let by_offsets = |offsets: Vec<usize>| offsets.windows(2).map(|pair| pair[0]..pair[1]).collect();
        let by_sizes = |pairs: Vec<(usize, usize)>| pairs.iter().map(|(at, n)| *at..at + n).collect();
        let (mut ranges, values): (Vec<Range<usize>>, ArrayRef) = match self.array.data_type() {
            DataType::List(_) => {
                let list = self.array.as_list::<i32>();
                (by_offsets(all_usize(list.value_offsets())), list.values().clone())
            }
            DataType::LargeList(_) => {
                let list = self.array.as_list::<i64>();
                (by_offsets(all_usize(list.value_offsets())), list.values().clone())
            }
            DataType::Map(..) => {
                let map = self.array.as_map();
                let entries: ArrayRef = std::sync::Arc::new(map.entries().clone());
                (by_offsets(all_usize(map.value_offsets())), entries)
            }
            DataType::ListView(_) => {
                let list = self.array.as_list_view::<i32>();
                let pairs = all_usize(list.offsets()).into_iter().zip(all_usize(list.sizes()));
                (by_sizes(pairs.collect()), list.values().clone())
            }
            DataType::LargeListView(_) => {
                let list = self.array.as_list_view::<i64>();
                let pairs = all_usize(list.offsets()).into_iter().zip(all_usize(list.sizes()));
                (by_sizes(pairs.collect()), list.values().clone())
            }
            _ => return Err(broken("its data are of another type than its schema says")),
        };
        if let Some(nulls) = &self.nulls {
            for (range, there) in ranges.iter_mut().zip(nulls.iter()) {
                if !there {
                    range.end = range.start;
                }
            }
        }
        Ok((ranges, values))
    }
}

/// Whether texts are stored so.
pub(super) fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// An error of the arrow crates: the data are broken.
pub(super) fn from_arrow(error: ArrowError) -> Fault {
    match error {
        ArrowError::NotYetImplemented(what) => Fault::Lacking(what),
        ArrowError::ParquetError(why) => match why.strip_prefix("NYI: ") {
            Some(what) => Fault::Lacking(what.to_owned()),
            None if why.starts_with("EOF: ") => broken("it is cut off"),
            None => broken(why.trim_start_matches("Parquet error: ")),
        },
        other => Fault::Broken(other.to_string()),
    }
}

fn all_usize<T: ArrowNativeType>(numbers: &[T]) -> Vec<usize> {
    numbers.iter().map(|number| number.as_usize()).collect()
}

fn runs<R: RunEndIndexType>(array: &ArrayRef) -> Result<ArrayRef, Fault> {
    let run = array
        .as_any()
        .downcast_ref::<RunArray<R>>()
        .ok_or_else(|| broken("its runs have ends of no known type"))?;
    let values = run.values_slice();
    let mut indices: Vec<u64> = Vec::new();
    indices.try_reserve_exact(run.len()).map_err(|_| broken("its runs are too long"))?;
    for (index, end) in run.run_ends().sliced_values().enumerate() {
        indices.resize(end.as_usize().clamp(indices.len(), run.len()), index as u64);
    }
    if indices.len() != run.len() {
        return Err(broken("its runs end before its rows"));
    }
    take(&values, &UInt64Array::from(indices), None).map_err(from_arrow)
}

fn looked_up<K: ArrowDictionaryKeyType>(
    keys: &PrimitiveArray<K>,
    values: &ArrayRef,
) -> Result<ArrayRef, Fault> {
    take(values, keys, None).map_err(from_arrow)
}
