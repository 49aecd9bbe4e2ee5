//! Distributions by counting: `sns.histplot`, `sns.ecdfplot`.

use super::kde::Kernels;
use super::{Group, Groups, Rows, distribution, finite, label, legend};
use crate::render::chart::{Bins, HistOptions, StepWhere};
use crate::render::marks::{Histogram, Mark, ShapesMark};
use crate::render::multi::areas::categories;
use crate::render::multi::argument::{Argument, Bound, Vector, VectorKind};
use crate::render::multi::board::Board;
use crate::render::multi::hist::{Bars, hist_options};
use crate::render::multi::look::Look;
use crate::render::named_style::one_of;
use crate::render::record::solid;
use crate::render::scene::Color;
use crate::render::values;

/// Bins of a call, for some values.
fn bins(board: &Board<'_>, call: &Bound<'_>, all: &[f64], discrete: bool) -> Result<HistOptions, String> {
    let of = |bins| Ok(HistOptions { bins, ..HistOptions::default() });
    let options = match (call.get("bins"), call.number("binwidth")?) {
        (_, Some(width)) if width > 0.0 => of(widths(all, width)?),
        (None | Some(Argument::Text(_)), _) if discrete => of(whole_numbers(all)?),
        (None, _) => of(automatic(all)),
        (Some(Argument::Text(rule)), _) if rule == "auto" => of(automatic(all)),
        (Some(_), _) => hist_options(board, call),
    }?;
    let range = call.get("binrange").map(|value| value.vector().map(|v| v.values)).transpose()?;
    match range.as_deref() {
        None => Ok(options),
        Some([low, high]) if low < high => Ok(HistOptions { range: Some([*low, *high]), ..options }),
        Some(_) => Err("`binrange` takes two numbers that rise".to_owned()),
    }
}

/// How bars of several hues stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Multiple {
    Layer,
    Stack,
    Dodge,
    Fill,
}

const MULTIPLE: [(&str, Multiple); 4] = [
    ("layer", Multiple::Layer),
    ("stack", Multiple::Stack),
    ("dodge", Multiple::Dodge),
    ("fill", Multiple::Fill),
];

