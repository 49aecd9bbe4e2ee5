//! Which leaves hold the coordinates of an array, from metadata alone.

use super::{ArrayNode, CoordSource, SourceError, Tree};
use crate::data::{Coord, Demand, Dim, Dtype, LeafDemand};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What stands at a path of an arena.
#[derive(Clone, Debug)]
pub enum Held {
    /// An array of a file.
    Array(Arc<ArrayNode>),
    /// A coordinate that a reader made from attributes, at `leaf@name`.
    Inline(Coord),
}

impl Held {
    /// Element type.
    pub fn dtype(&self) -> Dtype {
        match self {
            Self::Array(array) => array.dtype,
            Self::Inline(coord) => coord.dtype(),
        }
    }

    /// Names of the axes.
    pub fn dims(&self) -> &[Dim] {
        match self {
            Self::Array(array) => &array.dims,
            Self::Inline(coord) => &coord.dims,
        }
    }

    /// Lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        match self {
            Self::Array(array) => &array.shape,
            Self::Inline(coord) => &coord.shape,
        }
    }
}

impl Tree {
    /// What is at a path: an array, or for `leaf@name` the coordinate of an array that was made from
    /// attributes.
    ///
    /// # Errors
    /// As [`array`](Self::array).
    pub fn held(&self, path: &str) -> Result<Held, SourceError> {
        let error = match self.array(path) {
            Ok(array) => return Ok(Held::Array(array.clone())),
            Err(error) => error,
        };
        let inline = path.rsplit_once('@').and_then(|(leaf, name)| {
            let array = self.array(leaf).ok()?;
            array.coords.iter().find_map(|(key, source)| match source {
                CoordSource::Inline(coord) if key == name => Some(coord.clone()),
                _ => None,
            })
        });
        inline.map(Held::Inline).ok_or(error)
    }

    /// The coordinates of `array`, which is at `path`: their names and the paths that they are at. A
    /// coordinate that does not fit the axes is left out (its reader has warned); one that cannot be
    /// read is not.
    pub fn coord_paths(&self, path: &str, array: &ArrayNode) -> Vec<(String, String)> {
        let mut found = Vec::with_capacity(array.coords.len());
        for (name, source) in &array.coords {
            let (at, fits) = match source {
                CoordSource::Inline(coord) => {
                    (format!("{path}@{name}"), array.is_labelled_by(name, &coord.dims, &coord.shape))
                }
                CoordSource::Leaf(at) => {
                    let fits = self
                        .array(at)
                        .map_or(true, |coord| array.is_labelled_by(name, &coord.dims, &coord.shape));
                    (at.clone(), fits)
                }
            };
            if fits {
                found.push((name.clone(), at));
            }
        }
        found
    }

    /// `demand`, and all of each coordinate of its leaves as an entry of its own. Those that cannot be
    /// read have no elements.
    #[must_use]
    pub fn with_coords(&self, demand: &Demand) -> Demand {
        let mut all = BTreeMap::new();
        for path in demand.0.keys() {
            let Ok(array) = self.array(path) else { continue };
            for (_, at) in self.coord_paths(path, array) {
                let part =
                    self.held(&at).map_or(LeafDemand(Vec::new()), |held| LeafDemand::all(held.shape()));
                all.insert(at, part);
            }
        }
        for (path, part) in &demand.0 {
            all.entry(path.clone()).or_insert_with(|| part.clone());
        }
        Demand(all)
    }
}

impl ArrayNode {
    /// Whether a coordinate with these axes of its own lies along axes of this array.
    fn is_labelled_by(&self, name: &str, dims: &[Dim], shape: &[usize]) -> bool {
        let dims = self.coord_dims(name, dims, shape);
        dims.iter()
            .zip(shape)
            .all(|(dim, len)| self.dims.iter().zip(&self.shape).any(|(d, n)| d == dim && n == len))
    }
}
