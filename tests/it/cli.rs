//! The program as a user meets it: a fresh directory per case, the real binary, exit codes, what is
//! said and what is left on disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A fresh directory with a cube of data, and the program run inside it.
pub(crate) struct Case {
    dir: TempDir,
}

impl Case {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let values: Vec<f64> = (0..5 * 6 * 7).map(|i| f64::from(i) * 0.5).collect();
        fs::write(dir.path().join("cube.npy"), npy(&[5, 6, 7], &values)).unwrap();
        fs::write(dir.path().join("table.csv"), "time,height,kind\n0,1.5,a\n1,2.5,b\n2,0.5,a\n").unwrap();
        Self { dir }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn plots(self, text: &str) -> Self {
        fs::write(self.path("plots.yml"), text).unwrap();
        self
    }

    pub(crate) fn run(&self, args: &str) -> Ran {
        self.run_with(args, &[])
    }

    /// With further environment variables.
    pub(crate) fn run_with(&self, args: &str, variables: &[(&str, &PathBuf)]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_shmplot"))
            .args(args.split_whitespace())
            .current_dir(self.dir.path())
            .env("NO_COLOR", "1")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        Ran(output)
    }

    /// All files below `folder`, relative to it, bookkeeping and saved configurations apart.
    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        let root = self.path(folder);
        let mut found = Vec::new();
        let mut open = vec![root.clone()];
        while let Some(dir) = open.pop() {
            let Ok(entries) = fs::read_dir(&dir) else { continue };
            for entry in entries {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    if path.file_name().unwrap() != ".shmplot" {
                        open.push(path);
                    }
                } else if !path.to_string_lossy().ends_with("_cfg.yml") {
                    found.push(path.strip_prefix(&root).unwrap().display().to_string());
                }
            }
        }
        found.sort();
        found
    }

    pub(crate) fn results(&self) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.path("figures/results.json")).unwrap()).unwrap()
    }
}

pub(crate) struct Ran(Output);

impl Ran {
    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().expect("not killed by a signal")
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "stdout:\n{}\nstderr:\n{}", self.stdout(), self.stderr());
        self
    }

    /// Line breaks and the frame that miette draws are not part of what is said.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        let flat = |text: &str| {
            let kept: String = text.chars().filter(|c| !matches!(c, '│' | '·')).collect();
            kept.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let text = flat(&self.stderr());
        for part in parts {
            assert!(text.contains(&flat(part)), "{part:?} is not in:\n{}", self.stderr());
        }
        self
    }
}

/// A npy file of little-endian float64 (numpy's format, version 1.0).
pub(crate) fn npy(shape: &[usize], values: &[f64]) -> Vec<u8> {
    let shape: Vec<String> = shape.iter().map(ToString::to_string).collect();
    let mut header =
        format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({},), }}", shape.join(", "));
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

fn is_whole_png(path: &Path) -> bool {
    let file = fs::File::open(path).unwrap();
    let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).is_ok() && reader.finish().is_ok()
}

const HEAT: &str = "heat:\n  data: data\n  isel: {dim_0: -1}\n  title: A heat map\n";

#[test]
fn a_figure_is_drawn_and_accounted_for() {
    let case = Case::new().plots(HEAT);
    case.run("render plots.yml --data cube.npy -j 2").exits(0);
    assert_eq!(case.files("figures"), ["heat.png", "results.json"]);
    assert!(is_whole_png(&case.path("figures/heat.png")));
    let results = case.results();
    let figure = &results["figures"][0];
    assert_eq!(figure["name"], "heat");
    assert_eq!(figure["status"], "ok");
    assert_eq!(figure["outputs"][0], "heat.png");
    assert_eq!(results["run"]["exit"], 0);
    assert_eq!(results["run"]["workers"], 2);
    assert!(results["memory"]["arena_bytes"].as_u64().unwrap() >= 6 * 7 * 8);
}

#[test]
fn only_the_demanded_slice_is_loaded() {
    let case = Case::new().plots(HEAT);
    let plan = case.run("plan plots.yml --data cube.npy --json").exits(0);
    let plan: serde_json::Value = serde_json::from_str(&plan.stdout()).unwrap();
    assert_eq!(plan["demanded_bytes"], 6 * 7 * 8);
    assert_eq!(plan["figures"][0]["outputs"][0], "heat.png");
}

