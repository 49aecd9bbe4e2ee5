//! Load configurations and files that are joined: what is joined has the values and labels that
//! xarray and numpy give, and what does not fit together is said with the files' names.

use serde_json::Value;
use shmplot::config;
use shmplot::data::load::{Join, Order};
use shmplot::data::{Attr, Dtype, Slab, Values};
use shmplot::diag::{Source, Warned};
use shmplot::source::{Node, Tree, load};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn open(folder: &Path, text: &str) -> Result<Warned<Tree>, Vec<String>> {
    let spec = config::load(&Source::new("load.yml", text)).expect("the configuration is right");
    load::load(folder, &spec).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn told(opened: &Warned<Tree>) -> String {
    opened.warnings.iter().map(|warning| format!("{warning}\n")).collect()
}

fn along(dim: &str) -> Join {
    Join { dim: dim.to_owned(), new: false, order: Order::Name }
}

fn texts(values: &Values) -> Vec<String> {
    match values {
        Values::Time(times, calendar) => times.iter().map(|time| calendar.civil(*time).to_string()).collect(),
        Values::Str(texts) => texts.iter().map(str::to_owned).collect(),
        other => (0..other.len()).map(|i| other.f64_at(i).unwrap().to_string()).collect(),
    }
}

/// A version 1 npy file of 64-bit floats.
fn npy(shape: &[usize], values: &[f64]) -> Vec<u8> {
    let shape: Vec<String> = shape.iter().map(|n| format!("{n},")).collect();
    let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({}), }}", shape.join(" "));
    while (header.len() + 11) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

#[test]
fn joined_files_have_the_values_and_labels_that_xarray_gives() {
    let expected: Value = serde_json::from_slice(&fs::read(fixture("split/expected.json")).unwrap()).unwrap();
    let text = "all: {loader: xr_dataset, glob_str: 't_?.nc', concat: time, required: true}";
    let opened = open(&fixture("split"), text).unwrap();
    let tree = &opened.value;
    for (name, want) in expected["time"]["variables"].as_object().unwrap() {
        let array = tree.array(&format!("all/{name}")).unwrap();
        let dims: Vec<&str> = array.dims.iter().map(|dim| dim.as_str()).collect();
        assert_eq!(serde_json::json!(dims), want["dims"], "{name}");
        assert_eq!(serde_json::json!(array.shape), want["shape"], "{name}");
        if array.dtype.is_numeric() {
            assert_eq!(array.dtype.numpy_name(), want["dtype"], "{name}");
        }
        let values = tree.read(array, &Slab::all(&array.shape)).unwrap();
        let full = |text: String| if text.len() == 10 { format!("{text}T00:00:00") } else { text };
        let found: Vec<String> = match array.dtype {
            Dtype::Time(_) => texts(&values).into_iter().map(full).collect(),
            _ => texts(&values),
        };
        let want: Vec<String> = want["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_f64().map_or_else(|| v.as_str().unwrap().to_owned(), |v| v.to_string()))
            .collect();
        assert_eq!(found, want, "{name}");
    }
    let coord = tree.coord("all/v", "time").unwrap().unwrap();
    assert_eq!(coord.shape, [8]);
    assert_eq!(tree.root().get("all").map(|node| matches!(node, Node::Group(g) if g.attrs.get("title").is_some() && g.attrs.get("history").is_none())), Some(true));
    let warnings = told(&opened);
    assert!(warnings.contains("`history`") && warnings.contains("left out"), "{warnings}");
    assert!(!warnings.contains("overlap") && !warnings.contains("missing"), "{warnings}");
}

#[test]
fn what_does_not_fit_together_is_said_with_the_files() {
    let cases = [
        ("hole.nc", "steps are missing along `time`: between 2000-03-17", true),
        ("overlap.nc", "overlap: ", true),
        ("calendar.nc", "a time of the calendar `noleap` in ", false),
        ("labels.nc", "element 1 is 0 and 0.5", false),
        ("shape.nc", "`lat` has the lengths 3 and 2", false),
    ];
    for (file, expected, warned) in cases {
        let paths = [fixture("split/t_a.nc"), fixture(&format!("split/{file}"))];
        let opened = load::join(&paths, &along("time")).unwrap();
        if warned {
            let warnings = told(&opened);
            assert!(warnings.contains(expected) && warnings.contains(file), "{file}: {warnings}");
        } else {
            let broken: Vec<String> = ["v", "time", "lat"]
                .iter()
                .filter_map(|name| opened.value.array(name).err().map(|error| error.to_string()))
                .collect();
            assert!(
                broken.iter().any(|why| why.contains(expected) && why.contains(file)),
                "{file}: {broken:?}"
            );
        }
    }
    let error = load::join(&[fixture("split/t_a.nc"), fixture("split/t_b.nc")], &along("tme")).unwrap_err();
    assert!(error[0].to_string().contains("did you mean `time`?"), "{}", error[0]);
}

#[test]
fn files_in_the_wrong_order_are_told_and_put_in_order_by_their_labels() {
    let folder = tempfile::tempdir().unwrap();
    for (from, to) in [("t_a.nc", "2.nc"), ("t_b.nc", "1.nc")] {
        fs::copy(fixture("split").join(from), folder.path().join(to)).unwrap();
    }
    let by_name = open(folder.path(), "t: {loader: auto, glob_str: '*.nc', concat: time}").unwrap();
    assert!(told(&by_name).contains("not in order"), "{}", told(&by_name));
    let text = "t: {loader: auto, glob_str: '*.nc', concat: {dim: time, order: coordinate}}";
    let ordered = open(folder.path(), text).unwrap();
    assert!(!told(&ordered).contains("not in order"), "{}", told(&ordered));
    let times = ordered.value.coord("t/v", "time").unwrap().unwrap();
    assert_eq!(texts(&times.to_values().unwrap())[0], "2000-01-16");
}

/// A linear congruential generator: numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n as u64) as usize
    }
}

