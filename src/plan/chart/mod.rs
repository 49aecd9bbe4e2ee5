//! Entries into charts: arguments of `facet_grid`, helpers and rcParams, every name looked up.
//!
//! What the dialect knows and the program does not draw yet is an error that says so; a name that
//! nobody knows is an error with the near one. Each points at the key or value that was written.

mod by_kind;
mod color_map;
mod encoding;
mod helpers;
mod rcparams;
mod style;
mod values;

use crate::config::{Entry, Keys, Node, Yaml};
use crate::diag::{Diagnostic, Warned, did_you_mean};
use crate::render::Chart;
use crate::render::chart::{Bins, Channel, Encoding};
use values::unsupported;

/// Arguments that facet_grid takes and this module reads.
const ARGUMENTS: [&str; 57] = [
    "add_colorbar",
    "add_labels",
    "add_legend",
    "alpha",
    "aspect",
    "auto_encoding",
    "auto_encoding_options",
    "bins",
    "cbar_kwargs",
    "center",
    "cmap",
    "col",
    "col_wrap",
    "color",
    "density",
    "drop_nonindexed_coords",
    "extend",
    "figsize",
    "files",
    "frames",
    "free",
    "histtype",
    "hue",
    "interpolation",
    "kind",
    "levels",
    "linestyle",
    "linewidth",
    "log",
    "ls",
    "lw",
    "marker",
    "markersize",
    "ms",
    "norm",
    "range",
    "rasterized",
    "robust",
    "row",
    "s",
    "sel",
    "sharex",
    "sharey",
    "show_data",
    "size",
    "squeeze",
    "suptitle_kwargs",
    "vmax",
    "vmin",
    "x",
    "xincrease",
    "xlim",
    "xscale",
    "xticks",
    "y",
    "yincrease",
    "ylim",
];

/// More arguments, which facet_grid takes for things that are not drawn yet, or for both axes.
const MORE_ARGUMENTS: [&str; 14] = [
    "colors",
    "edgecolors",
    "hue_fstr",
    "hue_style",
    "infer_intervals",
    "linewidths",
    "origin",
    "shading",
    "subplot_kws",
    "title_kwargs",
    "where",
    "yerr",
    "yscale",
    "yticks",
];

/// Shorthands of entries without creator and plot function, for a hint where they are written in others.
const SHORTHANDS: [(&str, &str); 7] = [
    ("data", "`select: {data: …}`"),
    ("isel", "a `transform` with `.isel`"),
    ("title", "the helper `set_title: {title: …}`"),
    ("suptitle", "the helper `set_suptitle: {title: …}`"),
    ("xlabel", "the helper `set_labels: {x: …}`"),
    ("ylabel", "the helper `set_labels: {y: …}`"),
    ("label", "the helper `set_labels`"),
];

/// What an entry wants to look like. `name` is the entry's, for messages.
///
/// # Errors
/// The first argument, helper or rcParam that is unknown, malformed or not supported yet.
pub fn chart(entry: &Entry, name: &str) -> Result<Warned<Chart>, Diagnostic> {
    let mut warnings = Vec::new();
    let mut chart = Chart::default();
    style::apply(&mut chart, &entry.style, &mut warnings)?;
    // The kind first: a kind that is not drawn yet explains its arguments.
    for (key, value) in &entry.plot {
        if key.as_str() == Some("kind") {
            encoding::kind(&mut chart, value)?;
        }
    }
    for (key, value) in &entry.plot {
        if key.as_str() == Some("auto_encoding") {
            encoding::auto(&mut chart, value).map_err(|error| within(error, name, key))?;
        }
    }
    for (key, value) in &entry.plot {
        chart
            .kind
            .map_or(Ok(()), |kind| by_kind::check(kind, key, value))
            .and_then(|()| argument(&mut chart, key, value, &mut warnings))
            .map_err(|error| error.or_at(&value.place))
            .map_err(|error| within(error, name, key))?;
    }
    if let (Some(_), Encoding::Auto, None) =
        (chart.encodings.col_wrap, &chart.encodings.col, &chart.auto_encoding)
    {
        let key = entry.plot.iter().map(|(key, _)| key).find(|key| key.as_str() == Some("col_wrap"));
        let error = Diagnostic::error("`col_wrap` wraps the panels of `col`, which is not given");
        return Err(key.map_or(error.clone(), |key| error.at(key.place.clone())));
    }
    figure_size(&mut chart, entry)?;
    helpers::apply(&mut chart, &entry.helpers, &mut warnings)?;
    Ok(Warned { value: chart, warnings })
}

