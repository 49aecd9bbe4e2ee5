//! Distributions by counting: `sns.histplot`, `sns.ecdfplot`.

use super::{distribution, finite, groups, label, legend};
use crate::render::chart::{Bins, HistOptions, StepWhere};
use crate::render::marks::{Histogram, Mark};
use crate::render::multi::areas::categories;
use crate::render::multi::argument::{Argument, Bound, Vector, VectorKind};
use crate::render::multi::board::Board;
use crate::render::multi::hist::{Bars, hist_options};
use crate::render::multi::look::Look;
use crate::render::record::solid;
use crate::render::scene::Color;
use crate::render::values;

/// `sns.histplot` of one variable.
pub(in crate::render::multi) fn histplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
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
pub(in crate::render::multi) fn ecdfplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
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
