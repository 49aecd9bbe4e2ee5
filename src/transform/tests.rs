//! Operations against numbers from xarray 2026.9 and numpy 2.4, and what figures reach against what
//! evaluation touches.

use super::*;
use crate::data::{Attr, Grid, IndexSet, LeafDemand, Part, Slab, Values};
use std::collections::BTreeMap;
use std::sync::Arc;

mod parts;

const NAN: f64 = f64::NAN;

/// The value of one root.
fn eval(graph: &Graph, root: NodeId, inputs: &dyn Inputs) -> Result<Value, Diagnostic> {
    super::eval(graph, &[root], inputs).map(|mut values| values.remove(0))
}

/// What one root demands.
fn reach(graph: &Graph, root: NodeId, leaves: &dyn Leaves) -> Result<Demand, Diagnostic> {
    super::reach(graph, &[root], leaves).map(|reached| reached.demand)
}

/// The value of one root where no more is there than it demands, and how much that is.
fn eval_some(graph: &Graph, root: NodeId, whole: &Memory) -> Result<(Value, usize), Diagnostic> {
    let Reached { demand, cuts, .. } = super::reach(graph, &[root], whole)?;
    let count = demand.0.values().map(LeafDemand::count).sum();
    let partial = Memory { leaves: whole.leaves.clone(), loaded: Some(demand) };
    eval_cut(graph, &[root], &cuts, &partial).map(|mut values| (values.remove(0), count))
}

/// Leaves in memory; `loaded`, if given, is all that is there of them.
struct Memory {
    leaves: BTreeMap<String, Labelled>,
    loaded: Option<Demand>,
}

impl Memory {
    /// `a` (t, x) with labels and gaps, `u` (x) of small integers, `big` (t, y, x), `s` a scalar.
    fn new() -> Self {
        let mut a = Labelled::contiguous(
            vec!["t".into(), "x".into()],
            vec![3, 4],
            Values::F64(vec![0.5, NAN, 2.0, 3.5, 1.0, 4.0, -2.0, NAN, 8.0, 0.25, 6.0, 7.0].into()),
        )
        .named("a");
        a.attrs.insert("units", Attr::Text("K".into()));
        let t = Labelled::contiguous(vec!["t".into()], vec![3], Values::I64(vec![10, 20, 30].into()));
        let x = Labelled::contiguous(vec!["x".into()], vec![4], Values::F64(vec![0.0, 0.5, 1.0, 1.5].into()));
        let (t, x) = (Arc::new(t), Arc::new(x));
        let a = a.with_coord("t", t.clone()).unwrap().with_coord("x", x.clone()).unwrap();
        let u =
            Labelled::contiguous(vec!["x".into()], vec![3], Values::U8(vec![250, 3, 7].into())).named("u");
        let numbers: Vec<f32> = (0..60).map(|i| ((i * 37) % 61) as f32).collect();
        let big = Labelled::contiguous(
            vec!["t".into(), "y".into(), "x".into()],
            vec![3, 5, 4],
            Values::F32(numbers.into()),
        );
        let big = big.named("big").with_coord("t", t).unwrap().with_coord("x", x).unwrap();
        let s = Labelled::scalar(Values::I32(vec![4].into())).named("s");
        let v = Labelled::contiguous(vec!["x".into()], vec![3], Values::U8(vec![1, 2, 3].into())).named("u");
        let leaves = [("a", a), ("u", u), ("other/u", v), ("big", big), ("s", s)];
        Self { leaves: leaves.map(|(name, leaf)| (name.to_owned(), leaf)).into(), loaded: None }
    }
}

