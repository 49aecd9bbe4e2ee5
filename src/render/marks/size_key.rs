//! What a legend says of markers whose areas stand for values.

use super::Handle;
use crate::render::chart::Scale;
use crate::render::scene::{Color, MarkerShape, Stroke};
use crate::render::ticks;

/// Areas of the markers of the least and largest value of `markersize`, and of equal ones, points²
/// (xarray's).
const AREAS: [f64; 3] = [18.0, 72.0, 36.0];

/// Entries at most: of more values, round ones between the least and the largest are shown.
const MOST: usize = 6;

/// The diameter of the marker of a value between the least and the largest, points.
pub(super) fn diameter(value: f64, [least, most]: [f64; 2]) -> f64 {
    let [small, large, equal] = AREAS;
    let area = if most > least { small + (value - least) / (most - least) * (large - small) } else { equal };
    area.sqrt()
}

/// Entries of sizes, and headings where the legend is about colours as well.
#[derive(Clone, Debug, Default)]
pub(in crate::render) struct SizeKey {
    /// Diameter and name, by rising size.
    entries: Vec<(f64, String)>,
    /// Above the entries of colours, and above those of sizes; empty ones are not drawn.
    headings: [String; 2],
}

impl SizeKey {
    /// The key of all values that markers stand for; with `headings` of colours and of sizes.
    pub(super) fn new(numbers: &[f64], headings: [String; 2]) -> Self {
        let mut at: Vec<f64> = Vec::new();
        for value in numbers.iter().copied().filter(|value| value.is_finite()) {
            if let Err(place) = at.binary_search_by(|known| known.total_cmp(&value)) {
                at.insert(place, value);
            }
            if at.len() > MOST {
                let finite = || numbers.iter().copied().filter(|value| value.is_finite());
                let limits = [finite().fold(f64::INFINITY, f64::min), finite().fold(f64::MIN, f64::max)];
                at = ticks::round(limits, MOST - 1, 3);
                at.retain(|value| (limits[0]..=limits[1]).contains(value));
                return Self::at(&at, limits, headings);
            }
        }
        let [Some(first), Some(last)] = [at.first(), at.last()] else { return Self::default() };
        Self::at(&at, [*first, *last], headings)
    }

    fn at(at: &[f64], limits: [f64; 2], headings: [String; 2]) -> Self {
        let reach = if limits[0] < limits[1] { limits } else { [limits[0] - 1.0, limits[0] + 1.0] };
        let ticks = ticks::at(Scale::Linear, reach, at);
        let named = ticks.major.iter().zip(ticks.labels);
        Self { entries: named.map(|(at, name)| (diameter(*at, limits), name)).collect(), headings }
    }

    /// The entries of a legend: those of colours, and these with markers of this look.
    pub(super) fn handles(
        &self,
        colors: Vec<Handle>,
        shape: MarkerShape,
        fill: Color,
        edge: Option<Stroke>,
    ) -> Vec<Handle> {
        let heading = |i: usize| {
            let label = self.headings[i].clone();
            (!label.is_empty()).then_some(Handle { label, ..Handle::default() })
        };
        let sizes = self.entries.iter().map(|(size, label)| Handle {
            label: label.clone(),
            marker: Some((shape, *size, fill, edge.clone())),
            ..Handle::default()
        });
        heading(0).into_iter().chain(colors).chain(heading(1)).chain(sizes).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(numbers: &[f64]) -> Vec<String> {
        let key = SizeKey::new(numbers, [String::new(), String::new()]);
        key.entries.into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn few_values_are_shown_themselves_and_many_by_round_ones() {
        assert_eq!(names(&[2.0, 1.0, f64::NAN, 2.0]), ["1", "2"]);
        assert_eq!(names(&[0.5]), ["0.5"]);
        assert_eq!(names(&[]), Vec::<String>::new());
        let many: Vec<f64> = (0..100).map(|i| f64::from(i) / 40.0).collect();
        assert_eq!(names(&many), ["0.0", "0.5", "1.0", "1.5", "2.0"]);
        assert!((diameter(1.0, [0.0, 1.0]) - 72.0_f64.sqrt()).abs() < 1e-12);
        assert!((diameter(0.0, [0.0, 0.0]) - 6.0).abs() < 1e-12);
    }
}
