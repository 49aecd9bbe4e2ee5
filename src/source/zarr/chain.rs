//! How the chunks of an array are decoded: the codecs of its metadata, in the order of decoding.

use super::coder::{Coder, Contexts, Size};
use super::fault::{Fault, broken, lacking};

/// The decoding of one kind of chunk.
#[derive(Debug)]
pub(super) struct Chain {
    /// Axes of the array in the order in which they are stored, slowest first.
    pub(super) order: Vec<usize>,
    /// From bytes to bytes, first things first.
    steps: Vec<Step>,
    /// What the last bytes are.
    pub(super) end: End,
    /// How many they are.
    pub(super) size: Size,
}

/// One step.
#[derive(Debug)]
struct Step {
    coder: Coder,
    /// Of what it gives.
    size: Size,
    name: String,
}

/// What decoded bytes are.
#[derive(Debug)]
pub(super) enum End {
    /// Elements of one size.
    Elements,
    /// Texts, each after its length (numcodecs' `vlen-utf8` and `vlen-bytes`).
    Texts {
        /// Whether they are UTF-8; else bytes of unknown encoding.
        utf8: bool,
    },
    /// Chunks, with an index of where they are.
    Shard(Box<Shard>),
}

/// Chunks inside a chunk (`sharding_indexed`, ZEP 2).
#[derive(Debug)]
pub(super) struct Shard {
    /// Lengths of the inner chunks, in the order of the axes as stored.
    pub(super) chunk: Vec<usize>,
    /// How they are decoded.
    pub(super) inner: Chain,
    /// How the index is decoded.
    pub(super) index: Chain,
    /// Bytes of the index as stored.
    pub(super) index_stored: usize,
    /// Whether its numbers have the most significant byte first.
    pub(super) index_big: bool,
    /// Whether it is behind the chunks.
    pub(super) behind: bool,
}

/// Buffers that decoding needs, kept between chunks.
#[derive(Default)]
pub(super) struct Work {
    /// The stored bytes; after decoding the decoded ones.
    pub(super) bytes: Vec<u8>,
    other: Vec<u8>,
    contexts: Contexts,
}

/// Collects the codecs of a chain in the order of encoding.
pub(super) struct Builder {
    order: Vec<usize>,
    steps: Vec<Step>,
    plain: Size,
    /// Bytes after the codecs so far.
    pub(super) size: Size,
}

impl Builder {
    /// A chain for an array of `rank` axes, whose chunks have `size` bytes.
    pub(super) fn new(rank: usize, size: Size) -> Self {
        Self { order: (0..rank).collect(), steps: Vec::new(), plain: size, size }
    }

    /// The next codec.
    pub(super) fn push(&mut self, name: &str, coder: Coder) {
        let step = Step { size: self.size, name: name.to_owned(), coder };
        self.size = step.coder.stored_size(self.size);
        self.steps.push(step);
    }

    /// Axis `order[k]` is moved to place `k`.
    ///
    /// # Errors
    /// If that is no permutation, or comes after a codec that knows nothing of axes.
    pub(super) fn transpose(&mut self, order: &[usize]) -> Result<(), Fault> {
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        if sorted.iter().copied().ne(0..self.order.len()) {
            return broken("its codec `transpose` names no order of its axes");
        }
        if !self.steps.is_empty() {
            return lacking("a transposition after other codecs");
        }
        self.order = order.iter().map(|axis| self.order[*axis]).collect();
        Ok(())
    }

    /// Axes in the order of storing, so far.
    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    /// The chain.
    pub(super) fn finish(mut self, end: End) -> Chain {
        self.steps.reverse();
        Chain { order: self.order, steps: self.steps, end, size: self.plain }
    }
}

impl Chain {
    /// Whether chunks are stored as they are.
    pub(super) fn is_plain(&self) -> bool {
        self.steps.is_empty()
    }

    /// Names of the codecs, in the order of encoding.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = match &self.end {
            End::Shard(shard) => {
                let mut names = shard.inner.names();
                names.push("sharding".to_owned());
                names
            }
            _ => Vec::new(),
        };
        names.extend(self.steps.iter().rev().map(|step| step.name.clone()));
        names
    }

    /// Decodes `work.bytes` in place.
    ///
    /// # Errors
    /// If they are broken.
    pub(super) fn decode(&self, work: &mut Work) -> Result<(), Fault> {
        self.run(&self.steps, work)?;
        self.check_size(work.bytes.len())
    }

    /// Decodes `work.bytes` into `out`, which has room for just the decoded bytes.
    ///
    /// # Errors
    /// If they are broken.
    pub(super) fn decode_into(&self, work: &mut Work, out: &mut [u8]) -> Result<(), Fault> {
        let Some((last, rest)) = self.steps.split_last() else {
            self.check_size(work.bytes.len())?;
            out.copy_from_slice(&work.bytes);
            return Ok(());
        };
        self.run(rest, work)?;
        last.coder.fill(&work.bytes, out, &mut work.contexts).map_err(|fault| last.named(fault))
    }

    fn run(&self, steps: &[Step], work: &mut Work) -> Result<(), Fault> {
        for step in steps {
            let Work { bytes, other, contexts } = work;
            step.coder.undo(bytes, other, step.size, contexts).map_err(|fault| step.named(fault))?;
            std::mem::swap(bytes, other);
        }
        Ok(())
    }

    /// Whether so many decoded bytes are a chunk.
    pub(super) fn check_size(&self, got: usize) -> Result<(), Fault> {
        match self.size {
            Size::Exact(n) if n != got => broken(format!("it has {got} bytes instead of {n}")),
            Size::AtMost(n) if n < got => broken(format!("it has {got} bytes, more than {n}")),
            _ => Ok(()),
        }
    }
}

impl Step {
    fn named(&self, fault: Fault) -> Fault {
        match fault {
            Fault::Broken(why) => Fault::Broken(format!("{} ({})", why, self.name)),
            other => other,
        }
    }
}
