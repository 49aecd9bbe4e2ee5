//! seaborn's functions on tables and arrays: lines and points by column, distributions.

use super::areas::categories;
use super::argument::{Argument, Bound, Vector, VectorKind};
use super::board::Board;
use super::hist::{Bars, hist_options};
use super::look::Look;
use crate::data::{Dim, Labelled};
use crate::render::chart::{Bins, HistOptions, StepWhere};
use crate::render::marks::{Histogram, Mark, ScatterMark, ShapesMark};
use crate::render::record::solid;
use crate::render::scene::{Color, MarkerShape};
use crate::render::values;

/// Rows of x, y and what tells groups apart, with the names of the columns.
struct Rows {
    x: Option<Vector>,
    y: Option<Vector>,
    hue: Option<Vec<String>>,
    names: [String; 3],
}

/// The columns that a call names, broadcast against each other where they are arrays.
fn rows(call: &Bound<'_>) -> Result<Rows, String> {
    let data = call.get("data");
    let mut arrays: Vec<(usize, Labelled)> = Vec::new();
    let mut vectors: [Option<Vector>; 3] = [None, None, None];
    let mut names: [String; 3] = Default::default();
    for (i, role) in ["x", "y", "hue"].into_iter().enumerate() {
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
            Some(value) => vectors[i] = Some(value.vector()?),
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
        let wide = if columns { array } else { array.broadcast(&dims, &shape).map_err(|e| e.to_string())? };
        vectors[i] = Some(Argument::Array(wide).vector()?);
    }
    let [x, y, hue] = vectors;
    let hue = hue.map(|hue| match hue.kind {
        VectorKind::Text(texts) => texts,
        _ => hue.values.iter().map(|v| crate::render::ticks::spec::plain(*v)).collect(),
    });
    let lengths: Vec<usize> =
        [&x, &y].into_iter().flatten().map(|v| v.values.len()).chain(hue.as_ref().map(Vec::len)).collect();
    if lengths.windows(2).any(|pair| pair[0] != pair[1]) {
        return Err(format!("the columns have different lengths: {lengths:?}"));
    }
    Ok(Rows { x, y, hue, names })
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
    Ok(Rows { x, y: Some(data.vector()?), hue: None, names })
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

/// Groups of rows in the order in which they come, or in numeric order: name and members.
fn groups(hue: Option<&Vec<String>>, n: usize) -> Vec<(String, Vec<usize>)> {
    let Some(hue) = hue else { return vec![(String::new(), (0..n).collect())] };
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (i, name) in hue.iter().enumerate() {
        match groups.iter_mut().find(|(known, _)| known == name) {
            Some((_, members)) => members.push(i),
            None => groups.push((name.clone(), vec![i])),
        }
    }
    if groups.iter().all(|(name, _)| name.parse::<f64>().is_ok()) {
        let number = |name: &String| name.parse::<f64>().unwrap_or(f64::NAN);
        groups.sort_by(|(a, _), (b, _)| number(a).total_cmp(&number(b)));
    }
    groups
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

/// `sns.lineplot`: the mean of y at each x, with a band where there are several.
pub(super) fn lineplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let rows = rows(call)?;
    let y = rows.y.clone().ok_or("`y` is missing")?;
    let n = y.values.len();
    let x = rows.x.clone().unwrap_or_else(|| Vector::count(n));
    let (x, y) = (board.place(0, x)?, board.place(1, y)?);
    let how = match call.get("errorbar").or(call.get("ci")) {
        None => Some("ci".to_owned()),
        Some(Argument::List(items)) => items.first().map(Argument::text).transpose()?,
        Some(value) => Some(value.text()?),
    };
    let no_band = matches!(call.args.get(2), Some(Argument::None)) || call.given_null("errorbar");
    for (name, members) in groups(rows.hue.as_ref(), n) {
        let color = look.color.unwrap_or_else(|| board.next_line());
        let mut points: Vec<(f64, f64)> =
            members.iter().map(|i| (x[*i], y[*i])).filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut at, mut mean, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for group in points.chunk_by(|a, b| a.0 == b.0) {
            let m = group.len() as f64;
            let middle = group.iter().map(|(_, y)| y).sum::<f64>() / m;
            let squares = group.iter().map(|(_, y)| (y - middle) * (y - middle)).sum::<f64>();
            let deviation = if m > 1.0 { (squares / (m - 1.0)).sqrt() } else { 0.0 };
            let half = match how.as_deref() {
                Some("sd") => deviation,
                Some("se") => deviation / m.sqrt(),
                // seaborn draws 1000 samples; this is where their percentiles tend to.
                Some("ci") => 1.959_964 * (squares / m).sqrt() / m.sqrt(),
                _ => 0.0,
            };
            at.push(group[0].0);
            mean.push(middle);
            low.push(middle - half);
            high.push(middle + half);
        }
        if !no_band && low.iter().zip(&high).any(|(low, high)| low < high) {
            let there = at.iter().zip(&low).map(|(x, y)| [*x, *y]);
            let back = at.iter().zip(&high).rev().map(|(x, y)| [*x, *y]);
            let mark = ShapesMark {
                fills: vec![color.faded(0.2)],
                ..ShapesMark::new("fill", vec![there.chain(back).collect()])
            };
            board.add(Mark::Shapes(mark), &Look::default(), None);
        }
        let own = if name.is_empty() { look.label.clone() } else { name };
        board.line(at, mean, color, &look, &own);
    }
    label(board, 0, &rows.names[0]);
    label(board, 1, &rows.names[1]);
    legend(board, call, &rows);
    Ok(())
}

/// `sns.scatterplot`.
pub(super) fn scatterplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let rows = rows(call)?;
    let y = rows.y.clone().ok_or("`y` is missing")?;
    let n = y.values.len();
    let x = rows.x.clone().unwrap_or_else(|| Vector::count(n));
    let (x, y) = (board.place(0, x)?, board.place(1, y)?);
    let area = call.number("s")?.unwrap_or(board.style.marker_size * board.style.marker_size);
    let shape = look.marker.flatten().unwrap_or(MarkerShape::Circle);
    for (name, members) in groups(rows.hue.as_ref(), n) {
        let color = look.color.unwrap_or_else(|| board.next_patch());
        let pick = |from: &[f64]| members.iter().map(|i| from[*i]).collect::<Vec<f64>>();
        let own = if name.is_empty() { look.label.clone() } else { name };
        let size = (shape, area.max(0.0).sqrt().min(1e4));
        let alpha = look.alpha.unwrap_or(1.0);
        let mark = ScatterMark::plain(own, [pick(&x), pick(&y)], Vec::new(), color, alpha, size);
        board.add(Mark::Scatter(mark.aggregated(look.aggregate(call)?)), &look, None);
    }
    label(board, 0, &rows.names[0]);
    label(board, 1, &rows.names[1]);
    legend(board, call, &rows);
    Ok(())
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
        [true, true] => return Err("distributions of two variables are not supported yet".to_owned()),
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

/// `sns.histplot` of one variable.
pub(super) fn histplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let (rows, vector, name, across) = distribution(call)?;
    let n = vector.values.len();
    let stat = call.text("stat")?.unwrap_or_else(|| "count".to_owned());
    let discrete = call.truth("discrete", false)? || categories(&vector).is_some();
    let values = board.place(usize::from(across), vector)?;
    let vector = Vector { values, kind: VectorKind::Number };
    let all = finite(&vector, &(0..n).collect::<Vec<_>>());
    let options = match (call.get("bins"), call.number("binwidth")?) {
        (_, Some(width)) if width > 0.0 => {
            HistOptions { bins: widths(&all, width)?, ..HistOptions::default() }
        }
        (None, _) | (Some(Argument::Text(_)), _) if discrete => {
            HistOptions { bins: whole_numbers(&all)?, ..HistOptions::default() }
        }
        (None, _) => HistOptions { bins: automatic(&all), ..HistOptions::default() },
        (Some(Argument::Text(rule)), _) if rule == "auto" => {
            HistOptions { bins: automatic(&all), ..HistOptions::default() }
        }
        (Some(_), _) => hist_options(board, call)?,
    };
    let whole = Histogram::of(&all, &options).map_err(|error| error.to_string())?;
    let own = HistOptions { bins: Bins::Edges(whole.edges.clone()), ..HistOptions::default() };
    let total = all.len().max(1) as f64;
    let outline = match call.text("element")?.as_deref() {
        None | Some("bars") => false,
        Some("step") => true,
        Some(other) => return Err(format!("`element`: `{other}` is not supported yet")),
    };
    let cumulative = call.truth("cumulative", false)?;
    let grouped = groups(rows.hue.as_ref(), n);
    let several = grouped.len() > 1;
    for (group, members) in grouped {
        let color = look.color.unwrap_or_else(|| board.next_patch());
        let mut counts =
            Histogram::of(&finite(&vector, &members), &own).map_err(|error| error.to_string())?.counts;
        for (count, pair) in counts.iter_mut().zip(whole.edges.windows(2)) {
            *count = match stat.as_str() {
                "count" => *count,
                "frequency" => *count / (pair[1] - pair[0]),
                "density" => *count / total / (pair[1] - pair[0]),
                "probability" | "proportion" => *count / total,
                "percent" => 100.0 * *count / total,
                other => return Err(format!("`stat`: there is no `{other}`")),
            };
        }
        if cumulative {
            let mut sum = 0.0;
            for (count, pair) in counts.iter_mut().zip(whole.edges.windows(2)) {
                sum += *count * if stat == "density" { pair[1] - pair[0] } else { 1.0 };
                *count = sum;
            }
        }
        let bars = Bars {
            edges: &whole.edges,
            counts: &counts,
            below: None,
            slot: None,
            across,
            relative_width: call.number("shrink")?.unwrap_or(1.0),
        };
        let mut mark = bars.mark(outline);
        mark.label = if group.is_empty() { look.label.clone() } else { group };
        let fill = call.truth("fill", true)?;
        let alpha = look.alpha.unwrap_or(if several || outline { 0.5 } else { 0.75 });
        mark.stroke = Some(solid(if fill { look.edge.unwrap_or(Color::BLACK) } else { color }, 1.0));
        if fill {
            mark.fills = vec![color.faded(alpha)];
        }
        mark.sticky[usize::from(!across)] = Some(0.0);
        board.add(Mark::Shapes(mark), &look, None);
    }
    label(board, usize::from(across), &name);
    let mut title = stat;
    title[..1].make_ascii_uppercase();
    label(board, usize::from(!across), &title);
    legend(board, call, &rows);
    Ok(())
}

