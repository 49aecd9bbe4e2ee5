//! `plt.colorbar`, and colour bars that other functions draw.

use super::argument::{Argument, Bound};
use super::board::Board;
use crate::diag::did_you_mean;
use crate::render::chart::{BarOptions, Plain};
use crate::render::color::ColorContent;
use crate::render::ticks::{Formatter, pieces};
use std::rc::Rc;

/// Arguments of `plt.colorbar` besides those that all functions know.
pub(super) const NAMES: &[&str] = &[
    "anchor",
    "aspect",
    "ax",
    "cax",
    "drawedges",
    "extend",
    "extendfrac",
    "extendrect",
    "format",
    "fraction",
    "location",
    "minorticks",
    "orientation",
    "pad",
    "shrink",
    "spacing",
    "ticklabels",
    "ticklocation",
    "ticks",
];

/// A colour bar that a call wants.
pub(super) struct Wanted {
    /// What it shows.
    pub(super) colors: Rc<ColorContent>,
    /// How.
    pub(super) options: BarOptions,
    /// Whether it stands beside all axes of the figure (`ax: all`).
    pub(super) all: bool,
}

/// `plt.colorbar`, for what was drawn last with colours.
pub(super) fn colorbar(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let Some(colors) = board.marks.iter().rev().find_map(|(.., colors)| colors.clone()) else {
        return Err("nothing was drawn with colours before it".to_owned());
    };
    let mut own = (*colors).clone();
    own.label = call.text("label")?.unwrap_or_default();
    let options = options(&|name| call.get(name))?;
    own.bar_extend = options.extend.unwrap_or(own.bar_extend);
    let all = match call.text("ax")?.as_deref() {
        None => false,
        Some("all") => true,
        Some(other) => return Err(format!("`ax`: `{other}` is not `all`; without it these axes are meant")),
    };
    board.bars.push(Wanted { colors: Rc::new(own), options, all });
    Ok(())
}

/// Options of a colour bar from arguments by name.
pub(super) fn options<'v>(get: &dyn Fn(&str) -> Option<&'v Argument>) -> Result<BarOptions, String> {
    let mut options = BarOptions::default();
    // `anchor` depends on the orientation.
    let later = |name: &&str| *name == "anchor";
    let names = || BarOptions::NAMES.into_iter();
    for name in names().filter(|name| !later(name)).chain(names().filter(later)) {
        let Some(argument) = get(name).filter(|argument| **argument != Argument::None) else { continue };
        let value = match argument {
            Argument::Bool(flag) => Plain::Flag(*flag),
            Argument::Text(text) => Plain::Text(text.clone()),
            Argument::Number(number) => Plain::Number(*number),
            other => Plain::Numbers(other.vector()?.values),
        };
        options.set(name, &value).map_err(|expected| argument.not(&format!("{expected} for `{name}`")))?;
    }
    options.check()?;
    if let Some(value) = get("ticks").filter(|value| **value != Argument::None) {
        let at = value.vector()?.values;
        options.ticks = Some(at.into_iter().map(|at| (at, None)).collect());
    }
    if let Some(value) = get("ticklabels") {
        let names = match value {
            Argument::List(items) => items.iter().map(Argument::text).collect::<Result<Vec<_>, _>>()?,
            other => super::areas::categories(&other.vector()?).unwrap_or_default(),
        };
        let ticks = options.ticks.get_or_insert_with(|| (0..names.len()).map(|i| (i as f64, None)).collect());
        if ticks.len() != names.len() {
            return Err(format!("`ticklabels` has {} names for {} ticks", names.len(), ticks.len()));
        }
        ticks.iter_mut().zip(names).for_each(|(tick, name)| tick.1 = Some(name));
    }
    if let Some(value) = get("format") {
        let text = value.text()?;
        let wrong = || format!("`format`: `{text}` is no format such as `%.2f` or `{{x:.2f}}`");
        options.format = Some(Formatter::Template(pieces(&text).ok_or_else(wrong)?));
    }
    Ok(options)
}

/// `cbar` and `cbar_kws` of seaborn's functions.
pub(super) fn seaborn(
    board: &mut Board<'_>,
    call: &Bound<'_>,
    colors: Rc<ColorContent>,
) -> Result<(), String> {
    if !call.truth("cbar", true)? {
        return Ok(());
    }
    let entries: &[(String, Argument)] = match call.get("cbar_kws") {
        None => &[],
        Some(Argument::Map(entries)) => entries,
        Some(other) => return Err(other.not("a mapping for `cbar_kws`")),
    };
    let known = || NAMES.iter().copied().filter(|name| *name != "ax").chain(["label"]);
    if let Some((name, _)) = entries.iter().find(|(name, _)| !known().any(|one| one == name)) {
        let help = did_you_mean(name, known()).map_or_else(String::new, |help| format!(" ({help})"));
        return Err(format!("`cbar_kws` has no `{name}`{help}"));
    }
    let get = |name: &str| entries.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let options = options(&get)?;
    let mut own = (*colors).clone();
    if let Some(label) = get("label") {
        own.label = label.text()?;
    }
    own.bar_extend = options.extend.unwrap_or(own.bar_extend);
    board.bars.push(Wanted { colors: Rc::new(own), options, all: false });
    Ok(())
}
