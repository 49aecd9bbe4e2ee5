//! `shmplot bench`: the same figures by zero-copy workers and by copying ones, each in a fresh
//! process, with time and memory from the kernel.
//!
//! The figures are 64 heat maps, each the mean of its share of a cube's steps, so that all data are
//! demanded; or those of a project, of which some may fail. The parent samples the sum of PSS over the child's processes; a mode's figures must be
//! the same bytes as the first mode's, else nothing is compared.

use crate::arena::{self, Arena};
use crate::data::{Labelled, Slab};
use crate::demo;
use crate::diag::{Diagnostic, Event, ExitCode, Outcome};
use crate::figure;
use crate::output::publish;
use crate::plan::{Plan, demanded_bytes};
use crate::pool;
use crate::run::{DataInput, Input, Prepared, Stop, prepare};
use crate::source::Tree;
use crate::sys::memory;
use crate::transform::Inputs;
use serde::{Deserialize, Serialize};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Figures of a comparison.
const FIGURES: usize = 64;
/// Cells along each side of a heat map.
const SIDE: usize = 512;

/// From one look at the memory to the next.
const SAMPLING: Duration = Duration::from_millis(20);

/// A way of giving data to workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Loaded once into sealed memory, mapped by all.
    ZeroCopy,
    /// Every worker loads its own tree.
    OwnCopy,
    /// Loaded onto the parent's heap, then forked.
    ForkAfterLoad,
}

impl Mode {
    /// As typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::ZeroCopy => "zero-copy",
            Self::OwnCopy => "own-copy",
            Self::ForkAfterLoad => "fork-after-load",
        }
    }

    /// The mode of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::ZeroCopy, Self::OwnCopy, Self::ForkAfterLoad].into_iter().find(|mode| mode.name() == name)
    }
}

/// What to compare.
#[derive(Clone, Debug)]
pub struct Options {
    /// Ways.
    pub modes: Vec<Mode>,
    /// Numbers of workers.
    pub workers: Vec<usize>,
    /// What is drawn.
    pub work: Work,
    /// Folder for data and figures.
    pub dir: PathBuf,
}

/// The figures and data of a comparison.
#[derive(Clone, Debug)]
pub enum Work {
    /// Heat maps of a cube of so many bytes, which is written.
    Cube(u64),
    /// The demo, of so many bytes or small.
    Demo(Option<u64>),
    /// A plots configuration with data.
    Project(Box<Input>),
}

/// Work with its data at hand.
struct Ready {
    input: Input,
    /// Whether figures may fail.
    lenient: bool,
    /// Bytes that the figures demand.
    bytes: u64,
    /// The files that they are.
    outputs: Vec<PathBuf>,
}

/// One measured run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measured {
    /// How the workers had the data.
    pub mode: Mode,
    /// Workers.
    pub workers: usize,
    /// Seconds from start to end of the whole process.
    pub wall_s: f64,
    /// Seconds until the data were there, before the first figure; 0 where workers load.
    pub load_s: f64,
    /// CPU seconds of all its processes.
    pub cpu_s: f64,
    /// Largest sum of PSS over its processes, bytes.
    pub pss_peak_bytes: u64,
    /// Largest anonymous memory of a worker, bytes.
    pub worker_anon_bytes: u64,
    /// Figures that failed, the same in every run.
    pub failed: usize,
    /// Hash over all figures' bytes.
    pub pictures: u64,
}

/// What a child tells on its stdout.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct ChildReport {
    load_s: f64,
    cpu_s: f64,
    worker_anon_bytes: u64,
    failed: usize,
}

/// A whole comparison.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// Bytes of the data.
    pub data_bytes: u64,
    /// Number of figures.
    pub figures: usize,
    /// The runs.
    pub runs: Vec<Measured>,
}

/// Makes the data ready, and runs every mode with every number of workers in a process of its own.
///
/// # Errors
/// Data that cannot be written or read, a run that fails, pictures that differ.
pub fn compare(options: &Options, progress: &mut dyn FnMut(&str)) -> Result<Comparison, Stop> {
    let stop = |error| Stop::one(ExitCode::SomeFailed, error);
    std::fs::create_dir_all(&options.dir)
        .map_err(|error| stop(publish::failure("cannot create", &options.dir, &error)))?;
    let ready = ready(options, progress)?;
    let mut runs: Vec<Measured> = Vec::new();
    for workers in &options.workers {
        for mode in &options.modes {
            progress(&format!("{} with {workers} workers", mode.name()));
            let run = measure(options, &ready, *mode, *workers).map_err(stop)?;
            if let Some(first) = runs.first()
                && first.pictures != run.pictures
            {
                return Err(stop(Diagnostic::error(format!(
                    "the pictures of {} with {workers} workers differ from those of {} with {}: nothing to compare",
                    mode.name(),
                    first.mode.name(),
                    first.workers
                ))));
            }
            runs.push(run);
        }
    }
    Ok(Comparison { data_bytes: ready.bytes, figures: ready.outputs.len(), runs })
}

