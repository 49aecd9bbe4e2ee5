//! Nodes that several figures need: which are found, what is left to load, and that figures are the
//! same with and without sharing.

use crate::cli::{Case, npy};
use shmplot::data::Demand;
use shmplot::plan::{Shared, demanded_bytes, shared};
use shmplot::run::{DataInput, Input, Prepared, prepare};
use std::fs;

/// Figures of one mean, of steps of it, of the data beside it; and what is not shared.
const PLOTS: &str = "\
map: {data: {path: data, transform: [{.mean: [!dag_prev , dim_0]}]}, kind: pcolormesh}
line: {data: {path: data, transform: [{.mean: [!dag_prev , dim_0]}, {.isel: [!dag_prev , {dim_1: 3}]}]}}
both: {select: {avg: {path: data, transform: [{.mean: [!dag_prev , dim_0]}]}, data: {path: data, transform: [{.isel: [!dag_prev , {dim_0: 5}]}, {sub: [!dag_prev , !dag_tag avg]}]}}, kind: pcolormesh}
step: {data: data, isel: {dim_0: 3}, kind: pcolormesh}
copy: {data: data, isel: {dim_0: 3}, kind: pcolormesh}
alone: {data: {path: data, transform: [{.std: [!dag_prev , dim_0]}]}, kind: pcolormesh}
spread: {data: {path: data, transform: [{mul: [!dag_prev , 2]}, {.isel: [!dag_prev , {dim_0: 0}]}]}, kind: pcolormesh}
spread2: {data: {path: data, transform: [{mul: [!dag_prev , 2]}, {.isel: [!dag_prev , {dim_0: 1}]}]}, kind: pcolormesh}
";

/// A case with an array of 2.4 MB.
fn case(plots: &str) -> Case {
    let case = Case::new().plots(plots);
    let values: Vec<f64> = (0..20 * 100 * 150).map(|i| f64::from(i % 977) * 0.25).collect();
    fs::write(case.path("big.npy"), npy(&[20, 100, 150], &values)).unwrap();
    case
}

fn planned(case: &Case) -> (Prepared, Shared) {
    let input = Input {
        plots: case.path("plots.yml"),
        data: DataInput::from(vec![case.path("big.npy")]),
        ..Input::default()
    };
    let mut prepared = prepare(&input).unwrap_or_else(|stop| panic!("{:?}", stop.errors));
    assert!(prepared.plan.settled.is_empty(), "{:?}", prepared.plan.settled);
    let shared = shared(&mut prepared.plan, &prepared.tree);
    (prepared, shared)
}

/// The elements of the one leaf that a demand touches.
fn elements(demand: &Demand) -> usize {
    demand.0.values().map(|part| part.count()).sum()
}

#[test]
fn a_mean_of_several_figures_is_one_result_and_they_need_no_more_of_its_data() {
    let case = case(PLOTS);
    let (Prepared { plan, tree, .. }, shared) = planned(&case);
    let [mean] = &shared.results[..] else { panic!("{} results", shared.results.len()) };
    let names: Vec<&str> = mean.users.iter().map(|user| plan.tasks[*user].name.as_str()).collect();
    assert_eq!(names, ["map", "line", "both"]);
    assert_eq!((mean.bytes, demanded_bytes(&mean.demand, &tree)), (Some(100 * 150 * 8), 20 * 100 * 150 * 8));
    assert_eq!(mean.what(), "`.mean` of `data`");
    let left: Vec<(&str, usize, usize)> = plan
        .tasks
        .iter()
        .map(|task| (task.name.as_str(), elements(&task.demand), task.given.len()))
        .collect();
    let (step, all) = (100 * 150, 20 * 100 * 150);
    let expected = [
        ("map", 0, 1),
        ("line", 0, 1),
        ("both", step, 1),
        ("step", step, 0),
        ("copy", step, 0),
        ("alone", all, 0),
        ("spread", step, 0),
        ("spread2", step, 0),
    ];
    assert_eq!(left, expected);
}

#[test]
fn of_a_result_that_figures_need_little_of_each_computes_its_part() {
    let row = |name: &str, rows: &str| {
        format!(
            "{name}: {{data: {{path: data, transform: [{{.mean: [!dag_prev , dim_0]}}, {{.isel: [!dag_prev , {{dim_1: {rows}}}]}}]}}}}\n"
        )
    };
    let case_of = |rows: [&str; 2]| case(&(row("one", rows[0]) + &row("two", rows[1])));
    let few = case_of(["3", "4"]);
    let (Prepared { plan, .. }, shared) = planned(&few);
    assert!(shared.results.is_empty());
    assert!(plan.tasks.iter().all(|task| elements(&task.demand) == 20 * 150));
    // As much as all of it.
    let (halves, shared) = planned(&case_of(["!slice [0, 50]", "!slice [50, 100]"]));
    assert_eq!(shared.results.len(), 1);
    assert!(halves.plan.tasks.iter().all(|task| elements(&task.demand) == 0 && task.given.len() == 1));
}

