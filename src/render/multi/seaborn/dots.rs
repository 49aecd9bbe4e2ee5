//! Every value as a point: `sns.stripplot`, `sns.swarmplot`.

use super::categorical::{Sets, Wanted, sets};
use super::estimates::Random;
use crate::render::marks::{Mark, ScatterMark, SwarmMark};
use crate::render::multi::argument::{Argument, Bound};
use crate::render::multi::board::Board;
use crate::render::record::solid;
use crate::render::scene::{Color, MarkerShape, Stroke};

const DOTS: Wanted = Wanted { count: false, dodge: Some(false), areas: false, width: 0.8 };

/// Shape, diameter and edge of the points.
fn dots(
    board: &Board<'_>,
    call: &Bound<'_>,
    sets: &Sets,
) -> Result<(MarkerShape, f64, Option<Stroke>), String> {
    let look = &sets.look;
    let shape = look.marker.flatten().unwrap_or(MarkerShape::Circle);
    let size = call.number("size")?.or(look.size).unwrap_or(5.0).clamp(0.0, 1e4);
    let width = look.width.unwrap_or(0.0);
    let edge = match call.get("edgecolor") {
        Some(Argument::Text(name)) if name == "gray" || name == "auto" => sets.line,
        _ => look.edge.unwrap_or(sets.line),
    };
    let edge = (width > 0.0).then(|| solid(look.faded(edge), width));
    let color = sets.colors.first().copied().unwrap_or(Color::BLACK);
    let lines = shape.is_open().then(|| solid(look.faded(color), board.style.line_width));
    Ok((shape, size, lines.or(edge)))
}

/// `sns.stripplot`: points beside their place by chance, the same in every run.
pub(in crate::render::multi) fn stripplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let sets = sets(board, call, DOTS)?;
    let (shape, size, edge) = dots(board, call, &sets)?;
    let jitter = match call.get("jitter") {
        None | Some(Argument::Bool(true)) => 0.1,
        Some(Argument::Bool(false)) => 0.0,
        Some(value) => value.number().map_err(|why| format!("`jitter`: {why}"))?,
    };
    let jitter = sets.native * if sets.dodge { jitter / sets.hues.len() as f64 } else { jitter };
    let mut random = Random::new(call.number("seed")?.unwrap_or(0.0).max(0.0) as u64);
    let (mut places, mut values): (Vec<Vec<f64>>, Vec<Vec<f64>>) =
        (vec![Vec::new(); sets.hues.len()], vec![Vec::new(); sets.hues.len()]);
    for set in &sets.sets {
        for value in &set.values {
            places[set.hue].push(set.at + jitter * (2.0 * random.unit() - 1.0));
            values[set.hue].push(*value);
        }
    }
    let alpha = sets.look.alpha.unwrap_or(1.0);
    for (hue, (places, values)) in places.into_iter().zip(values).enumerate() {
        if values.is_empty() {
            continue;
        }
        let points = if sets.axis == 0 { [places, values] } else { [values, places] };
        let name = sets.hues[hue].clone();
        let mark = ScatterMark::plain(name, points, Vec::new(), sets.colors[hue], alpha, (shape, size));
        let mark = mark.edged(edge.clone()).aggregated(sets.look.aggregate(call)?);
        board.add(Mark::Scatter(mark), &sets.look, None);
    }
    Ok(())
}

/// `sns.swarmplot`: points beside each other, none over another.
pub(in crate::render::multi) fn swarmplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let sets = sets(board, call, DOTS)?;
    let (shape, size, edge) = dots(board, call, &sets)?;
    let mut points: Vec<(f64, f64, usize)> = Vec::new();
    for set in &sets.sets {
        points.extend(set.values.iter().map(|value| (set.at, *value, set.hue)));
    }
    if points.len() > 20_000 {
        return Err(format!(
            "{} points make no swarm: `sns.stripplot` or `sns.violinplot` show them",
            points.len()
        ));
    }
    let names = sets.hues.clone();
    let colors: Vec<Color> = sets.colors.iter().map(|color| sets.look.faded(*color)).collect();
    let width = sets.sets.first().map_or(sets.native, |set| if sets.dodge { set.width } else { sets.native });
    let mark = SwarmMark { axis: sets.axis, points, names, colors, shape, size, edge, width };
    board.add(Mark::Other(Box::new(mark)), &sets.look, None);
    Ok(())
}
