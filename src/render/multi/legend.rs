//! `plt.legend`, and what `legend_elements` of `plt.scatter` puts into legends.

use super::argument::{Argument, Bound};
use super::board::{Board, Rank};
use super::look::color;
use crate::diag::did_you_mean;
use crate::render::chart::{LegendOptions, Plain, Scale, Style};
use crate::render::color::ColorContent;
use crate::render::function::Function;
use crate::render::marks::{Handle, HandlesMark, Mark};
use crate::render::record::solid;
use crate::render::scene::{Color, MarkerShape};
use crate::render::ticks::{self, Formatter, Locator, Piece, Room, Side, pieces};

/// Arguments of `plt.legend` besides those of [`LegendOptions::NAMES`].
const OWN: [&str; 10] = [
    "alignment",
    "edgecolor",
    "facecolor",
    "fontsize",
    "labelcolor",
    "labels",
    "loc",
    "prop",
    "title",
    "title_fontsize",
];

/// All of them.
pub(super) const NAMES: [&str; 26] = {
    let mut names = [""; 26];
    let mut i = 0;
    while i < names.len() {
        names[i] = if i < OWN.len() { OWN[i] } else { LegendOptions::NAMES[i - OWN.len()] };
        i += 1;
    }
    names
};

/// Entries at most that `num: auto` and numbers without a list give.
const MOST: usize = 9;
/// Steps between them (matplotlib's).
const STEPS: [f64; 8] = [1.0, 2.0, 2.5, 3.0, 5.0, 6.0, 8.0, 10.0];

/// `plt.legend`.
pub(super) fn legend(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    board.options.legend = options(call, board.style)?;
    Ok(())
}

/// What a call wants of a legend.
pub(super) fn options(call: &Bound<'_>, style: &Style) -> Result<LegendOptions, String> {
    let mut legend = LegendOptions { show: Some(true), ..LegendOptions::default() };
    let named = |name: &str| {
        let name = name.to_owned();
        move |why: String| format!("`{name}`: {why}")
    };
    for name in LegendOptions::NAMES {
        let Some(value) = call.get(name) else { continue };
        let plain = match value {
            Argument::Bool(flag) => Plain::Flag(*flag),
            Argument::Text(text) => Plain::Text(text.clone()),
            Argument::Number(number) => Plain::Number(*number),
            other => Plain::Numbers(other.vector().map_err(named(name))?.values),
        };
        legend.set(name, &plain).map_err(|expected| value.not(&format!("{expected} for `{name}`")))?;
    }
    legend.title = call.text("title")?;
    match call.get("loc") {
        None => {}
        // As in matplotlib: the lower left corner.
        Some(Argument::List(corner)) if corner.len() == 2 => {
            legend.anchor = Some([corner[0].number()?, corner[1].number()?, 0.0, 0.0]);
            legend.loc = Some("lower left".to_owned());
            legend.sizes.outside = Some(0.0);
        }
        Some(Argument::Number(number)) => {
            let place = (*number >= 0.0 && number.fract() == 0.0)
                .then(|| LegendOptions::PLACES.get(*number as usize))
                .flatten();
            let place = place.ok_or_else(|| format!("there is no place {number} for a legend"))?;
            legend.loc = Some((*place).to_owned());
        }
        Some(value) => {
            let name = value.text().map_err(named("loc"))?;
            if !LegendOptions::knows(&name) {
                let outside = ["outside right upper", "outside upper right"];
                let help = did_you_mean(&name, LegendOptions::PLACES.into_iter().chain(outside));
                let help = help.map_or_else(String::new, |help| format!(" ({help})"));
                return Err(format!("there is no place `{name}` for a legend{help}"));
            }
            legend.loc = Some(name);
        }
    }
    let size = |name: &str| -> Result<Option<f64>, String> {
        let points = match call.get(name) {
            None => return Ok(None),
            Some(Argument::Text(text)) => crate::render::named_style::font_size(text, style.font_size)
                .ok_or_else(|| format!("`{name}`: there is no font size `{text}`"))?,
            Some(value) => value.number().map_err(named(name))?,
        };
        if points > 0.0 && points < 1e4 {
            return Ok(Some(points));
        }
        Err(format!("`{name}`: {points} is no size in points"))
    };
    legend.size = size("fontsize")?;
    if let Some(value) = call.get("prop") {
        legend.size = match value {
            Argument::Map(entries) => match &entries[..] {
                [(key, value)] if key == "size" => Some(value.number().map_err(named("prop"))?),
                _ => return Err("`prop` of a legend is `{size: points}`".to_owned()),
            },
            other => return Err(named("prop")(other.not("a mapping"))),
        };
    }
    legend.title_size = size("title_fontsize")?;
    for (name, to) in [
        ("edgecolor", &mut legend.edgecolor),
        ("facecolor", &mut legend.facecolor),
        ("labelcolor", &mut legend.text_color),
    ] {
        if let Some(value) = call.get(name) {
            *to = Some(color(value, &style.cycle).map_err(named(name))?);
        }
    }
    if let Some(side) = call.text("alignment")?.filter(|side| side != "center") {
        return Err(format!("`alignment`: titles of legends stand in the middle, not `{side}`"));
    }
    if let Some(value) = call.get("labels") {
        let names = match value {
            Argument::List(items) => items.iter().map(Argument::text).collect::<Result<Vec<_>, _>>(),
            other => other.vector().map(|own| super::areas::categories(&own).unwrap_or_default()),
        };
        legend.custom_labels = Some(names.map_err(named("labels"))?);
    }
    Ok(legend)
}

