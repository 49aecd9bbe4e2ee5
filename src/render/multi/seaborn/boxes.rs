//! Distributions by category: `sns.boxplot`, `sns.boxenplot`, `sns.violinplot`.

use super::categorical::{Set, Sets, Wanted, sets};
use super::palette::mixed;
use crate::render::chart::LineStyle;
use crate::render::marks::{Mark, ShapesMark};
use crate::render::multi::argument::{Argument, Bound};
use crate::render::multi::board::Board;
use crate::render::multi::look::Look;
use crate::render::multi::statistics::{BoxStats, density, deviation, finite_sorted, quantile};
use crate::render::record::solid;
use crate::render::scene::{Cap, Color, MarkerShape, Stroke};

const AREAS: Wanted = Wanted { count: false, dodge: None, areas: true, width: 0.8 };
const NONE: Color = Color { a: 0, ..Color::WHITE };

fn line(color: Color, width: f64) -> Stroke {
    Stroke { cap: Cap::Butt, ..solid(color, width) }
}

/// The stroke of a part, by its properties (`medianprops: {color: …}`); `None` if it has none.
fn part(board: &Board<'_>, call: &Bound<'_>, name: &str, own: Stroke) -> Result<Option<Stroke>, String> {
    let look = Look::of(&call.part(name)?, board.style).map_err(|why| format!("`{name}`: {why}"))?;
    let color = look.faded(look.edge.or(look.color).unwrap_or(own.color));
    let width = look.width.unwrap_or(own.width);
    let dash = look.dash.unwrap_or_default();
    Ok((dash != LineStyle::None && width > 0.0)
        .then(|| Stroke { cap: Cap::Butt, ..board.style.lines.stroke(color, width, dash) }))
}

fn add(board: &mut Board<'_>, sets: &Sets, order: f64, mark: ShapesMark) {
    if !mark.paths.is_empty() {
        let look = Look { zorder: Some(sets.look.zorder.unwrap_or(order)), ..Look::default() };
        let look = Look { rasterized: sets.look.rasterized, ..look };
        board.add(Mark::Shapes(mark), &look, None);
    }
}

/// Open paths of one stroke.
fn strokes(
    board: &mut Board<'_>,
    sets: &Sets,
    kind: &'static str,
    paths: Vec<Vec<[f64; 2]>>,
    stroke: Option<Stroke>,
) {
    if stroke.is_some() {
        add(board, sets, 2.0, ShapesMark { stroke, ..ShapesMark::new(kind, paths) });
    }
}

/// A rectangle by place and value.
fn rectangle(sets: &Sets, [left, right]: [f64; 2], [low, high]: [f64; 2]) -> Vec<[f64; 2]> {
    [[left, low], [right, low], [right, high], [left, high]].map(|[a, b]| sets.point(a, b)).to_vec()
}

fn segment(sets: &Sets, a: [f64; 2], b: [f64; 2]) -> Vec<[f64; 2]> {
    vec![sets.point(a[0], a[1]), sets.point(b[0], b[1])]
}

/// How far whiskers reach.
fn reach(call: &Bound<'_>) -> Result<[f64; 2], String> {
    match call.get("whis") {
        None => Ok([1.5, f64::NAN]),
        Some(value) => match value.vector()?.values[..] {
            [reach] if reach >= 0.0 => Ok([reach, f64::NAN]),
            [low, high] if (0.0..=100.0).contains(&low) && (low..=100.0).contains(&high) => Ok([low, high]),
            _ => Err(value.not("a number or two percentiles for `whis`")),
        },
    }
}

/// What lies beyond, as points.
fn fliers(
    board: &mut Board<'_>,
    sets: &Sets,
    (shape, size): (MarkerShape, f64),
    look: &Look,
    (face, edge, width): (Color, Color, f64),
    points: Vec<[f64; 2]>,
) {
    let shape = match look.marker {
        Some(None) => return,
        Some(Some(shape)) => shape,
        None => shape,
    };
    let edge = look.edge.or(look.color).unwrap_or(edge);
    let mark = ShapesMark {
        fills: vec![look.faded(look.face.unwrap_or(face))],
        stroke: (edge.a > 0).then(|| solid(look.faded(edge), width)),
        markers: Some((shape, vec![look.size.unwrap_or(size)])),
        ..ShapesMark::new("fliers", points.into_iter().map(|point| vec![point]).collect())
    };
    add(board, sets, 2.0, mark);
}