impl Leaves for Memory {
    fn info(&self, path: &str) -> Result<LeafInfo, Diagnostic> {
        let leaf = self.leaves.get(path).ok_or_else(|| Diagnostic::error(format!("there is no `{path}`")))?;
        let coords = leaf.coords.iter().map(|(name, coord)| CoordInfo {
            name: name.to_owned(),
            dims: coord.dims.clone(),
            shape: coord.shape.clone(),
            dtype: coord.dtype(),
        });
        Ok(LeafInfo {
            dtype: leaf.dtype(),
            dims: leaf.dims.clone(),
            shape: leaf.shape.clone(),
            coords: coords.collect(),
        })
    }

    fn coord(&self, path: &str, name: &str) -> Result<Option<Coord>, Diagnostic> {
        Ok(self.leaves[path].coords.get(name).cloned())
    }
}

impl Inputs for Memory {
    fn is_left_out(&self, path: &str) -> bool {
        self.loaded.as_ref().is_some_and(|demand| !demand.0.contains_key(path))
    }

    fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic> {
        let whole =
            self.leaves.get(path).ok_or_else(|| Diagnostic::error(format!("there is no `{path}`")))?;
        match &self.loaded {
            None => Ok(whole.clone()),
            Some(demand) => match demand.0.get(path) {
                Some(part) => Ok(only(whole, part)),
                None => Err(Diagnostic::error(format!("`{path}` was not demanded"))),
            },
        }
    }
}

/// A leaf of which only a part is in memory, cut as the arena cuts it.
pub(super) fn only(whole: &Labelled, part: &LeafDemand) -> Labelled {
    let splits: Vec<Vec<usize>> = part
        .0
        .iter()
        .zip(&whole.shape)
        .map(|(set, len)| {
            let mut cuts: Vec<usize> =
                set.ranges().iter().flat_map(|r| [r.start, r.end]).chain([0, *len]).collect();
            cuts.sort_unstable();
            cuts.dedup();
            cuts
        })
        .collect();
    let mut grid = Grid { dtype: whole.dtype(), splits, parts: Vec::new() };
    let cells = grid.cells();
    for number in 0..cells.iter().product() {
        let mut rest = number;
        let mut ranges = vec![0..0; cells.len()];
        for axis in (0..cells.len()).rev() {
            let cell = rest % cells[axis];
            rest /= cells[axis];
            ranges[axis] = grid.splits[axis][cell]..grid.splits[axis][cell + 1];
        }
        let there = ranges.iter().zip(&part.0).all(|(range, set)| set.contains(range.start));
        let cut = Slab(ranges).0.into_iter().enumerate().fold(whole.clone(), |array, (axis, range)| {
            let pick = crate::data::Pick::Range { start: range.start, count: range.len(), step: 1 };
            array.isel(axis, &pick).unwrap()
        });
        let solid = Labelled::contiguous(cut.dims.clone(), cut.shape.clone(), cut.to_values().unwrap());
        grid.parts.push(solid.grid.parts[0].clone().filter(|_| there).map(|part: Part| part));
    }
    let mut leaf = Labelled::from_parts(whole.dims.clone(), whole.shape.clone(), grid).unwrap();
    (leaf.name, leaf.coords, leaf.attrs) = (whole.name.clone(), whole.coords.clone(), whole.attrs.clone());
    leaf
}

/// Builds graphs with few words.
#[derive(Default)]
struct Build(Graph);

impl Build {
    fn leaf(&mut self, path: &str) -> Arg {
        Arg::Node(self.0.push(Op::Leaf(path.into()), None))
    }

    fn call(&mut self, name: &str, args: Vec<Arg>, kwargs: Vec<(&str, Arg)>) -> Arg {
        let kwargs = kwargs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        Arg::Node(self.0.push(Op::Call { name: name.into(), args, kwargs }, None))
    }
}

fn int(v: i64) -> Arg {
    Arg::Value(Value::Int(v))
}

fn float(v: f64) -> Arg {
    Arg::Value(Value::Float(v))
}

fn text(v: &str) -> Arg {
    Arg::Value(v.into())
}

fn list(items: Vec<Arg>) -> Arg {
    Arg::List(items)
}