/// What `legend_elements` says.
#[derive(Debug)]
struct Elements {
    sizes: bool,
    num: Num,
    function: Option<Function>,
    format: Option<Vec<Piece>>,
    color: Option<Color>,
    alpha: Option<f64>,
    size: Option<f64>,
}

/// Which values get an entry.
#[derive(Debug)]
enum Num {
    Auto,
    All,
    About(usize),
    At(Vec<f64>),
}

impl Elements {
    /// Reads the argument of a call; `None` if there is none.
    fn of(call: &Bound<'_>, style: &Style) -> Result<Option<Self>, String> {
        const KNOWN: [&str; 9] = ["alpha", "c", "color", "fmt", "func", "markersize", "ms", "num", "prop"];
        let entries = match call.get("legend_elements") {
            None => return Ok(None),
            Some(prop @ Argument::Text(_)) => vec![("prop".to_owned(), prop.clone())],
            Some(Argument::Bool(true)) => Vec::new(),
            Some(Argument::Bool(false)) => return Ok(None),
            Some(Argument::Map(entries)) => entries.clone(),
            Some(other) => return Err(format!("`legend_elements`: {}", other.not("a mapping"))),
        };
        if let Some((key, _)) = entries.iter().find(|(key, _)| !KNOWN.contains(&key.as_str())) {
            let help = did_you_mean(key, KNOWN);
            let help = help.map_or_else(String::new, |help| format!(" ({help})"));
            return Err(format!("`legend_elements` has no `{key}`{help}"));
        }
        let get = |names: &[&str]| {
            let found = names.iter().find_map(|name| entries.iter().find(|(key, _)| key == name));
            found.map(|(_, value)| value)
        };
        let within = |name: &str| {
            let name = name.to_owned();
            move |why: String| format!("`{name}` of `legend_elements`: {why}")
        };
        let sizes = match get(&["prop"]).map(Argument::text).transpose()?.as_deref() {
            None | Some("colors") => false,
            Some("sizes") => true,
            Some(other) => return Err(within("prop")(format!("`{other}` is neither sizes nor colors"))),
        };
        let num = match get(&["num"]) {
            None => Num::Auto,
            Some(Argument::None) => Num::All,
            Some(Argument::Text(text)) if text == "auto" => Num::Auto,
            Some(Argument::Number(n)) if *n >= 1.0 && *n <= 1000.0 && n.fract() == 0.0 => {
                Num::About(*n as usize)
            }
            Some(value @ (Argument::List(_) | Argument::Array(_))) => {
                Num::At(value.vector().map_err(within("num"))?.values)
            }
            Some(other) => return Err(within("num")(other.not("`auto`, a number of entries or a list"))),
        };
        let function = match get(&["func"]) {
            None | Some(Argument::None) => None,
            Some(value) => {
                let text = value.text().map_err(within("func"))?;
                Some(Function::read(&text).map_err(within("func"))?)
            }
        };
        let format = match get(&["fmt"]) {
            None | Some(Argument::None) => None,
            Some(value) => {
                let text = value.text().map_err(within("fmt"))?;
                let wrong = || format!("`{text}` is no format such as `{{x:.1f}}`");
                Some(pieces(&text).ok_or_else(|| within("fmt")(wrong()))?)
            }
        };
        let number = |names: &[&str]| -> Result<Option<f64>, String> {
            let number = get(names).map(Argument::number).transpose().map_err(within(names[0]))?;
            Ok(number.map(|number| number.clamp(0.0, 1e3)))
        };
        Ok(Some(Self {
            sizes,
            num,
            function,
            format,
            color: get(&["color", "c"])
                .map(|value| color(value, &style.cycle))
                .transpose()
                .map_err(within("color"))?,
            alpha: number(&["alpha"])?.map(|alpha| alpha.min(1.0)),
            size: number(&["markersize", "ms"])?,
        }))
    }

