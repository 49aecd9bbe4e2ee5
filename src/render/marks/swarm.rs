//! Points by category that stand beside each other, none over another (a beeswarm).

use super::{Handle, Obstacles, Show, Span};
use crate::render::chart::Scale;
use crate::render::color::ColorContent;
use crate::render::record::Plane;
use crate::render::scene::{AxesRecord, Color, Command, MarkRecord, MarkerShape, Point, Stroke};

/// A swarm a place.
pub(in crate::render) struct SwarmMark {
    /// The axis of the places: 0 is x.
    pub(in crate::render) axis: usize,
    /// Place, value and group of each.
    pub(in crate::render) points: Vec<(f64, f64, usize)>,
    /// Names of groups in a legend.
    pub(in crate::render) names: Vec<String>,
    /// A colour a group.
    pub(in crate::render) colors: Vec<Color>,
    pub(in crate::render) shape: MarkerShape,
    /// Diameter, points.
    pub(in crate::render) size: f64,
    pub(in crate::render) edge: Option<Stroke>,
    /// Units of the axis that a swarm may take.
    pub(in crate::render) width: f64,
}

/// How far each of some values (rising, in points) stands from the middle, so that circles of this
/// diameter do not overlap: the nearest free place beside its neighbours.
fn spread(values: &[f64], diameter: f64, most: f64) -> Vec<f64> {
    let mut offsets: Vec<f64> = Vec::with_capacity(values.len());
    let mut first = 0;
    for (i, value) in values.iter().enumerate() {
        while value - values[first] >= diameter {
            first += 1;
        }
        let neighbours = || (first..i).map(|k| (offsets[k], value - values[k]));
        let mut free = vec![0.0];
        for (offset, away) in neighbours() {
            // A little more than needed, as seaborn.
            let beside = 1.05 * (diameter * diameter - away * away).max(0.0).sqrt();
            free.extend([offset - beside, offset + beside]);
        }
        free.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
        let fits = |at: f64| {
            neighbours().all(|(offset, away)| {
                (at - offset) * (at - offset) + away * away >= diameter * diameter * (1.0 - 1e-9)
            })
        };
        let found = free.iter().copied().find(|at| fits(*at)).unwrap_or(0.0);
        offsets.push(found.clamp(-most, most));
    }
    offsets
}

impl SwarmMark {
    /// Where the points are in the figure, and their groups.
    fn placed(&self, plane: &Plane<'_>) -> Vec<(Point, usize)> {
        let at = |place: f64, value: f64| match self.axis {
            0 => plane.at(place, value),
            _ => plane.at(value, place),
        };
        let mut places: Vec<f64> = self.points.iter().map(|(place, ..)| *place).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        let edge = self.edge.as_ref().map_or(0.0, |edge| edge.width);
        let mut placed = Vec::with_capacity(self.points.len());
        for place in places {
            let mut own: Vec<(Point, usize)> = self
                .points
                .iter()
                .filter(|(other, ..)| *other == place)
                .map(|(place, value, group)| (at(*place, *value), *group))
                .filter(|(point, _)| point.iter().all(|v| v.is_finite()))
                .collect();
            let along = 1 - self.axis;
            own.sort_by(|(a, i), (b, j)| a[along].total_cmp(&b[along]).then(i.cmp(j)));
            let values: Vec<f64> = own.iter().map(|(point, _)| point[along]).collect();
            let middle = [0.0, self.width / 2.0].map(|by| {
                let value = self.points.first().map_or(0.0, |(_, value, _)| *value);
                at(place + by, value)[self.axis]
            });
            let most = (middle[1] - middle[0]).abs();
            let most = if most.is_finite() { most } else { f64::INFINITY };
            for ((point, group), offset) in own.iter().zip(spread(&values, self.size + edge, most)) {
                let mut point = *point;
                point[self.axis] += offset;
                placed.push((point, *group));
            }
        }
        placed
    }
}

impl Show for SwarmMark {
    fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        let half = self.width / 2.0;
        let places = self.points.iter().flat_map(|(place, ..)| [place - half, place + half]);
        let along = Span::of([x, y][self.axis], places);
        let values = Span::of([x, y][1 - self.axis], self.points.iter().map(|(_, value, _)| *value));
        if self.axis == 0 { [along, values] } else { [values, along] }
    }

    fn draw(&self, plane: &Plane<'_>, _color: Option<&ColorContent>, _dpi: f64) {
        let placed = self.placed(plane);
        if placed.is_empty() {
            return;
        }
        let color = |group: usize| self.colors.get(group).copied().unwrap_or(Color::BLACK);
        let fills = match self.colors.len() {
            1 => vec![color(0)],
            _ => placed.iter().map(|(_, group)| color(*group)).collect(),
        };
        plane.push(Command::Markers {
            shape: self.shape,
            at: placed.into_iter().map(|(point, _)| point).collect(),
            sizes: vec![self.size],
            fills,
            edge: self.edge.clone(),
        });
    }

    fn record(&self, axes: &mut AxesRecord, _color: Option<&ColorContent>) {
        for (group, name) in self.names.iter().enumerate() {
            let n = self.points.iter().filter(|(.., own)| *own == group).count();
            if n > 0 {
                axes.marks.push(MarkRecord {
                    kind: "swarm".to_owned(),
                    label: name.clone(),
                    n,
                    shape: None,
                    range: None,
                    clim: None,
                    cmap: None,
                    missing: 0,
                });
            }
        }
    }

    fn obstacles(&self, plane: &Plane<'_>) -> Obstacles {
        let points = self.placed(plane).into_iter().map(|(point, _)| point).collect();
        Obstacles { points, paths: Vec::new() }
    }

    fn handles(&self) -> Vec<Handle> {
        let named = self.names.iter().zip(&self.colors).filter(|(name, _)| !name.is_empty());
        named
            .map(|(name, color)| Handle {
                label: name.clone(),
                marker: Some((self.shape, self.size, *color, self.edge.clone())),
                ..Handle::default()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_of_a_swarm_do_not_overlap_and_stay_near() {
        let values: Vec<f64> = (0..200).map(|i| libm::sin(f64::from(i) * 0.37) * 20.0).collect();
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        let offsets = spread(&sorted, 3.0, f64::INFINITY);
        for i in 0..200 {
            for k in 0..i {
                let away = libm::hypot(offsets[i] - offsets[k], sorted[i] - sorted[k]);
                assert!(away >= 3.0 * (1.0 - 1e-6), "{i} {k} {away}");
            }
        }
        assert_eq!(offsets[0], 0.0);
        assert!(offsets.iter().all(|v| v.abs() < 60.0));
        assert_eq!(spread(&[0.0, 10.0, 20.0], 3.0, 5.0), [0.0; 3]);
        assert_eq!(spread(&[0.0, 0.0], 4.0, 1.0)[1].abs(), 1.0);
    }
}
