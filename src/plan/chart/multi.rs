//! Entries with the plot function `multiplot`: calls of functions on the axes of a figure.

use super::{color_map, helpers, style};
use crate::config::{Entry, Node, Yaml};
use crate::diag::{Diagnostic, Warned};
use crate::render::Chart;
use crate::render::chart::{ColorOptions, Style};
use crate::render::multi::{Argument, Call, MultiPlot, check_call};
use crate::transform::Value;

/// Arguments of multiplot itself; all others are shared by its calls.
const OWN: [&str; 3] = ["funcs", "show_hints", "to_plot"];

/// Keys of a call that are not arguments of its function.
const OF_CALLS: [&str; 5] = ["args", "function", "pass_axis_object_as", "pass_helper", "pass_helper_attrs"];

/// The figure that an entry with the plot function `multiplot` wants. `name` is the entry's.
///
/// # Errors
/// The first function, argument, helper or rcParam that is unknown, malformed or not supported yet.
pub fn multiplot(entry: &Entry, name: &str) -> Result<Warned<MultiPlot>, Diagnostic> {
    let mut warnings = Vec::new();
    let mut chart = Chart::default();
    style::apply(&mut chart, &entry.style, &mut warnings)?;
    helpers::apply(&mut chart, &entry.helpers, &mut warnings)?;
    let given = |key: &str| {
        let found = entry.plot.iter().find(|(known, _)| known.as_str() == Some(key));
        found.map(|(_, value)| value).filter(|value| !value.is_null())
    };
    if let Some(flag) = given("show_hints") {
        flag.boolean()?;
    }
    if let Some(funcs) = given("funcs") {
        return Err(python_only("`funcs`", funcs));
    }
    let shared: Vec<(Node, Node)> = entry
        .plot
        .iter()
        .filter(|(key, _)| !OWN.contains(&key.as_str().unwrap_or_default()))
        .cloned()
        .collect();
    let to_plot = given("to_plot").ok_or_else(|| {
        Diagnostic::error(format!("`{name}` says nothing to plot")).help(
            "multiplot takes `to_plot`: a list of calls, or axes `[col, row]` with lists of calls".to_owned(),
        )
    })?;
    let mut cells = Vec::new();
    match &to_plot.value {
        Yaml::Seq(items) if to_plot.tag.is_none() => {
            cells.push(([0, 0], calls(items, &shared, &chart.style)?))
        }
        Yaml::Map(entries) if to_plot.tag.is_none() => {
            for (key, value) in entries {
                let at = match helpers::coordinates(key) {
                    Some([Some(col), Some(row)]) => [col, row],
                    _ => return Err(key.expected("the axes `[col, row]` as a key of `to_plot`")),
                };
                cells.push((at, calls(value.list()?, &shared, &chart.style)?));
            }
        }
        _ => return Err(to_plot.expected("a list of calls, or axes `[col, row]` with lists of calls")),
    }
    Ok(Warned { value: MultiPlot { chart, cells }, warnings })
}

fn python_only(what: &str, node: &Node) -> Diagnostic {
    Diagnostic::error(format!("{what} takes Python objects, which there are none of here"))
        .at(node.place.clone())
        .help("name one of the functions that multiplot knows".to_owned())
}

/// The calls of a list, with the arguments that they share.
pub(super) fn calls(items: &[Node], shared: &[(Node, Node)], style: &Style) -> Result<Vec<Call>, Diagnostic> {
    items.iter().map(|item| call(item, shared, style).map_err(|error| error.or_at(&item.place))).collect()
}

