//! Sets of values by category and hue: what boxes, violins, bars and swarms are drawn of.

use super::column::Column;
use super::key::{Key, Level, Verbosity};
use super::palette::{line_grey, saturated};
use super::{label, number_name, rows};
use crate::data::Labelled;
use crate::render::marks::Handle;
use crate::render::multi::argument::{Argument, Bound, Vector, VectorKind};
use crate::render::multi::board::Board;
use crate::render::multi::look::{Look, color};
use crate::render::record::solid;
use crate::render::scene::{Color, MarkerShape};
use crate::render::values;
use std::collections::BTreeMap;

/// The values of one category and hue.
pub(super) struct Set {
    /// Where the category stands.
    pub(super) category: f64,
    /// Where it stands itself, beside those of other hues.
    pub(super) at: f64,
    /// How wide it is.
    pub(super) width: f64,
    /// Index of the hue.
    pub(super) hue: usize,
    /// Its finite values, in their order.
    pub(super) values: Vec<f64>,
    /// Its colour.
    pub(super) color: Color,
}

/// Sets of a call.
pub(super) struct Sets {
    /// The axis of the categories: 0 is x.
    pub(super) axis: usize,
    /// Sets with rows, by category, then by hue.
    pub(super) sets: Vec<Set>,
    /// Names of the hues that a legend shows, else of one without a name.
    pub(super) hues: Vec<String>,
    /// A colour a hue.
    pub(super) colors: Vec<Color>,
    /// Lines over areas.
    pub(super) line: Color,
    /// Whether areas are filled.
    pub(super) fill: bool,
    /// Whether sets of hues stand beside each other.
    pub(super) dodge: bool,
    /// Width of one category's place.
    pub(super) native: f64,
    pub(super) look: Look,
}

impl Sets {
    /// A point by its place among the categories and its value.
    pub(super) fn point(&self, place: f64, value: f64) -> [f64; 2] {
        if self.axis == 0 { [place, value] } else { [value, place] }
    }

    /// The name of the first set of each hue, once.
    pub(super) fn label(&self, k: usize) -> String {
        let first = self.sets.iter().position(|set| set.hue == self.sets[k].hue);
        if first == Some(k) { self.hues[self.sets[k].hue].clone() } else { String::new() }
    }
}

/// How functions differ.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    /// Whether rows are counted: one variable is the categories.
    pub(super) count: bool,
    /// Whether sets of hues stand beside each other if nobody says.
    pub(super) dodge: Option<bool>,
    /// Whether colours of areas lose saturation.
    pub(super) areas: bool,
    /// Width if nobody says.
    pub(super) width: f64,
}

/// Columns side by side: each a category.
fn wide(data: &Argument) -> Result<(Vec<String>, Vec<f64>, String), String> {
    let (mut names, mut all) = (Vec::new(), Vec::new());
    let mut push = |name: String, values: Vec<f64>| {
        names.extend(std::iter::repeat_n(name, values.len()));
        all.extend(values);
    };
    match data {
        Argument::Dataset(dataset) => {
            for (name, array) in &dataset.vars {
                let own = Argument::Array(array.clone()).vector()?;
                // As of pandas' tables, columns of text are left out.
                if !matches!(own.kind, VectorKind::Text(_)) {
                    push(name.clone(), own.values);
                }
            }
        }
        Argument::Array(array) if array.ndim() == 2 => {
            let of = values::items(&values::index_of(array, &array.dims[1]), true);
            for (name, column) in of.into_iter().zip(data.columns()?) {
                push(name, column.values);
            }
        }
        _ => {
            for (k, column) in data.columns()?.into_iter().enumerate() {
                push(if k == 0 { String::new() } else { k.to_string() }, column.values);
            }
        }
    }
    let label = match data {
        Argument::Array(Labelled { name: Some(name), .. }) => name.clone(),
        _ => String::new(),
    };
    Ok((names, all, label))
}

