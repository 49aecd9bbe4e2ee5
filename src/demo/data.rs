//! Runs the simulations of the demo and writes them as a simulation would: one HDF5 file (of a large demo
//! one Zarr group) a universe, one HDF5 file for the Ising lattices, and a CSV table of runs. HDF5 is
//! written by hdf5-pure.

use super::simulate::{GrayScott, Ising, PATTERNS, Pattern};
use super::zarr::Group;
use crate::diag::Diagnostic;
use hdf5_pure::{AttrValue, DatasetBuilder, FileBuilder};
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Fields of all universes together that may be held in memory on their way to a file: above that they are
/// written frame by frame, so that a demo can be larger than the memory.
const MOST_HELD: u64 = 2 << 30;
const MODEL: &str = "Gray-Scott reaction-diffusion";

/// How much to simulate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Cells along each side of a reaction–diffusion universe.
    pub side: usize,
    /// Recorded frames.
    pub frames: usize,
    /// Steps between two frames.
    pub stride: usize,
}

impl Extent {
    /// A second of work: 6 × 2 × 3 MB.
    pub const SMALL: Self = Self { side: 160, frames: 31, stride: 200 };

    /// The smallest extent whose fields take at least `bytes`; frames are 512 × 512.
    pub fn of_bytes(bytes: u64) -> Self {
        let side = if bytes < 64 << 20 { 160 } else { 512 };
        let frame = (side * side * 4 * 2 * PATTERNS.len()) as u64;
        let frames = bytes.div_ceil(frame).max(4) as usize;
        Self { side, frames, stride: (6400 / frames).max(8) }
    }

    /// Bytes of all fields.
    pub fn bytes(self) -> u64 {
        (self.side * self.side * self.frames * 4 * 2 * PATTERNS.len()) as u64
    }
}

const TEMPERATURES: [f64; 6] = [1.5, 2.0, 2.2, 2.3, 2.6, 3.5];
const ISING_SIDE: usize = 128;
const ISING_FRAMES: usize = 41;
const ISING_STRIDE: usize = 5;

/// Writes all data files below `dir`, which exists; `progress` is told what is being simulated.
///
/// # Errors
/// If a file cannot be written.
pub fn write(dir: &Path, extent: Extent, progress: &mut dyn FnMut(&str)) -> Result<(), Diagnostic> {
    let held = extent.bytes() <= MOST_HELD;
    let mut table = String::from("pattern,feed,kill,step,mean_v,std_v\n");
    for (i, pattern) in PATTERNS.iter().enumerate() {
        progress(pattern.name);
        universe(dir, extent, held, *pattern, i as u64 + 1, &mut table)?;
    }
    progress("ising");
    ising(dir)?;
    save(&dir.join("runs.csv"), table.as_bytes())
}

fn universe(
    dir: &Path,
    extent: Extent,
    held: bool,
    pattern: Pattern,
    seed: u64,
    table: &mut String,
) -> Result<(), Diagnostic> {
    let Extent { side, frames, stride } = extent;
    let mut system = GrayScott::new(side, pattern, seed);
    let mut fields = Fields::new(dir, extent, held, pattern)?;
    let (mut times, mut means) = (Vec::new(), Vec::new());
    for frame in 0..frames {
        if frame > 0 {
            system.advance(stride);
        }
        fields.frame(frame, [system.u(), system.v()])?;
        times.push((frame * stride) as i64);
        let (mean, std) = moments(system.v());
        means.push(mean);
        // Writing to a String cannot fail.
        let _ = writeln!(
            table,
            "{},{},{},{},{mean:.6},{std:.6}",
            pattern.name,
            pattern.feed,
            pattern.kill,
            frame * stride
        );
    }
    fields.finish(&times, &means)
}

/// The fields of a universe: name and meaning.
const FIELDS: [(&str, &str); 2] = [("u", "substrate u"), ("v", "activator v")];

