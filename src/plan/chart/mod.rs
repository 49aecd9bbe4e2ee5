//! Entries into charts: arguments of `facet_grid`, helpers and rcParams, every name looked up.
//!
//! What the dialect knows and the program does not draw yet is an error that says so; a name that
//! nobody knows is an error with the near one. Each points at the key or value that was written.

mod by_kind;
mod color_map;
mod coloring;
mod cycle;
mod encoding;
mod helpers;
mod marking;
mod multi;
mod norm;
mod own_styles;
mod rcparams;
mod sheets;
mod style;
mod values;
mod view;

use crate::config::{Entry, Keys, Node, Yaml};
use crate::diag::{Diagnostic, Warned};
use crate::render::Chart;
use crate::render::chart::{Channel, Encoding, Kind, Origin, Share};
use crate::render::ticks::spec::Spec;
pub use multi::{multiplot, result};
pub use sheets::all as styles;
use values::unsupported;

/// Arguments that facet_grid takes and this module reads.
const ARGUMENTS: [&str; 99] = [
    "add_colorbar",
    "add_labels",
    "add_legend",
    "aggregate",
    "alpha",
    "annot",
    "aspect",
    "auto_encoding",
    "auto_encoding_options",
    "bins",
    "capsize",
    "capthick",
    "cbar_kwargs",
    "center",
    "cmap",
    "col",
    "col_wrap",
    "color",
    "colors",
    "cumulative",
    "dash_capstyle",
    "dash_joinstyle",
    "dashes",
    "density",
    "drawstyle",
    "drop_nonindexed_coords",
    "ds",
    "ecolor",
    "elinewidth",
    "errorevery",
    "extend",
    "figsize",
    "files",
    "fmt",
    "fill_between_kwargs",
    "fillstyle",
    "fmt",
    "frames",
    "free",
    "hatch",
    "hatches",
    "histtype",
    "hue",
    "hue_fstr",
    "hue_style",
    "infer_intervals",
    "interpolation",
    "kind",
    "levels",
    "linestyle",
    "linestyles",
    "linewidth",
    "linewidths",
    "log",
    "ls",
    "lw",
    "marker",
    "markeredgecolor",
    "markeredgewidth",
    "markerfacecolor",
    "markersize",
    "markevery",
    "mec",
    "mew",
    "mfc",
    "ms",
    "norm",
    "origin",
    "range",
    "rasterized",
    "robust",
    "row",
    "s",
    "sel",
    "shading",
    "sharex",
    "sharey",
    "show_data",
    "size",
    "solid_capstyle",
    "solid_joinstyle",
    "squeeze",
    "suptitle_kwargs",
    "title_kwargs",
    "use_bands",
    "vmax",
    "vmin",
    "where",
    "x",
    "xincrease",
    "xlim",
    "xscale",
    "xticks",
    "y",
    "yerr",
    "yincrease",
    "ylim",
    "yscale",
    "yticks",
];

/// More arguments, which facet_grid takes for things that are not drawn.
const MORE_ARGUMENTS: [&str; 1] = ["edgecolors"];

/// Arguments of kinds in space.
const SPATIAL: [&str; 8] =
    ["ccount", "cstride", "depthshade", "rcount", "rstride", "shade", "subplot_kws", "z"];

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
            .and_then(|()| argument(&mut chart, key, value))
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
    if let Some(missing) = marking::check(&chart) {
        let key = entry.plot.iter().map(|(key, _)| key).find(|key| key.as_str() == Some("kind"));
        let error = Diagnostic::error(format!("`{name}`: the kind `errorbars` needs `{missing}`"))
            .help("name a variable of the dataset".to_owned());
        return Err(key.map_or(error.clone(), |key| error.at(key.place.clone())));
    }
    figure_size(&mut chart, entry)?;
    helpers::apply(&mut chart, &entry.helpers, &mut warnings)?;
    if chart.view.is_some() && !chart.kind.is_some_and(Kind::spatial) {
        return Err(flat(entry, chart.kind, name));
    }
    Ok(Warned { value: chart, warnings })
}