    fn shown(&self, value: f64) -> f64 {
        self.function.as_ref().map_or(value, |function| function.at(value))
    }

    /// Values that get an entry, with what they are called, as matplotlib's `legend_elements`.
    fn entries(&self, values: &[f64]) -> Result<Vec<(f64, String)>, String> {
        let mut all: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        all.sort_by(f64::total_cmp);
        all.dedup();
        let (Some(least), Some(most)) = (all.first(), all.last()) else { return Ok(Vec::new()) };
        let about = match &self.num {
            Num::Auto if all.len() > MOST => Some(MOST),
            Num::About(count) => Some(*count),
            _ => None,
        };
        let ends = all.iter().map(|value| self.shown(*value));
        let [low, high] = ends.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| [a.min(v), b.max(v)]);
        if !(low.is_finite() && high.is_finite()) {
            let text = self.function.as_ref().map_or("", Function::text);
            return Err(format!("`func` of `legend_elements`: `{text}` has no value at all of them"));
        }
        let places: Vec<(f64, f64)> = match (&self.num, about) {
            (Num::At(at), _) => self.placed(at, [*least, *most], [low, high]),
            (_, Some(count)) => {
                let locator = Locator::MaxN {
                    nbins: Some(count),
                    steps: STEPS.to_vec(),
                    integer: false,
                    min_ticks: count.saturating_sub(1).max(1),
                    prune: [false; 2],
                };
                let room = Room { length_in: 10.0, font_size: 10.0, side: Side::Horizontal };
                let at = ticks::locate(&locator, [low, high], room, &[], None).unwrap_or_default();
                self.placed(&at, [*least, *most], [low, high])
            }
            _ => all.iter().map(|value| (*value, self.shown(*value))).collect(),
        };
        let shown: Vec<f64> = places.iter().map(|(_, shown)| *shown).collect();
        let reach = if low < high { [low, high] } else { [low - 1.0, low + 1.0] };
        let names = match &self.format {
            Some(pieces) => {
                let formatter = Formatter::Template(pieces.clone());
                ticks::format(&formatter, &shown, Scale::Linear, reach, None).0
            }
            None => {
                let plain = ticks::at(Scale::Linear, reach, &shown);
                let name = |value: &f64| {
                    let at = plain.major.iter().position(|at| at == value);
                    let whole = at.filter(|_| plain.offset.is_empty()).map(|at| plain.labels[at].clone());
                    whole.unwrap_or_else(|| ticks::spec::plain(*value))
                };
                shown.iter().map(name).collect()
            }
        };
        Ok(places.into_iter().map(|(value, _)| value).zip(names).collect())
    }

    /// Where what is shown as `at` lies among the values, of those within their ends.
    fn placed(&self, at: &[f64], [least, most]: [f64; 2], [low, high]: [f64; 2]) -> Vec<(f64, f64)> {
        const STEPS: usize = 255;
        let step = |i: usize| least + (most - least) * i as f64 / STEPS as f64;
        let mut table: Vec<(f64, f64)> = (0..=STEPS).map(|i| (self.shown(step(i)), step(i))).collect();
        table.retain(|(shown, _)| shown.is_finite());
        table.sort_by(|a, b| a.0.total_cmp(&b.0));
        let inside = at.iter().copied().filter(|at| *at >= low && *at <= high);
        let value = |shown: f64| {
            let after = table.partition_point(|(other, _)| *other < shown);
            match (table.get(after.wrapping_sub(1)), table.get(after)) {
                (Some((a, x)), Some((b, y))) if b > a => x + (y - x) * (shown - a) / (b - a),
                (_, Some((_, value))) | (Some((_, value)), None) => *value,
                (None, None) => f64::NAN,
            }
        };
        inside.map(|shown| (value(shown), shown)).collect()
    }
}

/// Whether `legend_elements` and the arguments of `plt.legend` are what they should be, as far as they
/// are constants.
pub(super) fn check(call: &Bound<'_>, style: &Style) -> Result<(), String> {
    match call.call.function.as_str() {
        "plt.legend" => options(call, style).map(drop),
        "plt.scatter" => Elements::of(call, style).map(drop),
        _ => Ok(()),
    }
}

/// The points of a scatter, for its legend.
pub(super) struct Points<'a> {
    /// Areas, one for all or one a point.
    pub(super) areas: &'a [f64],
    /// Numbers that colours stand for, and how.
    pub(super) colors: Option<(&'a [f64], &'a ColorContent)>,
    /// Opacity.
    pub(super) alpha: f64,
    /// Shape of the markers.
    pub(super) shape: MarkerShape,
    /// Width of their edges.
    pub(super) edge: f64,
}