fn widths(values: &[f64], width: f64) -> Result<Bins, String> {
    let [low, high] = values::range(values).unwrap_or([0.0, 1.0]);
    let count = ((high - low) / width).ceil().max(1.0);
    if count > 1e6 {
        return Err("`binwidth` makes more than a million bins".to_owned());
    }
    Ok(Bins::Edges((0..=count as usize).map(|k| low + k as f64 * width).collect()))
}

fn whole_numbers(values: &[f64]) -> Result<Bins, String> {
    let [low, high] = values::range(values).unwrap_or([0.0, 0.0]);
    if high - low > 1e6 {
        return Err("the values make more than a million bins of width 1".to_owned());
    }
    Ok(Bins::Edges((0..=(high - low) as usize + 1).map(|k| low - 0.5 + k as f64).collect()))
}

/// numpy's rule `auto`: the narrower bins of Sturges and of Freedman and Diaconis.
fn automatic(values: &[f64]) -> Bins {
    let [low, high] = values::range(values).unwrap_or([0.0, 1.0]);
    let n = values.len() as f64;
    if values.is_empty() || low == high {
        return Bins::Count(1);
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let quantile = |q: f64| {
        let place = q * (n - 1.0);
        let (a, b) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
        a + (b - a) * (place - place.floor())
    };
    let sturges = (high - low) / (libm::log2(n) + 1.0);
    let freedman = 2.0 * (quantile(0.75) - quantile(0.25)) / libm::cbrt(n);
    let width = if freedman > 0.0 { freedman.min(sturges) } else { sturges };
    Bins::Count(((high - low) / width).ceil().clamp(1.0, 1e6) as usize)
}

/// `sns.ecdfplot` of one variable.
pub(super) fn ecdfplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let (rows, vector, name, across) = distribution(call)?;
    let n = vector.values.len();
    let stat = call.text("stat")?.unwrap_or_else(|| "proportion".to_owned());
    let complementary = call.truth("complementary", false)?;
    let values = board.place(usize::from(across), vector)?;
    let vector = Vector { values, kind: VectorKind::Number };
    for (group, members) in groups(rows.hue.as_ref(), n) {
        let color = look.color.unwrap_or_else(|| board.next_line());
        let mut sorted = finite(&vector, &members);
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len().max(1) as f64;
        let scale = match stat.as_str() {
            "proportion" => 1.0 / count,
            "count" => 1.0,
            "percent" => 100.0 / count,
            other => return Err(format!("`stat`: there is no `{other}`")),
        };
        // From minus infinity, which matplotlib draws at the edge: here from the first value.
        let Some(first) = sorted.first().copied() else { continue };
        let top = count * scale;
        let up = |k: usize| if complementary { top - k as f64 * scale } else { k as f64 * scale };
        let (mut at, mut share) = (vec![first], vec![up(0)]);
        for (k, value) in sorted.iter().enumerate() {
            at.push(*value);
            share.push(up(k + 1));
        }
        let steps = if across { StepWhere::Pre } else { StepWhere::Post };
        let look = Look { steps: Some(steps), ..look.clone() };
        let own = if group.is_empty() { look.label.clone() } else { group };
        if across {
            board.line(share, at, color, &look, &own);
        } else {
            board.line(at, share, color, &look, &own);
        }
    }
    label(board, usize::from(across), &name);
    let mut title = stat;
    title[..1].make_ascii_uppercase();
    label(board, usize::from(!across), &title);
    legend(board, call, &rows);
    Ok(())
}

