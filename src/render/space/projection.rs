//! Data to the picture plane: matplotlib's `proj3d` and `Axes3D.get_proj`.

use crate::render::chart::{BoxAspect, View};
use crate::render::scale::Mapping;

/// Distance of the camera, in the unit of the box (matplotlib's).
const DISTANCE: f64 = 10.0;

/// Length of the box's diagonal (matplotlib's, tuned there to look as its version 3.2).
const DIAGONAL: f64 = 1.829_464_072_162_043_4 * 25.0 / 24.0;

/// How far the picture plane reaches from its middle: to the lower left, to the upper right.
const PLANE: [f64; 2] = [0.95 / DISTANCE, 0.9 / DISTANCE];

/// A point in space: in data units, or in units of the box (0–1 from its first corner).
pub(in crate::render) type Place = [f64; 3];

/// A view of a box between limits.
#[derive(Clone, Debug)]
pub(in crate::render) struct Projection {
    maps: [Mapping; 3],
    aspect: [f64; 3],
    eye: Place,
    /// To the right, up, and out of the picture.
    basis: [Place; 3],
    focal_length: Option<f64>,
    /// Along each axis, whether the face of the box that is farther away is the one at 1.
    pub(super) behind: [bool; 3],
}

fn dot(a: Place, b: Place) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The cross product.
pub(super) fn cross(a: Place, b: Place) -> Place {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The vector of length 1 of this direction; NaN without a direction.
pub(super) fn normalized(v: Place) -> Place {
    let length = dot(v, v).sqrt();
    v.map(|part| part / length)
}

/// The cosine between two vectors of length 1.
pub(super) fn cosine(a: Place, b: Place) -> f64 {
    dot(a, b)
}

impl Projection {
    pub(in crate::render) fn new(view: &View, maps: [Mapping; 3]) -> Self {
        let lengths = match view.box_aspect {
            BoxAspect::Usual => [4.0, 4.0, 3.0],
            BoxAspect::Ratio(ratio) => ratio,
            BoxAspect::Equal => maps.map(|map| {
                let [a, b] = map.limits.map(|limit| map.scale.forward(limit));
                (b - a).abs()
            }),
        };
        let diagonal = dot(lengths, lengths).sqrt();
        let usable = diagonal.is_finite() && lengths.iter().all(|length| *length > 0.0);
        let (lengths, diagonal) = if usable { (lengths, diagonal) } else { ([1.0; 3], 3.0_f64.sqrt()) };
        let aspect = lengths.map(|length| length * DIAGONAL / diagonal);
        let [elevation, azimuth, roll] = [view.elevation, view.azimuth, view.roll].map(f64::to_radians);
        let out = [
            libm::cos(elevation) * libm::cos(azimuth),
            libm::cos(elevation) * libm::sin(azimuth),
            libm::sin(elevation),
        ];
        let distance = DISTANCE * view.focal_length.unwrap_or(1.0);
        let eye = [0, 1, 2].map(|i| 0.5 * aspect[i] + distance * out[i]);
        let w = normalized(out);
        // Past the poles the camera would stand on its head.
        let turned = (view.elevation + 180.0).rem_euclid(360.0) - 180.0;
        let vertical = [0.0, 0.0, if turned.abs() > 90.0 { -1.0 } else { 1.0 }];
        let mut u = normalized(cross(vertical, w));
        let mut v = cross(w, u);
        if roll != 0.0 {
            let (sin, cos) = (libm::sin(-roll), libm::cos(-roll));
            let turn = |a: Place| {
                let (side, along) = (cross(w, a), dot(w, a) * (1.0 - cos));
                [0, 1, 2].map(|i| a[i] * cos + side[i] * sin + w[i] * along)
            };
            (u, v) = (turn(u), turn(v));
        }
        let basis = [u, v, w];
        let mut own = Self { maps, aspect, eye, basis, focal_length: view.focal_length, behind: [false; 3] };
        own.behind = own.farther();
        own
    }

    /// Which faces of the box are farther away than those at the other ends.
    fn farther(&self) -> [bool; 3] {
        let depth = |axis: usize, end: f64| {
            let corner = |a: f64, b: f64| {
                let mut at = [end; 3];
                (at[(axis + 1) % 3], at[(axis + 2) % 3]) = (a, b);
                self.project(at)[2]
            };
            (corner(0.0, 0.0) + corner(0.0, 1.0) + corner(1.0, 0.0) + corner(1.0, 1.0)) / 4.0
        };
        let differences = [0, 1, 2].map(|axis| depth(axis, 1.0) - depth(axis, 0.0));
        let level = differences.map(|difference| difference.abs() <= 1e-15);
        let mut behind = differences.map(|difference| difference > 0.0);
        // Straight along an axis, as matplotlib.
        match level {
            [true, true, false] => behind = [true, true, behind[2]],
            [true, false, true] => behind = [true, behind[1], false],
            [false, true, true] => behind = [behind[0], false, false],
            _ => {}
        }
        behind
    }

    /// A point of the data in units of the box; NaN where a scale has no place for it.
    pub(in crate::render) fn boxed(&self, data: Place) -> Place {
        [0, 1, 2].map(|i| self.maps[i].position(data[i]))
    }

    /// A point of the box with its three sides in the unit of the picture.
    pub(super) fn stretched(&self, at: Place) -> Place {
        [0, 1, 2].map(|i| at[i] * self.aspect[i])
    }

    /// A point of the box on the picture plane, and its depth, which grows away from the eye. NaN
    /// for points behind the camera.
    pub(in crate::render) fn project(&self, at: Place) -> Place {
        let from_eye = [0, 1, 2].map(|i| at[i] * self.aspect[i] - self.eye[i]);
        let [x, y, z] = self.basis.map(|axis| dot(axis, from_eye));
        match self.focal_length {
            Some(_) if z >= 0.0 => [f64::NAN; 3],
            Some(focal) => [focal * x / -z, focal * y / -z, DISTANCE / z],
            None => [x / DISTANCE, y / DISTANCE, -z / DISTANCE],
        }
    }

    /// A point of the box as fractions of the axes' square, from its lower left corner.
    pub(super) fn unit(&self, at: Place) -> [f64; 2] {
        let [x, y, _] = self.project(at);
        in_square(x, y)
    }
}

/// A point of the picture plane as fractions of the axes' square.
pub(super) fn in_square(x: f64, y: f64) -> [f64; 2] {
    [x, y].map(|v| (v + PLANE[0]) / (PLANE[0] + PLANE[1]))
}
