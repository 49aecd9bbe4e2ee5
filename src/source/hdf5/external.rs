//! Raw data of a dataset in files of their own, in pieces one after another.

use super::block::Place;
use super::disk::Disk;
use super::fault::Fault;
use super::links::{Beside, Opened, beside};
use hdf5_reader::local_heap::LocalHeap;
use hdf5_reader::messages::external_files::ExternalFilesMessage;
use std::sync::Arc;

/// A piece of a dataset in a file.
#[derive(Debug)]
pub(in crate::source) struct Piece {
    pub(super) disk: Arc<Disk>,
    /// First byte in the file.
    pub(super) at: u64,
    /// First byte of the dataset, and how many.
    pub(super) start: u64,
    pub(super) len: u64,
}

impl Piece {
    /// The file.
    pub(super) fn path(&self) -> &std::path::Path {
        self.disk.path()
    }
}

/// Where the `bytes` of a dataset lie, by the message that names its files.
///
/// # Errors
/// If a file is missing, lies outside the folder, or the pieces are too few.
pub(super) fn place(opened: &Opened, files: &ExternalFilesMessage, bytes: u64) -> Result<Place, Fault> {
    let storage = opened.library.storage();
    let (offset_size, length_size) = opened.widths();
    let heap = LocalHeap::parse_at_storage(storage, files.heap_address, offset_size, length_size)?;
    let mut pieces = Vec::new();
    let mut start = 0_u64;
    for slot in &files.slots {
        let name = heap.get_string_storage(slot.name_offset, storage)?;
        let path = match beside(opened.disk.path(), &name) {
            Beside::There(path) => path,
            Beside::Missing => {
                return Err(Fault::Broken(format!("the file of its raw data, `{name}`, is not there")));
            }
            Beside::Outside => {
                return Err(Fault::Lacking(format!(
                    "external raw data in `{name}`, outside the file's folder,"
                )));
            }
        };
        // The last piece may be without end.
        let len = slot.size.min(bytes - start);
        let disk = Disk::new(&path)?;
        if slot.offset.checked_add(len).is_none_or(|end| end > disk.len()) {
            return Err(Fault::Broken(format!(
                "the file of its raw data, `{name}`, has {} bytes and should have {len} from byte {} on",
                disk.len(),
                slot.offset
            )));
        }
        pieces.push(Piece { disk, at: slot.offset, start, len });
        start += len;
        if start == bytes {
            return Ok(Place::External(pieces));
        }
    }
    Err(Fault::Broken(format!("its files of raw data hold {start} bytes of {bytes}")))
}

/// Fills `out` from byte `at` of the dataset on.
///
/// # Errors
/// If a file cannot be read, or has changed.
pub(super) fn read(pieces: &[Piece], at: u64, out: &mut [u8]) -> Result<(), Fault> {
    let end = at + out.len() as u64;
    for piece in pieces {
        let (from, to) = (at.max(piece.start), end.min(piece.start + piece.len));
        if from < to {
            let out = &mut out[(from - at) as usize..(to - at) as usize];
            piece.disk.read(&*piece.disk.get()?, piece.at + (from - piece.start), out)?;
        }
    }
    Ok(())
}
