//! Filters of the registry, written by hdf5plugin (`fixtures/make_filters.py`): every dataset holds
//! the values of one rule.

use super::{array, broken, numbers, open};
use shmplot::data::{Slab, Values};
use shmplot::source::{Node, Tree};

/// The rule of `make_filters.py`.
fn value(i: usize) -> f64 {
    ((7 * i + i / 3) % 113) as f64
}

fn check(tree: &Tree, path: &str) {
    let node = array(tree, path);
    let all = Slab::all(&node.shape);
    match tree.read(node, &all).unwrap_or_else(|e| panic!("{e}")) {
        Values::Str(texts) => {
            for (i, text) in texts.iter().enumerate() {
                assert_eq!(text, value(i).to_string(), "{path}[{i}]");
            }
        }
        values => {
            let is_imaginary = path.ends_with("/im");
            for i in 0..values.len() {
                let wanted = if is_imaginary { 0.0 } else { value(i) };
                assert_eq!(values.f64_at(i), Some(wanted), "{path}[{i}]");
            }
        }
    }
}

#[test]
fn every_filter_gives_the_values_that_were_written() {
    let (tree, _) = open("filters.h5");
    let mut count = 0;
    tree.walk(&mut |path, node| {
        if let Node::Array(_) = node {
            check(&tree, path);
            count += 1;
        }
    });
    assert_eq!(count, 28);
}

#[test]
fn filters_are_listed_by_their_names() {
    let (tree, _) = open("filters.h5");
    let shmplot::source::Storage::Chunked { filters, .. } = &array(&tree, "zstd_shuffle_fletcher32").storage
    else {
        panic!("not chunked")
    };
    assert_eq!(filters, &["shuffle", "zstd", "fletcher32"]);
}

#[test]
fn a_chunk_that_its_filter_left_out_is_taken_as_it_is() {
    let (tree, _) = open("filters.h5");
    assert_eq!(numbers(&tree, "masked"), (0..20).map(value).collect::<Vec<_>>());
}

#[test]
fn filters_that_cannot_be_undone_are_named() {
    let (tree, _) = open("filters.h5");
    assert!(broken(&tree, "blosc2").contains("dataset `blosc2`: the filter blosc2 is not supported"));
    assert!(broken(&tree, "zfp").contains("the filter zfp is not supported"));
}
