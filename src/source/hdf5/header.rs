//! Object headers: their messages as bytes (format specification 3.0, section IV.A.1).
//!
//! The library's own parser gives up on a header when it does not know one of its messages (the
//! layout of a virtual dataset, a newer datatype), and keeps no bytes of datatypes. Here messages
//! stay bytes until one is asked for, so that one bad message is one bad dataset.

use super::fault::Fault;
use super::links::Opened;
use hdf5_reader::checksum::jenkins_lookup3;
use hdf5_reader::fractal_heap::{FractalHeap, FractalHeapDirectBlockCache};
use hdf5_reader::io::Cursor;
use hdf5_reader::messages::shared::{self, SharedMessage};
use hdf5_reader::messages::{HdfMessage, continuation, parse_message};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Kinds of messages.
pub(super) mod kind {
    pub(in super::super) const DATASPACE: u16 = 1;
    pub(in super::super) const LINK_INFO: u16 = 2;
    pub(in super::super) const DATATYPE: u16 = 3;
    pub(in super::super) const FILL_OLD: u16 = 4;
    pub(in super::super) const FILL: u16 = 5;
    pub(in super::super) const LINK: u16 = 6;
    pub(in super::super) const EXTERNAL_FILES: u16 = 7;
    pub(in super::super) const LAYOUT: u16 = 8;
    pub(in super::super) const GROUP_INFO: u16 = 10;
    pub(in super::super) const FILTERS: u16 = 11;
    pub(in super::super) const ATTRIBUTE: u16 = 12;
    pub(super) const SHARED_TABLE: u16 = 15;
    pub(super) const CONTINUATION: u16 = 16;
    pub(in super::super) const SYMBOL_TABLE: u16 = 17;
    pub(in super::super) const ATTRIBUTE_INFO: u16 = 21;
}

/// Bytes of one header, all its blocks together.
const MOST_BYTES: u64 = 64 << 20;

/// Shared messages that lead to shared messages.
const DEEPEST: usize = 4;

/// A message.
struct Message {
    kind: u16,
    shared: bool,
    bytes: Vec<u8>,
}

/// The messages of one object.
pub(super) struct Header {
    messages: Vec<Message>,
}

impl Header {
    /// Reads the header at `address`.
    ///
    /// # Errors
    /// If it is broken or cut off.
    pub(super) fn read(opened: &Opened, address: u64) -> Result<Self, Fault> {
        let start = opened.bytes(address, 6)?;
        let mut header = Self { messages: Vec::new() };
        let mut next = Vec::new();
        let (mut seen, mut total) = (BTreeSet::new(), 0);
        let mut grow = |at: u64, len: u64| {
            total += len;
            if !seen.insert(at) || total > MOST_BYTES {
                return Err(Fault::Broken("its header is endless".to_owned()));
            }
            Ok(())
        };
        if start.starts_with(b"OHDR") {
            if start[4] != 2 {
                return Err(Fault::Lacking(format!("an object header of version {}", start[4])));
            }
            let flags = start[5];
            let lead = 6 + if flags & 32 != 0 { 16 } else { 0 } + if flags & 16 != 0 { 4 } else { 0 };
            let width = 1_usize << (flags & 3);
            let size = uint(&opened.bytes(address, lead + width)?[lead..]);
            let whole = (lead + width + 4) as u64;
            let whole = whole.checked_add(size).ok_or_else(cut)?;
            grow(address, whole)?;
            let block = opened.bytes(address, length(whole)?)?;
            let messages = checked(&block)?;
            let has_order = flags & 4 != 0;
            header.take_new(messages.get(lead + width..).ok_or_else(cut)?, has_order, opened, &mut next)?;
            while let Some((at, len)) = next.pop() {
                grow(at, len)?;
                let block = opened.bytes(at, length(len)?)?;
                let messages = checked(&block)?.strip_prefix(b"OCHK").ok_or_else(cut)?;
                header.take_new(messages, has_order, opened, &mut next)?;
            }
        } else {
            let start = opened.bytes(address, 16)?;
            if start[0] != 1 {
                return Err(Fault::Broken("there is no object header where one should be".to_owned()));
            }
            next.push((address.checked_add(16).ok_or_else(cut)?, uint(&start[8..12])));
            while let Some((at, len)) = next.pop() {
                grow(at, len)?;
                header.take_old(&opened.bytes(at, length(len)?)?, opened, &mut next)?;
            }
        }
        Ok(header)
    }

    fn take_old(
        &mut self,
        mut block: &[u8],
        opened: &Opened,
        next: &mut Vec<(u64, u64)>,
    ) -> Result<(), Fault> {
        while let Some((head, rest)) = block.split_at_checked(8) {
            let (kind, len) = (uint(&head[..2]) as u16, uint(&head[2..4]) as usize);
            let (bytes, rest) = rest.split_at_checked(len).ok_or_else(cut)?;
            self.push(kind, head[4], bytes, opened, next)?;
            block = rest;
        }
        Ok(())
    }

    fn take_new(
        &mut self,
        mut block: &[u8],
        has_order: bool,
        opened: &Opened,
        next: &mut Vec<(u64, u64)>,
    ) -> Result<(), Fault> {
        let lead = if has_order { 6 } else { 4 };
        // What is shorter than a message's head at the end is a gap.
        while let Some((head, rest)) = block.split_at_checked(lead) {
            let (kind, len) = (u16::from(head[0]), uint(&head[1..3]) as usize);
            let (bytes, rest) = rest.split_at_checked(len).ok_or_else(cut)?;
            self.push(kind, head[3], bytes, opened, next)?;
            block = rest;
        }
        Ok(())
    }

