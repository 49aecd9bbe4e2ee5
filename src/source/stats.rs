//! Statistics of one array, block by block, in bounded memory.
//!
//! All numbers are taken as `f64` after decoding. Missing values and NaN count as `nan`, infinities
//! as `inf`; least, largest and mean are over the rest. The mean is Neumaier's compensated sum
//! (ZAMM 54, 1974) over the count.

use super::{ArrayNode, SourceError, Storage, Tree, cf};
use crate::data::time::NAT;
use crate::data::{Dtype, Slab};
use std::collections::BTreeSet;

/// Values read at once, unless chunks are larger.
const BLOCK_BYTES: usize = 16 << 20;

/// Chunks up to this size are decoded as a whole; of larger ones parts of this size.
const LARGEST_BLOCK: usize = 256 << 20;

/// Different texts counted; beyond, there are "more".
const MOST_TEXTS: usize = 1_000_000;

/// Characters of a text that are kept.
const TEXT_CHARS: usize = 80;

/// What an array holds, in a few numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Stats {
    /// Of numbers, bools, and times with their units.
    Numbers(Numbers),
    /// Of texts.
    Texts(Texts),
}

/// Statistics of numbers; of times in the units of their `units` attribute, without one in
/// microseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbers {
    /// Elements.
    pub n: u64,
    /// Missing and NaN.
    pub nan: u64,
    /// Infinite.
    pub inf: u64,
    /// The least finite one.
    pub min: Option<f64>,
    /// The largest finite one.
    pub max: Option<f64>,
    /// The mean of the finite ones.
    pub mean: Option<f64>,
    /// Of times, the earliest and the latest, in ISO 8601.
    pub span: Option<(String, String)>,
}

/// Statistics of texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Texts {
    /// Elements.
    pub n: u64,
    /// Empty ones; in text tables, these are the missing ones.
    pub empty: u64,
    /// Different ones, empty apart; `None` for more than a million.
    pub unique: Option<u64>,
    /// The first that is not empty, at most 80 characters of it.
    pub first: Option<String>,
    /// The last that is not empty, likewise.
    pub last: Option<String>,
}

impl Texts {
    /// Takes more texts.
    fn add<'a>(&mut self, more: impl Iterator<Item = &'a str>, seen: &mut Option<BTreeSet<String>>) {
        let mut last = None;
        for text in more {
            self.n += 1;
            if text.is_empty() {
                self.empty += 1;
                continue;
            }
            self.first.get_or_insert_with(|| shortened(text));
            last = Some(text);
            match seen {
                Some(all) if all.len() < MOST_TEXTS => {
                    if !all.contains(text) {
                        all.insert(text.to_owned());
                    }
                }
                _ => *seen = None,
            }
        }
        if let Some(last) = last {
            self.last = Some(shortened(last));
        }
    }
}

