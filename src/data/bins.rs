//! Which of adjacent bins values belong to, and how many values each has: along one axis
//! ([`Tally`]) and along two ([`PairTally`]).
//!
//! Bins are half open and the last one is closed, to the bit as `numpy.histogram` with the same
//! edges. Where edges are evenly spaced, a bin is a rounded number, computed for many values at once;
//! what is so near an edge that rounding could be wrong is compared with the edges themselves.

/// Values that are placed together.
const BLOCK: usize = 256;
/// Few enough bins that several counters for each stay in the nearest cache.
const FEW: usize = 512;
/// Counters for each of few bins: neighbours in the data are often neighbours in value, and a
/// counter waits for its last change.
const COPIES: usize = 4;
/// Accumulators of what is the same for all values.
const LANES: usize = 8;
/// How far from evenly spaced edges may be, in bins.
const DOUBT: f64 = 1.0 / (1 << 20) as f64;
/// Added to a number it leaves the nearest whole one in the lowest bits.
const WHOLE: f64 = 6_755_399_441_055_744.0; // 1.5 · 2^52

/// Adjacent bins.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    edges: Vec<f64>,
    /// Bins per unit, where they are evenly spaced.
    scale: Option<f64>,
}

impl Bins {
    /// Bins between `edges`, which do not fall. Without two edges there are no bins.
    pub fn new(edges: Vec<f64>) -> Self {
        let scale = even(&edges);
        Self { edges, scale }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Their edges, one more than bins.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// Gives back the edges.
    pub fn into_edges(self) -> Vec<f64> {
        self.edges
    }

    /// The bin of a value; `None` for NaN and for what is outside.
    pub fn place(&self, value: f64) -> Option<usize> {
        let (first, last) = (self.edges.first()?, self.edges.last()?);
        let inside = value >= *first && value <= *last && !self.is_empty();
        inside.then(|| self.edges.partition_point(|edge| *edge <= value).min(self.len()).saturating_sub(1))
    }

    /// Nothing counted yet.
    pub fn tally(&self) -> Tally<'_> {
        let copies = if self.len() <= FEW { COPIES } else { 1 };
        Tally { bins: self, counts: vec![0; (self.len() + 2) * copies] }
    }

    /// Where values are: 0 for what is under all bins and for NaN, 1 for the first bin, and so on,
    /// one more than bins for what is over them.
    fn places(&self, values: &[f64], places: &mut [f64]) {
        let (Some(scale), [low, .., _]) = (self.scale, self.edges.as_slice()) else {
            for (place, value) in places.iter_mut().zip(values) {
                *place = self.exact(*value);
            }
            return;
        };
        let over = (self.len() + 1) as f64;
        let mut away = [0.0; LANES];
        let place = |value: f64, away: &mut f64| {
            let place = (value - low) * scale + 0.5;
            let place = if place > 0.0 { place } else { 0.0 };
            let place = if place < over { place } else { over };
            let whole = (place + WHOLE) - WHOLE;
            let off = (place - whole).abs();
            *away = if off > *away { off } else { *away };
            whole
        };
        let (chunks, rest) = values.as_chunks::<LANES>();
        let (whole, tail) = places.as_chunks_mut::<LANES>();
        for (places, values) in whole.iter_mut().zip(chunks) {
            for ((out, value), away) in places.iter_mut().zip(values).zip(&mut away) {
                *out = place(*value, away);
            }
        }
        for ((out, value), away) in tail.iter_mut().zip(rest).zip(&mut away) {
            *out = place(*value, away);
        }
        if away.iter().any(|away| *away > 0.5 - DOUBT) {
            for (place, value) in places.iter_mut().zip(values) {
                *place = self.beside(*place as usize, *value);
            }
        }
    }

    /// The place of a value, by search.
    fn exact(&self, value: f64) -> f64 {
        match self.place(value) {
            Some(bin) => (bin + 1) as f64,
            None if self.edges.last().is_some_and(|last| value > *last) => (self.len() + 1) as f64,
            None => 0.0,
        }
    }