/// `numpy.concatenate` of the pieces of `arange(n).reshape(shape)` is that array again.
#[test]
fn a_joined_array_is_what_was_split_whatever_the_cuts_and_selections() {
    let mut random = Random(7);
    for round in 0..60 {
        let folder = tempfile::tempdir().unwrap();
        let shape: Vec<usize> = (0..1 + random.below(3)).map(|_| 1 + random.below(7)).collect();
        let axis = random.below(shape.len());
        let is_new = round % 5 == 4;
        let index = |at: &[usize]| at.iter().zip(&shape).fold(0, |n, (i, len)| n * len + i) as f64;
        let all = |slab: &Slab| -> Vec<f64> {
            let mut at: Vec<Vec<usize>> = vec![Vec::new()];
            for range in &slab.0 {
                at = at
                    .iter()
                    .flat_map(|a| range.clone().map(move |i| [a.clone(), vec![i]].concat()))
                    .collect();
            }
            at.iter().map(|at| index(at)).collect()
        };
        let axis = if is_new { 0 } else { axis };
        let (mut start, mut number) = (0, 0);
        while start < shape[axis] {
            let len = if is_new { 1 } else { 1 + random.below(shape[axis] - start) };
            let mut part = Slab::all(&shape);
            part.0[axis] = start..start + len;
            let own = if is_new { part.shape()[1..].to_vec() } else { part.shape() };
            fs::write(folder.path().join(format!("{number:02}.npy")), npy(&own, &all(&part))).unwrap();
            (start, number) = (start + len, number + 1);
        }
        let key = if is_new { "concat_new: new".to_owned() } else { format!("concat: dim_{axis}") };
        let opened = open(folder.path(), &format!("x: {{loader: numpy, glob_str: '*.npy', {key}}}")).unwrap();
        let array = opened.value.array("x").unwrap();
        assert_eq!(array.shape, shape);
        for _ in 0..8 {
            let slab = Slab(
                shape
                    .iter()
                    .map(|len| {
                        let from = random.below(len + 1);
                        from..from + random.below(len - from + 1)
                    })
                    .collect(),
            );
            let Values::F64(found) = opened.value.read(array, &slab).unwrap() else { panic!("floats") };
            assert_eq!(found[..], all(&slab)[..], "{shape:?} {slab:?}");
        }
    }
}

