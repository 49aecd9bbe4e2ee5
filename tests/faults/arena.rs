//! The arena over made-up readers: what is loaded, what a leaf that cannot be read takes with it.
#![expect(clippy::unwrap_used, reason = "these are tests, run by a runner of their own")]

use crate::Test;
use shmplot::arena::{Arena, Loaded, Options};
use shmplot::data::{
    Attr, Attrs, Demand, Dim, Dtype, IndexSet, Labelled, LeafDemand, Pick, Slab, StrBuf, Values,
};
use shmplot::diag::{Diagnostic, LoadProgress};
use shmplot::source::{
    ArrayNode, CoordSource, Group, Listing, Node, Reader, SourceError, Storage, Tree, open,
};
use shmplot::sys::{Ended, ForkOptions, fork, memory};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) const TESTS: &[Test] = &[
    ("arena_gives_what_the_readers_give", gives_what_the_readers_give),
    ("arena_whole_leaves_are_mapped_views", whole_leaves_are_mapped_views),
    ("arena_demanded_parts_are_there_and_others_absent", demanded_parts_are_there_and_others_absent),
    ("arena_scalars_texts_and_empty_leaves_load", scalars_texts_and_empty_leaves_load),
    ("arena_coordinates_come_along", coordinates_come_along),
    ("arena_an_unreadable_leaf_fails_alone", an_unreadable_leaf_fails_alone),
    ("arena_a_leaf_that_kills_the_loader_fails_alone", a_leaf_that_kills_the_loader_fails_alone),
    ("arena_contiguous_leaves_are_read_from_their_file", contiguous_leaves_are_read_from_their_file),
    ("arena_too_much_is_refused_before_loading", too_much_is_refused_before_loading),
    ("arena_workers_share_it_and_cannot_change_it", workers_share_it_and_cannot_change_it),
    ("arena_the_parent_stays_small_and_single_threaded", the_parent_stays_small_and_single_threaded),
];

/// What reading an array does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Read,
    Fail,
    Panic,
    Abort,
    Overflow,
    Eat,
}

/// Arrays whose elements are their row-major indices.
#[derive(Debug)]
struct Made {
    path: PathBuf,
    arrays: Vec<(String, ArrayNode, Act)>,
}

fn array(dtype: Dtype, shape: &[usize], storage: Storage) -> ArrayNode {
    ArrayNode {
        dtype,
        stored: dtype.numpy_name().to_owned(),
        dims: (0..shape.len()).map(Dim::anonymous).collect(),
        shape: shape.to_vec(),
        attrs: Attrs::new(),
        coords: Vec::new(),
        storage,
        file: 0,
        item: 0,
        origin: "made".to_owned(),
    }
}

/// Row-major indices of a box's elements.
fn indices(shape: &[usize], slab: &Slab) -> Vec<usize> {
    let mut found = vec![0];
    for (range, len) in slab.0.iter().zip(shape) {
        found = found.iter().flat_map(|i| range.clone().map(move |j| i * len + j)).collect();
    }
    found
}

impl Reader for Made {
    fn format(&self) -> &'static str {
        "made"
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn list(&self) -> Result<Listing, SourceError> {
        let node = |(item, (name, array, _)): (usize, &(String, ArrayNode, Act))| {
            (name.clone(), Node::Array(Arc::new(ArrayNode { item: item as u32, ..array.clone() })))
        };
        let members = self.arrays.iter().enumerate().map(node).collect();
        Ok(Listing { root: Node::Group(Group::new(members)), warnings: Vec::new() })
    }

    fn read_into(&self, array: &ArrayNode, slab: &Slab, out: &mut [u8]) -> Result<(), SourceError> {
        self.act(array)?;
        let values = indices(&array.shape, slab);
        match array.dtype {
            Dtype::F64 => {
                let values: Vec<f64> = values.into_iter().map(|i| i as f64).collect();
                out.copy_from_slice(bytemuck::cast_slice(&values));
            }
            Dtype::I16 => {
                let values: Vec<i16> = values.into_iter().map(|i| i as i16).collect();
                out.copy_from_slice(bytemuck::cast_slice(&values));
            }
            other => panic!("no {other} here"),
        }
        Ok(())
    }

