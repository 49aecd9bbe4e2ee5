//! Which kind a chart is and which dims its channels show: everything that follows from the data's
//! dims before anything is drawn, so that it works on arrays without elements, too.
//!
//! The rules are dantro 0.21's (`determine_plot_kind`, `determine_encoding`,
//! `determine_ideal_col_wrap`); what it is looser about is said where it is done.

use super::chart::{AutoEncoding, Channel, Chart, Encoding, Encodings, Kind, KindRule, Slot, Twice, Wrap};
use super::content::ChartData;
use super::error::RenderError;
use super::fstr::{self, Field};
use crate::data::{Coords, Dataset, Dim, Labelled, Pick};
use crate::diag::{Diagnostic, Warned};
use std::collections::BTreeSet;

/// A chart of which kind and channels are decided, with the data as they are drawn: without axes of
/// length 1 (but those that an encoding names), without coordinates that are not wanted.
///
/// `frames` and `files` of the result say what the figure is to be spread over. Doing it twice
/// changes nothing. Copies nothing.
///
/// # Errors
/// [`RenderError::Option`] if a dim is given twice and must not be.
pub fn resolve(chart: &Chart, data: &ChartData) -> Result<Warned<(Chart, ChartData)>, RenderError> {
    let mut warnings = Vec::new();
    let mut chart = chart.clone();
    let data = data.prepared(&chart)?;
    let dims = data.lengths();
    chart.kind = match chart.kind_rule.take() {
        Some(rule) => Some(by_rule(&rule, &chart.encodings, &data)),
        // Without a kind there is no automatic encoding.
        None if chart.kind.is_none() => {
            chart.auto_encoding = None;
            Some(absent(&chart.encodings, &data))
        }
        None => chart.kind,
    };
    if chart.kind == Some(Kind::Contour) {
        // Lines of equal value have no colour bar unless somebody asks for it.
        chart.color.colorbar.get_or_insert(false);
    }
    if let (Some(auto), Some(kind)) = (chart.auto_encoding.take(), chart.kind) {
        let names = data.variables();
        chart.encodings = fill(&chart.encodings, &auto, kind, &dims, names.as_deref(), &mut warnings)?;
    }
    if let Some(wrap) = chart.encodings.wrap.take() {
        let free = chart.encodings.row.name().is_none();
        let count = chart.encodings.col.name().and_then(|col| dims.iter().find(|(dim, _)| dim == col));
        chart.encodings.col_wrap = count.filter(|_| free).and_then(|(_, n)| columns(*n, wrap));
    }
    Ok(Warned { value: (chart, data), warnings })
}

/// The title of one picture of a sequence along `dim`, whose label is the scalar `value`:
/// [`Chart::frame_title`] filled in, or `dim = value` if it does not fit.
pub fn frame_title(chart: &Chart, dim: &str, value: &Labelled) -> String {
    let field = Field::of(value, 0);
    let plain = field.plain();
    let template = chart.frame_title.as_deref().unwrap_or("{dim:} = {value:.3g}");
    let fields = [("dim", Field::Text(dim.to_owned())), ("value", field)];
    fstr::format(template, &fields).unwrap_or_else(|| format!("{dim} = {plain}"))
}

impl ChartData {
    /// Names of variables, if it has some.
    fn variables(&self) -> Option<Vec<&str>> {
        match self {
            Self::Array(_) => None,
            Self::Dataset(dataset) => Some(dataset.vars.iter().map(|(name, _)| name.as_str()).collect()),
        }
    }

    /// All dims with their lengths, in xarray's order.
    fn lengths(&self) -> Vec<(String, usize)> {
        let mut out: Vec<(String, usize)> = Vec::new();
        let mut add = |array: &Labelled| {
            for (dim, len) in array.dims.iter().zip(&array.shape) {
                if !out.iter().any(|(known, _)| known == dim.as_str()) {
                    out.push((dim.as_str().to_owned(), *len));
                }
            }
        };
        match self {
            Self::Array(array) => add(array),
            // Coordinates come before the variable that brings them.
            Self::Dataset(dataset) => {
                for (_, array) in &dataset.vars {
                    array.coords.iter().for_each(|(_, coord)| add(coord));
                    add(array);
                }
            }
        }
        out
    }