    /// The place of a value that is one away from it at most.
    fn beside(&self, guess: usize, value: f64) -> f64 {
        let bins = self.len();
        // What is at the last edge is in the last bin.
        if value == self.edges[bins] {
            return bins as f64;
        }
        let under = guess > 0 && value < self.edges[guess - 1];
        let over = guess <= bins && value >= self.edges[guess];
        (guess + usize::from(over) - usize::from(under)) as f64
    }
}

/// How many values each bin has.
#[derive(Clone, Debug)]
pub struct Tally<'a> {
    bins: &'a Bins,
    /// One or more counters a place.
    counts: Vec<u64>,
}

impl Tally<'_> {
    /// Counts values. NaN and what is outside are in no bin.
    pub fn add(&mut self, values: &[f64]) {
        let room = self.bins.len() + 2;
        let (mut places, mut at) = ([0.0; BLOCK], [0_u32; BLOCK]);
        for block in values.chunks(BLOCK) {
            let (places, at) = (&mut places[..block.len()], &mut at[..block.len()]);
            self.bins.places(block, places);
            for (at, place) in at.iter_mut().zip(places) {
                *at = (*place + WHOLE).to_bits() as u32;
            }
            let mut rest: &[u32] = at;
            if self.counts.len() > room {
                let (fours, tail) = at.as_chunks::<COPIES>();
                for four in fours {
                    for (copy, at) in four.iter().enumerate() {
                        self.counts[copy * room + *at as usize] += 1;
                    }
                }
                rest = tail;
            }
            rest.iter().for_each(|at| self.counts[*at as usize] += 1);
        }
    }

    /// The counts, one a bin.
    pub fn finish(self) -> Vec<u64> {
        let room = self.bins.len() + 2;
        let mut counts = vec![0; self.bins.len()];
        for copy in self.counts.chunks(room) {
            counts.iter_mut().zip(&copy[1..]).for_each(|(count, more)| *count += more);
        }
        counts
    }
}

/// How many pairs each cell of a grid has.
#[derive(Clone, Debug)]
pub struct PairTally<'a> {
    bins: [&'a Bins; 2],
    /// One counter for each two places: small, so that more of them stay near.
    counts: Vec<u32>,
    /// Pairs that those may still count.
    left: usize,
    /// What they counted before, one a cell.
    before: Option<Vec<u64>>,
}

impl<'a> PairTally<'a> {
    /// Nothing counted yet in the cells of `columns` (for x) and `rows` (for y).
    pub fn new(columns: &'a Bins, rows: &'a Bins) -> Self {
        let counts = vec![0; (columns.len() + 2) * (rows.len() + 2)];
        Self { bins: [columns, rows], counts, left: u32::MAX as usize, before: None }
    }

    /// Counts pairs; what has no bin along one axis is in no cell.
    pub fn add(&mut self, x: &[f64], y: &[f64]) {
        let width = (self.bins[0].len() + 2) as f64;
        let (mut across, mut up, mut at) = ([0.0; BLOCK], [0.0; BLOCK], [0_u32; BLOCK]);
        for (x, y) in x.chunks(BLOCK).zip(y.chunks(BLOCK)) {
            let len = x.len().min(y.len());
            let (across, up, at) = (&mut across[..len], &mut up[..len], &mut at[..len]);
            self.bins[0].places(&x[..len], across);
            self.bins[1].places(&y[..len], up);
            for ((at, across), up) in at.iter_mut().zip(across).zip(up) {
                *at = (*up * width + *across + WHOLE).to_bits() as u32;
            }
            if len > self.left {
                self.before = Some(self.cells());
                self.counts.fill(0);
                self.left = u32::MAX as usize;
            }
            self.left -= len;
            at.iter().for_each(|at| self.counts[*at as usize] += 1);
        }
    }

