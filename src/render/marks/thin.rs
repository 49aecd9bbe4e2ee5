//! Lines of any number of points as what of them can be seen: of each stretch inside one pixel
//! column the first, lowest, highest and last point in their order, which paint the same pixels (M4,
//! Jugel et al., VLDB 2014), and nothing far outside the frame. Memory is for what is kept.

use crate::render::scale::Mapping;
use crate::render::series::{Series, Window};

/// Points that are looked at together.
const WINDOW: usize = 2048;
/// Fewer points of one column are taken one by one.
const FEW: usize = 16;

/// A datum and its position, 0–1 along each axis inside the frame.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Vertex {
    data: (f64, f64),
    at: [f64; 2],
}

/// The stretch inside one pixel column so far; points with their numbers.
struct Column {
    number: f64,
    first: (usize, Vertex),
    low: (usize, Vertex),
    high: (usize, Vertex),
    last: (usize, Vertex),
}

impl Column {
    fn new(number: f64, point: (usize, Vertex)) -> Self {
        Self { number, first: point, low: point, high: point, last: point }
    }

    fn add(&mut self, point: (usize, Vertex)) {
        if point.1.at[1] < self.low.1.at[1] {
            self.low = point;
        }
        if point.1.at[1] > self.high.1.at[1] {
            self.high = point;
        }
        self.last = point;
    }

    fn picks(self, kept: &mut Vec<Vertex>) {
        let (a, b) = if self.low.0 <= self.high.0 { (self.low, self.high) } else { (self.high, self.low) };
        let mut before = None;
        for (number, vertex) in [self.first, a, b, self.last] {
            if before != Some(number) {
                kept.push(vertex);
            }
            before = Some(number);
        }
    }
}

/// Takes points and hands on polylines in data units. Runs without missing values that are short for
/// the frame stay as they are.
pub(super) struct Thin<F> {
    mappings: [Mapping; 2],
    columns: f64,
    /// Runs of fewer points are taken as they are.
    pub(super) few: f64,
    /// Points of the present run.
    seen: usize,
    /// All of them while they are few, then what is kept.
    kept: Vec<Vertex>,
    column: Option<Column>,
    emit: F,
}

impl<F: FnMut(Piece)> Thin<F> {
    /// For a frame so many pixels wide.
    pub(super) fn new(mappings: [Mapping; 2], columns: f64, emit: F) -> Self {
        Self { mappings, columns, few: 8.0 * columns, seen: 0, kept: Vec::new(), column: None, emit }
    }

    /// The next point.
    pub(super) fn point(&mut self, x: f64, y: f64) {
        let at = [self.mappings[0].position(x), self.mappings[1].position(y)];
        if at[0].is_finite() && at[1].is_finite() {
            self.vertex(Vertex { data: (x, y), at });
        } else {
            self.finish();
        }
    }

    /// The points of a line, which goes on where the last ended.
    pub(super) fn line(&mut self, x: &Series, y: &Series) {
        windows(x, y, |x, y, len| self.window(x, y, len));
    }

    /// The run ends.
    pub(super) fn finish(&mut self) {
        if let Some(column) = self.column.take() {
            column.picks(&mut self.kept);
        }
        if self.kept.len() > 1 {
            for piece in clipped(&self.mappings, &self.kept) {
                (self.emit)(piece);
            }
        }
        self.kept.clear();
        self.seen = 0;
    }

    fn few(&self) -> bool {
        (self.seen as f64) < self.few
    }

    fn column_of(&self, x: f64) -> f64 {
        (x * self.columns).floor()
    }

    fn vertex(&mut self, vertex: Vertex) {
        self.seen += 1;
        if self.few() {
            self.kept.push(vertex);
            return;
        }
        if self.column.is_none() {
            for (number, vertex) in std::mem::take(&mut self.kept).into_iter().enumerate() {
                self.thin((number, vertex));
            }
        }
        self.thin((self.seen - 1, vertex));
    }

