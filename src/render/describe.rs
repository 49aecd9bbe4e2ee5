//! What a scene shows, as numbers and texts, and in words for a screen reader.

use super::scene::{AxesRecord, AxisRecord, LegendRecord, LineRecord, MarkRecord, Role, Scene};
use serde_json::{Map, Value, json};

/// Marks that matplotlib keeps as one collection each.
const COLLECTIONS: [&str; 16] = [
    "contour",
    "contourf",
    "errorbar",
    "errorbands",
    "errorbars",
    "fill",
    "hexbin",
    "lines",
    "pcolormesh",
    "quiver",
    "scatter",
    "scatter3d",
    "stack",
    "streamplot",
    "surface",
    "wireframe",
];

/// A scene in the form of matplotlib's figure descriptions (six digits): size, dpi, suptitle,
/// figure legends, labels and texts of the figure if there are any, and per axes role, title, labels, scales, limits, texts, lines with their end points,
/// colour limits, legend, ticks; plus `alt`, one paragraph. Speaks from the axes table alone.
pub fn describe(scene: &Scene) -> Value {
    let mut figure = json!({
        "size": numbers(&scene.asked_in),
        "dpi": number(scene.dpi),
        "suptitle": if scene.suptitle.is_empty() { Value::Null } else { scene.suptitle.as_str().into() },
        "figlegends": scene.legends.iter().map(legend).collect::<Vec<_>>(),
        "axes": scene.axes.iter().map(axes).collect::<Vec<_>>(),
        "alt": alt(scene),
    });
    for (name, label) in ["supxlabel", "supylabel"].into_iter().zip(&scene.suplabels) {
        if !label.is_empty() {
            figure[name] = label.as_str().into();
        }
    }
    if !scene.texts.is_empty() {
        figure["texts"] = scene.texts.clone().into();
    }
    figure
}

/// Six significant digits; NaN and infinities as texts, which JSON lacks.
fn number(value: f64) -> Value {
    if value.is_nan() {
        return "nan".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.into();
    }
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    rounded.into()
}

fn numbers(values: &[f64]) -> Value {
    values.iter().map(|v| number(*v)).collect::<Vec<_>>().into()
}

fn legend(record: &LegendRecord) -> Value {
    json!({ "title": record.title, "labels": record.labels })
}

/// matplotlib's name of a scale; dates and categories are linear to it.
fn scale(axis: &AxisRecord) -> &str {
    match axis.scale.as_str() {
        "date" | "category" | "" => "linear",
        other => other,
    }
}

fn axes(record: &AxesRecord) -> Value {
    let count = |kinds: &[&str]| record.marks.iter().filter(|m| kinds.contains(&m.kind.as_str())).count();
    // Bars, one outline of them, or the pointed ends of a colour bar.
    let patches = |mark: &MarkRecord| match mark.kind.as_str() {
        "bar" | "box" | "colorbar" | "hist" | "streamplot" => mark.n,
        "histstep" | "span" => 1,
        _ => 0,
    };
    let bars: usize = record.marks.iter().map(patches).sum();
    let bar = record.role == Role::Colorbar;
    let mut out = Map::new();
    out.insert("role".into(), if bar { "colorbar" } else { "plot" }.into());
    out.insert("title".into(), record.title.as_str().into());
    out.insert("xlabel".into(), record.x.label.as_str().into());
    out.insert("ylabel".into(), record.y.label.as_str().into());
    out.insert("xscale".into(), scale(&record.x).into());
    out.insert("yscale".into(), scale(&record.y).into());
    out.insert("xlim".into(), numbers(&record.x.limits));
    out.insert("ylim".into(), numbers(&record.y.limits));
    out.insert("texts".into(), record.texts.clone().into());
    // A colour bar of matplotlib is two collections: its colours and its dividers.
    // Each body of a violin is one.
    let bodies: usize = record.marks.iter().filter(|mark| mark.kind == "violin").map(|mark| mark.n).sum();
    let collections = if bar { 2 } else { count(&COLLECTIONS) + bodies };
    out.insert("collections".into(), collections.into());
    out.insert("images".into(), count(&["imshow"]).into());
    out.insert("patches".into(), bars.into());
    out.insert("lines".into(), record.lines.iter().enumerate().map(line).collect::<Vec<_>>().into());
    if let Some(space) = &record.space {
        out.insert("zlabel".into(), space.z.label.as_str().into());
        out.insert("zscale".into(), scale(&space.z).into());
        out.insert("zlim".into(), numbers(&space.z.limits));
        out.insert("view".into(), numbers(&space.view));
    }
    let shown = record.marks.iter().find_map(|mark| mark.clim);
    if let Some(clim) = shown {
        out.insert("clim".into(), numbers(&clim));
    }
    if let Some(names) = &record.legend {
        out.insert("legend".into(), legend(names));
    }
    out.insert("xticks".into(), ticks(&record.x));
    out.insert("yticks".into(), ticks(&record.y));
    Value::Object(out)
}