impl Tree {
    /// Reads all of an array, block by block, and sums it up.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn stats(&self, array: &ArrayNode) -> Result<Stats, SourceError> {
        match array.dtype {
            Dtype::Str => return self.text_stats(array).map(Stats::Texts),
            // Times that cannot be counted are numbers still.
            Dtype::Time(_) => match (self.time_stats(array), Self::undated(array)) {
                (Err(SourceError::Malformed { .. }), Some(numbers)) => self.number_stats(&numbers),
                (stats, _) => stats,
            },
            _ => self.number_stats(array),
        }
        .map(Stats::Numbers)
    }

    fn number_stats(&self, array: &ArrayNode) -> Result<Numbers, SourceError> {
        let mut sum = Running::default();
        self.each_block(array, &mut |bytes| sum.add_all(array.dtype, bytes))?;
        Ok(sum.finish())
    }

    /// Decodes all of a numeric array, block by block.
    fn each_block(&self, array: &ArrayNode, visit: &mut dyn FnMut(&[u8])) -> Result<(), SourceError> {
        if let Storage::Joined(joined) = &array.storage
            && !joined.is_new()
        {
            // By the chunks of each part; the parts' order along other axes is of no matter to sums.
            return (0..joined.len()).try_for_each(|i| match joined.part(array, i).0 {
                part if matches!(part.storage, Storage::Joined(_)) => self.each_own_block(&part, visit),
                part => self.each_block(&part, visit),
            });
        }
        match &array.storage {
            // As the cells lie: their order is of no matter.
            Storage::Cells(cells) => self.each_block(cells.raw(), visit),
            _ => self.each_own_block(array, visit),
        }
    }

    fn each_own_block(&self, array: &ArrayNode, visit: &mut dyn FnMut(&[u8])) -> Result<(), SourceError> {
        // Eight-byte elements, so that any type is aligned in it.
        let mut buffer: Vec<u64> = Vec::new();
        let size = array.dtype.size().unwrap_or(1);
        for slab in blocks(array, size) {
            let bytes = slab.count() * size;
            buffer.resize(bytes.div_ceil(8), 0);
            let bytes = &mut bytemuck::cast_slice_mut::<u64, u8>(&mut buffer)[..bytes];
            self.read_into(array, &slab, bytes)?;
            visit(bytes);
        }
        Ok(())
    }

    fn time_stats(&self, array: &ArrayNode) -> Result<Numbers, SourceError> {
        let Dtype::Time(calendar) = array.dtype else { return Ok(Numbers::default()) };
        let units = array.attrs.text("units").map(str::to_owned);
        let (mut sum, mut span): (Running, Option<(i64, i64)>) = (Running::default(), None);
        self.each_block(array, &mut |bytes| {
            let micros: &[i64] = bytemuck::cast_slice(bytes);
            for time in micros.iter().filter(|time| **time != NAT) {
                let (first, last) = span.get_or_insert((*time, *time));
                (*first, *last) = ((*first).min(*time), (*last).max(*time));
            }
            match units.as_deref().and_then(|units| cf::encode_time(micros, units, calendar)) {
                Some(values) => sum.add_all(Dtype::F64, bytemuck::cast_slice(&values)),
                None => {
                    micros.iter().for_each(|time| sum.add(if *time == NAT { f64::NAN } else { *time as f64 }))
                }
            }
        })?;
        let mut numbers = sum.finish();
        let iso = |micros| calendar.civil(micros).to_string();
        numbers.span = span.map(|(first, last)| (iso(first), iso(last)));
        Ok(numbers)
    }

    fn text_stats(&self, array: &ArrayNode) -> Result<Texts, SourceError> {
        let mut texts = Texts::default();
        let mut seen: Option<BTreeSet<String>> = Some(BTreeSet::new());
        let characters = self.readers.get(array.file).is_some_and(|reader| reader.has_characters(array));
        if characters && array.shape.iter().product::<usize>() <= BLOCK_BYTES {
            let all = self.read_texts(array, &Slab::all(&array.shape))?;
            let letters: Vec<&str> = all.iter().map(|c| if c.is_empty() { "\0" } else { c }).collect();
            let width = array.shape.last().copied().unwrap_or(1).max(1);
            let joined =
                letters.chunks(width).map(|row| row.concat().trim_end_matches(['\0', ' ']).to_owned());
            texts.add(joined.collect::<Vec<_>>().iter().map(String::as_str), &mut seen);
        } else {
            // Texts have no size of their own; a few hundred bytes each is a safe guess.
            for slab in blocks(array, 256) {
                texts.add(self.read_texts(array, &slab)?.iter(), &mut seen);
            }
        }
        texts.unique = seen.map(|all| all.len() as u64);
        Ok(texts)
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(TEXT_CHARS).collect()
}

/// Boxes that cover an array once, each of whole chunks where these are small enough.
fn blocks(array: &ArrayNode, size: usize) -> impl Iterator<Item = Slab> {
    let shape = array.shape.clone();
    let chunk = match &array.storage {
        Storage::Chunked { chunk, .. } => Some(chunk.clone()),
        Storage::Joined(joined) => joined.chunk(),
        _ => None,
    };
    let chunk = chunk.filter(|chunk| chunk.len() == shape.len());
    let block = block_shape(&shape, chunk.as_deref(), size);
    let counts: Vec<usize> = shape.iter().zip(&block).map(|(n, b)| n.div_ceil(*b)).collect();
    let total = if shape.contains(&0) { 0 } else { counts.iter().product() };
    (0..total).map(move |number: usize| {
        let mut rest = number;
        let mut ranges = vec![0..0; shape.len()];
        for axis in (0..shape.len()).rev() {
            let start = rest % counts[axis] * block[axis];
            rest /= counts[axis];
            ranges[axis] = start..(start + block[axis]).min(shape[axis]);
        }
        Slab(ranges)
    })
}