#[test]
fn types_that_differ_are_promoted_and_tables_joined_by_rows() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.csv"), "n,x,s\n1,1,a\n2,2,b\n").unwrap();
    fs::write(folder.path().join("b.csv"), "n,x,s\n3,0.5,c\n").unwrap();
    let opened = open(folder.path(), "t: {loader: pandas_csv, glob_str: '*.csv', concat: index}").unwrap();
    let read = |name: &str| {
        let array = opened.value.array(&format!("t/{name}")).unwrap();
        (array.dtype, texts(&opened.value.read(array, &Slab::all(&array.shape)).unwrap()))
    };
    assert_eq!(read("n"), (Dtype::I64, vec!["1".into(), "2".into(), "3".into()]));
    assert_eq!(read("x"), (Dtype::F64, vec!["1".into(), "2".into(), "0.5".into()]));
    assert_eq!(read("s"), (Dtype::Str, vec!["a".into(), "b".into(), "c".into()]));
}

#[test]
fn a_new_dimension_has_the_matches_as_labels() {
    let folder = tempfile::tempdir().unwrap();
    for seed in [1, 2, 10] {
        let path = folder.path().join(format!("seed_{seed:02}.npy"));
        fs::write(path, npy(&[2], &[f64::from(seed), 0.0])).unwrap();
    }
    let text = "x: {loader: numpy, glob_str: '*.npy', path_regex: 'seed_(\\d+)', concat_new: seed}";
    let opened = open(folder.path(), text).unwrap();
    let seed = opened.value.coord("x", "seed").unwrap().unwrap();
    assert!(matches!(seed.to_values().unwrap(), Values::I64(labels) if labels[..] == [1, 2, 10]));
    let stems = open(folder.path(), "x: {loader: numpy, glob_str: '*.npy', concat_new: run}").unwrap();
    let run = stems.value.coord("x", "run").unwrap().unwrap();
    assert_eq!(run.texts().unwrap(), ["seed_01", "seed_02", "seed_10"]);
}

#[test]
fn a_variable_that_a_file_lacks_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.csv"), "n,x\n1,1\n").unwrap();
    fs::write(folder.path().join("b.csv"), "n\n3\n").unwrap();
    let opened = open(folder.path(), "t: {loader: pandas_csv, glob_str: '*.csv', concat: index}").unwrap();
    assert!(told(&opened).contains("`x` is missing in "), "{}", told(&opened));
    assert!(opened.value.array("t/x").is_err_and(|error| error.to_string().contains("b.csv")));
    assert!(opened.value.array("t/n").is_ok());
}

#[test]
fn a_project_loads_as_its_configuration_says() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for uni in ["07", "12"] {
        fs::create_dir_all(at(&format!("data/uni{uni}"))).unwrap();
        fs::copy(fixture("hdf5/labels.h5"), at(&format!("data/uni{uni}/data.h5"))).unwrap();
        fs::write(at(&format!("data/uni{uni}/config.yml")), "seed: 1\n").unwrap();
    }
    fs::create_dir(at("config")).unwrap();
    fs::write(at("config/run_cfg.yml"), "a: 1\n").unwrap();
    fs::write(at("config/notes.txt"), "1,2\n3,4\n").unwrap();
    fs::write(at("config/m.dat"), "1 2\n3 4.5\n").unwrap();
    fs::write(at("config/parameter_space.yml"), "!pspace {x: 1}\n").unwrap();
    let text = "
cfg: {loader: yaml, glob_str: 'config/*.yml', ignore: [config/parameter_space.yml], required: true,
      path_regex: 'config/(\\w+)_cfg.yml', target_path: 'cfg/{match:}'}