    /// The counts, a row for each bin of the rows.
    fn cells(&self) -> Vec<u64> {
        let [columns, rows] = self.bins.map(Bins::len);
        let lines = self.counts.chunks(columns + 2).skip(1).take(rows);
        let inner = lines.flat_map(|line| &line[1..=columns]).map(|count| u64::from(*count));
        match &self.before {
            Some(before) => inner.zip(before).map(|(count, before)| count + before).collect(),
            None => inner.collect(),
        }
    }

    /// The counts, row-major: a row for each bin of the rows.
    pub fn finish(self) -> Vec<u64> {
        self.cells()
    }
}

/// Bins per unit, if the edges are where multiples of it are. Places rise with values, however they
/// round, so that a value which is placed further than [`DOUBT`] from an edge is on that side of it.
fn even(edges: &[f64]) -> Option<f64> {
    let [low, .., high] = edges else { return None };
    let bins = edges.len() - 1;
    let scale = bins as f64 / (high - low);
    let near = |(i, edge): (usize, &f64)| ((edge - low) * scale - i as f64).abs() < DOUBT / 2.0;
    (scale.is_finite() && bins < 1 << 31 && edges.iter().enumerate().all(near)).then_some(scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(n: usize) -> Vec<f64> {
        let mut state = 3_u64;
        (0..n)
            .map(|i| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                match i % 50 {
                    7 => f64::NAN,
                    8 => f64::INFINITY,
                    9 => -1e300,
                    10 => (state >> 60) as f64,
                    _ => (state >> 11) as f64 / (1_u64 << 53) as f64 * 18.0 - 1.0,
                }
            })
            .collect()
    }

    /// Expected: one value at a time, by search among the edges.
    #[test]
    fn values_go_where_a_search_among_the_edges_finds_them() {
        let even = |low: f64, high: f64, n: usize| -> Vec<f64> {
            (0..=n).map(|i| low + (high - low) * i as f64 / n as f64).collect()
        };
        let values = values(3001);
        for edges in [
            even(0.0, 16.0, 16),
            even(0.0, 15.0, 10),
            even(0.1, 0.7, 7),
            even(-0.3, 14.9, 1000),
            even(1e9, 1e9 + 1e-6, 100),
            even(-1.7e308, 1.7e308, 4),
            vec![0.0, 1.0, 1.0, 4.0, 9.0],
            vec![3.0, 3.0],
            vec![3.0],
            Vec::new(),
        ] {
            let bins = Bins::new(edges.clone());
            let mut expected = vec![0; bins.len()];
            let on_edges: Vec<f64> = edges.iter().flat_map(|e| [*e, e.next_up(), e.next_down()]).collect();
            for values in [&values, &on_edges] {
                for bin in values.iter().filter_map(|v| bins.place(*v)) {
                    expected[bin] += 1;
                }
            }
            let mut tally = bins.tally();
            tally.add(&values);
            tally.add(&on_edges);
            assert_eq!(tally.finish(), expected, "{edges:?}");
        }
        assert!(Bins::new(even(0.0, 15.0, 10)).scale.is_some());
        assert!(Bins::new(even(1e9, 1e9 + 1e-6, 100)).scale.is_none());
    }

    /// Expected: `numpy.histogram2d` of the same numbers.
    #[test]
    fn pairs_are_counted_as_in_numpy() {
        let x = [0.0, 0.5, 1.0, 1.5, 2.0, 2.0, f64::NAN, -0.1, 0.25];
        let y = [0.0, 1.0, 0.25, 2.9, 3.0, 3.1, 1.0, 1.0, f64::NAN];
        let (columns, rows) = (Bins::new(vec![0.0, 1.0, 2.0]), Bins::new(vec![0.0, 1.0, 2.0, 3.0]));
        let mut tally = PairTally::new(&columns, &rows);
        // As if the counters were small: they are emptied on the way.
        tally.add(&x[..4], &y[..4]);
        tally.left = 2;
        tally.add(&x[4..], &y[4..]);
        assert!(tally.before.is_some());
        assert_eq!(tally.finish(), [1, 1, 1, 0, 0, 2]);
    }
}
