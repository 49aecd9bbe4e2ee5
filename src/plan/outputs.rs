//! The files of a figure: names, formats, and which would overwrite each other.

use super::{Options, Output};
use crate::config::{PlotSpec, Point};
use crate::diag::{Diagnostic, Place};
use crate::output::name;
use crate::render::paint::Format;
use std::path::PathBuf;

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
        let parts = name::Parts {
            out_dir: spec.out_dir.as_ref().map(|(template, _)| template.as_str()),
            timestamp: &options.timestamp,
            name: &spec.name,
            label: point.label.as_deref(),
            ext: &ext,
        };
        let path = name::file(parts).map_err(|error| {
            let place = spec.out_dir.as_ref().map_or(&spec.place, |(_, place)| place);
            Unnamed::Run(Diagnostic::from_error(&error).at(place.clone()))
        })?;
        let format = Format::from_ext(&ext).ok_or_else(|| {
            let all = Format::ALL.map(Format::ext).join(", ");
            let help = format!("there is: {all}; give one as `file_ext`, or `--format` for all");
            let error =
                Diagnostic::error(format!("cannot write `.{ext}` files")).help(help).at(spec.place.clone());
            // What is wrong with the entry itself is the better thing to say.
            Unnamed::Figure(point.entry.as_ref().err().map_or(error, |own| own.clone()))
        })?;
        outputs.push(Output { path, format });
    }
    Ok(outputs)
}

/// Files that were named so far: path, figure, where its entry is.
#[derive(Default)]
pub(super) struct Named(Vec<(PathBuf, String, Place)>);

impl Named {
    /// Adds a figure's files.
    pub(super) fn note(&mut self, spec: &PlotSpec, label: Option<&str>, outputs: &[Output]) {
        let who = match label {
            Some(label) => format!("{}/{label}", spec.name),
            None => spec.name.clone(),
        };
        self.0.extend(outputs.iter().map(|output| (output.path.clone(), who.clone(), spec.place.clone())));
    }

    /// Errors for figures that would overwrite each other.
    pub(super) fn collisions(&self) -> Vec<Diagnostic> {
        name::collisions(self.0.iter().map(|(path, who, place)| name::Claim { path, who, place }))
    }
}
