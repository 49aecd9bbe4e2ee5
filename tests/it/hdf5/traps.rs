//! What other readers stumble over: each is an error of its dataset, and the rest is there.

use super::{array, broken, numbers, open};
use shmplot::source::SourceError;

#[test]
fn a_filter_that_is_not_supported_is_named_with_its_dataset() {
    let (tree, _) = open("sz.h5");
    let error = broken(&tree, "x");
    assert!(error.contains("dataset `x`: the filter sz is not supported"), "{error}");
    assert_eq!(numbers(&tree, "good"), [0.0, 1.0, 2.0, 3.0]);
}

#[test]
fn a_finite_largest_shape_does_not_confuse_the_chunks() {
    let (tree, _) = open("storage.h5");
    assert_eq!(numbers(&tree, "finite_max"), (0..70).map(f64::from).collect::<Vec<_>>());
}

#[test]
fn one_bad_member_does_not_hide_its_group() {
    let (tree, _) = open("links.h5");
    assert_eq!(numbers(&tree, "virtual"), [0.0, 1.0, 2.0]);
    assert!(broken(&tree, "outside").contains("the file of its raw data, `raw.bin`, is not there"));
    assert_eq!(numbers(&tree, "a/x"), [0.0, 1.0, 2.0, 3.0]);
    assert!(tree.get("type").is_err(), "a committed type is no data");
}

#[test]
fn soft_links_are_followed_and_circles_end() {
    let (tree, _) = open("links.h5");
    assert_eq!(numbers(&tree, "a/soft"), [0.0, 1.0, 2.0, 3.0]);
    assert_eq!(numbers(&tree, "a/relative"), [0.0, 1.0, 2.0, 3.0]);
    assert_eq!(numbers(&tree, "hard"), [0.0, 1.0, 2.0, 3.0]);
    let gone = broken(&tree, "a/gone");
    assert!(gone.contains("soft link to `/nowhere`: there is no `nowhere`"), "{gone}");
    for path in ["a/me", "a/ping"] {
        assert!(broken(&tree, path).contains("circle"), "{}", broken(&tree, path));
    }
    for path in ["a/up", "a/back"] {
        assert!(broken(&tree, path).contains("link back to a group that it lies in"));
    }
}

#[test]
fn external_links_stay_in_the_folder() {
    let (tree, _) = open("links.h5");
    assert_eq!(numbers(&tree, "ext"), [0.0, 1.0, 2.0]);
    assert_eq!(numbers(&tree, "ext_group/x"), [0.0, 1.0, 2.0]);
    assert!(broken(&tree, "ext_gone").contains("external file `missing.h5` is not there"));
    for path in ["ext_out", "ext_abs"] {
        assert!(broken(&tree, path).contains("outside the file's folder"), "{}", broken(&tree, path));
    }
}

#[test]
fn a_file_that_changes_while_in_use_is_an_error_and_not_other_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.h5");
    std::fs::copy(super::fixture("user_block.h5"), &path).unwrap();
    let tree = shmplot::source::open(std::slice::from_ref(&path)).unwrap().value;
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 100]).unwrap();
    let node = array(&tree, "contiguous");
    let error = tree.read(node, &shmplot::data::Slab::all(&node.shape)).unwrap_err();
    assert!(matches!(error, SourceError::Io { .. }), "{error}");
    assert!(error.to_string().contains("changed"), "{error}");
}

#[test]
fn a_truncated_file_says_so() {
    let folder = tempfile::tempdir().unwrap();
    for (name, dataset) in [("user_block.h5", Some("contiguous")), ("classic.nc", None)] {
        let path = folder.path().join(name);
        let bytes = std::fs::read(super::fixture(name)).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 100]).unwrap();
        let error = match (shmplot::source::open(std::slice::from_ref(&path)), dataset) {
            (Ok(tree), Some(dataset)) => broken(&tree.value, dataset),
            (Ok(_), None) => panic!("{name} opened"),
            (Err(error), _) => error.to_string(),
        };
        assert!(error.contains("cut off") || error.contains("only"), "{error}");
    }
}
