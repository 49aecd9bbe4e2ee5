//! Where a place in a box is seen: matplotlib's perspective (`mpl_toolkits.mplot3d.proj3d`).

/// A place in space.
pub(in crate::render) type Place = [f64; 3];

/// Distance of the eye, and length of a side of the box, in matplotlib's units.
const DISTANCE: f64 = 10.0;
const BOX: f64 = 1.829_464_072_162_043_4 * 25.0 / 24.0;

/// From data to the picture's plane.
pub(super) struct Camera {
    limits: [[f64; 2]; 3],
    /// Lengths of the box's sides.
    pub(super) sides: Place,
    eye: Place,
    /// Right, up, towards the eye.
    pub(super) axes: [Place; 3],
}

/// Scalar product.
pub(super) fn dot(a: Place, b: Place) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Place, b: Place) -> Place {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn unit(a: Place) -> Place {
    let length = dot(a, a).sqrt().max(f64::MIN_POSITIVE);
    a.map(|v| v / length)
}

impl Camera {
    /// Of the box between limits, with sides as long as `aspect` says, seen from an elevation and an
    /// azimuth (degrees).
    pub(super) fn new(limits: [[f64; 2]; 3], aspect: Place, view: [f64; 2]) -> Self {
        let norm = dot(aspect, aspect).sqrt();
        let sides = aspect.map(|side| side * BOX / norm);
        let [elevation, azimuth] = view.map(f64::to_radians);
        let way = [
            libm::cos(elevation) * libm::cos(azimuth),
            libm::cos(elevation) * libm::sin(azimuth),
            libm::sin(elevation),
        ];
        let eye = [0, 1, 2].map(|i| 0.5 * sides[i] + DISTANCE * way[i]);
        let towards = unit(way);
        // Above the pole, up is away from the azimuth.
        let up = if towards[2].abs() < 1.0 - 1e-12 {
            [0.0, 0.0, 1.0]
        } else {
            [-libm::cos(azimuth) * towards[2].signum(), -libm::sin(azimuth) * towards[2].signum(), 0.0]
        };
        let right = unit(cross(up, towards));
        Self { limits, sides, eye, axes: [right, cross(towards, right), towards] }
    }

    /// Right, up, and depth (greater is further away).
    pub(super) fn see(&self, at: Place) -> Place {
        let world = [0, 1, 2].map(|i| {
            let [low, high] = self.limits[i];
            (at[i] - low) / (high - low) * self.sides[i] - self.eye[i]
        });
        let [x, y, z] = self.axes.map(|axis| dot(axis, world));
        [x / -z, y / -z, -DISTANCE / -z]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: `mpl_toolkits.mplot3d.proj3d.proj_transform` with matplotlib's default view of the
    /// unit cube.
    #[test]
    fn places_are_seen_where_matplotlib_sees_them() {
        let camera = Camera::new([[0.0, 1.0]; 3], [4.0, 4.0, 3.0], [30.0, -60.0]);
        let cases = EXPECTED;
        for (place, expected) in cases {
            let seen = camera.see(place);
            for (seen, expected) in seen.iter().zip(expected) {
                assert!((seen - expected).abs() < 1e-6, "{place:?}: {seen} {expected}");
            }
        }
    }

    const EXPECTED: [(Place, Place); 3] = [
        ([0.0, 0.0, 0.0], [-0.0810312, -0.0493849, -0.9965587]),
        ([1.0, 0.0, 0.0], [0.0228880, -0.0833250, -1.0505261]),
        ([1.0, 1.0, 1.0], [0.0815928, 0.0497272, -1.0034651]),
    ];
}
