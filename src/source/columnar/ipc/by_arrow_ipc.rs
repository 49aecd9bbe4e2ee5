//! Columns through Apache's arrow-ipc.
//!
//! It decodes a batch from all of its body; given is a body that holds the buffers of one column
//! only, and metadata whose offsets are changed accordingly. Lengths are checked before: those of
//! buffers against the file, those of compressed data against what the codec can make of so few bytes.

use super::layout::{self, Count};
use super::messages::{self, Place};
use super::{Dictionary, Ipc};
use crate::source::columnar::descend::from_arrow;
use crate::source::columnar::fault::{Fault, broken};
use crate::source::columnar::read_exact_at;
use arrow_array::ArrayRef;
use arrow_buffer::Buffer;
use arrow_ipc::reader::{read_dictionary, read_record_batch};
use arrow_ipc::{CompressionType, RecordBatch};
use std::collections::HashMap;
use std::fs::File;
use std::ops::Range;

/// Buffers begin at multiples of this.
const ALIGNMENT: usize = 64;

/// The dictionaries that a column needs, as they are before some batch.
pub(super) struct Dictionaries {
    ids: Vec<i64>,
    /// Messages seen.
    seen: usize,
    by_id: HashMap<i64, ArrayRef>,
}

impl Dictionaries {
    /// None read yet of these ids.
    pub(super) fn new(ids: Vec<i64>) -> Self {
        Self { ids, seen: 0, by_id: HashMap::new() }
    }

    /// Reads what is new in the dictionary messages before a batch.
    pub(super) fn load(&mut self, ipc: &Ipc, file: &File, before: &[Dictionary]) -> Result<(), Fault> {
        if before.len() < self.seen {
            *self = Self::new(std::mem::take(&mut self.ids));
        }
        for (number, dictionary) in before.iter().enumerate().skip(self.seen) {
            // What is replaced before the batch need not be read.
            let replaced = before[number + 1..].iter().any(|next| next.id == dictionary.id && !next.delta);
            if replaced || !self.ids.contains(&dictionary.id) {
                continue;
            }
            let mut bytes = dictionary.place.read(file)?;
            let all = {
                let message = messages::message(&bytes)?;
                0..messages::batch(&message)?.buffers().map_or(0, |buffers| buffers.len())
            };
            let body = gather(file, &dictionary.place, &mut bytes, all)?;
            let message = messages::message(&bytes)?;
            let batch = message
                .header_as_dictionary_batch()
                .ok_or_else(|| broken("a dictionary's message holds something else"))?;
            read_dictionary(&body, batch, &ipc.schema, &mut self.by_id, &message.version())
                .map_err(from_arrow)?;
        }
        self.seen = before.len();
        Ok(())
    }
}

/// Decodes one column of a batch.
pub(super) fn decode(
    ipc: &Ipc,
    file: &File,
    place: &Place,
    column: usize,
    extent: Range<Count>,
    dictionaries: &Dictionaries,
) -> Result<ArrayRef, Fault> {
    let mut bytes = place.read(file)?;
    let buffers = {
        let message = messages::message(&bytes)?;
        layout::buffers(&messages::batch(&message)?, extent.start, extent.end)?
    };
    let body = gather(file, place, &mut bytes, buffers)?;
    let message = messages::message(&bytes)?;
    let batch = messages::batch(&message)?;
    let decoded = read_record_batch(
        &body,
        batch,
        ipc.schema.clone(),
        &dictionaries.by_id,
        Some(&[column]),
        &message.version(),
    )
    .map_err(from_arrow)?;
    decoded.columns().first().cloned().ok_or_else(|| broken("a batch lacks the column"))
}