/// Writes what is to be written, and plans once to know figures and bytes.
fn ready(options: &Options, progress: &mut dyn FnMut(&str)) -> Result<Ready, Stop> {
    let stop = |error| Stop::one(ExitCode::SomeFailed, error);
    let plots = options.dir.join("plots.yml");
    let (input, lenient) = match &options.work {
        Work::Cube(size) => {
            let steps = (size / (SIDE * SIDE * 8) as u64).max(FIGURES as u64) as usize / FIGURES * FIGURES;
            let data = options.dir.join("cube.npy");
            progress(&format!("writing {steps} steps of {SIDE} × {SIDE} to {}", data.display()));
            write_cube(&data, steps)
                .map_err(|error| stop(publish::failure("cannot write", &data, &error)))?;
            publish::publish(&plots, plots_for(steps).as_bytes()).map_err(stop)?;
            (Input { plots, data: vec![data].into(), ..Input::default() }, false)
        }
        Work::Demo(size) => {
            let data = options.dir.join("data");
            std::fs::create_dir_all(&data)
                .map_err(|error| stop(publish::failure("cannot create", &data, &error)))?;
            let extent = size.map_or(demo::Extent::SMALL, demo::Extent::of_bytes);
            demo::write(&data, extent, progress).map_err(stop)?;
            publish::publish(&plots, demo::PLOTS.as_bytes()).map_err(stop)?;
            (Input { plots, data: vec![data].into(), ..Input::default() }, false)
        }
        Work::Project(input) => ((**input).clone(), true),
    };
    let Prepared { plan, tree, .. } = prepare(&input)?;
    let outputs =
        plan.tasks.iter().flat_map(|task| task.outputs.iter().map(|output| output.path.clone())).collect();
    Ok(Ready { bytes: demanded_bytes(&plan.demand, &tree), input, lenient, outputs })
}

/// A float64 cube of steps of smooth moving waves, as a npy file, written step by step.
fn write_cube(path: &Path, steps: usize) -> std::io::Result<()> {
    use std::io::Write;
    let mut header =
        format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({steps}, {SIDE}, {SIDE}), }}");
    // The npy format wants the data to begin at a multiple of 64 and the header to end in a newline.
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut file = std::io::BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
    file.write_all(b"\x93NUMPY\x01\x00")?;
    file.write_all(&(header.len() as u16).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    let wave: Vec<f64> = (0..4 * SIDE).map(|i| libm::sin(i as f64 * 0.02)).collect();
    for step in 0..steps {
        for row in 0..SIDE {
            for col in 0..SIDE {
                let value = wave[(row + step) % (3 * SIDE)] * wave[(col + 2 * step) % (3 * SIDE)];
                file.write_all(&value.to_le_bytes())?;
            }
        }
    }
    file.flush()
}

/// One heat map for each of 64 equal stretches of steps.
fn plots_for(steps: usize) -> String {
    let stretch = steps / FIGURES;
    let mut text = String::from("# The figures of `shmplot bench`.\n");
    for i in 0..FIGURES {
        let (start, stop) = (i * stretch, (i + 1) * stretch);
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "heat_{i:02}:\n  based_on: [.creator.pyplot, .plot.facet_grid.pcolormesh]\n  file_ext: png\n  \
             style: {{figure.figsize: [8, 6], figure.dpi: 100, axes.grid: false}}\n  \
             select:\n    data:\n      path: data\n      transform:\n        \
             - .isel: [!dag_prev , {{dim_0: !slice [{start}, {stop}]}}]\n        \
             - .mean: [!dag_prev , dim_0]\n",
        );
    }
    text
}

