//! A plots configuration, its bases and the shipped pools into [`PlotSpec`]s.

use super::entry::Level;
use super::inherit::{self, Pool, Pools, is_pspace, normalised};
use super::spec::{Of, PlotSpec, Points, Template};
use super::sweep::{self, Space};
use super::{Creator, ExistOk, Node};
use crate::diag::{Diagnostic, Source, Warned};
use std::sync::Arc;

/// Most points of one sweep without [`Options::huge`].
const MAX_POINTS: u64 = 1_000_000;

/// What the caller allows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Sweeps of more than a million points (`--yes`).
    pub huge: bool,
}

/// The entries of `source` that can be plotted (disabled ones too, private ones not), in the order of
/// the file. `bases` are pools of further entries to build on, later ones first.
///
/// What makes one entry or point impossible is in its [`Point::entry`](super::Point::entry).
///
/// # Errors
/// All that makes the file meaningless, independent errors together: YAML, names, unknown names or
/// circles in `based_on`, malformed keys of the manager, bad sweeps.
pub fn parse(
    source: &Source,
    bases: &[Source],
    options: Options,
) -> Result<Warned<Vec<PlotSpec>>, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let mut pools = Vec::new();
    for base in inherit::shipped().iter().chain(bases) {
        match Pool::of(base) {
            Ok(pool) => pools.push(pool),
            Err(more) => errors.extend(more),
        }
    }
    let root = super::read::read(source).unwrap_or_else(|more| {
        errors.extend(more);
        None
    });
    if !errors.is_empty() {
        return Err(errors);
    }
    let Some(root) = root.filter(|root| !root.is_null()) else {
        let message = format!("{} has no entries", source.name());
        return Err(vec![Diagnostic::error(message).help("an entry is `name: {data: path}`".to_owned())]);
    };
    let entries = root.mapping().map_err(|error| vec![error])?;

    let mut unplotted = Pool::labelled(&format!("{} (not plotted)", source.name()));
    let mut plotted = Pool::labelled(source.name());
    let mut public = Vec::new();
    for ((key, value), place) in entries.iter().zip(inherit::spans(entries)) {
        match entry_of(key, value) {
            Ok((name, node, enabled)) => {
                let private = name.starts_with(['_', '.']);
                let node = if node.tag() == Some("pspace") { sweep::sorted(node) } else { node };
                let pool = if private || !enabled { &mut unplotted } else { &mut plotted };
                pool.insert(&name, node, place);
                if !private {
                    public.push((name, key, enabled));
                }
            }
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    pools.extend([unplotted, plotted]);
    let last = pools.len() - 1;
    let pools = Pools::new(pools);

    let mut specs = Vec::new();
    let mut warnings = Vec::new();
    for (name, key, enabled) in public {
        let pool = if enabled { last } else { last - 1 };
        let resolved = pools.resolve(pool, &name);
        let lineage = Arc::new(pools.lineage(pool, &name));
        let made = resolved
            .map_err(|error| vec![error])
            .and_then(|node| spec_of(&name, key, enabled, (*node).clone(), options))
            .map_err(|errors| errors.into_iter().map(|error| lineage.explain(error)).collect::<Vec<_>>());
        match made {
            Ok(warned) => specs.push(PlotSpec { lineage, ..warned.into_value(&mut warnings) }),
            Err(more) if enabled => errors.extend(more),
            // What is not plotted does not stop the rest; it fails when it is chosen by name.
            Err(more) => specs.extend(more.into_iter().next().map(|error| unusable(&name, key, error))),
        }
    }
    if errors.is_empty() { Ok(Warned { value: specs, warnings }) } else { Err(errors) }
}

/// Name, normalised node and `enabled` of an entry of the file.
fn entry_of(key: &Node, value: &Node) -> Result<(String, Node, bool), Diagnostic> {
    let name = key
        .as_str()
        .ok_or_else(|| key.expected("the name of an entry").help("put the name in quotes".to_owned()))?;
    let private = name.starts_with(['_', '.']);
    let bad = name.chars().find(|c| "*?[]!:()\\".contains(*c) || (*c == '.' && !private) || c.is_control());
    if let Some(bad) = bad {
        return Err(Diagnostic::error(format!(
            "the name `{name}` of an entry must not contain `{}`",
            bad.escape_default()
        ))
        .at(key.place.clone()));
    }
    if name.is_empty() {
        return Err(Diagnostic::error("the name of an entry must not be empty").at(key.place.clone()));
    }
    let node = normalised(name, key, value.clone())?;
    let enabled = node.get("enabled").map_or(Ok(true), Node::boolean)?;
    Ok((name.to_owned(), node, enabled))
}

/// A resolved entry as a spec.
fn spec_of(
    name: &str,
    key: &Node,
    enabled: bool,
    node: Node,
    options: Options,
) -> Result<Warned<PlotSpec>, Vec<Diagnostic>> {
    let mut warnings = Vec::new();
    let node = super::saved::restored(node);
    let level = Level::of(&node, key, &mut warnings)?;
    let body = Node { tag: None, ..node.clone() };
    let space = match node.tag() {
        Some(tag) if is_pspace(tag) => {
            let space = Space::of(&body)?;
            if space.volume() > MAX_POINTS && !options.huge {
                let message = format!("the sweep has {} points, more than {MAX_POINTS}", space.volume());
                return Err(vec![
                    Diagnostic::error(message)
                        .at(key.place.clone())
                        .help("give --yes if it is meant".to_owned()),
                ]);
            }
            Some(space)
        }
        _ => match sweep::first_sweep(&body) {
            // This creator makes a sweep of any entry, when it knows the universes.
            Some(_) if level.creator == Creator::Universe => {
                Space::of(&body)?;
                None
            }
            Some(sweep) => {
                return Err(vec![
                    Diagnostic::error(format!("a sweep in `{name}`, which is no parameter space"))
                        .at(sweep.place.clone())
                        .help(format!("write `{name}: !pspace`")),
                ]);
            }
            None => None,
        },
    };
    let template = Template {
        body,
        plain: level.plain,
        space,
        universe: Of::Nothing,
        default_ext: level.default_ext,
        default_style: level.default_style,
        obstacle: level.obstacle,
    };
    let points = Points { template: Arc::new(template) };
    Ok(Warned {
        value: PlotSpec {
            name: name.to_owned(),
            place: key.place.clone(),
            enabled,
            creator: level.creator,
            out_dir: level.out_dir,
            exist_ok: level.exist_ok,
            save: level.save,
            points,
            multiverse: level.multiverse,
            universes: level.universes,
            expected_ndim: level.expected_ndim,
            lineage: Arc::default(),
        },
        warnings,
    })
}

/// A disabled entry that cannot be plotted, with the reason.
fn unusable(name: &str, key: &Node, error: Diagnostic) -> PlotSpec {
    let body = Node::new(super::Yaml::Map(Vec::new()), &key.place);
    let template = Template {
        body,
        plain: true,
        space: None,
        universe: Of::Nothing,
        default_ext: "png".to_owned(),
        default_style: Vec::new(),
        obstacle: Some(error),
    };
    PlotSpec {
        name: name.to_owned(),
        place: key.place.clone(),
        enabled: false,
        creator: Creator::PyPlot,
        out_dir: None,
        exist_ok: ExistOk::Replace,
        save: false,
        points: Points { template: Arc::new(template) },
        multiverse: String::new(),
        universes: None,
        expected_ndim: None,
        lineage: Arc::default(),
    }
}
