//! Helpers about ticks: positions, locators, formatters, turned labels.

use super::Context;
use super::axes::axes;
use super::text;
use crate::config::{Keys, Node};
use crate::diag::{Diagnostic, did_you_mean};
use crate::plan::chart::values::{self, unsupported};
use crate::render::panel::{PanelOptions, TextOptions};
use crate::render::text::FontOptions;
use crate::render::ticks::{DateUnit, Formatter, Locator, brace_pieces, percent_pieces};

/// Positions of ticks, with labels if given.
type Ticks = Vec<(f64, Option<String>)>;

/// `set_ticks`.
pub(super) fn ticks(
    panel: &mut PanelOptions,
    node: &Node,
    context: &mut Context<'_>,
) -> Result<(), Diagnostic> {
    let keys = axes(node, "set_ticks")?;
    for (axis, key) in [(&mut panel.x, "x"), (&mut panel.y, "y"), (&mut panel.z, "z")] {
        let Some(value) = keys.given(key) else { continue };
        if value.as_map().is_none() {
            axis.ticks = Some(positions(value)?);
            continue;
        }
        let keys = Keys::of(value, "ticks", &["major", "minor"])?;
        if let Some(major) = keys.given("major") {
            axis.ticks = Some(labelled(major, &mut axis.tick_text, context)?);
        }
        if let Some(minor) = keys.given("minor") {
            axis.minor_ticks = Some(labelled(minor, &mut TextOptions::default(), context)?);
        }
    }
    Ok(())
}

fn positions(node: &Node) -> Result<Ticks, Diagnostic> {
    node.list()?.iter().map(|at| Ok((at.finite()?, None))).collect()
}

/// A list of positions, or `{locs, labels, …text}`.
fn labelled(node: &Node, look: &mut TextOptions, context: &mut Context<'_>) -> Result<Ticks, Diagnostic> {
    let Some(entries) = node.as_map() else { return positions(node) };
    let (mut at, mut labels) = (None, None);
    for (key, value) in entries {
        match key.text()? {
            "locs" => at = Some(positions(value)?),
            "labels" if !value.is_null() => labels = Some(value),
            "labels" => {}
            _ => text::option(look, key, value, "set_ticks", &["locs", "labels"], context)?,
        }
    }
    if std::mem::take(&mut look.font) != FontOptions::default() {
        context.warn("labels of ticks are set in the figure's font: name it in `style`", node);
    }
    let mut at = at.ok_or_else(|| node.expected("ticks with their positions in `locs`"))?;
    if let Some(node) = labels {
        let names = node.list()?.iter().map(values::label).collect::<Result<Vec<String>, _>>()?;
        if names.len() != at.len() {
            let message = format!("{} tick positions have {} labels", at.len(), names.len());
            return Err(Diagnostic::error(message).at(node.place.clone()));
        }
        for ((_, label), name) in at.iter_mut().zip(names) {
            *label = Some(name);
        }
    }
    Ok(at)
}

/// `autofmt_xdate`: labels of x turned, ending at their ticks, on the lowest panels only.
pub(super) fn autofmt(
    panel: &mut PanelOptions,
    node: &Node,
    context: &mut Context<'_>,
) -> Result<(), Diagnostic> {
    let keys = Keys::of(node, "`autofmt_xdate`", &["bottom", "rotation", "ha", "which"])?;
    panel.x.tick_text.rotation = Some(keys.given("rotation").map_or(Ok(30.0), text::rotation)?);
    if let Some(ha) = keys.given("ha").filter(|ha| ha.as_str() != Some("right")) {
        return Err(unsupported("a turned label that does not end at its tick", ha));
    }
    if let Some(bottom) = keys.given("bottom") {
        bottom.number()?;
        context.warn("`bottom` of `autofmt_xdate` is left to the layout", bottom);
    }
    if let Some(which) = keys.given("which").filter(|which| which.as_str() != Some("major")) {
        return Err(unsupported("turning labels of minor ticks", which));
    }
    Ok(())
}

/// `{name, args, …}` of a locator or formatter: its name, positional and named arguments.
struct Class<'a> {
    node: &'a Node,
    name: &'a str,
    args: &'a [Node],
}

impl<'a> Class<'a> {
    fn of(node: &'a Node) -> Result<Self, Diagnostic> {
        node.mapping()?;
        let name = node.get("name").ok_or_else(|| node.expected("a class with its `name`"))?.text()?;
        let args = node.get("args").filter(|args| !args.is_null()).map_or(Ok(&[][..]), Node::list)?;
        Ok(Self { node, name, args })
    }