/// The levels of a column: numbers rise, texts come in their order; with what each row has.
fn levels(vector: &Vector, whole: bool) -> Result<(Vec<String>, Vec<Option<String>>), String> {
    match &vector.kind {
        VectorKind::Text(texts) => {
            let mut known = std::collections::BTreeSet::new();
            let levels = texts.iter().filter(|text| known.insert(text.as_str())).cloned().collect();
            Ok((levels, texts.iter().cloned().map(Some).collect()))
        }
        VectorKind::Number => {
            let mut sorted: Vec<f64> = vector.values.iter().copied().filter(|v| v.is_finite()).collect();
            sorted.sort_by(f64::total_cmp);
            sorted.dedup();
            if sorted.len() > 10_000 {
                return Err(format!("{} different numbers are no categories", sorted.len()));
            }
            let own = |v: &f64| v.is_finite().then(|| number_name(*v, whole));
            Ok((
                sorted.into_iter().map(|v| number_name(v, whole)).collect(),
                vector.values.iter().map(own).collect(),
            ))
        }
        VectorKind::Time(_) => Err("times are no categories: make texts of them".to_owned()),
    }
}

/// `order` or `hue_order`.
fn ordered(call: &Bound<'_>, name: &str, whole: bool, levels: Vec<String>) -> Result<Vec<String>, String> {
    match call.get(name) {
        None => Ok(levels),
        Some(value) => {
            let own = value.vector().map_err(|why| format!("`{name}`: {why}"))?;
            Ok(match own.kind {
                VectorKind::Text(texts) => texts,
                _ => own.values.into_iter().map(|v| number_name(v, whole)).collect(),
            })
        }
    }
}