#[test]
fn a_plan_says_what_figures_read_and_share() {
    let case = Case::new().plots(
        "_b: {creator: pyplot, plot_func: facet_grid, module: .generic, file_ext: png}\n\
         s: !pspace {based_on: _b, select: {mean: {path: data, transform: [{.mean: [!dag_prev , dim_1]}]}}, \
         transform: [{.isel: [!dag_tag mean, {dim_0: !sweep {default: 0, values: [1, 2, 3, 4], name: k}}], tag: data}]}\n\
         bad: {data: nowhere}\n",
    );
    let text = case.run("plan plots.yml --data cube.npy").exits(1).stdout();
    for line in [
        "s: 4 figures, 1.3 KiB of data",
        "    s/1__k_1.png",
        "    … 2 more …",
        "    s/4__k_4.png",
        "bad",
        "4 figures, s/1__k_1, s/2__k_2, …",
        "4 figures of 2 entries, 1 failed: 1.3 KiB from 1 leaf",
    ] {
        assert!(text.lines().any(|have| have.contains(line)), "{line:?} is not in:\n{text}");
    }
    let plan = case.run("plan plots.yml --data cube.npy --json").exits(1).stdout();
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(plan["entries"][0]["figures"], 4);
    assert_eq!(
        (&plan["shared"][0]["operation"], &plan["shared"][0]["figures"]),
        (&".mean".into(), &4.into())
    );
    assert_eq!(plan["leaves"][0]["bytes"], 4 * 6 * 7 * 8);
    assert_eq!(plan["figures"][0]["tags"], serde_json::json!(["mean", "data"]));
    assert_eq!(plan["settled"][0]["status"], "failed");
}

#[test]
fn workers_and_runs_do_not_change_a_byte() {
    let case = Case::new().plots(
        "one: {data: data, isel: {dim_0: 1}}\ntwo: {data: data, isel: {dim_0: 2}, kind: hist}\n\
         three: {data: data, isel: {dim_0: 3, dim_1: 0}}\n",
    );
    case.run("render plots.yml --data cube.npy -j 1 -o a").exits(0);
    case.run("render plots.yml --data cube.npy -j 3 -o b").exits(0);
    case.run("render plots.yml --data cube.npy -j 3 -o b").exits(0);
    for name in ["one.png", "two.png", "three.png"] {
        let read = |folder: &str| fs::read(case.path(folder).join(name)).unwrap();
        assert_eq!(read("a"), read("b"), "{name}");
    }
}

#[test]
fn resume_leaves_what_is_done_and_redraws_what_changed() {
    let case =
        Case::new().plots("one: {data: data, isel: {dim_0: 1}}\ntwo: {data: data, isel: {dim_0: 2}}\n");
    let statuses = |case: &Case| -> Vec<String> {
        let results = case.results();
        let mut found: Vec<String> = results["figures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|figure| {
                format!("{} {}", figure["name"].as_str().unwrap(), figure["status"].as_str().unwrap())
            })
            .collect();
        found.sort();
        found
    };
    case.run("render plots.yml --data cube.npy").exits(0);
    assert_eq!(statuses(&case), ["one ok", "two ok"]);
    case.run("render plots.yml --data cube.npy --resume").exits(0);
    assert_eq!(statuses(&case), ["one unchanged", "two unchanged"]);
    case.run("render plots.yml --data cube.npy --resume --force").exits(0);
    assert_eq!(statuses(&case), ["one ok", "two ok"]);
    fs::remove_file(case.path("figures/one.png")).unwrap();
    let case = case.plots("one: {data: data, isel: {dim_0: 1}}\ntwo: {data: data, isel: {dim_0: 3}}\n");
    case.run("render plots.yml --data cube.npy --resume").exits(0);
    assert_eq!(statuses(&case), ["one ok", "two ok"]);
}

#[test]
fn only_and_skip_choose_by_glob() {
    let case = Case::new().plots(
        "a1: {data: data, isel: {dim_0: 1}}\na2: {data: data, isel: {dim_0: 2}, enabled: false}\n\
         b: {data: data, isel: {dim_0: 3}}\n",
    );
    case.run("render plots.yml --data cube.npy -o x --only a*").exits(0);
    assert_eq!(case.files("x"), ["a1.png", "a2.png", "results.json"]);
    case.run("render plots.yml --data cube.npy -o y --skip a*").exits(0);
    assert_eq!(case.files("y"), ["b.png", "results.json"]);
    case.run("render plots.yml --data cube.npy --only a3").exits(2).says(&["a3", "a1"]);
}

