//! The ways that copy data, for comparison: `shmplot bench-run`, in a process of its own and its children.
//!
//! They favour the copying ways where there is a choice: figures of threads and pipes are not synced to
//! disk, and what a pool would pickle besides the arrays is not sent.

use super::measure::Told;
use super::mode::Mode;
use crate::data::{Labelled, Slab, Values};
use crate::diag::{Diagnostic, Event, ExitCode, Outcome};
use crate::figure;
use crate::output::publish;
use crate::plan::{FigureTask, Plan};
use crate::pool;
use crate::run::{Input, Prepared, Stop, prepare};
use crate::source::Tree;
use crate::sys::{ForkOptions, Inherit, fork};
use crate::transform::Inputs;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// One run; gives what is to be printed.
///
/// # Errors
/// Whatever keeps a figure from being drawn; figures that fail alone unless `lenient`.
pub fn run_one(mode: Mode, workers: usize, input: &Input, out: &Path, lenient: bool) -> Result<String, Stop> {
    let Prepared { plan, tree, .. } = prepare(input)?;
    let stop = |error| Stop::one(ExitCode::SomeFailed, error);
    if let Some(record) = plan.settled.first().filter(|_| !lenient) {
        return Err(stop(Diagnostic::error(format!("{}: {:?}", record.name, record.outcome))));
    }
    let job = Job { plan: &plan, tree: &tree, workers: workers.max(1), out };
    let mut tally = Tally::default();
    let load_s = match mode {
        Mode::OwnCopy => job.own_copy(&mut tally),
        Mode::ForkAfterLoad => job.fork_after_load(&mut tally),
        Mode::PipedTasks => job.piped(&mut tally),
        Mode::Threads => job.threads(&mut tally),
        Mode::Auto | Mode::ZeroCopy | Mode::InPlace | Mode::FileArena => {
            Err(Diagnostic::error(format!("`{}` is a matter of `render`", mode.name())))
        }
    }
    .map_err(stop)?;
    if let Some(failure) = tally.first.filter(|_| !lenient) {
        return Err(stop(Diagnostic::error(failure)));
    }
    let failed = tally.failed + plan.settled.iter().filter(|record| !is_fine(&record.outcome)).count();
    serde_json::to_string(&Told { load_s, failed }).map_err(|error| stop(Diagnostic::from_error(&error)))
}

fn is_fine(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Ok { .. } | Outcome::Skipped(_) | Outcome::Unchanged)
}

/// Figures that failed.
#[derive(Debug, Default)]
struct Tally {
    failed: usize,
    /// What the first one says.
    first: Option<String>,
}

impl Tally {
    fn take(&mut self, name: &str, outcome: &Outcome) {
        if !is_fine(outcome) {
            self.failed += 1;
            self.first.get_or_insert_with(|| format!("{name}: {}", outcome.reason().unwrap_or_default()));
        }
    }
}

/// Leaves on this process's heap.
struct Heap(BTreeMap<String, Labelled>);

impl Heap {
    /// All that the plan demands, whole arrays.
    fn load(plan: &Plan, tree: &Tree) -> Result<Self, Diagnostic> {
        let mut leaves = BTreeMap::new();
        for path in plan.demand.0.keys() {
            let array = tree.array(path).map_err(|error| Diagnostic::from_error(&error))?;
            let values = tree.read(array, &Slab::all(&array.shape));
            let values = values.map_err(|error| Diagnostic::from_error(&error))?;
            leaves.insert(path.clone(), leaf(tree, path, values)?);
        }
        Ok(Self(leaves))
    }
}

impl Inputs for Heap {
    fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic> {
        self.0.get(path).cloned().ok_or_else(|| Diagnostic::error(format!("`{path}` is not loaded")))
    }

    fn is_left_out(&self, path: &str) -> bool {
        !self.0.contains_key(path)
    }
}

/// An array of the tree with these values, all of them.
fn leaf(tree: &Tree, path: &str, values: Values) -> Result<Labelled, Diagnostic> {
    let error = |error| Diagnostic::from_error(&error);
    let array = tree.array(path).map_err(error)?;
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut leaf = Labelled::contiguous(array.dims.clone(), array.shape.clone(), values).named(name);
    leaf.coords = tree.coords(path).map_err(error)?;
    leaf.attrs = array.attrs.clone();
    Ok(leaf)
}

/// What is drawn, from what, by how many, and where to.
struct Job<'p> {
    plan: &'p Plan,
    tree: &'p Tree,
    workers: usize,
    out: &'p Path,
}

