//! Types, storage, filters, labels and CF decoding: values as the writer meant them.

use super::{array, broken, dims, numbers, open, read, texts};
use shmplot::data::time::Calendar;
use shmplot::data::{Attr, Dtype, Slab, Values};
use shmplot::source::{GroupKind, Node, Storage};

#[test]
fn numbers_of_every_size_and_byte_order_are_read() {
    let (tree, warnings) = open("types.h5");
    let sizes = [("i1", "int8"), ("i2", "int16"), ("i4", "int32"), ("i8", "int64")];
    let unsigned = [("u1", "uint8"), ("u2", "uint16"), ("u4", "uint32"), ("u8", "uint64")];
    let floats = [("f2", "float16"), ("f4", "float32"), ("f8", "float64")];
    for order in ["le", "be"] {
        for (list, last) in [(&sizes[..], -3.0), (&unsigned, 0.0), (&floats, -0.5)] {
            for (code, name) in list {
                let path = format!("{order}_{code}");
                assert_eq!(numbers(&tree, &path), [1.0, 2.0, 100.0, last], "{path}");
                assert_eq!(array(&tree, &path).stored, *name);
            }
        }
    }
    assert_eq!(array(&tree, "le_f2").dtype, Dtype::F32);
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn bools_enums_texts_scalars_and_empty_arrays_are_what_they_are() {
    let (tree, _) = open("types.h5");
    assert_eq!(array(&tree, "bool").dtype, Dtype::Bool);
    assert_eq!(numbers(&tree, "bool"), [1.0, 0.0, 1.0]);
    assert_eq!(numbers(&tree, "enum"), [2.0, 0.0, 1.0]);
    assert_eq!(array(&tree, "enum").attrs.text("flag_meanings"), Some("ice land sea"));
    assert_eq!(array(&tree, "enum").attrs.get("flag_values"), Some(&Attr::Ints(vec![2, 0, 1])));
    assert_eq!(texts(&tree, "fixed"), ["ab", "cdef", ""]);
    assert_eq!(texts(&tree, "vlen"), ["µm", "", "longer text"]);
    assert_eq!(numbers(&tree, "scalar"), [2.5]);
    assert!(array(&tree, "scalar").shape.is_empty());
    assert_eq!(texts(&tree, "scalar_text"), ["hello"]);
    assert_eq!(array(&tree, "empty").shape, [0]);
    assert!(numbers(&tree, "empty").is_empty());
    assert_eq!(array(&tree, "no_rows").shape, [0, 3]);
    assert_eq!(array(&tree, "arrays").shape, [2, 3]);
    assert_eq!(numbers(&tree, "arrays"), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    let node = array(&tree, "arrays");
    let part = tree.read(node, &Slab(vec![0..2, 1..2])).unwrap();
    assert_eq!((part.f64_at(0), part.f64_at(1)), (Some(1.0), Some(4.0)));
}

#[test]
fn compound_types_are_tables_with_a_column_a_member() {
    let (tree, _) = open("types.h5");
    let Ok(Node::Group(table)) = tree.get("table") else { panic!("no table") };
    assert_eq!(table.kind, GroupKind::Table);
    let names: Vec<&str> = table.members.iter().map(|(n, _)| n.as_str()).collect();
    assert_eq!(names, ["id", "x", "name", "v", "in"]);
    assert_eq!(numbers(&tree, "table/id"), [1.0, 2.0, 3.0]);
    assert_eq!(numbers(&tree, "table/x"), [0.5, 1.5, 2.5]);
    assert_eq!(texts(&tree, "table/name"), ["a", "bb", "ccc"]);
    assert_eq!(numbers(&tree, "table/v"), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(numbers(&tree, "table/in/a"), [7.0, 8.0, 9.0]);
    assert_eq!(numbers(&tree, "complex/re"), [1.0, 3.0]);
    assert_eq!(numbers(&tree, "complex/im"), [2.0, -4.0]);
}

#[test]
fn attributes_are_decoded_and_references_named() {
    let (tree, _) = open("types.h5");
    let attrs = &tree.root().attrs;
    assert_eq!(attrs.text("text"), Some("plain"));
    assert_eq!(attrs.text("bytes"), Some("raw"));
    assert_eq!(attrs.get("one").and_then(Attr::as_i64), Some(7));
    assert_eq!(attrs.get("texts"), Some(&Attr::Texts(vec!["a".into(), "bc".into()])));
    assert_eq!(attrs.get("pi"), Some(&Attr::Float(3.5)));
    assert_eq!(attrs.get("huge"), Some(&Attr::Float(18_446_744_073_709_551_615.0)));
    assert_eq!(attrs.text("ref"), Some("<a reference to an object>"));
    let (dense, _) = open("dense.h5");
    let Ok(Node::Group(group)) = dense.get("g") else { panic!("no group") };
    assert_eq!(group.attrs.iter().count(), 20);
    assert_eq!(group.members.len(), 21);
    assert_eq!(numbers(&dense, "g/d19"), [19.0]);
    assert_eq!(numbers(&dense, "g/d05_soft"), [5.0]);
}

#[test]
fn every_way_of_storage_gives_the_same_boxes() {
    let all: Vec<f64> = (0..70).map(f64::from).collect();
    let cases = [
        (
            "storage.h5",
            "contiguous chunked gzip shuffled lzf scaleoffset one_chunk growing growing_both finite_max compact implicit",
        ),
        ("storage_v1.h5", "chunked shuffled masked contiguous"),
        ("user_block.h5", "contiguous"),
    ];
    for (file, paths) in cases {
        let (tree, _) = open(file);
        for path in paths.split(' ') {
            assert_eq!(numbers(&tree, path), all, "{file} {path}");
            let node = array(&tree, path);
            for (rows, columns) in [(2..5, 3..9), (6..7, 0..10), (0..7, 9..10), (3..3, 0..2)] {
                let wanted: Vec<f64> =
                    rows.clone().flat_map(|r| columns.clone().map(move |c| (r * 10 + c) as f64)).collect();
                let found = tree.read(node, &Slab(vec![rows, columns])).unwrap();
                let found: Vec<f64> = (0..found.len()).map(|i| found.f64_at(i).unwrap()).collect();
                assert_eq!(found, wanted, "{file} {path}");
            }
        }
    }
}

#[test]
fn what_was_never_written_is_the_fill_value_and_what_was_cut_off_is_gone() {
    let (tree, _) = open("storage.h5");
    assert_eq!(numbers(&tree, "unwritten"), [2.5; 4]);
    let sparse = numbers(&tree, "sparse");
    assert_eq!(sparse[30..35], [5.0, 5.0, 5.0, 5.0, -1.0]);
    assert_eq!(sparse.iter().filter(|v| **v == 5.0).count(), 12);
    assert_eq!(numbers(&tree, "shrunk"), (0..40).map(f64::from).collect::<Vec<_>>());
}

#[test]
fn storage_is_contiguous_only_where_bytes_are_the_values() {
    let (tree, _) = open("user_block.h5");
    let node = array(&tree, "contiguous");
    let Storage::Contiguous { offset } = node.storage else { panic!("{:?}", node.storage) };
    let bytes = std::fs::read(super::fixture("user_block.h5")).unwrap();
    let at = offset as usize;
    assert_eq!(bytes[at..at + 12], [0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]);
    let (types, _) = open("types.h5");
    assert!(matches!(array(&types, "le_f8").storage, Storage::Contiguous { .. }));
    for path in ["be_f8", "le_f2", "bool", "fixed"] {
        assert_eq!(array(&types, path).storage, Storage::Opaque, "{path}");
    }
    let (storage, _) = open("storage.h5");
    let chunked = Storage::Chunked {
        chunk: vec![3, 4],
        filters: vec!["shuffle".into(), "deflate".into(), "fletcher32".into()],
    };
    assert_eq!(array(&storage, "shuffled").storage, chunked);
}

#[test]
fn labels_come_from_attributes_then_from_scales() {
    let (tree, warnings) = open("labels.h5");
    assert_eq!(dims(&tree, "g/data"), ["time", "y", "x"]);
    let coord = |path: &str, name: &str| {
        let coord = tree.coord(path, name).unwrap().unwrap_or_else(|| panic!("no {name} of {path}"));
        let values = coord.grid.parts[0].as_ref().unwrap().values.clone();
        (0..values.len()).map(|i| values.f64_at(i).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(coord("g/data", "time"), [10.0, 20.0]);
    assert_eq!(coord("g/data", "y"), [0.0, 1.0, 2.0]);
    assert_eq!(coord("g/data", "x"), [0.5, 1.5, 2.5, 3.5]);
    assert_eq!(dims(&tree, "scaled"), ["yy", "ex"]);
    assert_eq!(coord("scaled", "yy"), [1.0, 2.0, 3.0]);
    assert_eq!(dims(&tree, "bad"), ["dim_0", "dim_1", "dim_2"]);
    for part in [
        "dataset `bad`: `dims` is not a list",
        "dataset `bad`: `coords__tme` is of no axis",
        "dataset `grid`: its content",
    ] {
        assert!(warnings.iter().any(|w| w.contains(part)), "{part}: {warnings:?}");
    }
}

#[test]
fn all_netcdf_formats_decode_alike() {
    for file in ["classic.nc", "offset64.nc", "cdf5.nc", "four.nc", "four_classic.nc"] {
        let (tree, warnings) = open(file);
        let time = array(&tree, "time");
        assert_eq!(time.dtype, Dtype::Time(Calendar::Day360), "{file}");
        assert_eq!(time.stored, "float64");
        let Values::Time(micros, calendar) = read(&tree, "time") else { panic!("{file}: no times") };
        let dates: Vec<String> = micros.iter().map(|m| calendar.civil(*m).to_string()).collect();
        assert_eq!(dates, ["2000-01-01", "2000-02-01", "2000-12-30T12:00:00"], "{file}");
        assert_eq!(array(&tree, "time_bnds").dtype, Dtype::Time(Calendar::Day360), "{file}");
        let packed = array(&tree, "packed");
        assert_eq!((packed.dtype, packed.stored.as_str()), (Dtype::F32, "int16"));
        assert_eq!(dims(&tree, "packed"), ["time", "y", "x"]);
        let values = numbers(&tree, "packed");
        assert_eq!(values[..5], [10.0, 10.5, 11.0, 11.5, 12.0], "{file}");
        assert!(values[5].is_nan() && values[17].is_nan(), "{file}");
        assert_eq!(packed.attrs.get("valid_range"), Some(&Attr::Ints(vec![0, 5])));
        let coords: Vec<&str> = packed.coords.iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(coords, ["time", "x", "lat"], "{file}");
        let missing = numbers(&tree, "missing");
        assert!(missing[0] == 1.0 && missing[1].is_nan() && missing[2] == 3.0, "{file}");
        assert_eq!(numbers(&tree, "unsigned"), [1.0, 255.0, 128.0], "{file}");
        assert_eq!(array(&tree, "unsigned").stored, "int8", "{file}");
        assert_eq!(texts(&tree, "names"), ["ab", "cdefg"], "{file}");
        assert_eq!(dims(&tree, "names"), ["y"], "{file}");
        assert_eq!(numbers(&tree, "weird"), [1.0, 2.0, 3.0], "{file}");
        assert!(warnings.iter().any(|w| w.contains("fortnights")), "{file}: {warnings:?}");
        assert_eq!(numbers(&tree, "scalar"), [42.0], "{file}");
        assert_eq!(tree.root().attrs.text("title"), Some("fixture"));
        assert!(tree.get("len").is_err(), "{file}: a dimension is no variable");
        let row = tree.read(packed, &Slab(vec![1..2, 1..2, 0..2])).unwrap();
        assert_eq!((row.f64_at(0), row.f64_at(1)), (Some(11.5), Some(12.0)), "{file}");
    }
}

#[test]
fn netcdf4_groups_share_dimensions_upwards_and_short_variables_are_filled() {
    let (tree, _) = open("groups.nc");
    assert_eq!(dims(&tree, "g/h/v"), ["t", "z"]);
    assert_eq!(array(&tree, "g/h/v").shape, [3, 2]);
    let values = numbers(&tree, "g/h/v");
    assert_eq!(values[..4], [1.0, 2.0, 3.0, 4.0]);
    // netCDF4's own fill value of floats; xarray shows it as it is.
    assert!(values[4..].iter().all(|v| *v == f64::from(9.969_21e36_f32)), "{values:?}");
    assert_eq!(array(&tree, "g/h/v").coords.len(), 1);
    assert_eq!(texts(&tree, "g/s"), ["one", "zwei"]);
    assert_eq!(dims(&tree, "a"), ["b", "a"]);
    assert_eq!(numbers(&tree, "a"), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(numbers(&tree, "c"), [2.0, 1.0]);
    assert_eq!(array(&tree, "c").attrs.text("flag_meanings"), Some("red blue"));
}

#[test]
fn stored_values_can_be_asked_for() {
    let path = super::fixture("four.nc");
    let reader = shmplot::source::hdf5::open_undecoded(&path).unwrap();
    let Node::Group(root) = reader.list().unwrap().root else { panic!("no group") };
    let Some((_, Node::Array(packed))) = root.members.iter().find(|(n, _)| n == "packed") else { panic!() };
    assert_eq!(packed.dtype, Dtype::I16);
    let mut out = [0; 12];
    reader.read_into(packed, &Slab(vec![0..1, 0..2, 0..3]), &mut out).unwrap();
    assert_eq!(i16::from_ne_bytes([out[10], out[11]]), -999);
}

#[test]
fn unreadable_types_are_named() {
    let (tree, _) = open("types.h5");
    let cases = [("refs", "a reference to an object"), ("opaque", "opaque bytes")];
    for (path, what) in cases {
        let error = broken(&tree, path);
        assert!(error.contains(what) && error.contains(&format!("`{path}`")), "{error}");
    }
}
