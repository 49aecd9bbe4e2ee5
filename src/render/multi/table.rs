//! The functions that calls may name, with their arguments.

use super::argument::{Bound, Call};
use super::board::Board;
use super::{
    annotate, areas, axes, bars, boxes, hist, inset, labels, legend, lines, look, marking, matrix, pie,
    polar, seaborn, space, stacks, tables, vectors,
};
use crate::diag::{Diagnostic, did_you_mean};
use crate::render::chart::Style;

/// A function.
pub(super) struct Function {
    name: &'static str,
    /// Names of positional arguments.
    pub(super) positional: &'static [&'static str],
    /// Names of further arguments, besides those of [`look::NAMES`].
    named: &'static [&'static str],
    pub(super) draw: fn(&mut Board<'_>, &Bound<'_>) -> Result<(), String>,
}

const COLORS: [&str; 4] = ["cmap", "norm", "vmax", "vmin"];
const LINES: &[&str] = marking::LINE;
const HIST: &[&str] = &[
    "align",
    "cumulative",
    "density",
    "hatch",
    "hatch_linewidth",
    "hatchcolor",
    "histtype",
    "log",
    "orientation",
    "range",
    "rwidth",
    "stacked",
    "weights",
];
const BOX: &[&str] = &[
    "boxprops",
    "capprops",
    "flierprops",
    "labels",
    "manage_ticks",
    "meanline",
    "meanprops",
    "medianprops",
    "notch",
    "orientation",
    "patch_artist",
    "positions",
    "showbox",
    "showcaps",
    "showfliers",
    "showmeans",
    "tick_labels",
    "vert",
    "whis",
    "whiskerprops",
    "widths",
];
const VIOLIN: &[&str] = &[
    "bw_method",
    "linecolor",
    "orientation",
    "points",
    "quantiles",
    "showextrema",
    "showmeans",
    "showmedians",
    "side",
    "vert",
    "widths",
];
const QUIVER: &[&str] = &[
    "C",
    "U",
    "V",
    "X",
    "Y",
    "angles",
    "headaxislength",
    "headlength",
    "headwidth",
    "minlength",
    "minshaft",
    "pivot",
    "scale",
    "scale_units",
    "units",
    "width",
];
const STREAM: &[&str] = &[
    "arrowsize",
    "arrowstyle",
    "broken_streamlines",
    "integration_direction",
    "maxlength",
    "minlength",
    "num_arrows",
    "start_points",
];

const TEXT: &[&str] = &[
    "bbox",
    "family",
    "fontfamily",
    "fontname",
    "fontstyle",
    "fontweight",
    "style",
    "weight",
    "fontsize",
    "ha",
    "horizontalalignment",
    "labelpad",
    "loc",
    "pad",
    "rotation",
    "size",
    "va",
    "verticalalignment",
];
const SURFACE: &[&str] = &["ccount", "cstride", "rcount", "rstride", "shade"];
const NOTES: &[&str] = &[
    "bbox",
    "family",
    "fontfamily",
    "fontname",
    "fontstyle",
    "fontweight",
    "style",
    "weight",
    "annotation_clip",
    "arrowprops",
    "fontsize",
    "ha",
    "horizontalalignment",
    "rotation",
    "size",
    "textcoords",
    "va",
    "verticalalignment",
    "xycoords",
];

const ERRORS: &[&str] = &[
    "barsabove",
    "capthick",
    "capsize",
    "dash_capstyle",
    "dash_joinstyle",
    "drawstyle",
    "ecolor",
    "elinewidth",
    "errorevery",
    "fillstyle",
    "markeredgewidth",
    "markevery",
    "mew",
    "solid_capstyle",
    "solid_joinstyle",
];

