//! Rows of different lengths, nested members, numbers of odd layouts, raw data in other files
//! (`fixtures/make_conventions.py`).

use super::{array, broken, dims, numbers, open, texts};
use shmplot::data::{Attr, Slab};
use shmplot::source::{Node, Tree};

fn check(tree: &Tree, path: &str, values: &[f64], row_size: &[f64]) {
    assert_eq!(numbers(tree, &format!("{path}/values")), values, "{path}");
    assert_eq!(numbers(tree, &format!("{path}/row_size")), row_size, "{path}");
}

#[test]
fn rows_of_different_lengths_are_values_and_row_sizes() {
    let (tree, _) = open("ragged.h5");
    let all = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    check(&tree, "lists", &all, &[2.0, 0.0, 3.0, 1.0]);
    check(&tree, "grid", &all, &[2.0, 0.0, 3.0, 1.0]);
    assert_eq!(array(&tree, "grid/row_size").shape, [2, 2]);
    assert_eq!(array(&tree, "grid/values").stored, "float32");
    check(&tree, "unwritten", &[], &[0.0; 3]);
    check(&tree, "one", &[7.0, 8.0], &[2.0]);
    assert_eq!(dims(&tree, "lists/values"), ["lists_item"]);
    assert_eq!(dims(&tree, "lists/row_size"), ["dim_0"]);
    assert_eq!(array(&tree, "lists/row_size").attrs.text("sample_dimension"), Some("lists_item"));
    let Ok(Node::Group(lists)) = tree.get("lists") else { panic!("no group") };
    assert_eq!(lists.attrs.text("note"), Some("kept"));
}

#[test]
fn parts_of_many_rows_are_the_same_parts() {
    let (tree, _) = open("ragged.h5");
    let all: Vec<f64> = (0..5000).step_by(100).flat_map(|i| vec![f64::from(i); 1 + i as usize % 3]).collect();
    let node = array(&tree, "many/values");
    assert_eq!(numbers(&tree, "many/values"), all);
    for (start, end) in [(0, 1), (3, 17), (40, all.len()), (all.len() - 1, all.len()), (5, 5)] {
        let part = tree.read(node, &Slab(std::iter::once(start..end).collect())).unwrap();
        let found: Vec<f64> = (0..part.len()).map(|i| part.f64_at(i).unwrap()).collect();
        assert_eq!(found, all[start..end]);
    }
    let sizes = numbers(&tree, "many/row_size");
    assert_eq!((sizes.len(), sizes[1], sizes[200]), (5000, 0.0, 3.0));
}

#[test]
fn rows_of_netcdf_variables_have_their_dims() {
    let (tree, _) = open("ragged.nc");
    check(&tree, "v", &[0.0, 0.0, 1.0], &[0.0, 1.0, 2.0]);
    assert_eq!(dims(&tree, "v/row_size"), ["x"]);
    assert_eq!(array(&tree, "v/row_size").coords.len(), 1);
}

#[test]
fn members_are_texts_lists_arrays_tables_and_enumerations() {
    let (tree, _) = open("ragged.h5");
    assert_eq!(texts(&tree, "table/text"), ["µ one", ""]);
    check(&tree, "table/list", &[1.0, 2.0, 3.0, 4.0], &[3.0, 1.0]);
    assert_eq!(texts(&tree, "table/in/t"), ["a", "bb"]);
    assert_eq!(array(&tree, "table/in/m").shape, [2, 2, 2]);
    assert_eq!(numbers(&tree, "table/in/m"), [1.0, 0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 2.0]);
    assert_eq!(numbers(&tree, "enums/level"), [5.0, 0.0]);
    let attrs = &array(&tree, "enums/level").attrs;
    assert_eq!(attrs.get("flag_values"), Some(&Attr::Ints(vec![5, 0])));
    assert_eq!(attrs.text("flag_meanings"), Some("hi lo"));
    assert_eq!(numbers(&tree, "bitfield"), [1.0, 32769.0]);
}

#[test]
fn complex_numbers_go_by_several_names() {
    let (tree, _) = open("ragged.h5");
    for path in ["c_ri", "c_reim", "c_real"] {
        assert_eq!(numbers(&tree, &format!("{path}/re")), [1.0, 3.0], "{path}");
        assert_eq!(numbers(&tree, &format!("{path}/im")), [2.0, -4.0], "{path}");
    }
    assert_eq!(numbers(&tree, "points/r"), [1.0], "integers are no complex number");
}