/// The sets of a call, their colours and places; the axes show the categories.
pub(super) fn sets(board: &mut Board<'_>, call: &Bound<'_>, wanted: Wanted) -> Result<Sets, String> {
    let look = Look::of(call, board.style)?;
    let orient = match call.text("orient")?.as_deref() {
        None => None,
        Some("x" | "v") => Some(0),
        Some("y" | "h") => Some(1),
        Some(other) => return Err(format!("`orient`: `{other}` is none of x, y, v and h")),
    };
    let (x, y) = (call.get("x").is_some(), call.get("y").is_some());
    let (axis, categories, numbers, hue, names, whole);
    if x || y {
        let found = rows(call)?;
        let text = |v: &Option<Vector>| v.as_ref().is_some_and(|v| matches!(v.kind, VectorKind::Text(_)));
        axis = orient.unwrap_or(match (x, y) {
            (true, true) => usize::from(text(&found.y) && !text(&found.x)),
            (true, false) => usize::from(!wanted.count),
            _ => usize::from(wanted.count),
        });
        if x && y && wanted.count {
            return Err("rows are counted along `x` or `y`: give one of them".to_owned());
        }
        let [own, other] = if axis == 0 { [found.x, found.y] } else { [found.y, found.x] };
        (categories, numbers) = (own, other);
        whole = [found.whole[axis], found.whole[2]];
        hue = found.hue;
        names = found.names;
        if wanted.count && categories.is_none() || !wanted.count && numbers.is_none() {
            return Err("`orient` leaves no values: give the other of `x` and `y`".to_owned());
        }
    } else {
        let data = call.get("data").ok_or("there is nothing to draw: give `data`, or `x` and `y`")?;
        let (columns, all, name) = wide(data)?;
        axis = orient.unwrap_or(0);
        let texts = Vector { values: Vec::new(), kind: VectorKind::Text(columns) };
        categories = Some(texts);
        numbers = Some(Vector { values: all, kind: VectorKind::Number });
        whole = [false; 2];
        hue = None;
        names = if axis == 0 {
            [String::new(), name, String::new()]
        } else {
            [name, String::new(), String::new()]
        };
    }
    if numbers.as_ref().is_some_and(|numbers| matches!(numbers.kind, VectorKind::Text(_))) {
        return Err("the values are texts: `sns.countplot` counts them".to_owned());
    }
    let n = numbers.as_ref().or(categories.as_ref()).map_or(0, |v| match &v.kind {
        VectorKind::Text(texts) => texts.len(),
        _ => v.values.len(),
    });
    let native = call.truth("native_scale", false)?
        && categories.as_ref().is_some_and(|c| c.kind == VectorKind::Number);
    let (found, of) = match &categories {
        Some(categories) => levels(categories, whole[0])?,
        None => (vec![String::new()], vec![Some(String::new()); n]),
    };
    let levels_of = ordered(call, "order", whole[0], found)?;
    let places: Vec<f64> = if native {
        levels_of.iter().map(|name| name.parse().unwrap_or(f64::NAN)).collect()
    } else {
        let texts = VectorKind::Text(levels_of.clone());
        board.place(axis, Vector { values: Vec::new(), kind: texts })?
    };
    let spacing = places.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(f64::INFINITY, f64::min);
    let unit = if native && spacing.is_finite() && spacing > 0.0 { spacing } else { 1.0 };
    // A palette without a hue colours the categories.
    let redundant =
        hue.is_none() && call.get("palette").is_some() || hue.as_ref().is_some_and(|hue| hue.texts() == of);
    let hue_of: Option<Vec<Option<String>>> = match &hue {
        Some(hue) => Some(hue.texts()),
        None if redundant => Some(of.clone()),
        None => None,
    };
    let hue = match hue {
        Some(hue) if redundant && call.get("hue_order").is_none() && hue.quantities().is_none() => {
            let names = levels_of.iter().filter(|name| hue.names().contains(name)).cloned().collect();
            Some(hue.arranged(names))
        }
        Some(hue) => Some(hue.ordered(call, "hue_order")?),
        None if redundant => {
            let texts = VectorKind::Text(levels_of.clone());
            let levels = Column::of(String::new(), Vector { values: Vec::new(), kind: texts }, whole[0]);
            Some(levels.arranged(levels_of.clone()).ordered(call, "hue_order")?)
        }
        None => None,
    };
    let hues = hue.as_ref().map_or_else(|| vec![String::new()], Column::names);
    let share = call.number("saturation")?.unwrap_or(if wanted.areas { 0.75 } else { 1.0 });
    let (colors, map) = match (&hue, look.color.or(look.face)) {
        (Some(_), Some(_)) => return Err("of `color` and `hue`, give one; `palette` has colours".to_owned()),
        (Some(hue), None) => super::hue::colors(board, call, hue)?,
        (None, Some(color)) => (vec![color], None),
        (None, None) => (vec![if wanted.areas { board.next_patch() } else { board.next_line() }], None),
    };
    let colors: Vec<Color> = colors.into_iter().map(|color| saturated(color, share)).collect();
    let data = match numbers {
        Some(numbers) => board.place(1 - axis, numbers)?,
        None => vec![1.0; n],
    };
    let mut found: BTreeMap<(usize, usize), Vec<f64>> = BTreeMap::new();
    let index = |names: &[String]| -> BTreeMap<String, usize> {
        names.iter().cloned().enumerate().map(|(i, name)| (name, i)).collect()
    };
    let (by_level, by_hue) = (index(&levels_of), index(&hues));
    for i in 0..n {
        let hue = match &hue_of {
            None => Some(0),
            Some(all) => all[i].as_ref().and_then(|name| by_hue.get(name).copied()),
        };
        let category = of[i].as_ref().and_then(|name| by_level.get(name).copied());
        if let (Some(category), Some(hue), true) = (category, hue, data[i].is_finite()) {
            found.entry((category, hue)).or_default().push(data[i]);
        }
    }
    let mut present: Vec<usize> = found.keys().map(|(category, _)| *category).collect();
    present.dedup();
    let dodge = match call.get("dodge") {
        Some(Argument::Bool(flag)) => *flag && hue_of.is_some(),
        Some(Argument::Text(text)) if text == "auto" => found.len() > present.len(),
        Some(Argument::Number(by)) => *by != 0.0 && hue_of.is_some(),
        Some(other) => return Err(format!("`dodge`: {}", other.not("`true`, `false` or `auto`"))),
        None => wanted.dodge.unwrap_or(found.len() > present.len()) && hue_of.is_some(),
    };
    let width = call.number("width")?.unwrap_or(wanted.width);
    let gap = call.number("gap")?.unwrap_or(0.0);
    if !(0.0..=1e6).contains(&width) || !(0.0..=1.0).contains(&gap) {
        return Err("`width` is a number from 0 on, and `gap` between 0 and 1".to_owned());
    }
    let total = width * unit;
    let one = if dodge { total / hues.len() as f64 } else { total };
    let sets = found
        .into_iter()
        .map(|((category, hue), values)| {
            let shift = if dodge { one * (hue as f64 + 0.5) - total / 2.0 } else { 0.0 };
            let category = places[category];
            let width = one * (1.0 - gap);
            Set { category, at: category + shift, width, hue, values, color: look.faded(colors[hue]) }
        })
        .collect();
    label(board, axis, &names[axis]);
    label(board, 1 - axis, if wanted.count { "count" } else { &names[1 - axis] });
    if !native {
        let count = match &board.axes[axis].kind {
            crate::render::axis::AxisKind::Category(names) => names.len(),
            _ => levels_of.len(),
        };
        let ends = [-0.5, count as f64 - 0.5];
        board.limits(axis, if axis == 0 { ends } else { [ends[1], ends[0]] });
        board.options.grid.get_or_insert_default().lines[axis] = [Some(false); 2];
    }
    let verbosity = Verbosity::of(call)?.filter(|_| !redundant);
    let legend = verbosity.is_some() && hue_of.is_some();
    if legend {
        board.legend = Some(names[2].clone());
    }
    let line = match call.get("linecolor") {
        Some(value) if !matches!(value, Argument::Text(text) if text == "auto") => {
            color(value, &board.style.cycle).map_err(|why| format!("`linecolor`: {why}"))?
        }
        _ => line_grey(&colors),
    };
    let fill = call.truth("fill", true)?;
    let single = vec![look.label.clone()];
    // Round numbers stand for many.
    let brief = match (verbosity, &map, &hue) {
        (Some(verbosity), Some(map), Some(hue)) => verbosity.ticks(hue).map(|_| (verbosity, map, hue)),
        _ => None,
    };
    let told = brief.is_some();
    if let Some((verbosity, map, hue)) = brief {
        let size = look.size.or(call.number("size")?).unwrap_or(5.0).clamp(0.0, 1e3);
        let shape = look.marker.flatten().unwrap_or(MarkerShape::Circle);
        let edge = solid(line, look.width.unwrap_or(board.style.patch_width));
        let mut key = Key::new(verbosity, &[hue]);
        key.section(hue, &Color::BLACK, |level, color| {
            *color = match level {
                Level::Round(number) => look.faded(saturated(map.color(number), share)),
                Level::Own(k) => colors.get(k).copied().unwrap_or(*color),
            };
        });
        key.put(board, |color| match (wanted.areas, fill) {
            (true, true) => Handle { patch: Some(color), edge: Some(edge.clone()), ..Handle::default() },
            (true, false) => Handle {
                patch: Some(Color { a: 0, ..color }),
                edge: Some(solid(color, edge.width)),
                ..Handle::default()
            },
            (false, _) => Handle { marker: Some((shape, size, color, None)), ..Handle::default() },
        });
    }
    let hues = match (legend && !told, hue_of.is_some()) {
        (true, _) => hues,
        (false, true) => vec![String::new(); hues.len()],
        _ => single,
    };
    Ok(Sets { axis, sets, hues, colors, line, fill, dodge, native: unit, look })
}
