//! Painters: a [`Scene`](super::Scene) in, bytes of a file out. They are siblings and see nothing
//! but the scene.

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// PNG, 8 bits a channel, without alpha where the background is opaque.
    Png,
}

impl Format {
    /// The format of a file extension without dot, any case.
    pub fn from_ext(ext: &str) -> Option<Self> {
        ext.eq_ignore_ascii_case("png").then_some(Self::Png)
    }
}
