//! YAML in, specs and names out: the dialect as DIALECT.md of the shared folder describes it.

use shmplot::config::{self, Creator, Options, PlotSpec};
use shmplot::diag::{Diagnostic, Source};
use shmplot::plan;
use shmplot::render::Chart;
use shmplot::render::chart::{Bins, Encoding, Kind, Limit, Norm, Scale};
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
    assert_eq!(find("mv/skipped").expected_ndim, Some(vec![1, 2]));
    assert!(!find("off/disabled").enabled);
    assert_eq!(find("sweep/powers").points.len(), 6);
    let multiplot = find("tree/multiplot").points.get(0).unwrap().entry.unwrap();
    assert_eq!(multiplot.function, config::PlotFunction::MultiPlot);
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
         plots.yml:5:16: based_on goes in a circle: `_c` → `_d` → `_c` [`b` is based on `_c` → `_d`]"
    );
}

/// The chart of the first point of the first entry, or the error.
fn chart_of(yaml: &str) -> Result<(Chart, Vec<String>), String> {
    let specs = specs(yaml);
    let point = specs[0].points.get(0).unwrap();
    let entry = point.entry.map_err(|error| error.to_string())?;
    let warned = plan::chart(&entry, &specs[0].name).map_err(|error| error.to_string())?;
    Ok((warned.value, warned.warnings.iter().map(ToString::to_string).collect()))
}

#[test]
fn a_plain_entry_is_a_facet_grid_in_matplotlibs_sizes() {
    let yaml = "
heat:
  data: ising/spins
  isel: {time: -1}
  kind: imshow
  title: The end
  xlabel: position
  ylim: [0, max]
  yscale: log
  suptitle: 12
";
    let (chart, warnings) = chart_of(yaml).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(chart.kind, Some(Kind::ImShow));
    assert_eq!((chart.title.as_deref(), chart.suptitle.as_deref()), (Some("The end"), Some("12")));
    assert_eq!(chart.x.label.as_deref(), Some("position"));
    assert_eq!(chart.y.limits, [Limit::At(0.0), Limit::DataMax]);
    assert_eq!(chart.y.scale, Some(Scale::Log { base: 10.0 }));
    assert_eq!((chart.style.figsize, chart.style.dpi, chart.style.tight), ([6.4, 4.8], 100.0, None));
    let point = specs(yaml)[0].points.get(0).unwrap();
    assert_eq!(point.file_ext, "png");
    let entry = point.entry.unwrap();
    let (tag, what) = &entry.select[0];
    assert_eq!(tag.as_str(), Some("data"));
    assert_eq!(what.python_str(), "{'path': 'ising/spins', 'transform': [{'.isel': [None, {'time': -1}]}]}");
    let previous = what.get("transform").unwrap().list().unwrap()[0].get(".isel").unwrap().list().unwrap();
    assert_eq!(previous[0].tag(), Some("dag_prev"));
}

#[test]
fn the_pools_give_dantros_look() {
    let yaml = "
a:
  based_on: [.creator.pyplot, .plot.facet_grid.line, .hlpr.lines.h_zero, .hlpr.legend.hide_if_large]
  select: {data: x}
  x: time
  hue: ~
  style: {font.size: 8, legend.fontsize: small, axes.titlesize: x-large}
";
    let (chart, _) = chart_of(yaml).unwrap();
    assert_eq!((chart.style.dpi, chart.style.line_width, chart.style.grid), (254.0, 1.2, true));
    assert_eq!(chart.style.tight, Some(0.1));
    assert_eq!(chart.style.cycle.len(), 20);
    assert_eq!(chart.style.cycle[1].hex(), "#ff7f0e");
    assert_eq!(chart.style.grid_color.hex(), "#b0b0b080");
    assert_eq!(chart.encodings.x, Encoding::Name("time".to_owned()));
    assert_eq!(chart.encodings.hue, Encoding::Unused);
    assert_eq!(chart.encodings.y, Encoding::Auto);
    assert_eq!(chart.hlines.len(), 1);
    assert_eq!(chart.hlines[0].color.unwrap().hex(), "#808080");
    assert_eq!(chart.legend.hiding_threshold, Some(10));
    let sizes = [chart.style.legend_size, chart.style.title_size, chart.style.label_size];
    assert_eq!(sizes, [0.833 * 8.0, 1.44 * 8.0, 8.0]);
    assert_eq!(specs(yaml)[0].points.get(0).unwrap().file_ext, "pdf");
}

