//! One npy inside its file: the whole file, or a member of a ZIP.

use super::super::SourceError;
use super::super::file::DataFile;
use super::header::{self, Header};
use crate::diag::Diagnostic;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use zip::{CompressionMethod, ZipArchive};

/// Deflate never shrinks more than 1032 times.
const DEFLATE_MOST: u64 = 1032;

/// One npy.
#[derive(Debug)]
pub(super) struct Member {
    /// Its name without `.npy`; for a bare file `data`.
    pub(super) name: String,
    /// Its header, or why it has none.
    pub(super) header: Result<Header, String>,
    /// Bytes after the header.
    pub(super) bytes: u64,
    /// Where they are.
    pub(super) place: Place,
}

/// Where the bytes of a member are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// As they are, from this byte of the file on.
    Stored(u64),
    /// In this member of the ZIP, deflated, after this many inflated bytes.
    Deflated {
        /// Number in the archive.
        index: usize,
        /// Length of the header.
        skip: u64,
    },
}

impl Member {
    /// The npy that a file is.
    pub(super) fn bare(file: &DataFile, handle: &File) -> Result<Self, SourceError> {
        let at = |from: u64, buf: &mut [u8]| read_some(handle, from, buf);
        let head = read_header(at).map_err(|error| file.io(&error))?;
        let header = head.map_err(|why| file.malformed(None, why))?;
        let bytes = file.size().saturating_sub(header.length as u64);
        let place = Place::Stored(header.length as u64);
        Ok(Self { name: "data".to_owned(), header: Ok(header), bytes, place })
    }
}

/// Reads up to `buf.len()` bytes at `from`; fewer only at the end of the file.
fn read_some(handle: &File, from: u64, buf: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < buf.len() {
        match handle.read_at(&mut buf[done..], from + done as u64) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// The header, by a function that reads at an offset from the member's start. The outer error is
/// the system's.
fn read_header(
    mut read_at: impl FnMut(u64, &mut [u8]) -> io::Result<usize>,
) -> io::Result<Result<Header, String>> {
    let mut bytes = vec![0; header::PREFIX];
    let got = read_at(0, &mut bytes)?;
    let length = match header::length(&bytes[..got]) {
        Ok(length) => length,
        Err(why) => return Ok(Err(why)),
    };
    let begun = got.min(length);
    bytes.resize(length, 0);
    let got = begun + read_at(begun as u64, &mut bytes[begun..])?;
    Ok(header::parse(&bytes[..got]))
}

/// The npy members of a ZIP, in its order.
pub(super) fn list_zip(file: &DataFile, handle: File) -> Result<(Vec<Member>, Vec<Diagnostic>), SourceError> {
    let mut archive = ZipArchive::new(handle)
        .map_err(|error| file.malformed(None, format!("its ZIP directory is broken: {error}")))?;
    let (mut members, mut warnings) = (Vec::new(), Vec::new());
    for index in 0..archive.len() {
        match zip_member(file, &mut archive, index) {
            Ok(Some(member)) => members.push(member),
            Ok(None) => {}
            Err(skipped) => warnings
                .push(Diagnostic::warning(format!("{}: {skipped} is left out", file.path().display()))),
        }
    }
    if members.is_empty() {
        return Err(SourceError::UnknownFormat {
            file: file.path().to_owned(),
            why: "it is a ZIP archive without arrays of numpy (.npy) in it".to_owned(),
        });
    }
    Ok((members, warnings))
}

/// `Ok(None)` for folders; `Err` names what is no npy.
fn zip_member(
    file: &DataFile,
    archive: &mut ZipArchive<File>,
    index: usize,
) -> Result<Option<Member>, String> {
    let mut entry =
        archive.by_index_raw(index).map_err(|error| format!("member {index}, which is broken ({error}),"))?;
    let name = entry.name().map_err(|_| format!("member {index}, whose name is not UTF-8,"))?.into_owned();
    if entry.is_dir() {
        return Ok(None);
    }
    let Some(stem) = name.strip_suffix(".npy") else {
        return Err(format!("member `{name}`, which is no npy,"));
    };
    let stem = stem.to_owned();
    let broken = |why: String| {
        Ok(Some(Member { name: stem.clone(), header: Err(why), bytes: 0, place: Place::Stored(0) }))
    };
    if entry.encrypted() {
        return broken("it is encrypted".to_owned());
    }
    let (size, packed) = (entry.size(), entry.compressed_size());
    if packed > file.size() {
        return broken("it is cut off".to_owned());
    }
    match entry.compression() {
        CompressionMethod::Stored => {
            let Some(start) = entry.data_start() else {
                return broken("its place in the archive is unknown".to_owned());
            };
            if start.checked_add(size).is_none_or(|end| end > file.size()) {
                return broken("it is cut off".to_owned());
            }
            let mut read = Vec::new();
            let head = (&mut entry).take(header::LONGEST as u64 + 1).read_to_end(&mut read);
            let header = head.map_err(|error| error.to_string()).and_then(|_| header::parse(&read));
            let skip = header.as_ref().map_or(0, |header| header.length as u64);
            let bytes = size.saturating_sub(skip);
            Ok(Some(Member { name: stem, header, bytes, place: Place::Stored(start + skip) }))
        }
        CompressionMethod::Deflated => {
            if size / DEFLATE_MOST > packed {
                return broken(format!("it claims that {packed} bytes inflate to {size}"));
            }
            drop(entry);
            let inflated = archive.by_index(index).map_err(|error| error.to_string());
            let header = inflated.and_then(|mut entry| {
                read_header(|_, buf| read_full(&mut entry, buf)).map_err(|error| error.to_string())?
            });
            let skip = header.as_ref().map_or(0, |header| header.length as u64);
            let place = Place::Deflated { index, skip };
            Ok(Some(Member { name: stem, header, bytes: size.saturating_sub(skip), place }))
        }
        other => broken(format!("it is compressed by {other:?}, which is not supported")),
    }
}

/// Fills `buf` as far as the stream goes.
fn read_full(from: &mut impl Read, buf: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < buf.len() {
        match from.read(&mut buf[done..]) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}
