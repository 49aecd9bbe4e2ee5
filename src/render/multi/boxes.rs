//! Distributions beside each other: `boxplot`, `violinplot`.

use super::argument::{Argument, Bound};
use super::board::Board;
use super::look::Look;
use super::statistics::{BoxStats, density, finite_sorted};
use crate::render::chart::{LineStyle, PartStyle};
use crate::render::marks::{BlankMark, Mark, ShapesMark};
use crate::render::record::solid;
use crate::render::scene::{Color, MarkerShape, Stroke};

/// Where sets stand and which way they lie.
struct Places {
    at: Vec<f64>,
    widths: Vec<f64>,
    /// Values run along x.
    across: bool,
}

impl Places {
    fn of(
        call: &Bound<'_>,
        n: usize,
        vertical: bool,
        default: impl Fn(&[f64]) -> f64,
    ) -> Result<Self, String> {
        let at = match call.get("positions") {
            Some(value) => value.vector()?.values,
            None => (1..=n).map(|i| i as f64).collect(),
        };
        if at.len() != n {
            return Err(format!("`positions` has {} values for {n} sets", at.len()));
        }
        let mut widths = match call.get("widths") {
            Some(value) => value.vector()?.values,
            None => vec![default(&at)],
        };
        if widths.len() == 1 {
            widths.resize(n, widths[0]);
        }
        if widths.len() != n {
            return Err(format!("`widths` has {} values for {n} sets", widths.len()));
        }
        let across = match call.text("orientation")?.as_deref() {
            None => !call.truth("vert", vertical)?,
            Some("vertical") => false,
            Some("horizontal") => true,
            Some(other) => {
                return Err(format!("`orientation`: `{other}` is neither vertical nor horizontal"));
            }
        };
        Ok(Self { at, widths, across })
    }

    /// A point by its place among the sets and its value.
    fn point(&self, place: f64, value: f64) -> [f64; 2] {
        if self.across { [value, place] } else { [place, value] }
    }

    fn path(&self, points: &[[f64; 2]]) -> Vec<[f64; 2]> {
        points.iter().map(|[place, value]| self.point(*place, *value)).collect()
    }
}

/// The stroke of a part, by its properties (`medianprops: {color: …}`).
fn part(
    board: &Board<'_>,
    call: &Bound<'_>,
    name: &str,
    own: &PartStyle,
    default: Color,
) -> Result<Option<Stroke>, String> {
    let look = Look::of(&call.part(name)?, board.style).map_err(|why| format!("`{name}`: {why}"))?;
    let color = look.faded(look.color.or(look.edge).or(own.color).unwrap_or(default));
    let width = look.width.or(own.width).unwrap_or(1.0);
    let dash = look.dash.or(own.dash).unwrap_or_default();
    Ok((dash != LineStyle::None && width > 0.0).then(|| Stroke {
        cap: crate::render::scene::Cap::Butt,
        ..board.style.lines.with(look.ends).stroke(color, width, dash)
    }))
}

/// Marks of one part, over areas as lines are.
fn add(board: &mut Board<'_>, kind: &'static str, paths: Vec<Vec<[f64; 2]>>, stroke: Option<Stroke>, z: f64) {
    if let (Some(stroke), false) = (stroke, paths.is_empty()) {
        let mark = ShapesMark { stroke: Some(stroke), ..ShapesMark::new(kind, paths) };
        let look = Look { zorder: Some(z), ..Look::default() };
        board.add(Mark::Shapes(mark), &look, None);
    }
}