#[test]
fn an_unknown_key_points_at_its_place_and_suggests() {
    let case = Case::new().plots("heat:\n  data: data\n  isel: {dim_0: -1}\n  titel: x\n");
    case.run("render plots.yml --data cube.npy").exits(1).says(&[
        "plots.yml:4:3",
        "titel",
        "did you mean `title`?",
    ]);
    assert_eq!(case.files("figures"), ["results.json"]);
    case.run("check plots.yml").exits(2).says(&["plots.yml:4:3", "did you mean `title`?"]);
}

#[test]
fn broken_yaml_stops_before_anything_is_drawn() {
    let case = Case::new().plots("heat:\n  data: [data\n  isel: {dim_0: -1}\n");
    case.run("render plots.yml --data cube.npy").exits(2).says(&["plots.yml:"]);
    assert!(!case.path("figures").exists());
}

#[test]
fn a_missing_dataset_names_near_ones_and_the_others_are_drawn() {
    let case = Case::new().plots("good: {data: cube, isel: {dim_0: 0}}\nbad: {data: table/heigth}\n");
    let ran = case.run("render plots.yml --data cube.npy --data table.csv").exits(1);
    ran.says(&["bad", "table/heigth", "did you mean", "height", "plots.yml:2"]);
    assert_eq!(case.files("figures"), ["good.png", "results.json"]);
}

#[test]
fn a_wrong_dimension_names_the_right_ones() {
    let case = Case::new().plots("heat: {data: data, isel: {dim_9: 0}}\n");
    case.run("render plots.yml --data cube.npy").exits(1).says(&["dim_9", "dim_0"]);
}

#[test]
fn text_where_a_number_is_needed_is_said_at_its_place() {
    let case = Case::new().plots("heat:\n  data: data\n  isel: {dim_0: 0}\n  vmin: low\n");
    case.run("render plots.yml --data cube.npy").exits(1).says(&["plots.yml:4:9", "number", "low"]);
    let case = Case::new().plots("line: {data: table/kind}\n");
    case.run("render plots.yml --data table.csv").exits(1).says(&["line"]);
    assert_eq!(case.files("figures"), ["results.json"]);
}

#[test]
fn a_missing_data_file_and_a_missing_configuration_are_told_apart() {
    let case = Case::new().plots(HEAT);
    case.run("render plots.yml --data nothing.h5").exits(3).says(&["nothing.h5"]);
    case.run("render nothing.yml --data cube.npy").exits(2).says(&["nothing.yml"]);
    case.run("render plots.yml").exits(2).says(&["no data were named", "--data"]);
    assert!(!case.path("figures").exists());
}

#[test]
fn a_truncated_file_is_an_error_that_names_it() {
    let case = Case::new().plots(HEAT);
    let whole = fs::read(case.path("cube.npy")).unwrap();
    fs::write(case.path("cube.npy"), &whole[..whole.len() - 100]).unwrap();
    let ran = case.run("render plots.yml --data cube.npy");
    assert!(matches!(ran.code(), 1 | 3), "{}", ran.stderr());
    ran.says(&["cube.npy"]);
    assert!(!case.path("figures/heat.png").exists());
}

#[test]
fn two_figures_with_one_name_are_refused_with_both_origins() {
    let case = Case::new()
        .plots("a/b: {data: data, isel: {dim_0: 0}}\nb: {data: data, isel: {dim_0: 0}, out_dir: a}\n");
    case.run("render plots.yml --data cube.npy").exits(2).says(&["a/b.png", "plots.yml:1"]);
    assert!(!case.path("figures").exists());
}

#[test]
fn an_output_path_that_is_a_file_is_an_output_error() {
    let case = Case::new().plots(HEAT);
    fs::write(case.path("figures"), "not a folder").unwrap();
    case.run("render plots.yml --data cube.npy").exits(4).says(&["figures"]);
    assert_eq!(fs::read(case.path("figures")).unwrap(), b"not a folder");
}

#[test]
fn too_little_memory_is_said_before_loading_with_both_numbers() {
    let case = Case::new().plots(HEAT);
    case.run("render plots.yml --data cube.npy --memory-limit 100")
        .exits(3)
        .says(&["100 B", "--memory-limit"]);
    assert!(!case.path("figures/heat.png").exists());
    let results = case.results();
    assert_eq!((&results["figures"][0]["status"], &results["run"]["exit"]), (&"not-run".into(), &3.into()));
}

