//! The loader child: decodes leaves on all cores straight into segments, seals and sends them.
//!
//! Runs in a process of its own (with threads, a bounded address space, and the first claim to be
//! killed when memory runs out), so that a malformed file harms nobody else.

use super::stored::{Source, Stored, Unbuilt, summed};
use super::texts::Texts;
use super::units::{Unit, copy_box, units};
use super::{BUSY, BYTES, CURRENT, ENDED, HEAD, Order, REUSED, Word, contiguous, stats};
use crate::arena::Options;
use crate::arena::want::{From, Wanted, Wants};
use crate::data::{Demand, Slab, StrBuf, Values};
use crate::diag::Diagnostic;
use crate::source::{ArrayNode, Storage, Tree};
use crate::sys::memfd::{Memory, Sealed};
use crate::sys::{Channel, Counters, memory, populate_for_writing};
use rayon::prelude::*;
use shm_layout::write::BlockBuffers;
use shm_layout::{Catalog, Leaf, Stats, sizes, sums, write};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::os::fd::{AsFd, BorrowedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Small leaves share segments of about this size; larger ones have their own.
const SEGMENT: u64 = 64 << 20;
/// Stack of a decoding thread.
const STACK: usize = 8 << 20;
/// Address space for decoders besides the segments: buffers, and what the allocator reserves.
const DECODERS: u64 = 2 << 30;
/// The same for each thread.
const DECODER_THREAD: u64 = 256 << 20;
/// A decoder may need so many times the size of the file: text is shorter than its numbers.
const EXPANSION: u64 = 16;
/// A decoder may hold a chunk so many times, on its way through filters.
const CHUNKS: u64 = 4;

/// The life of a loader.
#[derive(Clone, Copy)]
pub(super) struct Service<'a> {
    pub(super) tree: &'a Tree,
    /// What each parcel holds.
    pub(super) orders: &'a [Demand],
    /// See [`super::HEAD`].
    pub(super) counters: &'a Counters,
    pub(super) options: &'a Options,
    pub(super) threads: usize,
}

impl Service<'_> {
    /// Loads what is ordered, one after the other, until nobody orders any more; gives the exit code.
    pub(super) fn run(self, channel: &Channel) -> i32 {
        memory::offer_to_oom_killer();
        let _ = nix::sys::prctl::set_name(c"shmplot:loader");
        // A panic is told as a leaf's error; a dump would hold the data.
        std::panic::set_hook(Box::new(|_| {}));
        let _ = memory::no_core_dumps();
        match self.serve(channel) {
            Ok(()) => 0,
            Err(diagnostic) => i32::from(!say(channel, &Word::Stop(diagnostic), &[])),
        }
    }

    fn serve(self, channel: &Channel) -> Result<(), Diagnostic> {
        let space = memory::AddressSpace::now().map_err(|err| unbounded(&err))?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).stack_size(STACK).build();
        let pool =
            pool.map_err(|err| Diagnostic::error("cannot start decoding").caused_by(err.to_string()))?;
        let files = self.options.files.as_ref();
        let stored = files.map(|files| Stored::new(files, self.orders, self.tree));
        while let Ok(Some(message)) = channel.recv() {
            let nonsense = || Diagnostic::error("the loader was asked for nonsense");
            let order: Order = serde_json::from_slice(&message.bytes).map_err(|_| nonsense())?;
            let demand = self.orders.get(order.parcel as usize).ok_or_else(nonsense)?;
            self.counters.iter().skip(HEAD).for_each(|state| state.store(0, Ordering::Relaxed));
            self.counters[CURRENT].store(u64::from(order.parcel) + 1, Ordering::Relaxed);
            let wants = Wants::exact(demand, self.tree);
            let todo = order.todo.unwrap_or_else(|| (0..wants.leaves.len()).collect());
            if todo.iter().any(|i| *i >= wants.leaves.len()) {
                return Err(nonsense());
            }
            let round = Round {
                tree: self.tree,
                wanted: &wants.leaves,
                todo: &todo,
                counters: self.counters,
                aside: self.options.aside,
                threads: self.threads,
                stored: stored.as_ref(),
            };
            let (unbuilt, kept_texts) = (BTreeMap::new(), AtomicU64::new(0));
            let mut loader = Loader { round, channel, unbuilt, kept_texts };
            space.limit(round.most_bytes()).map_err(|err| unbounded(&err))?;
            pool.install(|| loader.load())?;
            self.counters[CURRENT].store(0, Ordering::Relaxed);
            say(channel, &Word::Done(wants.failed.into_iter().collect()), &[]);
            drop((todo, wants.leaves));
            memory::trim();
        }
        Ok(())
    }
}