    fn read_texts(&self, array: &ArrayNode, slab: &Slab) -> Result<StrBuf, SourceError> {
        self.act(array)?;
        Ok(indices(&array.shape, slab).iter().map(|i| format!("text {i} é")).collect())
    }
}

impl Made {
    fn act(&self, array: &ArrayNode) -> Result<(), SourceError> {
        match self.arrays[array.item as usize].2 {
            Act::Read => {}
            Act::Fail => {
                return Err(SourceError::Malformed {
                    file: self.path.clone(),
                    dataset: None,
                    why: "made to fail".into(),
                });
            }
            Act::Panic => panic!("made to panic"),
            Act::Abort => std::process::abort(),
            Act::Overflow => {
                std::hint::black_box(dig(1));
            }
            Act::Eat => {
                let mut eaten: Vec<Vec<u8>> = Vec::new();
                loop {
                    // Address space only: nothing is touched, the machine's memory is safe.
                    eaten.push(Vec::with_capacity(1 << 30));
                    std::hint::black_box(&eaten);
                }
            }
        }
        Ok(())
    }
}

#[expect(unconditional_recursion, reason = "it shall overflow the stack")]
fn dig(n: u64) -> u64 {
    let hole = std::hint::black_box([n; 512]);
    dig(n + 1) + hole[7]
}

fn tree(arrays: Vec<(&str, ArrayNode, Act)>) -> Tree {
    let arrays = arrays.into_iter().map(|(name, array, act)| (name.to_owned(), array, act)).collect();
    let made: Arc<dyn Reader> = Arc::new(Made { path: "/made/up".into(), arrays });
    Tree::from_readers(vec![(String::new(), made)]).unwrap().value
}

fn load(tree: &Tree, demand: &Demand) -> Loaded {
    Arena::load(demand, tree, &Options::default(), &mut |_| ControlFlow::Continue(())).unwrap()
}

fn options(threads: usize) -> Options {
    Options { threads: Some(threads), ..Options::default() }
}

fn chunked(chunk: &[usize]) -> Storage {
    Storage::Chunked { chunk: chunk.to_vec(), filters: Vec::new() }
}

fn is_mapped(array: &Labelled) -> bool {
    array.grid.parts.iter().flatten().all(|part| part.values.is_mapped())
}

fn counting(n: usize) -> Vec<f64> {
    (0..n).map(|i| i as f64).collect()
}