fn map(entries: Vec<(&str, Arg)>) -> Arg {
    Arg::Map(entries.into_iter().map(|(key, value)| (text(key), value)).collect())
}

fn slice(start: Option<i64>, stop: Option<i64>, step: Option<i64>) -> Arg {
    let part = |v: Option<i64>| v.map_or(Value::None, Value::Int);
    Arg::Value(Value::Slice(Box::new([part(start), part(stop), part(step)])))
}

fn root(arg: &Arg) -> NodeId {
    match arg {
        Arg::Node(id) => *id,
        other => panic!("{other:?} is no node"),
    }
}

fn close(got: &[f64], expected: &[f64], tolerance: f64) -> bool {
    got.len() == expected.len()
        && got.iter().zip(expected).all(|(a, b)| {
            (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= tolerance * a.abs().max(b.abs())
        })
}

/// Evaluates `name(leaf, …)`, checks values, type and dims.
fn check(leaf: &str, name: &str, args: Vec<Arg>, kwargs: Vec<(&str, Arg)>, expected: &[f64], kind: &str) {
    let mut build = Build::default();
    let mut all = vec![build.leaf(leaf)];
    all.extend(args);
    let node = build.call(name, all, kwargs);
    let value = eval(&build.0, root(&node), &Memory::new()).unwrap();
    let Value::Array(array) = value else { panic!("{name} gave {value}") };
    let dims: Vec<&str> = array.dims.iter().map(Dim::as_str).collect();
    assert_eq!(format!("{} {}", array.dtype(), dims.join(",")), kind, "{name}");
    let tolerance = if array.dtype() == Dtype::F32 { 1e-5 } else { 1e-12 };
    let got = array.to_f64().unwrap();
    assert!(close(&got, expected, tolerance), "{name}: {got:?} instead of {expected:?}");
}

#[test]
fn reductions_agree_with_xarray() {
    let no = Vec::new;
    check("a", ".mean", vec![text("t")], no(), &[3.1666666666666665, 2.125, 2.0, 5.25], "float64 x");
    check("a", ".std", vec![], no(), &[3.0831193619449766], "float64 ");
    check(
        "a",
        ".var",
        vec![text("x")],
        vec![("ddof", int(1))],
        &[2.25, 9.0, 12.057291666666666],
        "float64 t",
    );
    check("a", ".median", vec![text("x")], no(), &[2.0, 1.0, 6.5], "float64 t");
    check("a", ".min", vec![], no(), &[-2.0], "float64 ");
    check("a", ".count", vec![text("x")], no(), &[3.0, 3.0, 4.0], "int64 t");
    check("a", ".argmax", vec![text("x")], no(), &[3.0, 1.0, 0.0], "int64 t");
    check("a", ".prod", vec![text("x")], no(), &[3.5, -8.0, 84.0], "float64 t");
    let skipna = vec![("skipna", Arg::Value(Value::Bool(false)))];
    check("a", ".mean", vec![text("t")], skipna, &[3.1666666666666665, NAN, 2.0, NAN], "float64 x");
    let running = [0.5, 0.5, 2.5, 6.0, 1.0, 5.0, 3.0, 3.0, 8.0, 8.25, 14.25, 21.25];
    check("a", ".cumsum", vec![text("x")], no(), &running, "float64 t,x");
    let quantiles = [0.75, 1.1875, 0.0, 4.375, 6.6000000000000005, 3.625, 5.2, 6.65];
    let q = list(vec![float(0.25), float(0.9)]);
    check("a", ".quantile", vec![q, text("t")], no(), &quantiles, "float64 quantile,x");
    check("u", ".sum", vec![], no(), &[260.0], "uint64 ");
    check("u", ".mean", vec![], no(), &[86.66666666666667], "float64 ");
    check("u", ".max", vec![text("x")], no(), &[250.0], "uint8 ");
}

#[test]
fn arithmetic_has_the_types_of_numpy() {
    let no = Vec::new;
    check("u", "add", vec![int(10)], no(), &[4.0, 13.0, 17.0], "uint8 x");
    check("u", "div", vec![int(2)], no(), &[125.0, 1.5, 3.5], "float64 x");
    check("u", "mul", vec![float(0.5)], no(), &[125.0, 1.5, 3.5], "float64 x");
    check("u", "sub", vec![int(5)], no(), &[245.0, 254.0, 2.0], "uint8 x");
    check("u", "where", vec![text(">"), int(5)], no(), &[250.0, NAN, 7.0], "float32 x");
    check("u", "==", vec![int(3)], no(), &[0.0, 1.0, 0.0], "bool x");
    check("u", "<", vec![int(1000)], no(), &[1.0, 1.0, 1.0], "bool x");
    let differences = [NAN, NAN, 1.5, 3.0, -6.0, NAN, -7.75, 5.75, 1.0];
    check("a", ".diff", vec![text("x")], no(), &differences, "float64 t,x");
    let filled = [0.5, -1.0, 2.0, 3.5, 1.0, 4.0, -2.0, -1.0, 8.0, 0.25, 6.0, 7.0];
    check("a", ".fillna", vec![int(-1)], no(), &filled, "float64 t,x");
    let plain = |name: &str, a: Value, b: Value| {
        let mut build = Build::default();
        let node = build.call(name, vec![Arg::Value(a), Arg::Value(b)], vec![]);
        eval(&build.0, root(&node), &Memory::new())
    };
    assert!(matches!(plain("floordiv", Value::Int(-7), Value::Int(2)), Ok(Value::Int(-4))));
    assert!(matches!(plain("mod", Value::Int(-7), Value::Int(3)), Ok(Value::Int(2))));
    assert!(matches!(plain("mod", Value::Float(-7.5), Value::Int(-2)), Ok(Value::Float(v)) if v == -1.5));
    assert!(plain("div", Value::Int(1), Value::Int(0)).unwrap_err().to_string().contains("division by zero"));
}

#[test]
fn bare_arrays_broadcast_as_in_numpy() {
    let mut build = Build::default();
    let a = build.leaf("a");
    let data = build.call(".data", vec![a.clone()], vec![]);
    let row = build.call("getitem", vec![data.clone(), int(0)], vec![]);
    let outer = build.call("sub", vec![data, row.clone()], vec![]);
    let labelled = build.call("add", vec![row, a], vec![]);
    let total = build.call(".sum", vec![outer.clone()], vec![]);
    let roots = [root(&outer), root(&labelled), root(&total)];
    let values = super::eval(&build.0, &roots, &Memory::new()).unwrap();
    assert_eq!(values[0].describe(), "bare array float64 (3, 4)");
    assert_eq!(values[1].describe(), "array float64 (t: 3, x: 4)");
    // numpy does not skip NaN.
    assert_eq!(values[2].describe(), "float64 NaN");
}

#[test]
fn no_fallback_covers_a_skip() {
    let mut build = Build::default();
    let a = build.leaf("a");
    let large = build.call(".any", vec![a], vec![]);
    let skip = build.call("raise_SkipPlot", vec![large], vec![("reason", text("it rains"))]);
    let tried = build.0.push(Op::Try { node: root(&skip), fallback: int(1) }, None);
    let sum = build.call("add", vec![Arg::Node(tried), int(1)], vec![]);
    let error = eval(&build.0, root(&sum), &Memory::new()).unwrap_err();
    assert!(error.is_skip());
    let outcome = crate::diag::Outcome::of_error(error);
    assert_eq!(outcome, crate::diag::Outcome::Skipped("it rains".into()));
    let never = build.call("raise_SkipPlot", vec![int(0)], vec![("passthrough", int(3))]);
    let value = eval(&build.0, root(&never), &Memory::new()).unwrap();
    assert!(matches!(value, Value::Int(3)));
}

#[test]
fn operands_are_aligned_by_labels() {
    let mut build = Build::default();
    let a = build.leaf("a");
    let order = map(vec![("x", list(vec![int(3), int(1), int(2)])), ("t", list(vec![int(0), int(2)]))]);
    let b = build.call(".isel", vec![a.clone(), order], vec![]);
    let sum = build.call("add", vec![a, b], vec![]);
    let Value::Array(sum) = eval(&build.0, root(&sum), &Memory::new()).unwrap() else { panic!("no array") };
    // xarray keeps the left order of labels here: x = 0.5, 1.0, 1.5.
    assert_eq!(sum.coords.get("x").unwrap().to_f64().unwrap(), [0.5, 1.0, 1.5]);
    assert!(close(&sum.to_f64().unwrap(), &[NAN, 4.0, 7.0, 0.5, 12.0, 14.0], 0.0));
    assert_eq!((sum.name.as_deref(), sum.attrs.text("units")), (Some("a"), Some("K")));
}

#[test]
fn histograms_agree_with_numpy() {
    let mut build = Build::default();
    let a = build.leaf("a");
    let row = build.call(".isel", vec![a, map(vec![("t", int(2))])], vec![]);
    let pair = build.call("np.histogram", vec![row], vec![("bins", int(3))]);
    let value = eval(&build.0, root(&pair), &Memory::new()).unwrap();
    let Value::Tuple(pair) = value else { panic!("no pair") };
    let numbers = |value: &Value| match value {
        Value::Bare(array) => array.to_f64().unwrap(),
        other => panic!("{other}"),
    };
    assert_eq!(numbers(&pair[0]), [1.0, 0.0, 3.0]);
    assert!(close(&numbers(&pair[1]), &[0.25, 2.8333333333333335, 5.416666666666667, 8.0], 1e-15));
}

/// Graphs over the leaves of [`Memory`], by name.
fn graphs() -> Vec<(&'static str, Build, Arg)> {
    let mut all = Vec::new();
    let mut add = |name, make: &dyn Fn(&mut Build) -> Arg| {
        let mut build = Build::default();
        let root = make(&mut build);
        all.push((name, build, root));
    };
    add("a leaf", &|b| b.leaf("big"));
    add("a scalar leaf", &|b| {
        let s = b.leaf("s");
        b.call("add", vec![s, int(1)], vec![])
    });
    add("views of views", &|b| {
        let big = b.leaf("big");
        let one =
            b.call(".isel", vec![big, map(vec![("t", int(-1)), ("x", slice(Some(1), None, None))])], vec![]);
        let turned = b.call(".transpose", vec![one], vec![]);
        let renamed = b.call(".rename", vec![turned, map(vec![("x", text("column"))])], vec![]);
        b.call(".isel", vec![renamed], vec![("column", list(vec![int(2), int(0)]))])
    });
    add("labels, then a mean", &|b| {
        let big = b.leaf("big");
        let some = b.call(
            ".sel",
            vec![big, map(vec![("t", slice(Some(15), Some(30), None)), ("x", float(0.5))])],
            vec![],
        );
        b.call(".mean", vec![some, text("y")], vec![])
    });
    add("two parts of one leaf", &|b| {
        let big = b.leaf("big");
        let first =
            b.call(".isel", vec![big.clone()], vec![("t", int(0)), ("drop", Arg::Value(Value::Bool(true)))]);
        let last = b.call(".isel", vec![big], vec![("t", int(2)), ("drop", Arg::Value(Value::Bool(true)))]);
        b.call("sub", vec![last, first], vec![])
    });
    add("a dataset of two leaves", &|b| {
        let (a, big) = (b.leaf("a"), b.leaf("big"));
        let row = b.call(".head", vec![big], vec![("y", int(2))]);
        let both = b.call("xr.Dataset", vec![map(vec![("a", a), ("b", row)])], vec![]);
        b.call(".isel", vec![both, map(vec![("t", int(1))])], vec![])
    });
    add("an index from data", &|b| {
        let a = b.leaf("a");
        let place = b.call(".argmax", vec![a.clone(), text("x")], vec![]);
        let place = b.call(".isel", vec![place], vec![("t", int(1))]);
        b.call(".isel", vec![a], vec![("x", place)])
    });
    add("a fallback", &|b| {
        let a = b.leaf("a");
        let bad = b.call(".isel", vec![a.clone()], vec![("nope", int(1))]);
        Arg::Node(b.0.push(Op::Try { node: root(&bad), fallback: a }, None))
    });
    // Parts of `big` as if they were universes, in another order than that of their labels.
    fn universes(b: &mut Build, method: &str, wrap: bool) -> Arg {
        let big = b.leaf("big");
        let cells = (0..3)
            .map(|t| {
                let drop = ("drop", Arg::Value(Value::Bool(true)));
                let cell = b.call(".isel", vec![big.clone()], vec![("t", int(t)), drop]);
                if wrap { b.call("xr.Dataset", vec![map(vec![("v", cell)])], vec![]) } else { cell }
            })
            .collect();
        let dims = map(vec![("p", list(vec![int(30), int(10), int(20)]))]);
        b.call("(combine)", vec![list(cells), dims, text(method)], vec![])
    }
    for (name, method, wrap) in [
        ("universes one after another", "concat", false),
        ("universes merged", "merge", false),
        ("universes of datasets", "merge", true),
    ] {
        add(name, &|b| {
            let all = universes(b, method, wrap);
            let some = b.call(".sel", vec![all], vec![("p", list(vec![int(10), int(20)]))]);
            b.call(".isel", vec![some], vec![("p", int(0)), ("y", slice(Some(1), Some(3), None))])
        });
    }
    add("universes of which one is never opened", &|b| {
        let (u, v) = (b.leaf("u"), b.leaf("other/u"));
        let dims = map(vec![("p", list(vec![int(2), int(1), int(3)]))]);
        let all =
            b.call("(combine)", vec![list(vec![u, v, Arg::Value(Value::None)]), dims, text("merge")], vec![]);
        b.call(".sel", vec![all], vec![("p", list(vec![int(2), int(3)]))])
    });
    add("a dataset, labels united", &|b| {
        let big = b.leaf("big");
        let first =
            b.call(".isel", vec![big.clone()], vec![("t", list(vec![int(0), int(1)])), ("y", int(0))]);
        let last = b.call(".isel", vec![big], vec![("t", list(vec![int(1), int(2)])), ("y", int(0))]);
        let both = b.call("xr.Dataset", vec![map(vec![("a", first), ("b", last)])], vec![]);
        let one = b.call(".isel", vec![both], vec![("t", int(0)), ("x", int(3))]);
        b.call("getitem", vec![one, text("a")], vec![])
    });
    add("steps and tails", &|b| {
        let big = b.leaf("big");
        let thin = b.call(".thin", vec![big], vec![("x", int(2)), ("y", int(3))]);
        let tail = b.call(".tail", vec![thin, map(vec![("t", int(1))])], vec![]);
        b.call(".squeeze", vec![tail], vec![])
    });
    all
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            let coords = |array: &Labelled| -> Vec<(String, Vec<f64>)> {
                array.coords.iter().map(|(name, c)| (name.to_owned(), c.to_f64().unwrap())).collect()
            };
            let bits = |array: &Labelled| -> Vec<u64> {
                array.to_f64().unwrap().into_iter().map(f64::to_bits).collect()
            };
            (&a.dims, &a.shape, a.dtype(), bits(a)) == (&b.dims, &b.shape, b.dtype(), bits(b))
                && coords(a) == coords(b)
        }
        (Value::Dataset(a), Value::Dataset(b)) => {
            a.vars.len() == b.vars.len()
                && a.vars
                    .iter()
                    .zip(&b.vars)
                    .all(|(a, b)| a.0 == b.0 && same(&a.1.clone().into(), &b.1.clone().into()))
        }
        _ => false,
    }
}