#[test]
fn later_bases_and_own_keys_win_and_mappings_merge() {
    let yaml = "
_a: {style: {figure.dpi: 50, font.size: 8}, helpers: {set_title: {title: a}}, bins: [1, 2, 3]}
_b: {based_on: _a, style: {figure.dpi: 60}, bins: 7}
c:
  based_on: [.creator.pyplot, .plot.facet_grid.hist, _b]
  file_ext: .PNG
  style: {font.size: 9}
  select: {data: x}
d: {based_on: c, enabled: false}
";
    let all = specs(yaml);
    assert_eq!(
        all.iter().map(|spec| (spec.name.as_str(), spec.enabled)).collect::<Vec<_>>(),
        [("c", true), ("d", false)]
    );
    let (chart, _) = chart_of(yaml).unwrap();
    assert_eq!((chart.style.dpi, chart.style.font_size), (60.0, 9.0));
    assert_eq!((chart.title.as_deref(), chart.hist.bins), (Some("a"), Bins::Count(7)));
    assert_eq!(all[0].points.get(0).unwrap().file_ext, "png");
    // What is not plotted cannot build on what is.
    let error = all[1].points.get(0).unwrap().entry.unwrap_err().to_string();
    assert!(error.contains("there is no entry `c` to build on (`c` is plotted itself"), "{error}");
}

#[test]
fn an_entry_may_build_on_its_own_name_in_an_earlier_pool() {
    let base = Source::new("base.yml", "a: {data: x, kind: line, title: base}\nb: {data: y}\n");
    let file = Source::new("plots.yml", "a: {based_on: a, title: own}\nb: inherit\nc: {based_on: [a]}\n");
    let specs = config::parse(&file, &[base], Options::default()).unwrap().value;
    let canonical = |i: usize| specs[i].points.get(0).unwrap().entry.unwrap().canonical();
    assert!(canonical(0).contains("\"own\"") && canonical(0).contains("\"line\""));
    assert!(canonical(1).contains("\"y\""));
    assert_eq!(canonical(0), canonical(2), "c builds on the file's a, not on the base's");
}

#[test]
fn sweeps_couple_mask_and_order_as_paramspace_does() {
    let yaml = "
a: !pspace
  data: x
  kind: imshow
  isel: {time: !sweep {default: 0, range: [0, 6, 2], mask: [false, true, false]}}
  cmap: !coupled-sweep {target_name: time, values: [viridis, magma, gray]}
  robust: !pdim {default: false, values: [false, true]}
  file_ext: !coupled-sweep {target_name: robust, default: png, values: [png, svg]}
b: !pspace {data: x, vmax: !sweep {default: 1, values: [a/b, 1e-5, ~, [1, 2]], as_type: tuple}, vmin: 0}
c: !pspace {data: x}
d: !pspace {data: x, u: {v: !sweep {default: 0, values: [1]}}, w: {v: !sweep {default: 0, values: [2]}}}
e: !pspace {data: x, vmin: !sweep {default: 7, values: [1, 2], mask: true}}
";
    let specs = specs(yaml);
    assert_eq!(
        outputs(&specs),
        [
            "a/4__time_0__robust_False.png",
            "a/5__time_0__robust_True.svg",
            "a/10__time_4__robust_False.png",
            "a/11__time_4__robust_True.svg",
            "b/1__vmax_a-b.png",
            "b/2__vmax_1e-05.png",
            "b/3__vmax_None.png",
            "b/4__vmax_(1, 2).png",
            "c.png",
            "d/3__u.v_1__w.v_2.png",
            "e.png",
        ]
    );
    let last = plan::chart(&specs[0].points.get(3).unwrap().entry.unwrap(), "a").unwrap().value;
    assert_eq!((last.color.cmap.as_deref(), last.color.robust), (Some("gray"), true));
    let masked = plan::chart(&specs[4].points.get(0).unwrap().entry.unwrap(), "e").unwrap().value;
    assert_eq!(masked.color.vmin, Some(7.0));
}

#[test]
fn bad_sweeps_stop_the_file() {
    let cases = [
        (
            "a: {data: x, vmin: !sweep {default: 0, values: [1]}}",
            "plots.yml:1:20: a sweep in `a`, which is no parameter space (write `a: !pspace`)",
        ),
        (
            "a: !pspace {vmin: !sweep {values: [1]}}",
            "plots.yml:1:19: a sweep needs a `default` (add `default: …`, the value at state 0)",
        ),
        ("a: !pspace {vmin: !sweep [1, 2]}", "plots.yml:1:19: expected a mapping for a sweep, found a list"),
        (
            "a: !pspace {vmin: !sweep {default: 1, value: [1]}}",
            "plots.yml:1:39: unknown key `value` of a sweep (did you mean `values`?)",
        ),
        (
            "a: !pspace {vmin: !sweep {default: 1, values: [1, 1.0]}}",
            "plots.yml:1:51: the value 1.0 is given twice (values of a sweep are unique; `assert_unique: false` allows the same one again)",
        ),
        (
            "a: !pspace {vmin: !coupled-sweep {target_name: vmx}, vmax: !sweep {default: 1, values: [1]}}",
            "plots.yml:1:48: there is no sweep named `vmx` in this entry (did you mean `vmax`?)",
        ),
        (
            "a: !pspace {vmin: !sweep {default: 1, range: [2000000]}}",
            "plots.yml:1:46: 2000000 values are more than the 1000000 that are made",
        ),
        (
            "a: !pspace {x: !sweep {default: 1, range: [1001]}, y: !sweep {default: 1, range: [1000]}}",
            "plots.yml:1:1: the sweep has 1001000 points, more than 1000000 (give --yes if it is meant)",
        ),
    ];
    for (yaml, error) in cases {
        assert_eq!(errors(yaml), error, "{yaml}");
    }
}

