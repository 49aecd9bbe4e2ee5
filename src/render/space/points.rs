//! Points in space: the far ones first, and fainter.

use super::Stage;
use super::projection::Place;
use crate::render::chart::Scale;
use crate::render::color::ColorContent;
use crate::render::marks::{ScatterMark, Span};
use crate::render::scene::{Command, MarkRecord, Point};

/// Least opacity of depth shading (matplotlib's).
const FAINTEST: f64 = 0.3;

/// Points past which hidden ones are left out.
const MANY: usize = 100_000;

/// Points with a third coordinate.
pub(in crate::render) struct PointsMark {
    /// The points without their third coordinate.
    pub(in crate::render) flat: ScatterMark,
    /// The third coordinate.
    pub(in crate::render) z: Vec<f64>,
    /// Whether far points are fainter.
    pub(in crate::render) shade: bool,
}

impl PointsMark {
    fn shown(&self, i: usize) -> bool {
        self.z[i].is_finite() && self.flat.shown(i)
    }

    /// Where those that are shown are, data units.
    pub(super) fn shown_places(&self) -> impl Iterator<Item = Place> {
        let [x, y] = self.flat.places();
        (0..self.z.len()).filter(|i| self.shown(*i)).map(|i| [x[i], y[i], self.z[i]])
    }

    /// Extents along x, y and z of the points that are shown.
    pub(super) fn spans(&self, scales: [Scale; 3]) -> [Option<Span>; 3] {
        let shown = |values: &[f64], scale: Scale| {
            Span::of(scale, (0..values.len()).filter(|i| self.shown(*i)).map(|i| values[i]))
        };
        let [x, y] = self.flat.places();
        [shown(x, scales[0]), shown(y, scales[1]), shown(&self.z, scales[2])]
    }

    /// Draws them, the farthest first. Gives where they are.
    pub(super) fn draw(&self, stage: &Stage<'_>, color: Option<&ColorContent>, dpi: f64) -> Vec<Point> {
        let [x, y] = self.flat.places();
        let mut placed: Vec<(usize, Place)> = (0..self.z.len())
            .filter(|i| self.shown(*i))
            .filter_map(|i| Some((i, stage.project([x[i], y[i], self.z[i]])?)))
            .collect();
        // The nearest first, to leave out what they hide; of equal ones the last is on top.
        placed.sort_by(|(i, a), (k, b)| a[2].total_cmp(&b[2]).then(k.cmp(i)));
        let mut extent = [[f64::INFINITY, f64::NEG_INFINITY]; 3];
        for (_, at) in &placed {
            for (ends, v) in extent.iter_mut().zip(at) {
                *ends = [ends[0].min(*v), ends[1].max(*v)];
            }
        }
        let scale = extent.iter().map(|[low, high]| (high - low) * (high - low)).sum::<f64>().sqrt();
        let faint = |depth: f64| match self.shade && scale > 0.0 {
            true => (1.0 - (depth - extent[2][0]) / scale).clamp(FAINTEST, 1.0),
            false => 1.0,
        };
        let mut hidden = Hidden::new(placed.len() > MANY && !self.flat.sized(), 24.0 / dpi, self);
        let varied = self.flat.varied() || (self.shade && scale > 0.0);
        let (mut at, mut fills, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
        for (i, place) in placed {
            let point = stage.paper(place);
            if hidden.covers(point) {
                continue;
            }
            at.push(point);
            sizes.extend(self.flat.size_of(i));
            if varied || fills.is_empty() {
                fills.push(self.flat.fill(i, color).faded(faint(place[2])));
            }
        }
        at.reverse();
        fills.reverse();
        sizes.reverse();
        if !at.is_empty() {
            if sizes.is_empty() {
                sizes.push(self.flat.size());
            }
            let (shape, edge) = self.flat.shape();
            stage.canvas.push(Command::Markers { shape, at: at.clone(), sizes, fills, edge });
        }
        at
    }

    /// Its lines of the table.
    pub(super) fn records(&self, color: Option<&ColorContent>) -> Vec<MarkRecord> {
        let lost = (0..self.z.len()).filter(|i| self.flat.shown(*i) && !self.z[*i].is_finite()).count();
        let mut records = self.flat.records(color);
        for (i, record) in records.iter_mut().enumerate() {
            record.kind = "scatter3d".to_owned();
            if i == 0 {
                record.missing += lost;
                record.n -= lost.min(record.n);
            }
        }
        records
    }
}

/// Which places have as many points over each other as can be seen.
struct Hidden {
    cell: f64,
    most: u8,
    counts: std::collections::BTreeMap<(i32, i32), u8>,
    on: bool,
}

impl Hidden {
    fn new(on: bool, cell: f64, mark: &PointsMark) -> Self {
        let opacity = mark.flat.alpha() * if mark.shade { FAINTEST } else { 1.0 };
        let most = match opacity >= 1.0 {
            true => 1,
            false => {
                (libm::log(1.0 / 255.0) / libm::log(1.0 - opacity.max(0.02))).ceil().clamp(1.0, 250.0) as u8
            }
        };
        Self { cell, most, counts: std::collections::BTreeMap::new(), on }
    }

    /// Whether a further point at a place would not be seen; else it is counted.
    fn covers(&mut self, [x, y]: Point) -> bool {
        if !self.on {
            return false;
        }
        let count = self.counts.entry(((x / self.cell) as i32, (y / self.cell) as i32)).or_insert(0);
        let full = *count >= self.most;
        *count = count.saturating_add(1).min(self.most);
        full
    }
}
