//! Data that are used where they lie: every format against what its reader gives, and files that are
//! cut off, changed, replaced or removed while the real program draws them.
#![expect(clippy::unwrap_used, reason = "these are tests, run by a runner of their own")]

use crate::Test;
use crate::program::{Case, all_files};
use serde_json::Value;
use shmplot::arena::{Arena, Options, Place, place};
use shmplot::data::{Demand, IndexSet, LeafDemand, Pick, Placed, Slab, Values};
use shmplot::source::{self, Node, Tree};
use shmplot::sys::{Ended, ForkOptions, fork};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub(crate) const TESTS: &[Test] = &[
    ("in_place_every_format_gives_what_its_reader_gives", every_format),
    ("in_place_parts_of_many_files_are_mapped_as_they_are_needed", parts),
    ("in_place_a_file_that_is_cut_off_kills_who_touches_it", cut_off_below),
    ("in_place_a_file_that_is_cut_off_fails_its_figures", cut_off),
    ("in_place_a_replaced_file_fails_who_has_not_mapped_it", replaced),
    ("in_place_a_removed_file_fails_who_has_not_mapped_it", removed),
    ("in_place_a_touched_file_is_a_changed_one", touched),
    ("in_place_what_cannot_be_is_said_with_the_reason", refused),
    ("in_place_and_loaded_give_the_same_bytes", same_bytes),
];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/in_place").join(name)
}

fn options(place: Place) -> Options {
    Options { place, ..Options::default() }
}

fn load(demand: &Demand, tree: &Tree) -> Arena {
    let loaded = Arena::load(demand, tree, &options(Place::InPlace), &mut |_| ControlFlow::Continue(()));
    let loaded = loaded.unwrap();
    assert!(loaded.failed.is_empty(), "{:?}", loaded.failed);
    loaded.arena
}

fn whole(tree: &Tree, path: &str) -> Demand {
    let mut demand = Demand::default();
    demand.add(path, &LeafDemand::all(&tree.array(path).unwrap().shape));
    demand
}

/// In how many pieces a leaf lies, or why it does not.
fn pieces(tree: &Tree, path: &str) -> Result<usize, String> {
    let array = tree.array(path).unwrap();
    let all: Vec<_> = array.shape.iter().map(|len| std::iter::once(0..*len).collect()).collect();
    tree.extents(array, &all).map(|extents| extents.len())
}

/// The leaf in place has the values that its reader gives, bit by bit.
fn compare(tree: &Tree, path: &str, arena: &Arena) {
    let array = tree.array(path).unwrap();
    let bits = |values: &Values| -> Vec<u64> {
        (0..values.len()).map(|i| values.f64_at(i).unwrap().to_bits()).collect()
    };
    let view = arena.leaf(path).unwrap();
    assert_eq!((&view.dims, &view.shape), (&array.dims, &array.shape), "{path}");
    let (held, read) = (view.to_values().unwrap(), tree.read(array, &Slab::all(&array.shape)).unwrap());
    assert_eq!((held.dtype(), bits(&held)), (read.dtype(), bits(&read)), "{path}");
}

