//! Whole lanes, one at a time, for what needs all elements of one at once.

use super::Number;
use super::typed;
use crate::data::{DataError, Labelled};

/// Calls `f` with every lane over the axes `reduced` as `f64` (in the order of those axes), and its
/// position in the row-major result. Copies one lane at a time.
///
/// # Errors
/// [`DataError::Text`], [`DataError::Absent`].
pub fn for_each_lane(
    array: &Labelled,
    reduced: &[usize],
    mut f: impl FnMut(usize, &mut Vec<f64>),
) -> Result<(), DataError> {
    let mut order: Vec<usize> = (0..array.ndim()).filter(|axis| !reduced.contains(axis)).collect();
    let kept = order.len();
    order.extend_from_slice(reduced);
    let turned = array.permute(&order);
    let len: usize = turned.shape[kept..].iter().product();
    let mut lane = Vec::with_capacity(len);
    if len == 0 {
        for at in 0..turned.shape[..kept].iter().product() {
            lane.clear();
            f(at, &mut lane);
        }
        return Ok(());
    }
    turned.for_each_run::<DataError>(reduced.len(), |block, _, run| {
        typed!(run, T => run.for_each::<T>(|value| lane.push(value.f64())));
        if lane.len() == len {
            f(block, &mut lane);
            lane.clear();
        }
        Ok(())
    })
}