fn measure(options: &Options, ready: &Ready, mode: Mode, workers: usize) -> Result<Measured, Diagnostic> {
    let failed = |what: String| Diagnostic::error(format!("{} with {workers} workers: {what}", mode.name()));
    let out = options.dir.join(format!("{}-{workers}", mode.name()));
    let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let started = Instant::now();
    let mut command = Command::new(program);
    command.arg("bench-run").args([mode.name(), &workers.to_string()]).arg(&ready.input.plots).arg(&out);
    let DataInput { paths, load, join } = &ready.input.data;
    paths.iter().for_each(|path| {
        command.arg("--data").arg(path);
    });
    if let Some(load) = load {
        command.arg("--load").arg(load);
    }
    if let Some(join) = join {
        command.arg(if join.new { "--concat-new" } else { "--concat" }).arg(&join.dim);
    }
    ready.input.bases.iter().for_each(|base| {
        command.arg("--base").arg(base);
    });
    if ready.lenient {
        command.arg("--lenient");
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let mut peak = 0;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| failed(error.to_string()))? {
            break status;
        }
        peak = peak.max(memory::tree_share(child.id() as i32).pss);
        std::thread::sleep(SAMPLING);
    };
    let wall_s = started.elapsed().as_secs_f64();
    let mut told = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        std::io::Read::read_to_string(&mut stdout, &mut told).map_err(|error| failed(error.to_string()))?;
    }
    if !status.success() {
        return Err(failed(format!("ended with {status}")));
    }
    let report: ChildReport =
        serde_json::from_str(&told).map_err(|error| failed(format!("unreadable report: {error}")))?;
    let pictures = hash_pictures(&out, &ready.outputs).map_err(|error| failed(error.to_string()))?;
    Ok(Measured {
        mode,
        workers,
        wall_s,
        load_s: report.load_s,
        cpu_s: report.cpu_s,
        pss_peak_bytes: peak,
        worker_anon_bytes: report.worker_anon_bytes,
        failed: report.failed,
        pictures,
    })
}