/// `plt.boxplot`: quartiles, whiskers to 1.5 of their distance, and what lies beyond.
pub(super) fn boxplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let sets = call.need("x")?.columns()?;
    let n = sets.len();
    let own = board.style.boxes;
    let places = Places::of(call, n, own.vertical, |at| {
        let ends = crate::render::values::range(at).unwrap_or([0.0, 0.0]);
        (0.15 * (ends[1] - ends[0]).max(1.0)).clamp(0.15, 0.5)
    })?;
    let whiskers = match call.get("whis") {
        None => own.whiskers,
        Some(value) => match value.vector()?.values[..] {
            [reach] if reach >= 0.0 => [reach, f64::NAN],
            [low, high] if (0.0..=100.0).contains(&low) && (low..=100.0).contains(&high) => [low, high],
            _ => return Err(value.not("a number or two percentiles for `whis`")),
        },
    };
    let black = board.style.text_color;
    let zorder = call.number("zorder")?.unwrap_or(2.0);
    let filled = call.truth("patch_artist", own.filled)?;
    let body = Look::of(&call.part("boxprops")?, board.style).map_err(|why| format!("`boxprops`: {why}"))?;
    let fill_color = body.faded(body.face.or(body.color).unwrap_or_else(|| board.cycled(0)));
    let box_stroke = match body.edge {
        Some(edge) if filled => Some(solid(body.faded(edge), body.width.or(own.body.width).unwrap_or(1.0))),
        _ => part(board, call, "boxprops", &own.body, black)?,
    };
    let (mut boxes, mut lines, mut caps, mut medians, mut means, mut fliers) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut mean_lines = Vec::new();
    let notch = call.truth("notch", own.notch)?;
    let along = usize::from(!places.across);
    let mut names = Vec::new();
    for (k, set) in sets.into_iter().enumerate() {
        names.push((k + 1).to_string());
        let values = finite_sorted(&board.place(along, set)?);
        let Some(stats) = BoxStats::of(&values, whiskers) else { continue };
        let (at, half) = (places.at[k], places.widths[k] / 2.0);
        let [q1, median, q3] = stats.quartiles;
        let (left, right) = (at - half, at + half);
        let outline = if notch {
            let reach = 1.57 * (q3 - q1) / (values.len() as f64).sqrt();
            let (low, high, inner) = (median - reach, median + reach, half / 2.0);
            medians.push(places.path(&[[at - inner, median], [at + inner, median]]));
            vec![
                [left, q1],
                [right, q1],
                [right, low],
                [at + inner, median],
                [right, high],
                [right, q3],
                [left, q3],
                [left, high],
                [at - inner, median],
                [left, low],
                [left, q1],
            ]
        } else {
            medians.push(places.path(&[[left, median], [right, median]]));
            vec![[left, q1], [right, q1], [right, q3], [left, q3], [left, q1]]
        };
        boxes.push(places.path(&outline));
        for (from, to) in [(q1, stats.whiskers[0]), (q3, stats.whiskers[1])] {
            lines.push(places.path(&[[at, from], [at, to]]));
            caps.push(places.path(&[[at - half / 2.0, to], [at + half / 2.0, to]]));
        }
        means.push(places.point(at, stats.mean));
        mean_lines.push(places.path(&[[left, stats.mean], [right, stats.mean]]));
        fliers.extend(stats.beyond.iter().map(|value| places.point(at, *value)));
    }
    if call.truth("showbox", own.shown[2])? {
        if filled {
            let mark = ShapesMark {
                label: call.text("label")?.unwrap_or_default(),
                fills: vec![fill_color],
                stroke: box_stroke,
                ..ShapesMark::new("box", boxes)
            };
            board.add(Mark::Shapes(mark), &Look { zorder: Some(zorder - 1.0), ..Look::default() }, None);
        } else {
            add(board, "box", boxes, box_stroke, zorder);
        }
    }
    let stroke = part(board, call, "whiskerprops", &own.whisker, black)?;
    add(board, "whisker", lines, stroke, zorder);
    if call.truth("showcaps", own.shown[1])? {
        let stroke = part(board, call, "capprops", &own.cap, black)?;
        add(board, "cap", caps, stroke, zorder);
    }
    let median_color = board.cycled(1);
    let stroke = part(board, call, "medianprops", &own.median, median_color)?;
    add(board, "median", medians, stroke, zorder);
    if call.truth("showfliers", own.shown[3])? {
        points(board, call, "flierprops", fliers, &own.flier, (MarkerShape::Circle, None, black), zorder)?;
    }
    if call.truth("showmeans", own.shown[0])? {
        let green = board.cycled(2);
        if call.truth("meanline", own.mean_line)? {
            let dashed = PartStyle { dash: own.mean.dash.or(Some(LineStyle::Dashed)), ..own.mean };
            let stroke = part(board, call, "meanprops", &dashed, green)?;
            add(board, "mean", mean_lines, stroke, zorder);
        } else {
            let shape = (MarkerShape::TriangleUp, Some(green), green);
            points(board, call, "meanprops", means, &own.mean, shape, zorder)?;
        }
    }
    if let Some(list) = call.any(&["tick_labels", "labels"]) {
        let own = list.vector()?;
        names = super::areas::categories(&own)
            .unwrap_or_else(|| own.values.iter().map(|v| crate::render::ticks::spec::plain(*v)).collect());
        if names.len() != n {
            return Err(format!("`tick_labels` has {} names for {n} sets", names.len()));
        }
    }
    if call.truth("manage_ticks", true)? {
        let beside = 1 - along;
        let axis = if beside == 0 { &mut board.options.x } else { &mut board.options.y };
        let known = axis.ticks.get_or_insert_default();
        known.extend(places.at.iter().zip(names).map(|(at, name)| (*at, Some(name))));
        if let Some([low, high]) = crate::render::values::range(&places.at) {
            let mut extent = [None, None];
            extent[beside] = Some([low - 0.5, high + 0.5]);
            let blank = BlankMark { extent, sticky: [true; 2] };
            board.add(Mark::Other(Box::new(blank)), &Look::default(), None);
        }
    }
    Ok(())
}

