//! Histograms: `hist`, and the bars that others draw of counts.

use super::areas::edge;
use super::argument::{Argument, Bound, Vector};
use super::board::Board;
use super::look::Look;
use super::marking::hatches;
use crate::diag::did_you_mean;
use crate::render::chart::{BinRule, Bins, HistOptions, Scale};
use crate::render::marks::{Histogram, Mark, ShapesMark};

/// Bins and range of a call.
pub(super) fn hist_options(board: &Board<'_>, call: &Bound<'_>) -> Result<HistOptions, String> {
    let bins = match call.get("bins") {
        None => board.style.hist_bins.clone(),
        Some(Argument::Number(n)) if *n >= 1.0 && n.fract() == 0.0 && *n <= 1e6 => Bins::Count(*n as usize),
        Some(Argument::Text(name)) => {
            let names = BinRule::ALL.map(|(name, _)| name);
            let hint = || did_you_mean(name, names).unwrap_or_else(|| names.join(", "));
            let unknown = || format!("there is no rule `{name}` for bins: {}", hint());
            Bins::Rule(BinRule::named(name).ok_or_else(unknown)?)
        }
        Some(value) => Bins::Edges(value.vector()?.values),
    };
    let range = match call.get("range") {
        Some(value) => match value.vector()?.values[..] {
            [low, high] => Some([low, high]),
            _ => return Err(value.not("two numbers for `range`")),
        },
        None => None,
    };
    if matches!(bins, Bins::Rule(_)) && call.get("weights").is_some() {
        return Err("bins by rule are not for values with weights: give a number or edges".to_owned());
    }
    let whole = |value: &Argument| match value {
        Argument::Array(array) => array.dtype().is_integer(),
        _ => false,
    };
    let whole = ["x", "data"].iter().any(|name| call.get(name).is_some_and(whole));
    let density = call.truth("density", false)?;
    Ok(HistOptions { bins, range, density, whole, ..HistOptions::default() })
}

/// `plt.hist`: one or several sets of numbers, side by side, over each other or stacked.
pub(super) fn hist(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let sets = call.need("x")?.columns()?;
    let options = hist_options(board, call)?;
    let kind = call.text("histtype")?.unwrap_or_else(|| "bar".to_owned());
    if !matches!(kind.as_str(), "bar" | "barstacked" | "step" | "stepfilled") {
        return Err(format!("`histtype`: `{kind}` is none of bar, barstacked, step and stepfilled"));
    }
    let stacked = call.truth("stacked", kind == "barstacked")?;
    let cumulative = call.truth("cumulative", false)?;
    let weights = call.get("weights").map(|value| value.vector().map(|v| v.values)).transpose()?;
    let across = call.text("orientation")?.as_deref() == Some("horizontal");
    if call.truth("log", false)? {
        board.scale(usize::from(!across), Scale::Log { base: 10.0 });
    }
    // Sets have the same bins, over all of them.
    let all: Vec<f64> = sets.iter().flat_map(|set| set.values.iter().copied()).collect();
    let whole = Histogram::of(&all, &options).map_err(|error| error.to_string())?;
    let own = HistOptions { bins: Bins::Edges(whole.edges.clone()), ..options.clone() };
    let labels: Vec<String> = match call.get("label") {
        Some(Argument::List(items)) => items.iter().map(Argument::text).collect::<Result<_, _>>()?,
        _ => vec![look.label.clone()],
    };
    let colors = match call.get("color") {
        Some(Argument::List(items)) if items.iter().any(|item| matches!(item, Argument::Text(_))) => items
            .iter()
            .map(|item| super::look::color(item, &board.style.cycle))
            .collect::<Result<Vec<_>, _>>()?,
        _ => look.color.or(look.face).into_iter().collect(),
    };
    let count = sets.len();
    let hatches = hatches(call, &look, board.style)?;
    let mut below = vec![0.0; whole.counts.len()];
    for (k, set) in sets.into_iter().enumerate() {
        let mut counts = match &weights {
            Some(weights) => weighted(&set.values, weights, &whole.edges, options.density)?,
            None => Histogram::of(&set.values, &own).map_err(|error| error.to_string())?.counts,
        };
        if cumulative {
            let mut sum = 0.0;
            for (count, pair) in counts.iter_mut().zip(whole.edges.windows(2)) {
                sum += *count * if options.density { pair[1] - pair[0] } else { 1.0 };
                *count = sum;
            }
        }
        let set = Vector { values: Vec::new(), kind: set.kind };
        board.place(usize::from(across), set)?;
        let color = colors.get(k).or(colors.first()).copied().unwrap_or_else(|| board.next_line());
        let slot = if count > 1 && !stacked && kind == "bar" { Some((k, count)) } else { None };
        let bars = Bars {
            edges: &whole.edges,
            counts: &counts,
            below: stacked.then_some(&below[..]),
            slot,
            across,
            relative_width: call.number("rwidth")?.unwrap_or(1.0),
        };
        let mut mark = bars.mark(kind.starts_with("step"));
        mark.label = labels.get(k).cloned().unwrap_or_default();
        if kind == "step" {
            mark.stroke = look.stroke(look.faded(color), board.style);
        } else {
            mark.fills = vec![look.faded(color)];
            mark.stroke = edge(&look, board.style);
            mark.hatches = hatches.get(k % hatches.len().max(1)).cloned().into_iter().collect();
        }
        mark.sticky[usize::from(!across)] = Some(0.0);
        board.add(Mark::Shapes(mark), &look, None);
        below.iter_mut().zip(&counts).for_each(|(sum, count)| *sum += count);
    }
    Ok(())
}