/// Hash over the files that are there, and the names of those that are not.
fn hash_pictures(out: &Path, outputs: &[PathBuf]) -> std::io::Result<u64> {
    use std::hash::Hasher;
    let mut hash = twox_hash::XxHash64::with_seed(0);
    for path in outputs {
        match std::fs::read(out.join(path)) {
            Ok(bytes) => hash.write(&bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                hash.write(path.as_os_str().as_encoded_bytes());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(hash.finish())
}

/// The leaves of a demand on this process's heap.
struct Heap(BTreeMap<String, Labelled>);

impl Heap {
    fn load(plan: &Plan, tree: &Tree) -> Result<Self, Diagnostic> {
        let mut leaves = BTreeMap::new();
        for path in plan.demand.0.keys() {
            let error = |error| Diagnostic::from_error(&error);
            let array = tree.array(path).map_err(error)?;
            let values = tree.read(array, &Slab::all(&array.shape)).map_err(error)?;
            let name = path.rsplit('/').next().unwrap_or(path);
            let mut leaf = Labelled::contiguous(array.dims.clone(), array.shape.clone(), values).named(name);
            leaf.coords = tree.coords(path).map_err(error)?;
            leaf.attrs = array.attrs.clone();
            leaves.insert(path.clone(), leaf);
        }
        Ok(Self(leaves))
    }
}

impl Inputs for Heap {
    fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic> {
        self.0.get(path).cloned().ok_or_else(|| Diagnostic::error(format!("`{path}` is not loaded")))
    }
}

/// One measured run, in this process and its children: `shmplot bench-run`.
///
/// # Errors
/// Whatever keeps a figure from being drawn; figures that fail alone unless `lenient`.
pub fn run_one(mode: Mode, workers: usize, input: &Input, out: &Path, lenient: bool) -> Result<String, Stop> {
    let Prepared { plan, tree, .. } = prepare(input)?;
    let stop = |error| Stop::one(ExitCode::Data, error);
    if let Some(record) = plan.settled.first().filter(|_| !lenient) {
        return Err(stop(Diagnostic::error(format!("{}: {:?}", record.name, record.outcome))));
    }
    let started = Instant::now();
    let load_s = |started: Instant| started.elapsed().as_secs_f64();
    let job = Job { plan: &plan, workers, out, lenient };
    match mode {
        Mode::ZeroCopy => {
            let loaded = Arena::load(&plan.demand, &tree, &arena::Options::default(), &mut |_| {
                ControlFlow::Continue(())
            })
            .map_err(stop)?;
            drop(tree);
            let load_s = load_s(started);
            job.draw(loaded.arena.bytes(), load_s, &|| Ok(&loaded.arena))
        }
        Mode::ForkAfterLoad => {
            let heap = Heap::load(&plan, &tree).map_err(stop)?;
            drop(tree);
            let load_s = load_s(started);
            job.draw(0, load_s, &|| Ok(&heap))
        }
        Mode::OwnCopy => {
            // Each worker is a process of its own and fills its own cell.
            let heap: OnceCell<Heap> = OnceCell::new();
            job.draw(0, 0.0, &|| {
                if heap.get().is_none() {
                    // The cell is empty, and only this thread can fill it.
                    let _ = heap.set(Heap::load(&plan, &tree)?);
                }
                heap.get()
                    .map(|heap| heap as &dyn Inputs)
                    .ok_or_else(|| Diagnostic::error("nothing was loaded"))
            })
        }
    }
}

/// What is drawn, by how many, and where to.
struct Job<'p> {
    plan: &'p Plan,
    workers: usize,
    out: &'p Path,
    lenient: bool,
}

impl Job<'_> {
    /// Runs the pool over the plan, every figure with the inputs that `inputs` gives in its worker.
    fn draw<'a>(
        &self,
        arena_bytes: u64,
        load_s: f64,
        inputs: &dyn Fn() -> Result<&'a dyn Inputs, Diagnostic>,
    ) -> Result<String, Stop> {
        let Self { plan, workers, out, lenient } = *self;
        let stop = |error| Stop::one(ExitCode::SomeFailed, error);
        let tasks: Vec<pool::Task> = plan
            .tasks
            .iter()
            .map(|task| pool::Task {
                name: task.name.clone(),
                point: task.point.clone(),
                outputs: task.outputs.iter().map(|output| output.path.clone()).collect(),
                group: 0,
                cost: 1,
            })
            .collect();
        let limits = pool::Limits { worker_anon: u64::MAX, ..pool::Limits::default() };
        let options = pool::Options {
            workers,
            timeout: None,
            fail_fast: !lenient,
            out: out.to_path_buf(),
            run_id: publish::run_id(),
            arena_bytes,
            limits,
        };
        let mut failure = None;
        let mut failed = 0;
        let mut worker_anon_bytes = 0;
        let one = |index: usize| {
            let drawn = figure::draw(&plan.tasks[index], inputs()?)?;
            Ok(pool::Drawn { files: drawn.files, warnings: drawn.warnings })
        };
        pool::run(&tasks, &options, &one, &mut |event| {
            if let Event::Finished(record) = event {
                worker_anon_bytes = worker_anon_bytes.max(record.anon_bytes);
                if !matches!(record.outcome, Outcome::Ok { .. } | Outcome::Skipped(_)) {
                    failed += 1;
                    failure.get_or_insert(format!(
                        "{}: {}",
                        record.name,
                        record.outcome.reason().unwrap_or_default()
                    ));
                }
            }
        })
        .map_err(stop)?;
        if let Some(failure) = failure.filter(|_| !lenient) {
            return Err(stop(Diagnostic::error(failure)));
        }
        let report =
            ChildReport { load_s, cpu_s: memory::cpu_of_family().as_secs_f64(), worker_anon_bytes, failed };
        serde_json::to_string(&report).map_err(|error| stop(Diagnostic::from_error(&error)))
    }
}

/// A comparison as a table for people.
pub fn table(comparison: &Comparison) -> String {
    let failed = comparison.runs.first().map_or(0, |run| run.failed);
    let failed = if failed > 0 { format!(" ({failed} fail)") } else { String::new() };
    let mib = |bytes: u64| bytes as f64 / (1 << 20) as f64;
    let mut text = format!(
        "{} figures{failed} from {:.1} MiB, each mode in a fresh process\n\n{:<16} {:>7} {:>9} {:>9} {:>9} {:>14} {:>9} {:>13}\n",
        comparison.figures,
        mib(comparison.data_bytes),
        "mode",
        "workers",
        "wall s",
        "load s",
        "CPU s",
        "sum PSS MiB",
        "× data",
        "anon/worker",
    );
    for run in &comparison.runs {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:<16} {:>7} {:>9.2} {:>9.2} {:>9.2} {:>14.0} {:>9.2} {:>9.0} MiB",
            run.mode.name(),
            run.workers,
            run.wall_s,
            run.load_s,
            run.cpu_s,
            mib(run.pss_peak_bytes),
            run.pss_peak_bytes as f64 / comparison.data_bytes as f64,
            mib(run.worker_anon_bytes),
        );
    }
    text
}