#[test]
fn what_a_figure_cannot_have_is_an_error_at_its_place() {
    let cases = [
        (
            "a: {data: x, kind: imshow_hexagonal}",
            "plots.yml:1:20: kind `imshow_hexagonal` is not supported yet",
        ),
        ("a: {data: x, kind: lin}", "plots.yml:1:20: there is no kind `lin` (did you mean `line`?)"),
        (
            "a: {data: x, colour: red}",
            "plots.yml:1:14: facet_grid has no argument `colour` (did you mean `color`?)",
        ),
        (
            "a: {data: x, color: forrestgreen}",
            "plots.yml:1:21: `color` of `a`: unknown colour `forrestgreen` (did you mean `forestgreen`?)",
        ),
        (
            "a: {data: x, cmap: virdis}",
            "plots.yml:1:20: `cmap` of `a`: unknown colour map `virdis` (did you mean `viridis`?)",
        ),
        (
            "a: {data: x, vmin: low}",
            "plots.yml:1:20: `vmin` of `a`: expected a finite number, found the text `low`",
        ),
        (
            "a: {data: x, helpers: {set_titel: {title: t}}}",
            "plots.yml:1:24: there is no helper `set_titel` (did you mean `set_title`?)",
        ),
        (
            "a: {data: x, helpers: {set_limits: {x: [1]}}}",
            "plots.yml:1:40: expected limits: a list of two, or `{lower, upper}`, found a list",
        ),
        (
            "a: {data: x, title: a, helpers: {set_title: {title: b}}}",
            "plots.yml:1:14: `title` is given in the long form too, at line 1",
        ),
        (
            "a: {data: x, style: {figure.figsze: [1, 2]}}",
            "plots.yml:1:22: there is no rcParam `figure.figsze` (did you mean `figure.figsize`?)",
        ),
        (
            "a: {data: x, style: {image.lut: 9}}",
            "plots.yml:1:22: the rcParam `image.lut` is not supported yet (its default, 256, is what is drawn; leave it out)",
        ),
        (
            "a: {based_on: [.creator.pyplot, .plot.facet_grid], data: x}",
            "plots.yml:1:52: facet_grid has no argument `data` (`data` is a shorthand of entries that name neither creator nor plot function; here it is `select: {data: …}`)",
        ),
        (
            "a: {based_on: .creator.pyplot, select: {data: x}}",
            "plots.yml:1:1: the entry `a` names no plot function (add `.plot.facet_grid` or one of its kinds to `based_on`)",
        ),
        (
            "a: {plot_func: facet_grid, module_file: f.py}",
            "plots.yml:1:41: the plot function comes from Python code, the text `f.py` (Python is not run; there is: facet_grid, multiplot)",
        ),
        (
            "a: {isel: {t: 0}}",
            "plots.yml:1:5: `isel` needs `data: path` to select from (or use `transform` with `.isel`)",
        ),
    ];
    for (yaml, error) in cases {
        let got = chart_of(yaml).unwrap_err();
        assert!(got.starts_with(error), "{yaml}: {got}");
    }
    // Disabled helpers are dropped, whatever they are; what changes nothing is taken.
    let yaml = "
a:
  data: x
  col: c
  size: 2
  aspect: 1.5
  helpers: {set_figlegend: {enabled: false}, set_legend: {loc: 2, ncol: 3}}
  style: {axes.labelweight: normal, text.usetex: true, axes.prop_cycle: 'cycler(color=[\"r\", \"tab:blue\"])'}
  animation: {enabled: false}
  parallel: true
";
    let (chart, warnings) = chart_of(yaml).unwrap();
    assert_eq!(warnings, ["plots.yml:8:37: the rcParam `text.usetex` has no effect"]);
    assert_eq!(chart.facet_size, Some([2.0, 1.5]));
    assert_eq!((chart.legend.loc.as_deref(), chart.legend.ncol), (Some("upper left"), Some(3)));
    assert_eq!(chart.style.cycle.iter().map(|color| color.hex()).collect::<Vec<_>>(), ["#ff0000", "#1f77b4"]);
}

