//! What is drawn in a comparison: a made-up cube, the demo, or a project of the user's.

use super::Options;
use crate::demo;
use crate::diag::{Diagnostic, ExitCode};
use crate::output::publish;
use crate::plan::demanded_bytes;
use crate::run::{Input, Prepared, Stop, prepare};
use hdf5_pure::FileBuilder;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Cells along each side of a heat map.
const SIDE: usize = 512;

/// The figures and data of a comparison.
#[derive(Clone, Debug)]
pub enum Work {
    /// Heat maps of a cube, which is written.
    Cube(Cube),
    /// The demo, of so many bytes or small.
    Demo(Option<u64>),
    /// A plots configuration with data.
    Project(Box<Input>),
}

/// A float64 cube of steps of 512 × 512 cells, and what is drawn of it.
#[derive(Clone, Copy, Debug)]
pub struct Cube {
    /// Its size.
    pub bytes: u64,
    /// Whether it lies in an HDF5 file, in chunks compressed by shuffle and deflate, instead of a npy file.
    pub compressed: bool,
    /// What its figures are.
    pub figures: Figures,
}

/// The figures of a cube.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figures {
    /// 64 heat maps, each the mean of its share of the steps: all data are demanded.
    Means,
    /// 60 heat maps of single steps, evenly spaced.
    Slices,
}

/// Work with its data at hand.
pub(super) struct Ready {
    pub(super) input: Input,
    /// Whether figures may fail.
    pub(super) lenient: bool,
    /// Bytes that the figures demand.
    pub(super) bytes: u64,
    /// The files that they are.
    pub(super) outputs: Vec<PathBuf>,
}

/// Writes what is to be written, and plans once to know figures and bytes.
pub(super) fn ready(work: &Work, options: &Options, progress: &mut dyn FnMut(&str)) -> Result<Ready, Stop> {
    let stop = |error| Stop::one(ExitCode::SomeFailed, error);
    let plots = options.dir.join("plots.yml");
    let (input, lenient) = match work {
        Work::Cube(cube) => {
            let figures = cube.figures.count();
            let steps =
                (cube.bytes / (SIDE * SIDE * 8) as u64).max(figures as u64) as usize / figures * figures;
            let name = if cube.compressed { "cube.h5" } else { "cube.npy" };
            let data = options.dir.join(name);
            progress(&format!("writing {steps} steps of {SIDE} × {SIDE} to {}", data.display()));
            let written = if cube.compressed { write_hdf5(&data, steps) } else { write_npy(&data, steps) };
            written.map_err(|error| stop(publish::failure("cannot write", &data, &error)))?;
            let path = if cube.compressed { "cube" } else { "data" };
            publish::publish(&plots, plots_for(cube.figures, steps, path).as_bytes()).map_err(stop)?;
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
    if let Some(film) = plan.tasks.iter().find_map(|task| task.film.as_ref()) {
        let error = Diagnostic::error(format!("`{}` is a film, which cannot be compared", film.name));
        return Err(Stop::one(ExitCode::Usage, error.at(film.place.clone())));
    }
    let outputs =
        plan.tasks.iter().flat_map(|task| task.outputs.iter().map(|output| output.path.clone())).collect();
    Ok(Ready { bytes: demanded_bytes(&plan.demand, &tree), input, lenient, outputs })
}

impl Figures {
    /// How many there are.
    pub fn count(self) -> usize {
        match self {
            Self::Means => 64,
            Self::Slices => 60,
        }
    }
}

/// Smooth moving waves, one step after the other.
struct Waves(Vec<f64>);

impl Waves {
    fn new() -> Self {
        Self((0..4 * SIDE).map(|i| libm::sin(i as f64 * 0.02)).collect())
    }

    fn step(&self, step: usize) -> impl Iterator<Item = f64> {
        (0..SIDE).flat_map(move |row| {
            (0..SIDE)
                .map(move |col| self.0[(row + step) % (3 * SIDE)] * self.0[(col + 2 * step) % (3 * SIDE)])
        })
    }
}

/// A cube as a npy file, written step by step.
fn write_npy(path: &Path, steps: usize) -> std::io::Result<()> {
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
    let waves = Waves::new();
    for step in 0..steps {
        for value in waves.step(step) {
            file.write_all(&value.to_le_bytes())?;
        }
    }
    file.flush()
}

/// A cube as a compressed dataset `cube`, a step a chunk.
fn write_hdf5(path: &Path, steps: usize) -> std::io::Result<()> {
    let waves = Waves::new();
    let values: Vec<f64> = (0..steps).flat_map(|step| waves.step(step)).collect();
    let mut file = FileBuilder::new();
    let shape = [steps as u64, SIDE as u64, SIDE as u64];
    let dataset = file.create_dataset("cube").with_f64_data(&values).with_shape(&shape);
    drop(values);
    dataset.with_chunks(&[1, SIDE as u64, SIDE as u64]).with_shuffle().with_deflate(4);
    file.write(path).map_err(std::io::Error::other)
}

/// The configuration of a cube's figures.
fn plots_for(figures: Figures, steps: usize, path: &str) -> String {
    let stretch = steps / figures.count();
    let mut text = String::from("# The figures of `shmplot bench`.\n");
    for i in 0..figures.count() {
        let (start, stop) = (i * stretch, (i + 1) * stretch);
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "heat_{i:02}:\n  based_on: [.creator.pyplot, .plot.facet_grid.pcolormesh]\n  file_ext: png\n  \
             style: {{figure.figsize: [8, 6], figure.dpi: 100, axes.grid: false}}\n  \
             select:\n    data:\n      path: {path}\n      transform:\n",
        );
        let _ = match figures {
            Figures::Means => write!(
                text,
                "        - .isel: [!dag_prev , {{dim_0: !slice [{start}, {stop}]}}]\n        \
                 - .mean: [!dag_prev , dim_0]\n",
            ),
            Figures::Slices => writeln!(text, "        - .isel: [!dag_prev , {{dim_0: {start}}}]"),
        };
    }
    text
}