    /// Argument by name, or by its position among `order`; null is not given.
    fn argument(&self, order: &[&str], name: &str) -> Option<&'a Node> {
        let at = order.iter().position(|known| *known == name);
        let positional = at.and_then(|at| self.args.get(at));
        self.node.get(name).or(positional).filter(|node| !node.is_null())
    }

    /// # Errors
    /// An argument that the class does not have.
    fn check(&self, order: &[&str]) -> Result<(), Diagnostic> {
        if let Some(extra) = self.args.get(order.len()) {
            let message = format!("`{}` takes {} arguments", self.name, order.len());
            return Err(Diagnostic::error(message).at(extra.place.clone()));
        }
        for (key, _) in self.node.mapping()? {
            let name = key.text()?;
            if !matches!(name, "name" | "args") && !order.contains(&name) {
                return Err(Diagnostic::error(format!("`{}` has no argument `{name}`", self.name))
                    .at(key.place.clone())
                    .help(did_you_mean(name, order.iter().copied())));
            }
        }
        Ok(())
    }
}

/// `set_tick_locators`.
pub(super) fn locators(
    panel: &mut PanelOptions,
    node: &Node,
    _context: &mut Context<'_>,
) -> Result<(), Diagnostic> {
    let keys = axes(node, "set_tick_locators")?;
    for (axis, key) in [(&mut panel.x, "x"), (&mut panel.y, "y"), (&mut panel.z, "z")] {
        let Some(value) = keys.given(key) else { continue };
        let keys = Keys::of(value, "locators", &["major", "minor"])?;
        for (i, key) in ["major", "minor"].into_iter().enumerate() {
            if let Some(class) = keys.given(key) {
                axis.locators[i] = Some(locator(&Class::of(class)?)?);
            }
        }
    }
    Ok(())
}

const LOCATORS: [&str; 16] = [
    "AutoDateLocator",
    "AutoLocator",
    "AutoMinorLocator",
    "DayLocator",
    "FixedLocator",
    "HourLocator",
    "LinearLocator",
    "LogLocator",
    "MaxNLocator",
    "MinuteLocator",
    "MonthLocator",
    "MultipleLocator",
    "NullLocator",
    "SecondLocator",
    "WeekdayLocator",
    "YearLocator",
];