#[test]
fn what_is_reached_is_enough_to_evaluate() {
    let whole = Memory::new();
    for (name, build, node) in graphs() {
        let expected = eval(&build.0, root(&node), &whole).unwrap();
        let (got, _) =
            eval_some(&build.0, root(&node), &whole).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(same(&got, &expected), "{name}: {got} instead of {expected}");
    }
}

#[test]
fn selections_are_followed_down_to_the_leaf() {
    let demand = |name: &str| {
        let (_, build, node) = graphs().into_iter().find(|(n, ..)| *n == name).unwrap();
        reach(&build.0, root(&node), &Memory::new()).unwrap()
    };
    let set = |indices: &[usize]| IndexSet::from_indices(indices.iter().copied());
    let all = IndexSet::all;
    let one = |path: &str, axes: Vec<IndexSet>| Demand([(path.to_owned(), LeafDemand(axes))].into());
    assert_eq!(demand("views of views"), one("big", vec![set(&[2]), all(5), set(&[1, 3])]));
    assert_eq!(demand("labels, then a mean"), one("big", vec![set(&[1, 2]), all(5), set(&[1])]));
    assert_eq!(demand("two parts of one leaf"), one("big", vec![set(&[0, 2]), all(5), all(4)]));
    assert_eq!(demand("steps and tails"), one("big", vec![set(&[2]), set(&[0, 3]), set(&[0, 2])]));
    assert_eq!(demand("universes one after another"), one("big", vec![set(&[1]), set(&[1, 2]), all(4)]));
    assert_eq!(demand("universes merged"), one("big", vec![set(&[1]), set(&[1, 2]), all(4)]));
    assert_eq!(demand("universes of datasets"), one("big", vec![set(&[1]), set(&[1, 2]), all(4)]));
    assert_eq!(demand("universes of which one is never opened"), one("u", vec![all(3)]));
    assert_eq!(demand("a dataset, labels united"), one("big", vec![set(&[0, 1]), set(&[0]), set(&[3])]));
    assert_eq!(demand("an index from data"), one("a", vec![all(3), all(4)]));
    assert_eq!(demand("a scalar leaf"), one("s", vec![]));
    let both = demand("a dataset of two leaves");
    assert_eq!(both.0["a"], LeafDemand(vec![set(&[1]), all(4)]));
    assert_eq!(both.0["big"], LeafDemand(vec![set(&[1]), set(&[0, 1]), all(4)]));
}

