//! Virtual datasets, in the encodings of HDF5 1.10 and 2.0 (`fixtures/make_conventions.py`, which
//! checks the same values with HDF5 itself).

use super::{array, broken, numbers, open};
use shmplot::data::Slab;
use shmplot::source::Tree;

const FILES: [&str; 2] = ["virtual.h5", "virtual_v110.h5"];

fn count(from: usize, n: usize) -> Vec<f64> {
    (from..from + n).map(|i| i as f64).collect()
}

fn check(tree: &Tree, path: &str, wanted: &[f64]) {
    assert_eq!(numbers(tree, path), wanted, "{path}");
    // Any box is the same part of it.
    let node = array(tree, path);
    let (rows, columns) = (node.shape[0], node.shape.last().copied().unwrap_or(1));
    for row in 0..rows {
        for column in [0, columns / 2, columns - 1] {
            let mut slab = Slab::all(&node.shape);
            slab.0[0] = row..row + 1;
            if node.shape.len() > 1 {
                *slab.0.last_mut().unwrap() = column..column + 1;
            }
            let part = tree.read(node, &slab).unwrap_or_else(|e| panic!("{e}"));
            let per_row: usize = node.shape[1..].iter().product();
            let wanted: Vec<f64> = (0..per_row)
                .filter(|i| node.shape.len() < 2 || i % columns == column)
                .map(|i| wanted[row * per_row + i])
                .collect();
            let found: Vec<f64> = (0..part.len()).map(|i| part.f64_at(i).unwrap()).collect();
            assert_eq!(found, wanted, "{path} {slab:?}");
        }
    }
}

#[test]
fn parts_of_datasets_make_a_dataset() {
    for file in FILES {
        let (tree, _) = open(file);
        let own = count(0, 12);
        check(&tree, "whole", &own);
        check(&tree, "stacked", &[own.clone(), count(100, 12), vec![-1.0; 12]].concat());
        let twice: Vec<f64> = own.chunks(4).flat_map(|row| [row, row].concat()).collect();
        check(&tree, "interleaved", &twice);
        check(&tree, "crop", &[1.0, 3.0, 9.0, 11.0]);
        check(&tree, "column", &[2.0, 6.0, 10.0]);
        check(&tree, "pieces", &[0.0, 2.0, 3.0, 4.0, 6.0, 7.0, 8.0, 10.0, 11.0]);
        check(&tree, "nested", &own);
        check(&tree, "missing", &[-1.0, -1.0]);
    }
}

#[test]
fn mappings_without_end_are_as_long_as_their_sources() {
    for file in FILES {
        let (tree, _) = open(file);
        assert_eq!(array(&tree, "numbered").shape, [2, 3, 4]);
        check(&tree, "numbered", &[count(0, 12), count(100, 12)].concat());
        check(&tree, "endless", &[-1.0, 0.0, 1.0, 2.0, 3.0, 4.0]);
        check(&tree, "halves", &[0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]);
    }
}

#[test]
fn what_cannot_be_mapped_is_told_and_the_rest_is_there() {
    for file in FILES {
        let (tree, _) = open(file);
        let error = broken(&tree, "away");
        assert!(error.contains("its source in `../../../Cargo.toml`, outside the file's folder"), "{error}");
        let read = |path: &str| {
            let node = array(&tree, path);
            tree.read(node, &Slab::all(&node.shape)).unwrap_err().to_string()
        };
        assert!(read("itself").contains("circle"), "{}", read("itself"));
        assert!(read("other_type").contains("source `big` is of another type"), "{}", read("other_type"));
        assert!(read("reshaped").contains("another shape"), "{}", read("reshaped"));
        assert!(read("too_small").contains("smaller than what is taken of it"), "{}", read("too_small"));
        assert_eq!(numbers(&tree, "own"), count(0, 12));
    }
}