#[test]
fn of_nested_nodes_the_outermost_is_shared_unless_others_need_the_inner_one() {
    let outer = "{path: data, transform: [{.mean: [!dag_prev , dim_0]}, {.std: [!dag_prev , dim_1]}]}";
    let inner = "{path: data, transform: [{.mean: [!dag_prev , dim_0]}, {add: [!dag_prev , K]}]}";
    let entry = |name: &str, data: &str| format!("{name}: {{data: {data}}}\n");
    let of = |name: &str| entry(name, &inner.replace('K', &name.len().to_string()));
    let found = |plots: &str| -> Vec<(String, usize)> {
        let (_, shared) = planned(&self::case(plots));
        let mut found: Vec<_> = shared.results.iter().map(|r| (r.what(), r.users.len())).collect();
        found.sort();
        found
    };
    let (mean, std) = ("`.mean` of `data`".to_owned(), "`.std` of `data`".to_owned());
    let outers = entry("a", outer) + &entry("b", outer);
    assert_eq!(found(&outers), [(std.clone(), 2)]);
    // One figure of the inner node: it computes that itself, or all three would wait for two results.
    assert_eq!(found(&(outers.clone() + &of("c"))), [(std.clone(), 2)]);
    assert_eq!(found(&(outers + &of("c") + &of("dd"))), [(mean.clone(), 2), (std, 2)]);
    // The inner node is all that these have in common.
    assert_eq!(found(&(entry("a", outer) + &of("c"))), [(mean, 2)]);
}

#[test]
fn figures_are_the_same_with_and_without_sharing() {
    let tried = "tried: {data: {path: data, transform: [{.mean: [!dag_prev , dim_0]}, \
        {.sel: [!dag_prev , {nowhere: 1}], allow_failure: silent, fallback: !dag_prev }, \
        {.isel: [!dag_prev , {dim_2: 1}]}]}}\n";
    let plots = format!("{PLOTS}{tried}");
    let case = case(&plots);
    let mut files = Vec::new();
    for (out, more) in [("shared", ""), ("alone", "--no-share"), ("memory", "--arena memory -j 1")] {
        case.run(&format!("render plots.yml --data big.npy -o {out} --progress never {more}")).exits(0);
        let results: serde_json::Value =
            serde_json::from_slice(&fs::read(case.path(out).join("results.json")).unwrap()).unwrap();
        let shared = &results["shared"];
        match more {
            "--no-share" => assert_eq!(shared["nodes"], 0),
            _ => {
                assert_eq!((&shared["nodes"], &shared["hits"]), (&1.into(), &3.into()), "{out}");
                assert!(shared["bytes"].as_u64().unwrap() > 100 * 150 * 8);
            }
        }
        let names: Vec<String> = case.files(out).into_iter().filter(|name| name.ends_with(".png")).collect();
        let contents: Vec<Vec<u8>> =
            names.iter().map(|name| fs::read(case.path(out).join(name)).unwrap()).collect();
        files.push((names, contents));
    }
    assert_eq!(files[0].0.len(), 9);
    assert!(files[0] == files[1] && files[0] == files[2], "pictures differ");
}

#[test]
fn what_cannot_be_made_is_computed_by_each_figure_with_its_own_error() {
    let plots = "\
a: {data: {path: data, transform: [{.quantile: [!dag_prev , 7, dim_0]}]}, kind: pcolormesh}
b: {data: {path: data, transform: [{.quantile: [!dag_prev , 7, dim_0]}]}, kind: pcolormesh}
c: {data: data, isel: {dim_0: 0}, kind: pcolormesh}
";
    let case = case(plots);
    let ran = case.run("render plots.yml --data big.npy --progress never").exits(1);
    let results: serde_json::Value =
        serde_json::from_slice(&fs::read(case.path("figures/results.json")).unwrap()).unwrap();
    assert_eq!(results["shared"]["nodes"], 0);
    let status: Vec<_> = results["figures"].as_array().unwrap().iter().map(|f| f["status"].clone()).collect();
    assert_eq!(status, ["failed", "failed", "ok"]);
    assert!(ran.stderr().contains("quantile"), "{}", ran.stderr());
}