/// `sns.kdeplot` of one variable: Gaussian kernels of Scott's width at 200 places, past the data by
/// three widths.
pub(super) fn kdeplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let (rows, vector, name, across) = distribution(call)?;
    let n = vector.values.len();
    let values = board.place(usize::from(across), vector)?;
    let vector = Vector { values, kind: VectorKind::Number };
    let adjust = call.number("bw_adjust")?.unwrap_or(1.0);
    let cut = call.number("cut")?.unwrap_or(3.0);
    let places = call.number("gridsize")?.map_or(200, |n| n.clamp(2.0, 10_000.0) as usize);
    let fill = call.truth("fill", false)? || call.truth("shade", false)?;
    let total = finite(&vector, &(0..n).collect::<Vec<_>>()).len().max(1) as f64;
    let common = call.truth("common_norm", true)?;
    for (group, members) in groups(rows.hue.as_ref(), n) {
        let color = look.color.unwrap_or_else(|| board.next_line());
        let data = finite(&vector, &members);
        let m = data.len() as f64;
        let mean = data.iter().sum::<f64>() / m;
        let variance = data.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (m - 1.0);
        let width = adjust * libm::pow(m, -0.2) * variance.sqrt();
        let Some([low, high]) = values::range(&data).filter(|_| width > 0.0 && width.is_finite()) else {
            board.warnings.push(crate::diag::Diagnostic::warning(
                "`sns.kdeplot`: values that are all the same have no density",
            ));
            continue;
        };
        let (low, high) = (low - cut * width, high + cut * width);
        let at: Vec<f64> = (0..places).map(|k| low + (high - low) * k as f64 / (places - 1) as f64).collect();
        let mut sorted = data;
        sorted.sort_by(f64::total_cmp);
        let weight = if common { m / total } else { 1.0 };
        let norm = weight / (m * width * (2.0 * std::f64::consts::PI).sqrt());
        let density: Vec<f64> = at
            .iter()
            .map(|x| {
                // Kernels further than nine widths away add nothing that a float would keep.
                let from = sorted.partition_point(|v| *v < x - 9.0 * width);
                let to = sorted.partition_point(|v| *v <= x + 9.0 * width);
                let kernel = |v: &f64| libm::exp(-0.5 * ((x - v) / width) * ((x - v) / width));
                norm * sorted[from..to].iter().map(kernel).sum::<f64>()
            })
            .collect();
        let own = if group.is_empty() { look.label.clone() } else { group };
        if fill {
            let turn = |x: f64, y: f64| if across { [y, x] } else { [x, y] };
            let there = at.iter().zip(&density).map(|(x, y)| turn(*x, *y));
            let back = at.iter().rev().map(|x| turn(*x, 0.0));
            let mut mark = ShapesMark {
                label: own,
                fills: vec![color.faded(look.alpha.unwrap_or(0.25))],
                stroke: look.stroke(color, board.style),
                ..ShapesMark::new("fill", vec![there.chain(back).collect()])
            };
            mark.sticky[usize::from(!across)] = Some(0.0);
            board.add(Mark::Shapes(mark), &look, None);
        } else if across {
            board.line(density, at, color, &look, &own);
        } else {
            board.line(at, density, color, &look, &own);
        }
    }
    label(board, usize::from(across), &name);
    label(board, usize::from(!across), "Density");
    legend(board, call, &rows);
    Ok(())
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