/// All functions.
const FUNCTIONS: &[Function] = &[
    Function { name: "plt.axhline", positional: &["y", "xmin", "xmax"], named: &[], draw: areas::across },
    Function { name: "plt.axvline", positional: &["x", "ymin", "ymax"], named: &[], draw: areas::across },
    Function {
        name: "plt.bar",
        positional: &["x", "height", "width", "bottom"],
        named: &["align", "capsize", "hatch", "hatch_linewidth", "hatchcolor", "yerr"],
        draw: areas::bar,
    },
    Function {
        name: "plt.barh",
        positional: &["y", "width", "height", "left"],
        named: &["align", "capsize", "hatch", "hatch_linewidth", "hatchcolor", "xerr"],
        draw: areas::bar,
    },
    Function {
        name: "plt.contour",
        positional: &[],
        named: &["colors", "extend", "levels", "origin"],
        draw: matrix::contour,
    },
    Function {
        name: "plt.contourf",
        positional: &[],
        named: &["colors", "extend", "hatches", "levels", "origin"],
        draw: matrix::contour,
    },
    Function {
        name: "plt.errorbar",
        positional: &["x", "y", "yerr", "xerr", "fmt"],
        named: ERRORS,
        draw: lines::errorbar,
    },
    Function { name: "plt.fill", positional: &[], named: marking::HATCH, draw: areas::fill },
    Function {
        name: "plt.fill_between",
        positional: &["x", "y1", "y2", "where"],
        named: marking::HATCH,
        draw: areas::fill_between,
    },
    Function { name: "plt.hist", positional: &["x", "bins"], named: HIST, draw: hist::hist },
    Function {
        name: "plt.hist2d",
        positional: &["x", "y", "bins", "range", "density"],
        named: &["cmin"],
        draw: matrix::hist2d,
    },
    Function {
        name: "plt.imshow",
        positional: &["X"],
        named: &["aspect", "extent", "origin"],
        draw: matrix::imshow,
    },
    Function { name: "plt.loglog", positional: &[], named: LINES, draw: lines::log_plot },
    Function { name: "plt.pcolormesh", positional: &[], named: &["C", "X", "Y"], draw: matrix::pcolormesh },
    Function {
        name: "plt.pie",
        positional: &["x", "explode", "labels", "colors", "autopct"],
        named: pie::NAMES,
        draw: pie::pie,
    },
    Function { name: "plt.plot", positional: &[], named: LINES, draw: lines::plot },
    Function {
        name: "plt.scatter",
        positional: &["x", "y", "s", "c"],
        named: &["aggregate", "legend_elements"],
        draw: areas::scatter,
    },
    Function { name: "plt.semilogx", positional: &[], named: LINES, draw: lines::log_plot },
    Function { name: "plt.semilogy", positional: &[], named: LINES, draw: lines::log_plot },
    Function { name: "plt.step", positional: &["x", "y"], named: LINES, draw: lines::step },
    Function { name: "plt.table", positional: tables::POSITIONAL, named: tables::NAMES, draw: tables::table },
    Function { name: "plt.text", positional: &["x", "y", "s"], named: TEXT, draw: areas::text },
    Function {
        name: "sns.barplot",
        positional: &["data"],
        named: seaborn::names::BARS,
        draw: seaborn::barplot,
    },
    Function {
        name: "sns.boxenplot",
        positional: &["data"],
        named: seaborn::names::BOXEN,
        draw: seaborn::boxenplot,
    },
    Function {
        name: "sns.boxplot",
        positional: &["data"],
        named: seaborn::names::BOX,
        draw: seaborn::boxplot,
    },
    Function {
        name: "sns.countplot",
        positional: &["data"],
        named: seaborn::names::COUNT,
        draw: seaborn::countplot,
    },
    Function {
        name: "sns.despine",
        positional: &[],
        named: &["bottom", "left", "right", "top"],
        draw: seaborn::despine,
    },
    Function {
        name: "sns.ecdfplot",
        positional: &["data"],
        named: seaborn::names::ECDF,
        draw: seaborn::ecdfplot,
    },
    Function {
        name: "sns.heatmap",
        positional: &["data"],
        named: &["annot", "cbar", "cbar_kws", "fmt", "square", "xticklabels", "yticklabels"],
        draw: matrix::heatmap,
    },
    Function {
        name: "sns.histplot",
        positional: &["data"],
        named: seaborn::names::HIST,
        draw: seaborn::histplot,
    },
    Function {
        name: "sns.kdeplot",
        positional: &["data"],
        named: seaborn::names::KDE,
        draw: seaborn::kdeplot,
    },
    Function {
        name: "sns.lineplot",
        positional: &["data"],
        named: seaborn::names::LINE,
        draw: seaborn::lineplot,
    },
    Function {
        name: "sns.scatterplot",
        positional: &["data"],
        named: seaborn::names::SCATTER,
        draw: seaborn::scatterplot,
    },
    Function {
        name: "plt.axhspan",
        positional: &["ymin", "ymax", "xmin", "xmax"],
        named: marking::HATCH,
        draw: stacks::span,
    },
    Function {
        name: "plt.axvspan",
        positional: &["xmin", "xmax", "ymin", "ymax"],
        named: marking::HATCH,
        draw: stacks::span,
    },
    Function { name: "plt.boxplot", positional: &["x"], named: BOX, draw: boxes::boxplot },
    Function {
        name: "plt.ecdf",
        positional: &["x", "weights"],
        named: &["complementary", "orientation"],
        draw: stacks::ecdf,
    },
    Function {
        name: "plt.hexbin",
        positional: &["x", "y", "C"],
        named: &["bins", "extent", "gridsize", "mincnt"],
        draw: stacks::hexbin,
    },
    Function { name: "plt.quiver", positional: &[], named: QUIVER, draw: vectors::quiver },
    Function {
        name: "plt.quiverkey",
        positional: &["X", "Y", "U", "label"],
        named: &["coordinates", "labelpos"],
        draw: vectors::quiverkey,
    },
    Function {
        name: "plt.stackplot",
        positional: &[],
        named: &["baseline", "colors", "hatch", "hatch_linewidth", "hatchcolor", "labels"],
        draw: stacks::stackplot,
    },
    Function {
        name: "plt.streamplot",
        positional: &["x", "y", "u", "v", "density", "linewidth", "color"],
        named: STREAM,
        draw: vectors::streamplot,
    },
    Function {
        name: "plt.violinplot",
        positional: &["dataset", "positions"],
        named: VIOLIN,
        draw: boxes::violinplot,
    },
    Function {
        name: "sns.rugplot",
        positional: &["data"],
        named: &["expand_margins", "height", "hue", "hue_norm", "hue_order", "legend", "palette"],
        draw: seaborn::rugplot,
    },
    Function {
        name: "plt.annotate",
        positional: &["text", "xy", "xytext"],
        named: NOTES,
        draw: annotate::annotate,
    },
    Function { name: "plt.aspect", positional: &["aspect"], named: &["adjustable"], draw: axes::set_aspect },
    Function { name: "plt.axis", positional: &[], named: &[], draw: axes::axis },
    Function { name: "plt.colorbar", positional: &[], named: bars::NAMES, draw: bars::colorbar },
    Function { name: "plt.title", positional: &["label"], named: TEXT, draw: axes::label },
    Function { name: "plt.twinx", positional: &[], named: &[], draw: axes::twin },
    Function { name: "plt.twiny", positional: &[], named: &[], draw: axes::twin },
    Function { name: "plt.xlabel", positional: &["label"], named: TEXT, draw: axes::label },
    Function { name: "plt.ylabel", positional: &["label"], named: TEXT, draw: axes::label },
    Function { name: "plt.xlim", positional: &[], named: &["left", "right"], draw: axes::limits },
    Function { name: "plt.ylim", positional: &[], named: &["bottom", "top"], draw: axes::limits },
    Function { name: "plt.xscale", positional: &["value"], named: &["base", "linthresh"], draw: axes::scale },
    Function { name: "plt.yscale", positional: &["value"], named: &["base", "linthresh"], draw: axes::scale },
    Function { name: "plt.xticks", positional: &["ticks", "labels"], named: TEXT, draw: axes::ticks },
    Function { name: "plt.yticks", positional: &["ticks", "labels"], named: TEXT, draw: axes::ticks },
    Function { name: "plt.box_aspect", positional: &["aspect"], named: &[], draw: space::box_aspect },
    Function { name: "plt.grid", positional: &["visible", "which", "axis"], named: &[], draw: axes::grid },
    Function { name: "plt.plot3D", positional: &["xs", "ys", "zs", "fmt"], named: &[], draw: space::plot },
    Function { name: "plt.plot_surface", positional: &["X", "Y", "Z"], named: SURFACE, draw: space::surface },
    Function {
        name: "plt.plot_wireframe",
        positional: &["X", "Y", "Z"],
        named: &["ccount", "cstride", "rcount", "rstride"],
        draw: space::wireframe,
    },
    Function { name: "plt.polar", positional: &[], named: LINES, draw: polar::polar },
    Function { name: "plt.projection", positional: &["projection"], named: &[], draw: polar::projection },
    Function { name: "plt.rgrids", positional: &["radii", "labels"], named: &["angle"], draw: polar::radii },
    Function { name: "plt.rmax", positional: &["rmax"], named: &[], draw: polar::reach },
    Function {
        name: "plt.scatter3D",
        positional: &["xs", "ys", "zs", "s", "c"],
        named: &["depthshade"],
        draw: space::scatter,
    },
    Function { name: "plt.theta_direction", positional: &["direction"], named: &[], draw: polar::direction },
    Function { name: "plt.theta_zero_location", positional: &["loc"], named: &["offset"], draw: polar::zero },
    Function { name: "plt.thetagrids", positional: &["angles", "labels"], named: &[], draw: polar::angles },
    Function { name: "plt.view_init", positional: &["elev", "azim", "roll"], named: &[], draw: space::view },
    Function {
        name: "plt.proj_type",
        positional: &["proj_type"],
        named: &["focal_length"],
        draw: space::projection,
    },
    Function { name: "plt.zlabel", positional: &["label"], named: TEXT, draw: axes::label },
    Function { name: "plt.zlim", positional: &[], named: &["bottom", "top"], draw: axes::limits },
    Function { name: "plt.zscale", positional: &["value"], named: &["base", "linthresh"], draw: axes::scale },
    Function { name: "plt.zticks", positional: &["ticks", "labels"], named: TEXT, draw: axes::ticks },
    Function {
        name: "plt.bar_label",
        positional: &[],
        named: &[
            "family",
            "fmt",
            "fontfamily",
            "fontname",
            "fontsize",
            "fontstyle",
            "fontweight",
            "label_type",
            "labels",
            "padding",
            "rotation",
            "size",
            "style",
            "weight",
        ],
        draw: labels::bars,
    },
    Function {
        name: "plt.clabel",
        positional: &[],
        named: &["colors", "fmt", "fontsize", "inline", "levels"],
        draw: labels::contours,
    },
    Function {
        name: "plt.tick_params",
        positional: &["axis"],
        named: labels::TICKS,
        draw: labels::tick_params,
    },
    Function {
        name: "sns.pointplot",
        positional: &["data"],
        named: seaborn::names::POINT,
        draw: seaborn::pointplot,
    },
    Function {
        name: "sns.stripplot",
        positional: &["data"],
        named: seaborn::names::STRIP,
        draw: seaborn::stripplot,
    },
    Function {
        name: "sns.swarmplot",
        positional: &["data"],
        named: seaborn::names::SWARM,
        draw: seaborn::swarmplot,
    },
    Function {
        name: "sns.violinplot",
        positional: &["data"],
        named: seaborn::names::VIOLIN,
        draw: seaborn::violinplot,
    },
    Function { name: "plt.legend", positional: &["labels"], named: &legend::NAMES, draw: legend::legend },
    Function { name: "plt.patch", positional: &[], named: marking::HATCH, draw: marking::patch },
    Function { name: "plt.inset_axes", positional: &["bounds"], named: inset::NAMES, draw: inset::inset },
    Function { name: "sns.regplot", positional: &["data"], named: seaborn::REG, draw: seaborn::regplot },
    Function {
        name: "sns.residplot",
        positional: &["data"],
        named: seaborn::RESID,
        draw: seaborn::residplot,
    },
    // pyplot's own names of lines across, for `call`.
    Function { name: "plt.hlines", positional: &["y", "xmin", "xmax"], named: &[], draw: lines::between },
    Function { name: "plt.vlines", positional: &["x", "ymin", "ymax"], named: &[], draw: lines::between },
];