/// `file_cache`: the second run loads nothing; changed data and damaged files are computed anew.
#[test]
fn a_kept_result_is_used_by_later_runs_until_its_data_change() {
    let plots = "\
a: {data: {path: data, transform: [{.mean: [!dag_prev , dim_0], file_cache: {read: true, write: true}}]}, kind: pcolormesh}
";
    let case = case(plots);
    let cache = case.path("cache");
    let kept = || -> Vec<std::path::PathBuf> {
        let folder = fs::read_dir(cache.join("shmplot/results"));
        folder.map(|files| files.map(|file| file.unwrap().path()).collect()).unwrap_or_default()
    };
    let draw = |out: &str| {
        let command = format!("render plots.yml --data big.npy -o {out} --progress never --arena memory");
        let ran = case.run_with(&command, &[("XDG_CACHE_HOME", &cache)]).exits(0);
        let results: serde_json::Value =
            serde_json::from_slice(&fs::read(case.path(out).join("results.json")).unwrap()).unwrap();
        let arena = results["memory"]["arena_bytes"].as_u64().unwrap();
        (fs::read(case.path(out).join("a.png")).unwrap(), arena, ran.stderr())
    };
    let (first, loaded, _) = draw("one");
    assert!(loaded > 20 * 100 * 150 * 8, "{loaded}");
    assert_eq!(kept().len(), 1);
    let (again, loaded, said) = draw("two");
    assert!(again == first && loaded < 1 << 20, "{loaded} {said}");
    // A damaged one is named.
    let file = kept().remove(0);
    let mut bytes = fs::read(&file).unwrap();
    bytes[50_000] ^= 1;
    fs::write(&file, &bytes).unwrap();
    let (repaired, _, said) = draw("three");
    assert!(repaired == first && said.contains("not those that were written"), "{said}");
    let (again, loaded, said) = draw("four");
    assert!(
        again == first && loaded < 1 << 20 && !said.contains("not those that were written"),
        "{loaded} {said}"
    );
    // Other data, other results.
    let values: Vec<f64> = (0..20 * 100 * 150).map(|i| f64::from(i % 613)).collect();
    fs::write(case.path("big.npy"), npy(&[20, 100, 150], &values)).unwrap();
    assert!(draw("five").0 != first);
    assert_eq!(kept().len(), 2);
}

/// A virtual dataset is made of files that are not named: one that changes makes another result, and
/// another figure.
#[test]
fn a_source_of_a_virtual_dataset_is_part_of_what_tells_results_and_figures() {
    let case = Case::new().plots(
        "v: {data: {path: stacked, transform: [{.mean: [!dag_prev , dim_0], file_cache: {read: true, write: true}}]}, kind: pcolormesh}\n",
    );
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/hdf5");
    for name in ["virtual.h5", "part-0.h5", "part-1.h5"] {
        fs::copy(fixtures.join(name), case.path(name)).unwrap();
    }
    let cache = case.path("cache");
    let draw = |out: &str| {
        let command = format!("render plots.yml --data virtual.h5 -o {out} --progress never --resume");
        case.run_with(&command, &[("XDG_CACHE_HOME", &cache)]).exits(0);
        fs::read(case.path(out).join("v.png")).unwrap()
    };
    let kept = || fs::read_dir(cache.join("shmplot/results")).unwrap().count();
    let first = draw("out");
    assert!(draw("other") == first && kept() == 1);
    fs::copy(fixtures.join("part-1.h5"), case.path("part-0.h5")).unwrap();
    assert!(draw("out") != first, "it is drawn again, from what is there now");
    assert_eq!(kept(), 2);
    // A source that was not there is filled up; that it comes is a change as well.
    let second = draw("out");
    fs::copy(fixtures.join("part-1.h5"), case.path("nowhere.h5")).unwrap();
    assert!(draw("out") != second && kept() == 3);
}

#[test]
fn kept_results_are_listed_removed_and_an_unwritable_folder_is_told() {
    let plots = "\
a: {data: {path: data, transform: [{.mean: [!dag_prev , dim_0], file_cache: {read: true, write: true}}]}, kind: pcolormesh}
";
    let case = case(plots);
    let cache = case.path("cache");
    let run = |command: &str| case.run_with(command, &[("XDG_CACHE_HOME", &cache)]);
    let render = "render plots.yml --data big.npy -o out --progress never";
    run(render).exits(0);
    let listed: serde_json::Value = serde_json::from_str(&run("arena ls --json").exits(0).stdout()).unwrap();
    let [one] = &listed.as_array().unwrap()[..] else { panic!("{listed}") };
    assert!(one["kind"] == "result" && one["bytes"].as_u64() > Some(100 * 150 * 8), "{one}");
    assert!(run("arena ls").exits(0).stdout().contains("  result "));
    run("arena rm *.nothing").exits(3);
    assert!(run("arena rm *.result").exits(0).stdout().contains("removed 1 files"));
    assert_eq!(run("arena ls").exits(0).stdout(), "");
    run(render).exits(0);
    assert!(run("arena rm --all").exits(0).stdout().contains("removed 1 files"));
    fs::remove_dir_all(cache.join("shmplot/results")).unwrap();
    fs::write(cache.join("shmplot/results"), "in the way").unwrap();
    let said = run(render).exits(0).stderr();
    assert!(said.contains("results cannot be kept in"), "{said}");
}