    fn thin(&mut self, point: (usize, Vertex)) {
        let number = self.column_of(point.1.at[0]);
        match &mut self.column {
            Some(column) if column.number == number => column.add(point),
            column => {
                if let Some(done) = column.replace(Column::new(number, point)) {
                    done.picks(&mut self.kept);
                }
            }
        }
    }

    fn window(&mut self, x: Window<'_>, y: Window<'_>, len: usize) {
        let [along, up] = self.mappings;
        let ends = [x.at(0), x.at(len - 1)].map(|x| along.position(x));
        let sorted = x.rises(len) && ends.iter().all(|end| end.is_finite());
        let mut from = 0;
        while from < len {
            let column = self.column_of(along.position(x.at(from)));
            let mut until = from + 1;
            if sorted && self.column.is_some() {
                // Positions rise or fall with x: what is in this column is at the front.
                let mut beyond = len;
                while until < beyond {
                    let middle = until.midpoint(beyond);
                    if self.column_of(along.position(x.at(middle))) == column {
                        until = middle + 1;
                    } else {
                        beyond = middle;
                    }
                }
            }
            let ends = if until - from < FEW { None } else { y.extremes(from..until) };
            let positions = ends.map(|ends| ends.map(|y| up.position(y)));
            match (ends, positions) {
                (Some(ends), Some([a, b])) if a.is_finite() && b.is_finite() => {
                    let ends = if a <= b { ends } else { [ends[1], ends[0]] };
                    self.stretch(x, y, from..until, ends);
                }
                _ => (from..until).for_each(|i| self.point(x.at(i), y.at(i))),
            }
            from = until;
        }
    }

    /// Points in one column of which none is missing; `ends` are the values with the lowest and the
    /// highest position.
    fn stretch(&mut self, x: Window<'_>, y: Window<'_>, range: std::ops::Range<usize>, ends: [f64; 2]) {
        let [along, up] = self.mappings;
        let number = self.seen;
        let point = |i: usize| {
            let data = (x.at(i), y.at(i));
            let at = [along.position(data.0), up.position(data.1)];
            (number + (i - range.start), Vertex { data, at })
        };
        let (first, last) = (point(range.start), point(range.end - 1));
        self.seen += range.len();
        self.thin(first);
        let Some(column) = &mut self.column else { return };
        let find = |value: f64| range.clone().find(|i| y.at(*i) == value).map(point);
        if up.position(ends[0]) < column.low.1.at[1] {
            column.low = find(ends[0]).unwrap_or(column.low);
        }
        if up.position(ends[1]) > column.high.1.at[1] {
            column.high = find(ends[1]).unwrap_or(column.high);
        }
        column.last = last;
    }
}

/// Calls `f` with the numbers of two series, some at a time.
pub(super) fn windows(x: &Series, y: &Series, mut f: impl FnMut(Window<'_>, Window<'_>, usize)) {
    let (mut xs, mut ys) = (Vec::new(), Vec::new());
    let len = x.len().min(y.len());
    let mut from = 0;
    while from < len {
        let until = len.min(from + WINDOW);
        f(x.window(from..until, &mut xs), y.window(from..until, &mut ys), until - from);
        from = until;
    }
}

/// A polyline in data units.
type Piece = Vec<(f64, f64)>;

