//! Polar axes: calls draw by angle and radius; what they draw is turned into places on paper.

use super::argument::{Argument, Bound};
use super::board::Board;
use super::look::Look;
use crate::render::marks::{Mark, PolarMark, ShapesMark, Turn, polar_around};
use crate::render::record::solid;
use crate::render::scene::Color;

/// Steps along an arc, radians: a hundredth of the circle.
const STEP: f64 = 0.063;

/// What is wanted of polar axes.
#[derive(Clone, Debug)]
pub(super) struct Polar {
    pub(super) turn: Turn,
    /// Largest radius of what was drawn.
    pub(super) reach: f64,
    /// What somebody wants as the largest one.
    wanted: Option<f64>,
    radii: Option<Vec<(f64, Option<String>)>>,
    angles: Option<Vec<(f64, Option<String>)>>,
    ray: f64,
    pub(super) grid: Option<(bool, Option<Color>, Option<f64>)>,
    color: Option<Color>,
    /// Whether the data end without a margin.
    pub(super) sticky: bool,
}

impl Default for Polar {
    fn default() -> Self {
        Self {
            turn: Turn::default(),
            reach: 0.0,
            wanted: None,
            radii: None,
            angles: None,
            ray: 22.5,
            grid: None,
            color: None,
            sticky: false,
        }
    }
}

impl Polar {
    /// Places of angles and radii.
    pub(super) fn places(&mut self, angles: &[f64], radii: &[f64]) -> [Vec<f64>; 2] {
        let finite = radii.iter().copied().filter(|radius| radius.is_finite());
        self.reach = finite.fold(self.reach, f64::max);
        angles
            .iter()
            .zip(radii)
            .map(|(angle, radius)| self.turn.place([*angle, *radius]))
            .map(|[x, y]| (x, y))
            .unzip::<f64, f64, Vec<_>, Vec<_>>()
            .into()
    }

    /// Shapes with arcs for what goes from angle to angle.
    pub(super) fn shapes(&mut self, mark: &mut ShapesMark) {
        for path in &mut mark.paths {
            let closed = !mark.fills.is_empty();
            let n = path.len();
            let mut bent = Vec::with_capacity(n);
            for i in 0..n {
                let from = path[i];
                self.reach = if from[1].is_finite() { self.reach.max(from[1]) } else { self.reach };
                bent.push(self.turn.place(from));
                if i + 1 == n && !closed {
                    break;
                }
                let to = path[(i + 1) % n];
                let steps = ((to[0] - from[0]).abs() / STEP).ceil().clamp(1.0, 400.0) as usize;
                for k in 1..steps {
                    let t = k as f64 / steps as f64;
                    bent.push(
                        self.turn.place([from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])]),
                    );
                }
            }
            *path = bent;
        }
        mark.sticky = [None; 2];
    }

    /// The largest radius that axes show.
    pub(super) fn limit(&self) -> f64 {
        let margin = if self.sticky { 1.0 } else { 1.05 };
        self.wanted.unwrap_or(if self.reach > 0.0 { margin * self.reach } else { 1.0 })
    }

    /// Grid and frame, with their orders of drawing.
    pub(super) fn marks(&self, style: &crate::render::chart::Style) -> [(f64, Mark); 2] {
        let (shown, color, width) = self.grid.unwrap_or((style.other_grids[0], None, None));
        let stroke = solid(color.unwrap_or(style.grid_color), width.unwrap_or(style.grid_linewidth));
        let one = |above: bool| {
            Mark::Other(Box::new(PolarMark {
                turn: self.turn,
                reach: self.limit(),
                radii: self.radii.clone(),
                angles: self.angles.clone(),
                ray: self.ray,
                grid: shown.then(|| stroke.clone()),
                color: self.color,
                style: style.clone(),
                above,
            }))
        };
        [(1.5, one(false)), (2.5, one(true))]
    }

    /// Room around the circle, points: left, right, top, bottom.
    pub(super) fn around(style: &crate::render::chart::Style) -> [f64; 4] {
        polar_around(style)
    }
}

