//! Resolved entries sorted by who reads their keys: manager, creator, graph, plot function.

use super::function::{self, PlotFunction};
use super::plain;
use super::spec::{Entry, Point, Template};
use super::yaml::Keys;
use super::{Creator, ExistOk, Node, Yaml};
use crate::diag::{Diagnostic, Place, did_you_mean};

/// Keys that are not arguments of the plot function.
const TAKEN: [&str; 28] = [
    "animation",
    "based_on",
    "compute_only",
    "creator",
    "creator_init_kwargs",
    "dag_object_cache",
    "dag_options",
    "dag_visualization",
    "debug",
    "enabled",
    "exist_ok",
    "expected_multiverse_ndim",
    "file_ext",
    "helpers",
    "invocation_options",
    "module",
    "module_file",
    "out_dir",
    "parallel",
    "plot_func",
    "plot_func_kwargs",
    "save_plot_cfg",
    "select",
    "select_and_combine",
    "style",
    "transform",
    "universes",
    "use_dag",
];

/// What manager and creator read of an entry, the same for all of its points.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) creator: Creator,
    pub(super) out_dir: Option<(String, Place)>,
    pub(super) exist_ok: ExistOk,
    pub(super) save: bool,
    pub(super) default_ext: String,
    pub(super) default_style: Vec<(Node, Node)>,
    /// `creator_init_kwargs.psgrp_path`.
    pub(super) multiverse: String,
    pub(super) universes: Option<Node>,
    pub(super) expected_ndim: Option<Vec<usize>>,
    /// Whether the entry names neither creator nor plot function, so that shorthands apply.
    pub(super) plain: bool,
    /// What makes all of its figures impossible.
    pub(super) obstacle: Option<Diagnostic>,
}

impl Level {
    /// Reads the keys of manager and creator.
    ///
    /// # Errors
    /// Values of the wrong kind, unknown creators, unknown keys of `creator_init_kwargs`.
    pub(super) fn of(
        node: &Node,
        name: &Node,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let given = |key: &str| node.get(key).filter(|value| !value.is_null());
        let mut errors = Vec::new();
        let plain = ["creator", "plot_func", "module", "module_file"].iter().all(|key| given(key).is_none());

        let creator = given("creator").map_or(Ok(Creator::PyPlot), creator).unwrap_or_else(|error| {
            errors.push(error);
            Creator::PyPlot
        });
        let mut out_dir = None;
        if let Some(value) = given("out_dir") {
            match value.text() {
                Ok(text) => out_dir = Some((text.to_owned(), value.place.clone())),
                Err(error) => errors.push(error),
            }
        }
        let mut init = Init::default();
        if let Some(value) = given("creator_init_kwargs") {
            match Init::of(value) {
                Ok(read) => init = read,
                Err(error) => errors.push(error),
            }
        }
        if let Some(value) = given("exist_ok") {
            match exist_ok(value) {
                Ok(read) => init.exist_ok = Some(read),
                Err(error) => errors.push(error),
            }
        }
        let mut expected_ndim = None;
        if let Some(value) = given("expected_multiverse_ndim").filter(|_| creator == Creator::Multiverse) {
            match numbers_of_dims(value) {
                Ok(read) => expected_ndim = Some(read),
                Err(error) => errors.push(error),
            }
        }
        errors.extend(check_kinds(node));
        if given("debug").is_some_and(|debug| debug.value == Yaml::Bool(true)) {
            let place = &given("debug").unwrap_or(node).place;
            warnings.push(
                Diagnostic::warning("`debug: true` does not end the run at an error")
                    .at(place.clone())
                    .help("give --fail-fast to stop at the first figure that fails".to_owned()),
            );
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let default_ext = init.default_ext.unwrap_or_else(|| if plain { "png" } else { "pdf" }.to_owned());
        Ok(Self {
            creator,
            out_dir,
            exist_ok: init.exist_ok.unwrap_or(ExistOk::Replace),
            save: given("save_plot_cfg").is_none_or(|flag| flag.value != Yaml::Bool(false)),
            default_ext,
            default_style: init.style,
            multiverse: init.multiverse.unwrap_or_else(|| "multiverse".to_owned()),
            universes: (creator == Creator::Universe).then(|| given("universes").cloned()).flatten(),
            expected_ndim,
            plain,
            obstacle: function::obstacle(node, name, creator, plain).err(),
        })
    }
}

fn creator(node: &Node) -> Result<Creator, Diagnostic> {
    match node.text()? {
        "base" | "pyplot" | "external" => Ok(Creator::PyPlot),
        "universe" => Ok(Creator::Universe),
        "multiverse" => Ok(Creator::Multiverse),
        other => Err(Diagnostic::error(format!("there is no creator `{other}`"))
            .at(node.place.clone())
            .help(did_you_mean(other, ["base", "pyplot", "universe", "multiverse"]))),
    }
}

/// `expected_multiverse_ndim`: a number or a list of numbers.
fn numbers_of_dims(node: &Node) -> Result<Vec<usize>, Diagnostic> {
    let one = |node: &Node| {
        let number = node.integer().ok().and_then(|number| usize::try_from(number).ok());
        number.ok_or_else(|| node.expected("a number of dimensions"))
    };
    match node.as_seq() {
        Some(items) => items.iter().map(one).collect(),
        None => Ok(vec![one(node)?]),
    }
}

fn exist_ok(node: &Node) -> Result<ExistOk, Diagnostic> {
    match (node.tag(), &node.value) {
        (None, Yaml::Bool(true)) => Ok(ExistOk::Replace),
        (None, Yaml::Bool(false)) => Ok(ExistOk::Fail),
        (None, Yaml::Str(text)) if text == "skip" => Ok(ExistOk::Skip),
        _ => Err(node.expected("`true`, `false` or `skip`")),
    }
}

/// `creator_init_kwargs`.
#[derive(Default)]
struct Init {
    default_ext: Option<String>,
    exist_ok: Option<ExistOk>,
    style: Vec<(Node, Node)>,
    multiverse: Option<String>,
}

impl Init {
    fn of(node: &Node) -> Result<Self, Diagnostic> {
        node.mapping()?;
        // `backend` and `raise_exc` choose how matplotlib draws and how Python fails.
        let known = ["backend", "default_ext", "exist_ok", "psgrp_path", "raise_exc", "style"];
        let keys = Keys::of(node, "`creator_init_kwargs`", &known)?;
        Ok(Self {
            default_ext: keys.given("default_ext").map(extension).transpose()?,
            exist_ok: keys.given("exist_ok").map(exist_ok).transpose()?,
            multiverse: keys.given("psgrp_path").map(|path| path.text().map(str::to_owned)).transpose()?,
            style: keys
                .given("style")
                .map(|style| style.mapping().map(<[_]>::to_vec))
                .transpose()?
                .unwrap_or_default(),
        })
    }
}

/// A file extension with or without dot.
fn extension(node: &Node) -> Result<String, Diagnostic> {
    let text = node.text()?;
    let ext = text.strip_prefix('.').unwrap_or(text);
    if ext.is_empty() || ext.contains(['/', '\\', '\0', '.']) || ext == ".." {
        return Err(node.expected("a file extension such as `png`"));
    }
    Ok(ext.to_ascii_lowercase())
}

/// Values of the wrong kind under keys that this phase reads; swept ones are looked at point by point.
fn check_kinds(node: &Node) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let mut check = |key: &str, what: &str, fits: &dyn Fn(&Node) -> bool| {
        if let Some(value) = node.get(key)
            && !value.is_null()
            && !fits(value)
            && super::sweep::first_sweep(value).is_none()
        {
            errors.push(value.expected(&format!("{what} for `{key}`")));
        }
    };
    let map = |value: &Node| value.as_map().is_some();
    let flag = |value: &Node| value.boolean().is_ok();
    for key in [
        "select",
        "helpers",
        "style",
        "dag_options",
        "animation",
        "plot_func_kwargs",
        "dag_visualization",
        "select_and_combine",
    ] {
        check(key, "a mapping", &map);
    }
    for key in ["debug", "use_dag", "save_plot_cfg"] {
        check(key, "`true` or `false`", &flag);
    }
    check("parallel", "`true`, `false` or a mapping", &|value| map(value) || flag(value));
    check("transform", "a list of operations", &|value| value.as_seq().is_some());
    check("compute_only", "a list of tags or `all`", &|value| {
        value.as_seq().is_some() || value.as_str().is_some()
    });
    check("file_ext", "a file extension such as `png`", &|value| extension(value).is_ok());
    for key in ["plot_func", "module", "module_file"] {
        check(key, "text", &|value| value.as_str().is_some());
    }
    errors
}

