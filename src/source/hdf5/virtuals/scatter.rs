//! Part of a source dataset into part of a virtual one.

use super::super::block::{Block, Sink};
use super::super::fault::Fault;
use super::super::runs::strides;
use super::selection::Axis;
use std::ops::Range;

/// Not selected.
const NOT: usize = usize::MAX;

/// Reads what `source`'s selection `from` gives for the part of `to` inside the box `ranges`, and
/// hands it to `sink` in the numbering of an array of `shape` that begins where the box does.
///
/// # Errors
/// If the selections do not go together, or those of reading `source`.
pub(super) fn scatter(
    source: &Block,
    from: &[Axis],
    to: &[Axis],
    (ranges, shape): (&[Range<usize>], &[usize]),
    sink: &mut dyn Sink,
) -> Result<(), Fault> {
    let pairs = pairs(from, to)?;
    let outside = from
        .iter()
        .zip(&source.extent)
        .any(|(axis, n)| axis.len() > 0 && axis.at(axis.len() - 1) >= *n as u64);
    if from.len() != source.extent.len() || outside {
        return Err(Fault::Broken(
            "a source of a virtual dataset is smaller than what is taken of it".to_owned(),
        ));
    }
    let numbers = numbers(to, ranges);
    if numbers.iter().any(Range::is_empty) {
        return Ok(());
    }
    let steps = strides(shape);
    // Axes of one index that have no partner stand still.
    let mut base = 0;
    for (axis, selected) in to.iter().enumerate() {
        if !pairs.iter().any(|(_, t)| *t == axis) {
            base += (selected.at(0) as usize - ranges[axis].start) * steps[axis];
        }
    }
    let mut hull = Vec::with_capacity(from.len());
    let mut targets = Vec::with_capacity(from.len());
    for (axis, selected) in from.iter().enumerate() {
        let Some((_, partner)) = pairs.iter().find(|(f, _)| *f == axis) else {
            let at = selected.at(0) as usize;
            hull.push(at..at + 1);
            targets.push(vec![0]);
            continue;
        };
        let numbers = &numbers[*partner];
        let first = selected.at(numbers.start) as usize;
        let end = selected.at(numbers.end - 1) as usize + 1;
        let mut target = vec![NOT; end - first];
        for k in numbers.clone() {
            let place = to[*partner].at(k) as usize - ranges[*partner].start;
            target[selected.at(k) as usize - first] = place * steps[*partner];
        }
        hull.push(first..end);
        targets.push(target);
    }
    source.visit(&hull, &mut Scatter { sink, targets, base, elem: source.elem })
}

/// The numbers of the indices of `to` that lie inside the box, per axis.
pub(super) fn numbers(to: &[Axis], ranges: &[Range<usize>]) -> Vec<Range<u64>> {
    to.iter().zip(ranges).map(|(axis, r)| axis.before(r.start as u64)..axis.before(r.end as u64)).collect()
}

/// The axes of the source and of the target that go together: those of more than one index, in order.
fn pairs(from: &[Axis], to: &[Axis]) -> Result<Vec<(usize, usize)>, Fault> {
    let long = |axes: &[Axis]| -> Vec<usize> { (0..axes.len()).filter(|i| axes[*i].len() != 1).collect() };
    let (source, target) = (long(from), long(to));
    let equal = source.len() == target.len()
        && source.iter().zip(&target).all(|(f, t)| from[*f].len() == to[*t].len());
    if !equal {
        let what = "a virtual dataset whose source has another shape than the part it is mapped to";
        return Err(Fault::Lacking(what.to_owned()));
    }
    Ok(source.into_iter().zip(target).collect())
}

struct Scatter<'a> {
    sink: &'a mut dyn Sink,
    /// Per axis of the source's box, what each index adds to the number of the target's element.
    targets: Vec<Vec<usize>>,
    base: usize,
    elem: usize,
}

impl Sink for Scatter<'_> {
    fn put(&mut self, at: usize, bytes: &[u8]) -> Result<(), Fault> {
        let Some((last, outer)) = self.targets.split_last() else { return self.sink.put(self.base, bytes) };
        let n = bytes.len() / self.elem;
        let mut done = 0;
        while done < n {
            let (mut row, column) = ((at + done) / last.len(), (at + done) % last.len());
            let run = (last.len() - column).min(n - done);
            let mut base = Some(self.base);
            for axis in outer.iter().rev() {
                let step = axis[row % axis.len()];
                base = base.filter(|_| step != NOT).map(|base| base + step);
                row /= axis.len();
            }
            if let Some(base) = base {
                let places = &last[column..column + run];
                let mut i = 0;
                while i < run {
                    let mut end = i + 1;
                    if places[i] == NOT {
                        i = end;
                        continue;
                    }
                    while end < run && places[end] == places[i] + (end - i) {
                        end += 1;
                    }
                    let piece = &bytes[(done + i) * self.elem..(done + end) * self.elem];
                    self.sink.put(base + places[i], piece)?;
                    i = end;
                }
            }
            done += run;
        }
        Ok(())
    }
}