/// The parts of a polyline within one frame's length around the frame; what is cut off would only
/// be clipped, with positions past all numbers (Liang and Barsky, 1984).
fn clipped(mappings: &[Mapping; 2], run: &[Vertex]) -> Vec<Piece> {
    const BOX: [f64; 2] = [-1.0, 2.0];
    let inside = |v: &Vertex| v.at.iter().all(|p| *p >= BOX[0] && *p <= BOX[1]);
    if run.iter().all(inside) {
        return vec![run.iter().map(|v| v.data).collect()];
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let mut piece = Piece::new();
    for pair in run.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for axis in 0..2 {
            let step = b.at[axis] - a.at[axis];
            if step == 0.0 {
                if a.at[axis] < BOX[0] || a.at[axis] > BOX[1] {
                    leave = -1.0;
                }
                continue;
            }
            let (s, t) = ((BOX[0] - a.at[axis]) / step, (BOX[1] - a.at[axis]) / step);
            enter = enter.max(s.min(t));
            leave = leave.min(s.max(t));
        }
        if enter > leave {
            if piece.len() > 1 {
                pieces.push(std::mem::take(&mut piece));
            }
            piece.clear();
            continue;
        }
        let cut = |t: f64| {
            let at = |axis: usize| a.at[axis] + t * (b.at[axis] - a.at[axis]);
            (mappings[0].value(at(0)), mappings[1].value(at(1)))
        };
        if piece.is_empty() {
            piece.push(if enter > 0.0 { cut(enter) } else { a.data });
        }
        if leave < 1.0 {
            piece.push(cut(leave));
            pieces.push(std::mem::take(&mut piece));
        } else {
            piece.push(b.data);
        }
    }
    if piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::chart::Scale;

    fn thinned(x: impl Into<Series>, y: &[f64], limits: [[f64; 2]; 2], columns: f64) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mappings = limits.map(|limits| Mapping::new(Scale::Linear, limits));
        let mut thin = Thin::new(mappings, columns, |piece| pieces.push(piece));
        thin.line(&x.into(), &y.to_vec().into());
        thin.finish();
        pieces
    }

    #[test]
    fn decimation_keeps_every_spike_and_both_ends() {
        let spiked = |i: usize| if i == 31_234 { 9.0 } else { (i % 7) as f64 / 7.0 };
        let (x, y): (Vec<f64>, Vec<f64>) = (0..100_000).map(|i| (i as f64, spiked(i))).unzip();
        let limits = [[0.0, 99_999.0], [0.0, 9.0]];
        let pieces = thinned(x.clone(), &y, limits, 100.0);
        assert_eq!(pieces.len(), 1);
        let kept = &pieces[0];
        assert!(kept.len() <= 4 * 101, "{}", kept.len());
        assert!(kept.contains(&(31_234.0, 9.0)));
        assert_eq!((kept[0].0, kept[kept.len() - 1].0), (0.0, 99_999.0));
        assert!(kept.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        assert_eq!(thinned(Series::Count(100_000), &y, limits, 100.0), pieces);
        // Few points stay as they are.
        assert_eq!(thinned(x[..700].to_vec(), &y[..700], limits, 100.0)[0].len(), 700);
    }

    /// Expected: points one by one.
    #[test]
    fn whole_windows_give_what_single_points_give() {
        let mut state = 7_u64;
        let mut random = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / (1_u64 << 31) as f64
        };
        let n = 50_000;
        let y: Vec<f64> = (0..n).map(|i| if i % 9001 == 5 { f64::NAN } else { random() }).collect();
        let rising: Vec<f64> = (0..n).map(|i| i as f64 / n as f64).collect();
        let falling: Vec<f64> = rising.iter().map(|x| 1.0 - x).collect();
        let anyhow: Vec<f64> = (0..n).map(|_| random()).collect();
        for x in [rising, falling, anyhow] {
            for limits in [[[0.0, 1.0], [0.0, 1.0]], [[1.0, 0.0], [1.0, -1.0]], [[0.3, 0.4], [0.2, 0.3]]] {
                let mut single = Vec::new();
                let mappings = limits.map(|limits| Mapping::new(Scale::Linear, limits));
                let mut thin = Thin::new(mappings, 50.0, |piece| single.push(piece));
                x.iter().zip(&y).for_each(|(x, y)| thin.point(*x, *y));
                thin.finish();
                assert_eq!(thinned(x.clone(), &y, limits, 50.0), single, "{limits:?}");
            }
        }
    }
}