pspace: {loader: yaml_to_object, glob_str: config/parameter_space.yml, required: true, load_as_attr: true,
         unpack_data: true, target_path: multiverse}
notes: {loader: text, glob_str: config/notes.txt}
m: {loader: numpy_txt, glob_str: config/m.dat, target_group: tables}
gone: {loader: yaml, glob_str: 'config/absent_*.yml'}
uni: {loader: yaml, glob_str: 'data/uni*/config.yml', path_regex: 'data/uni(\\d+)/', target_path: 'multiverse/{match:}/cfg'}
data: {loader: hdf5_proxy, glob_str: 'data/uni*/data.h5', path_regex: 'data/uni(\\d+)/',
       target_path: 'multiverse/{match:}/data', enable_mapping: true}
";
    let opened = open(folder.path(), text).unwrap();
    let tree = &opened.value;
    assert!(matches!(tree.get("cfg/run"), Ok(Node::Value(_))));
    assert!(matches!(tree.get("notes"), Ok(Node::Text(text)) if &**text == "1,2\n3,4\n"));
    assert!(matches!(tree.get("multiverse/12/cfg"), Ok(Node::Value(_))));
    assert!(matches!(tree.get("multiverse/07/data"), Ok(Node::Group(_))));
    let Ok(Node::Group(multiverse)) = tree.get("multiverse") else { panic!("a group") };
    assert!(matches!(multiverse.attrs.get("pspace"), Some(Attr::Json(_))));
    let matrix = tree.array("tables/m").unwrap();
    let Values::F64(values) = tree.read(matrix, &Slab::all(&matrix.shape)).unwrap() else { panic!("floats") };
    assert_eq!((&matrix.shape[..], &values[..]), (&[2, 2][..], &[1.0, 2.0, 3.0, 4.5][..]));
    let warnings = told(&opened);
    assert!(warnings.contains("the entry `gone` finds nothing"), "{warnings}");
}

#[test]
fn required_decides_what_a_missing_or_broken_file_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.npy"), npy(&[1], &[1.0])).unwrap();
    fs::write(folder.path().join("b.npy"), b"\x93NUMPY\x01\x00").unwrap();
    let entry =
        |required| format!("x: {{loader: numpy, glob_str: '*.npy', required: {required}, concat: dim_0}}");
    let opened = open(folder.path(), &entry(false)).unwrap();
    assert!(told(&opened).contains("b.npy"), "{}", told(&opened));
    assert_eq!(opened.value.array("x").unwrap().shape, [1]);
    let errors = open(folder.path(), &entry(true)).unwrap_err();
    assert!(errors.iter().any(|error| error.contains("b.npy")), "{errors:?}");
    let nothing = open(folder.path(), "x: {loader: auto, glob_str: '*.h5', required: true}").unwrap_err();
    assert!(nothing[0].contains("finds nothing"), "{nothing:?}");
    let twice = "x: {loader: numpy, glob_str: a.npy}\ny: {loader: numpy, glob_str: a.npy, target_path: x}";
    assert!(open(folder.path(), twice).unwrap_err()[0].contains("is at `x` already"));
}