fn whole_leaves_are_mapped_views() {
    let shape = [300, 70, 100];
    let tree = tree(vec![
        ("chunked", array(Dtype::F64, &shape, chunked(&[7, 70, 100])), Act::Read),
        ("opaque", array(Dtype::I16, &[100, 90], Storage::Opaque), Act::Read),
    ]);
    let mut last = LoadProgress::default();
    let demand = tree.whole();
    let loaded = Arena::load(&demand, &tree, &options(2), &mut |p| {
        last = p;
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(loaded.failed.is_empty(), "{:?}", loaded.failed);
    let arena = loaded.arena;
    let large = arena.leaf("chunked").unwrap();
    assert_eq!(large.shape, shape);
    assert!(is_mapped(&large));
    assert_eq!(large.as_contiguous_slice::<f64>().unwrap(), counting(300 * 70 * 100));
    assert_eq!(arena.leaf("opaque").unwrap().to_f64().unwrap(), counting(9000));
    assert_eq!(last.done, last.total);
    assert!(arena.bytes() >= last.total);
    let near = arena.leaf("chunkd").unwrap_err();
    assert_eq!(near.help.as_deref(), Some("did you mean `chunked`?"));
}

fn demanded_parts_are_there_and_others_absent() {
    let shape = [20, 9, 8];
    for storage in [chunked(&[6, 9, 3]), Storage::Opaque] {
        let tree = tree(vec![("a", array(Dtype::F64, &shape, storage), Act::Read)]);
        let steps = IndexSet::from_indices([0, 3, 4, 19]);
        let columns = IndexSet::from_ranges([1..3, 6..8]);
        let part = LeafDemand(vec![steps.clone(), IndexSet::all(9), columns.clone()]);
        let demand = Demand([("a".to_owned(), part)].into());
        let arena = load(&tree, &demand).arena;
        let a = arena.leaf("a").unwrap();
        assert_eq!(a.shape, shape);
        for i in 0..20 {
            for k in 0..8 {
                let got = a.f64_at(&[i, 5, k]);
                if steps.contains(i) && columns.contains(k) {
                    assert_eq!(got.unwrap(), ((i * 9 + 5) * 8 + k) as f64);
                } else {
                    assert!(got.is_err(), "{i} {k}");
                }
            }
        }
    }
}

fn scalars_texts_and_empty_leaves_load() {
    let tree = tree(vec![
        ("empty", array(Dtype::F64, &[0, 4], Storage::Opaque), Act::Read),
        ("scalar", array(Dtype::I16, &[], Storage::Opaque), Act::Read),
        ("texts", array(Dtype::Str, &[3, 2], Storage::Opaque), Act::Read),
    ]);
    let mut demand = tree.whole();
    demand.0.insert("texts".into(), LeafDemand(vec![IndexSet::from_indices([0, 2]), IndexSet::all(2)]));
    let arena = load(&tree, &demand).arena;
    assert_eq!(arena.leaf("empty").unwrap().to_f64().unwrap(), [0.0; 0]);
    assert_eq!(arena.leaf("scalar").unwrap().to_f64().unwrap(), [0.0]);
    let texts = arena.leaf("texts").unwrap();
    assert_eq!(texts.text_at(&[2, 1]).unwrap(), "text 5 é");
    assert!(texts.text_at(&[1, 0]).is_err());
    assert!(is_mapped(&texts));
    let nothing = load(&tree, &Demand::default()).arena;
    assert_eq!((nothing.bytes(), nothing.segments()), (0, 0));
}

fn coordinates_come_along() {
    let mut field = array(Dtype::F64, &[5, 3], Storage::Opaque);
    field.attrs.insert("units", Attr::Text("K".into()));
    field.attrs.insert("valid_range", Attr::Floats(vec![0.0, 9.5]));
    let names = Labelled::contiguous(
        vec![Dim::anonymous(1)],
        vec![3],
        Values::Str(["a", "bb", "ccc"].into_iter().collect()),
    );
    let steps = Labelled::contiguous(vec![Dim::anonymous(0)], vec![5], Values::F64(counting(5).into()));
    field.coords = vec![
        ("dim_0".into(), CoordSource::Inline(Arc::new(steps))),
        ("name".into(), CoordSource::Inline(Arc::new(names))),
        ("shared".into(), CoordSource::Leaf("axis".into())),
        ("misfit".into(), CoordSource::Leaf("other".into())),
    ];
    let mut second = array(Dtype::I16, &[5], Storage::Opaque);
    second.coords = vec![("dim_0".into(), CoordSource::Leaf("axis".into()))];
    let tree = tree(vec![
        ("axis", array(Dtype::F64, &[5], Storage::Opaque), Act::Read),
        ("field", field, Act::Read),
        ("other", array(Dtype::F64, &[4], Storage::Opaque), Act::Read),
        ("second", second, Act::Read),
    ]);
    let mut demand = Demand::default();
    demand.add("field", &LeafDemand(vec![IndexSet::from_indices([4]), IndexSet::all(3)]));
    demand.add("second", &LeafDemand::all(&[5]));
    let arena = load(&tree, &demand).arena;
    let field = arena.leaf("field").unwrap();
    let found: Vec<&str> = field.coords.iter().map(|(name, _)| name).collect();
    assert_eq!(found, ["dim_0", "name", "shared"]);
    assert_eq!(field.coords.get("shared").unwrap().to_f64().unwrap(), counting(5));
    assert_eq!(field.coords.get("dim_0").unwrap().to_f64().unwrap(), counting(5));
    assert_eq!(field.coords.get("name").unwrap().texts().unwrap(), ["a", "bb", "ccc"]);
    assert_eq!(field.attrs.text("units"), Some("K"));
    assert_eq!(field.attrs.get("valid_range"), Some(&Attr::Floats(vec![0.0, 9.5])));
    assert_eq!(field.name.as_deref(), Some("field"));
    assert_eq!(arena.leaf("second").unwrap().coords.get("dim_0").unwrap().to_f64().unwrap(), counting(5));
    assert_eq!(arena.segments_of(&demand), [0]);
    assert!(arena.segments_of(&Demand::default()).is_empty());
}

/// Two bad leaves between good ones, loaded by two threads.
fn with_bad(act: Act) -> Loaded {
    let mut arrays = Vec::new();
    let names: Vec<String> = (0..40).map(|i| format!("leaf{i:02}")).collect();
    for (i, name) in names.iter().enumerate() {
        let act = if i == 7 || i == 23 { act } else { Act::Read };
        arrays.push((name.as_str(), array(Dtype::F64, &[10_000], chunked(&[1000])), act));
    }
    let tree = tree(arrays);
    let demand = tree.whole();
    let loaded = Arena::load(&demand, &tree, &options(2), &mut |_| ControlFlow::Continue(())).unwrap();
    for (i, name) in names.iter().enumerate() {
        let leaf = loaded.arena.leaf(name);
        if i == 7 || i == 23 {
            assert_eq!(leaf.unwrap_err(), loaded.failed[name], "{name}");
        } else {
            assert_eq!(leaf.unwrap().to_f64().unwrap(), counting(10_000), "{name}");
        }
    }
    assert_eq!(loaded.failed.len(), 2);
    loaded
}

fn an_unreadable_leaf_fails_alone() {
    let failed = with_bad(Act::Fail).failed;
    assert_eq!(failed["leaf07"].to_string(), "/made/up: made to fail");
    let failed = with_bad(Act::Panic).failed;
    assert_eq!(failed["leaf23"].to_string(), "the reader of `leaf23` panicked: made to panic");

    let mut needs = array(Dtype::F64, &[5], Storage::Opaque);
    needs.coords = vec![("dim_0".into(), CoordSource::Leaf("axis".into()))];
    let tree = tree(vec![
        ("axis", array(Dtype::F64, &[5], Storage::Opaque), Act::Fail),
        ("needs", needs, Act::Read),
    ]);
    let demand =
        Demand([("needs".to_owned(), LeafDemand::all(&[5])), ("gone".into(), LeafDemand(vec![]))].into());
    let failed = load(&tree, &demand).failed;
    let said = failed["needs"].to_string();
    assert_eq!(said, "the coordinate `dim_0` of `needs` cannot be read: /made/up: made to fail");
    assert!(failed["gone"].to_string().contains("there is no `gone`"));
}

fn a_leaf_that_kills_the_loader_fails_alone() {
    for (act, how) in [(Act::Abort, "SIGABRT"), (Act::Overflow, "overflow"), (Act::Eat, "memory allocation")]
    {
        let failed = with_bad(act).failed;
        let said = failed["leaf07"].to_string();
        assert!(said.contains("the loader died while reading `leaf07` of /made/up"), "{said}");
        assert!(said.contains(how), "{said}");
    }
}

fn contiguous_leaves_are_read_from_their_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("raw.bin");
    let values = counting(2_000_000);
    std::fs::write(&path, [&[0xff; 24], bytemuck::cast_slice::<f64, u8>(&values)].concat()).unwrap();
    let node = array(Dtype::F64, &[200, 10_000], Storage::Contiguous { offset: 24 });
    let reader = Made { path: path.clone(), arrays: vec![("raw".into(), node, Act::Fail)] };
    let tree = Tree::from_readers(vec![(String::new(), Arc::new(reader) as Arc<dyn Reader>)]).unwrap().value;
    let arena = load(&tree, &tree.whole()).arena;
    assert_eq!(arena.leaf("raw").unwrap().as_contiguous_slice::<f64>().unwrap(), values);

    let part =
        LeafDemand(vec![IndexSet::from_indices([1, 199]), IndexSet::from_ranges([3..5, 9_000..9_999])]);
    let arena = load(&tree, &Demand([("raw".to_owned(), part)].into())).arena;
    let raw = arena.leaf("raw").unwrap();
    for (i, j) in [(1, 3), (1, 4), (199, 9_000), (199, 9_998)] {
        assert_eq!(raw.f64_at(&[i, j]).unwrap(), (i * 10_000 + j) as f64);
    }
    assert!(raw.f64_at(&[1, 5]).is_err());

    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(1000).unwrap();
    let failed = load(&tree, &tree.whole()).failed;
    assert!(failed["raw"].to_string().contains("changed while it was in use"), "{}", failed["raw"]);
}

fn too_much_is_refused_before_loading() {
    let tree = tree(vec![("huge", array(Dtype::F64, &[1 << 40], Storage::Opaque), Act::Abort)]);
    let refuse = |options: &Options| -> Diagnostic {
        Arena::load(&tree.whole(), &tree, options, &mut |_| ControlFlow::Continue(())).unwrap_err()
    };
    let said = refuse(&Options::default()).to_string();
    assert!(said.contains("need 8.0 TiB"), "{said}");
    let said = refuse(&Options { memory_limit: Some(1 << 20), ..Options::default() }).to_string();
    assert!(said.contains("--memory-limit allows 1.0 MiB") && said.contains("select less"), "{said}");
}

fn workers_share_it_and_cannot_change_it() {
    let tree = tree(vec![("a", array(Dtype::F64, &[1000, 1000], chunked(&[10, 1000])), Act::Read)]);
    let arena = load(&tree, &tree.whole()).arena;
    let mut worker = fork(&ForkOptions::default(), || {
        let a = arena.leaf("a").unwrap();
        let sum: f64 = a.to_f64().unwrap().iter().sum();
        i32::from(sum != 999_999.0 * 500_000.0)
    })
    .unwrap();
    assert_eq!(worker.wait().unwrap(), Ended::Exited(0));
    // I6: every mapping of the arena is read-only and nothing holds a descriptor of it.
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let own: Vec<&str> = maps.lines().filter(|line| line.contains("shmplot-arena")).collect();
    assert!(!own.is_empty() && own.iter().all(|line| line.contains(" r--s ")), "{own:?}");
    for fd in std::fs::read_dir("/proc/self/fd").unwrap() {
        let target = std::fs::read_link(fd.unwrap().path()).unwrap_or_default();
        assert!(!target.to_string_lossy().contains("shmplot-arena"), "{target:?}");
    }
}

fn the_parent_stays_small_and_single_threaded() {
    let tree = tree(vec![("a", array(Dtype::F64, &[8 << 20], chunked(&[1 << 16])), Act::Read)]);
    let me = std::process::id() as i32;
    let before = memory::resident(me).unwrap().anon;
    let arena = load(&tree, &tree.whole()).arena;
    let after = memory::resident(me).unwrap().anon;
    assert_eq!(arena.leaf("a").unwrap().size(), 8 << 20);
    assert!(after < before + (4 << 20), "64 MiB of data grew the parent from {before} to {after}");
    assert_eq!(memory::threads().unwrap(), 1);
}

/// Every array of up to 16 MiB of the real files, through the loader and through the reader itself;
/// and one step in three of its first axis.
fn gives_what_the_readers_give() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("own.csv"), "a,b,name\n1,2.5,x\n3,,y\n5,6.5,z\n").unwrap();
    let shared = std::env::var_os("SHMPLOT_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let mut files = vec![dir.path().join("own.csv")];
    let mut folders = vec![shared.join("data")];
    while let Some(folder) = folders.pop() {
        match std::fs::read_dir(&folder) {
            Ok(entries) => {
                for entry in entries.flatten() {
                    let list = if entry.path().is_dir() { &mut folders } else { &mut files };
                    list.push(entry.path());
                }
            }
            Err(err) => println!("skipped {}: {err}", folder.display()),
        }
    }
    files.sort();
    let mut compared = 0;
    for file in files {
        let Ok(tree) = open(std::slice::from_ref(&file)) else { continue };
        let tree = tree.value;
        let mut demand = Demand::default();
        tree.walk(&mut |path, node| {
            if let Node::Array(array) = node
                && array.nbytes().is_none_or(|bytes| bytes <= 16 << 20)
            {
                demand.add(path, &LeafDemand::all(&array.shape));
            }
        });
        let mut thirds = demand.clone();
        for part in thirds.0.values_mut() {
            if let Some(first) = part.0.first_mut() {
                *first = IndexSet::from_indices((0..first.count()).step_by(3));
            }
        }
        for demand in [demand, thirds] {
            let loaded = load(&tree, &demand);
            for (path, part) in &demand.0 {
                compare(&tree, &loaded, path, part);
                compared += 1;
            }
        }
    }
    assert!(compared >= 6, "{compared}");
    println!("compared {compared} leaves");
}