/// What is written of a universe: an HDF5 file, which is held until it is whole, or, where that would take
/// too much memory, a Zarr group that grows frame by frame.
enum Fields {
    Held { path: PathBuf, extent: Extent, pattern: Pattern, values: [Vec<f32>; 2] },
    Growing(Group),
}

impl Fields {
    fn new(dir: &Path, extent: Extent, held: bool, pattern: Pattern) -> Result<Self, Diagnostic> {
        if held {
            let room = || Vec::with_capacity(extent.side * extent.side * extent.frames);
            let path = dir.join(format!("{}.h5", pattern.name));
            return Ok(Self::Held { path, extent, pattern, values: [room(), room()] });
        }
        let attrs = json!({
            "model": MODEL, "feed": f64::from(pattern.feed), "kill": f64::from(pattern.kill)
        });
        let group = Group::create(&dir.join(format!("{}.zarr", pattern.name)), &attrs)?;
        let shape = [extent.frames, extent.side, extent.side];
        for (name, meaning) in FIELDS {
            group.array(name, "<f4", &["time", "y", "x"], &shape, &[1, extent.side, extent.side], meaning)?;
        }
        Ok(Self::Growing(group))
    }

    fn frame(&mut self, frame: usize, fields: [&[f32]; 2]) -> Result<(), Diagnostic> {
        match self {
            Self::Held { values, .. } => {
                values.iter_mut().zip(fields).for_each(|(all, values)| all.extend_from_slice(values));
                Ok(())
            }
            Self::Growing(group) => FIELDS.iter().zip(fields).try_for_each(|((name, _), values)| {
                let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                group.chunk(name, &[frame, 0, 0], &bytes)
            }),
        }
    }

    fn finish(self, times: &[i64], means: &[f64]) -> Result<(), Diagnostic> {
        let (path, extent, pattern, values) = match self {
            Self::Held { path, extent, pattern, values } => (path, extent, pattern, values),
            Self::Growing(group) => {
                let bytes: Vec<u8> = times.iter().flat_map(|time| time.to_le_bytes()).collect();
                group.whole("time", "<i8", &["time"], &bytes, "step")?;
                let bytes: Vec<u8> = means.iter().flat_map(|mean| mean.to_le_bytes()).collect();
                return group.whole("mean_v", "<f8", &["time"], &bytes, "mean activator");
            }
        };
        let mut file = FileBuilder::new();
        file.set_attr("model", text(MODEL));
        file.set_attr("feed", AttrValue::F64(pattern.feed.into()));
        file.set_attr("kill", AttrValue::F64(pattern.kill.into()));
        let shape = [extent.frames as u64, extent.side as u64, extent.side as u64];
        for ((name, meaning), values) in FIELDS.iter().zip(values) {
            let dataset = file.create_dataset(name).with_f32_data(&values).with_shape(&shape);
            dataset.set_attr("long_name", text(meaning));
            label(dataset, &["time", "y", "x"], Some(times));
        }
        let dataset = file.create_dataset("mean_v").with_f64_data(means);
        dataset.set_attr("long_name", text("mean activator"));
        label(dataset, &["time"], Some(times));
        finish(file, &path)
    }
}

