//! Elements into texts; missing ones are empty.

use super::descend::Elements;
use super::fault::{Fault, broken};
use crate::data::StrBuf;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, downcast_dictionary_array};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;

/// Texts one after another.
#[derive(Debug)]
pub(super) struct Texts {
    offsets: Vec<i64>,
    bytes: Vec<u8>,
}

impl Texts {
    /// None yet.
    pub(super) fn new() -> Self {
        Self { offsets: vec![0], bytes: Vec::new() }
    }

    /// Those collected.
    ///
    /// # Errors
    /// If one is not UTF-8, which the decoders have excluded.
    pub(super) fn finish(self) -> Result<StrBuf, Fault> {
        StrBuf::new(self.offsets.into(), self.bytes.into()).ok_or_else(|| broken("its text is not UTF-8"))
    }

    /// Adds all elements.
    ///
    /// # Errors
    /// If they are no texts.
    pub(super) fn extend(&mut self, elements: &Elements) -> Result<(), Fault> {
        let array = &elements.array;
        match array.data_type() {
            DataType::Dictionary(..) => downcast_dictionary_array!(
                array => {
                    let text = Text::of(array.values())?;
                    let missing = array.values().nulls();
                    for (i, key) in array.keys().values().iter().enumerate() {
                        let key = key.as_usize();
                        if elements.is_missing(i) || missing.is_some_and(|nulls| nulls.is_null(key)) {
                            self.push("");
                        } else if key < array.values().len() {
                            self.push(text.get(key));
                        } else {
                            return Err(broken("it has a key beyond its dictionary"));
                        }
                    }
                },
                _ => return Err(broken("its dictionary has keys of no known type"))
            ),
            _ => {
                let text = Text::of(array)?;
                if elements.nulls.as_ref().is_none_or(|nulls| nulls.null_count() == 0) {
                    match text {
                        Text::Small(array) => {
                            self.append(
                                array.value_offsets().iter().map(|at| i64::from(*at)),
                                array.value_data(),
                            );
                            return Ok(());
                        }
                        Text::Large(array) => {
                            self.append(array.value_offsets().iter().copied(), array.value_data());
                            return Ok(());
                        }
                        Text::View(_) => {}
                    }
                }
                for i in 0..array.len() {
                    self.push(if elements.is_missing(i) { "" } else { text.get(i) });
                }
            }
        }
        Ok(())
    }

    /// All texts of an array at once, by where each begins and the last ends among `bytes`.
    fn append(&mut self, mut offsets: impl Iterator<Item = i64>, bytes: &[u8]) {
        let Some(first) = offsets.next() else { return };
        let (base, mut last) = (self.bytes.len() as i64, first);
        self.offsets.extend(offsets.map(|offset| {
            last = offset;
            base + offset - first
        }));
        self.bytes.extend_from_slice(&bytes[first as usize..last as usize]);
    }

    fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.offsets.push(self.bytes.len() as i64);
    }
}

impl Elements {
    fn is_missing(&self, i: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(i))
    }
}

/// An array of texts of any layout.
enum Text<'a> {
    Small(&'a arrow_array::StringArray),
    Large(&'a arrow_array::LargeStringArray),
    View(&'a arrow_array::StringViewArray),
}

impl<'a> Text<'a> {
    fn of(array: &'a ArrayRef) -> Result<Self, Fault> {
        Ok(match array.data_type() {
            DataType::Utf8 => Self::Small(array.as_string()),
            DataType::LargeUtf8 => Self::Large(array.as_string()),
            DataType::Utf8View => Self::View(array.as_string_view()),
            other => return Err(broken(format!("it has {other} where texts are expected"))),
        })
    }

    fn get(&self, i: usize) -> &'a str {
        match self {
            Self::Small(array) => array.value(i),
            Self::Large(array) => array.value(i),
            Self::View(array) => array.value(i),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{DictionaryArray, Int8Array, StringArray};
    use std::sync::Arc;

    #[test]
    fn texts_of_a_slice_are_copied_at_once() {
        let array: ArrayRef = Arc::new(StringArray::from(vec!["ä", "", "bc", "d"]));
        let mut texts = Texts::new();
        texts.extend(&Elements::new(&array).unwrap().slice(1..3)).unwrap();
        texts.extend(&Elements::new(&array).unwrap()).unwrap();
        texts.extend(&Elements::new(&array).unwrap().slice(2..2)).unwrap();
        let found = texts.finish().unwrap();
        assert_eq!(found.iter().collect::<Vec<_>>(), ["", "bc", "ä", "", "bc", "d"]);
    }

    #[test]
    fn missing_texts_are_empty_whether_the_key_or_the_value_is_missing() {
        let keys = Int8Array::from(vec![Some(1), None, Some(0), Some(2)]);
        let values = StringArray::from(vec![Some("a"), Some("bß"), None]);
        let array: ArrayRef = Arc::new(DictionaryArray::new(keys, Arc::new(values)));
        let mut texts = Texts::new();
        texts.extend(&Elements::new(&array).unwrap()).unwrap();
        texts.extend(&Elements::new(&array).unwrap().slice(2..3)).unwrap();
        assert_eq!(texts.finish().unwrap().iter().collect::<Vec<_>>(), ["bß", "", "a", "", "a"]);
    }
}