    /// The data as they are drawn.
    fn prepared(&self, chart: &Chart) -> Result<Self, RenderError> {
        let drop_missing = chart.auto_encoding.as_ref().is_some_and(|auto| auto.drop_missing_dims);
        let mut kept: Vec<&str> = chart.encodings.files.iter().map(String::as_str).collect();
        if !drop_missing {
            kept.extend(Channel::ALL.iter().filter_map(|(_, c)| chart.encodings.get(*c)?.name()));
        }
        let one = |array: &Labelled| -> Result<Labelled, RenderError> {
            let mut kept = kept.clone();
            let mut out = array.clone();
            // Looser than dantro: a line of one point stays one.
            let line = matches!(chart.kind, Some(Kind::Line | Kind::Step)) || chart.kind.is_none();
            if line && chart.kind_rule.is_none() && array.shape.iter().all(|len| *len == 1) {
                kept.extend(array.dims.first().map(Dim::as_str));
            }
            for axis in (0..array.ndim()).rev() {
                let single = array.shape[axis] == 1 && !chart.keep_single;
                if single && !kept.contains(&array.dims[axis].as_str()) {
                    out = out.isel(axis, &Pick::At(0))?;
                }
            }
            if chart.indexed_coords_only {
                let indexed = |name: &str| out.coords.index(&Dim::new(name)).is_some();
                let coords = out.coords.iter().filter(|(name, _)| indexed(name));
                out.coords = coords.map(|(name, coord)| (name.to_owned(), coord.clone())).collect::<Coords>();
            }
            Ok(out)
        };
        Ok(match self {
            Self::Array(array) => Self::Array(one(array)?),
            Self::Dataset(dataset) => Self::Dataset(Dataset {
                vars: dataset.vars.iter().map(|(name, var)| Ok((name.clone(), one(var)?))).collect::<Result<
                    _,
                    RenderError,
                >>(
                )?,
                attrs: dataset.attrs.clone(),
            }),
        })
    }
}

fn by_rule(rule: &KindRule, encodings: &Encodings, data: &ChartData) -> Kind {
    let array = match data {
        ChartData::Dataset(_) => return rule.dataset,
        ChartData::Array(array) => array,
    };
    if encodings.x.name().is_some() && encodings.y.name().is_some() {
        rule.with_x_and_y
    } else if encodings.hue.name().is_some() {
        rule.with_hue
    } else {
        rule.by_ndim.get(&array.ndim()).copied().unwrap_or(rule.fallback)
    }
}

/// xarray's rule for absent kinds, by the number of dims that are not facets. Looser: datasets get
/// one, too.
fn absent(encodings: &Encodings, data: &ChartData) -> Kind {
    let array = match data {
        ChartData::Dataset(dataset) => match dataset.vars.as_slice() {
            [(_, one)] => one,
            _ => return Kind::Scatter,
        },
        ChartData::Array(array) => array,
    };
    let facets = [&encodings.row, &encodings.col];
    let used = facets.iter().filter_map(|e| e.name()).filter(|name| array.axis(name).is_some()).count();
    match (array.ndim() - used.min(array.ndim()), encodings.hue.name().is_some()) {
        (1, _) | (2, true) => Kind::Line,
        (2, false) => Kind::PColorMesh,
        _ => Kind::Hist,
    }
}

