//! The files of a figure: names, formats, and which would overwrite each other.

use super::{Options, Output};
use crate::config::{PlotSpec, Point};
use crate::diag::{Diagnostic, Place};
use crate::output::film::Container;
use crate::output::name;
use crate::render::paint::Format;
use std::path::{Path, PathBuf};

/// Why a figure has no files.
pub(super) enum Unnamed {
    /// The run is meaningless.
    Run(Diagnostic),
    /// This figure is impossible.
    Figure(Diagnostic),
}

/// A point's files, in the order of its formats.
pub(super) fn outputs(spec: &PlotSpec, point: &Point, options: &Options) -> Result<Vec<Output>, Unnamed> {
    let extensions: Vec<String> = if options.formats.is_empty() {
        vec![point.file_ext.clone()]
    } else {
        options.formats.iter().map(|format| format.ext().to_owned()).collect()
    };
    let mut outputs = Vec::new();
    for ext in extensions {
        let path = path(spec, point, options, &ext).map_err(Unnamed::Run)?;
        // Whether a film is drawn is known later.
        let format = match Container::is_only_film(&ext) {
            true => Format::Png,
            false => Format::from_ext(&ext).ok_or_else(|| {
                // What is wrong with the entry itself is the better thing to say.
                let own = point.entry.as_ref().err();
                Unnamed::Figure(own.map_or_else(|| unwritable(spec, &ext), |own| own.clone()))
            })?,
        };
        outputs.push(Output { path, format });
    }
    Ok(outputs)
}

/// A point's file with this extension.
///
/// # Errors
/// A name that is not allowed.
pub(super) fn path(
    spec: &PlotSpec,
    point: &Point,
    options: &Options,
    ext: &str,
) -> Result<PathBuf, Diagnostic> {
    let parts = name::Parts {
        out_dir: spec.out_dir.as_ref().map(|(template, _)| template.as_str()),
        timestamp: &options.timestamp,
        name: &spec.name,
        label: point.label.as_deref(),
        ext,
    };
    name::file(parts).map_err(|error| {
        let place = spec.out_dir.as_ref().map_or(&spec.place, |(_, place)| place);
        Diagnostic::from_error(&error).at(place.clone())
    })
}

/// The error for outputs that a figure that is no film cannot have.
pub(super) fn only_pictures(spec: &PlotSpec, outputs: &[Output]) -> Result<(), Diagnostic> {
    let exts = outputs.iter().filter_map(|output| output.path.extension()?.to_str());
    match exts.into_iter().find(|ext| Container::is_only_film(ext)) {
        None => Ok(()),
        Some(ext) => {
            let help = "a film needs `frames`, the dimension that its pictures are of; a figure has \
                        `file_ext`: png, pdf or svg";
            Err(Diagnostic::error(format!("cannot write one figure as a `.{ext}` file"))
                .at(spec.place.clone())
                .help(help.to_owned()))
        }
    }
}

fn unwritable(spec: &PlotSpec, ext: &str) -> Diagnostic {
    let all = Format::ALL.map(Format::ext).join(", ");
    let help = format!("there is: {all}; give one as `file_ext`, or `--format` for all");
    Diagnostic::error(format!("cannot write `.{ext}` files")).help(help).at(spec.place.clone())
}

/// Files that were named so far: path, figure, where its entry is.
#[derive(Default)]
pub(super) struct Named(Vec<(PathBuf, String, Place)>);

impl Named {
    /// Adds a file of a figure.
    pub(super) fn note(&mut self, spec: &PlotSpec, label: Option<&str>, file: &Path) {
        let who = match label {
            Some(label) => format!("{}/{label}", spec.name),
            None => spec.name.clone(),
        };
        self.0.push((file.to_owned(), who, spec.place.clone()));
    }

    /// Errors for figures that would overwrite each other.
    pub(super) fn collisions(&self) -> Vec<Diagnostic> {
        name::collisions(self.0.iter().map(|(path, who, place)| name::Claim { path, who, place }))
    }
}
