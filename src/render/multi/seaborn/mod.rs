//! seaborn's functions on tables and arrays, and what they share: columns by name, groups by hue.

mod boxes;
mod categorical;
mod column;
mod distributions;
mod dots;
mod estimates;
mod hue;
mod kde;
mod key;
pub(super) mod names;
mod pairs;
mod palette;
mod regress;
mod relations;
mod rug;
mod semantics;

use super::argument::{Argument, Bound, Vector};
use super::board::Board;
use super::look::Look;
use crate::data::{Dim, Labelled};
use crate::render::scene::Color;
use crate::render::values;
pub(super) use boxes::{boxenplot, boxplot, violinplot};
use column::Column;
pub(super) use distributions::{ecdfplot, histplot};
pub(super) use dots::{stripplot, swarmplot};
pub(super) use estimates::{barplot, countplot, pointplot};
pub(super) use kde::kdeplot;
pub(super) use regress::{REG, RESID, regplot, residplot};
pub(super) use relations::{lineplot, scatterplot};
pub(super) use rug::rugplot;

/// Rows of x, y and what tells groups apart, with the names of the columns.
struct Rows {
    x: Option<Vector>,
    y: Option<Vector>,
    hue: Option<Column>,
    size: Option<Column>,
    style: Option<Column>,
    names: [String; 3],
    /// Whether x, y and hue are integers.
    whole: [bool; 3],
}

/// A number as a name: integers have no point.
fn number_name(number: f64, whole: bool) -> String {
    if whole { format!("{number:.0}") } else { crate::render::ticks::spec::plain(number) }
}

/// x, y and hue of a call.
fn rows(call: &Bound<'_>) -> Result<Rows, String> {
    rows_of(call, &["x", "y", "hue"])
}

/// The columns that a call names, broadcast against each other where they are arrays: the first of x, y,
/// hue, size and style.
fn rows_of(call: &Bound<'_>, roles: &[&str]) -> Result<Rows, String> {
    let data = call.get("data");
    let mut arrays: Vec<(usize, Labelled)> = Vec::new();
    let mut vectors: [Option<Vector>; 5] = Default::default();
    let mut names: [String; 5] = Default::default();
    let mut whole_of = [false; 5];
    for (i, role) in roles.iter().copied().enumerate() {
        match call.get(role) {
            None => {}
            Some(Argument::Text(name)) => {
                let Some(data) = data else {
                    return Err(format!("`{role}` names the column `{name}`, and there is no `data`"));
                };
                arrays.push((i, column(data, name)?));
                names[i].clone_from(name);
            }
            Some(Argument::Array(array)) => {
                arrays.push((i, array.clone()));
                names[i] = array.name.clone().unwrap_or_default();
            }
            Some(value) => {
                let own = value.vector()?;
                whole_of[i] = own.values.iter().all(|v| v.fract() == 0.0);
                vectors[i] = Some(own);
            }
        }
    }
    if arrays.is_empty() && vectors.iter().all(Option::is_none) {
        return whole(data);
    }
    let (mut dims, mut shape): (Vec<Dim>, Vec<usize>) = (Vec::new(), Vec::new());
    for (_, array) in &arrays {
        for (dim, len) in array.dims.iter().zip(&array.shape) {
            if !dims.contains(dim) {
                dims.push(dim.clone());
                shape.push(*len);
            }
        }
    }
    // Bare arrays of one dimension are columns side by side, whatever their dims are called.
    let columns = arrays.iter().all(|(_, array)| array.ndim() == 1 && array.shape == arrays[0].1.shape);
    for (i, array) in arrays {
        whole_of[i] = array.dtype().is_integer();
        let wide = if columns { array } else { array.broadcast(&dims, &shape).map_err(|e| e.to_string())? };
        vectors[i] = Some(Argument::Array(wide).vector()?);
    }
    let [x, y, hue, size, style] = vectors;
    let [first, second, third, ..] = names.clone();
    let mut columns = [(hue, 2), (size, 3), (style, 4)].map(|(vector, i)| {
        let name = std::mem::take(&mut names[i]);
        vector.map(|vector| Column::of(name, vector, whole_of[i]))
    });
    let [hue, size, style] = columns.each_mut().map(Option::take);
    let lengths: Vec<usize> = [&x, &y]
        .into_iter()
        .flatten()
        .map(|v| v.values.len())
        .chain([&hue, &size, &style].into_iter().flatten().map(|column| column.rows.len()))
        .collect();
    if lengths.windows(2).any(|pair| pair[0] != pair[1]) {
        return Err(format!("the columns have different lengths: {lengths:?}"));
    }
    let whole = [whole_of[0], whole_of[1], whole_of[2]];
    Ok(Rows { x, y, hue, size, style, names: [first, second, third], whole })
}