/// `plt.polar`: a line by angle and radius; `plt.projection` makes axes polar without one.
pub(super) fn polar(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    board.make_polar()?;
    super::lines::plot(board, call)
}

/// `plt.projection: polar` or `3d`, for axes on which other calls draw.
pub(super) fn projection(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    match call.need("projection")?.text()?.as_str() {
        "polar" => board.make_polar(),
        "3d" => board.view().map(|_| ()),
        "rectilinear" => Ok(()),
        other => Err(format!("`{other}` is none of polar, 3d and rectilinear")),
    }
}

fn wanted<'b>(board: &'b mut Board<'_>, call: &Bound<'_>) -> Result<&'b mut Polar, String> {
    let name = call.call.function.clone();
    board.polar.as_mut().ok_or_else(|| format!("`{name}` is for polar axes: `plt.projection: polar` first"))
}

/// `plt.theta_zero_location`: where the angle 0 is; before anything is drawn.
pub(super) fn zero(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let loc = call.need("loc")?.text()?;
    let quarters = ["E", "NE", "N", "NW", "W", "SW", "S", "SE"];
    let Some(at) = quarters.iter().position(|name| *name == loc) else {
        return Err(format!("`{loc}` is none of {}", quarters.join(", ")));
    };
    let offset = call.number("offset")?.unwrap_or(0.0).to_radians();
    turnable(board)?;
    wanted(board, call)?.turn.zero = at as f64 * std::f64::consts::FRAC_PI_4 + offset;
    Ok(())
}

/// `plt.theta_direction`: 1 (`counterclockwise`) or −1 (`clockwise`); before anything is drawn.
pub(super) fn direction(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let way = match call.need("direction")? {
        Argument::Text(text) if text == "clockwise" => -1.0,
        Argument::Text(text) if text == "counterclockwise" || text == "anticlockwise" => 1.0,
        value => match value.number()? {
            v if v == 1.0 || v == -1.0 => v,
            _ => return Err(value.not("1 or -1")),
        },
    };
    turnable(board)?;
    wanted(board, call)?.turn.way = way;
    Ok(())
}

fn turnable(board: &Board<'_>) -> Result<(), String> {
    if board.marks.is_empty() { Ok(()) } else { Err("say it before anything is drawn".to_owned()) }
}

fn named(call: &Bound<'_>, at: &str) -> Result<Vec<(f64, Option<String>)>, String> {
    let at = call.need(at)?.vector()?.values;
    let names = match call.get("labels") {
        Some(Argument::List(items)) => items.iter().map(Argument::text).collect::<Result<Vec<_>, _>>()?,
        _ => Vec::new(),
    };
    if !names.is_empty() && names.len() != at.len() {
        return Err("`labels` has not one name each".to_owned());
    }
    Ok(at.into_iter().enumerate().map(|(i, at)| (at, names.get(i).cloned())).collect())
}

/// `plt.rgrids`: radii with their labels.
pub(super) fn radii(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let (at, ray) = (named(call, "radii")?, call.number("angle")?);
    let color = Look::of(call, board.style)?.color;
    let polar = wanted(board, call)?;
    polar.radii = Some(at);
    polar.ray = ray.unwrap_or(polar.ray);
    polar.color = color.or(polar.color);
    Ok(())
}

/// `plt.thetagrids`: angles in degrees with their labels.
pub(super) fn angles(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let at = named(call, "angles")?;
    wanted(board, call)?.angles = Some(at);
    Ok(())
}

/// `plt.rmax`: the largest radius.
pub(super) fn reach(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let most = call.need("rmax")?.number()?;
    if most <= 0.0 {
        return Err("`rmax` must be above 0".to_owned());
    }
    wanted(board, call)?.wanted = Some(most);
    Ok(())
}