fn block_shape(shape: &[usize], chunk: Option<&[usize]>, size: usize) -> Vec<usize> {
    let bytes = |block: &[usize]| block.iter().fold(size, |n, len| n.saturating_mul(*len));
    let clip = |chunk: &[usize]| chunk.iter().zip(shape).map(|(c, n)| (*c).clamp(1, (*n).max(1))).collect();
    let mut block: Vec<usize> = chunk.map_or_else(|| vec![1; shape.len()], clip);
    let mut budget = BLOCK_BYTES;
    if bytes(&block) > LARGEST_BLOCK {
        // Such a chunk is decoded several times, but never held as a whole.
        block = vec![1; shape.len()];
        budget = LARGEST_BLOCK;
    }
    for axis in (0..shape.len()).rev() {
        let times = (budget / bytes(&block)).max(1).min(shape[axis].div_ceil(block[axis]).max(1));
        block[axis] = (block[axis] * times).min(shape[axis].max(1));
        if block[axis] < shape[axis] {
            break;
        }
    }
    block
}

/// Sums so far.
#[derive(Debug, Default)]
struct Running {
    n: u64,
    nan: u64,
    inf: u64,
    min: Option<f64>,
    max: Option<f64>,
    sum: f64,
    lost: f64,
}

impl Running {
    fn add(&mut self, value: f64) {
        self.n += 1;
        if value.is_nan() {
            self.nan += 1;
        } else if value.is_infinite() {
            self.inf += 1;
        } else {
            self.min = Some(self.min.map_or(value, |min| min.min(value)));
            self.max = Some(self.max.map_or(value, |max| max.max(value)));
            let total = self.sum + value;
            self.lost += if self.sum.abs() >= value.abs() {
                (self.sum - total) + value
            } else {
                (value - total) + self.sum
            };
            self.sum = total;
        }
    }

    fn add_all(&mut self, dtype: Dtype, bytes: &[u8]) {
        macro_rules! each {
            ($type:ty) => {
                bytemuck::cast_slice::<u8, $type>(bytes).iter().for_each(|value| self.add(*value as f64))
            };
        }
        match dtype {
            Dtype::Bool | Dtype::U8 => each!(u8),
            Dtype::I8 => each!(i8),
            Dtype::I16 => each!(i16),
            Dtype::I32 => each!(i32),
            Dtype::I64 => each!(i64),
            Dtype::U16 => each!(u16),
            Dtype::U32 => each!(u32),
            Dtype::U64 => each!(u64),
            Dtype::F32 => each!(f32),
            Dtype::F64 => each!(f64),
            Dtype::Time(_) | Dtype::Str => {}
        }
    }

    fn finish(self) -> Numbers {
        let count = self.n - self.nan - self.inf;
        // A sum that overflowed has lost its compensation as well.
        let sum = if self.lost.is_finite() { self.sum + self.lost } else { self.sum };
        Numbers {
            n: self.n,
            nan: self.nan,
            inf: self.inf,
            min: self.min,
            max: self.max,
            mean: (count > 0).then(|| sum / count as f64),
            span: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_grow_from_the_last_axis_and_keep_chunks_whole() {
        let all = |shape: &[usize], chunk: Option<&[usize]>| block_shape(shape, chunk, 8);
        assert_eq!(all(&[10, 20], None), [10, 20]);
        assert_eq!(all(&[1000, 1024, 1024], None), [2, 1024, 1024]);
        assert_eq!(all(&[100, 1000, 1000], Some(&[3, 100, 100])), [3, 600, 1000]);
        assert_eq!(all(&[1 << 40], None), [BLOCK_BYTES / 8]);
        assert_eq!(all(&[1 << 40], Some(&[1 << 40])), [LARGEST_BLOCK / 8]);
        assert_eq!(all(&[], None), Vec::<usize>::new());
    }

    #[test]
    fn a_mean_of_large_and_small_numbers_loses_nothing() {
        let mut sum = Running::default();
        [1e100, 1.0, -1e100, f64::NAN, f64::INFINITY].into_iter().for_each(|value| sum.add(value));
        let stats = sum.finish();
        assert_eq!((stats.n, stats.nan, stats.inf, stats.mean), (5, 1, 1, Some(1.0 / 3.0)));
        assert_eq!((stats.min, stats.max), (Some(-1e100), Some(1e100)));
    }
}
