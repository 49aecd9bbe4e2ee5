//! Arrays without elements: what is known of an array before its data are read.
//!
//! Selections work on them as on any other; reading an element is [`DataError::Absent`]. A
//! *numbering* goes along as a coordinate and tells afterwards which positions of an axis were
//! selected.

use super::{Grid, Labelled, Part};
use crate::data::{Attrs, Coords, Dim, Dtype, IndexSet, Values};
use std::sync::Arc;

impl Labelled {
    /// An array of which no element is in memory, without coordinates.
    ///
    /// # Panics
    /// If `dims` has another length than `shape`.
    pub fn absent(dims: Vec<Dim>, shape: Vec<usize>, dtype: Dtype) -> Self {
        assert_eq!(dims.len(), shape.len(), "one dim an axis");
        let grid = Grid {
            dtype,
            splits: shape.iter().map(|n| if *n == 0 { vec![0] } else { vec![0, *n] }).collect(),
            parts: if shape.contains(&0) { Vec::new() } else { vec![None] },
        };
        Self { name: None, dims, shape, coords: Coords::new(), attrs: Attrs::new(), grid }
    }

    /// Whether it has elements that are not in memory.
    pub fn is_absent(&self) -> bool {
        self.grid.parts.iter().any(|part| part.as_ref().is_none_or(Part::is_numbering))
    }

    /// The positions along an axis of length `len`, as an array without memory: selections act on
    /// it, [`numbers`](Self::numbers) tells what is left.
    pub fn numbering(dim: Dim, len: usize) -> Self {
        let mut array = Self::absent(vec![dim], vec![len], Dtype::U8);
        for part in &mut array.grid.parts {
            let values = Arc::new(Values::U8(Vec::new().into()));
            *part = Some(Part { values, offset: 0, strides: vec![1] });
        }
        array
    }

    /// The positions that selections left of a [`numbering`](Self::numbering); `None` if it is
    /// none.
    pub fn numbers(&self) -> Option<IndexSet> {
        let cells = self.grid.cells();
        let mut set = IndexSet::empty();
        let mut singles = Vec::new();
        for (number, part) in self.grid.parts.iter().enumerate() {
            let part = part.as_ref().filter(|part| part.is_numbering())?;
            let count = self.grid.cell_shape(number, &cells).into_iter().product::<usize>();
            let stride = part.strides.first().copied().unwrap_or(1);
            if stride == 1 && count > 1 {
                set = set.union(&IndexSet::from_ranges(std::iter::once(part.offset..part.offset + count)));
            } else {
                singles.extend((0..count).map(|i| part.offset.wrapping_add_signed(stride * i as isize)));
            }
        }
        Some(set.union(&IndexSet::from_indices(singles)))
    }
}

impl Part {
    /// Whether it stands for positions instead of elements. (A real part has at least one.)
    pub(super) fn is_numbering(&self) -> bool {
        self.values.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{DataError, Pick};

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "index sets are lists of ranges")]
    fn a_numbering_tells_what_was_selected() {
        let all = Labelled::numbering("t".into(), 1_000_000_000);
        let slice = all.isel(0, &Pick::slice(Some(-100), None, Some(2), 1_000_000_000).unwrap()).unwrap();
        let few = slice.isel(0, &Pick::slice(None, Some(3), None, 50).unwrap()).unwrap();
        assert_eq!(few.numbers().unwrap(), IndexSet::from_indices([999_999_900, 999_999_902, 999_999_904]));
        let one = few.isel(0, &Pick::At(1)).unwrap();
        assert_eq!(one.numbers().unwrap().ranges(), [999_999_902..999_999_903]);
        let many = all.isel(0, &Pick::List((0..1000).map(|i| i * 7 % 501).collect())).unwrap();
        assert_eq!(many.numbers().unwrap().count(), 501);
        assert!(matches!(one.to_f64(), Err(DataError::Absent { .. })));
        assert!(matches!(one.f64_at(&[]), Err(DataError::Absent { .. })));
        assert!(all.is_absent());
    }
}