#[test]
fn mistakes_are_found_without_data() {
    let check = |name: &str, args: Vec<Arg>, kwargs: Vec<(&str, Arg)>, expected: &str| {
        let mut build = Build::default();
        let mut all = vec![build.leaf("a")];
        all.extend(args);
        let node = build.call(name, all, kwargs);
        let error = reach(&build.0, root(&node), &Memory::new()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        let error = eval(&build.0, root(&node), &Memory::new()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check(".mean", vec![text("time")], vec![], "there is no dimension `time` among (t, x)");
    check(".isel", vec![map(vec![("t", int(3))])], vec![], "index 3 is out of range for `t` of length 3");
    check(".sel", vec![map(vec![("t", int(15))])], vec![], "the nearest are 10, 20, 30");
    check(".sel", vec![map(vec![("t", text("ten"))])], vec![], "must be a number, as its labels are");
    check(".maen", vec![], vec![], "there is no operation `.maen` (did you mean `.mean`?)");
    check("lambda", vec![], vec![], "needs a Python interpreter");
    check(".mean", vec![], vec![("dims", text("t"))], "there is no argument `dims` (did you mean `dim`?)");
    check(".mean", vec![text("time")], vec![], "`.mean` of array float64 (t: 3, x: 4), `time` failed");
}