/// `sns.boxplot`.
pub(in crate::render::multi) fn boxplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let sets = sets(board, call, AREAS)?;
    let (reach, width) = (reach(call)?, sets.look.width.unwrap_or(1.0));
    let caps = call.number("capwidths")?;
    let size = call.number("fliersize")?.unwrap_or(5.0);
    let own =
        Look::of(&call.part("flierprops")?, board.style).map_err(|why| format!("`flierprops`: {why}"))?;
    let body = Look::of(&call.part("boxprops")?, board.style).map_err(|why| format!("`boxprops`: {why}"))?;
    let notch = call.truth("notch", false)?;
    let shown = |name: &str| call.truth(name, true);
    let (show_box, show_caps, show_fliers) = (shown("showbox")?, shown("showcaps")?, shown("showfliers")?);
    let show_means = call.truth("showmeans", false)?;
    for (k, set) in sets.sets.iter().enumerate() {
        let sorted = finite_sorted(&set.values);
        let Some(stats) = BoxStats::of(&sorted, reach) else { continue };
        let color = if sets.fill { sets.line } else { set.color };
        let (at, half) = (set.at, set.width / 2.0);
        let [q1, median, q3] = stats.quartiles;
        let mut inner = half;
        let outline = if notch {
            inner = half / 2.0;
            let by = 1.57 * (q3 - q1) / (sorted.len() as f64).sqrt();
            let side = |sign: f64| {
                [[half, q1], [half, median - by], [inner, median], [half, median + by], [half, q3]]
                    .map(|[x, y]| sets.point(at + sign * x, y))
            };
            side(1.0).into_iter().chain(side(-1.0).into_iter().rev()).collect()
        } else {
            rectangle(&sets, [at - half, at + half], [q1, q3])
        };
        if show_box {
            let edge = body.edge.or(body.color.filter(|_| !sets.fill)).unwrap_or(color);
            let face = body.face.or(body.color).unwrap_or(set.color);
            let mark = ShapesMark {
                label: sets.label(k),
                fills: vec![if sets.fill { body.faded(face) } else { NONE }],
                stroke: Some(solid(body.faded(edge), body.width.unwrap_or(width))),
                ..ShapesMark::new("box", vec![outline])
            };
            add(board, &sets, 1.0, mark);
        }
        let [low, high] = stats.whiskers;
        let whiskers = vec![segment(&sets, [at, q1], [at, low]), segment(&sets, [at, q3], [at, high])];
        let stroke = part(board, call, "whiskerprops", line(color, width))?;
        strokes(board, &sets, "whisker", whiskers, stroke);
        if show_caps {
            let cap = caps.unwrap_or(half) / 2.0;
            let ends = [low, high].map(|v| segment(&sets, [at - cap, v], [at + cap, v])).to_vec();
            let stroke = part(board, call, "capprops", line(color, width))?;
            strokes(board, &sets, "cap", ends, stroke);
        }
        let stroke = part(board, call, "medianprops", line(color, width))?;
        let median = vec![segment(&sets, [at - inner, median], [at + inner, median])];
        strokes(board, &sets, "median", median, stroke);
        if show_fliers {
            let points = stats.beyond.iter().map(|v| sets.point(at, *v)).collect();
            fliers(board, &sets, (MarkerShape::Circle, size), &own, (NONE, color, width), points);
        }
        if show_means {
            let own = Look::of(&call.part("meanprops")?, board.style)
                .map_err(|why| format!("`meanprops`: {why}"))?;
            let green = board.cycled(2);
            let point = vec![sets.point(at, stats.mean)];
            let size = board.style.marker_size;
            fliers(board, &sets, (MarkerShape::TriangleUp, size), &own, (green, green, 1.0), point);
        }
    }
    Ok(())
}