/// Where ticks stand, and their texts.
fn ticks(axis: &AxisRecord) -> Value {
    json!({
        "major": numbers(&axis.ticks),
        "labels": axis.tick_labels,
        "minor": numbers(&axis.minor_ticks),
        "offset": axis.offset,
    })
}

fn line((i, record): (usize, &LineRecord)) -> Value {
    json!({
        "label": if record.label.is_empty() { format!("_child{i}") } else { record.label.clone() },
        "n": record.n,
        "x": numbers(&[record.first[0], record.last[0]]),
        "y": numbers(&[record.first[1], record.last[1]]),
        "color": record.color.hex(),
    })
}

/// One paragraph: kind, axes with units and ranges, lines, colours, missing values.
fn alt(scene: &Scene) -> String {
    let plots = scene.axes.iter().filter(|axes| axes.role == Role::Plot && axes.inside.is_none());
    let plots: Vec<&AxesRecord> = plots.collect();
    let bar = scene.axes.iter().find(|axes| axes.role == Role::Colorbar);
    let Some(first) = plots.first() else { return "An empty figure.".to_owned() };
    let mut sentences: Vec<String> = Vec::new();
    let kind = kind_name(first);
    let kind = match plots.len() {
        1 => with_article(kind),
        n => format!("{n} panels, each {}", with_article(kind).to_lowercase()),
    };
    let title = if scene.suptitle.is_empty() && plots.len() == 1 { &first.title } else { &scene.suptitle };
    sentences.push(if title.is_empty() { format!("{kind}.") } else { format!("{kind}, “{title}”.") });
    if plots.len() > 1 {
        let mut names: Vec<&str> = plots
            .iter()
            .flat_map(|axes| axes.texts.iter().chain([&axes.title]))
            .map(String::as_str)
            .collect();
        names.retain(|name| !name.is_empty());
        names.dedup();
        if !names.is_empty() {
            sentences.push(format!("The panels are {}.", list(&names)));
        }
    }
    let labelled = |pick: fn(&AxesRecord) -> &AxisRecord| {
        plots.iter().map(|axes| pick(axes)).find(|axis| !axis.label.is_empty()).unwrap_or(pick(first))
    };
    let names = if first.space.is_some() { ["x", "y"] } else { ["horizontal", "vertical"] };
    sentences.push(axis_words(names[0], labelled(|axes| &axes.x), plots.iter().map(|a| &a.x)));
    sentences.push(axis_words(names[1], labelled(|axes| &axes.y), plots.iter().map(|a| &a.y)));
    if let Some(space) = &first.space {
        let all = plots.iter().filter_map(|axes| axes.space.as_ref()).map(|space| &space.z);
        sentences.push(axis_words("z", &space.z, all));
    }
    let legend = scene.legends.first().or_else(|| plots.iter().find_map(|axes| axes.legend.as_ref()));
    if let Some(legend) = legend {
        let names: Vec<&str> = legend.labels.iter().map(String::as_str).collect();
        let of = if legend.title.is_empty() { String::new() } else { format!(" by {}", legend.title) };
        sentences.push(format!("The legend tells apart{of}: {}.", list(&names)));
    }
    let ranges = plots.iter().flat_map(|axes| &axes.marks).filter_map(|mark| mark.range);
    let range = ranges.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]);
    if let Some(bar) = bar {
        let [low, high] = bar.y.limits;
        let label = if bar.y.label.is_empty() { "the values" } else { &bar.y.label };
        let data = range.map_or_else(
            || "there is no finite value".to_owned(),
            |[least, most]| format!("the values go from {} to {}", short(least), short(most)),
        );
        sentences.push(format!("Colours show {label} from {} to {}; {data}.", short(low), short(high)));
    } else if let Some([least, most]) =
        range.filter(|_| first.marks.iter().any(|m| m.kind.starts_with("hist")))
    {
        sentences.push(format!("Bars reach from {} to {}.", short(least), short(most)));
    }
    let missing: usize = plots.iter().flat_map(|axes| &axes.marks).map(|mark| mark.missing).sum();
    if missing > 0 {
        let values = if missing == 1 { "value is" } else { "values are" };
        sentences.push(format!("{missing} {values} missing."));
    }
    match scene.axes.iter().filter(|axes| axes.inside.is_some()).count() {
        0 => {}
        1 => sentences.push("Smaller axes stand inside.".to_owned()),
        n => sentences.push(format!("{n} smaller axes stand inside.")),
    }
    sentences.join(" ")
}

