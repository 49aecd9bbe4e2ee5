//! Labelled n-dimensional arrays whose values are a grid of strided parts over shared memory.
//!
//! A [`Grid`] cuts each axis at `splits` and holds one [`Part`] a cell, row-major. A part is a
//! buffer, an offset and one stride an axis (elements; 0 repeats, negative runs backwards), so:
//! slicing, transposing, broadcasting, and combining arrays of many files or universes are views.
//! A part may be absent: it was not demanded and is not in the arena; touching it is an error of
//! the planner, never a wrong number. Views are in `view`, reading elements in `read`.

mod ghost;
mod join;
mod pick;
mod read;
mod view;
mod walk;
mod window;

#[cfg(test)]
mod tests;

pub use pick::Pick;
pub use read::Run;

use super::{Attrs, Coord, Coords, Dim, Dtype, Values};
use std::sync::Arc;

/// What can go wrong with an array in memory.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// Parts that do not make an array: bounds, counts or types.
    #[error("the array's parts do not fit: {0}")]
    Parts(String),
    /// Elements were touched that are not in memory.
    #[error("elements were used that the plan did not demand (indices {at:?} of shape {shape:?})")]
    Absent {
        /// Index of the first element of the absent part.
        at: Vec<usize>,
        /// Shape of the array.
        shape: Vec<usize>,
    },
    /// An index lies outside its axis.
    #[error("index {index} is out of range for `{dim}` of length {len}")]
    OutOfRange {
        /// The axis.
        dim: Dim,
        /// The index, as asked for.
        index: i64,
        /// The axis' length.
        len: usize,
    },
    /// There is no such axis.
    #[error("there is no dimension `{dim}` among ({})", have.iter().map(Dim::as_str).collect::<Vec<_>>().join(", "))]
    NoSuchDim {
        /// The one asked for.
        dim: String,
        /// Those there are.
        have: Vec<Dim>,
    },
    /// A dim would appear twice.
    #[error("there is a dimension `{0}` already")]
    DimExists(Dim),
    /// Lengths differ where they must agree.
    #[error("`{dim}` has lengths {left} and {right}")]
    Lengths {
        /// The axis.
        dim: Dim,
        /// One length.
        left: usize,
        /// The other.
        right: usize,
    },
    /// Text where numbers are needed.
    #[error("text is not a number")]
    Text,
    /// Numbers where text is needed.
    #[error("numbers of type {0} are not text")]
    NotText(Dtype),
    /// Too many elements to be held.
    #[error("an array of shape {0:?} is too large")]
    TooLarge(Vec<usize>),
}

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
        let strides = view::row_major(&shape);
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

    /// An array from its parts (see [`Grid`]), without coordinates. Every part's box is checked to
    /// lie in its buffer, so that nothing built on it can reach outside.
    ///
    /// # Errors
    /// [`DataError::Parts`] if counts, types, splits or bounds do not fit.
    pub fn from_parts(dims: Vec<Dim>, shape: Vec<usize>, grid: Grid) -> Result<Self, DataError> {
        if dims.len() != shape.len() {
            return Err(DataError::Parts(format!("{} dims for {} axes", dims.len(), shape.len())));
        }
        for (i, dim) in dims.iter().enumerate() {
            if dims[..i].contains(dim) {
                return Err(DataError::DimExists(dim.clone()));
            }
        }
        if shape.iter().try_fold(1_isize, |n, len| n.checked_mul(isize::try_from(*len).ok()?)).is_none() {
            return Err(DataError::TooLarge(shape));
        }
        grid.check(&shape).map_err(DataError::Parts)?;
        Ok(Self { name: None, dims, shape, coords: Coords::new(), attrs: Attrs::new(), grid })
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

    /// The same with a coordinate more (or replaced).
    ///
    /// # Errors
    /// [`DataError::Lengths`] if the coordinate's axes have other lengths than the array's, and
    /// [`DataError::NoSuchDim`] if it has an axis that the array has not.
    pub fn with_coord(mut self, name: impl Into<String>, coord: Coord) -> Result<Self, DataError> {
        for (dim, right) in coord.dims.iter().zip(&coord.shape) {
            let left = self.len_of(dim.as_str()).ok_or_else(|| self.no_such_dim(dim.as_str()))?;
            if left != *right {
                return Err(DataError::Lengths { dim: dim.clone(), left, right: *right });
            }
        }
        self.coords.insert(name, coord);
        Ok(self)
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

    /// Position of a dim, or the error that names those there are.
    ///
    /// # Errors
    /// [`DataError::NoSuchDim`].
    pub fn need_axis(&self, dim: &str) -> Result<usize, DataError> {
        self.axis(dim).ok_or_else(|| self.no_such_dim(dim))
    }

    fn no_such_dim(&self, dim: &str) -> DataError {
        DataError::NoSuchDim { dim: dim.to_owned(), have: self.dims.clone() }
    }
}

impl Grid {
    /// Numbers of cells along the axes.
    pub fn cells(&self) -> Vec<usize> {
        self.splits.iter().map(|s| s.len() - 1).collect()
    }

    /// Whether the parts fit an array of this shape.
    fn check(&self, shape: &[usize]) -> Result<(), String> {
        if self.splits.len() != shape.len() {
            return Err(format!("splits of {} axes for {}", self.splits.len(), shape.len()));
        }
        for (axis, (splits, len)) in self.splits.iter().zip(shape).enumerate() {
            let rising = splits.windows(2).all(|pair| pair[0] < pair[1]);
            if splits.first() != Some(&0) || splits.last() != Some(len) || !rising {
                return Err(format!("splits {splits:?} of axis {axis} with length {len}"));
            }
        }
        let cells = self.cells();
        let count = cells.iter().try_fold(1_usize, |n, c| n.checked_mul(*c));
        if count != Some(self.parts.len()) {
            return Err(format!("{} parts for {cells:?} cells", self.parts.len()));
        }
        for (number, part) in self.parts.iter().enumerate() {
            let Some(part) = part else { continue };
            if part.values.dtype() != self.dtype {
                return Err(format!("part {number} holds {}, not {}", part.values.dtype(), self.dtype));
            }
            if part.strides.len() != shape.len() {
                return Err(format!("part {number} has {} strides", part.strides.len()));
            }
            let (mut first, mut last) = (part.offset as i128, part.offset as i128);
            let mut rest = number;
            for axis in (0..shape.len()).rev() {
                let cell = rest % cells[axis];
                rest /= cells[axis];
                let steps = (self.splits[axis][cell + 1] - self.splits[axis][cell] - 1) as i128;
                let reach = steps * part.strides[axis] as i128;
                first += reach.min(0);
                last += reach.max(0);
            }
            if first < 0 || last >= part.values.len() as i128 {
                return Err(format!(
                    "part {number} reaches elements {first}..={last} of a buffer of {}",
                    part.values.len()
                ));
            }
        }
        Ok(())
    }
}