#[test]
fn options_that_are_not_built_are_refused() {
    let case = Case::new().plots(HEAT);
    case.run("render plots.yml --data cube.npy --shard 1/2").exits(2).says(&["--shard"]);
    case.run("render plots.yml --data cube.npy --format svgz").exits(2).says(&["svgz"]);
}

#[test]
fn init_writes_a_configuration_that_renders_as_it_is() {
    for data in ["cube.npy", "table.csv"] {
        let case = Case::new();
        case.run(&format!("init {data} -o plots.yml")).exits(0);
        case.run(&format!("render plots.yml --data {data}")).exits(0);
        assert!(case.files("figures").len() > 1, "{data}: {:?}", case.files("figures"));
    }
}

#[test]
fn json_events_are_one_object_a_line_and_end_with_every_figure() {
    let case = Case::new().plots(HEAT);
    let ran = case.run("render plots.yml --data cube.npy --json").exits(0);
    let lines: Vec<serde_json::Value> =
        ran.stdout().lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect();
    assert!(
        lines.iter().any(|line| line.to_string().contains("\"heat\"") && line.to_string().contains("ok"))
    );
}

#[test]
fn describe_speaks_of_what_is_seen() {
    let case =
        Case::new().plots("line: {data: data, isel: {dim_0: 0, dim_1: 0}, title: A line, xlabel: step}\n");
    let ran = case.run("describe plots.yml line --data cube.npy").exits(0);
    let seen: serde_json::Value = serde_json::from_str(&ran.stdout()).unwrap();
    let axes = &seen["axes"][0];
    assert_eq!(axes["title"], "A line");
    assert_eq!(axes["xlabel"], "step");
    assert!(seen["alt"].as_str().unwrap().contains("line"), "{seen}");
}

#[test]
fn formats_and_creators_to_come_are_refused_with_the_way_out() {
    let case = Case::new().plots(
        "a: {based_on: .plot.facet_grid.pcolormesh, select: {data: data}, file_ext: eps}\n\
         b: {creator: universe, select: {data: data}}\nc: {data: data, isel: {dim_0: 0}, kind: line, bins: 3}\n",
    );
    let ran = case.run("render plots.yml --data cube.npy").exits(1);
    ran.says(&[
        "`.eps`",
        "there is: png, pdf, svg; give one as `file_ext`, or `--format` for all",
        "creator `universe`",
        "no argument `bins`",
    ]);
    assert_eq!(case.files("figures"), ["results.json"]);
}

#[test]
fn configurations_are_saved_beside_figures_and_read_back() {
    let case = Case::new().plots(
        "_b: {creator: pyplot, plot_func: facet_grid, module: .generic, file_ext: png}\n\
         maps/one: {based_on: _b, select: {data: {path: data, transform: [{.isel: [!dag_prev , {dim_0: 1}]}]}}}\n\
         bad: {data: nowhere}\n\
         none: {data: data, isel: {dim_0: 0}, save_plot_cfg: false}\n\
         kept: {data: data, isel: {dim_0: 0}, exist_ok: skip}\n\
         s: !pspace {based_on: _b, select: {data: {path: data, transform: [{.isel: [!dag_prev , {dim_0: !sweep {default: 0, values: [1, 3], name: k}}]}]}}}\n",
    );
    std::fs::create_dir_all(case.path("figures")).unwrap();
    fs::write(case.path("figures/kept.png"), "mine").unwrap();
    case.run("render plots.yml --data cube.npy").exits(1);
    let saved = |name: &str| fs::read_to_string(case.path("figures").join(name));
    for missing in ["none_cfg.yml", "kept_cfg.yml", "s_cfg.yml"] {
        assert!(saved(missing).is_err(), "{missing}");
    }
    assert_eq!(saved("bad_cfg.yml").unwrap(), "bad: {data: nowhere}\n");
    let one = "\
maps/one:
  creator: pyplot
  plot_func: facet_grid
  module: .generic
  file_ext: png
  select:
    data:
      path: data
      transform:
        - .isel:
            - !dag_node -1
            - {dim_0: 1}
";
    assert_eq!(saved("maps/one_cfg.yml").unwrap(), one);
    assert!(saved("s/sweep_cfg.yml").unwrap().starts_with("s: !pspace\n"));
    let read = |file: &str| fs::read(case.path(file)).unwrap();
    for (config, figure) in [("maps/one_cfg.yml", "maps/one.png"), ("s/sweep_cfg.yml", "s/2__k_3.png")] {
        case.run(&format!("check figures/{config}")).exits(0);
        case.run(&format!("render figures/{config} --data cube.npy -o again")).exits(0);
        assert!(read(&format!("again/{figure}")) == read(&format!("figures/{figure}")), "{figure}");
    }
    assert!(read("again/maps/one_cfg.yml") == read("figures/maps/one_cfg.yml"));
}