/// What to say of `projection: 3d` with a kind that is drawn in a plane.
fn flat(entry: &Entry, kind: Option<Kind>, name: &str) -> Diagnostic {
    let what = kind.map_or("a kind by the data".to_owned(), |kind| format!("the kind `{}`", kind.name()));
    let message = format!("`{name}`: {what} is not drawn in space, as `projection: 3d` asks");
    let error = Diagnostic::error(message).help("`scatter3d` and `surface` are".to_owned());
    let written = entry
        .plot
        .iter()
        .chain(&entry.helpers)
        .find(|(key, _)| matches!(key.as_str(), Some("subplot_kws" | "setup_figure")));
    written.map_or(error.clone(), |(key, _)| error.at(key.place.clone()))
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
fn argument(chart: &mut Chart, key: &Node, value: &Node) -> Result<(), Diagnostic> {
    let name = key.text()?;
    let null = value.is_null();
    let truth = || if null { Ok(false) } else { value.boolean() };
    if !null && (coloring::argument(chart, name, value)? || marking::argument(chart, name, value)?) {
        return Ok(());
    }
    match name {
        "kind" | "auto_encoding" => {} // read before all others
        "sel" => {}                    // a node of the graph
        "x" => chart.encodings.x = encoding::channel(value)?,
        "y" => chart.encodings.y = encoding::channel(value)?,
        "z" => chart.encodings.z = encoding::channel(value)?,
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
        "sharex" if !null => chart.share[0] = Some(share(value)?),
        "sharey" if !null => chart.share[1] = Some(share(value)?),
        "add_labels" if !null => chart.no_labels = !value.boolean()?,
        "title_kwargs" if !null => titles(chart, value)?,
        "squeeze" if !null => chart.keep_single = !value.boolean()?,
        "drop_nonindexed_coords" => chart.indexed_coords_only = truth()?,
        "subplot_kws" if !null => {
            chart.panel.aspect = view::subplot(chart, value, "`subplot_kws`")?.or(chart.panel.aspect);
        }
        "interpolation" => expect_one(value, name, &["none", "nearest", "auto", "antialiased"])?,
        "origin" if !null => {
            let origins = [("upper", Origin::Upper), ("lower", Origin::Lower)];
            chart.mesh.origin = Some(values::one_of(value, "`upper` or `lower`", &origins)?);
        }
        "shading" => expect_one(value, name, &["auto", "nearest", "flat"])?,
        "hue_style" => expect_one(value, name, &["discrete"])?,
        "infer_intervals" if !null => chart.mesh.middles = !value.boolean()?,
        "annot" => chart.mesh.annot = truth()?,
        "fmt" if !null => {
            let spec = Spec::parse(value.text()?);
            chart.mesh.format = Some(spec.ok_or_else(|| value.expected("a format such as `.2f`"))?);
        }
        // No effect on the picture.
        "show_data" => {
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
    ARGUMENTS.iter().chain(&MORE_ARGUMENTS).chain(&SPATIAL).copied()
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

/// `sharex`, `sharey`: whether, or by `row` or `col`.
fn share(node: &Node) -> Result<Share, Diagnostic> {
    match node.as_str() {
        Some("all") => Ok(Share::All),
        Some("none") => Ok(Share::None),
        Some("row") => Ok(Share::Row),
        Some("col") => Ok(Share::Col),
        Some(_) => Err(node.expected("true, false, `row` or `col`")),
        None => Ok(if node.boolean()? { Share::All } else { Share::None }),
    }
}

/// `title_kwargs`: titles of facets.
fn titles(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    let keys = Keys::of(node, "`title_kwargs`", &["color", "fontsize", "maxchar", "size", "template"])?;
    if let Some(template) = keys.given("template") {
        chart.facet_titles.template = Some(template.text()?.to_owned());
    }
    if let Some(most) = keys.given("maxchar") {
        chart.facet_titles.most = Some(most.count()?.max(4));
    }
    for key in ["fontsize", "size"] {
        if let Some(size) = keys.given(key) {
            chart.panel.title_text.size = Some(values::font_size(size, chart.style.font_size)?);
        }
    }
    if let Some(color) = keys.given("color") {
        chart.panel.title_text.color = Some(values::color(color, &chart.style.cycle.clone())?);
    }
    Ok(())
}

/// `size`, `aspect`: of a panel with facets, of the figure without; `figsize` of the figure.
fn figure_size(chart: &mut Chart, entry: &Entry) -> Result<(), Diagnostic> {
    let given = |name: &str| {
        let found = entry.plot.iter().find(|(key, _)| key.as_str() == Some(name));
        found.map(|(_, value)| value).filter(|value| !value.is_null())
    };
    let (size, aspect) = (given("size"), given("aspect"));
    if let Some(node) = given("figsize") {
        if let Some(size) = size {
            return Err(Diagnostic::error("`figsize` and `size` exclude each other").at(size.place.clone()));
        }
        chart.style.figsize = figsize(node)?;
        chart.facet_figsize = Some(chart.style.figsize);
    }
    if size.is_some() || aspect.is_some() {
        let height = size.map_or(Ok(3.0), values::positive)?;
        chart.facet_size = Some([height, aspect.map_or(Ok(1.0), values::positive)?]);
    }
    let facets = [&chart.encodings.col, &chart.encodings.row].iter().any(|channel| channel.name().is_some());
    if facets || chart.auto_encoding.is_some() {
        return Ok(());
    }
    if let Some(size) = size {
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