/// An array without columns named: its values, along its coordinate if it has one dimension.
fn whole(data: Option<&Argument>) -> Result<Rows, String> {
    let data = data.ok_or("there is nothing to draw: give `data`, or `x` and `y`")?;
    let (mut x, mut names) = (None, <[String; 3]>::default());
    let array = match data {
        Argument::Array(array) => Some(array),
        Argument::Dataset(dataset) if dataset.vars.len() == 1 => Some(&dataset.vars[0].1),
        Argument::Dataset(_) => return Err("say which columns of `data` are `x` and `y`".to_owned()),
        _ => None,
    };
    if let Some(array) = array {
        names[1] = array.name.clone().unwrap_or_default();
        if array.ndim() == 1 {
            let dim = &array.dims[0];
            names[0] = if dim.as_str().starts_with("dim_") { String::new() } else { dim.as_str().to_owned() };
            x = Some(Argument::Array((*values::index_of(array, dim)).clone()).vector()?);
        }
    }
    Ok(Rows { x, y: Some(data.vector()?), hue: None, size: None, style: None, names, whole: [false; 3] })
}

/// A variable, coordinate or dim of the data.
fn column(data: &Argument, name: &str) -> Result<Labelled, String> {
    let coordinate = |array: &Labelled| match array.axis(name) {
        Some(axis) => Some((*values::index_of(array, &array.dims[axis])).clone()),
        None => array.coords.get(name).map(|coord| (**coord).clone()),
    };
    let (found, mut known): (Option<Labelled>, Vec<String>) = match data {
        Argument::Array(array) => {
            let own = (array.name.as_deref() == Some(name)).then(|| array.clone());
            let known = array.coords.iter().map(|(name, _)| name.to_owned()).chain(array.name.clone());
            (own.or_else(|| coordinate(array)), known.collect())
        }
        Argument::Dataset(dataset) => {
            let own = dataset.vars.iter().find(|(var, _)| var == name).map(|(_, array)| array.clone());
            let found = own.or_else(|| dataset.vars.iter().find_map(|(_, array)| coordinate(array)));
            (found, dataset.vars.iter().map(|(name, _)| name.clone()).collect())
        }
        other => return Err(other.not("a table or an array as `data`")),
    };
    known.dedup();
    found.ok_or_else(|| {
        let help = crate::diag::did_you_mean(name, known.iter().map(String::as_str));
        format!("`data` has no column `{name}`{}", help.map_or_else(String::new, |help| format!(" ({help})")))
    })
}

/// Rows of one hue.
struct Group {
    /// Its name in a legend, empty without one.
    label: String,
    members: Vec<usize>,
    color: Color,
}

/// Groups of rows by hue, with their colours; without a hue one of all.
struct Groups {
    all: Vec<(String, Vec<usize>)>,
    /// Colours, where a hue or the call gives them.
    colors: Option<Vec<Color>>,
    label: String,
}

