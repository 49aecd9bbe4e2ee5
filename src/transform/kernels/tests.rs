//! Reductions against plain loops, however the array lies in memory.

use super::{Sums, extremes, fold, for_each_lane, integer_total, sums};
use crate::data::{Dim, Grid, Labelled, Part, Pick, Values};
use std::sync::Arc;

fn array(shape: &[usize], values: Vec<f64>) -> Labelled {
    let dims = (0..shape.len()).map(Dim::anonymous).collect();
    Labelled::contiguous(dims, shape.to_vec(), Values::F64(values.into()))
}

/// Expected by summing each lane by hand, element by element.
#[test]
fn sums_over_any_axes_agree_with_plain_loops() {
    let shape = [3, 4, 5];
    let values: Vec<f64> = (0..60).map(|i| if i % 7 == 3 { f64::NAN } else { f64::from(i) * 0.5 }).collect();
    let array = array(&shape, values.clone());
    for reduced in [vec![0], vec![1], vec![2], vec![0, 1], vec![0, 2], vec![1, 2], vec![0, 1, 2], vec![]] {
        let kept: Vec<usize> = (0..3).filter(|a| !reduced.contains(a)).collect();
        let out: usize = kept.iter().map(|a| shape[*a]).product();
        let (mut sum, mut count) = (vec![0.0; out], vec![0_u64; out]);
        let mut least = vec![f64::INFINITY; out];
        for (i, value) in values.iter().enumerate() {
            let index = [i / 20, i / 5 % 4, i % 5];
            let at = kept.iter().fold(0, |at, a| at * shape[*a] + index[*a]);
            if !value.is_nan() {
                sum[at] += value;
                count[at] += 1;
                least[at] = value.min(least[at]);
            }
        }
        assert_eq!(sums(&array, &reduced, None).unwrap(), Sums { sum, count }, "{reduced:?}");
        assert_eq!(extremes::<f64>(&array, &reduced, false).unwrap(), least, "{reduced:?}");
    }
}

#[test]
fn sums_have_the_same_bits_however_the_array_is_cut() {
    let n = 70_001;
    let values: Vec<f64> = (0..n).map(|i| 1.0 / f64::from(i + 1)).collect();
    let whole = array(&[n as usize], values.clone());
    let cuts = [0, 1, 33, 64, 65_535, 65_600, n as usize];
    let parts = cuts
        .windows(2)
        .map(|w| {
            let values = Arc::new(Values::F64(values[w[0]..w[1]].to_vec().into()));
            Some(Part { values, offset: 0, strides: vec![1] })
        })
        .collect();
    let grid = Grid { dtype: whole.dtype(), splits: vec![cuts.to_vec()], parts };
    let cut = Labelled::from_parts(vec!["x".into()], vec![n as usize], grid).unwrap();
    let sum = sums(&whole, &[0], None).unwrap();
    assert_eq!(sum, sums(&cut, &[0], None).unwrap());
    // From numpy: (1 / np.arange(1, 70002.)).sum()
    assert!((sum.sum[0] / 11.733_487_614_283_373 - 1.0).abs() < 1e-12, "{}", sum.sum[0]);
    let reversed = whole.isel(0, &Pick::slice(None, None, Some(-1), n as usize).unwrap()).unwrap();
    let back = sums(&reversed, &[0], None).unwrap();
    assert!((sum.sum[0] - back.sum[0]).abs() < 1e-12);
}

#[test]
fn integers_wrap_as_in_numpy() {
    let values = Values::U64(vec![u64::MAX, 3].into());
    let array = Labelled::contiguous(vec!["x".into()], vec![2], values);
    assert_eq!(integer_total(&array, &[0], false).unwrap(), [2]);
    assert_eq!(integer_total(&array, &[0], true).unwrap(), [-3]);
}

