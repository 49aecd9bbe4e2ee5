//! Boxes of arrays that lie in files just as they are wanted in memory, so that they can be mapped.
//!
//! Readers say where ([`Reader::extents`](super::Reader::extents)) from metadata alone, and
//! [`Tree::extents`] puts together what lies in several files. Whoever maps them compares
//! the [`FileStamp`] before and after.

use super::{ArrayNode, Joined, SourceFile, Storage, Tree};
use crate::data::Dtype;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The most extents of one array; each may be a file that is mapped for itself.
pub(super) const MOST: usize = 1 << 14;

/// A file and what it was when its metadata were read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileStamp {
    /// Its path.
    pub path: PathBuf,
    /// Size in bytes.
    pub size: u64,
    /// Time of the last change.
    pub modified: Option<SystemTime>,
}

impl FileStamp {
    /// The regular file at a path as it is now.
    ///
    /// # Errors
    /// The system's words.
    pub(super) fn now(path: &Path) -> Result<Arc<Self>, String> {
        let meta = std::fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?;
        if !meta.is_file() {
            return Err(format!("{} is not a regular file", path.display()));
        }
        Ok(Arc::new(Self {
            path: path.to_owned(),
            size: meta.len(),
            modified: modified(meta.mtime(), meta.mtime_nsec()),
        }))
    }

    /// Whether a file of this metadata is the one that was opened, unchanged.
    pub fn is(&self, meta: &std::fs::Metadata) -> bool {
        meta.len() == self.size && (self.modified.is_none() || meta.modified().ok() == self.modified)
    }
}

impl From<&SourceFile> for FileStamp {
    fn from(file: &SourceFile) -> Self {
        Self { path: file.path.clone(), size: file.size, modified: file.modified }
    }
}

/// A time of change as the system counts it; `None` before 1970.
pub(super) fn modified(seconds: i64, nanos: i64) -> Option<SystemTime> {
    let since = Duration::new(u64::try_from(seconds).ok()?, u32::try_from(nanos).ok()?);
    SystemTime::UNIX_EPOCH.checked_add(since)
}

/// A box of an array in a file: values of the array's type, native, at multiples of their size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The file.
    pub file: Arc<FileStamp>,
    /// Byte of the box's first value.
    pub offset: u64,
    /// First index of the box along each axis.
    pub start: Vec<usize>,
    /// Its lengths.
    pub count: Vec<usize>,
    /// Values from one index to the next, per axis.
    pub steps: Vec<usize>,
}

impl Extent {
    /// All of an array of `shape`, row-major without gaps.
    pub(super) fn dense(file: Arc<FileStamp>, offset: u64, shape: &[usize]) -> Self {
        Self { file, offset, start: vec![0; shape.len()], count: shape.to_vec(), steps: row_major(shape) }
    }

    /// Values from the first to behind the last one; `None` if it has none or they cannot be counted.
    pub fn span(&self) -> Option<usize> {
        let last = self.count.iter().zip(&self.steps).try_fold(0_usize, |sum, (count, step)| {
            sum.checked_add(count.checked_sub(1)?.checked_mul(*step)?)
        });
        last?.checked_add(1)
    }

    /// Whether it touches the product of `ranges`, some an axis.
    pub fn touches(&self, ranges: &[Vec<Range<usize>>]) -> bool {
        touches(&self.start, &self.count, ranges)
    }

    /// Whether it lies in its file at multiples of the values' size.
    fn check(&self, size: usize) -> Result<(), String> {
        if !self.offset.is_multiple_of(size as u64) {
            return Err(format!("it begins at byte {}, which is no multiple of {size}", self.offset));
        }
        let bytes = self.span().and_then(|span| (span as u64).checked_mul(size as u64));
        match bytes.and_then(|bytes| bytes.checked_add(self.offset)) {
            Some(end) if end <= self.file.size => Ok(()),
            _ => Err(format!("{} is too short for it", self.file.path.display())),
        }
    }
}

/// Steps of an array of `shape` without gaps.
pub(super) fn row_major(shape: &[usize]) -> Vec<usize> {
    let mut steps = vec![1_usize; shape.len()];
    for axis in (1..shape.len()).rev() {
        steps[axis - 1] = steps[axis].saturating_mul(shape[axis]);
    }
    steps
}

