//! What the metadata of one array say, whatever their version.

use super::chain::{Chain, End};
use super::coder::{Coder, Size};
use super::engine::Engine;
use super::fault::{Fault, broken, lacking};
use super::fill::Fill;
use super::json as document;
use super::numeric::Filter;
use crate::source::npy::Descr;
use serde_json::{Value, json};

/// An array.
#[derive(Debug)]
pub(super) struct Meta {
    /// Lengths of the axes.
    pub(super) shape: Vec<usize>,
    /// Lengths of the chunks that have keys.
    pub(super) chunk: Vec<usize>,
    /// How chunks are called.
    pub(super) keys: Keys,
    /// The type of the elements.
    pub(super) descr: Descr,
    /// Whether they are texts of any length, and `descr` says nothing.
    pub(super) any_text: bool,
    /// What was never written.
    pub(super) fill: Fill,
    /// How chunks are decoded.
    pub(super) chain: Chain,
    /// Names of the axes, where there are some.
    pub(super) dims: Vec<Option<String>>,
    /// The fill value of version 2, which xarray takes for `_FillValue`.
    pub(super) mask: Option<Value>,
    /// 2 or 3.
    pub(super) version: u8,
}

/// Names of chunks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Keys {
    /// Whether `c` comes first.
    pub(super) prefixed: bool,
    /// Between numbers.
    pub(super) separator: char,
}

/// Most bytes of the texts of one chunk.
pub(super) const MOST_TEXT: usize = 2 << 30;

impl Keys {
    /// The key of a chunk below its array's.
    pub(super) fn of(&self, index: &[usize]) -> String {
        let mut key = String::from(if self.prefixed { "c" } else { "" });
        for number in index {
            if !key.is_empty() {
                key.push(self.separator);
            }
            key.push_str(&number.to_string());
        }
        if key.is_empty() { "0".to_owned() } else { key }
    }

    /// The separator that a text names.
    ///
    /// # Errors
    /// If it is neither `.` nor `/`.
    pub(super) fn separator(text: Option<&str>, default: char) -> Result<char, Fault> {
        match text {
            None => Ok(default),
            Some(".") => Ok('.'),
            Some("/") => Ok('/'),
            Some(other) => broken(format!("`{other}` separates the numbers of its chunks")),
        }
    }
}

impl Meta {
    /// The chunks that reading decodes one by one: of sharded arrays the inner ones.
    pub(super) fn smallest_chunk(&self) -> Vec<usize> {
        let (mut chunk, mut chain, mut axes) =
            (self.chunk.clone(), &self.chain, (0..self.shape.len()).collect::<Vec<_>>());
        loop {
            axes = chain.order.iter().map(|axis| axes[*axis]).collect();
            let End::Shard(shard) = &chain.end else { return chunk };
            for (axis, len) in axes.iter().zip(&shard.chunk) {
                chunk[*axis] = *len;
            }
            chain = &shard.inner;
        }
    }
}

/// Whether lengths and the bytes of such an array can be counted; zeros apart.
///
/// # Errors
/// If they overflow.
pub(super) fn check_countable(what: &str, lengths: &[usize], elem: usize) -> Result<(), Fault> {
    let count = lengths.iter().filter(|n| **n > 0).try_fold(elem.max(8), |n, len| n.checked_mul(*len));
    match count {
        Some(count) if count <= isize::MAX as usize => Ok(()),
        _ => broken(format!("its {what} is larger than any memory")),
    }
}

/// Bytes of a chunk.
pub(super) fn chunk_size(chunk: &[usize], elem: usize) -> Size {
    Size::Exact(chunk.iter().product::<usize>() * elem)
}

/// The chunks of an array of `shape`, checked.
///
/// # Errors
/// If they do not fit it.
pub(super) fn checked_chunks(shape: &[usize], chunk: &[usize], elem: usize) -> Result<Vec<usize>, Fault> {
    if chunk.len() != shape.len() {
        return broken(format!("its chunks have {} axes, and its shape has {}", chunk.len(), shape.len()));
    }
    if chunk.iter().zip(shape).any(|(chunk, len)| *chunk == 0 && *len > 0) {
        return broken("its chunks have no length");
    }
    check_countable("shape", shape, elem)?;
    check_countable("chunk", chunk, elem)?;
    Ok(chunk.iter().map(|n| (*n).max(1)).collect())
}

/// The coder for a codec of bytes by its name in numcodecs; `None` if it is none. `plain` is the
/// size of what it was given.
///
/// # Errors
/// If its configuration is not understood, or it is known and not supported.
pub(super) fn bytes_coder(id: &str, configuration: &Value, plain: Size) -> Result<Option<Coder>, Fault> {
    if let Some(filter) = Filter::parse(id, configuration)? {
        return match plain {
            Size::Exact(_) => Ok(Some(Coder::Numbers(filter))),
            Size::AtMost(_) => lacking(format!("the filter `{id}` after a compressor")),
        };
    }
    let location = |default: &'static str| {
        document::text(configuration, "location").map(|l| l.unwrap_or(default) == "end")
    };
    Ok(Some(match id {
        "gzip" => Coder::Gzip,
        "zlib" => Coder::Zlib,
        "zstd" => Coder::Zstd,
        "lz4" => Coder::Lz4,
        "bz2" => Coder::Bz2,
        // Its chunks say themselves how they were made; this is what zarrs asks for.
        "blosc" => Coder::Blosc(Engine::new(
            "blosc",
            &json!({"cname": "lz4", "clevel": 5, "shuffle": "shuffle", "typesize": 4, "blocksize": 0}),
        )?),
        "shuffle" => {
            let size = document::get(configuration, "elementsize").map_or(Some(4), Value::as_u64);
            match size.and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0) {
                Some(size) => Coder::Shuffle(size),
                None => return broken("its filter `shuffle` has no `elementsize`"),
            }
        }
        "crc32" => Coder::Crc32 { behind: location("start")? },
        "crc32c" if !location("end")? => return lacking("the filter `crc32c` with its sum at the start"),
        "adler32" => {
            let place = if location("start")? { "end" } else { "start" };
            Coder::Checksum(Engine::new("numcodecs.adler32", &json!({"location": place}))?)
        }
        "crc32c" => Coder::Checksum(Engine::new("crc32c", &Value::Null)?),
        "fletcher32" => Coder::Checksum(Engine::new("numcodecs.fletcher32", &Value::Null)?),
        "lzma" | "zfpy" | "pcodec" | "jenkins_lookup3" | "snappy" | "brotli" => {
            return lacking(format!("the codec `{id}`"));
        }
        _ => return Ok(None),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_called_as_the_specification_says() {
        let keys = |prefixed, separator| Keys { prefixed, separator };
        assert_eq!(keys(false, '.').of(&[1, 2]), "1.2");
        assert_eq!(keys(false, '/').of(&[1, 2]), "1/2");
        assert_eq!(keys(true, '/').of(&[1, 2]), "c/1/2");
        assert_eq!(keys(true, '.').of(&[0]), "c.0");
        assert_eq!(keys(true, '/').of(&[]), "c");
        assert_eq!(keys(false, '.').of(&[]), "0");
    }
}