/// A body of these buffers only; the metadata in `bytes` are changed to fit it.
fn gather(file: &File, place: &Place, bytes: &mut [u8], wanted: Range<usize>) -> Result<Buffer, Fault> {
    let mut body: Vec<u8> = Vec::new();
    let (vector, places, codec) = {
        let message = messages::message(bytes)?;
        let batch = messages::batch(&message)?;
        let codec = batch.compression().map(|compression| compression.codec());
        let Some(buffers) = batch.buffers() else { return Ok(Buffer::from_vec(body)) };
        let vector = buffers.bytes().as_ptr() as usize - bytes.as_ptr() as usize;
        (vector, extents(&batch, place, wanted.clone())?, codec)
    };
    let total = places.iter().map(|(_, length)| length.next_multiple_of(ALIGNMENT)).sum();
    body.try_reserve_exact(total).map_err(|_| broken("there is not enough memory for a batch"))?;
    for (number, (offset, length)) in wanted.zip(places) {
        let start = body.len();
        body.resize(start + length, 0);
        read_exact_at(file, &mut body[start..], place.body + offset)?;
        if let Some(codec) = codec {
            check_inflated(codec, &body[start..])?;
        }
        body.resize((start + length).next_multiple_of(ALIGNMENT), 0);
        // Offset and length, 64 bits each.
        let entry = bytes.get_mut(vector + 16 * number..vector + 16 * number + 8);
        entry.ok_or_else(|| broken("a batch is broken"))?.copy_from_slice(&(start as i64).to_le_bytes());
    }
    Ok(Buffer::from_vec(body))
}

/// Offset in the body and length of buffers, which together are no longer than the body.
pub(super) fn extents(
    batch: &RecordBatch<'_>,
    place: &Place,
    wanted: Range<usize>,
) -> Result<Vec<(u64, usize)>, Fault> {
    let bad = || broken("a buffer lies outside its batch");
    let Some(buffers) = batch.buffers() else { return Ok(Vec::new()) };
    let mut total = 0_u64;
    let mut places = Vec::with_capacity(wanted.len());
    for number in wanted {
        if number >= buffers.len() {
            return Err(bad());
        }
        let buffer = buffers.get(number);
        let offset = u64::try_from(buffer.offset()).map_err(|_| bad())?;
        let length = u64::try_from(buffer.length()).map_err(|_| bad())?;
        total = total.checked_add(length).ok_or_else(bad)?;
        if offset.checked_add(length).is_none_or(|end| end > place.body_length) || total > place.body_length {
            return Err(bad());
        }
        places.push((offset, usize::try_from(length).map_err(|_| bad())?));
    }
    Ok(places)
}

/// Checks that all buffers of a message lie in its body.
pub(super) fn check_buffers(file: &File, place: &Place) -> Result<(), Fault> {
    let bytes = place.read(file)?;
    let message = messages::message(&bytes)?;
    let batch = messages::batch(&message)?;
    let count = batch.buffers().map_or(0, |buffers| buffers.len());
    extents(&batch, place, 0..count).map(|_| ())
}

/// A compressed buffer begins with its length when inflated, which is allocated at once.
fn check_inflated(codec: CompressionType, buffer: &[u8]) -> Result<(), Fault> {
    let Some((head, rest)) = buffer.split_first_chunk::<8>() else {
        return if buffer.is_empty() { Ok(()) } else { Err(broken("a compressed buffer is cut off")) };
    };
    let inflated = i64::from_le_bytes(*head);
    // A byte of lz4 stands for at most 255; four bytes of zstd for a block of at most 128 KiB.
    let most = match codec {
        CompressionType::LZ4_FRAME => rest.len().saturating_mul(255),
        _ => (rest.len() / 4 + 1).saturating_mul(128 << 10),
    };
    match usize::try_from(inflated) {
        Ok(inflated) if inflated <= most => Ok(()),
        _ if inflated == -1 => Ok(()),
        _ => Err(broken("a compressed buffer claims to be longer than it can be")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compressed_buffer_cannot_claim_more_than_its_codec_could_make() {
        let buffer = |inflated: i64, bytes: usize| {
            let mut buffer = inflated.to_le_bytes().to_vec();
            buffer.resize(8 + bytes, 0);
            buffer
        };
        let check = |codec, inflated, bytes| check_inflated(codec, &buffer(inflated, bytes)).is_ok();
        assert!(check(CompressionType::LZ4_FRAME, 2550, 10));
        assert!(!check(CompressionType::LZ4_FRAME, 2551, 10));
        assert!(check(CompressionType::ZSTD, 3 << 17, 10));
        assert!(!check(CompressionType::ZSTD, (3 << 17) + 1, 10));
        assert!(check(CompressionType::ZSTD, -1, 10));
        assert!(!check(CompressionType::ZSTD, -2, 10));
        assert!(check_inflated(CompressionType::ZSTD, &[1, 2]).is_err());
    }
}
