//! Plot functions: which there are, and what makes an entry's figures impossible before anything is
//! looked at closer.

use super::{Creator, Node, Universes, Yaml};
use crate::diag::{Diagnostic, near};

/// What draws a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PlotFunction {
    /// `facet_grid` of `.generic`.
    #[default]
    FacetGrid,
    /// `multiplot` of `.multiplot`.
    MultiPlot,
}

impl PlotFunction {
    /// All of them with their names and modules; the first module is the shortest way to write it.
    const ALL: [(&'static str, Self, &'static [&'static str]); 2] = [
        (
            "facet_grid",
            Self::FacetGrid,
            &[".generic", "dantro.plot.funcs.generic", "dantro.plot.funcs", "dantro.plot_funcs.generic"],
        ),
        (
            "multiplot",
            Self::MultiPlot,
            &[
                ".multiplot",
                "dantro.plot.funcs.multiplot",
                "dantro.plot.funcs",
                "dantro.plot_funcs.multiplot",
            ],
        ),
    ];

    /// The name by which entries call it.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, function, _)| *function == self).map_or("", |(name, ..)| name)
    }

    /// The one that an entry names; a facet grid if it names none.
    pub(super) fn of(node: &Node) -> Self {
        let name = node.get("plot_func").and_then(Node::as_str);
        let found = Self::ALL.iter().find(|(known, ..)| Some(*known) == name);
        found.map_or(Self::default(), |(_, function, _)| *function)
    }
}

/// Plot functions of dantro and utopya that are not drawn yet.
const UNSUPPORTED_FUNCTIONS: [&str; 9] = [
    "abmplot",
    "bifurcation_diagram",
    "caplot",
    "draw_graph",
    "histogram",
    "lineplot",
    "phase_diagram",
    "snsplot",
    "time_series",
];

/// What makes every figure of an entry impossible. `plain`: it names neither creator nor function.
///
/// # Errors
/// Keys of other creators, creators without what they need, functions that are not there or Python.
pub(super) fn obstacle(node: &Node, name: &Node, creator: Creator, plain: bool) -> Result<(), Diagnostic> {
    let given = |key: &str| node.get(key).filter(|value| !value.is_null());
    let at = |key: &str| given(key).map_or(&name.place, |value| &value.place).clone();
    of_creator(node, name, creator)?;
    let there_is = || format!("there is: {}", PlotFunction::ALL.map(|(name, ..)| name).join(", "));
    if let Some(file) = given("module_file") {
        let message = format!("the plot function comes from Python code, {}", file.kind());
        return Err(Diagnostic::error(message)
            .at(at("module_file"))
            .help(format!("Python is not run; {}", there_is())));
    }
    let names = || PlotFunction::ALL.map(|(name, ..)| name);
    if let Some(function) = given("plot_func").and_then(Node::as_str).filter(|name| !names().contains(name)) {
        let error = Diagnostic::error(match UNSUPPORTED_FUNCTIONS.contains(&function) {
            true => format!("the plot function `{function}` is not supported yet"),
            false => format!("there is no plot function `{function}`"),
        });
        return Err(error.at(at("plot_func")).help(match near(function, names()) {
            Some(found) => format!("did you mean `{found}`?"),
            None => there_is(),
        }));
    }
    let function = PlotFunction::of(node);
    let modules = PlotFunction::ALL.iter().find(|(_, known, _)| *known == function).map_or(&[][..], |f| f.2);
    if let Some(module) = given("module").and_then(Node::as_str)
        && !modules.contains(&module)
    {
        let own = modules.first().copied().unwrap_or_default();
        return Err(Diagnostic::error(format!("the module `{module}` is Python code, which is not run"))
            .at(at("module"))
            .help(format!("{} is in `{own}`", function.name())));
    }
    if !plain && given("plot_func").is_none() {
        return Err(Diagnostic::error(format!("the entry `{}` names no plot function", name.python_str()))
            .at(name.place.clone())
            .help("add `.plot.facet_grid` or one of its kinds to `based_on`".to_owned()));
    }
    let without_graph = given("use_dag").is_some_and(|flag| flag.value == Yaml::Bool(false));
    if without_graph && function == PlotFunction::FacetGrid {
        return Err(Diagnostic::error(
            "facet_grid takes its data from the transformation graph: `use_dag` must be true",
        )
        .at(at("use_dag")));
    }
    if let Some(options) = given("invocation_options")
        && options.as_map().is_none_or(|entries| !entries.is_empty())
    {
        return Err(Diagnostic::error("`invocation_options` need Python, which is not run")
            .at(at("invocation_options")));
    }
    Ok(())
}

/// Keys that other creators read, and keys that a creator needs.
fn of_creator(node: &Node, name: &Node, creator: Creator) -> Result<(), Diagnostic> {
    let given = |key: &str| node.get(key).filter(|value| !value.is_null());
    let at = |key: &str| given(key).map_or(&name.place, |value| &value.place).clone();
    let elsewhere = |key: &str, readers: &str| {
        Err(Diagnostic::error(format!("`{key}` is read by the {readers} only")).at(at(key)))
    };
    match creator {
        Creator::PyPlot | Creator::Universe if given("select_and_combine").is_some() => {
            return elsewhere("select_and_combine", "creator `multiverse`");
        }
        Creator::PyPlot | Creator::Universe if given("expected_multiverse_ndim").is_some() => {
            return elsewhere("expected_multiverse_ndim", "creator `multiverse`");
        }
        Creator::PyPlot | Creator::Multiverse if given("universes").is_some() => {
            return elsewhere("universes", "creator `universe`");
        }
        Creator::PyPlot => {}
        Creator::Universe => match given("universes") {
            Some(universes) => Universes::of(universes).map(|_| ())?,
            None => {
                return Err(Diagnostic::error("the creator `universe` needs `universes`")
                    .at(at("creator"))
                    .help(
                        "such as `universes: all`, or `.creator.universe.first` in `based_on`".to_owned(),
                    ));
            }
        },
        Creator::Multiverse if given("select_and_combine").is_none() => {
            return Err(Diagnostic::error("the creator `multiverse` needs `select_and_combine`")
                .at(at("creator"))
                .help("such as `select_and_combine: {fields: {data: path/in/a/universe}}`".to_owned()));
        }
        Creator::Multiverse => {}
    }
    Ok(())
}