/// Markers of a part.
fn points(
    board: &mut Board<'_>,
    call: &Bound<'_>,
    name: &str,
    at: Vec<[f64; 2]>,
    own: &PartStyle,
    (shape, fill, edge): (MarkerShape, Option<Color>, Color),
    zorder: f64,
) -> Result<(), String> {
    let look = Look::of(&call.part(name)?, board.style).map_err(|why| format!("`{name}`: {why}"))?;
    let shape = match look.marker {
        Some(None) => return Ok(()),
        Some(Some(shape)) => shape,
        None => own.marker.unwrap_or(shape),
    };
    let none = Color { a: 0, ..Color::WHITE };
    let fill = look.face.or(look.color.filter(|_| fill.is_some())).or(own.face).or(fill).unwrap_or(none);
    let edge = look.edge.or(look.color).or(own.edge).unwrap_or(edge);
    let size = look.size.or(own.size).unwrap_or(board.style.marker_size);
    let width = look.marker_edge.or(own.edge_width).unwrap_or(1.0);
    let mark = ShapesMark {
        fills: vec![look.faded(fill)],
        stroke: (edge.a > 0).then(|| solid(look.faded(edge), width)),
        markers: Some((shape, vec![size])),
        ..ShapesMark::new("fliers", at.into_iter().map(|point| vec![point]).collect())
    };
    if !mark.paths.is_empty() {
        board.add(Mark::Shapes(mark), &Look { zorder: Some(zorder), ..Look::default() }, None);
    }
    Ok(())
}