#[test]
fn several_formats_are_one_figure_with_several_files() {
    let case = Case::new().plots(
        "map: {data: data, isel: {dim_0: 0}}\n\
         pool: {based_on: [.creator.pyplot, .plot.facet_grid.pcolormesh], select: {data: {path: data, transform: [{.isel: [!dag_prev , {dim_0: 1}]}]}}}\n",
    );
    case.run("render plots.yml --data cube.npy -o own").exits(0);
    assert_eq!(case.files("own"), ["map.png", "pool.pdf", "results.json"]);
    case.run("render plots.yml --data cube.npy --format png,svg,pdf").exits(0);
    let files = ["map.pdf", "map.png", "map.svg", "pool.pdf", "pool.png", "pool.svg", "results.json"];
    assert_eq!(case.files("figures"), files);
    let results = fs::read_to_string(case.path("figures/results.json")).unwrap();
    let results: serde_json::Value = serde_json::from_str(&results).unwrap();
    assert_eq!(results["figures"].as_array().unwrap().len(), 2);
    assert_eq!(results["figures"][0]["outputs"].as_array().unwrap().len(), 3);
    // Another number of workers, the same bytes.
    case.run("render plots.yml --data cube.npy --format pdf,svg -o again -j 1").exits(0);
    for file in ["map.pdf", "map.svg", "pool.pdf", "pool.svg"] {
        let read = |folder: &str| fs::read(case.path(folder).join(file)).unwrap();
        assert!(read("figures") == read("again"), "{file}");
    }
}

#[test]
fn axes_of_length_one_do_not_count() {
    let case = Case::new().plots(
        "map: {data: data, kind: pcolormesh}\nkept: {data: data, isel: {dim_1: [0]}, kind: line, x: dim_2, hue: dim_1}\n",
    );
    let values: Vec<f64> = (0..12).map(f64::from).collect();
    fs::write(case.path("cube.npy"), npy(&[1, 3, 4], &values)).unwrap();
    case.run("render plots.yml --data cube.npy").exits(0);
    assert_eq!(case.files("figures"), ["kept.png", "map.png", "results.json"]);
}

/// As matplotlib: data from 0 to 3 give −0.15 to 3.15, and a tick at 10 widens that.
#[test]
fn chosen_ticks_are_inside_the_limits() {
    let case = Case::new().plots(
        "line: {data: data, isel: {dim_0: 0, dim_1: 0}, helpers: {set_ticks: {y: {major: {locs: [0, 10], labels: [none, ten]}}}}}\n",
    );
    let ran = case.run("describe plots.yml line --data cube.npy").exits(0);
    let seen: serde_json::Value = serde_json::from_str(&ran.stdout()).unwrap();
    let limits: Vec<f64> =
        seen["axes"][0]["ylim"].as_array().unwrap().iter().filter_map(|v| v.as_f64()).collect();
    assert!((limits[0] + 0.15).abs() < 1e-9 && limits[1] == 10.0, "{limits:?}");
}

#[test]
fn only_the_columns_that_points_show_are_read() {
    let case = Case::new().plots(
        "
points: {kind: scatter, data: /, x: time, y: height}
groups: {kind: scatter, data: /, x: time, y: height, hue: kind}
",
    );
    let ran = case.run("plan plots.yml --data table.csv --json --only points").exits(0);
    let names = |ran: &Ran| ["/time", "/height", "/kind"].map(|leaf| ran.stdout().contains(leaf));
    assert_eq!(names(&ran), [true, true, false]);
    let ran = case.run("plan plots.yml --data table.csv --json --only groups").exits(0);
    assert_eq!(names(&ran), [true; 3]);
    case.run("render plots.yml --data table.csv").exits(0);
    let ran = case.run("values plots.yml points --data table.csv").exits(0);
    assert!(ran.stdout().contains("2.5") && !ran.stdout().contains("kind"), "{}", ran.stdout());
}

