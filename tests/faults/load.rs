//! Joined files through the arena: only the parts that are touched are read, and what happens to a
//! part between planning and loading is an error of that array, with the file's name.
#![expect(clippy::unwrap_used, reason = "these are tests, run by a runner of their own")]

use crate::Test;
use shmplot::arena::{Arena, Loaded, Options};
use shmplot::data::load::{Join, Order};
use shmplot::data::{Demand, Dtype, IndexSet, LeafDemand, Pick, Slab, Values};
use shmplot::diag::Source;
use shmplot::source::{Tree, load};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub(crate) const TESTS: &[Test] = &[
    ("load_joined_parts_are_views_of_their_blocks", joined_parts_are_views_of_their_blocks),
    ("load_types_and_new_dims_are_joined_in_the_arena", types_and_new_dims_are_joined_in_the_arena),
    ("load_only_touched_parts_are_opened", only_touched_parts_are_opened),
    ("load_grids_are_views_of_their_cells", grids_are_views_of_their_cells),
    ("load_a_part_that_changes_is_an_error_with_its_name", a_part_that_changes_is_an_error_with_its_name),
];

fn npy(descr: &str, shape: &str, bytes: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
    while (header.len() + 11) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(bytes);
    file
}

/// Three files of two rows of three: 0 to 17.
fn files(folder: &Path) -> Vec<PathBuf> {
    (0..3)
        .map(|part| {
            let bytes: Vec<u8> = (0..6).flat_map(|i| f64::from(part * 6 + i).to_le_bytes()).collect();
            let path = folder.join(format!("p{part}.npy"));
            fs::write(&path, npy("<f8", "2, 3", &bytes)).unwrap();
            path
        })
        .collect()
}

fn joined(paths: &[PathBuf], dim: &str, new: bool) -> Tree {
    load::join(paths, &Join { dim: dim.to_owned(), new, order: Order::Name }).unwrap().value
}

fn arena(tree: &Tree, part: LeafDemand) -> Loaded {
    let mut demand = Demand::default();
    demand.add("data", &part);
    Arena::load(&demand, tree, &Options::default(), &mut |_| ControlFlow::Continue(())).unwrap()
}

fn all(tree: &Tree) -> LeafDemand {
    LeafDemand::all(&tree.array("data").unwrap().shape)
}

/// The grids of `make_labels.py`, the whole and boxes of them: the values that the tree gives, where
/// the cells are, and no more loaded than the box, whose rows are whole.
fn grids_are_views_of_their_cells() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/labels");
    let text = "d: {loader: hdf5_proxy, glob_str: labels.h5, enable_mapping: true}";
    let spec = shmplot::config::load(&Source::new("load.yml", text)).unwrap();
    let tree = load::load(&folder, &spec).unwrap().value;
    // Gzipped chunks of a time, two chunks a time, contiguous in both orders, one axis.
    for name in ["grid_2d", "grid_2d_c", "grid_3d", "grid_3d_c", "grid_flat", "grid_1d", "grid_time"] {
        let path = format!("d/linked/{name}");
        let array = tree.array(&path).unwrap();
        let middle = Slab(array.shape.iter().map(|len| len / 4..(len / 4 + len.div_ceil(2))).collect());
        for slab in [Slab::all(&array.shape), middle] {
            let sets = slab.0.iter().map(|range| IndexSet::from_ranges(std::iter::once(range.clone())));
            let mut demand = Demand::default();
            demand.add(&path, &LeafDemand(sets.collect()));
            let go_on = &mut |_| ControlFlow::Continue(());
            let loaded = Arena::load(&demand, &tree, &Options::default(), go_on).unwrap();
            let mut held = loaded.arena.leaf(&path).unwrap();
            assert_eq!((&held.dims, &held.shape), (&array.dims, &array.shape), "{name}");
            assert!(
                held.attrs.get("content").is_some() && held.attrs.iter().all(|(key, _)| !key.contains('\0'))
            );
            let count: usize = held.grid.parts.iter().flatten().map(|part| part.values.len()).max().unwrap();
            assert_eq!(count, slab.count(), "{name}: no more than the box");
            for (axis, range) in slab.0.iter().enumerate() {
                let (start, end) = (range.start as i64, range.end as i64);
                let pick = Pick::slice(Some(start), Some(end), None, held.shape[axis]).unwrap();
                held = held.isel(axis, &pick).unwrap();
            }
            let read = tree.read(array, &slab).unwrap();
            let numbers = |values: &Values| (0..values.len()).map(|i| values.f64_at(i)).collect::<Vec<_>>();
            assert_eq!(numbers(&held.to_values().unwrap()), numbers(&read), "{name}: {slab:?}");
        }
    }
}