/// How many boxes a set has.
fn depth(call: &Bound<'_>, n: usize) -> Result<(usize, bool), String> {
    let log2 = |v: f64| libm::log2(v).floor();
    let n = n as f64;
    let outliers = call.number("outlier_prop")?.unwrap_or(0.007);
    if !(outliers > 0.0 && outliers <= 1.0) {
        return Err("`outlier_prop` is above 0 and at most 1".to_owned());
    }
    let k = match call.get("k_depth") {
        None => log2(n) - 3.0,
        Some(Argument::Text(name)) => match name.as_str() {
            "tukey" => log2(n) - 3.0,
            "full" => log2(n) + 1.0,
            "proportion" => log2(n) - log2(n * outliers) + 1.0,
            // Twice the square of the normal's quantile for `trust_alpha: 0.05`.
            "trustworthy" => log2(n / 7.682_917_641_388_4) + 1.0,
            other => {
                return Err(format!(
                    "`k_depth`: `{other}` is none of tukey, proportion, trustworthy, full and a number"
                ));
            }
        },
        Some(value) => value.number().map_err(|why| format!("`k_depth`: {why}"))?,
    };
    let full = matches!(call.get("k_depth"), Some(Argument::Text(name)) if name == "full");
    Ok((k.clamp(1.0, 64.0) as usize, full))
}

/// `sns.boxenplot`: boxes between letter values.
pub(in crate::render::multi) fn boxenplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let sets = sets(board, call, AREAS)?;
    let width = sets.look.width.unwrap_or(board.style.patch_width);
    let method = call.text("width_method")?.unwrap_or_else(|| "exponential".to_owned());
    let own = Look::of(&call.part("flier_kws")?, board.style).map_err(|why| format!("`flier_kws`: {why}"))?;
    let show_fliers = call.truth("showfliers", true)?;
    for (k, set) in sets.sets.iter().enumerate() {
        let sorted = finite_sorted(&set.values);
        if sorted.is_empty() {
            continue;
        }
        let (boxes, full) = depth(call, sorted.len())?;
        let (at, half) = (set.at, set.width / 2.0);
        let line_color = if sets.fill { sets.line } else { set.color };
        let median = quantile(&sorted, 0.5);
        let tail = |level: usize| match level == boxes && full {
            true => 0.0,
            false => libm::pow(0.5, level as f64 + 1.0),
        };
        let (mut paths, mut fills) = (Vec::new(), Vec::new());
        let mut ends = [median; 2];
        // Boxes from the median out, each half of what lies beyond the last.
        for level in 1..=boxes {
            let next = [quantile(&sorted, tail(level)), quantile(&sorted, 1.0 - tail(level))];
            let share = match method.as_str() {
                "exponential" => libm::pow(0.5, level as f64 - 1.0),
                "linear" => (boxes + 1 - level) as f64 / boxes as f64,
                "area" => f64::NAN,
                other => {
                    return Err(format!("`width_method`: `{other}` is none of exponential, linear and area"));
                }
            };
            // Lighter outside.
            let out = libm::pow(2.0, (1.0 - level as f64) / 3.0);
            let fill = mixed(Color { a: set.color.a, ..Color::WHITE }, set.color, 0.15 + 0.85 * out);
            let spans = match level {
                1 => vec![next],
                _ => vec![[next[0], ends[0]], [ends[1], next[1]]],
            };
            for span in spans {
                let wide = if share.is_nan() { tail(level) / (span[1] - span[0]) } else { share };
                paths.push((span, wide * if level == 1 && share.is_nan() { 2.0 } else { 1.0 }));
                fills.push(if sets.fill { fill } else { NONE });
            }
            ends = next;
        }
        let most = paths.iter().map(|(_, wide)| *wide).filter(|wide| wide.is_finite()).fold(0.0, f64::max);
        let drawn = paths.iter().map(|(span, wide)| {
            let half = if wide.is_finite() && most > 0.0 { half * wide / most } else { half };
            rectangle(&sets, [at - half, at + half], *span)
        });
        let mark = ShapesMark {
            label: sets.label(k),
            fills: if sets.fill { fills } else { vec![NONE] },
            stroke: Some(solid(line_color, width)),
            ..ShapesMark::new("boxen", drawn.collect())
        };
        add(board, &sets, 1.0, mark);
        let stroke = part(board, call, "line_kws", line(line_color, 1.5 * width))?;
        strokes(
            board,
            &sets,
            "median",
            vec![segment(&sets, [at - half, median], [at + half, median])],
            stroke,
        );
        if show_fliers {
            let beyond = sorted.iter().filter(|v| **v < ends[0] || **v > ends[1]);
            let points = beyond.map(|v| sets.point(at, *v)).collect();
            fliers(board, &sets, (MarkerShape::ThinDiamond, 5.0), &own, (NONE, line_color, width), points);
        }
    }
    Ok(())
}

