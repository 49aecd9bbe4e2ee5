//! Data that are used where they lie: every format against what its reader gives, and files that are
//! cut off, changed, replaced or removed while the real program draws them.
#![expect(clippy::unwrap_used, reason = "these are tests, run by a runner of their own")]

use crate::Test;
use serde_json::Value;
use shmplot::arena::{Arena, Options, Place, place};
use shmplot::data::{Demand, LeafDemand, Placed, Slab, Values};
use shmplot::source::{self, Node, Tree};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub(crate) const TESTS: &[Test] = &[("in_place_every_format_gives_what_its_reader_gives", every_format)];

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
    let all: Vec<_> = array.shape.iter().map(|len| vec![0..*len]).collect();
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
    let text = std::fs::read_to_string(fixture("expected.json")).unwrap();
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
