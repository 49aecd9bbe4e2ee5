//! A comparison as a figure, drawn by shmplot itself: its numbers as a data file, a configuration, and the
//! figure, all left for the user to change.

use super::{Comparison, Mode, Row};
use crate::diag::{Diagnostic, ExitCode};
use crate::output::publish;
use crate::report::Progress;
use crate::run::{self, Input, Options, Stop};
use hdf5_pure::{AttrValue, FileBuilder};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const MIB: f64 = (1 << 20) as f64;

/// What is shown of a row.
type Get = fn(&Row) -> f64;

/// What is shown: title of the panel, and the number.
const QUANTITIES: [(&str, Get); 3] = [
    ("sum of PSS [MiB]", |row| row.pss_peak_bytes.median / MIB),
    ("wall time [s]", |row| row.wall_s.median),
    ("CPU time [s]", |row| row.cpu_s.median),
];

/// Writes `bench.h5`, `bench.yml` and a PNG a size of the data into `dir`; gives the pictures' paths.
///
/// `options` are those of the run that draws; its input, output and number of workers are set here.
///
/// # Errors
/// A folder that cannot be written.
pub fn draw(comparison: &Comparison, dir: &Path, options: &Options) -> Result<Vec<PathBuf>, Stop> {
    let output = |error| Stop::one(ExitCode::Output, error);
    let (data, plots) = (dir.join("bench.h5"), dir.join("bench.yml"));
    let mut file = FileBuilder::new();
    let mut text = String::from(
        "# The figures of a comparison by `shmplot bench`; draw them again with\n#   shmplot render bench.yml \
         --data bench.h5\n",
    );
    let mut pictures = Vec::new();
    for (number, (bytes, figures)) in comparison.figures.iter().enumerate() {
        let rows: Vec<&Row> = comparison.rows.iter().filter(|row| row.data_bytes == *bytes).collect();
        let mut modes: Vec<Mode> = Vec::new();
        for row in &rows {
            if !modes.contains(&row.mode) {
                modes.push(row.mode);
            }
        }
        let workers: Vec<usize> =
            rows.iter().map(|row| row.workers).collect::<BTreeSet<_>>().into_iter().collect();
        let mut values = Vec::with_capacity(QUANTITIES.len() * modes.len() * workers.len());
        for (_, get) in QUANTITIES {
            for mode in &modes {
                for count in &workers {
                    let row = rows.iter().find(|row| row.mode == *mode && row.workers == *count);
                    values.push(row.map_or(f64::NAN, |row| get(row)));
                }
            }
        }
        let name = if number == 0 { "bench".to_owned() } else { format!("bench_{}", number + 1) };
        let shape = [QUANTITIES.len() as u64, modes.len() as u64, workers.len() as u64];
        let dataset = file.create_dataset(&name).with_f64_data(&values).with_shape(&shape);
        let texts = |texts: Vec<&str>| AttrValue::StringArray(texts.into_iter().map(str::to_owned).collect());
        dataset.set_attr("dim_names", texts(vec!["quantity", "mode", "workers"]));
        dataset.set_attr("coords__quantity", texts(QUANTITIES.iter().map(|(name, _)| *name).collect()));
        dataset.set_attr("coords__mode", texts(modes.iter().map(|mode| mode.name()).collect()));
        let counts = workers.iter().map(|count| *count as i64).collect();
        dataset.set_attr("coords__workers", AttrValue::I64Array(counts));
        let ticks = workers.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{name}:\n  data: {name}\n  kind: line\n  x: workers\n  hue: mode\n  col: quantity\n  \
             sharey: false\n  marker: o\n  suptitle: '{figures} figures from {:.0} MiB of data'\n  \
             helpers:\n    set_scales: {{y: log}}\n    set_ticks: {{x: {{major: [{ticks}]}}}}\n    \
             set_labels: {{x: Workers, y: ''}}\n  \
             style: {{axes.grid: true, grid.alpha: 0.4}}\n",
            *bytes as f64 / MIB,
        );
        pictures.push(dir.join(format!("{name}.png")));
    }
    let failed = |error: hdf5_pure::Error| {
        Diagnostic::error(format!("cannot write `{}`", data.display())).caused_by(error.to_string())
    };
    file.write(&data).map_err(|error| output(failed(error)))?;
    publish::publish(&plots, text.as_bytes()).map_err(output)?;
    let input = Input { plots, data: vec![data].into(), ..Input::default() };
    let options =
        Options { input, out: dir.to_path_buf(), workers: 1, progress: Progress::Silent, ..options.clone() };
    match run::render(&options, &|diagnostic| diagnostic.to_string())? {
        ExitCode::Success => Ok(pictures),
        code => Err(Stop { code, errors: Vec::new() }),
    }
}