/// The density of a set at its places, and its values rising.
struct Violin {
    shape: Vec<(f64, f64)>,
    sorted: Vec<f64>,
}

impl Violin {
    fn of(set: &Set, (factor, cut, count): (Option<f64>, f64, usize), adjust: f64) -> Self {
        let sorted = finite_sorted(&set.values);
        let factor = adjust * factor.unwrap_or_else(|| libm::pow(sorted.len() as f64, -0.2));
        let width = factor * deviation(&sorted);
        let shape = match (sorted.first(), sorted.last()) {
            (Some(low), Some(high)) if width > 0.0 => {
                density(&sorted, [low - cut * width, high + cut * width], count, factor)
            }
            _ => None,
        };
        Self { shape: shape.unwrap_or_default(), sorted }
    }

    fn peak(&self) -> f64 {
        self.shape.iter().map(|(_, d)| *d).fold(0.0, f64::max)
    }

    /// The density at a value, between places.
    fn at(&self, value: f64) -> f64 {
        let i = self.shape.partition_point(|(v, _)| *v <= value).clamp(1, self.shape.len().max(2) - 1);
        let (Some((a, da)), Some((b, db))) = (self.shape.get(i - 1), self.shape.get(i)) else { return 0.0 };
        (da + (db - da) * (value - a) / (b - a)).max(0.0)
    }
}