fn unbounded(err: &std::io::Error) -> Diagnostic {
    Diagnostic::error("cannot bound the loader's memory").caused_by(err.to_string())
}

/// One order's work.
#[derive(Clone, Copy)]
struct Round<'a> {
    tree: &'a Tree,
    wanted: &'a [Wanted],
    /// Numbers of the leaves to load, rising.
    todo: &'a [usize],
    counters: &'a Counters,
    aside: Option<usize>,
    threads: usize,
    stored: Option<&'a Stored<'a>>,
}

impl Round<'_> {
    /// The address space that loading it may take.
    fn most_bytes(&self) -> u64 {
        let Self { tree, wanted, todo, threads, .. } = *self;
        let largest = tree.files.iter().map(|file| file.size).max().unwrap_or(0);
        let threads = threads as u64;
        // A store of many files has no size of its own, but its chunks have one.
        let chunk = todo.iter().map(|i| wanted[*i].chunk_bytes()).max().unwrap_or(0);
        let entry = |i: &usize| self.stored.map_or(0, |stored| stored.most_bytes(&wanted[*i].path));
        todo.iter()
            .map(|i| wanted[*i].bytes().saturating_add(entry(i)))
            .chain([
                DECODERS,
                threads * DECODER_THREAD,
                threads.saturating_mul(largest).saturating_mul(EXPANSION),
                threads.saturating_mul(chunk).saturating_mul(CHUNKS),
            ])
            .fold(0, u64::saturating_add)
    }
}

/// A leaf on its way into a segment.
struct Prepared {
    /// Its number in `wanted`.
    number: usize,
    leaf: Leaf,
    /// Its texts, if it is one of text.
    texts: Option<Texts>,
    bytes: u64,
}

struct Loader<'a> {
    round: Round<'a>,
    channel: &'a Channel,
    /// Leaves that are decoded into the file arena.
    unbuilt: BTreeMap<usize, Unbuilt>,
    /// Bytes of texts kept between measuring and filling.
    kept_texts: AtomicU64,
}

