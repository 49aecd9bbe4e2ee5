//! Arguments that say what a figure's channels show: kind, encodings, automatic encoding, frames.

use super::values::unsupported;
use crate::config::{Keys, Node};
use crate::diag::{Diagnostic, did_you_mean};
use crate::render::Chart;
use crate::render::chart::{AutoEncoding, Channel, Encoding, Kind, KindRule, Slot, Twice, Wrap};
use std::collections::BTreeMap;

/// Kinds of the dialect that are not drawn yet.
const KINDS_TO_COME: [&str; 1] = ["imshow_hexagonal"];

/// `kind`: a name, `auto`, or a mapping that changes what `auto` takes.
pub(super) fn kind(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    if node.is_null() {
        return Ok(());
    }
    if node.as_str() == Some("auto") {
        chart.kind_rule = Some(KindRule::default());
    } else if let Some(entries) = node.as_map() {
        let mut rule = KindRule::default();
        for (key, value) in entries {
            let kind = named(value)?;
            match key.as_str() {
                Some("with_hue") => rule.with_hue = kind,
                Some("with_x_and_y") => rule.with_x_and_y = kind,
                Some("dataset") => rule.dataset = kind,
                Some("fallback") => rule.fallback = kind,
                Some(other) => {
                    let known = ["with_hue", "with_x_and_y", "dataset", "fallback"];
                    return Err(Diagnostic::error(format!("`{other}` is no case of choosing a kind"))
                        .at(key.place.clone())
                        .help(did_you_mean(other, known)));
                }
                None => {
                    rule.by_ndim.insert(key.count()?, kind);
                }
            }
        }
        chart.kind_rule = Some(rule);
    } else {
        chart.kind = Some(named(node)?);
    }
    Ok(())
}

/// A kind by name.
fn named(node: &Node) -> Result<Kind, Diagnostic> {
    let name = node.text()?;
    if let Some((_, kind)) = Kind::ALL.iter().find(|(known, _)| *known == name) {
        return Ok(*kind);
    }
    let there_is = || format!("there is: {}", Kind::ALL.map(|(name, _)| name).join(", "));
    if KINDS_TO_COME.contains(&name) {
        return Err(unsupported(&format!("kind `{name}`"), node).help(there_is()));
    }
    let known = Kind::ALL.iter().map(|(name, _)| *name).chain(["auto"]);
    Err(Diagnostic::error(format!("there is no kind `{name}`"))
        .at(node.place.clone())
        .help(did_you_mean(name, known)))
}

/// What one channel shows.
pub(super) fn channel(node: &Node) -> Result<Encoding, Diagnostic> {
    if node.is_null() {
        return Ok(Encoding::Unused);
    }
    match node.as_str() {
        Some(name) => Ok(Encoding::Name(name.to_owned())),
        None => Err(node.expected("the name of a dim, coordinate or variable")),
    }
}

/// `files`: a list of dims. Looser than dantro: one name alone stands for a list of it.
pub(super) fn files(node: &Node) -> Result<Vec<String>, Diagnostic> {
    if node.is_null() {
        return Ok(Vec::new());
    }
    if let Some(name) = node.as_str() {
        return Ok(vec![name.to_owned()]);
    }
    node.list()?.iter().map(|item| Ok(item.text()?.to_owned())).collect()
}

/// `col_wrap`: a number, or by what rule.
pub(super) fn col_wrap(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    match node.as_str() {
        Some("auto") => chart.encodings.wrap = Some(Wrap::Auto),
        Some("square") => chart.encodings.wrap = Some(Wrap::Square),
        Some(_) => return Err(node.expected("a number of panels, `auto` or `square`")),
        None => chart.encodings.col_wrap = Some(node.count()?),
    }
    Ok(())
}

/// `auto_encoding`: whether, or channels by kind.
pub(super) fn auto(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    let Some(entries) = node.as_map() else {
        if !node.is_null() && node.boolean()? {
            chart.auto_encoding.get_or_insert_default();
        }
        return Ok(());
    };
    // As in Python, an empty mapping is no wish.
    if entries.is_empty() {
        return Ok(());
    }
    let mut slots = BTreeMap::new();
    for (key, value) in entries {
        let list = value.list()?.iter().map(slot).collect::<Result<Vec<Slot>, _>>()?;
        slots.insert(named(key)?, list);
    }
    chart.auto_encoding.get_or_insert_default().slots = slots;
    Ok(())
}

/// A channel of a list: a name, or `[name, number of dims]` with `...` for all.
fn slot(node: &Node) -> Result<Slot, Diagnostic> {
    match node.as_seq() {
        None => Ok(Slot { channel: channel_named(node)?, dims: Some(1) }),
        Some([name, count]) => {
            let all = matches!(count.as_str(), Some("..." | "…"));
            let dims = if all { None } else { Some(count.count()?) };
            Ok(Slot { channel: channel_named(name)?, dims })
        }
        Some(_) => Err(node.expected("a channel, or a pair of a channel and a number of dims")),
    }
}

fn channel_named(node: &Node) -> Result<Channel, Diagnostic> {
    let name = node.text()?;
    let found = Channel::ALL.iter().find(|(known, _)| *known == name);
    found.map(|(_, channel)| *channel).ok_or_else(|| {
        Diagnostic::error(format!("there is no channel `{name}`"))
            .at(node.place.clone())
            .help(did_you_mean(name, Channel::ALL.iter().map(|(name, _)| *name)))
    })
}

/// `auto_encoding_options`, which act only with `auto_encoding`.
pub(super) fn options(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    let known = ["allow_y_for_x", "drop_missing_dims", "ensure_unique_dims", "ignore_encodings"];
    let keys = Keys::of(node, "`auto_encoding_options`", &known)?;
    let mut auto = AutoEncoding::default();
    if let Some(kinds) = keys.get("allow_y_for_x") {
        let kinds = if kinds.is_null() { &[] } else { kinds.list()? };
        auto.allow_y_for_x = kinds.iter().map(named).collect::<Result<_, _>>()?;
    }
    if let Some(flag) = keys.given("drop_missing_dims") {
        auto.drop_missing_dims = flag.boolean()?;
    }
    if let Some(channels) = keys.given("ignore_encodings") {
        auto.ignore = channels.list()?.iter().map(channel_named).collect::<Result<_, _>>()?;
    }
    if let Some(value) = keys.given("ensure_unique_dims") {
        auto.twice = match value.as_str() {
            None if value.boolean()? => Twice::Raise,
            None => Twice::Allow,
            Some("warn") => Twice::Warn,
            Some("warn_auto") => Twice::WarnArrays,
            Some("raise_auto") => Twice::RaiseArrays,
            Some(_) => return Err(value.expected("true, false, `warn`, `warn_auto` or `raise_auto`")),
        };
    }
    if let Some(wanted) = &mut chart.auto_encoding {
        let slots = std::mem::take(&mut wanted.slots);
        let unused = std::mem::take(&mut wanted.ignore);
        auto.ignore.extend(unused);
        *wanted = AutoEncoding { slots, ..auto };
    }
    Ok(())
}

/// `suptitle_kwargs`: the title of the pictures of a sequence.
pub(super) fn frame_title(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    let keys = Keys::of(node, "`suptitle_kwargs`", &["title"])?;
    if let Some(title) = keys.given("title") {
        chart.frame_title = Some(title.text()?.to_owned());
    }
    Ok(())
}