impl Tree {
    /// Where the values of `array` lie that the product of `ranges`, some an axis, touches. The boxes
    /// do not overlap and hold all of these.
    ///
    /// # Errors
    /// Why they cannot be used as they lie, as the end of a sentence.
    pub fn extents(&self, array: &ArrayNode, ranges: &[Vec<Range<usize>>]) -> Result<Vec<Extent>, String> {
        let size = match array.dtype {
            Dtype::Str => return Err("it is text".to_owned()),
            dtype => dtype.size().unwrap_or(1),
        };
        if ranges.len() != array.shape.len() {
            return Err("it has other axes".to_owned());
        }
        let extents = match &array.storage {
            Storage::Joined(joined) => self.joined(joined, array, ranges)?,
            Storage::Contiguous { offset } => {
                let file = self.files.get(array.file).ok_or("it belongs to another tree")?;
                vec![Extent::dense(Arc::new(file.into()), *offset, &array.shape)]
            }
            Storage::Cells(cells) => {
                let stored = cells.stored(array);
                let Storage::Contiguous { offset } = stored.storage else {
                    return Err(reason(&cells.raw().storage));
                };
                let file = self.files.get(array.file).ok_or("it belongs to another tree")?;
                let mut extent = Extent::dense(Arc::new(file.into()), offset, &array.shape);
                for (axis, step) in cells.axes(array.shape.len()).into_iter().zip(row_major(&stored.shape)) {
                    extent.steps[axis] = step;
                }
                vec![extent]
            }
            storage => {
                let reader = self.readers.get(array.file).ok_or("it belongs to another tree")?;
                match reader.extents(array, ranges)? {
                    Some(extents) => extents,
                    None => return Err(reason(storage)),
                }
            }
        };
        if extents.len() > MOST {
            return Err(format!("it lies in {} pieces", extents.len()));
        }
        extents.iter().try_for_each(|extent| extent.check(size))?;
        Ok(extents)
    }

    fn joined(
        &self,
        joined: &Joined,
        whole: &ArrayNode,
        ranges: &[Vec<Range<usize>>],
    ) -> Result<Vec<Extent>, String> {
        let axis = joined.axis();
        let along = ranges.get(axis).ok_or("it has other axes")?;
        let mut extents = Vec::new();
        for (part, span) in joined.parts().iter().zip(joined.starts().windows(2)) {
            let own: Vec<Range<usize>> = along
                .iter()
                .map(|range| range.start.max(span[0])..range.end.min(span[1]))
                .filter(|range| range.start < range.end)
                .map(|range| range.start - span[0]..range.end - span[0])
                .collect();
            if own.is_empty() {
                continue;
            }
            if part.dtype != whole.dtype {
                return Err(format!(
                    "its part `{}` is {}, and it is {}",
                    part.origin, part.dtype, whole.dtype
                ));
            }
            let mut inner = ranges.to_vec();
            if joined.is_new() {
                inner.remove(axis);
            } else {
                inner[axis] = own;
            }
            for mut extent in self.extents(part, &inner)? {
                if joined.is_new() {
                    extent.start.insert(axis, span[0]);
                    extent.count.insert(axis, 1);
                    extent.steps.insert(axis, 0);
                } else {
                    extent.start[axis] += span[0];
                }
                extents.push(extent);
            }
            if extents.len() > MOST {
                return Err(format!("it lies in more than {MOST} pieces"));
            }
        }
        Ok(extents)
    }
}

/// Why what is stored so cannot be used as it lies.
fn reason(storage: &Storage) -> String {
    match storage {
        Storage::Chunked { filters, .. } if filters.is_empty() => "it lies in chunks".to_owned(),
        Storage::Chunked { filters, .. } => format!("it is compressed ({})", filters.join(", ")),
        _ => "its values are converted when they are read".to_owned(),
    }
}

/// Whether a box touches the product of ranges.
pub(super) fn touches(start: &[usize], count: &[usize], ranges: &[Vec<Range<usize>>]) -> bool {
    start.iter().zip(count).zip(ranges).all(|((start, count), ranges)| {
        let first = ranges.partition_point(|range| range.end <= *start);
        ranges.get(first).is_some_and(|range| range.start < start + count)
    })
}