/// Says which argument of which entry an error is about.
fn within(error: Diagnostic, name: &str, key: &Node) -> Diagnostic {
    let shown = key.python_str();
    if error.message.contains(&format!("`{shown}`")) {
        return error;
    }
    Diagnostic { message: format!("`{shown}` of `{name}`: {}", error.message), ..error }
}

/// Reads one argument of facet_grid into the chart.
fn argument(
    chart: &mut Chart,
    key: &Node,
    value: &Node,
    warnings: &mut Vec<Diagnostic>,
) -> Result<(), Diagnostic> {
    let name = key.text()?;
    let null = value.is_null();
    let truth = || if null { Ok(false) } else { value.boolean() };
    let cycle = chart.style.cycle.clone();
    match name {
        "kind" | "auto_encoding" => {} // read before all others
        "sel" => {}                    // a node of the graph
        "x" => chart.encodings.x = encoding::channel(value)?,
        "y" => chart.encodings.y = encoding::channel(value)?,
        "hue" => chart.encodings.hue = encoding::channel(value)?,
        "col" => chart.encodings.col = encoding::channel(value)?,
        "row" => chart.encodings.row = encoding::channel(value)?,
        "frames" => chart.encodings.frames = encoding::channel(value)?,
        "free" => chart.encodings.free = encoding::channel(value)?,
        "files" => {
            chart.encodings.files = encoding::files(value)?;
            // `files: ~` is occupied, but unused.
            if let (Some(auto), true) = (&mut chart.auto_encoding, chart.encodings.files.is_empty()) {
                auto.ignore.push(Channel::Files);
            }
        }
        "col_wrap" if !null => encoding::col_wrap(chart, value)?,
        "cmap" if !null => color_map::apply(chart, value)?,
        "norm" if !null => {
            let (norm, [low, high]) = values::norm(value)?;
            chart.color.norm = norm;
            chart.color.vmin = low.or(chart.color.vmin);
            chart.color.vmax = high.or(chart.color.vmax);
        }
        "vmin" if !null => chart.color.vmin = Some(value.finite()?),
        "vmax" if !null => chart.color.vmax = Some(value.finite()?),
        "robust" => chart.color.robust = truth()?,
        // xarray: `center: false` keeps data of both signs from being centred about 0.
        "center" if !null => match value.as_f64() {
            Some(_) => {
                chart.color.norm = crate::render::chart::Norm::Centered { center: value.finite()? };
            }
            None => return Err(unsupported("`center: false`", value)),
        },
        "bins" if !null => chart.hist.bins = bins(value)?,
        "range" if !null => {
            let [low, high] = value.pair()?;
            if low >= high {
                return Err(value.expected("a range that rises"));
            }
            chart.hist.range = Some([low, high]);
        }
        "density" => chart.hist.density = truth()?,
        "log" => chart.hist.log = truth()?,
        "histtype" if !null => {
            chart.hist.step = match value.text()? {
                "bar" => false,
                "step" => true,
                "stepfilled" | "barstacked" => return Err(unsupported("this `histtype`", value)),
                other => {
                    return Err(Diagnostic::error(format!("there is no histtype `{other}`"))
                        .at(value.place.clone())
                        .help(did_you_mean(other, ["bar", "step"])));
                }
            };
        }
        "color" if !null => chart.marks.color = Some(values::color(value, &cycle)?),
        "alpha" if !null => chart.marks.alpha = Some(values::fraction(value)?),
        "marker" => chart.marks.marker = values::marker(value)?,
        "linestyle" | "ls" if !null => chart.marks.linestyle = Some(values::line_style(value)?),
        "linewidth" | "lw" if !null => chart.marks.linewidth = Some(values::not_negative(value)?),
        "s" if !null => chart.marks.s = Some(values::not_negative(value)?),
        "markersize" | "ms" if !null => match value.as_str() {
            Some(_) => return Err(unsupported("`markersize` as an encoding", value)),
            None => chart.marks.markersize = Some(values::not_negative(value)?),
        },
        "add_colorbar" if !null => chart.color.colorbar = Some(value.boolean()?),
        "cbar_kwargs" if !null => colorbar(chart, value, warnings)?,
        "add_legend" if !null => chart.legend.show = Some(value.boolean()?),
        "xlim" if !null => chart.x.limits = values::limits(value)?,
        "ylim" if !null => chart.y.limits = values::limits(value)?,
        "xscale" if !null => chart.x.scale = Some(values::scale(value)?),
        "yscale" if !null => chart.y.scale = Some(values::scale(value)?),
        "xincrease" if !null => chart.x.decreasing = !value.boolean()?,
        "yincrease" if !null => chart.y.decreasing = !value.boolean()?,
        "xticks" if !null => chart.x.ticks = Some(values::ticks(value)?),
        "yticks" if !null => chart.y.ticks = Some(values::ticks(value)?),
        "size" | "aspect" | "figsize" => {} // by `figure_size`, which needs to know of facets
        // These say what is done anyway; the other value is not drawn yet.
        "sharex" | "sharey" | "add_labels" => {
            if !null && !value.boolean()? {
                return Err(unsupported(&format!("`{name}: false`"), value));
            }
        }
        "squeeze" if !null => chart.keep_single = !value.boolean()?,
        "drop_nonindexed_coords" => chart.indexed_coords_only = truth()?,
        "interpolation" => expect_one(value, name, &["none", "nearest", "auto", "antialiased"])?,
        "origin" => expect_one(value, name, &["lower"])?,
        "shading" => expect_one(value, name, &["auto", "nearest", "flat"])?,
        "extend" => expect_one(value, name, &["neither"])?,
        // No effect on the picture.
        "show_data" | "rasterized" => {
            truth()?;
        }
        "auto_encoding_options" if !null => encoding::options(chart, value)?,
        "suptitle_kwargs" if !null => encoding::frame_title(chart, value)?,
        _ if null && known().any(|other| other == name) => {}
        _ if known().any(|other| other == name) => {
            return Err(unsupported(&format!("the argument `{name}`"), key));
        }
        _ => return Err(unknown(key, name)),
    }
    Ok(())
}