/// From matplotlib: `date2num(datetime.date(2000, 2, 1))` is 10988, of 2000-03-01 11017.
#[test]
fn dates_are_limits_and_places_of_lines_and_texts_on_axes_of_dates() {
    let case = Case::new().plots(
        "
helpers:
  creator: pyplot
  plot_func: facet_grid
  select: {data: /}
  kind: scatter
  x: day
  y: v
  helpers:
    set_limits: {x: [2000-02-01, 2000-03-01T00:00]}
    set_hv_lines: {vlines: [2000-02-10], hlines: [2000-02-11]}
calls:
  creator: pyplot
  plot_func: multiplot
  select: {days: /}
  transform:
    - {getitem: [!dag_tag days, day], tag: day}
    - {getitem: [!dag_tag days, v], tag: v}
  to_plot:
    - {function: plt.plot, args: [!dag_result day, !dag_result v]}
    - {function: plt.axvspan, args: [2000-01-20, 2000-01-25]}
    - {function: plt.annotate, text: here, xy: [2000-02-02, 2], xytext: [2000-01-20, 1], arrowprops: {arrowstyle: '->'}}
    - {function: plt.text, x: 2000-02-03, y: 1, s: there}
    - {function: plt.xlim, args: [2000-02-01, 2000-03-01]}
    - {function: plt.axvline, x: 2000-02-30}
",
    );
    fs::write(case.path("days.csv"), "day,v\n2000-01-01,1\n2000-02-15,3\n2000-04-01,2\n").unwrap();
    let ran = case.run("describe plots.yml helpers --data days.csv").exits(0);
    let ran = ran.says(&["2000-02-11 has no place along y, where there are no dates"]);
    let limits = |ran: &Ran| {
        let seen: serde_json::Value = serde_json::from_str(&ran.stdout()).unwrap();
        seen["axes"][0]["xlim"].clone()
    };
    assert_eq!(limits(&ran), serde_json::json!([10988.0, 11017.0]));
    let ran = case.run("describe plots.yml calls --data days.csv").exits(0);
    let ran = ran.says(&["`2000-02-30` is no date such as 2000-01-31 along x"]);
    assert_eq!(limits(&ran), serde_json::json!([10988.0, 11017.0]));
    assert!(!ran.stderr().contains("plt.axvspan") && !ran.stderr().contains("plt.annotate"));
}

#[test]
fn a_sweep_is_named_as_dantro_names_it() {
    let case = Case::new().plots(
        "s: !pspace\n  based_on: .plot.facet_grid.pcolormesh\n  file_ext: png\n  select:\n    data:\n      path: data\n      \
         transform: [{.isel: [!dag_prev , {dim_0: !sweep {default: 0, values: [1, 3], name: step}}]}]\n",
    );
    case.run("render plots.yml --data cube.npy").exits(0);
    assert_eq!(case.files("figures"), ["results.json", "s/1__step_1.png", "s/2__step_3.png"]);
}

#[test]
fn a_bench_of_a_project_compares_the_same_pictures() {
    let case = Case::new().plots("a: {data: data, isel: {dim_0: 1}}\nbad: {data: nowhere}\n");
    let ran = case.run("bench plots.yml --data cube.npy -j 1 --repeat 2 --json -o kept").exits(0);
    let told: serde_json::Value = serde_json::from_str(&ran.stdout()).unwrap();
    let rows = told["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &told["failed"]), (8, &1.into()));
    assert_eq!(told["figures"], serde_json::json!([[6 * 7 * 8, 1]]));
    for row in rows {
        let of = |what: &str, which: &str| row[what][which].as_f64().unwrap();
        assert!(0.0 < of("wall_s", "min") && of("wall_s", "min") <= of("wall_s", "median"), "{row}");
        assert!(
            of("pss_peak_bytes", "median") > 1e6 && of("wall_s", "median") <= of("wall_s", "max"),
            "{row}"
        );
    }
    let kept = case.files("kept");
    assert!(
        ["bench.json", "bench.png", "bench.h5", "bench.yml"]
            .iter()
            .all(|name| kept.iter().any(|k| k == name)),
        "{kept:?}"
    );
    // Drawn again as it says.
    case.run("render kept/bench.yml --data kept/bench.h5 -o again").exits(0);
    case.run("bench plots.yml").exits(2);
}