fn shmplot(folder: &Path, args: &str) -> (Option<i32>, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_shmplot"))
        .args(args.split_whitespace())
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let said = [ran.stdout, ran.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (ran.status.code(), said)
}

#[test]
fn the_program_draws_plans_and_describes_from_joined_files() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("d")).unwrap();
    for part in 0..3 {
        let values: Vec<f64> = (0..8).map(|i| f64::from(part * 8 + i)).collect();
        fs::write(at(&format!("d/p{part}.npy")), npy(&[4, 2], &values)).unwrap();
    }
    fs::write(at("load.yml"), "x: {loader: numpy, glob_str: '*.npy', concat: dim_0}\n").unwrap();
    let plots =
        "all: {data: x, kind: line, x: dim_0, hue: dim_1}\npart: {data: x, isel: {dim_0: [9]}, kind: hist}\n";
    fs::write(at("plots.yml"), plots).unwrap();
    let data = "--data d --load load.yml";
    let (code, said) = shmplot(folder.path(), &format!("render plots.yml {data} -o out --progress never"));
    assert_eq!(code, Some(0), "{said}");
    assert!(at("out/all.png").is_file() && at("out/part.png").is_file());
    let (code, said) = shmplot(folder.path(), &format!("describe plots.yml all {data}"));
    assert!(code == Some(0) && said.contains("23"), "the last value is drawn: {said}");
    let (code, said) = shmplot(folder.path(), &format!("plan plots.yml {data}"));
    assert!(code == Some(0) && said.contains("2 figures"), "{said}");
    let (code, said) = shmplot(folder.path(), "tree d --load load.yml --stats");
    assert!(code == Some(0) && said.contains("11.5"), "the mean of 0..24: {said}");
    let (code, said) = shmplot(folder.path(), "tree d/p0.npy d/p1.npy --concat dim_0 --json");
    assert!(code == Some(0) && said.contains('8'), "{said}");
    let (code, said) = shmplot(folder.path(), "init d --load load.yml");
    assert!(code == Some(0) && said.contains("--load load.yml"), "{said}");
    fs::write(at("bad.yml"), "x: {loader: nunpy, glob_str: x}\n").unwrap();
    let (code, said) = shmplot(folder.path(), "check plots.yml --load bad.yml");
    assert!(code == Some(2) && said.contains("did you mean `numpy`?"), "{said}");

    // Parts that no figure touches are not opened for their values.
    fs::write(at("plots.yml"), "part: {data: x, isel: {dim_0: [9]}, kind: hist}\n").unwrap();
    let (code, said) = shmplot(folder.path(), &format!("plan plots.yml {data} --json"));
    assert!(code == Some(0) && said.contains("\"demanded_bytes\": 16"), "{said}");
}