fn joined_parts_are_views_of_their_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let tree = joined(&files(folder.path()), "dim_0", false);
    let loaded = arena(&tree, all(&tree));
    assert!(loaded.failed.is_empty(), "{:?}", loaded.failed);
    let data = loaded.arena.leaf("data").unwrap();
    assert_eq!(data.shape, [6, 3]);
    assert_eq!(data.grid.splits[0], [0, 2, 4, 6], "one part a file");
    assert!(data.grid.parts.iter().flatten().all(|part| part.values.is_mapped()), "nothing is copied");
    assert_eq!(data.to_f64().unwrap(), (0..18).map(f64::from).collect::<Vec<_>>());
    // Along another axis than the first.
    let across = joined(&files(folder.path()), "dim_1", false);
    let loaded = arena(&across, all(&across));
    let data = loaded.arena.leaf("data").unwrap();
    let expected = [0, 1, 2, 6, 7, 8, 12, 13, 14, 3, 4, 5, 9, 10, 11, 15, 16, 17].map(f64::from);
    assert_eq!(data.to_f64().unwrap(), expected);
}

fn types_and_new_dims_are_joined_in_the_arena() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = files(folder.path());
    let bytes: Vec<u8> = (18..24_i32).flat_map(i32::to_le_bytes).collect();
    paths.push(folder.path().join("q.npy"));
    fs::write(&paths[3], npy("<i4", "2, 3", &bytes)).unwrap();
    for (dim, new, shape) in [("dim_0", false, vec![8, 3]), ("run", true, vec![4, 2, 3])] {
        let tree = joined(&paths, dim, new);
        let loaded = arena(&tree, all(&tree));
        assert!(loaded.failed.is_empty(), "{:?}", loaded.failed);
        let data = loaded.arena.leaf("data").unwrap();
        assert_eq!((data.dtype(), &data.shape), (Dtype::F64, &shape));
        assert_eq!(data.to_f64().unwrap(), (0..24).map(f64::from).collect::<Vec<_>>());
        assert_eq!(data.coords.get("run").is_some(), new);
    }
}

fn only_touched_parts_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    let paths = files(folder.path());
    let tree = joined(&paths, "dim_0", false);
    fs::remove_file(&paths[0]).unwrap();
    fs::remove_file(&paths[2]).unwrap();
    let loaded = arena(&tree, LeafDemand(vec![IndexSet::from_indices([3]), IndexSet::all(3)]));
    assert!(loaded.failed.is_empty(), "{:?}", loaded.failed);
    let data = loaded.arena.leaf("data").unwrap();
    assert_eq!(data.f64_at(&[3, 1]).unwrap(), 10.0);
    assert!(data.f64_at(&[0, 0]).is_err());
}

fn a_part_that_changes_is_an_error_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    type Change = (&'static str, fn(&Path));
    let change: [Change; 3] = [
        ("vanishes", |path| fs::remove_file(path).unwrap()),
        ("shrinks", |path| fs::write(path, npy("<f8", "1, 3", &[0; 24])).unwrap()),
        ("grows", |path| fs::write(path, npy("<f8", "9, 3", &[0; 216])).unwrap()),
    ];
    for (what, change) in change {
        let paths = files(folder.path());
        let tree = joined(&paths, "dim_0", false);
        change(&paths[1]);
        let loaded = arena(&tree, all(&tree));
        let why = loaded.failed.get("data").map(ToString::to_string).unwrap_or_default();
        assert!(why.contains("p1.npy"), "{what}: {why}");
    }
}