/// Hands out dims to channels: given ones stand, the others take the longest dims in order.
fn fill(
    given: &Encodings,
    auto: &AutoEncoding,
    kind: Kind,
    dims: &[(String, usize)],
    variables: Option<&[&str]>,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Encodings, RenderError> {
    let mut out = given.clone();
    let mut slots = auto.slots.get(&kind).cloned().unwrap_or_else(|| kind.slots());
    if auto.allow_y_for_x.contains(&kind) && given.y.name().is_some() && given.x.name().is_none() {
        for slot in slots.iter_mut().filter(|slot| slot.channel == Channel::X) {
            slot.channel = Channel::Y;
        }
    }
    let mut sorted: Vec<&(String, usize)> = dims.iter().collect();
    sorted.sort_by_key(|(_, len)| std::cmp::Reverse(*len));
    let is_dim = |name: &str| dims.iter().any(|(dim, _)| dim == name);
    let is_var = |name: &str| variables.is_some_and(|names| names.contains(&name));
    // What is given, channel by channel: names, or none for `~`.
    let mut channels: Vec<Channel> = Vec::new();
    for slot in &slots {
        if !channels.contains(&slot.channel) {
            channels.push(slot.channel);
        }
    }
    let mut taken: Vec<(Channel, Vec<String>)> = Vec::new();
    for channel in channels {
        let names = match given.get(channel) {
            None if given.files.is_empty() => continue,
            None => given.files.clone(),
            Some(Encoding::Auto) => continue,
            Some(Encoding::Unused) => Vec::new(),
            Some(Encoding::Name(name)) => vec![name.clone()],
        };
        taken.push((channel, names));
    }
    drop_missing(
        &mut taken,
        &mut out,
        auto.drop_missing_dims,
        &|name| is_dim(name) || is_var(name),
        warnings,
    );
    let used: Vec<String> =
        taken.iter().flat_map(|(_, names)| names.clone()).filter(|name| !is_var(name)).collect();
    check_twice(&used, auto.twice, variables.is_some(), warnings)?;
    let mut free_dims: Vec<String> =
        sorted.iter().map(|(dim, _)| dim.clone()).filter(|dim| !used.contains(dim)).collect();
    let free_slots = free_slots(&slots, &taken, &auto.ignore, free_dims.len());
    let mut filled: Vec<(Channel, Vec<String>)> = Vec::new();
    for (channel, room) in free_slots {
        for dim in free_dims.drain(..room.min(free_dims.len())) {
            match filled.iter_mut().find(|(known, _)| *known == channel) {
                Some((_, names)) => names.push(dim),
                None => {
                    let before = taken.iter().find(|(known, _)| *known == channel);
                    let mut names = before.map(|(_, names)| names.clone()).unwrap_or_default();
                    names.push(dim);
                    filled.push((channel, names));
                }
            }
        }
    }
    for (channel, names) in filled {
        out.set(channel, names);
    }
    if !free_dims.is_empty() && kind != Kind::Hist {
        let left = free_dims.join(", ");
        warnings.push(Diagnostic::warning(format!("automatic encoding has no channel left for {left}")));
    }
    Ok(out)
}

/// Forgets, or warns of, channels that name what the data lack.
fn drop_missing(
    taken: &mut Vec<(Channel, Vec<String>)>,
    out: &mut Encodings,
    drop: bool,
    known: &dyn Fn(&str) -> bool,
    warnings: &mut Vec<Diagnostic>,
) {
    let lacking: Vec<(Channel, String)> = taken
        .iter()
        .flat_map(|(channel, names)| names.iter().map(|name| (*channel, name.clone())))
        .filter(|(_, name)| !known(name))
        .collect();
    for (channel, name) in lacking {
        if !drop {
            let text = format!("`{}: {name}` names no dimension of the data", channel.name());
            warnings.push(Diagnostic::warning(text));
            continue;
        }
        if channel == Channel::Files {
            out.files.retain(|own| *own != name);
            for (_, names) in taken.iter_mut().filter(|(own, _)| *own == channel) {
                names.retain(|own| *own != name);
            }
        } else {
            taken.retain(|(own, _)| *own != channel);
            out.set(channel, Vec::new());
        }
    }
}

fn check_twice(
    used: &[String],
    twice: Twice,
    dataset: bool,
    warnings: &mut Vec<Diagnostic>,
) -> Result<(), RenderError> {
    let (warn, raise) = match twice {
        Twice::Allow => (false, false),
        Twice::Warn => (true, false),
        Twice::Raise => (false, true),
        Twice::WarnArrays => (!dataset, false),
        Twice::RaiseArrays => (false, !dataset),
    };
    let mut seen = BTreeSet::new();
    for name in used.iter().filter(|name| !seen.insert(name.as_str())) {
        let why = format!("gives `{name}` to two channels");
        if raise {
            return Err(RenderError::Option { option: "the encoding", why });
        }
        if warn {
            warnings.push(Diagnostic::warning(format!("the encoding {why}")));
        }
    }
    Ok(())
}

/// The channels with room, in order; one without a bound takes what the others leave.
fn free_slots(
    slots: &[Slot],
    taken: &[(Channel, Vec<String>)],
    ignore: &[Channel],
    dims: usize,
) -> Vec<(Channel, usize)> {
    let mut used: Vec<(Channel, usize)> =
        taken.iter().map(|(channel, names)| (*channel, names.len())).collect();
    for channel in ignore {
        used.retain(|(own, _)| own != channel);
        used.push((*channel, 0));
    }
    let mut free: Vec<(Channel, Option<usize>)> = Vec::new();
    for slot in slots {
        match used.iter().position(|(channel, _)| *channel == slot.channel) {
            None => free.push((slot.channel, slot.dims)),
            Some(at) if used[at].1 > 0 => {
                free.push((slot.channel, slot.dims.map(|room| room.saturating_sub(1))));
                used[at].1 -= 1;
                if used[at].1 == 0 {
                    used.remove(at);
                }
            }
            Some(_) => {}
        }
    }
    let bounded: usize = free.iter().filter_map(|(_, room)| *room).sum();
    let rest = dims.saturating_sub(bounded);
    free.into_iter().map(|(channel, room)| (channel, room.unwrap_or(rest))).collect()
}

/// Panels a row for `n` of them (dantro's `determine_ideal_col_wrap`); `None` if they are few.
fn columns(n: usize, wrap: Wrap) -> Option<usize> {
    if n < 4 {
        return None;
    }
    let square = (1..=n).find(|side| side * side >= n)?;
    let filled = |columns: usize| match n % columns {
        0 => 1.0,
        last => last as f64 / columns as f64,
    };
    if wrap == Wrap::Square || filled(square) >= 0.75 {
        return Some(square);
    }
    let reach = (square / 3).max(2);
    let candidates = square.saturating_sub(reach).max(3)..=(square + reach).min(n / 2 + 1);
    // Best filled, then nearest to a square, then the larger.
    candidates.min_by(|a, b| {
        let rank = |c: usize| (1.0 - filled(c), c.abs_diff(square), std::cmp::Reverse(c));
        rank(*a).partial_cmp(&rank(*b)).unwrap_or(std::cmp::Ordering::Equal)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dtype;

    /// Dims a to e, of which two are equally long.
    const DIMS: [(&str, usize); 5] = [("a", 3), ("b", 9), ("c", 3), ("d", 7), ("e", 2)];

    fn ghost(dims: &[(&str, usize)]) -> Labelled {
        let names = dims.iter().map(|(dim, _)| Dim::new(dim)).collect();
        Labelled::absent(names, dims.iter().map(|(_, len)| *len).collect(), Dtype::F64)
    }

    /// What each channel shows after automatic encoding: `x=b hue=d …`.
    fn shown(kind: Kind, dims: &[(&str, usize)], given: Encodings, auto: AutoEncoding) -> String {
        let chart =
            Chart { kind: Some(kind), encodings: given, auto_encoding: Some(auto), ..Chart::default() };
        let (chart, _) = resolve(&chart, &ghost(dims).into()).unwrap().value;
        let of = |(name, channel): &(&str, Channel)| match chart.encodings.get(*channel) {
            Some(encoding) => encoding.name().map(|dim| format!("{name}={dim}")),
            None if chart.encodings.files.is_empty() => None,
            None => Some(format!("{name}={}", chart.encodings.files.join("+"))),
        };
        let mut out: Vec<String> = Channel::ALL.iter().filter_map(of).collect();
        out.extend(chart.encodings.col_wrap.map(|n| format!("col_wrap={n}")));
        out.join(" ")
    }

    fn name(text: &str) -> Encoding {
        Encoding::Name(text.to_owned())
    }

    /// Expected: dantro 0.21.2's `determine_encoding`.
    #[test]
    fn dims_go_to_the_channels_that_dantro_gives_them() {
        let none = Encodings::default;
        let auto = AutoEncoding::default;
        let files = vec!["c".to_owned()];
        let no_frames = || AutoEncoding { ignore: vec![Channel::Frames], ..AutoEncoding::default() };
        let dropping = || AutoEncoding { drop_missing_dims: true, ..AutoEncoding::default() };
        for (kind, given, auto, expected) in [
            (Kind::Line, none(), auto(), "x=b hue=d col=a row=c frames=e"),
            (Kind::Line, Encodings { hue: name("b"), ..none() }, auto(), "x=d hue=b col=a row=c frames=e"),
            (Kind::Line, Encodings { y: name("c"), ..none() }, auto(), "y=c hue=b col=d row=a frames=e"),
            (
                Kind::Line,
                Encodings { hue: Encoding::Unused, ..none() },
                auto(),
                "x=b col=d row=a files=c frames=e",
            ),
            (Kind::Line, none(), no_frames(), "x=b hue=d col=a row=c files=e"),
            (Kind::PColorMesh, none(), auto(), "x=b y=d col=a row=c frames=e"),
            (
                Kind::PColorMesh,
                Encodings { wrap: Some(Wrap::Auto), row: Encoding::Unused, ..none() },
                auto(),
                "x=b y=d col=a files=c frames=e",
            ),
            (Kind::Hist, none(), auto(), "files=d+a+c frames=e free=b"),
            (Kind::Line, Encodings { files, ..none() }, auto(), "x=b hue=d col=a row=e files=c"),
            (
                Kind::Line,
                Encodings { hue: name("zz"), ..none() },
                dropping(),
                "x=b hue=d col=a row=c frames=e",
            ),
        ] {
            assert_eq!(shown(kind, &DIMS, given.clone(), auto), expected, "{kind:?} {given:?}");
        }
        let three = [("a", 3), ("b", 9), ("c", 5)];
        let wrapped = Encodings { col: name("c"), wrap: Some(Wrap::Auto), ..none() };
        assert_eq!(shown(Kind::Line, &three, wrapped, no_frames()), "x=b hue=a col=c col_wrap=3");
    }

    #[test]
    fn a_dim_given_twice_is_an_error_where_that_is_asked_for() {
        let encodings = Encodings { x: name("b"), hue: name("b"), ..Encodings::default() };
        for (twice, fails, warnings) in
            [(Twice::Allow, false, 0), (Twice::WarnArrays, false, 1), (Twice::Raise, true, 0)]
        {
            let auto = AutoEncoding { twice, ..AutoEncoding::default() };
            let chart = Chart {
                kind: Some(Kind::Line),
                encodings: encodings.clone(),
                auto_encoding: Some(auto),
                ..Chart::default()
            };
            let got = resolve(&chart, &ghost(&DIMS).into());
            assert_eq!(got.is_err(), fails);
            assert_eq!(got.map_or(0, |warned| warned.warnings.len()), warnings);
        }
    }

    /// Expected: dantro's `determine_plot_kind`.
    #[test]
    fn kinds_follow_from_dims_and_encodings() {
        for (ndim, x_and_y, hue, expected) in [
            (0, false, false, Kind::Hist),
            (1, false, false, Kind::Line),
            (3, false, false, Kind::Line),
            (4, false, false, Kind::PColorMesh),
            (4, false, true, Kind::Line),
            (2, true, true, Kind::PColorMesh),
            (6, false, false, Kind::Hist),
        ] {
            let mut encodings = Encodings::default();
            if x_and_y {
                (encodings.x, encodings.y) = (name("a"), name("b"));
            }
            if hue {
                encodings.hue = name("a");
            }
            let dims: Vec<(&str, usize)> =
                ["a", "b", "c", "d", "e", "f"][..ndim].iter().map(|dim| (*dim, 2)).collect();
            let chart = Chart { kind_rule: Some(KindRule::default()), encodings, ..Chart::default() };
            let (resolved, _) = resolve(&chart, &ghost(&dims).into()).unwrap().value;
            assert_eq!(resolved.kind, Some(expected), "{ndim} {x_and_y} {hue}");
        }
    }

    /// Expected: dantro's `determine_ideal_col_wrap` with and without `fill_last_row`.
    #[test]
    fn panels_wrap_as_dantro_wraps_them() {
        for (n, auto, square) in [
            (4, 2, 2),
            (5, 3, 3),
            (7, 4, 3),
            (10, 5, 4),
            (13, 5, 4),
            (17, 6, 5),
            (21, 7, 5),
            (26, 7, 6),
            (31, 8, 6),
            (37, 8, 7),
            (43, 9, 7),
            (50, 10, 8),
            (54, 8, 8),
        ] {
            assert_eq!((columns(n, Wrap::Auto), columns(n, Wrap::Square)), (Some(auto), Some(square)), "{n}");
        }
        assert_eq!(columns(3, Wrap::Auto), None);
    }

    #[test]
    fn axes_of_length_one_are_dropped_unless_an_encoding_names_them() {
        let data: ChartData = ghost(&[("a", 1), ("b", 4), ("c", 1)]).into();
        let encodings = Encodings { hue: name("c"), ..Encodings::default() };
        let chart = Chart { encodings, ..Chart::default() };
        let dims = |chart: &Chart| match resolve(chart, &data).unwrap().value.1 {
            ChartData::Array(array) => array.dims,
            ChartData::Dataset(_) => Vec::new(),
        };
        assert_eq!(dims(&chart), [Dim::new("b"), Dim::new("c")]);
        assert_eq!(dims(&Chart { keep_single: true, ..chart }).len(), 3);
    }

    #[test]
    fn pictures_of_a_sequence_are_titled_by_their_value() {
        let value = Labelled::scalar(crate::data::Values::F64(vec![16.0].into()));
        let chart = Chart::default();
        assert_eq!(frame_title(&chart, "time", &value), "time = 16");
        let chart = Chart { frame_title: Some("{dim:.2g}".to_owned()), ..chart };
        assert_eq!(frame_title(&chart, "time", &value), "time = 16.0");
    }
}