/// `plt.violinplot`: densities by Scott's rule from the least to the greatest value.
pub(super) fn violinplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let sets = call.need("dataset")?.columns()?;
    let n = sets.len();
    let places = Places::of(call, n, true, |_| 0.5)?;
    let count = call.number("points")?.map_or(100, |n| n.clamp(2.0, 10_000.0) as usize);
    let adjust = match call.get("bw_method") {
        None => None,
        Some(Argument::Text(name)) if name == "scott" => None,
        Some(Argument::Text(name)) if name == "silverman" => Some(Err(())),
        Some(value) => Some(Ok(value.number().map_err(|why| format!("`bw_method`: {why}"))?)),
    };
    let sides = match call.text("side")?.as_deref() {
        None | Some("both") => [1.0, 1.0],
        Some("low") => [1.0, 0.0],
        Some("high") => [0.0, 1.0],
        Some(other) => return Err(format!("`side`: `{other}` is none of both, low and high")),
    };
    let color = look.face.or(look.color).unwrap_or_else(|| board.next_patch());
    let line_color = match call.get("linecolor") {
        Some(value) => super::look::color(value, &board.style.cycle)?,
        None => look.color.unwrap_or_else(|| board.next_line()),
    };
    let quantiles: Vec<Vec<f64>> = match call.get("quantiles") {
        None => Vec::new(),
        Some(value) => value.columns()?.into_iter().map(|one| one.values).collect(),
    };
    let along = usize::from(!places.across);
    let (mut bodies, mut bars, mut extremes, mut medians, mut means, mut cuts) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (k, set) in sets.into_iter().enumerate() {
        let values = finite_sorted(&board.place(along, set)?);
        let (Some(low), Some(high)) = (values.first().copied(), values.last().copied()) else { continue };
        let factor = match adjust {
            None => libm::pow(values.len() as f64, -0.2),
            Some(Err(())) => libm::pow(values.len() as f64 * 0.75, -0.2),
            Some(Ok(factor)) => factor,
        };
        let (at, width) = (places.at[k], places.widths[k]);
        let line = |value: f64| {
            places.path(&[[at - 0.25 * width * sides[0], value], [at + 0.25 * width * sides[1], value]])
        };
        if let Some(shape) = density(&values, [low, high], count, factor) {
            let most = shape.iter().map(|(_, d)| *d).fold(0.0, f64::max);
            let reach = |d: f64| 0.5 * width * d / most;
            let there = shape.iter().map(|(v, d)| places.point(at - sides[0] * reach(*d), *v));
            let back = shape.iter().rev().map(|(v, d)| places.point(at + sides[1] * reach(*d), *v));
            bodies.push(there.chain(back).collect());
        }
        bars.push(places.path(&[[at, low], [at, high]]));
        extremes.extend([line(low), line(high)]);
        medians.push(line(super::statistics::quantile(&values, 0.5)));
        means.push(line(values.iter().sum::<f64>() / values.len() as f64));
        let wanted = quantiles.get(k).or(quantiles.first()).into_iter().flatten();
        cuts.extend(wanted.map(|q| line(super::statistics::quantile(&values, q.clamp(0.0, 1.0)))));
    }
    let alpha = look.alpha.unwrap_or(0.3);
    let mark = ShapesMark {
        label: look.label.clone(),
        fills: vec![color.faded(alpha)],
        stroke: look.edge.map(|edge| solid(edge.faded(alpha), look.width.unwrap_or(1.0))),
        ..ShapesMark::new("violin", bodies)
    };
    board.add(Mark::Shapes(mark), &look, None);
    let stroke = Some(Stroke {
        cap: crate::render::scene::Cap::Butt,
        ..board.style.lines.stroke(line_color, look.width.unwrap_or(board.style.line_width), LineStyle::Solid)
    });
    let z = look.zorder.unwrap_or(2.0);
    if call.truth("showextrema", true)? {
        add(board, "extrema", bars, stroke.clone(), z);
        add(board, "extrema", extremes, stroke.clone(), z);
    }
    if call.truth("showmedians", false)? {
        add(board, "median", medians, stroke.clone(), z);
    }
    if call.truth("showmeans", false)? {
        add(board, "mean", means, stroke.clone(), z);
    }
    add(board, "quantile", cuts, stroke, z);
    Ok(())
}
