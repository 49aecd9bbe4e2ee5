//! What is selected of results that can be computed in part.

use super::*;

#[test]
fn what_follows_from_some_elements_reads_just_these() {
    let whole = Memory::new();
    let check = |name: &str, most: usize, build: Build, node: Arg| {
        let expected = eval(&build.0, root(&node), &whole).unwrap();
        let (got, count) = eval_some(&build.0, root(&node), &whole).unwrap();
        assert!(same(&got, &expected), "{name}: {got} instead of {expected}");
        assert_eq!(count, most, "{name}");
    };
    let row = || vec![("t", int(-1))];
    let slice = |from: i64, to: i64| Arg::Slice(Box::new([int(from), int(to), Arg::Value(Value::None)]));
    let with = |name: &str, most: usize, f: &dyn Fn(&mut Build) -> Arg| {
        let mut build = Build::default();
        let node = f(&mut build);
        check(name, most, build, node);
    };
    with("two arrays that have all dims", 40, &|b| {
        let big = b.leaf("big");
        let twice = b.call("*", vec![big.clone(), int(2)], vec![]);
        let sum = b.call("+", vec![twice, big], vec![]);
        b.call(".isel", vec![sum], vec![("t", list(vec![int(2), int(0)]))])
    });
    // 20 of the one, and the row of the other that is repeated over it.
    with("an array that is repeated over another", 24, &|b| {
        let (big, a) = (b.leaf("big"), b.leaf("a"));
        let product = b.call("*", vec![big, a], vec![]);
        b.call(".sel", vec![product], vec![("t", int(30))])
    });
    with("labels that differ are aligned before", 60, &|b| {
        let big = b.leaf("big");
        let some = b.call(".isel", vec![big.clone()], vec![("t", list(vec![int(1), int(2)]))]);
        let some = b.call(".isel", vec![some], vec![("y", int(0)), ("x", int(0))]);
        let sum = b.call("+", vec![big, some], vec![]);
        b.call(".isel", vec![sum], row())
    });
    with("a mean over other dims", 3 * 2 * 4, &|b| {
        let big = b.leaf("big");
        let mean = b.call(".mean", vec![big, text("t")], vec![]);
        b.call(".isel", vec![mean], vec![("y", slice(-3, -1))])
    });
    with("a spread of a sum, then its head", 3 * 5 * 2, &|b| {
        let big = b.leaf("big");
        let more = b.call("+", vec![big, float(0.5)], vec![]);
        let spread = b.call(".std", vec![more, list(vec![text("t"), text("y")])], vec![]);
        let log = b.call("np.log", vec![spread], vec![]);
        b.call(".head", vec![log], vec![("x", int(2))])
    });
    with("by label, the nearest one, of a largest value", 5 * 4, &|b| {
        let big = b.leaf("big");
        let largest = b.call(".max", vec![big, text("x")], vec![]);
        b.call(".sel", vec![largest], vec![("t", int(22)), ("method", text("nearest"))])
    });
    with("by a slice of labels", 2 * 5 * 4, &|b| {
        let big = b.leaf("big");
        let less = b.call("<", vec![big, int(30)], vec![]);
        b.call(".sel", vec![less], vec![("t", slice(15, 30))])
    });
    with("one element twice in one figure", 5 * 4 + 5 * 4, &|b| {
        let big = b.leaf("big");
        let log = b.call("log1p", vec![big], vec![]);
        let first = b.call(".isel", vec![log.clone()], vec![("t", int(0))]);
        let last = b.call(".isel", vec![log], vec![("t", int(2))]);
        b.call("-", vec![last, first], vec![])
    });
    with("where a coordinate is large, without the others", 2 * 5 * 4, &|b| {
        let big = b.leaf("big");
        let t = b.call("getattr", vec![big.clone(), text("t")], vec![]);
        let late = b.call(">=", vec![t, int(20)], vec![]);
        b.call(".where", vec![big, late], vec![("drop", Arg::Value(Value::Bool(true)))])
    });
    with("where a coordinate is in a range, and then one of it", 5, &|b| {
        let big = b.leaf("big");
        let x = b.call("getattr", vec![big.clone(), text("x")], vec![]);
        let right = b.call("in interval", vec![x, list(vec![float(0.4), float(1.2)])], vec![]);
        let some = b.call(".where", vec![big, right], vec![("drop", Arg::Value(Value::Bool(true)))]);
        b.call(".isel", vec![some], vec![("x", int(-1)), ("t", int(1))])
    });
    with("one after another", 4, &|b| {
        let a = b.leaf("a");
        let all = b.call("xr.concat", vec![list(vec![a.clone(), a]), text("t")], vec![]);
        b.call(".isel", vec![all], vec![("t", int(4))])
    });
    with("beside each other", 4, &|b| {
        let a = b.leaf("a");
        let other = b.call("*", vec![a.clone(), int(3)], vec![]);
        let all = b.call("xr.concat", vec![list(vec![other, a]), text("new")], vec![]);
        b.call(".isel", vec![all], vec![("new", int(0)), ("t", int(1))])
    });
}