/// Point number `index` of an entry.
pub(super) fn point(template: &Template, index: u64) -> Point {
    let (label, state, outer, body) = match &template.space {
        None => (None, Vec::new(), Vec::new(), template.body.clone()),
        Some(space) => {
            let at = space.state(index);
            (space.label(&at), space.texts(&at), space.outer(&at), space.fill(&template.body, &at))
        }
    };
    let universe = template.universe.universe(&outer);
    let mut file_ext = template.default_ext.clone();
    let mut entry = match &template.obstacle {
        Some(obstacle) => Err(obstacle.clone()),
        None => sort(body.clone(), template),
    };
    match body.get("file_ext").filter(|value| !value.is_null()).map(extension) {
        Some(Ok(ext)) => file_ext = ext,
        Some(Err(error)) => entry = entry.and(Err(error)),
        None => {}
    }
    Point { label, state, file_ext, universe, entry }
}

/// The content of an entry by reader.
fn sort(body: Node, template: &Template) -> Result<Entry, Diagnostic> {
    let function = PlotFunction::of(&body);
    let Yaml::Map(mut entries) = body.value else { return Ok(Entry::default()) };
    if template.plain {
        entries = plain::expand(entries)?;
    }
    let mut entry = Entry { function, style: template.default_style.clone(), ..Entry::default() };
    for (key, value) in entries {
        let name = key.as_str().unwrap_or_default();
        if value.is_null() && TAKEN.contains(&name) {
            continue;
        }
        match name {
            "use_dag" => entry.without_graph = value.value == Yaml::Bool(false),
            "select_and_combine" => entry.select_and_combine = Some(value),
            "animation" => entry.animation = Some(value),
            "select" => entry.select = value.mapping()?.to_vec(),
            "transform" => entry.transform = value.list()?.to_vec(),
            "compute_only" => entry.compute_only = Some(value),
            "dag_options" => entry.dag_options = Some(value),
            "helpers" => entry.helpers = value.mapping()?.to_vec(),
            "style" => super::inherit::update(&mut entry.style, value.mapping()?),
            "plot_func_kwargs" => entry.plot.extend(value.mapping()?.iter().cloned()),
            _ if TAKEN.contains(&name) => {}
            _ => entry.plot.push((key, value)),
        }
    }
    let mut seen = std::collections::HashMap::new();
    for (key, _) in &entry.plot {
        if let Some(first) = seen.insert(key.identity(), &key.place) {
            let shown = key.python_str();
            return Err(Diagnostic::error(format!("`{shown}` is also in `plot_func_kwargs`")).at(
                if key.place.span.start > first.span.start { key.place.clone() } else { first.clone() },
            ));
        }
    }
    Ok(entry)
}