#[test]
fn attributes_of_compound_types_are_there_and_others_say_what_they_are() {
    let (tree, _) = open("ragged.h5");
    let attrs = &tree.root().attrs;
    assert_eq!(attrs.get("pair.a"), Some(&Attr::Int(3)));
    assert_eq!(attrs.get("pair.b"), Some(&Attr::Float(2.5)));
    assert_eq!(attrs.text("pair.c"), Some("xy"));
    assert_eq!(attrs.get("pairs.a"), Some(&Attr::Ints(vec![1, 3])));
    assert_eq!(attrs.get("pairs.in.b"), Some(&Attr::Ints(vec![2, 4])));
    assert_eq!(attrs.text("ref"), Some("<a reference to an object>"));
    assert!(attrs.text("opaque").unwrap().starts_with("<opaque bytes"));
    assert!(broken(&tree, "refs").contains("a reference to an object"));
}

#[test]
fn numbers_of_odd_layouts_are_unpacked() {
    let (tree, _) = open("odd.h5");
    assert_eq!(numbers(&tree, "int12"), [1.0, -2.0, 2047.0, -2048.0]);
    assert_eq!(array(&tree, "int12").stored, "int16");
    assert_eq!(numbers(&tree, "uint20"), [1.0, 2.0, 1_048_575.0, 0.0]);
    assert_eq!(numbers(&tree, "int24"), [1.0, -2.0, 8_388_607.0, -8_388_608.0]);
    let bfloat = numbers(&tree, "bfloat16");
    assert_eq!((bfloat[0], bfloat[1], bfloat[3]), (1.0, -2.5, 0.0));
    assert!((bfloat[2] / 3e38 - 1.0).abs() < 0.01);
    assert_eq!(array(&tree, "bfloat16").stored, "bfloat16");
    assert_eq!(numbers(&tree, "longdouble"), [1.0, -2.5, 1e300, 0.0]);
    assert_eq!(array(&tree, "longdouble").stored, "float128");
}

#[test]
fn raw_data_in_files_beside_are_read_and_others_refused() {
    let (tree, _) = open("odd.h5");
    assert_eq!(numbers(&tree, "external"), (0..10).map(f64::from).collect::<Vec<_>>());
    let node = array(&tree, "external");
    let part = tree.read(node, &Slab(vec![0..2, 3..5])).unwrap();
    assert_eq!((0..4).map(|i| part.f64_at(i).unwrap()).collect::<Vec<_>>(), [3.0, 4.0, 8.0, 9.0]);
    let error = broken(&tree, "too_short");
    assert!(error.contains("`raw_a.bin`, has 20 bytes and should have 80 from byte 4 on"), "{error}");
    assert!(broken(&tree, "away").contains("external raw data in `/etc/passwd`, outside the file's folder"));
}

#[test]
fn messages_that_objects_share_are_found_where_they_are() {
    let (tree, warnings) = open("shared.h5");
    for i in 0..3 {
        let first = f64::from(i);
        assert_eq!(numbers(&tree, &format!("d{i}/a")), [first, first + 1.0]);
        assert_eq!(numbers(&tree, &format!("d{i}/b")), [0.5, 1.5]);
        let Ok(Node::Group(table)) = tree.get(&format!("d{i}")) else { panic!("no table") };
        assert_eq!(table.attrs.text("note"), Some("the same everywhere"));
        assert_eq!(table.attrs.get("n"), Some(&Attr::Ints(vec![0, 1, 2, 3])));
    }
    assert_eq!(numbers(&tree, "e/a"), [0.0, 0.0]);
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn chunks_too_large_to_be_held_come_in_pieces() {
    let (tree, _) = open("large_chunks.h5");
    const COLUMNS: usize = 1_000_003;
    for path in ["le_deflated", "le_shuffled", "be_deflated", "be_shuffled"] {
        let node = array(&tree, path);
        for slab in
            [Slab::all(&node.shape), Slab(vec![1..3, 5..999_990]), Slab(vec![2..3, 1_000_002..COLUMNS])]
        {
            let values = tree.read(node, &slab).unwrap();
            let width = slab.0[1].len();
            for i in 0..values.len() {
                let (row, column) = (slab.0[0].start + i / width, slab.0[1].start + i % width);
                let wanted = ((row * COLUMNS + column) % 7) as f64;
                assert_eq!(values.f64_at(i), Some(wanted), "{path} {slab:?} {i}");
            }
        }
    }
}
