//! Coordinates: the labels of axes, and other arrays that describe positions.

use super::{Dim, Labelled};
use std::sync::Arc;

/// One coordinate: a small labelled array without coordinates of its own. Along one dim it labels
/// that axis; without dims it is a scalar coordinate (left by a selection); with two it is
/// curvilinear.
pub type Coord = Arc<Labelled>;

/// Coordinates by name, in order. A coordinate named like one of the dims is that dim's index.
#[derive(Clone, Debug, Default)]
pub struct Coords(Vec<(String, Coord)>);

impl Coords {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// The coordinate of this name.
    pub fn get(&self, name: &str) -> Option<&Coord> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, coord)| coord)
    }

    /// The labels of an axis: the one-dimensional coordinate that is named like its dim.
    pub fn index(&self, dim: &Dim) -> Option<&Coord> {
        self.get(dim.as_str()).filter(|coord| coord.dims.len() == 1 && coord.dims[0] == *dim)
    }

    /// Sets a coordinate; one of that name keeps its position.
    pub fn insert(&mut self, name: impl Into<String>, coord: Coord) {
        let name = name.into();
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => *old = coord,
            None => self.0.push((name, coord)),
        }
    }

    /// Removes a coordinate and returns it.
    pub fn remove(&mut self, name: &str) -> Option<Coord> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(at).1)
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Coord)> {
        self.0.iter().map(|(key, coord)| (key.as_str(), coord))
    }

    /// Number of coordinates.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, Coord)> for Coords {
    fn from_iter<I: IntoIterator<Item = (String, Coord)>>(items: I) -> Self {
        let mut coords = Self::new();
        for (name, coord) in items {
            coords.insert(name, coord);
        }
        coords
    }
}
