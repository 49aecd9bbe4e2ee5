//! From where the axes of three dimensions are seen.

/// Lengths of the three axes of the box.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum BoxAspect {
    /// matplotlib's 4 : 4 : 3.
    #[default]
    Usual,
    /// A unit of the data is equally long along all of them.
    Equal,
    /// These, in any unit, all above 0.
    Ratio([f64; 3]),
}

/// A view of a box of data. Its default is matplotlib's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Degrees above the plane of x and y.
    pub elevation: f64,
    /// Degrees around the z axis.
    pub azimuth: f64,
    /// Degrees by which the camera is turned around where it looks.
    pub roll: f64,
    /// Focal length of the perspective, above 0; `None` is a parallel projection.
    pub focal_length: Option<f64>,
    /// Shape of the box.
    pub box_aspect: BoxAspect,
    /// Whether nearer marks are drawn over farther ones, whatever their order.
    pub by_depth: bool,
}

impl Default for View {
    fn default() -> Self {
        Self {
            elevation: 30.0,
            azimuth: -60.0,
            roll: 0.0,
            focal_length: Some(1.0),
            box_aspect: BoxAspect::Usual,
            by_depth: true,
        }
    }
}

/// How many faces a surface has, and how they look.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SurfaceOptions {
    /// Most faces along rows and columns of the data; `None` is 50.
    pub counts: [Option<usize>; 2],
    /// Every how many rows and columns a face begins, instead.
    pub strides: [Option<usize>; 2],
    /// Whether faces are lit; `None`: those of one colour are.
    pub shade: Option<bool>,
}