fn ising(dir: &Path) -> Result<(), Diagnostic> {
    let mut spins = Vec::new();
    let (mut magnetization, mut energy) = (Vec::new(), Vec::new());
    for (i, temperature) in TEMPERATURES.iter().enumerate() {
        let mut lattice = Ising::new(ISING_SIDE, *temperature, 100 + i as u64);
        for frame in 0..ISING_FRAMES {
            if frame > 0 {
                lattice.sweep(ISING_STRIDE);
            }
            spins.extend_from_slice(lattice.spins());
            magnetization.push(lattice.magnetization());
            energy.push(lattice.energy());
        }
    }
    let times: Vec<i64> = (0..ISING_FRAMES).map(|i| (i * ISING_STRIDE) as i64).collect();
    let (runs, frames, side) = (TEMPERATURES.len() as u64, ISING_FRAMES as u64, ISING_SIDE as u64);
    let mut file = FileBuilder::new();
    file.set_attr("model", text("2-D Ising, Metropolis"));
    let temperatures = |dataset: &mut DatasetBuilder| {
        dataset.set_attr("coords__temperature", AttrValue::F64Array(TEMPERATURES.to_vec()));
    };
    let dataset = file.create_dataset("spins").with_i8_data(&spins).with_shape(&[runs, frames, side, side]);
    dataset.with_chunks(&[1, 1, side, side]).with_deflate(4);
    dataset.set_attr("long_name", text("spin"));
    temperatures(dataset);
    label(dataset, &["temperature", "time", "y", "x"], Some(&times));
    for (name, values, meaning) in
        [("magnetization", &magnetization, "magnetization m"), ("energy", &energy, "energy per site")]
    {
        let dataset = file.create_dataset(name).with_f64_data(values).with_shape(&[runs, frames]);
        dataset.set_attr("long_name", text(meaning));
        temperatures(dataset);
        label(dataset, &["temperature", "time"], Some(&times));
    }
    finish(file, &dir.join("ising.h5"))
}

/// Names of axes and the time coordinate, as DIALECT (b) reads them.
fn label(dataset: &mut DatasetBuilder, dims: &[&str], times: Option<&[i64]>) {
    let names = dims.iter().map(|dim| (*dim).to_owned()).collect();
    dataset.set_attr("dim_names", AttrValue::StringArray(names));
    if let Some(times) = times {
        dataset.set_attr("coords__time", AttrValue::I64Array(times.to_vec()));
    }
    for dim in dims.iter().filter(|dim| matches!(**dim, "x" | "y")) {
        dataset.set_attr(&format!("coords_mode__{dim}"), text("trivial"));
    }
}

fn text(value: &str) -> AttrValue {
    AttrValue::String(value.to_owned())
}

/// Mean and standard deviation.
fn moments(values: &[f32]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
    let variance = values.iter().map(|v| (f64::from(*v) - mean) * (f64::from(*v) - mean)).sum::<f64>() / n;
    (mean, variance.sqrt())
}

fn finish(file: FileBuilder, path: &Path) -> Result<(), Diagnostic> {
    file.write(path).map_err(|error| cannot_write(path, &error))
}

fn save(path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    std::fs::write(path, bytes).map_err(|error| cannot_write(path, &error))
}

pub(super) fn cannot_write(path: &Path, error: &dyn std::error::Error) -> Diagnostic {
    Diagnostic::from_error(error).caused_by(format!("while writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Slab;
    use crate::source;

    #[test]
    fn a_universe_has_the_same_fields_whether_held_or_written_frame_by_frame() {
        let extent = Extent { side: 12, frames: 5, stride: 3 };
        let read = |held: bool| {
            let dir = tempfile::tempdir().unwrap();
            universe(dir.path(), extent, held, PATTERNS[0], 7, &mut String::new()).unwrap();
            let tree = source::open(&[dir.path().to_owned()]).unwrap().value;
            ["coral/u", "coral/v", "coral/mean_v"].map(|path| {
                let array = tree.array(path).unwrap();
                let values = tree.read(array, &Slab::all(&array.shape)).unwrap();
                let time = tree.coord(path, "time").unwrap().unwrap().to_values().unwrap();
                let numbers = |values: &crate::data::Values| -> Vec<f64> {
                    (0..values.len()).map(|i| values.f64_at(i).unwrap()).collect()
                };
                (array.dims.clone(), numbers(&values), numbers(&time))
            })
        };
        let held = read(true);
        assert_eq!(held, read(false));
        assert_eq!((held[0].1.len(), held[0].2.clone()), (5 * 12 * 12, vec![0.0, 3.0, 6.0, 9.0, 12.0]));
    }
}
