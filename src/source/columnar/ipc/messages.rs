//! Where the messages of an Arrow IPC file or stream lie, and their metadata.
//!
//! Source: Arrow columnar format 1.5, "Serialization and Interprocess Communication".

use crate::source::columnar::fault::{Fault, broken};
use crate::source::columnar::read_exact_at;
use arrow_ipc::{Block, Footer, Message, RecordBatch, root_as_footer, root_as_message};
use std::fs::File;

/// Begins a file, and ends it.
const MAGIC: &[u8] = b"ARROW1";

/// Before the length of a message's metadata.
const CONTINUATION: [u8; 4] = [0xff; 4];

/// One message: metadata, and the body that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// First byte of the metadata, after their length.
    meta: u64,
    /// Bytes of metadata.
    meta_length: usize,
    /// First byte of the body.
    pub(super) body: u64,
    /// Bytes of the body.
    pub(super) body_length: u64,
}

impl Place {
    /// The metadata.
    pub(super) fn read(self, file: &File) -> Result<Vec<u8>, Fault> {
        let mut bytes = vec![0; self.meta_length];
        read_exact_at(file, &mut bytes, self.meta)?;
        Ok(bytes)
    }

    /// The message of a block of the footer.
    pub(super) fn of_block(file: &File, size: u64, block: &Block) -> Result<Self, Fault> {
        let bad = || broken("its footer names a block outside the file");
        let offset = u64::try_from(block.offset()).map_err(|_| bad())?;
        let meta = u64::try_from(block.metaDataLength()).map_err(|_| bad())?;
        let body_length = u64::try_from(block.bodyLength()).map_err(|_| bad())?;
        let body = offset.checked_add(meta).ok_or_else(bad)?;
        if body.checked_add(body_length).is_none_or(|end| end > size) {
            return Err(bad());
        }
        let (start, length) = prefix(file, offset)?;
        if start + length as u64 > body {
            return Err(broken("a message is longer than its footer says"));
        }
        Ok(Self { meta: start, meta_length: length, body, body_length })
    }
}

/// Where metadata begin, and their length, by what stands at `offset`.
fn prefix(file: &File, offset: u64) -> Result<(u64, usize), Fault> {
    let mut head = [0; 8];
    read_exact_at(file, &mut head, offset)?;
    let number = |at: usize| i32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    // Before version 0.15 there was no continuation marker.
    let (start, length) = if head[..4] == CONTINUATION { (8, number(4)) } else { (4, number(0)) };
    let length = usize::try_from(length).map_err(|_| broken("a message has a negative length"))?;
    Ok((offset + start, length))
}

/// Marks messages whose buffers Arrow 0.17 compressed.
const EARLY: &str = "ARROW:experimental_compression";

/// A message from its metadata.
///
/// # Errors
/// If it is broken, or compressed in a way that was never standardised.
pub(super) fn message(bytes: &[u8]) -> Result<Message<'_>, Fault> {
    let message = root_as_message(bytes).map_err(|error| broken(format!("a message is broken: {error}")))?;
    // Arrow 0.17 compressed buffers before the format said how: without this word they look bare.
    let early = message.custom_metadata().into_iter().flatten().any(|pair| pair.key() == Some(EARLY));
    if early {
        return Err(Fault::Lacking(
            "compression as Arrow 0.17 did it, before it was standardised".to_owned(),
        ));
    }
    Ok(message)
}

/// The record batch, or that of a dictionary, in a message.
pub(super) fn batch<'a>(message: &Message<'a>) -> Result<RecordBatch<'a>, Fault> {
    let dictionary = || message.header_as_dictionary_batch().and_then(|batch| batch.data());
    message
        .header_as_record_batch()
        .or_else(dictionary)
        .ok_or_else(|| broken("a message holds something else than a batch"))
}

/// The bytes of a file's footer.
pub(super) fn footer_bytes(file: &File, size: u64) -> Result<Vec<u8>, Fault> {
    let cut = || broken("its footer is missing: it was cut off, or its writer was never closed");
    let end = size.checked_sub(10).filter(|end| *end >= 8).ok_or_else(cut)?;
    let mut tail = [0; 10];
    read_exact_at(file, &mut tail, end)?;
    if &tail[4..] != MAGIC {
        return Err(cut());
    }
    let length = i32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]);
    let length = u64::try_from(length).ok().filter(|length| *length <= end - 8);
    let length = length.ok_or_else(|| broken("its footer is longer than the file"))?;
    let mut bytes = vec![0; length as usize];
    read_exact_at(file, &mut bytes, end - length)?;
    Ok(bytes)
}

/// The footer.
pub(super) fn footer(bytes: &[u8]) -> Result<Footer<'_>, Fault> {
    root_as_footer(bytes).map_err(|error| broken(format!("its footer is broken: {error}")))
}

/// Messages of a stream, one after another.
pub(super) struct Stream<'a> {
    file: &'a File,
    size: u64,
    at: u64,
    /// Whether the marker at its end was seen.
    pub(super) ended: bool,
}

impl<'a> Stream<'a> {
    /// From the first byte on.
    pub(super) fn new(file: &'a File, size: u64) -> Self {
        Self { file, size, at: 0, ended: false }
    }

    /// The next message and its metadata; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(Place, Vec<u8>)>, Fault> {
        if self.at == self.size {
            return Ok(None);
        }
        let (start, meta_length) = prefix(self.file, self.at)?;
        if meta_length == 0 {
            self.ended = true;
            return Ok(None);
        }
        let body = start + meta_length as u64;
        if body > self.size {
            return Err(broken("it is cut off"));
        }
        let mut place = Place { meta: start, meta_length, body, body_length: 0 };
        let bytes = place.read(self.file)?;
        let length = u64::try_from(message(&bytes)?.bodyLength());
        place.body_length = length.map_err(|_| broken("a message has a body of negative length"))?;
        let end = body.checked_add(place.body_length).filter(|end| *end <= self.size);
        self.at = end.ok_or_else(|| broken("it is cut off"))?;
        Ok(Some((place, bytes)))
    }
}