fn locator(class: &Class<'_>) -> Result<Locator, Diagnostic> {
    let number = |order: &[&str], name: &str, default: f64| {
        class.argument(order, name).map_or(Ok(default), values::positive)
    };
    let every = |unit, name: &str, order: &[&str]| {
        class.check(order)?;
        for other in order.iter().filter(|other| **other != name && **other != "tz") {
            if let Some(value) = class.argument(order, other) {
                return Err(unsupported(&format!("`{other}` of `{}`", class.name), value));
            }
        }
        let count = class.argument(order, name).map_or(Ok(1), Node::count)?;
        let count = u32::try_from(count).map_err(|_| class.node.expected("a smaller number"))?;
        Ok(Locator::Every { unit, count })
    };
    match class.name {
        "AutoLocator" | "AutoDateLocator" => Ok(Locator::Auto),
        "NullLocator" => class.check(&[]).map(|()| Locator::Null),
        "MaxNLocator" => {
            let order = ["nbins", "steps", "integer", "symmetric", "prune", "min_n_ticks"];
            class.check(&order)?;
            let nbins = class.argument(&order, "nbins").filter(|node| node.as_str() != Some("auto"));
            let steps = class.argument(&order, "steps").map_or(Ok(Vec::new()), |steps| {
                let list = steps.list()?.iter().map(values::positive).collect::<Result<Vec<_>, _>>()?;
                let rising = list.is_sorted_by(|a, b| a < b);
                let within = list.iter().all(|step| (1.0..=10.0).contains(step));
                if rising && within { Ok(list) } else { Err(steps.expected("steps that rise from 1 to 10")) }
            })?;
            let prune = class.argument(&order, "prune").map_or(Ok([false; 2]), |prune| {
                let known = [("lower", [true, false]), ("upper", [false, true]), ("both", [true, true])];
                values::one_of(prune, "`lower`, `upper` or `both`", &known)
            })?;
            if let Some(value) = class.argument(&order, "symmetric").filter(|v| v.boolean() != Ok(false)) {
                return Err(unsupported("`symmetric` of `MaxNLocator`", value));
            }
            Ok(Locator::MaxN {
                nbins: nbins.map(Node::count).transpose()?,
                steps,
                integer: class.argument(&order, "integer").map_or(Ok(false), Node::boolean)?,
                min_ticks: class.argument(&order, "min_n_ticks").map_or(Ok(2), Node::count)?,
                prune,
            })
        }
        "MultipleLocator" => {
            let order = ["base", "offset"];
            class.check(&order)?;
            let offset = class.argument(&order, "offset").map_or(Ok(0.0), Node::finite)?;
            Ok(Locator::Multiple { base: number(&order, "base", 1.0)?, offset })
        }
        "LinearLocator" => {
            let order = ["numticks", "presets"];
            class.check(&order)?;
            Ok(Locator::Linear(class.argument(&order, "numticks").map_or(Ok(11), Node::count)?))
        }
        "LogLocator" => {
            let order = ["base", "subs", "numticks"];
            class.check(&order)?;
            let subs = match class.argument(&order, "subs") {
                None => vec![1.0],
                Some(subs) if matches!(subs.as_str(), Some("auto" | "all")) => {
                    (1..10).map(f64::from).collect()
                }
                Some(subs) => subs.list()?.iter().map(values::positive).collect::<Result<_, _>>()?,
            };
            let most = class.argument(&order, "numticks").filter(|node| node.as_str() != Some("auto"));
            let base = number(&order, "base", 10.0)?;
            if base <= 1.0 {
                return Err(class.node.expected("a base above 1"));
            }
            Ok(Locator::Log { base, subs, most: most.map(Node::count).transpose()? })
        }
        "AutoMinorLocator" => {
            let order = ["n"];
            class.check(&order)?;
            let n = class.argument(&order, "n").filter(|node| node.as_str() != Some("auto"));
            Ok(Locator::AutoMinor(n.map(Node::count).transpose()?))
        }
        "FixedLocator" => {
            let order = ["locs", "nbins"];
            class.check(&order)?;
            let locs =
                class.argument(&order, "locs").ok_or_else(|| class.node.expected("positions in `locs`"))?;
            Ok(Locator::Fixed(locs.list()?.iter().map(Node::finite).collect::<Result<_, _>>()?))
        }
        "YearLocator" => every(DateUnit::Year, "base", &["base", "month", "day", "tz"]),
        "MonthLocator" => every(DateUnit::Month, "interval", &["bymonth", "bymonthday", "interval", "tz"]),
        "WeekdayLocator" => every(DateUnit::Week, "interval", &["byweekday", "interval", "tz"]),
        "DayLocator" => every(DateUnit::Day, "interval", &["bymonthday", "interval", "tz"]),
        "HourLocator" => every(DateUnit::Hour, "interval", &["byhour", "interval", "tz"]),
        "MinuteLocator" => every(DateUnit::Minute, "interval", &["byminute", "interval", "tz"]),
        "SecondLocator" => every(DateUnit::Second, "interval", &["bysecond", "interval", "tz"]),
        other => Err(no_class("locator", other, class.node, &LOCATORS)),
    }
}

fn no_class(what: &str, name: &str, node: &Node, known: &[&str]) -> Diagnostic {
    let place = node.get("name").unwrap_or(node).place.clone();
    const OTHERS: [&str; 8] = [
        "AsinhLocator",
        "EpochConverter",
        "FuncFormatter",
        "IndexLocator",
        "LogitFormatter",
        "LogitLocator",
        "RRuleLocator",
        "SymmetricalLogLocator",
    ];
    if name == "FuncFormatter" {
        return Diagnostic::error("`FuncFormatter` takes a Python function, which cannot be called here")
            .at(place)
            .help("`StrMethodFormatter` and `FormatStrFormatter` write numbers by a format".to_owned());
    }
    if OTHERS.contains(&name) {
        return Diagnostic::error(format!("the {what} `{name}` is not supported yet")).at(place);
    }
    Diagnostic::error(format!("there is no {what} `{name}`"))
        .at(place)
        .help(did_you_mean(name, known.iter().copied()))
}

/// `set_tick_formatters`.
pub(super) fn formatters(
    panel: &mut PanelOptions,
    node: &Node,
    _context: &mut Context<'_>,
) -> Result<(), Diagnostic> {
    let keys = axes(node, "set_tick_formatters")?;
    for (axis, key) in [(&mut panel.x, "x"), (&mut panel.y, "y"), (&mut panel.z, "z")] {
        let Some(value) = keys.given(key) else { continue };
        let keys = Keys::of(value, "formatters", &["major", "minor"])?;
        for (i, key) in ["major", "minor"].into_iter().enumerate() {
            if let Some(class) = keys.given(key) {
                axis.formatters[i] = Some(formatter(&Class::of(class)?)?);
            }
        }
    }
    Ok(())
}

