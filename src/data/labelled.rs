//! Labelled n-dimensional arrays whose values are a grid of strided parts over shared memory.
//!
//! A [`Grid`] cuts each axis at `splits` and holds one [`Part`] a cell, row-major. A part is a
//! buffer, an offset and one stride an axis (elements; 0 repeats, negative runs backwards), so:
//! slicing, transposing, broadcasting, and combining arrays of many files or universes are views.
//! A part may be absent: it was not demanded and is not in the arena; touching it is an error of
//! the planner, never a wrong number.

use super::{Attrs, Coords, Dim, Dtype, Values};
use std::sync::Arc;

/// One cell of a [`Grid`].
#[derive(Clone, Debug)]
pub struct Part {
    /// The buffer that holds (at least) the elements.
    pub values: Arc<Values>,
    /// Element of the buffer at index 0 along every axis.
    pub offset: usize,
    /// Elements from one index to the next, per axis.
    pub strides: Vec<isize>,
}

/// The values of an array.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Type of all parts.
    pub dtype: Dtype,
    /// Per axis where parts begin and the axis ends: `[0, …, n]`, strictly rising; `[0]` for n = 0.
    pub splits: Vec<Vec<usize>>,
    /// The parts, row-major over the cells; `None` is absent. One part for no axes.
    pub parts: Vec<Option<Part>>,
}

/// An n-dimensional array with named dims, coordinates and attributes. Cloning shares the values.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// The array's name, if it has one.
    pub name: Option<String>,
    /// Names of the axes, outermost first.
    pub dims: Vec<Dim>,
    /// Lengths of the axes.
    pub shape: Vec<usize>,
    /// Coordinates.
    pub coords: Coords,
    /// Attributes (`units`, `long_name`, …).
    pub attrs: Attrs,
    /// Values.
    pub grid: Grid,
}

/// Several arrays by name that share dims and coordinates, in order; as xarray's Dataset.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    /// The variables.
    pub vars: Vec<(String, Labelled)>,
    /// Attributes.
    pub attrs: Attrs,
}

impl Labelled {
    /// An array over one contiguous row-major buffer, without coordinates.
    ///
    /// # Panics
    /// If `values` has not as many elements as `shape` says, or `dims` another length.
    pub fn contiguous(dims: Vec<Dim>, shape: Vec<usize>, values: Values) -> Self {
        assert_eq!(dims.len(), shape.len(), "one dim an axis");
        assert_eq!(values.len(), shape.iter().product::<usize>(), "as many values as the shape says");
        let mut strides = vec![1_isize; shape.len()];
        for axis in (1..shape.len()).rev() {
            strides[axis - 1] = strides[axis] * shape[axis] as isize;
        }
        let grid = Grid {
            dtype: values.dtype(),
            splits: shape.iter().map(|n| if *n == 0 { vec![0] } else { vec![0, *n] }).collect(),
            parts: if shape.contains(&0) {
                Vec::new()
            } else {
                vec![Some(Part { values: Arc::new(values), offset: 0, strides })]
            },
        };
        Self { name: None, dims, shape, coords: Coords::new(), attrs: Attrs::new(), grid }
    }

    /// A zero-dimensional array.
    pub fn scalar(values: Values) -> Self {
        Self::contiguous(Vec::new(), Vec::new(), values)
    }

    /// The same under another name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Number of axes.
    pub fn ndim(&self) -> usize {
        self.dims.len()
    }

    /// Number of elements.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// Element type.
    pub fn dtype(&self) -> Dtype {
        self.grid.dtype
    }

    /// Position of a dim.
    pub fn axis(&self, dim: &str) -> Option<usize> {
        self.dims.iter().position(|d| d == dim)
    }

    /// Length along a dim.
    pub fn len_of(&self, dim: &str) -> Option<usize> {
        self.axis(dim).map(|axis| self.shape[axis])
    }
}
