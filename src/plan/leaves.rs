//! The tree's metadata as [`transform::reach`](crate::transform::reach) wants them.

use crate::data::Coord;
use crate::diag::Diagnostic;
use crate::source::{CoordSource, Tree};
use crate::transform::{CoordInfo, LeafInfo, Leaves};

impl Leaves for Tree {
    fn info(&self, path: &str) -> Result<LeafInfo, Diagnostic> {
        let array = self.array(path).map_err(|error| error.to_diagnostic())?;
        let mut coords = Vec::with_capacity(array.coords.len());
        for (name, source) in &array.coords {
            let (dims, shape, dtype) = match source {
                CoordSource::Inline(coord) => (coord.dims.clone(), coord.shape.clone(), coord.dtype()),
                CoordSource::Leaf(leaf) => {
                    let coord = self.array(leaf).map_err(|error| error.to_diagnostic())?;
                    (array.coord_dims(name, &coord.dims, &coord.shape), coord.shape.clone(), coord.dtype)
                }
            };
            coords.push(CoordInfo { name: name.clone(), dims, shape, dtype });
        }
        Ok(LeafInfo { dtype: array.dtype, dims: array.dims.clone(), shape: array.shape.clone(), coords })
    }

    fn coord(&self, path: &str, name: &str) -> Result<Option<Coord>, Diagnostic> {
        Tree::coord(self, path, name).map_err(|error| error.to_diagnostic())
    }
}
