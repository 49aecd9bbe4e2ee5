//! `figcall: {functions: [{function, args, …}]}`: methods of matplotlib's figures, by the helpers that do
//! the same.

use super::axes::legend;
use super::{Context, figure, text, ticks};
use crate::config::{Keys, Node, Yaml};
use crate::diag::{Diagnostic, did_you_mean};
use crate::plan::chart::{figsize, values};
use crate::render::Chart;
use crate::render::panel::{Coords, PanelOptions};

/// Functions with the names of their positional arguments.
const FUNCTIONS: [(&str, &[&str]); 17] = [
    ("align_labels", &[]),
    ("align_xlabels", &[]),
    ("align_ylabels", &[]),
    ("autofmt_xdate", &["bottom", "rotation", "ha", "which"]),
    ("figlegend", &["labels"]),
    ("figtext", &["x", "y", "s"]),
    ("legend", &["labels"]),
    ("set_dpi", &["val"]),
    ("set_facecolor", &["color"]),
    ("set_figheight", &["val"]),
    ("set_figwidth", &["val"]),
    ("set_size_inches", &["w", "h"]),
    ("subplots_adjust", &["left", "bottom", "right", "top", "wspace", "hspace"]),
    ("suptitle", &["t"]),
    ("supxlabel", &["t"]),
    ("supylabel", &["t"]),
    ("text", &["x", "y", "s"]),
];

/// Methods of figures that there are not here, with what is there instead.
const OTHERS: [(&str, &str); 7] = [
    ("add_axes", "axes are those of `setup_figure`, and `plt.inset_axes` in calls"),
    ("add_subplot", "axes are those of `setup_figure`"),
    ("colorbar", "call `plt.colorbar` with `ax: all`"),
    ("constrained_layout", "the layout keeps texts apart by itself"),
    ("savefig", "the helper `save_figure` says how files are written"),
    ("set_layout_engine", "the layout keeps texts apart by itself"),
    ("tight_layout", "the layout keeps texts apart by itself"),
];

/// Applies the helper.
///
/// # Errors
/// Functions that there are not, and arguments as of the helpers.
pub(super) fn apply(chart: &mut Chart, node: &Node, context: &mut Context<'_>) -> Result<(), Diagnostic> {
    let keys = Keys::of(node, "`figcall`", &["functions"])?;
    for one in keys.given("functions").map_or(Ok(&[][..]), Node::list)? {
        call(chart, one, context).map_err(|error| error.or_at(&one.place))?;
    }
    Ok(())
}

fn call(chart: &mut Chart, node: &Node, context: &mut Context<'_>) -> Result<(), Diagnostic> {
    node.mapping()?;
    let function = node.get("function").ok_or_else(|| node.expected("a call with its `function`"))?;
    let written = function.text()?;
    let name = ["plt.", "fig.", "figure."].iter().find_map(|prefix| written.strip_prefix(prefix));
    let name = name.unwrap_or(written);
    let Some((name, positional)) = FUNCTIONS.iter().find(|(known, _)| *known == name) else {
        let message = format!("there is no function `{written}` of figures");
        let error = Diagnostic::error(message).at(function.place.clone());
        return Err(match OTHERS.iter().find(|(other, _)| *other == name) {
            Some((_, instead)) => error.help((*instead).to_owned()),
            None => error.help(did_you_mean(name, FUNCTIONS.iter().map(|(known, _)| *known))),
        });
    };
    let node = arguments(node, name, positional)?;
    match *name {
        "suptitle" => figure::suptitle(chart, &node, "figcall", context),
        "supxlabel" => figure::suplabel(chart, 0, &node, "figcall", context),
        "supylabel" => figure::suplabel(chart, 1, &node, "figcall", context),
        "legend" | "figlegend" => {
            let mut options = legend(&node, "set_figlegend", context)?;
            options.loc.get_or_insert("center right".to_owned());
            options.gather.get_or_insert(true);
            chart.figlegend = Some(options);
            Ok(())
        }
        "subplots_adjust" => figure::spaces(chart, &node, "`subplots_adjust`", &[]),
        "align_labels" | "align_xlabels" | "align_ylabels" => {
            Keys::of(&node, &format!("`{name}`"), &[])?;
            chart.align[0] |= *name != "align_ylabels";
            chart.align[1] |= *name != "align_xlabels";
            Ok(())
        }
        "autofmt_xdate" => {
            let mut panel = PanelOptions::default();
            ticks::autofmt(&mut panel, &node, context)?;
            chart.update(&panel);
            Ok(())
        }
        "text" | "figtext" => {
            let mut note = text::one(&node, "figcall", context)?;
            note.coords = Coords::Figure;
            chart.figure_texts.push(note);
            Ok(())
        }
        "set_dpi" => {
            chart.style.dpi = values::positive(single(&node, "val")?)?;
            Ok(())
        }
        "set_facecolor" => {
            chart.style.facecolor = values::color(single(&node, "color")?, &context.cycle)?;
            Ok(())
        }
        "set_figwidth" | "set_figheight" => {
            chart.style.figsize[usize::from(*name == "set_figheight")] =
                values::positive(single(&node, "val")?)?;
            Ok(())
        }
        _ => {
            let keys = Keys::of(&node, "`set_size_inches`", &["w", "h"])?;
            let wanted = || node.expected("width and height in inches, `w` and `h`");
            chart.style.figsize = match (keys.given("w"), keys.given("h")) {
                (Some(pair), None) => figsize(pair)?,
                (Some(w), Some(h)) => [values::positive(w)?, values::positive(h)?],
                _ => return Err(wanted()),
            };
            Ok(())
        }
    }
}

/// The one argument of a function.
fn single<'n>(node: &'n Node, name: &str) -> Result<&'n Node, Diagnostic> {
    match node.mapping()? {
        [(key, value)] if key.as_str() == Some(name) => Ok(value),
        _ => Err(node.expected(&format!("the argument `{name}` alone"))),
    }
}

/// Positional and named arguments in one mapping.
fn arguments(node: &Node, name: &str, positional: &[&str]) -> Result<Node, Diagnostic> {
    let own = |(key, _): &&(Node, Node)| !matches!(key.as_str(), Some("function" | "args"));
    let mut entries: Vec<(Node, Node)> = Vec::new();
    if let Some(args) = node.get("args").filter(|args| !args.is_null()) {
        let list = args.list()?;
        if list.len() > positional.len() {
            let message = format!("`{name}` takes {} positional arguments", positional.len());
            return Err(Diagnostic::error(message).at(args.place.clone()));
        }
        for (name, value) in positional.iter().zip(list) {
            entries.push((Node::new(Yaml::Str((*name).to_owned()), &value.place), value.clone()));
        }
    }
    for (key, value) in node.mapping()?.iter().filter(own) {
        if entries.iter().any(|(known, _)| known.python_eq(key)) {
            let message = format!("`{name}` is given `{}` twice", key.python_str());
            return Err(Diagnostic::error(message).at(key.place.clone()));
        }
        entries.push((key.clone(), value.clone()));
    }
    Ok(Node::new(Yaml::Map(entries), &node.place))
}