const FORMATTERS: [&str; 14] = [
    "AutoDateFormatter",
    "ConciseDateFormatter",
    "DateFormatter",
    "EngFormatter",
    "FixedFormatter",
    "FormatStrFormatter",
    "LogFormatter",
    "LogFormatterExponent",
    "LogFormatterMathtext",
    "LogFormatterSciNotation",
    "NullFormatter",
    "PercentFormatter",
    "ScalarFormatter",
    "StrMethodFormatter",
];

fn formatter(class: &Class<'_>) -> Result<Formatter, Diagnostic> {
    let text = |order: &[&str], name: &str| -> Result<String, Diagnostic> {
        class.check(order)?;
        let node = class.argument(order, name);
        node.ok_or_else(|| class.node.expected(&format!("a format in `{name}`")))?.text().map(str::to_owned)
    };
    let decimals = |node: Option<&Node>| -> Result<Option<usize>, Diagnostic> {
        let Some(node) = node else { return Ok(None) };
        match usize::try_from(node.integer()?) {
            Ok(n) if n <= 30 => Ok(Some(n)),
            _ => Err(node.expected("a number of decimals from 0 to 30")),
        }
    };
    match class.name {
        "NullFormatter" => class.check(&[]).map(|()| Formatter::Null),
        "ScalarFormatter" => {
            let order = ["useOffset", "useMathText", "useLocale", "usetex"];
            class.check(&order)?;
            let offset = class.argument(&order, "useOffset").map_or(Ok(true), Node::boolean)?;
            Ok(Formatter::Scalar { offset, power: true })
        }
        "EngFormatter" => {
            let order = ["unit", "places", "sep", "usetex", "useMathText", "useOffset"];
            class.check(&order)?;
            let own = |name: &str, default: &str| {
                class.argument(&order, name).map_or(Ok(default.to_owned()), values::label)
            };
            Ok(Formatter::Eng {
                unit: own("unit", "")?,
                places: decimals(class.argument(&order, "places"))?,
                sep: own("sep", " ")?,
            })
        }
        "PercentFormatter" => {
            let order = ["xmax", "decimals", "symbol", "is_latex"];
            class.check(&order)?;
            let symbol = class.argument(&order, "symbol").map_or(Ok("%".to_owned()), values::label)?;
            Ok(Formatter::Percent {
                max: class.argument(&order, "xmax").map_or(Ok(100.0), values::positive)?,
                decimals: decimals(class.argument(&order, "decimals"))?,
                symbol,
            })
        }
        "FormatStrFormatter" => {
            let text = text(&["fmt"], "fmt")?;
            let pieces = percent_pieces(&text);
            pieces.map(Formatter::Template).ok_or_else(|| class.node.expected("a format such as `%.2f`"))
        }
        "StrMethodFormatter" => {
            let text = text(&["fmt"], "fmt")?;
            let pieces = brace_pieces(&text);
            pieces.map(Formatter::Template).ok_or_else(|| class.node.expected("a format such as `{x:.2f}`"))
        }
        "AutoDateFormatter" => {
            class.check(&["locator", "tz", "defaultfmt"])?;
            for name in ["locator", "tz", "defaultfmt"] {
                if let Some(value) =
                    class.argument(&["locator", "tz", "defaultfmt"], name).filter(|v| !v.is_null())
                {
                    return Err(values::unsupported(&format!("`{name}` of `AutoDateFormatter`"), value));
                }
            }
            Ok(Formatter::AutoDate)
        }
        "ConciseDateFormatter" => {
            let order = ["locator", "tz", "formats", "offset_formats", "zero_formats", "show_offset"];
            class.check(&order)?;
            for name in &order[..5] {
                if let Some(value) = class.argument(&order, name).filter(|value| !value.is_null()) {
                    return Err(values::unsupported(&format!("`{name}` of `ConciseDateFormatter`"), value));
                }
            }
            Ok(Formatter::Concise {
                rest: class.argument(&order, "show_offset").map_or(Ok(true), Node::boolean)?,
            })
        }
        "DateFormatter" => Ok(Formatter::Date(text(&["fmt", "tz", "usetex"], "fmt")?)),
        "FixedFormatter" => {
            class.check(&["seq"])?;
            let seq = class.argument(&["seq"], "seq").ok_or_else(|| class.node.expected("texts in `seq`"))?;
            Ok(Formatter::Fixed(seq.list()?.iter().map(values::label).collect::<Result<_, _>>()?))
        }
        "LogFormatter" | "LogFormatterMathtext" | "LogFormatterSciNotation" => {
            let order = ["base", "labelOnlyBase", "minor_thresholds", "linthresh"];
            class.check(&order)?;
            Ok(Formatter::Power(class.argument(&order, "base").map_or(Ok(10.0), values::positive)?))
        }
        other => Err(no_class("formatter", other, class.node, &FORMATTERS)),
    }
}