/// Arguments of matplotlib's and seaborn's functions that are not drawn yet.
const ARGUMENTS_TO_COME: [&str; 6] =
    ["extend", "interpolate", "interpolation", "scalex", "scaley", "shading"];

/// Names of all functions that are drawn.
pub fn names() -> impl Iterator<Item = &'static str> + Clone {
    FUNCTIONS.iter().map(|function| function.name)
}

pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// Whether a call names a function that there is, with arguments that it has; colours, dashes and
/// markers that are constants are looked up.
///
/// # Errors
/// What is wrong, at the call.
pub fn check_call(call: &Call, style: &Style) -> Result<(), Diagnostic> {
    let error = |message: String| Diagnostic::error(message).at(call.place.clone());
    let name = call.function.as_str();
    let Some(function) = find(name) else {
        return Err(error(format!("there is no function `{name}`")).help(did_you_mean(name, names())));
    };
    let known = || {
        let own = function.positional.iter().chain(function.named);
        own.chain(&look::NAMES).chain(&COLORS).chain(["x", "y"].iter()).copied()
    };
    for (key, _) in &call.kwargs {
        if !known().any(|known| known == key) {
            if ARGUMENTS_TO_COME.contains(&key.as_str()) {
                return Err(error(format!("the argument `{key}` of `{name}` is not supported yet")));
            }
            return Err(error(format!("`{name}` has no argument `{key}`")).help(did_you_mean(key, known())));
        }
    }
    if !function.positional.is_empty() && call.args.len() > function.positional.len() + 1 {
        return Err(error(format!("`{name}` takes {} positional arguments", function.positional.len())));
    }
    let constants = Bound::constants(call);
    let checked = look::Look::of(&constants, style).map(drop).and_then(|()| match name {
        "plt.inset_axes" => inset::check(&constants, style),
        "plt.table" => tables::check(&constants),
        _ => legend::check(&constants, style),
    });
    checked.map_err(|why| error(format!("`{name}`: {why}")))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_listed_once() {
        let mut all: Vec<&str> = names().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