/// Three axes in every order of their dims, cut or whole, with gaps between their elements:
/// what a copy in logical order gives, to the bit.
#[test]
fn results_have_the_same_bits_however_the_array_lies() {
    let shape = [7, 70, 40];
    let value = |i: usize| match i % 131 {
        17 => f64::NAN,
        k => 1.0 / (k + i) as f64 - 0.001,
    };
    let values: Vec<f64> = (0..7 * 70 * 40).map(value).collect();
    let gapless: Vec<f64> = values.iter().map(|v| if v.is_nan() { 0.25 } else { *v }).collect();
    let cut = |values: &[f64]| {
        let parts = [0, 3, 7].windows(2).map(|w| {
            let values = values[w[0] * 2800..w[1] * 2800].to_vec();
            let values = Arc::new(Values::F64(values.into()));
            Some(Part { values, offset: 0, strides: vec![2800, 40, 1] })
        });
        let splits = vec![vec![0, 3, 7], vec![0, 70], vec![0, 40]];
        let grid = Grid { dtype: crate::data::Dtype::F64, splits, parts: parts.collect() };
        Labelled::from_parts(vec!["a".into(), "b".into(), "c".into()], shape.to_vec(), grid).unwrap()
    };
    let every_third = Pick::slice(None, None, Some(3), 40).unwrap();
    let whole = array(&shape, values.clone());
    let arrays = [whole.isel(2, &every_third).unwrap(), whole, array(&shape, gapless), cut(&values)];
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let sets = [vec![0], vec![1], vec![2], vec![0, 1], vec![0, 2], vec![1, 2], vec![0, 1, 2], vec![]];
    let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    for (number, array) in arrays.iter().enumerate() {
        for order in orders {
            let turned = array.permute(&order);
            let copy = turned.to_contiguous().unwrap();
            for reduced in &sets {
                let case = format!("array {number}, order {order:?}, over {reduced:?}");
                let (got, wanted) =
                    (sums(&turned, reduced, None).unwrap(), sums(&copy, reduced, None).unwrap());
                assert_eq!(bits(&got.sum), bits(&wanted.sum), "{case}");
                assert_eq!(got.count, wanted.count, "{case}");
                let means: Vec<f64> = got.sum.iter().zip(&got.count).map(|(s, n)| s / *n as f64).collect();
                let squares = |array| sums(array, reduced, Some(&means)).unwrap().sum;
                assert_eq!(bits(&squares(&turned)), bits(&squares(&copy)), "{case}");
                for largest in [false, true] {
                    let extremes = |array| extremes::<f64>(array, reduced, largest).unwrap();
                    assert_eq!(bits(&extremes(&turned)), bits(&extremes(&copy)), "{case}");
                }
                let lanes = |array| {
                    let mut all = Vec::new();
                    for_each_lane(array, reduced, |at, lane| {
                        all.push(at as f64);
                        all.extend_from_slice(lane);
                    })
                    .unwrap();
                    bits(&all)
                };
                assert_eq!(lanes(&turned), lanes(&copy), "{case}");
            }
        }
    }
}

#[test]
fn lanes_across_memory_that_are_longer_than_a_block_fold_as_others() {
    let n = 70_001;
    let values: Vec<f64> = (0..n * 9).map(|i| 1.0 / (i + 1) as f64).collect();
    let turned = array(&[n, 9], values).permute(&[1, 0]);
    let copy = turned.to_contiguous().unwrap();
    assert_eq!(sums(&turned, &[1], None).unwrap(), sums(&copy, &[1], None).unwrap());
}

#[test]
fn integers_and_times_fold_in_any_order_of_axes() {
    let values: Vec<i32> = (0..24).map(|i| (i * 7) % 11 - 5).collect();
    let array = Labelled::contiguous(
        vec!["a".into(), "b".into(), "c".into()],
        vec![2, 3, 4],
        Values::I32(values.into()),
    );
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let turned = array.permute(&order);
        let copy = turned.to_contiguous().unwrap();
        for reduced in [vec![0], vec![1, 2], vec![0, 2], vec![]] {
            for product in [false, true] {
                let total = |array| integer_total(array, &reduced, product).unwrap();
                assert_eq!(total(&turned), total(&copy), "{order:?} {reduced:?}");
            }
            let sum = |array| fold::<i32>(array, &reduced, 0, |a, b| a + b).unwrap();
            assert_eq!(sum(&turned), sum(&copy), "{order:?} {reduced:?}");
        }
    }
}

#[test]
fn nothing_to_reduce_gives_nothing() {
    let empty = array(&[0, 3], Vec::new());
    assert_eq!(sums(&empty, &[0], None).unwrap(), Sums { sum: vec![0.0; 3], count: vec![0; 3] });
    assert_eq!(sums(&empty, &[1], None).unwrap(), Sums { sum: Vec::new(), count: Vec::new() });
    assert_eq!(extremes::<f64>(&empty, &[0], false).unwrap(), [f64::INFINITY; 3]);
}