/// `sns.violinplot`.
pub(in crate::render::multi) fn violinplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let split = call.truth("split", false)?;
    let sets = sets(board, call, AREAS)?;
    let factor = match call.any(&["bw_method", "bw"]) {
        None => None,
        Some(Argument::Text(name)) if name == "scott" => None,
        Some(Argument::Text(name)) if name == "silverman" => Some(f64::NAN),
        Some(value) => Some(value.number().map_err(|why| format!("`bw_method`: {why}"))?),
    };
    let adjust = call.number("bw_adjust")?.unwrap_or(1.0);
    let cut = call.number("cut")?.unwrap_or(2.0).max(0.0);
    let count = call.number("gridsize")?.map_or(100, |n| n.clamp(2.0, 10_000.0) as usize);
    let norm = call.any(&["density_norm", "scale"]).map(Argument::text).transpose()?;
    let norm = norm.unwrap_or_else(|| "area".to_owned());
    let inner = match call.get("inner") {
        None if call.given_null("inner") => "none".to_owned(),
        None => "box".to_owned(),
        Some(value) => value.text()?,
    };
    if !["box", "quart", "quartile", "point", "stick", "none"].contains(&inner.as_str()) {
        return Err(format!("`inner`: `{inner}` is none of box, quart, point, stick and null"));
    }
    let violins: Vec<Violin> = sets
        .sets
        .iter()
        .map(|set| {
            let silverman = libm::pow(0.75 * set.values.len() as f64, -0.2);
            let own = factor.map(|factor| if factor.is_nan() { silverman } else { factor });
            Violin::of(set, (own, cut, count), adjust)
        })
        .collect();
    let common = call.truth("common_norm", false)?;
    let alike = |a: usize, b: usize| common || sets.sets[a].hue == sets.sets[b].hue;
    let most = |k: usize, of: &dyn Fn(&Violin) -> f64| {
        let peers = violins.iter().enumerate().filter(|(other, _)| alike(k, *other));
        peers.map(|(_, violin)| of(violin)).fold(0.0, f64::max)
    };
    let width = sets.look.width.unwrap_or(1.25 * board.style.patch_width);
    for (k, (set, violin)) in sets.sets.iter().zip(&violins).enumerate() {
        let scale = match norm.as_str() {
            "area" => 1.0 / most(k, &Violin::peak),
            "width" => 1.0 / violin.peak(),
            "count" => violin.sorted.len() as f64 / most(k, &|v| v.sorted.len() as f64) / violin.peak(),
            other => return Err(format!("`density_norm`: `{other}` is none of area, count and width")),
        };
        let at = set.at;
        let half = set.width / 2.0;
        let color = if sets.fill { sets.line } else { set.color };
        // How far the outline lies to the left and to the right of its place; halves are flat on the
        // side of the other half.
        let sides = |density: f64| -> [f64; 2] {
            let span = density * scale * half;
            match (split, set.hue % 2) {
                (false, _) => [span, span],
                (true, 0) => [2.0 * span - half, half],
                (true, _) => [half, 2.0 * span - half],
            }
        };
        if violin.shape.is_empty() {
            let Some(value) = violin.sorted.first() else { continue };
            let stroke = Some(line(color, width));
            strokes(
                board,
                &sets,
                "violin",
                vec![segment(&sets, [at - half, *value], [at + half, *value])],
                stroke,
            );
            continue;
        }
        let there = violin.shape.iter().map(|(v, d)| sets.point(at - sides(*d)[0], *v));
        let back = violin.shape.iter().rev().map(|(v, d)| sets.point(at + sides(*d)[1], *v));
        let mark = ShapesMark {
            label: sets.label(k),
            fills: vec![if sets.fill { set.color } else { NONE }],
            stroke: Some(solid(color, width)),
            ..ShapesMark::new("violin", vec![there.chain(back).collect()])
        };
        add(board, &sets, 1.0, mark);
        let across = |value: f64| {
            let [left, right] = sides(violin.at(value));
            segment(&sets, [at - left, value], [at + right, value])
        };
        let quartiles = [0.25, 0.5, 0.75].map(|q| quantile(&violin.sorted, q));
        match inner.as_str() {
            "box" => {
                let Some(stats) = BoxStats::of(&violin.sorted, [1.5, f64::NAN]) else { continue };
                let (thin, thick) = (1.5 * width, 4.5 * width);
                let [low, high] = stats.whiskers;
                let stroke = |width| Some(line(color, width));
                strokes(board, &sets, "whisker", vec![segment(&sets, [at, low], [at, high])], stroke(thin));
                let quarters = segment(&sets, [at, quartiles[0]], [at, quartiles[2]]);
                strokes(board, &sets, "box", vec![quarters], stroke(thick));
                let shape = [MarkerShape::HorizontalBar, MarkerShape::VerticalBar][sets.axis];
                let mark = ShapesMark {
                    fills: vec![Color::WHITE],
                    stroke: Some(line(Color::WHITE, thick / 5.0)),
                    markers: Some((shape, vec![thick / 1.2])),
                    ..ShapesMark::new("median", vec![vec![sets.point(at, quartiles[1])]])
                };
                add(board, &sets, 2.0, mark);
            }
            "quart" | "quartile" => {
                let lines = &board.style.lines;
                let cut = |dash| Some(Stroke { cap: Cap::Butt, ..lines.stroke(color, 1.25 * width, dash) });
                let (dotted, dashed) = (cut(LineStyle::Dotted), cut(LineStyle::Dashed));
                strokes(board, &sets, "quartile", vec![across(quartiles[0]), across(quartiles[2])], dotted);
                strokes(board, &sets, "median", vec![across(quartiles[1])], dashed);
            }
            "stick" => {
                let sticks = violin.sorted.iter().map(|value| across(*value)).collect();
                strokes(board, &sets, "stick", sticks, Some(line(color, 0.5 * width)));
            }
            "point" => {
                let points = violin.sorted.iter().map(|value| vec![sets.point(at, *value)]).collect();
                let mark = ShapesMark {
                    fills: vec![color],
                    markers: Some((MarkerShape::Circle, vec![3.0])),
                    ..ShapesMark::new("point", points)
                };
                add(board, &sets, 2.0, mark);
            }
            _ => {}
        }
    }
    Ok(())
}
