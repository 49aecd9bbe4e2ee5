//! Views against copies: random chains of views on randomly cut arrays, and a dense model.

use super::*;
use crate::data::Values;

/// A linear congruential generator (Knuth's MMIX constants): the same cases every time.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }
}

/// A dense row-major array.
#[derive(Clone, Debug, PartialEq)]
struct Model {
    dims: Vec<Dim>,
    shape: Vec<usize>,
    values: Vec<i32>,
}

impl Model {
    fn get(&self, index: &[usize]) -> i32 {
        self.values[index.iter().zip(&self.shape).fold(0, |at, (i, n)| at * n + i)]
    }

    fn build(dims: Vec<Dim>, shape: Vec<usize>, at: impl Fn(&[usize]) -> i32) -> Self {
        let mut values = Vec::new();
        view::for_each_index(&shape, |index| values.push(at(index)));
        Self { dims, shape, values }
    }

    fn isel(&self, axis: usize, pick: &Pick) -> Self {
        let (mut dims, mut shape) = (self.dims.clone(), self.shape.clone());
        shape[axis] = pick.count();
        let mut picked = Self::build(dims.clone(), shape.clone(), |index| {
            let mut index = index.to_vec();
            index[axis] = pick.index(index[axis]);
            self.get(&index)
        });
        if matches!(pick, Pick::At(_)) {
            dims.remove(axis);
            shape.remove(axis);
            (picked.dims, picked.shape) = (dims, shape);
        }
        picked
    }

    fn permute(&self, order: &[usize]) -> Self {
        let dims = order.iter().map(|a| self.dims[*a].clone()).collect();
        let shape = order.iter().map(|a| self.shape[*a]).collect();
        Self::build(dims, shape, |index| {
            let mut old = vec![0; index.len()];
            order.iter().zip(index).for_each(|(a, i)| old[*a] = *i);
            self.get(&old)
        })
    }
}

/// A random array cut into parts that lie in memory in random order of axes, some with gaps.
fn random_array(random: &mut Random) -> (Labelled, Model) {
    let ndim = random.below(5);
    let shape: Vec<usize> = (0..ndim).map(|_| [1, 2, 3, 5, 8][random.below(5)]).collect();
    let dims: Vec<Dim> = (0..ndim).map(Dim::anonymous).collect();
    let mut next = 0;
    let count = shape.iter().product();
    let values = (0..count)
        .map(|_| {
            next += 1 + random.below(3) as i32;
            next
        })
        .collect();
    let model = Model { dims: dims.clone(), shape: shape.clone(), values };
    let splits: Vec<Vec<usize>> = shape
        .iter()
        .map(|n| {
            let inside = (1..*n).filter(|_| random.below(3) == 0);
            std::iter::once(0).chain(inside).chain([*n]).collect()
        })
        .collect();
    let mut grid = Grid { dtype: Dtype::I32, splits, parts: Vec::new() };
    let cells = grid.cells();
    for number in 0..cells.iter().product() {
        let extents = grid.cell_shape(number, &cells);
        let mut rest = number;
        let mut corner = vec![0; ndim];
        for axis in (0..ndim).rev() {
            corner[axis] = grid.splits[axis][rest % cells[axis]];
            rest /= cells[axis];
        }
        let mut order: Vec<usize> = (0..ndim).collect();
        if random.below(2) == 0 {
            order.reverse();
        }
        let (offset, mut step) = (random.below(3), 1 + random.below(2) as isize);
        let mut strides = vec![0; ndim];
        for axis in order.into_iter().rev() {
            strides[axis] = step;
            step *= extents[axis] as isize;
        }
        let mut buffer = vec![-1; offset + step as usize + 1];
        view::for_each_index(&extents, |index| {
            let at: isize = index.iter().zip(&strides).map(|(i, s)| *i as isize * s).sum();
            let global: Vec<usize> = index.iter().zip(&corner).map(|(i, c)| i + c).collect();
            buffer[offset + at as usize] = model.get(&global);
        });
        let values = Arc::new(Values::I32(buffer.into()));
        grid.parts.push(Some(Part { values, offset, strides }));
    }
    let mut array = Labelled::from_parts(dims.clone(), shape.clone(), grid).unwrap();
    for (dim, len) in dims.iter().zip(&shape) {
        let labels = Values::I64((0..*len as i64).collect::<Vec<_>>().into());
        let coord = Labelled::contiguous(vec![dim.clone()], vec![*len], labels);
        array = array.with_coord(dim.as_str(), Arc::new(coord)).unwrap();
    }
    (array, model)
}

fn random_pick(random: &mut Random, len: usize) -> Pick {
    match random.below(4) {
        0 if len > 0 => Pick::At(random.below(len)),
        1 if len > 0 => {
            let count = if random.below(4) == 0 { 300 } else { random.below(7) };
            Pick::List((0..count).map(|_| random.below(len)).collect())
        }
        _ => {
            let end = |random: &mut Random| {
                (random.below(3) > 0).then(|| random.below(2 * len + 1) as i64 - len as i64)
            };
            let (start, stop) = (end(random), end(random));
            Pick::slice(start, stop, Some([1, 2, -1, -3][random.below(4)]), len).unwrap()
        }
    }
}