impl Loader<'_> {
    fn load(&mut self) -> Result<(), Diagnostic> {
        let todo: Vec<usize> =
            self.round.todo.iter().copied().filter(|number| !self.take_stored(*number)).collect();
        self.load_rest(&todo)
    }

    /// Takes a leaf from the file arena if it is there; whether that was so.
    fn take_stored(&mut self, number: usize) -> bool {
        let Some(stored) = self.round.stored else { return false };
        let wanted = &self.round.wanted[number];
        if stored.whole(&wanted.path).is_none() {
            return false;
        }
        let mut warnings = Vec::new();
        let source = stored.source(wanted, self.round.tree, &mut warnings);
        for warning in warnings {
            say(self.channel, &Word::Note(warning), &[]);
        }
        match source {
            Some(Source::Entry { file, reused }) => {
                self.round.counters[BYTES].fetch_add(wanted.bytes(), Ordering::Relaxed);
                if reused {
                    self.round.counters[REUSED].fetch_add(wanted.bytes(), Ordering::Relaxed);
                }
                say(self.channel, &Word::Segment { leaves: vec![number], bytes: 0 }, &[file.as_fd()]);
                true
            }
            Some(Source::Unbuilt(unbuilt)) => {
                self.unbuilt.insert(number, unbuilt);
                false
            }
            None => false,
        }
    }

    /// What is read of a leaf: of one that is stored all that the run demands.
    fn wanted(&self, number: usize) -> &Wanted {
        let wanted = &self.round.wanted[number];
        let whole = self.round.stored.filter(|_| self.unbuilt.contains_key(&number));
        whole.and_then(|stored| stored.whole(&wanted.path)).unwrap_or(wanted)
    }

    fn load_rest(&self, todo: &[usize]) -> Result<(), Diagnostic> {
        let prepared: Vec<Prepared> = todo.par_iter().filter_map(|number| self.prepare(*number)).collect();
        let mut groups: Vec<Vec<Prepared>> = Vec::new();
        let (mut open, mut bytes) = (Vec::new(), 0);
        for one in prepared {
            if one.bytes >= SEGMENT || self.unbuilt.contains_key(&one.number) {
                groups.push(vec![one]);
                continue;
            }
            bytes += one.bytes;
            open.push(one);
            if bytes >= SEGMENT {
                groups.push(std::mem::take(&mut open));
                bytes = 0;
            }
        }
        groups.push(open);
        groups.into_par_iter().filter(|group| !group.is_empty()).try_for_each(|group| self.segment(group))
    }

    /// A leaf's catalog entry, and its texts, whose sizes are known only when they are read. `None`
    /// if they cannot be read.
    fn prepare(&self, number: usize) -> Option<Prepared> {
        let wanted = self.wanted(number);
        let mut leaf = wanted.leaf(self.round.tree);
        let mut texts = None;
        if let (From::Array(array), None) = (&wanted.from, wanted.dtype().size()) {
            self.mark(number, BUSY);
            let measured = Texts::measure(&wanted.blocks, &array.storage, &self.kept_texts, &|slab| {
                self.read_texts(&wanted.path, array, slab)
            });
            self.mark(number, ENDED);
            match measured {
                Ok(measured) => texts = Some(measured),
                Err(diagnostic) => {
                    self.fail(number, diagnostic);
                    return None;
                }
            }
        } else if let (From::Inline(coord), None) = (&wanted.from, wanted.dtype().size()) {
            match coord.to_values() {
                Ok(Values::Str(values)) => texts = Some(Texts::held(Slab::all(&coord.shape), values)),
                Ok(_) | Err(_) => {
                    let message = format!("the coordinate `{}` is not text as it says", wanted.path);
                    self.fail(number, Diagnostic::error(message));
                    return None;
                }
            }
        }
        if let Some(texts) = &texts {
            let blocks = leaf.blocks.iter_mut().enumerate();
            blocks.for_each(|(number, block)| block.texts.len = texts.bytes(number));
        }
        let extra: u64 = leaf.blocks.iter().map(|block| block.texts.len).sum();
        Some(Prepared { number, leaf, texts, bytes: wanted.bytes().saturating_add(extra) })
    }

    /// Fills, seals and sends one segment. Leaves that cannot be read are told and left out.
    fn segment(&self, group: Vec<Prepared>) -> Result<(), Diagnostic> {
        let unlaid = |err: shm_layout::Error| {
            Diagnostic::error("cannot lay out a segment of the arena").caused_by(err.to_string())
        };
        let bytes = group.iter().map(|one| one.bytes).sum();
        let unmade = |err: std::io::Error| {
            let size = crate::arena::budget::human(bytes);
            let what = match err.kind() {
                std::io::ErrorKind::OutOfMemory | std::io::ErrorKind::StorageFull => {
                    format!("there is not enough memory left for {size} of data")
                }
                _ => format!("cannot make a segment of {size}"),
            };
            Diagnostic::error(what).caused_by(err.to_string())
        };
        let (mut catalog, mut rest) = (Catalog::default(), Vec::new());
        for one in group {
            catalog.leaves.push(one.leaf);
            rest.push((one.number, one.texts));
        }
        // A leaf of the file arena is alone.
        let of_file = rest
            .first()
            .and_then(|(number, _)| Some((*number, self.unbuilt.get(number)?, self.round.stored?)))
            .filter(|(_, _, stored)| stored.whole(&catalog.leaves[0].path).is_some());
        let mut building = None;
        if let Some((number, unbuilt, stored)) = of_file {
            let path = catalog.leaves[0].path.clone();
            unbuilt.sign(&mut catalog.leaves[0]);
            summed(&mut catalog).map_err(unlaid)?;
            let sizes = sizes::assign(&mut catalog).map_err(unlaid)?;
            match stored.build(unbuilt, &path, sizes.total) {
                Ok(built) => building = Some((number, unbuilt, stored, built)),
                Err(why) if stored.falls_back() => {
                    let note = Diagnostic::warning(why.message).caused_by("it is loaded into memory instead");
                    say(self.channel, &Word::Note(note), &[]);
                    stored.give_up(&path);
                    // Of what the run demands of it only this parcel's part.
                    return self.prepare(number).map_or(Ok(()), |part| self.segment(vec![part]));
                }
                Err(why) => {
                    self.fail(number, why);
                    return Ok(());
                }
            }
        }
        let sizes = sizes::assign(&mut catalog).map_err(unlaid)?;
        let Some((number, unbuilt, stored, mut building)) = building else {
            let len =
                usize::try_from(sizes.total).map_err(|_| unmade(std::io::ErrorKind::OutOfMemory.into()))?;
            let mut memory = Memory::allocate("shmplot-arena", len).map_err(unmade)?;
            let Some(leaves) = self.fill_all(memory.bytes_mut(), catalog, sizes, rest, None)? else {
                return Ok(());
            };
            let sealed: Sealed = memory.seal().map_err(unmade)?;
            say(self.channel, &Word::Segment { leaves, bytes: len as u64 }, &[sealed.as_fd()]);
            return Ok(());
        };
        let path = catalog.leaves[0].path.clone();
        let synced = building.descriptor().map_err(unmade)?;
        let Some(leaves) = self.fill_all(building.bytes_mut(), catalog, sizes, rest, Some(&synced))? else {
            return Ok(());
        };
        match stored.publish(unbuilt, &path, building) {
            Ok(file) => {
                say(self.channel, &Word::Segment { leaves, bytes: 0 }, &[file.as_fd()]);
            }
            Err(why) => self.fail(number, why),
        }
        Ok(())
    }

    /// Fills a segment's memory; gives the numbers of the leaves that are there, `None` if there are
    /// none. Of a file the values are on its device before the header is written.
    fn fill_all(
        &self,
        memory: &mut [u8],
        mut catalog: Catalog,
        sizes: sizes::Sizes,
        rest: Vec<(usize, Option<Texts>)>,
        synced: Option<&std::fs::File>,
    ) -> Result<Option<Vec<usize>>, Diagnostic> {
        let unlaid = |err: shm_layout::Error| {
            Diagnostic::error("cannot lay out a segment of the arena").caused_by(err.to_string())
        };
        let (front, buffers) = write::split(memory, &catalog, sizes).map_err(unlaid)?;
        let mut by_leaf: Vec<Vec<BlockBuffers<'_>>> = catalog.leaves.iter().map(|_| Vec::new()).collect();
        for buffer in buffers {
            by_leaf[buffer.leaf].push(buffer);
        }
        type Learnt = (Vec<Stats>, Vec<Vec<u32>>);
        let filled: Vec<(usize, Result<Learnt, Diagnostic>)> = by_leaf
            .into_par_iter()
            .zip(rest)
            .map(|(mut buffers, (number, texts))| {
                self.mark(number, BUSY);
                let lent = buffers.iter_mut().map(|buffer| BlockBuffers {
                    leaf: buffer.leaf,
                    block: buffer.block,
                    values: &mut *buffer.values,
                    texts: &mut *buffer.texts,
                });
                let result = self.fill(self.wanted(number), texts, lent.collect()).map(|stats| {
                    let summed = if synced.is_some() { &buffers[..] } else { &[] };
                    (stats, summed.iter().map(sums_of).collect())
                });
                self.mark(number, ENDED);
                (number, result)
            })
            .collect();
        let (mut leaves, mut numbers) = (Vec::with_capacity(filled.len()), Vec::with_capacity(filled.len()));
        for (mut leaf, (number, result)) in std::mem::take(&mut catalog.leaves).into_iter().zip(filled) {
            match result {
                Ok((stats, sums)) => {
                    leaf.blocks.iter_mut().zip(stats).for_each(|(block, stats)| block.stats = stats);
                    leaf.blocks.iter_mut().zip(sums).for_each(|(block, sums)| block.sums = sums);
                    leaves.push(leaf);
                    numbers.push(number);
                }
                Err(diagnostic) => {
                    self.fail(number, diagnostic);
                }
            }
        }
        if leaves.is_empty() {
            return Ok(None);
        }
        if let Some(file) = synced {
            file.sync_data().map_err(|err| {
                Diagnostic::error("cannot write to the file arena").caused_by(err.to_string())
            })?;
        }
        front.finish(&Catalog { leaves }).map_err(unlaid)?;
        Ok(Some(numbers))
    }

    /// Fills the buffers of one leaf; gives what was learnt about each block.
    fn fill(
        &self,
        wanted: &Wanted,
        texts: Option<Texts>,
        buffers: Vec<BlockBuffers<'_>>,
    ) -> Result<Vec<Stats>, Diagnostic> {
        let unknown = vec![Stats::default(); buffers.len()];
        let Some(item) = wanted.dtype().size() else {
            if let Some(texts) = texts {
                texts.fill(buffers, &|slab| match &wanted.from {
                    From::Array(array) => self.read_texts(&wanted.path, array, slab),
                    From::Inline(_) => Err(Diagnostic::error("texts made from attributes are kept")),
                })?;
            }
            return Ok(unknown);
        };
        let array = match &wanted.from {
            From::Array(array) => array,
            From::Inline(coord) => {
                let values = coord.to_values().map_err(|err| Diagnostic::from_error(&err))?;
                let bytes = bytes_of(&values).unwrap_or_default();
                for buffer in buffers.into_iter().filter(|buffer| buffer.values.len() == bytes.len()) {
                    buffer.values.copy_from_slice(bytes);
                }
                return Ok(unknown);
            }
        };
        let learnt = Mutex::new(vec![stats::EMPTY; buffers.len()]);
        let outs = buffers.into_iter().map(|buffer| buffer.values);
        let mut arrays = Vec::new();
        let aside = self.round.aside;
        let jobs: Vec<(usize, Unit<'_>)> = match &array.storage {
            Storage::Joined(joined) => {
                let mut outs: Vec<Option<&mut [u8]>> = outs.map(Some).collect();
                let mut jobs = Vec::new();
                for (i, within) in joined.starts().windows(2).map(|pair| pair[0]..pair[1]).enumerate() {
                    let (blocks, numbers) = wanted.blocks.part(joined.axis(), &within);
                    if numbers.is_empty() {
                        continue;
                    }
                    let (part, storage) = joined.part(array, i);
                    let own = numbers.iter().filter_map(|number| outs.get_mut(*number)?.take());
                    for mut unit in units(&blocks, &storage, item, aside, own) {
                        unit.targets.iter_mut().for_each(|target| target.block = numbers[target.block]);
                        jobs.push((arrays.len(), unit));
                    }
                    arrays.push(part);
                }
                jobs
            }
            storage => {
                let best = match storage {
                    Storage::Cells(cells) => Cow::Owned(cells.best(array)),
                    other => Cow::Borrowed(other),
                };
                arrays.push(Cow::Borrowed(&**array));
                units(&wanted.blocks, &best, item, aside, outs).into_iter().map(|unit| (0, unit)).collect()
            }
        };
        jobs.into_par_iter().try_for_each(|(array, unit)| {
            let bytes = unit.bytes() as u64;
            let stats = guarded(&wanted.path, || self.read(&arrays[array], item, unit))?;
            self.round.counters[BYTES].fetch_add(bytes, Ordering::Relaxed);
            if let Ok(mut learnt) = learnt.lock() {
                for (block, stats) in stats {
                    learnt[block] = stats::join(learnt[block], stats);
                }
            }
            Ok::<_, Diagnostic>(())
        })?;
        Ok(learnt.into_inner().unwrap_or(unknown))
    }

    fn read_texts(&self, path: &str, array: &ArrayNode, slab: &Slab) -> Result<StrBuf, Diagnostic> {
        guarded(path, || self.round.tree.read_texts(array, slab).map_err(|err| err.to_diagnostic()))
    }

    /// Reads one unit; gives statistics by block.
    fn read(
        &self,
        array: &ArrayNode,
        item: usize,
        mut unit: Unit<'_>,
    ) -> Result<Vec<(usize, Stats)>, Diagnostic> {
        let tree = self.round.tree;
        let mut learnt = Vec::new();
        let read = |slab: &_, out: &mut [u8]| match (&array.storage, tree.files.get(array.file)) {
            (Storage::Contiguous { offset }, Some(file)) => {
                contiguous::read(file, array, *offset, item, slab, out)
            }
            _ => tree.read_into(array, slab, out),
        };
        // Copying from the page cache is so fast that statistics would be felt.
        let decoded = !matches!(array.storage, Storage::Contiguous { .. });
        let of = |out: &[u8]| if decoded { stats::of(array.dtype, out) } else { Stats::default() };
        if unit.is_direct() {
            for target in &mut unit.targets {
                populate_for_writing(target.out);
                read(&unit.read, target.out).map_err(|err| err.to_diagnostic())?;
                learnt.push((target.block, of(target.out)));
            }
        } else {
            let mut aside = vec![0; unit.read.count() * item];
            read(&unit.read, &mut aside).map_err(|err| err.to_diagnostic())?;
            for target in &mut unit.targets {
                copy_box(&unit.read, &aside, &target.slab, item, target.out);
                learnt.push((target.block, of(target.out)));
            }
        }
        Ok(learnt)
    }

    fn mark(&self, number: usize, state: u64) {
        self.round.counters[HEAD + number].store(state, Ordering::Relaxed);
    }

    /// Tells that a leaf cannot be read.
    fn fail(&self, number: usize, why: Diagnostic) {
        let path = self.round.wanted[number].path.clone();
        say(self.channel, &Word::Failed { leaf: number, path, why }, &[]);
    }
}

/// Tells the parent; `false` if it is gone (then this process ends at once anyway).
fn say(channel: &Channel, word: &Word, descriptors: &[BorrowedFd<'_>]) -> bool {
    let bytes = serde_json::to_vec(word).unwrap_or_default();
    channel.send(&bytes, descriptors).is_ok()
}

/// Runs a decoder; a panic in it is that leaf's error.
fn guarded<T>(path: &str, read: impl FnOnce() -> Result<T, Diagnostic>) -> Result<T, Diagnostic> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let said = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("without a word");
        Err(Diagnostic::error(format!("the reader of `{path}` panicked")).caused_by(said))
    })
}

/// The checksums of a filled block.
fn sums_of(buffer: &BlockBuffers<'_>) -> Vec<u32> {
    let parts: Vec<&[u8]> = sums::parts(buffer.values).chain(sums::parts(buffer.texts)).collect();
    parts.into_par_iter().map(sums::sum).collect()
}

/// The bytes of numbers.
fn bytes_of(values: &Values) -> Option<&[u8]> {
    crate::with_numeric!(values, buf => Some(bytemuck::cast_slice(buf)), str _texts => None)
}