    fn push(
        &mut self,
        kind: u16,
        flags: u8,
        bytes: &[u8],
        opened: &Opened,
        next: &mut Vec<(u64, u64)>,
    ) -> Result<(), Fault> {
        if kind == kind::CONTINUATION {
            let (offsets, lengths) = opened.widths();
            let more = continuation::parse(&mut Cursor::new(bytes), offsets, lengths, bytes.len())?;
            next.push((more.offset, more.length));
        } else if kind != 0 {
            self.messages.push(Message { kind, shared: flags & 2 != 0, bytes: bytes.to_vec() });
        }
        Ok(())
    }

    /// Whether there is a message of this kind.
    pub(super) fn has(&self, kind: u16) -> bool {
        self.messages.iter().any(|m| m.kind == kind)
    }

    /// The bytes of all messages of a kind, shared ones from where they are.
    pub(super) fn all<'a>(
        &'a self,
        kind: u16,
        opened: &'a Opened,
    ) -> impl Iterator<Item = Result<Cow<'a, [u8]>, Fault>> {
        self.messages.iter().filter(move |m| m.kind == kind).map(move |m| {
            if m.shared {
                resolve(opened, kind, &m.bytes, 0).map(Cow::Owned)
            } else {
                Ok(Cow::Borrowed(&m.bytes[..]))
            }
        })
    }

    /// The bytes of the first message of a kind.
    pub(super) fn first<'a>(&'a self, kind: u16, opened: &'a Opened) -> Result<Option<Cow<'a, [u8]>>, Fault> {
        self.all(kind, opened).next().transpose()
    }

    /// The first message of a kind as the library parses it.
    pub(super) fn parsed(&self, kind: u16, opened: &Opened) -> Result<Option<HdfMessage>, Fault> {
        self.first(kind, opened)?.map(|bytes| parse(kind, &bytes, opened)).transpose()
    }
}

/// A message as the library parses it.
pub(super) fn parse(kind: u16, bytes: &[u8], opened: &Opened) -> Result<HdfMessage, Fault> {
    let (offsets, lengths) = opened.widths();
    Ok(parse_message(kind, bytes.len(), &mut Cursor::new(bytes), offsets, lengths)?)
}

/// The bytes that a shared message of a kind stands for: in another header, or in the file's heap of
/// shared messages.
pub(super) fn resolve(opened: &Opened, kind: u16, bytes: &[u8], depth: usize) -> Result<Vec<u8>, Fault> {
    let (offsets, lengths) = opened.widths();
    let missing = || Fault::Broken("a shared message is not where it should be".to_owned());
    if depth > DEEPEST {
        return Err(missing());
    }
    match shared::parse(&mut Cursor::new(bytes), kind, offsets, lengths, bytes.len())? {
        SharedMessage::SharedInOhdr { address, .. } => {
            let header = Header::read(opened, address)?;
            let found = header.messages.into_iter().find(|m| m.kind == kind).ok_or_else(missing)?;
            if found.shared { resolve(opened, kind, &found.bytes, depth + 1) } else { Ok(found.bytes) }
        }
        SharedMessage::SharedInSohm { heap_id, .. } => {
            let extension = opened.library.superblock().extension_address.ok_or_else(missing)?;
            let extension = Header::read(opened, extension)?;
            let table =
                extension.messages.iter().find(|m| m.kind == kind::SHARED_TABLE).ok_or_else(missing)?;
            // Version, address of the table, how many indexes; per index 14 bytes, its own address and
            // that of its heap, between a signature and a checksum.
            let width = usize::from(offsets);
            let address = uint(table.bytes.get(1..1 + width).ok_or_else(missing)?);
            let count = usize::from(*table.bytes.get(1 + width).ok_or_else(missing)?);
            let one = 14 + 2 * width;
            let block = opened.bytes(address, 8 + count * one)?;
            let indexes = checked(&block)?.strip_prefix(b"SMTB").ok_or_else(missing)?;
            let tracks = |index: &&[u8]| uint(&index[2..4]) >> kind & 1 != 0;
            let index = indexes.chunks_exact(one).find(tracks).ok_or_else(missing)?;
            let heap = uint(&index[one - width..]);
            let storage = opened.library.storage();
            let heap = FractalHeap::parse_at_storage(storage, heap, offsets, lengths)?;
            let mut blocks = FractalHeapDirectBlockCache::default();
            Ok(heap.get_object_storage_cached(&heap_id, storage, offsets, lengths, &mut blocks)?)
        }
    }
}

fn cut() -> Fault {
    Fault::Broken("its header is cut off".to_owned())
}

/// Little-endian, of at most 8 bytes.
pub(super) fn uint(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |n, byte| n << 8 | u64::from(*byte))
}

fn length(len: u64) -> Result<usize, Fault> {
    usize::try_from(len).ok().filter(|_| len <= MOST_BYTES).ok_or_else(cut)
}

/// A block without the checksum at its end, if that is right.
fn checked(block: &[u8]) -> Result<&[u8], Fault> {
    let (body, sum) = block.split_at_checked(block.len().wrapping_sub(4)).ok_or_else(cut)?;
    if u64::from(jenkins_lookup3(body)) == uint(sum) {
        Ok(body)
    } else {
        Err(Fault::Broken("the checksum of its header is wrong".to_owned()))
    }
}