fn every_format() {
    let text = fs::read_to_string(fixture("expected.json")).unwrap();
    let expected: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_str(&text).unwrap();
    let mut problems = Vec::new();
    for (file, arrays) in &expected {
        let tree = source::open(&[fixture(file)]).unwrap().value;
        let mut listed = 0;
        tree.walk(&mut |_, node| listed += usize::from(matches!(node, Node::Array(_))));
        assert!(listed >= arrays.len(), "{file}");
        for (path, wanted) in arrays {
            let told = pieces(&tree, path);
            let as_told = match (&told, wanted) {
                (Ok(pieces), Value::Number(wanted)) => wanted.as_u64() == Some(*pieces as u64),
                (Err(why), Value::String(wanted)) => why.contains(wanted.as_str()),
                _ => false,
            };
            if !as_told {
                problems.push(format!("{file}, {path}: {wanted}, not {told:?}"));
                continue;
            }
            let demand = whole(&tree, path);
            let placed = place(&demand, &tree, &Place::InPlace).map(|placement| placement.of(path));
            match (told, placed) {
                (Ok(_), Ok(Placed::InPlace)) => {
                    let arena = load(&demand, &tree);
                    compare(&tree, path, &arena);
                    arena.finish().unwrap();
                }
                (Err(why), Err(error)) => {
                    let message = error.to_string();
                    assert!(message.contains(path) && message.contains(&why), "{message}");
                }
                other => problems.push(format!("{file}, {path}: {other:?}")),
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

/// Of a leaf in many files a figure maps those that it touches.
fn parts() {
    let tree = source::open(&[fixture("v3.zarr")]).unwrap().value;
    let arena = load(&whole(&tree, "cube"), &tree);
    let mut part = Demand::default();
    let axes = [2..4, 0..3, 0..3].map(|range| IndexSet::from_ranges([range]));
    part.add("cube", &LeafDemand(axes.to_vec()));
    arena.begin(&part);
    let view = arena.leaf("cube").unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    assert_eq!(maps.lines().filter(|line| line.contains("v3.zarr")).count(), 1);
    let inside = view.isel(0, &Pick::At(3)).and_then(|plane| plane.isel(0, &Pick::At(1)));
    let inside = inside.and_then(|row| row.to_values()).unwrap();
    let read = tree.read(tree.array("cube").unwrap(), &Slab(vec![3..4, 1..2, 0..3])).unwrap();
    assert_eq!(format!("{inside:?}"), format!("{read:?}"));
    drop((view, inside));
    arena.finish().unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    assert!(!maps.contains("v3.zarr"), "all are let go");
}

fn cut_off_below() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("cube.npy");
    fs::copy(fixture("cube.npy"), &file).unwrap();
    let tree = source::open(std::slice::from_ref(&file)).unwrap().value;
    let arena = load(&whole(&tree, "data"), &tree);
    let mut child = fork(&ForkOptions::default(), || {
        let view = arena.leaf("data").unwrap();
        OpenOptions::new().write(true).open(&file).unwrap().set_len(0).unwrap();
        std::hint::black_box(view.to_values().unwrap());
        0
    })
    .unwrap();
    assert_eq!(child.wait().unwrap(), Ended::Killed(libc::SIGBUS));
    let why = arena.leaf("data").unwrap_err().to_string();
    assert!(why.contains("cube.npy was changed while it was in use"), "{why}");
}

/// Slow figures of data that are used in place, two of which are begun when `disturb` comes; gives how
/// they ended, and why.
fn disturbed(disturb: impl FnOnce(&Path)) -> Vec<(String, String)> {
    let case = Case::new(&[2500, 2500], 8);
    let run = case.start("-j 2 --arena in-place");
    run.until_drawing();
    disturb(&case.path("data.npy"));
    run.exits(1);
    let ends = case.events("finished");
    let text = |end: &Value, key: &str| end[key].as_str().unwrap_or_default().to_owned();
    let ends: Vec<_> = ends.iter().map(|end| (text(end, "status"), text(end, "reason"))).collect();
    let ok = ends.iter().filter(|(status, _)| status == "ok").count();
    assert_eq!(ends.len(), 8);
    assert_eq!(case.tidy(), ok, "figures of changed data are not there");
    ends
}

fn all_others(ends: &[(String, String)], why: &[&str]) {
    let others: Vec<_> = ends.iter().filter(|(status, _)| status != "ok").collect();
    assert!(others.len() >= 4, "{ends:?}");
    for (status, reason) in others {
        assert_eq!(status, "failed", "{ends:?}");
        assert!(reason.contains("data.npy") && why.iter().any(|why| reason.contains(why)), "{reason}");
    }
}

fn cut_off() {
    let ends = disturbed(|file| OpenOptions::new().write(true).open(file).unwrap().set_len(4096).unwrap());
    all_others(&ends, &["was cut off from 50000128 to 4096 bytes", "was changed while it was in use"]);
}

#[expect(clippy::disallowed_methods, reason = "somebody else replaces a data file")]
fn replaced() {
    let ends = disturbed(|file| {
        let new = file.with_extension("new");
        fs::copy(fixture("cube.npy"), &new).unwrap();
        fs::rename(new, file).unwrap();
    });
    all_others(&ends, &["was changed while it was in use"]);
}

fn removed() {
    let ends = disturbed(|file| fs::remove_file(file).unwrap());
    all_others(&ends, &["was removed while it was in use"]);
}

fn touched() {
    let ends = disturbed(|file| {
        let file = OpenOptions::new().write(true).open(file).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    });
    all_others(&ends, &["was changed while it was in use"]);
}

fn refused() {
    let case = Case::new(&[10, 10], 2);
    fs::copy(fixture("big.npy"), case.path("data.npy")).unwrap();
    case.start("--arena in-place").exits(3);
    let said = case.stderr();
    assert!(said.contains("`data` cannot be used where it lies: its values are converted"), "{said}");
    assert!(said.contains("--arena auto"), "{said}");
    case.start("--arena auto").exits(0);
    assert_eq!(case.tidy(), 2);
}

fn same_bytes() {
    let case = Case::new(&[700, 700], 2);
    let mut seen = Vec::new();
    for arena in ["memory", "in-place", "auto"] {
        case.start(&format!("-j 2 --arena {arena}")).exits(0);
        let mut files = all_files(&case.out());
        files.retain(|path| path.extension().is_some_and(|extension| extension == "png"));
        files.sort();
        seen.push(files.iter().map(|path| fs::read(path).unwrap()).collect::<Vec<_>>());
    }
    assert!(seen[0].len() == 2 && seen[0] == seen[1] && seen[0] == seen[2]);
}
