//! `--only` and `--skip`: which entries are plotted.

use super::PlotSpec;
use crate::diag::{Diagnostic, did_you_mean};
use globset::{GlobBuilder, GlobMatcher};

/// Indices of the entries to plot, in the order of the file: those that match `only`, disabled or not
/// (without `only`, all that are enabled), less those that match `skip`. Patterns are names or globs;
/// `*` matches `/` too, as in dantro's `plot_only`.
///
/// # Errors
/// For each pattern that is malformed or matches no entry, with the near name.
pub fn select(specs: &[PlotSpec], only: &[String], skip: &[String]) -> Result<Vec<usize>, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let mut matchers = |patterns: &[String], option: &str| -> Vec<GlobMatcher> {
        let made = patterns.iter().map(|pattern| matcher(pattern, option, specs));
        made.filter_map(|made| made.map_err(|error| errors.push(error)).ok()).collect()
    };
    let (wanted, unwanted) = (matchers(only, "--only"), matchers(skip, "--skip"));
    if !errors.is_empty() {
        return Err(errors);
    }
    let any = |globs: &[GlobMatcher], spec: &PlotSpec| globs.iter().any(|glob| glob.is_match(&spec.name));
    let chosen = specs.iter().enumerate().filter(|(_, spec)| {
        let on = if only.is_empty() { spec.enabled } else { any(&wanted, spec) };
        on && !any(&unwanted, spec)
    });
    Ok(chosen.map(|(index, _)| index).collect())
}

fn matcher(pattern: &str, option: &str, specs: &[PlotSpec]) -> Result<GlobMatcher, Diagnostic> {
    let glob = GlobBuilder::new(pattern)
        .literal_separator(false)
        .build()
        .map_err(|err| Diagnostic::error(format!("{option}: `{pattern}` is no pattern: {}", err.kind())))?;
    let matcher = glob.compile_matcher();
    if specs.iter().any(|spec| matcher.is_match(&spec.name)) {
        return Ok(matcher);
    }
    let names = specs.iter().map(|spec| spec.name.as_str());
    Err(Diagnostic::error(format!("{option}: no entry is named `{pattern}`"))
        .help(did_you_mean(pattern, names)))
}