impl Job<'_> {
    fn own_copy(&self, tally: &mut Tally) -> Result<f64, Diagnostic> {
        // Each worker is a process of its own and fills its own cell.
        let heap: OnceCell<Heap> = OnceCell::new();
        self.forked(tally, &|task| {
            if heap.get().is_none() {
                // The cell is empty, and only this thread can fill it.
                let _ = heap.set(Heap::load(self.plan, self.tree)?);
            }
            let heap = heap.get().ok_or_else(|| Diagnostic::error("nothing was loaded"))?;
            figure::draw(task, heap)
        })?;
        Ok(0.0)
    }

    fn fork_after_load(&self, tally: &mut Tally) -> Result<f64, Diagnostic> {
        let started = Instant::now();
        let heap = Heap::load(self.plan, self.tree)?;
        let load_s = started.elapsed().as_secs_f64();
        self.forked(tally, &|task| figure::draw(task, &heap))?;
        Ok(load_s)
    }

    /// Runs the pool over the plan, every figure by `draw` in its worker.
    fn forked(
        &self,
        tally: &mut Tally,
        draw: &dyn Fn(&FigureTask) -> Result<figure::Drawn, Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let tasks = self
            .plan
            .tasks
            .iter()
            .map(|task| pool::Task {
                name: task.name.clone(),
                point: task.point.clone(),
                outputs: task.outputs.iter().map(|output| output.path.clone()).collect(),
                group: 0,
                cost: 1,
                needs: Vec::new(),
                kind: pool::Kind::Figure,
            })
            .collect();
        let limits = pool::Limits { worker_anon: u64::MAX, ..pool::Limits::default() };
        let options = pool::Options {
            workers: self.workers,
            timeout: None,
            fail_fast: false,
            out: self.out.to_path_buf(),
            run_id: publish::run_id(),
            arena_bytes: 0,
            mapped: Vec::new(),
            budget: None,
            limits,
        };
        let one = |index: usize| {
            let drawn = draw(&self.plan.tasks[index])?;
            Ok(pool::Drawn { files: pool::Files::Bytes(drawn.files), warnings: drawn.warnings })
        };
        let work = pool::Work { tasks, parcels: Vec::new() };
        pool::run(&work, &options, &mut pool::NoSupply, &one, &mut |event| {
            if let Event::Finished(record) = event {
                tally.take(&record.name, &record.outcome);
            }
        })
    }

    fn threads(&self, tally: &mut Tally) -> Result<f64, Diagnostic> {
        let started = Instant::now();
        let heap = Heap::load(self.plan, self.tree)?;
        let load_s = started.elapsed().as_secs_f64();
        let next = AtomicUsize::new(0);
        let ends: Vec<(usize, Outcome)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.workers)
                .map(|_| {
                    scope.spawn(|| {
                        let mut ends = Vec::new();
                        loop {
                            let index = next.fetch_add(1, Ordering::Relaxed);
                            let Some(task) = self.plan.tasks.get(index) else { return ends };
                            ends.push((index, self.draw_to_disk(task, &heap)));
                        }
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
        });
        if ends.len() < self.plan.tasks.len() {
            return Err(Diagnostic::error("a drawing thread panicked"));
        }
        ends.iter().for_each(|(index, outcome)| tally.take(&self.plan.tasks[*index].name, outcome));
        Ok(load_s)
    }

    /// Draws a figure and writes its files under their final names.
    fn draw_to_disk(&self, task: &FigureTask, inputs: &dyn Inputs) -> Outcome {
        let drawn = figure::draw(task, inputs).and_then(|drawn| {
            for (output, bytes) in task.outputs.iter().zip(&drawn.files) {
                let path = self.out.join(&output.path);
                let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
                written
                    .and_then(|()| std::fs::write(&path, bytes))
                    .map_err(|error| publish::failure("cannot write", &path, &error))?;
            }
            Ok(drawn.files.iter().map(|bytes| bytes.len() as u64).sum())
        });
        match drawn {
            Ok(bytes) => Outcome::Ok { files: Vec::new(), bytes },
            Err(error) => Outcome::of_error(error),
        }
    }

    /// Workers are forked before anything is loaded; then a thread for each of them serialises the arrays
    /// of its tasks and sends them.
    fn piped(&self, tally: &mut Tally) -> Result<f64, Diagnostic> {
        let failed = |error: io::Error| Diagnostic::error("cannot run workers").caused_by(error.to_string());
        let mut children = Vec::new();
        let mut streams = Vec::new();
        for _ in 0..self.workers {
            let (ours, theirs) = UnixStream::pair().map_err(failed)?;
            let keep = [theirs.as_fd()];
            let options = ForkOptions { inherit: Inherit::Only(&keep), ..ForkOptions::default() };
            children.push(fork(&options, || self.serve(&theirs)).map_err(failed)?);
            streams.push(ours);
        }
        let started = Instant::now();
        let heap = Heap::load(self.plan, self.tree)?;
        let load_s = started.elapsed().as_secs_f64();
        let next = AtomicUsize::new(0);
        let (heap, next) = (&heap, &next);
        let ends: Vec<io::Result<Vec<(usize, Outcome)>>> = std::thread::scope(|scope| {
            let threads: Vec<_> = streams
                .into_iter()
                .map(|stream| scope.spawn(move || self.feed(stream, heap, next)))
                .collect();
            let lost = || Err(io::Error::other("a sending thread panicked"));
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| lost())).collect()
        });
        for ends in ends {
            for (index, outcome) in ends.map_err(failed)? {
                tally.take(&self.plan.tasks[index].name, &outcome);
            }
        }
        for mut child in children {
            child.wait().map_err(failed)?;
        }
        Ok(load_s)
    }

    /// Sends tasks to a worker until there are none.
    fn feed(
        &self,
        mut stream: UnixStream,
        heap: &Heap,
        next: &AtomicUsize,
    ) -> io::Result<Vec<(usize, Outcome)>> {
        let mut ends = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = self.plan.tasks.get(index) else { return Ok(ends) };
            let mut message = Vec::new();
            for path in task.demand.0.keys() {
                let bytes = heap.0.get(path).and_then(bytes_of).unwrap_or_default();
                message.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
                message.extend_from_slice(bytes);
            }
            stream.write_all(&(index as u64).to_le_bytes())?;
            stream.write_all(&(message.len() as u64).to_le_bytes())?;
            stream.write_all(&message)?;
            drop(message);
            let mut len = [0; 8];
            stream.read_exact(&mut len)?;
            let mut said = vec![0; u64::from_le_bytes(len) as usize];
            stream.read_exact(&mut said)?;
            let said = String::from_utf8_lossy(&said).into_owned();
            let fine = said.is_empty();
            let outcome = if fine {
                Outcome::Ok { files: Vec::new(), bytes: 0 }
            } else {
                Outcome::Failed(Diagnostic::error(said))
            };
            ends.push((index, outcome));
        }
    }

    /// The life of a worker at the other end.
    fn serve(&self, stream: &UnixStream) -> i32 {
        // The name by which the one who measures knows workers.
        let _ = nix::sys::prctl::set_name(c"shmplot:worker");
        let mut stream = stream;
        loop {
            let mut head = [0; 16];
            if stream.read_exact(&mut head).is_err() {
                return 0;
            }
            let number = |bytes: &[u8]| {
                bytes.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)) as usize
            };
            let (index, len) = (number(&head[..8]), number(&head[8..]));
            let mut message = vec![0; len];
            if stream.read_exact(&mut message).is_err() {
                return 1;
            }
            let task = &self.plan.tasks[index];
            let said = match self.unpack(task, &message) {
                Ok(heap) => {
                    drop(message);
                    let outcome = self.draw_to_disk(task, &heap);
                    if is_fine(&outcome) { String::new() } else { outcome.reason().unwrap_or_default() }
                }
                Err(error) => error.to_string(),
            };
            let len = (said.len() as u64).to_le_bytes();
            if stream.write_all(&len).and_then(|()| stream.write_all(said.as_bytes())).is_err() {
                return 1;
            }
        }
    }

    /// The arrays of a message, copied out of it.
    fn unpack(&self, task: &FigureTask, message: &[u8]) -> Result<Heap, Diagnostic> {
        let broken = || Diagnostic::error("a broken message");
        let mut rest = message;
        let mut leaves = BTreeMap::new();
        for path in task.demand.0.keys() {
            let (len, behind) = rest.split_first_chunk::<8>().ok_or_else(broken)?;
            let (bytes, behind) =
                behind.split_at_checked(u64::from_le_bytes(*len) as usize).ok_or_else(broken)?;
            rest = behind;
            let array = self.tree.array(path).map_err(|error| Diagnostic::from_error(&error))?;
            // Texts are few: their worker reads them itself.
            let values = match Values::from_ne_bytes(array.dtype, bytes) {
                Some(values) if values.len() == array.shape.iter().product::<usize>() => values,
                _ => {
                    let values = self.tree.read(array, &Slab::all(&array.shape));
                    values.map_err(|error| Diagnostic::from_error(&error))?
                }
            };
            leaves.insert(path.clone(), leaf(self.tree, path, values)?);
        }
        Ok(Heap(leaves))
    }
}

/// The bytes of an array of numbers that lies in one piece.
fn bytes_of(array: &Labelled) -> Option<&[u8]> {
    let values = match &array.grid.parts[..] {
        [Some(part)] => &part.values,
        _ => return None,
    };
    crate::with_numeric!(&**values, buf => Some(bytemuck::cast_slice(buf)), str _texts => None)
}