/// Entries of the legend about sizes or colours of points, if the call wants some.
pub(super) fn elements(board: &mut Board<'_>, call: &Bound<'_>, points: &Points<'_>) -> Result<(), String> {
    let Some(wanted) = Elements::of(call, board.style)? else { return Ok(()) };
    let values = match (wanted.sizes, points.colors) {
        (true, _) => points.areas,
        (false, Some((numbers, _))) => numbers,
        (false, None) => {
            return Err(
                "`legend_elements`: colours stand for no numbers here: give `c`, or `prop: sizes`".to_owned()
            );
        }
    };
    let alpha = wanted.alpha.unwrap_or(points.alpha);
    let mut handles = Vec::new();
    for (value, label) in wanted.entries(values)? {
        let (size, fill) = if wanted.sizes {
            (value.max(0.0).sqrt().min(1e3), wanted.color.unwrap_or(Color::BLACK))
        } else {
            let own = points.colors.map(|(_, colors)| colors.of(value));
            (wanted.size.unwrap_or(board.style.marker_size), own.unwrap_or(Color::BLACK))
        };
        if size < 1e-8 {
            continue;
        }
        let fill = fill.faded(alpha);
        let edge = (points.edge > 0.0).then(|| solid(fill, points.edge));
        handles.push(Handle { label, marker: Some((points.shape, size, fill, edge)), ..Handle::default() });
    }
    let rank = Rank { order: 1.0, rasterized: Some(false) };
    board.marks.push((rank, Mark::Other(Box::new(HandlesMark { handles })), None));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Place, Source, Span};
    use crate::render::chart::ColorOptions;
    use crate::render::multi::Call;

    fn call(function: &str, kwargs: Vec<(&str, Argument)>) -> Call {
        Call {
            function: function.to_owned(),
            args: Vec::new(),
            kwargs: kwargs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            color: ColorOptions::default(),
            calls: Vec::new(),
            place: Place::new(&Source::new("p.yml", ""), Span::default()),
        }
    }

    fn text(text: &str) -> Argument {
        Argument::Text(text.to_owned())
    }

    fn map(entries: Vec<(&str, Argument)>) -> Argument {
        Argument::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn entries(options: Argument, values: &[f64]) -> Vec<(f64, String)> {
        let call = call("plt.scatter", vec![("legend_elements", options)]);
        let elements = Elements::of(&Bound::constants(&call), &Style::default()).unwrap().unwrap();
        elements.entries(values).unwrap()
    }

    /// Expected: `PathCollection.legend_elements` of matplotlib 3.11.
    #[test]
    fn entries_of_sizes_are_those_of_matplotlib() {
        let few = entries(text("sizes"), &[36.0, 4.0, 16.0, 4.0]);
        assert_eq!(few.iter().map(|(v, _)| *v).collect::<Vec<_>>(), [4.0, 16.0, 36.0]);
        assert_eq!(few.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["4", "16", "36"]);
        let many: Vec<f64> = (0..101).map(|i| 12.0 + 1.5 * f64::from(i)).collect();
        let names = |options| entries(options, &many).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
        assert_eq!(names(text("sizes")), ["20", "40", "60", "80", "100", "120", "140", "160"]);
        let wanted = map(vec![
            ("prop", text("sizes")),
            ("num", Argument::List([0.5, 1.5, 9.0].map(Argument::Number).to_vec())),
            ("func", text("(v - 12) / 60")),
            ("fmt", text("{x:.1f} cm")),
        ]);
        let found = entries(wanted, &many);
        assert_eq!(found.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["0.5 cm", "1.5 cm"]);
        assert!((found[0].0 - 42.0).abs() < 1e-9 && (found[1].0 - 102.0).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases: [(Vec<(&str, Argument)>, &str); 4] = [
            (vec![("prop", text("size"))], "`prop` of `legend_elements`: `size` is neither sizes nor colors"),
            (vec![("numm", text("auto"))], "has no `numm` (did you mean `num`?)"),
            (vec![("func", text("a + b"))], "`func` of `legend_elements`: the formula `a + b` has several"),
            (vec![("fmt", text("{y}"))], "`{y}` is no format"),
        ];
        for (options, error) in cases {
            let call = call("plt.scatter", vec![("legend_elements", map(options))]);
            let found = check(&Bound::constants(&call), &Style::default()).unwrap_err();
            assert!(found.contains(error), "{found}");
        }
        let wrong = call("plt.legend", vec![("loc", text("uper left"))]);
        let found = check(&Bound::constants(&wrong), &Style::default()).unwrap_err();
        assert_eq!(found, "there is no place `uper left` for a legend (did you mean `upper left`?)");
    }
}