fn kind_name(axes: &AxesRecord) -> String {
    let lines = axes.lines.iter().filter(|line| line.n > 0).count();
    match axes.marks.first() {
        Some(mark) => match (mark.kind.as_str(), mark.shape) {
            ("pcolormesh", Some([rows, cols])) => format!("colour mesh of {cols} by {rows} cells"),
            ("imshow", Some([rows, cols])) => format!("image of {cols} by {rows} cells"),
            ("contour", Some([rows, cols])) => format!("contour lines of {cols} by {rows} values"),
            ("contourf", Some([rows, cols])) => format!("filled contours of {cols} by {rows} values"),
            ("errorbars" | "errorbands", _) => {
                let with = if mark.kind == "errorbars" { "error bars" } else { "error bands" };
                let count = axes.marks.len();
                let lines = if count == 1 { "one line".to_owned() } else { format!("{count} lines") };
                format!("plot of {lines} with {with} at {} points", mark.n)
            }
            ("hist" | "histstep", _) => format!("histogram of {} bins", mark.n),
            ("surface" | "wireframe", Some([rows, cols])) => {
                format!("{} of {cols} by {rows} values", mark.kind)
            }
            ("scatter" | "scatter3d", _) => {
                let n: usize = axes.marks.iter().map(|mark| mark.n).sum();
                let space = if mark.kind == "scatter" { "" } else { " in space" };
                format!("scatter plot of {n} points{space}")
            }
            (other, _) => other.to_owned(),
        },
        None if lines == 1 => format!("line plot of one line with {} points", axes.lines[0].n),
        None => {
            let most = axes.lines.iter().map(|line| line.n).max().unwrap_or(0);
            format!("line plot of {lines} lines with {most} points each")
        }
    }
}

fn with_article(kind: String) -> String {
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "An" } else { "A" };
    format!("{article} {kind}")
}

fn axis_words<'a>(which: &str, axis: &AxisRecord, all: impl Iterator<Item = &'a AxisRecord>) -> String {
    let label = if axis.label.is_empty() { String::new() } else { format!(" shows {} and", axis.label) };
    let scale = match axis.scale.as_str() {
        "log" => " on a logarithmic scale",
        "logit" => " on a logit scale",
        "symlog" => " on a symmetric logarithmic scale",
        _ => "",
    };
    let named: Vec<&AxisRecord> = all.collect();
    let ticks = named.iter().find(|a| a.tick_labels.iter().any(|l| !l.is_empty())).copied().unwrap_or(axis);
    let labels: Vec<&str> = ticks.tick_labels.iter().map(String::as_str).filter(|l| !l.is_empty()).collect();
    match (axis.scale.as_str(), labels.as_slice()) {
        ("category", names) => format!("The {which} axis{label} has the categories {}.", list(names)),
        ("date", [first, .., last]) => {
            let year = if ticks.offset.is_empty() { String::new() } else { format!(" ({})", ticks.offset) };
            format!("The {which} axis{label} is labelled with dates from {first} to {last}{year}.")
        }
        _ => {
            let [low, high] = axis.limits;
            format!("The {which} axis{label} goes from {} to {}{scale}.", short(low), short(high))
        }
    }
}

/// Four significant digits, as a person would say them.
fn short(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || !value.is_finite() {
        return format!("{}", value + 0.0);
    }
    if !(1e-4..1e7).contains(&size) {
        let text = format!("{value:.3e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
        return format!("{mantissa}e{exponent}");
    }
    let rounded: f64 = format!("{value:.3e}").parse().unwrap_or(value);
    format!("{rounded}")
}

/// `a, b and c`, cut after ten.
fn list(names: &[&str]) -> String {
    const MOST: usize = 10;
    match names {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        names if names.len() > MOST => {
            format!("{} and {} more", names[..MOST].join(", "), names.len() - MOST)
        }
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