fn known() -> impl Iterator<Item = &'static str> + Clone {
    ARGUMENTS.iter().chain(&MORE_ARGUMENTS).copied()
}

fn unknown(key: &Node, name: &str) -> Diagnostic {
    let error = Diagnostic::error(format!("facet_grid has no argument `{name}`")).at(key.place.clone());
    if let Some((_, long)) = SHORTHANDS.iter().find(|(short, _)| *short == name) {
        return error.help(format!(
            "`{name}` is a shorthand of entries that name neither creator nor plot function; here it is {long}"
        ));
    }
    let keys = ["select", "transform", "helpers", "style", "based_on"];
    let shorthands = SHORTHANDS.iter().map(|(short, _)| *short);
    let near = crate::diag::near(name, known().chain(keys).chain(shorthands));
    error.help(match near {
        Some(found) => format!("did you mean `{found}`?"),
        None => "`shmplot kinds` lists what there is".to_owned(),
    })
}

fn expect_one(node: &Node, name: &str, drawn: &[&str]) -> Result<(), Diagnostic> {
    match node.as_str() {
        _ if node.is_null() => Ok(()),
        Some(text) if drawn.contains(&text) => Ok(()),
        Some(text) => Err(unsupported(&format!("`{name}: {text}`"), node)),
        None => Err(node.expected("text")),
    }
}