impl Groups {
    /// Groups in the order of `hue_order`, or in which they come, with `palette`'s colours.
    fn of(board: &Board<'_>, call: &Bound<'_>, look: &Look, rows: &Rows, n: usize) -> Result<Self, String> {
        let Some(hue) = rows.hue.clone() else {
            let all = vec![(String::new(), (0..n).collect())];
            return Ok(Self { all, colors: look.color.map(|color| vec![color]), label: look.label.clone() });
        };
        let hue = hue.ordered(call, "hue_order")?;
        if hue.count() > 10_000 {
            return Err(format!("`hue` has {} different numbers: too many groups", hue.count()));
        }
        let colors = match look.color {
            Some(color) => vec![color; hue.count()],
            None => hue::colors(board, call, &hue)?.0,
        };
        let mut all: Vec<(String, Vec<usize>)> =
            hue.names().into_iter().map(|name| (name, Vec::new())).collect();
        for (i, level) in hue.rows.iter().enumerate() {
            if let Some((_, members)) = level.and_then(|k| all.get_mut(k as usize)) {
                members.push(i);
            }
        }
        let (all, colors) =
            all.into_iter().zip(colors).filter(|((_, members), _)| !members.is_empty()).unzip();
        Ok(Self { all, colors: Some(colors), label: String::new() })
    }

    fn make(self, next: impl FnOnce() -> Color) -> Vec<Group> {
        let colors = self.colors.unwrap_or_else(|| vec![next()]);
        let named = |name: String| if name.is_empty() { self.label.clone() } else { name };
        let groups = self.all.into_iter().zip(colors);
        groups.map(|((name, members), color)| Group { label: named(name), members, color }).collect()
    }

    /// The groups, of lines.
    fn lines(self, board: &mut Board<'_>) -> Vec<Group> {
        self.make(|| board.next_line())
    }

    /// The groups, of areas and points.
    fn areas(self, board: &mut Board<'_>) -> Vec<Group> {
        self.make(|| board.next_patch())
    }
}

fn label(board: &mut Board<'_>, i: usize, name: &str) {
    if board.axes[i].label.is_empty() {
        name.clone_into(&mut board.axes[i].label);
    }
}

/// A legend by the hue, unless the call has none.
fn legend(board: &mut Board<'_>, call: &Bound<'_>, rows: &Rows) {
    let wanted = !matches!(call.get("legend"), Some(Argument::Bool(false)));
    if rows.hue.is_some() && wanted {
        board.legend = Some(rows.names[2].clone());
    }
}
/// The one variable of a distribution, and whether it runs along y.
fn variable(rows: &Rows) -> Result<(Vector, String, bool), String> {
    match (&rows.x, &rows.y) {
        // Of an array without columns, the values.
        (_, Some(y)) if rows.names[0].is_empty() || rows.x.is_none() => {
            Ok((y.clone(), rows.names[1].clone(), false))
        }
        (Some(x), None) => Ok((x.clone(), rows.names[0].clone(), false)),
        (Some(_), Some(y)) => Ok((y.clone(), rows.names[1].clone(), false)),
        _ => Err("`x` is missing".to_owned()),
    }
}

fn distribution(call: &Bound<'_>) -> Result<(Rows, Vector, String, bool), String> {
    let rows = rows(call)?;
    let given = [call.get("x").is_some(), call.get("y").is_some()];
    let (vector, name, across) = match given {
        [true, true] => return Err("it is of one variable: give `x` or `y`".to_owned()),
        [false, true] => {
            let y = rows.y.clone().ok_or("`y` is missing")?;
            (y, rows.names[1].clone(), true)
        }
        [true, false] => {
            let x = rows.x.clone().ok_or("`x` is missing")?;
            (x, rows.names[0].clone(), false)
        }
        [false, false] => variable(&rows)?,
    };
    Ok((rows, vector, name, across))
}

/// Values of the members that are finite.
fn finite(vector: &Vector, members: &[usize]) -> Vec<f64> {
    members.iter().map(|i| vector.values[*i]).filter(|v| v.is_finite()).collect()
}

/// `sns.despine`.
pub(super) fn despine(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    for (i, side) in ["left", "bottom", "right", "top"].into_iter().enumerate() {
        if call.truth(side, i >= 2)? {
            board.options.spines[i] = Some(false);
        }
    }
    Ok(())
}