/// A run of Utopia with universes 2, 3 and 13, in which something is not called as universes are.
fn run_of_utopia(at: &Path) {
    let write = |path: &str, text: &str| {
        let path = at.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("config/parameter_space.yml", "!pspace\nseed: !sweep {default: 0, range: [1, 3]}\n");
    write("config/meta_cfg.yml", "{a: {b: 3}}\n");
    for universe in ["13", "02", "03"] {
        write(&format!("data/uni{universe}/config.yml"), &format!("{{number: {universe}}}\n"));
    }
}

#[test]
fn universes_are_in_the_order_of_their_integers_and_found_by_them() {
    let folder = tempfile::tempdir().unwrap();
    run_of_utopia(folder.path());
    let spec = config::load_utopia();
    let opened = load::load(folder.path(), &spec).unwrap();
    let tree = &opened.value;
    let Node::Group(universes) = tree.get("multiverse").unwrap() else { panic!("a group") };
    assert_eq!(
        universes.members.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["02", "03", "13"]
    );
    for path in ["multiverse/3/cfg", "multiverse/03/cfg", "multiverse/0003//cfg"] {
        assert_eq!(tree.canonical(path).unwrap(), "multiverse/03/cfg", "{path}");
    }
    let missing = tree.get("multiverse/4/cfg").map(|_| ()).unwrap_err().to_string();
    assert!(missing.contains("`multiverse` has 02, 03, 13"), "{missing}");
    let space = tree.parameter_space("multiverse/").unwrap();
    assert!(
        space.text().starts_with("!pspace\nseed: !sweep") && space.name().ends_with("parameter_space.yml")
    );
    assert!(tree.parameter_space("cfg").is_none() && tree.parameter_space("nothing").is_none());
    assert!(load::is_utopia(&[folder.path().to_owned()]) && !load::is_utopia(&[folder.path().join("data")]));
}

#[test]
fn what_is_no_universe_may_not_hang_among_universes() {
    let folder = tempfile::tempdir().unwrap();
    run_of_utopia(folder.path());
    let text = "pspace: {loader: yaml_to_object, glob_str: config/parameter_space.yml, load_as_attr: true, \
                target_path: my/space}\nuni: {loader: yaml, glob_str: 'data/uni*/config.yml', \
                path_regex: 'uni(.+)/', target_path: 'my/space/TARGET'}\n";
    let opened = open(folder.path(), &text.replace("TARGET", "{match:}")).unwrap();
    assert_eq!(opened.value.canonical("my/space/2").unwrap(), "my/space/02");
    assert!(opened.value.parameter_space("my/space").is_some());
    for (target, expected) in [("u{match:}", "`u02` is none"), ("{match:_<3}", "`02_` is none")] {
        let errors = open(folder.path(), &text.replace("TARGET", target)).unwrap_err();
        assert!(errors[0].contains(expected), "{errors:?}");
    }
    fs::create_dir_all(folder.path().join("data/uni113")).unwrap();
    fs::write(folder.path().join("data/uni113/config.yml"), "{}").unwrap();
    let errors = open(folder.path(), &text.replace("TARGET", "{match:}")).unwrap_err();
    assert!(errors.iter().any(|error| error.contains("is not as wide as")), "{errors:?}");
}

/// Expected from `pandas.read_csv` (`fixtures/make_tables.py`).
#[test]
fn tables_are_read_with_the_options_of_pandas() {
    let cases: Vec<Value> =
        serde_json::from_slice(&fs::read(fixture("tables/expected.json")).unwrap()).unwrap();
    assert!(cases.len() > 20);
    for case in &cases {
        let (file, options) = (case["file"].as_str().unwrap(), case["options"].as_object().unwrap());
        let what = format!("{file} {:?}", case["options"].to_string());
        let mut entry = serde_json::json!({"loader": "pandas_csv", "glob_str": file});
        entry.as_object_mut().unwrap().extend(options.clone());
        let opened = open(&fixture("tables"), &serde_json::json!({ "t": entry }).to_string()).unwrap();
        let tree = &opened.value;
        let check = |name: &str, want: &Value| {
            let array = tree.array(&format!("t/{name}")).unwrap_or_else(|error| panic!("{what}: {error}"));
            let dtype = match array.dtype {
                Dtype::Time(_) => "time",
                other => other.numpy_name(),
            };
            assert_eq!(dtype, want["dtype"], "{what}: {name}");
            let values = tree.read(array, &Slab::all(&array.shape)).unwrap();
            let found: Vec<Value> = (0..values.len())
                .map(|i| match &values {
                    Values::Str(texts) if texts.get(i).is_empty() => Value::Null,
                    Values::Str(texts) => texts.get(i).into(),
                    Values::Bool(flags) => (flags[i] != 0).into(),
                    Values::Time(times, _) => times[i].into(),
                    other if array.dtype.is_integer() => (other.f64_at(i).unwrap() as i64).into(),
                    other => other.f64_at(i).unwrap().into(),
                })
                .collect();
            // A missing text is an empty one.
            let empty = |value: &Value| if value.as_str() == Some("") { Value::Null } else { value.clone() };
            let wanted: Vec<Value> = want["values"].as_array().unwrap().iter().map(empty).collect();
            assert_eq!(found, wanted, "{what}: {name}");
            array.clone()
        };
        let columns = case["columns"].as_object().unwrap();
        let index = case.get("index");
        let rows = index.map_or("index", |index| index["name"].as_str().unwrap_or("index"));
        for (i, (name, want)) in columns.iter().enumerate() {
            // Columns without a header have numbers for names there.
            let name = if name.parse() == Ok(i) { format!("col_{i}") } else { name.clone() };
            let array = check(&name, want);
            assert_eq!(array.dims[0].as_str(), rows, "{what}");
            assert_eq!(array.coords.len(), usize::from(index.is_some()), "{what}");
        }
        if let Some(index) = index {
            check(rows, index);
        }
        let Node::Group(table) = tree.get("t").unwrap() else { panic!("{what}: a table") };
        assert_eq!(table.members.len(), columns.len() + usize::from(index.is_some()), "{what}");
    }
}