fn call(node: &Node, shared: &[(Node, Node)], style: &Style) -> Result<Call, Diagnostic> {
    let own = node.mapping()?;
    let function = node.get("function").ok_or_else(|| node.expected("a call with its `function`"))?;
    if function.as_seq().is_some() {
        return Err(python_only("a function `[module, name]`", function));
    }
    let function_name = function.text()?;
    for key in ["pass_axis_object_as", "pass_helper", "pass_helper_attrs"] {
        if let Some(value) = node.get(key).filter(|value| !super::off(Some(value))) {
            return Err(python_only(&format!("`{key}`"), value));
        }
    }
    // What calls share, updated by what this one says.
    let mut entries: Vec<(Node, Node)> = shared.to_vec();
    for (key, value) in own.iter().filter(|(key, _)| !OF_CALLS.contains(&key.as_str().unwrap_or_default())) {
        match entries.iter_mut().find(|(known, _)| known.python_eq(key)) {
            Some((_, old)) => *old = helpers::merged(old, value),
            None => entries.push((key.clone(), value.clone())),
        }
    }
    let args = match node.get("args").filter(|args| !args.is_null()) {
        Some(args) => args.list()?.iter().map(argument).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let (mut kwargs, mut color) = (Vec::new(), Chart { style: style.clone(), ..Chart::default() });
    let mut inner = Vec::new();
    let inset = function_name == "plt.inset_axes";
    // What all calls share is for those inside.
    let written = |key: &Node| !inset || own.iter().any(|(known, _)| known.python_eq(key));
    for (key, value) in entries.iter().filter(|(key, _)| written(key)) {
        match key.text()? {
            "to_plot" if inset => inner = calls(value.list()?, shared, style)?,
            _ if value.is_null() => kwargs.push((key.text()?.to_owned(), Argument::None)),
            "cmap" if !is_result(value) => color_map::apply(&mut color, value)?,
            "norm" if !is_result(value) => {
                super::norm::apply(&mut color, value)?;
            }
            name => kwargs.push((name.to_owned(), argument(value)?)),
        }
    }
    let color: ColorOptions = color.color;
    let call = Call {
        function: function_name.to_owned(),
        args,
        kwargs,
        color,
        calls: inner,
        place: function.place.clone(),
    };
    check_call(&call, style)?;
    Ok(call)
}

fn is_result(node: &Node) -> bool {
    node.tag() == Some("dag_result")
}

/// A value of the configuration as an argument; `!dag_result` stays a placeholder.
fn argument(node: &Node) -> Result<Argument, Diagnostic> {
    if is_result(node) {
        return match &node.value {
            Yaml::Str(tag) => Ok(Argument::Result(tag.clone())),
            _ => Err(node.expected("the tag of a result")),
        };
    }
    if node.tag.is_some() && node.tag() != Some("tuple") {
        return Err(node.expected("a plain value or `!dag_result`"));
    }
    Ok(match &node.value {
        Yaml::Null => Argument::None,
        Yaml::Bool(flag) => Argument::Bool(*flag),
        Yaml::Int(number) => Argument::Number(*number as f64),
        Yaml::Float(number) => Argument::Number(*number),
        Yaml::Str(text) => Argument::Text(text.clone()),
        Yaml::Seq(items) => Argument::List(items.iter().map(argument).collect::<Result<_, _>>()?),
        Yaml::Map(entries) => {
            let entry = |(key, value): &(Node, Node)| Ok((key.python_str(), argument(value)?));
            Argument::Map(entries.iter().map(entry).collect::<Result<_, Diagnostic>>()?)
        }
    })
}

/// A result of the graph as an argument: arrays and datasets as they are, without copying.
pub fn result(value: &Value) -> Argument {
    match value {
        Value::None => Argument::None,
        Value::Bool(flag) => Argument::Bool(*flag),
        Value::Int(number) => Argument::Number(*number as f64),
        Value::Float(number) => Argument::Number(*number),
        Value::Text(text) => Argument::Text(text.clone()),
        Value::List(items) | Value::Tuple(items) => Argument::List(items.iter().map(result).collect()),
        Value::Map(entries) => {
            let entry = |(key, value): &(Value, Value)| {
                let key = key.as_text().map_or_else(|| key.describe(), str::to_owned);
                (key, result(value))
            };
            Argument::Map(entries.iter().map(entry).collect())
        }
        Value::Array(array) | Value::Bare(array) => Argument::Array(array.clone()),
        Value::Dataset(dataset) => Argument::Dataset(dataset.clone()),
        // No function takes these; what it says of its argument names them.
        other @ (Value::Slice(_) | Value::Windows(_)) => Argument::Text(other.describe()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dim, Labelled, Values};
    use crate::diag::Source;
    use crate::render::scene::Scene;
    use crate::render::{compose_multi, describe};
    use std::collections::BTreeMap;

    fn entry(text: &str) -> Entry {
        let node = crate::config::read::read(&Source::new("p.yml", text)).unwrap().unwrap();
        let part = |key: &str| node.get(key).and_then(Node::as_map).unwrap_or_default().to_vec();
        let mut entry = Entry { helpers: part("helpers"), style: part("style"), ..Entry::default() };
        entry.plot = part("plot");
        entry
    }

    fn results() -> BTreeMap<String, Argument> {
        let array = |name: &str, values: &[f64]| {
            let values = Values::F64(values.to_vec().into());
            let array = Labelled::contiguous(vec![Dim::new("t")], vec![values.len()], values).named(name);
            (name.to_owned(), Argument::Array(array))
        };
        BTreeMap::from([array("x", &[0.0, 1.0, 2.0]), array("y", &[3.0, 1.0, 2.0])])
    }

    fn draw(text: &str) -> Result<(Scene, Vec<String>), String> {
        let multi = multiplot(&entry(text), "m").map_err(|error| error.to_string())?;
        let scene = compose_multi(&multi.value, &results()).map_err(|error| error.to_string())?;
        let warnings = multi.warnings.iter().chain(&scene.warnings).map(ToString::to_string).collect();
        Ok((scene.value, warnings))
    }

    /// Limits, lines and legend by matplotlib 3.11 for the same calls.
    #[test]
    fn calls_are_drawn_on_one_axes_with_their_results() {
        let (scene, warnings) = draw(
            "
plot:
  to_plot:
    - {function: plt.plot, args: [!dag_result x, !dag_result y, 'C1--'], label: line}
    - {function: plt.scatter, args: [[0.5, 1.5], [1.0, 4.0]], label: marks}
    - {function: plt.axhline, y: 2.5, linestyle: ':', label: level}
helpers: {set_legend: {use_legend: true}, set_labels: {x: time}}
",
        )
        .unwrap();
        assert_eq!(warnings, Vec::<String>::new());
        let axes = &describe(&scene)["axes"][0];
        assert_eq!(axes["xlim"], serde_json::json!([-0.1, 2.1]));
        assert_eq!(axes["ylim"], serde_json::json!([0.85, 4.15]));
        assert_eq!(axes["xlabel"], "time");
        assert_eq!(axes["legend"]["labels"], serde_json::json!(["line", "marks", "level"]));
        let line = &scene.axes[0].lines[0];
        assert_eq!((line.n, line.first, line.last), (3, [0.0, 3.0], [2.0, 2.0]));
        assert_eq!(line.color.hex(), "#de8f05");
    }

    #[test]
    fn tables_are_within_the_figure_wherever_they_stand() {
        use crate::render::scene::Command;
        for place in [
            "loc: bottom",
            "loc: top",
            "loc: left",
            "loc: right, colWidths: [0.5, 0.5]",
            "loc: bottom left",
            "bbox: [-0.2, -1.5, 1.4, 1.2]",
            "auto_set_font_size: false, fontsize: 40",
        ] {
            let (scene, warnings) = draw(&format!(
                "
plot:
  to_plot:
    - {{function: plt.plot, args: [!dag_result x, !dag_result y]}}
    - {{function: plt.table, cellText: [[one, 2], [three, 4.5]], rowLabels: [first, '2nd'], {place}}}
helpers: {{set_title: {{title: above}}}}
"
            ))
            .unwrap();
            assert_eq!(warnings, Vec::<String>::new(), "{place}");
            let texts = &describe(&scene)["axes"][0]["texts"];
            assert_eq!(*texts, serde_json::json!(["first", "one", "2", "2nd", "three", "4.5"]), "{place}");
            let [width, height] = scene.size_in.map(|inches| 72.0 * inches);
            let mut cells = 0;
            for command in &scene.commands {
                if let Command::Rect { rect, stroke: Some(_), .. } = command {
                    let inside = rect.left >= 0.0 && rect.top >= 0.0;
                    assert!(inside && rect.right <= width && rect.bottom <= height, "{place}: {rect:?}");
                    cells += 1;
                }
            }
            // And the frame.
            assert_eq!(cells, 7, "{place}");
            let frame = &scene.axes[0].frame;
            assert!(frame.width() > 40.0 && frame.height() > 40.0, "{place}: {frame:?}");
        }
    }

    #[test]
    fn axes_are_given_column_first_and_helpers_may_be_for_one() {
        let (scene, warnings) = draw(
            "
plot:
  color: red
  to_plot:
    [0, 0]: [{function: plt.bar, args: [[a, b, c], [1, 3, 2]]}]
    [1, 0]: [{function: plt.hist, args: [[1.0, 2.0, 2.0, 4.0]], bins: 3}]
    [-1, -1]: [{function: plt.semilogy, args: [[1, 10, 100]], color: k}]
helpers:
  setup_figure: {ncols: 2, nrows: 2, figsize: [3, 2], scale_figsize_with_subplots_shape: true}
  set_title: {title: all}
  set_limits: {x: [0, 5]}
  axis_specific:
    bars: {axis: [0, 0], set_title: {title: bars}, set_limits: {enabled: false}}
    right: {axis: [-1, ~], set_labels: {y: right}}
",
        )
        .unwrap();
        assert_eq!(warnings, Vec::<String>::new());
        assert_eq!(scene.size_in, [6.0, 4.0]);
        let titles: Vec<&str> = scene.axes.iter().map(|axes| axes.title.as_str()).collect();
        // The empty axes is left alone.
        assert_eq!(titles, ["bars", "all", "", "all"]);
        let labels: Vec<&str> = scene.axes.iter().map(|axes| axes.y.label.as_str()).collect();
        assert_eq!(labels, ["", "right", "", "right"]);
        assert_eq!(scene.axes[0].x.tick_labels, ["a", "b", "c"]);
        // matplotlib: 0.8 wide bars at 0, 1, 2 with a margin of 5 %.
        let [low, high] = scene.axes[0].x.limits;
        assert!((low + 0.54).abs() < 1e-9 && (high - 2.54).abs() < 1e-9, "{low} {high}");
        assert_eq!(scene.axes[1].x.limits, [0.0, 5.0]);
        assert_eq!(scene.axes[1].y.limits, [0.0, 2.1]);
        assert_eq!(scene.axes[2].x.limits, [0.0, 1.0]);
        assert_eq!(scene.axes[3].y.scale, "log");
    }

    #[test]
    fn a_call_that_fails_is_a_warning_and_the_others_are_drawn() {
        let text = "
plot:
  to_plot:
    - {function: plt.plot, args: [!dag_result x, [1, 2]]}
    - {function: plt.plot, args: [!dag_result y]}
    - {function: plt.plot, args: [!dag_result z]}
";
        let (scene, warnings) = draw(text).unwrap();
        assert_eq!(scene.axes[0].lines.len(), 1);
        assert_eq!(warnings.len(), 2);
        assert!(warnings[0].contains("call 0 on axes [0, 0]): x has 3 values, y has 2"), "{warnings:?}");
        assert!(warnings[1].contains("there is no result `z`"), "{warnings:?}");
    }

    #[test]
    fn what_is_wrong_with_a_call_is_said_when_it_is_planned() {
        let cases = [
            ("plt.plott, args: [1]", "there is no function `plt.plott` (did you mean `plt.plot`?)"),
            ("[numpy, sin], args: [1]", "takes Python objects"),
            (
                "plt.plot, args: [1], linestile: ':'",
                "has no argument `linestile` (did you mean `linestyle`?)",
            ),
            ("plt.plot, args: [1], color: reed", "`color`: unknown colour `reed`"),
            ("plt.plot, args: [1], marker: q", "`q` is no marker"),
            ("plt.legend, titel: x", "has no argument `titel` (did you mean `title`?)"),
            ("plt.legend, loc: uper left", "there is no place `uper left`"),
            ("plt.inset_axes, bounds: [0, 0, 1]", "`bounds` `[left, bottom, width, height]`"),
            ("plt.inset_axes, bounds: [0, 0, 1, 1], color: red", "no argument `color`"),
            ("plt.inset_axes, to_plot: [{function: plt.twinx}]", "`plt.twinx` is not for axes inside"),
            ("plt.inset_axes, to_plot: [{function: plt.plott}]", "there is no function `plt.plott`"),
            ("plt.inset_axes, indicate_inset: true", "`indicate_inset` takes `bounds`"),
            ("plt.inset_axes, indicate_inset_zoom: {edgecolour: r}", "has no `edgecolour`"),
        ];
        for (call, error) in cases {
            let found = draw(&format!("plot: {{to_plot: [{{function: {call}}}]}}")).unwrap_err();
            assert!(found.contains(error), "{call}: {found}");
        }
        let helpers = [
            ("call: {functions: [{function: plt.plott}]}", "there is no function `plt.plott`"),
            ("call: {function: plt.plot}", "unknown key `function` of `call`"),
            (
                "figcall: {functions: [{function: suptitel}]}",
                "`suptitel` of figures (did you mean `suptitle`?)",
            ),
            ("figcall: {functions: [{function: fig.colorbar}]}", "call `plt.colorbar` with `ax: all`"),
            ("figcall: {functions: [{function: suptitle, args: [a], t: b}]}", "is given `t` twice"),
            ("set_supxlabel: {labl: x}", "has no `labl` (did you mean `label`?)"),
            ("set_patch: {hatch: q}", "`q` is no letter of a hatch"),
            (
                "set_patch: {facecolour: r}",
                "unknown key `facecolour` of `set_patch` (did you mean `facecolor`?)",
            ),
        ];
        for (helper, error) in helpers {
            let text =
                format!("plot: {{to_plot: [{{function: plt.plot, args: [1]}}]}}\nhelpers: {{{helper}}}");
            let found = match multiplot(&entry(&text), "m") {
                Err(found) => found.to_string(),
                Ok(_) => panic!("{helper}"),
            };
            assert!(found.contains(error), "{helper}: {found}");
        }
        assert!(draw("plot: {x: 1}").unwrap_err().contains("says nothing to plot"));
        assert!(draw("plot: {to_plot: {a: []}}").unwrap_err().contains("the axes `[col, row]`"));
    }
}