/// `sns.histplot`: of one variable bars, of two cells.
pub(in crate::render::multi) fn histplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    if call.get("x").is_some() && call.get("y").is_some() {
        let edges = |style: &Board<'_>, all: &[f64]| -> Result<Vec<f64>, String> {
            let options = bins(style, call, all, call.truth("discrete", false)?)?;
            Ok(Histogram::of(all, &options).map_err(|error| error.to_string())?.edges)
        };
        return super::pairs::counts(board, call, &edges);
    }
    let look = Look::of(call, board.style)?;
    let (rows, vector, name, across) = distribution(call)?;
    let n = vector.values.len();
    let stat = call.text("stat")?.unwrap_or_else(|| "count".to_owned());
    let discrete = call.truth("discrete", false)? || categories(&vector).is_some();
    let values = board.place(usize::from(across), vector)?;
    let vector = Vector { values, kind: VectorKind::Number };
    let all = finite(&vector, &(0..n).collect::<Vec<_>>());
    let options = bins(board, call, &all, discrete)?;
    let whole = Histogram::of(&all, &options).map_err(|error| error.to_string())?;
    let own = HistOptions { bins: Bins::Edges(whole.edges.clone()), ..HistOptions::default() };
    let common = call.truth("common_norm", true)?;
    let outline = match call.text("element")?.as_deref() {
        None | Some("bars") => false,
        Some("step") => true,
        Some(other) => return Err(format!("`element`: `{other}` is neither bars nor step")),
    };
    let multiple = call.text("multiple")?.unwrap_or_else(|| "layer".to_owned());
    let multiple = one_of(&multiple, &MULTIPLE).map_err(|why| format!("`multiple`: {why}"))?;
    let cumulative = call.truth("cumulative", false)?;
    let groups = Groups::of(board, call, &look, &rows, n)?.areas(board);
    let several = groups.len() > 1;
    let widths: Vec<f64> = whole.edges.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mut heights: Vec<Vec<f64>> = Vec::new();
    for group in &groups {
        let data = finite(&vector, &group.members);
        let total = if common { all.len() } else { data.len() }.max(1) as f64;
        let mut counts = Histogram::of(&data, &own).map_err(|error| error.to_string())?.counts;
        for (count, width) in counts.iter_mut().zip(&widths) {
            *count = match stat.as_str() {
                "count" => *count,
                "frequency" => *count / width,
                "density" => *count / total / width,
                "probability" | "proportion" => *count / total,
                "percent" => 100.0 * *count / total,
                other => return Err(format!("`stat`: there is no `{other}`")),
            };
        }
        if cumulative {
            let mut sum = 0.0;
            for (count, width) in counts.iter_mut().zip(&widths) {
                sum += *count * if stat == "density" { *width } else { 1.0 };
                *count = sum;
            }
        }
        heights.push(counts);
    }
    let sums: Vec<f64> = (0..widths.len()).map(|i| heights.iter().map(|one| one[i]).sum()).collect();
    if multiple == Multiple::Fill {
        for one in &mut heights {
            one.iter_mut().zip(&sums).for_each(|(v, sum)| *v = if *sum > 0.0 { *v / sum } else { 0.0 });
        }
    }
    let stacked = matches!(multiple, Multiple::Stack | Multiple::Fill);
    // The first hue stands on top.
    let mut below = vec![vec![0.0; widths.len()]; groups.len()];
    for k in (0..groups.len().saturating_sub(1)).rev().filter(|_| stacked) {
        below[k] = below[k + 1].iter().zip(&heights[k + 1]).map(|(a, b)| a + b).collect();
    }
    let kde = call.truth("kde", false)?;
    let fill = call.truth("fill", true)?;
    let alpha = look.alpha.unwrap_or(match multiple {
        Multiple::Layer if several || outline || kde => 0.5,
        _ => 0.75,
    });
    let shrink = call.number("shrink")?.unwrap_or(1.0);
    let mut curves = Vec::new();
    for (k, group) in groups.into_iter().enumerate() {
        let bars = Bars {
            edges: &whole.edges,
            counts: &heights[k],
            below: stacked.then_some(&below[k][..]),
            slot: None,
            across,
            relative_width: shrink,
        };
        if multiple == Multiple::Dodge && several && !outline {
            // Each hue has its part of a bin.
            let one = shrink / heights.len() as f64;
            let mut mark = ShapesMark::new("hist", Vec::new());
            for (i, height) in heights[k].iter().enumerate() {
                let low = whole.edges[i] + widths[i] * ((1.0 - shrink) / 2.0 + one * k as f64);
                let high = low + widths[i] * one;
                let corners = [[low, 0.0], [low, *height], [high, *height], [high, 0.0]];
                mark.paths.push(corners.map(|[a, b]| if across { [b, a] } else { [a, b] }).to_vec());
            }
            dress(&mut mark, &look, &group, (fill, alpha), board);
            mark.sticky[usize::from(!across)] = Some(0.0);
            board.add(Mark::Shapes(mark), &look, None);
        } else {
            let mut mark = bars.mark(outline);
            dress(&mut mark, &look, &group, (fill, alpha), board);
            mark.sticky[usize::from(!across)] = Some(0.0);
            board.add(Mark::Shapes(mark), &look, None);
        }
        if kde {
            let area: f64 = heights[k].iter().zip(&widths).map(|(height, width)| height * width).sum();
            curves.push((group, area));
        }
    }
    if kde && (stacked || cumulative) {
        return Err("`kde` is not for bars that are stacked or cumulative".to_owned());
    }
    let part = call.part_of("kde_kws", &["bw", "bw_adjust", "bw_method", "clip", "cut", "gridsize"])?;
    let kernels = Kernels::of(&part, 0.0)?;
    for (group, area) in curves {
        let mut sorted = finite(&vector, &group.members);
        sorted.sort_by(f64::total_cmp);
        let Some(shape) = kernels.density(&sorted) else { continue };
        let (at, curve): (Vec<f64>, Vec<f64>) = shape.into_iter().map(|(x, y)| (x, area * y)).unzip();
        let line = Look { marker: None, alpha: None, ..look.clone() };
        let [x, y] = if across { [curve, at] } else { [at, curve] };
        board.line(x, y, group.color, &line, "");
    }
    finish(board, call, &rows, &name, stat, across);
    Ok(())
}

/// Name, fill and edge of bars.
fn dress(mark: &mut ShapesMark, look: &Look, group: &Group, (fill, alpha): (bool, f64), board: &Board<'_>) {
    mark.label.clone_from(&group.label);
    let width = look.width.unwrap_or(board.style.patch_width);
    let edge = if fill { look.edge.unwrap_or(Color::BLACK) } else { group.color };
    mark.stroke = (width > 0.0 && edge.a > 0).then(|| solid(edge, width));
    if fill {
        mark.fills = vec![group.color.faded(alpha)];
    }
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

/// Labels of a variable and of what is told of it, and the legend.
fn finish(board: &mut Board<'_>, call: &Bound<'_>, rows: &Rows, name: &str, mut stat: String, across: bool) {
    label(board, usize::from(across), name);
    if let Some(first) = stat.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    label(board, usize::from(!across), &stat);
    legend(board, call, rows);
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
    for Group { label: own, members, color } in Groups::of(board, call, &look, &rows, n)?.lines(board) {
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
        if across {
            board.line(share, at, color, &look, &own);
        } else {
            board.line(at, share, color, &look, &own);
        }
    }
    finish(board, call, &rows, &name, stat, across);
    Ok(())
}