fn weighted(values: &[f64], weights: &[f64], edges: &[f64], density: bool) -> Result<Vec<f64>, String> {
    if values.len() != weights.len() {
        return Err(format!("`weights` has {} values for {}", weights.len(), values.len()));
    }
    let bins = edges.len() - 1;
    let mut counts = vec![0.0; bins];
    for (value, weight) in values.iter().zip(weights) {
        if *value >= edges[0] && *value <= edges[bins] {
            counts[edges.partition_point(|edge| edge <= value).min(bins).saturating_sub(1)] += weight;
        }
    }
    if density {
        let total: f64 = counts.iter().sum();
        for (count, pair) in counts.iter_mut().zip(edges.windows(2)) {
            *count /= total * (pair[1] - pair[0]);
        }
    }
    Ok(counts)
}

/// Counts between edges as shapes.
pub(super) struct Bars<'a> {
    pub(super) edges: &'a [f64],
    pub(super) counts: &'a [f64],
    /// What they stand on.
    pub(super) below: Option<&'a [f64]>,
    /// Which of how many beside each other.
    pub(super) slot: Option<(usize, usize)>,
    pub(super) across: bool,
    pub(super) relative_width: f64,
}

impl Bars<'_> {
    /// Bars, or one outline of all.
    pub(super) fn mark(&self, outline: bool) -> ShapesMark {
        let turn = |[a, b]: [f64; 2]| if self.across { [b, a] } else { [a, b] };
        let base = |i: usize| self.below.map_or(0.0, |below| below[i]);
        if outline {
            let n = self.counts.len();
            let mut path = vec![turn([self.edges[0], base(0)])];
            for i in 0..n {
                let top = base(i) + self.counts[i];
                path.extend([turn([self.edges[i], top]), turn([self.edges[i + 1], top])]);
            }
            path.push(turn([self.edges[n], base(n - 1)]));
            return ShapesMark::new("hist", vec![path]);
        }
        let paths = (0..self.counts.len()).map(|i| {
            let (mut left, mut right) = (self.edges[i], self.edges[i + 1]);
            let width = right - left;
            if let Some((k, n)) = self.slot {
                // As matplotlib: eight tenths of the bin for all.
                let one = 0.8 * width / n as f64;
                left = left + 0.1 * width + k as f64 * one;
                right = left + one;
            } else {
                let spare = (1.0 - self.relative_width) / 2.0 * width;
                (left, right) = (left + spare, right - spare);
            }
            let (low, high) = (base(i), base(i) + self.counts[i]);
            [[left, low], [left, high], [right, high], [right, low]].map(turn).to_vec()
        });
        ShapesMark::new("hist", paths.collect())
    }
}
