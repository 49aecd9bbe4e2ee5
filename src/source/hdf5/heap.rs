//! Global heaps, where what has no fixed length lies: texts, lists, mappings of virtual datasets
//! (format specification 3.0, section III.E).

use super::fault::Fault;
use super::header::uint;
use hdf5_reader::io::Cursor;
use hdf5_reader::storage::{DynStorage, StorageBuffer};
use std::collections::BTreeMap;
use std::ops::Range;

/// Bytes of collections that are kept.
const KEPT: usize = 16 << 20;

/// The heaps of one file, read when first needed.
pub(super) struct Heaps {
    storage: DynStorage,
    /// Bytes of an address and of a length.
    widths: (u8, u8),
    collections: BTreeMap<u64, Collection>,
    kept: usize,
}

struct Collection {
    bytes: StorageBuffer,
    /// Where the object of each number is.
    objects: Vec<Range<usize>>,
}

impl Heaps {
    /// The heaps of the file behind `storage`.
    pub(super) fn new(storage: DynStorage, widths: (u8, u8)) -> Self {
        Self { storage, widths, collections: BTreeMap::new(), kept: 0 }
    }

    /// The object that a sequence of elements of `size` bytes refers to: its length, the address of a
    /// collection, a number in it. Empty for none.
    ///
    /// # Errors
    /// If it is not there, or too short.
    pub(super) fn sequence(&mut self, reference: &[u8], size: usize) -> Result<&[u8], Fault> {
        let broken = || Fault::Broken("a list is not in its heap".to_owned());
        let width = usize::from(self.widths.0);
        let (Some(len), Some(address), Some(index)) =
            (reference.get(..4), reference.get(4..4 + width), reference.get(4 + width..8 + width))
        else {
            return Err(broken());
        };
        let (len, address, index) = (uint(len), uint(address), uint(index));
        if len == 0 || index == 0 || Cursor::is_undefined_offset(address, self.widths.0) {
            return Ok(&[]);
        }
        let len = usize::try_from(len).ok().and_then(|n| n.checked_mul(size)).ok_or_else(broken)?;
        self.object(address, index)?.get(..len).ok_or_else(broken)
    }

    /// Object `index` of the collection at `address`.
    ///
    /// # Errors
    /// If it is not there.
    pub(super) fn object(&mut self, address: u64, index: u64) -> Result<&[u8], Fault> {
        if !self.collections.contains_key(&address) {
            let collection = self.read(address)?;
            if self.kept + collection.bytes.len() > KEPT {
                self.collections.clear();
                self.kept = 0;
            }
            self.kept += collection.bytes.len();
            self.collections.insert(address, collection);
        }
        let collection = &self.collections[&address];
        let range = usize::try_from(index).ok().and_then(|i| collection.objects.get(i));
        let range = range.filter(|range| range.start > 0).cloned();
        range
            .and_then(|range| collection.bytes.get(range))
            .ok_or_else(|| Fault::Broken("an object is not in its heap".to_owned()))
    }

    fn read(&self, address: u64) -> Result<Collection, Fault> {
        let broken = || Fault::Broken("a heap is broken".to_owned());
        let width = usize::from(self.widths.1);
        let head = self.storage.read_range(address, 8 + width)?;
        if !head.starts_with(b"GCOL\x01") {
            return Err(broken());
        }
        let size = usize::try_from(uint(&head[8..])).map_err(|_| broken())?;
        let bytes = self.storage.read_range(address, size)?;
        let mut objects = Vec::new();
        let mut at = 8 + width;
        while let Some(head) = bytes.get(at..at + 8 + width) {
            let index = uint(&head[..2]) as usize;
            if index == 0 {
                break;
            }
            let len = usize::try_from(uint(&head[8..])).map_err(|_| broken())?;
            let start = at + 8 + width;
            let end = start.checked_add(len).filter(|end| *end <= bytes.len()).ok_or_else(broken)?;
            if objects.len() <= index {
                objects.resize(index + 1, 0..0);
            }
            objects[index] = start..end;
            at = end.next_multiple_of(8).max(end);
        }
        Ok(Collection { bytes, objects })
    }
}