#[test]
fn colour_maps_come_in_many_forms() {
    let (chart, _) =
        chart_of("a: {data: x, cmap: {susceptible: forestgreen, infected: \"#c1121f\"}}").unwrap();
    let colors = chart.color.colors.unwrap();
    assert_eq!((colors[1].0.hex(), colors[1].1.as_deref()), ("#c1121f".to_owned(), Some("infected")));
    let (chart, _) =
        chart_of("a: {data: x, cmap: {name: magma, bad: k, reversed: true}, norm: {name: LogNorm, vmin: 1}}")
            .unwrap();
    assert_eq!(chart.color.vmin, Some(1.0));
    assert_eq!((chart.color.bad.unwrap().hex(), chart.color.norm), ("#000000".to_owned(), Norm::Log));
    let (chart, _) = chart_of("a: {data: x, cmap: [r, b], center: 2}").unwrap();
    assert_eq!(chart.color.colors.unwrap().len(), 2);
    assert_eq!(chart.color.center, shmplot::render::chart::Center::At(2.0));
}

#[test]
fn malformed_keys_of_the_manager_are_told_together() {
    let yaml = "
a: {data: x, creator: pyplott}
b: {data: x, exist_ok: maybe}
c: {data: x, select: 3}
d: {data: x, creator_init_kwargs: {defaultext: png}}
e: {data: x, enabled: yes}
";
    assert_eq!(
        errors(yaml),
        "plots.yml:6:23: expected `true` or `false`, found the text `yes` (in YAML 1.2 `yes` is text; write `true` or `false`)"
    );
    assert_eq!(
        errors(&yaml.replace("enabled: yes", "enabled: true")),
        "plots.yml:2:23: there is no creator `pyplott` (did you mean `pyplot`?)\n\
         plots.yml:3:24: expected `true`, `false` or `skip`, found the text `maybe`\n\
         plots.yml:4:22: expected a mapping for `select`, found the integer 3\n\
         plots.yml:5:36: unknown key `defaultext` of `creator_init_kwargs` (did you mean `default_ext`?)"
    );
    assert_eq!(errors("a.b: {data: x}"), "plots.yml:1:1: the name `a.b` of an entry must not contain `.`");
    assert_eq!(errors("# nothing\n"), "plots.yml has no entries (an entry is `name: {data: path}`)");
}

#[test]
fn only_and_skip_choose_by_name_or_glob() {
    let specs = specs("a/one: {data: x}\na/two: {data: x, enabled: false}\nb: {data: x}\n_p: {data: x}\n");
    let chosen = |only: &[&str], skip: &[&str]| {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        config::select(&specs, &owned(only), &owned(skip))
            .map(|found| found.iter().map(|i| specs[*i].name.clone()).collect::<Vec<_>>().join(" "))
            .map_err(|errors| lines(&errors))
    };
    assert_eq!(chosen(&[], &[]).unwrap(), "a/one b");
    assert_eq!(chosen(&["a*"], &[]).unwrap(), "a/one a/two");
    assert_eq!(chosen(&["a/two", "b"], &[]).unwrap(), "a/two b");
    assert_eq!(chosen(&[], &["a/*"]).unwrap(), "b");
    assert_eq!(
        chosen(&["a/tow"], &["zzz"]).unwrap_err(),
        "--only: no entry is named `a/tow` (did you mean `a/two`?)\n--skip: no entry is named `zzz` (there is: a/one, a/two, b)"
    );
}

/// Whatever a pool holds, its entries resolve; what they cannot draw yet says so.
#[test]
fn every_shipped_pool_entry_can_be_built_on() {
    let names = [
        ".defaults",
        ".creator.base",
        ".creator.universe.first",
        ".creator.multiverse",
        ".plot.facet_grid.scatter3d",
        ".plot.facet_grid.with_auto_encoding.drop_missing_dims",
        ".plot.multiplot",
        ".style.no_spines",
        ".style.prop_cycle.tab20",
        ".hlpr.ticks.x.si_suffixes",
        ".animation.enabled",
        ".dag.defaults",
        ".dag.define.defaults",
        ".dag.meta_ops.rolling",
        ".dag.vis.always",
        ".parallel.enabled",
        ".hlpr.ticks.y.hide",
    ];
    for name in names {
        let specs = specs(&format!("a: {{based_on: [{name}]}}"));
        assert_eq!(specs.len(), 1, "{name}");
    }
}