fn bins(node: &Node) -> Result<Bins, Diagnostic> {
    const MOST: usize = 1_000_000;
    if let Some(items) = node.as_seq() {
        let edges = items.iter().map(Node::finite).collect::<Result<Vec<f64>, _>>()?;
        return match edges.len() >= 2 && edges.is_sorted_by(|a, b| a < b) {
            true => Ok(Bins::Edges(edges)),
            false => Err(node.expected("at least two edges that rise")),
        };
    }
    if let Some(rule) = node.as_str() {
        return Err(unsupported(&format!("the rule `{rule}` for bins"), node));
    }
    match node.count()? {
        n if n <= MOST => Ok(Bins::Count(n)),
        _ => Err(node.expected(&format!("at most {MOST} bins"))),
    }
}

/// `cbar_kwargs`: the label is read; sizes are the layout's business.
fn colorbar(chart: &mut Chart, node: &Node, warnings: &mut Vec<Diagnostic>) -> Result<(), Diagnostic> {
    let known = [
        "aspect",
        "drawedges",
        "extend",
        "format",
        "fraction",
        "label",
        "orientation",
        "pad",
        "shrink",
        "ticks",
    ];
    node.mapping()?;
    let keys = Keys::of(node, "`cbar_kwargs`", &known)?;
    if let Some(label) = keys.given("label") {
        chart.color.colorbar_label = Some(values::label(label)?);
    }
    for key in ["drawedges", "extend", "format", "ticks"] {
        if let Some(value) = keys.given(key) {
            return Err(unsupported(&format!("`{key}` of a colour bar"), value));
        }
    }
    if let Some(value) = keys.given("orientation") {
        expect_one(value, "orientation", &["vertical"])?;
    }
    for key in ["aspect", "fraction", "pad", "shrink"] {
        if let Some(value) = keys.given(key) {
            value.number()?;
            warnings.push(
                Diagnostic::warning(format!("`{key}` of a colour bar is left to the layout"))
                    .at(value.place.clone()),
            );
        }
    }
    Ok(())
}

/// `size`, `aspect`, `figsize`: of a panel with facets, of the figure without.
fn figure_size(chart: &mut Chart, entry: &Entry) -> Result<(), Diagnostic> {
    let given = |name: &str| {
        let found = entry.plot.iter().find(|(key, _)| key.as_str() == Some(name));
        found.map(|(_, value)| value).filter(|value| !value.is_null())
    };
    let facets = [&chart.encodings.col, &chart.encodings.row].iter().any(|channel| channel.name().is_some());
    let (size, aspect) = (given("size"), given("aspect"));
    if let Some(node) = given("figsize") {
        if let Some(size) = size {
            return Err(Diagnostic::error("`figsize` and `size` exclude each other").at(size.place.clone()));
        }
        if facets {
            return Err(unsupported("`figsize` with facets", node)
                .help("`size` and `aspect` give the size of one panel".to_owned()));
        }
        chart.style.figsize = figsize(node)?;
    }
    if facets && (size.is_some() || aspect.is_some()) {
        let size = size.map_or(Ok(3.0), values::positive)?;
        chart.facet_size = Some([size, aspect.map_or(Ok(1.0), values::positive)?]);
    } else if let Some(size) = size {
        let size = values::positive(size)?;
        let [width, height] = chart.style.figsize;
        chart.style.figsize = [aspect.map_or(Ok(width / height), values::positive)? * size, size];
    } else if let Some(aspect) = aspect.filter(|_| given("figsize").is_none()) {
        return Err(Diagnostic::error("`aspect` needs `size`").at(aspect.place.clone()));
    }
    Ok(())
}

/// Width and height in inches.
fn figsize(node: &Node) -> Result<[f64; 2], Diagnostic> {
    let [width, height] = node.pair()?;
    match width > 0.0 && height > 0.0 {
        true => Ok([width, height]),
        false => Err(node.expected("a width and a height in inches")),
    }
}

/// Whether a node says `false`, `~` or nothing.
fn off(node: Option<&Node>) -> bool {
    node.is_none_or(|node| matches!(node.value, Yaml::Null | Yaml::Bool(false)))
}
