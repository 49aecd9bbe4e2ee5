//! Contiguous leaves straight from their file into the segment, past every reader.

use crate::data::Slab;
use crate::source::{ArrayNode, SourceError, SourceFile};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Runs shorter than this are read through a window.
const SHORT: usize = 16 << 10;
/// Size of the window.
const WINDOW: usize = 1 << 20;
/// Distance between runs from which on a window would read in vain what single reads leave out: two
/// pages.
const WIDE: usize = 8 << 10;

/// Reads the box `slab` of an array whose first byte is at `offset` of `file`.
///
/// # Errors
/// [`SourceError::Io`], and [`SourceError::Malformed`] if the file is too short or was changed since
/// it was opened.
pub(super) fn read(
    source: &SourceFile,
    array: &ArrayNode,
    offset: u64,
    item: usize,
    slab: &Slab,
    out: &mut [u8],
) -> Result<(), SourceError> {
    let io_error = |err: io::Error| SourceError::Io { file: source.path.clone(), why: err.to_string() };
    let malformed = |why: &str| SourceError::Malformed {
        file: source.path.clone(),
        dataset: Some(array.origin.clone()),
        why: why.to_owned(),
    };
    let file = File::open(&source.path).map_err(io_error)?;
    let meta = file.metadata().map_err(io_error)?;
    if meta.len() != source.size || (source.modified.is_some() && meta.modified().ok() != source.modified) {
        return Err(malformed("the file was changed while it was in use"));
    }
    read_runs(&file, offset, &array.shape, item, slab, out).map_err(|err| match err.kind() {
        io::ErrorKind::UnexpectedEof => malformed("the file ends before the data do"),
        _ => io_error(err),
    })
}

fn read_runs(
    file: &File,
    offset: u64,
    shape: &[usize],
    item: usize,
    slab: &Slab,
    out: &mut [u8],
) -> io::Result<()> {
    let overflow = || io::Error::from(io::ErrorKind::UnexpectedEof);
    // Axes from `inner` on lie in one run: all but the first of them are taken whole.
    let (mut inner, mut run) = (shape.len(), item);
    while inner > 0 {
        inner -= 1;
        run *= slab.0[inner].len();
        if slab.0[inner].len() != shape[inner] {
            break;
        }
    }
    if run == 0 || out.is_empty() {
        return Ok(());
    }
    let mut strides = vec![item as u64; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis].checked_mul(shape[axis] as u64).ok_or_else(overflow)?;
    }
    let first =
        slab.0.iter().zip(&strides).try_fold(offset, |sum, (range, stride)| {
            sum.checked_add((range.start as u64).checked_mul(*stride)?)
        });
    let mut at = first.ok_or_else(overflow)?;
    let gap = if inner > 0 { strides[inner - 1] as usize } else { run };
    let last = slab.0[..inner]
        .iter()
        .zip(&strides)
        .try_fold(at, |sum, (range, stride)| sum.checked_add((range.len() as u64 - 1).checked_mul(*stride)?));
    let end = last.and_then(|last| last.checked_add(run as u64)).ok_or_else(overflow)?;
    let mut window = (run < SHORT && gap < WIDE && out.len() > run).then(|| Window::new(file, end));
    let mut index = vec![0; inner];
    for piece in out.chunks_exact_mut(run) {
        match &mut window {
            Some(window) => window.read(piece, at)?,
            None => file.read_exact_at(piece, at)?,
        }
        for axis in (0..inner).rev() {
            index[axis] += 1;
            at += strides[axis];
            if index[axis] < slab.0[axis].len() {
                break;
            }
            at -= strides[axis] * index[axis] as u64;
            index[axis] = 0;
        }
    }
    Ok(())
}

/// A stretch of the file in memory.
struct Window<'a> {
    file: &'a File,
    bytes: Vec<u8>,
    start: u64,
    /// Where what is wanted ends.
    end: u64,
}

impl<'a> Window<'a> {
    fn new(file: &'a File, end: u64) -> Self {
        Self { file, bytes: Vec::new(), start: 0, end }
    }

    /// Fills `out` from byte `at` of the file.
    fn read(&mut self, out: &mut [u8], at: u64) -> io::Result<()> {
        let inside = |window: &Self| {
            let skip = usize::try_from(at.checked_sub(window.start)?).ok()?;
            (skip.checked_add(out.len())? <= window.bytes.len()).then_some(skip)
        };
        let skip = match inside(self) {
            Some(skip) => skip,
            None => {
                let rest = usize::try_from(self.end.saturating_sub(at)).unwrap_or(WINDOW);
                self.bytes.resize(rest.clamp(out.len(), WINDOW.max(out.len())), 0);
                self.start = at;
                let mut have = 0;
                while have < out.len() {
                    match self.file.read_at(&mut self.bytes[have..], at + have as u64) {
                        Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                        Ok(n) => have += n,
                        Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
                        Err(err) => return Err(err),
                    }
                }
                self.bytes.truncate(have);
                0
            }
        };
        out.copy_from_slice(&self.bytes[skip..skip + out.len()]);
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "an axis with one range")]
mod tests {
    use super::*;
    use std::io::Write;

    /// A file with 5 bytes in front of `i*n + j` as u16.
    fn file(rows: usize, cols: usize) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"front").unwrap();
        let values: Vec<u16> = (0..rows * cols).map(|i| i as u16).collect();
        file.write_all(bytemuck::cast_slice(&values)).unwrap();
        file
    }

    fn check(rows: usize, cols: usize, slab: &Slab) {
        let mut out = vec![0_u16; slab.count()];
        let bytes = bytemuck::cast_slice_mut(&mut out);
        read_runs(&file(rows, cols), 5, &[rows, cols], 2, slab, bytes).unwrap();
        let expected: Vec<u16> =
            slab.0[0].clone().flat_map(|i| slab.0[1].clone().map(move |j| (i * cols + j) as u16)).collect();
        assert_eq!(out, expected, "{slab:?}");
    }

    #[test]
    fn boxes_are_read_whole_by_rows_through_the_window_and_one_by_one() {
        for slab in [
            vec![0..50, 0..40],
            vec![3..9, 0..40],
            vec![0..50, 7..8],
            vec![49..50, 39..40],
            vec![2..2, 0..40],
        ] {
            check(50, 40, &Slab(slab));
        }
        // Rows of 80 kB: each run is read by itself, and windows are refilled.
        check(30, 40_000, &Slab(vec![1..30, 5..9]));
        check(300, 4_000, &Slab(vec![1..300, 5..9]));
    }

    #[test]
    fn a_file_that_ends_early_is_an_error() {
        let mut out = [0; 16];
        for (shape, slab) in [(vec![8], Slab(vec![0..8])), (vec![4, 2], Slab(vec![0..4, 0..1]))] {
            let out = &mut out[..slab.count() * 2];
            let err = read_runs(&file(1, 6), 5, &shape, 2, &slab, out).unwrap_err();
            assert_eq!(err.kind(), io::ErrorKind::UnexpectedEof);
        }
        let err =
            read_runs(&file(1, 6), u64::MAX - 4, &[8], 2, &Slab(vec![4..8]), &mut out[..8]).unwrap_err();
        assert_eq!(err.kind(), io::ErrorKind::UnexpectedEof);
    }
}