fn compare(tree: &Tree, loaded: &Loaded, path: &str, part: &LeafDemand) {
    let array = tree.array(path).unwrap();
    let read = tree.read(array, &Slab::all(&array.shape));
    let repeated = (1..array.dims.len()).any(|i| array.dims[..i].contains(&array.dims[i]));
    if repeated {
        // Labelled arrays have no such thing; it is said, with the dim's name.
        return assert!(loaded.arena.leaf(path).is_err(), "{path}");
    }
    let leaf = match (loaded.arena.leaf(path), read.is_err()) {
        (Ok(leaf), _) => leaf,
        (Err(_), true) => return,
        // Its own values are fine, one of its coordinates is not.
        (Err(why), false) => {
            let coords = tree.coords(path);
            return assert!(coords.is_err(), "{path}: {why}, but {coords:?}");
        }
    };
    assert!(is_mapped(&leaf), "{path}");
    let Ok(read) = read else { return };
    let whole = Labelled::contiguous(array.dims.clone(), array.shape.clone(), read);
    // All of it, or a few of the demanded rows.
    let mut rows: Vec<Option<usize>> = vec![None];
    if *part != LeafDemand::all(&array.shape) {
        let demanded: Vec<usize> = part.0[0].ranges().iter().cloned().flatten().collect();
        rows = demanded.iter().step_by(demanded.len() / 20 + 1).copied().map(Some).collect();
    }
    for row in rows {
        let cut = |array: &Labelled| match row {
            Some(row) => array.isel(0, &Pick::At(row)).unwrap(),
            None => array.clone(),
        };
        let (ours, theirs) = (cut(&leaf), cut(&whole));
        if leaf.dtype() == Dtype::Str {
            assert_eq!(ours.texts().unwrap(), theirs.texts().unwrap(), "{path} {row:?}");
        } else {
            let bits =
                |array: &Labelled| array.to_f64().unwrap().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&ours), bits(&theirs), "{path} {row:?}");
        }
    }
}
