//! YAML in, specs and names out: the dialect as DIALECT.md of the shared folder describes it.

use shmplot::config::{self, Creator, Options, PlotSpec};
use shmplot::diag::{Diagnostic, Source};
use std::path::PathBuf;

fn specs(yaml: &str) -> Vec<PlotSpec> {
    match config::parse(&Source::new("plots.yml", yaml), &[], Options::default()) {
        Ok(warned) => warned.value,
        Err(errors) => panic!("{}", lines(&errors)),
    }
}

fn errors(yaml: &str) -> String {
    match config::parse(&Source::new("plots.yml", yaml), &[], Options::default()) {
        Ok(warned) => panic!("parsed: {:?}", warned.value.iter().map(|spec| &spec.name).collect::<Vec<_>>()),
        Err(errors) => lines(&errors),
    }
}

fn lines(errors: &[Diagnostic]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// `<name>.<ext>` or `<name>/<label>.<ext>` of all points of all entries.
fn outputs(specs: &[PlotSpec]) -> Vec<String> {
    let mut names = Vec::new();
    for spec in specs {
        for point in &spec.points {
            names.push(match &point.label {
                Some(label) => format!("{}/{label}.{}", spec.name, point.file_ext),
                None => format!("{}.{}", spec.name, point.file_ext),
            });
        }
    }
    names
}

/// The shared folder beside the project, if it is there.
fn shared(file: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SHMPLOT_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = root.join(file);
    path.exists().then_some(path)
}

/// The names that real dantro gave the demo's heat maps: the multiverse's dimensions come first, here
/// written as sweeps of the entry.
#[test]
fn sweep_points_are_named_as_dantro_names_them() {
    let yaml = "
heatmaps: !pspace
  based_on: [.creator.pyplot, .plot.facet_grid.pcolormesh]
  file_ext: png
  a: !sweep {default: 0.3, values: [0.2, 0.35, 0.5], name: beta, order: -100}
  b: !sweep {default: 0.3, values: [0.0, 0.1], name: mobility, order: -99}
  c: !sweep {default: 0, values: [1, 2], name: seed, order: -98}
  select:
    data:
      path: data/SIR/pressure
      transform:
        - .isel: [!dag_prev , {time: !sweep {default: 0, values: [2, 12, 22, 32, 42, 52], name: t}}]
sweep/powers: !pspace
  based_on: [.creator.pyplot, .plot.facet_grid.line]
  file_ext: png
  transform:
    - operation: pow
      args: [!dag_tag d, !sweep {default: 1, values: [1, 2, 3], name: exponent, order: 1}]
    - mul: [!dag_prev , !sweep {default: 1., linspace: [1., 2., 2], name: scale, order: 0}]
";
    let mut names = outputs(&specs(yaml));
    assert_eq!(names.len(), 72 + 6);
    assert_eq!(names[0], "heatmaps/92__beta_0.2__mobility_0.0__seed_1__t_2.png");
    assert_eq!(names[71], "heatmaps/251__beta_0.5__mobility_0.1__seed_2__t_52.png");
    assert_eq!(names[72], "sweep/powers/5__scale_1.0__exponent_1.png");
    match shared("demo/expected_outputs.txt") {
        Some(file) => {
            let text = std::fs::read_to_string(file).unwrap();
            let mut expected: Vec<&str> = text
                .lines()
                .filter(|line| {
                    (line.starts_with("heatmaps/") || line.starts_with("sweep/powers/"))
                        && line.ends_with(".png")
                })
                .collect();
            expected.sort_unstable();
            names.sort_unstable();
            assert_eq!(names, expected);
        }
        None => eprintln!("skipped the comparison with demo/expected_outputs.txt: no shared folder"),
    }
}

#[test]
fn the_demo_parses_and_names_what_is_missing_entry_by_entry() {
    let Some(file) = shared("demo/plots.yml") else {
        eprintln!("skipped: no shared folder with demo/plots.yml");
        return;
    };
    let specs = specs(&std::fs::read_to_string(file).unwrap());
    let find = |name: &str| specs.iter().find(|spec| spec.name == name).unwrap();
    assert_eq!(find("uni/densities").creator, Creator::Universe);
    let point = find("uni/densities").points.get(0).unwrap();
    let error = point.entry.unwrap_err().to_string();
    assert!(error.contains("the creator `universe` is not supported yet"), "{error}");
    assert!(!find("off/disabled").enabled);
    assert_eq!(find("sweep/powers").points.len(), 6);
    let error = find("tree/multiplot").points.get(0).unwrap().entry.unwrap_err().to_string();
    assert!(error.contains("the plot function `multiplot` is not supported yet"), "{error}");
    let masked = find("tree/masked").points.get(0).unwrap();
    assert_eq!((masked.file_ext.as_str(), masked.entry.unwrap().transform.len()), ("pdf", 12));
}

#[test]
fn misspelt_bases_and_circles_stop_the_file_together() {
    let yaml = "
a: {based_on: .creator.pyplt, kind: line}
b: {based_on: _c}
_c: {based_on: [_d]}
_d: {based_on: _c}
e: 12
";
    assert_eq!(
        errors(yaml),
        "plots.yml:6:4: expected a mapping, `inherit`, `true` or `false` for the entry `e`, found the integer 12"
    );
    let yaml = yaml.replace("e: 12", "");
    assert_eq!(
        errors(&yaml),
        "plots.yml:2:15: there is no entry `.creator.pyplt` to build on (did you mean `.creator.pyplot`?)\n\
         plots.yml:5:16: based_on goes in a circle: `_c` → `_d` → `_c`"
    );
}