fn check(array: &Labelled, model: &Model) {
    assert_eq!((&array.dims, &array.shape), (&model.dims, &model.shape));
    array.grid.check(&array.shape).unwrap();
    let Values::I32(copy) = array.to_values().unwrap() else { panic!("the type changed") };
    assert_eq!(copy[..], model.values[..]);
    let floats: Vec<f64> = model.values.iter().map(|v| f64::from(*v)).collect();
    assert_eq!(array.to_f64().unwrap(), floats);
    if let Some(slice) = array.as_contiguous_slice::<i32>() {
        assert_eq!(slice, model.values);
    }
    for inner in 0..=array.ndim() {
        let block: usize = model.shape[model.shape.len() - inner..].iter().product();
        let mut seen = 0;
        array
            .for_each_run::<DataError>(inner, |outer, at, run| {
                assert_eq!(outer * block + at, seen);
                assert!(at + run.len <= block);
                run.for_each::<i32>(|value| {
                    assert_eq!(value, model.values[seen]);
                    seen += 1;
                });
                Ok(())
            })
            .unwrap();
        assert_eq!(seen, model.values.len());
    }
    view::for_each_index(&model.shape, |index| {
        assert_eq!(array.f64_at(index).unwrap(), f64::from(model.get(index)));
    });
}

#[test]
fn chains_of_views_hold_what_copies_would() {
    let mut random = Random(7);
    for _ in 0..150 {
        let (mut array, mut model) = random_array(&mut random);
        check(&array, &model);
        for step in 0..4 {
            match random.below(4) {
                0 => {
                    let mut order: Vec<usize> = (0..array.ndim()).collect();
                    for i in (1..order.len()).rev() {
                        order.swap(i, random.below(i + 1));
                    }
                    array = array.permute(&order);
                    model = model.permute(&order);
                }
                1 if array.ndim() < 5 => {
                    let (at, len) = (random.below(array.ndim() + 1), random.below(3) + 1);
                    let dim = Dim::new(format!("new_{step}"));
                    array = array.expand(at, dim.clone(), len).unwrap();
                    let (mut dims, mut shape) = (model.dims.clone(), model.shape.clone());
                    dims.insert(at, dim);
                    shape.insert(at, len);
                    model = Model::build(dims, shape, |index| {
                        let mut index = index.to_vec();
                        index.remove(at);
                        model.get(&index)
                    });
                }
                _ if array.ndim() > 0 => {
                    let axis = random.below(array.ndim());
                    let pick = random_pick(&mut random, array.shape[axis]);
                    array = array.isel(axis, &pick).unwrap();
                    model = model.isel(axis, &pick);
                }
                _ => {}
            }
            check(&array, &model);
        }
    }
}

#[test]
fn coordinates_follow_selections() {
    let mut random = Random(1);
    let array = loop {
        let (array, _) = random_array(&mut random);
        if array.shape == [5, 8] || (array.ndim() == 2 && array.shape[0] > 2) {
            break array;
        }
    };
    let picked = array.isel(0, &Pick::List(vec![2, 0])).unwrap();
    assert_eq!(picked.coords.get("dim_0").unwrap().to_f64().unwrap(), [2.0, 0.0]);
    let point = picked.isel(0, &Pick::At(0)).unwrap();
    let scalar = point.coords.get("dim_0").unwrap();
    assert_eq!((scalar.ndim(), scalar.to_f64().unwrap()), (0, vec![2.0]));
    assert_eq!(point.dims, ["dim_1"]);
    assert_eq!(point.rename_dim("dim_1", "x").unwrap().coords.get("x").unwrap().dims, ["x"]);
}

#[test]
fn parts_that_reach_outside_their_buffer_are_refused() {
    let values = Arc::new(Values::U8(vec![0; 6].into()));
    let part = |offset, strides: [isize; 2]| Grid {
        dtype: Dtype::U8,
        splits: vec![vec![0, 2], vec![0, 3]],
        parts: vec![Some(Part { values: values.clone(), offset, strides: strides.to_vec() })],
    };
    let build = |grid| Labelled::from_parts(vec!["y".into(), "x".into()], vec![2, 3], grid);
    assert!(build(part(0, [3, 1])).is_ok());
    assert!(build(part(5, [-3, -1])).is_ok());
    for (offset, strides) in [(1, [3, 1]), (0, [-3, 1]), (0, [isize::MAX, isize::MAX]), (6, [0, 0])] {
        assert!(matches!(build(part(offset, strides)), Err(DataError::Parts(_))), "{offset} {strides:?}");
    }
    let mut grid = part(0, [3, 1]);
    grid.splits[1] = vec![0, 3, 3];
    assert!(build(grid).is_err());
}

#[test]
fn an_absent_part_is_an_error_only_when_touched() {
    let values = Arc::new(Values::F32(vec![1.0, 2.0].into()));
    let grid = Grid {
        dtype: Dtype::F32,
        splits: vec![vec![0, 2, 5]],
        parts: vec![Some(Part { values, offset: 0, strides: vec![1] }), None],
    };
    let array = Labelled::from_parts(vec!["t".into()], vec![5], grid).unwrap();
    let near = array.isel(0, &Pick::slice(None, Some(2), None, 5).unwrap()).unwrap();
    assert_eq!(near.to_f64().unwrap(), [1.0, 2.0]);
    assert_eq!(array.to_f64(), Err(DataError::Absent { at: vec![2], shape: vec![5] }));
    let gathered = array.isel(0, &Pick::List((0..600).map(|i| i * i % 2).collect())).unwrap();
    assert_eq!(gathered.to_f64().unwrap()[..3], [1.0, 2.0, 1.0]);
}

#[test]
fn texts_are_read_through_views() {
    let texts = Values::Str(["a", "é", ""].into_iter().collect());
    let array = Labelled::contiguous(vec!["kind".into()], vec![3], texts);
    let back = array.isel(0, &Pick::slice(None, None, Some(-1), 3).unwrap()).unwrap();
    assert_eq!(back.texts().unwrap(), ["", "é", "a"]);
    assert_eq!(back.to_f64(), Err(DataError::Text));
    assert_eq!(back.text_at(&[1]).unwrap(), "é");
}
