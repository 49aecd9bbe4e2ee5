//! Every kind of figure and every function of calls on bad input: all missing, constant, empty,
//! infinite, a single point, huge and tiny numbers. Each draws a picture of finite numbers, or says
//! what it needs.

use super::charts::{array, floats};
use super::degenerate::{check, small};
use shmplot::config::{Entry, read};
use shmplot::data::{Dataset, Dim, Labelled, Values};
use shmplot::diag::Source;
use shmplot::plan::chart::multiplot;
use shmplot::render::chart::{Encoding, Kind};
use shmplot::render::paint::{Format, paint};
use shmplot::render::{Argument, Chart, ChartData, compose, compose_multi};
use std::collections::BTreeMap;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// Bad input by name.
const BAD: [(&str, &[f64]); 11] = [
    ("empty", &[]),
    ("single", &[2.5]),
    ("single missing", &[NAN]),
    ("all missing", &[NAN; 6]),
    ("constant", &[7.0; 6]),
    ("zeros", &[0.0; 6]),
    ("infinite", &[INF; 6]),
    ("both infinities", &[INF, -INF, INF, -INF, NAN, 1.0]),
    ("one finite", &[NAN, NAN, 3.0, NAN, NAN, NAN]),
    ("huge", &[1e308, -1e308, 1e307, 0.0, 1.0, -1.0]),
    ("tiny", &[5e-324, 1e-310, 0.0, 2e-308, 1e-300, 3e-320]),
];

const FLAT: [Kind; 3] = [Kind::Line, Kind::Step, Kind::Hist];
const FIELDS: [Kind; 5] = [Kind::PColorMesh, Kind::ImShow, Kind::Contour, Kind::ContourF, Kind::Surface];
const POINTS: [Kind; 3] = [Kind::Scatter, Kind::ErrorBars, Kind::Scatter3D];

fn name(name: &str) -> Encoding {
    Encoding::Name(name.to_owned())
}

fn count(n: usize) -> Vec<f64> {
    (0..n).map(|i| i as f64).collect()
}

fn field(values: &[f64]) -> Labelled {
    let n = values.len();
    let all = (0..n * n).map(|k| values[k % n]).collect();
    array("v", &[("y", floats(&count(n))), ("x", floats(&count(n)))], all)
}

#[test]
fn every_kind_draws_bad_values_or_says_what_is_wrong() {
    for (what, values) in BAD {
        let line = array("v", &[("x", floats(&count(values.len())))], values.to_vec());
        for kind in FLAT {
            let chart = Chart { kind: Some(kind), ..small() };
            check(&format!("{what} as {kind:?}"), &chart, &line.clone().into());
        }
        for kind in FIELDS {
            let chart = Chart { kind: Some(kind), ..small() };
            check(&format!("{what} as {kind:?}"), &chart, &field(values).into());
        }
        let var = |name: &str| {
            (name.to_owned(), array(name, &[("i", floats(&count(values.len())))], values.to_vec()))
        };
        let data = Dataset { vars: ["a", "b", "c", "d"].map(var).to_vec(), ..Dataset::default() };
        for kind in POINTS {
            let mut chart = Chart { kind: Some(kind), ..small() };
            chart.encodings.y = name("b");
            match kind {
                Kind::ErrorBars => chart.errors.yerr = Some("c".to_owned()),
                _ => {
                    chart.encodings.x = name("a");
                    chart.encodings.hue = name("d");
                }
            }
            if kind == Kind::Scatter3D {
                chart.encodings.z = name("c");
            }
            check(&format!("{what} as {kind:?}"), &chart, &ChartData::from(data.clone()));
        }
    }
}

#[test]
fn every_kind_says_which_dims_it_needs() {
    let at = || floats(&[0.0, 1.0]);
    let cube = || array("v", &[("t", at()), ("y", at()), ("x", at())], vec![0.0; 8]);
    let line = || array("v", &[("x", at())], vec![0.0; 2]);
    let scalar = || array("v", &[], vec![0.0]);
    let cases: Vec<(Kind, Labelled)> = FIELDS
        .into_iter()
        .flat_map(|kind| [(kind, cube()), (kind, line()), (kind, scalar())])
        .chain([Kind::Line, Kind::Step].into_iter().flat_map(|kind| [(kind, cube()), (kind, scalar())]))
        .chain([Kind::ErrorBars].into_iter().flat_map(|kind| [(kind, cube()), (kind, line())]))
        .collect();
    for (kind, data) in cases {
        let dims = data.dims.len();
        let chart = Chart { kind: Some(kind), ..small() };
        let Err(error) = compose(&chart, &data.into()) else { panic!("{kind:?} draws {dims} dims") };
        let text = error.to_string();
        let says = ["dimension", "needs", "need", "dims"].iter().any(|word| text.contains(word));
        assert!(says, "{kind:?} of {dims} dims: {text}");
    }
}

/// Calls of every function that draws data: `v` has one dim, `f` two.
const CALLS: [&str; 42] = [
    "plt.plot, args: [!dag_result v]",
    "plt.plot, args: [!dag_result v, !dag_result v, o--]",
    "plt.loglog, args: [!dag_result v, !dag_result v]",
    "plt.step, args: [!dag_result v, !dag_result v], where: mid",
    "plt.scatter, args: [!dag_result v, !dag_result v], c: !dag_result v",
    "plt.scatter, args: [!dag_result v, !dag_result v], s: !dag_result v",
    "plt.errorbar, args: [!dag_result v, !dag_result v], yerr: !dag_result p",
    "plt.fill_between, args: [!dag_result v, !dag_result v, 0]",
    "plt.fill, args: [!dag_result v, !dag_result v]",
    "plt.bar, args: [!dag_result v, !dag_result v]",
    "plt.barh, args: [!dag_result v, !dag_result v]",
    "plt.hist, args: [!dag_result v]",
    "plt.hist, args: [!dag_result v], density: true, histtype: step",
    "plt.hist2d, args: [!dag_result v, !dag_result v]",
    "plt.hexbin, args: [!dag_result v, !dag_result v], gridsize: 5",
    "plt.imshow, args: [!dag_result f]",
    "plt.pcolormesh, args: [!dag_result f]",
    "plt.pcolormesh, args: [!dag_result f], norm: LogNorm",
    "plt.contour, args: [!dag_result f]",
    "plt.contourf, args: [!dag_result f]",
    "plt.boxplot, args: [!dag_result v]",
    "plt.violinplot, args: [!dag_result v]",
    "plt.ecdf, args: [!dag_result v]",
    "plt.stackplot, args: [!dag_result v, !dag_result v, !dag_result v]",
    "plt.quiver, args: [!dag_result v, !dag_result v, !dag_result v, !dag_result v]",
    "plt.streamplot, args: [!dag_result n, !dag_result n, !dag_result f, !dag_result f]",
    "plt.plot_surface, args: [!dag_result n, !dag_result n, !dag_result f]",
    "plt.scatter3D, args: [!dag_result v, !dag_result v, !dag_result v]",
    "sns.histplot, data: !dag_result v",
    "sns.kdeplot, data: !dag_result v",
    "sns.kdeplot, x: !dag_result v, y: !dag_result n",
    "sns.kdeplot, x: !dag_result v, y: !dag_result v, fill: true",
    "sns.boxplot, data: !dag_result v",
    "sns.boxenplot, data: !dag_result v",
    "sns.violinplot, data: !dag_result v",
    "sns.barplot, data: !dag_result v",
    "sns.countplot, x: !dag_result v",
    "sns.pointplot, x: !dag_result n, y: !dag_result v",
    "sns.stripplot, data: !dag_result v",
    "sns.swarmplot, data: !dag_result v",
    "sns.rugplot, x: !dag_result v",
    "plt.pie, args: [!dag_result p], autopct: '%d'",
];

#[test]
fn every_call_draws_bad_values_or_warns() {
    for (what, values) in BAD {
        let n = values.len();
        let flat = |values: Vec<f64>| {
            Argument::Array(Labelled::contiguous(vec![Dim::new("i")], vec![n], Values::F64(values.into())))
        };
        let results = BTreeMap::from([
            ("v".to_owned(), flat(values.to_vec())),
            ("p".to_owned(), flat(values.iter().map(|v| v.abs()).collect())),
            ("n".to_owned(), flat(count(n))),
            ("f".to_owned(), Argument::Array(field(values))),
        ]);
        for call in CALLS {
            let text =
                format!("to_plot:\n  - {{function: {call}}}\n  - {{function: plt.title, args: [{what}]}}\n");
            let node = read::read(&Source::new("bad.yml", text.as_str())).expect("YAML").expect("a document");
            let plot = node.as_map().expect("a mapping").to_vec();
            let multi = multiplot(&Entry { plot, ..Entry::default() }, "bad").expect("a figure").value;
            let drawn = match compose_multi(&multi, &results) {
                Ok(drawn) => drawn,
                Err(error) => {
                    assert!(error.to_string().len() > 10, "{what}, {call}: {error}");
                    continue;
                }
            };
            for axes in &drawn.value.axes {
                for axis in [&axes.x, &axes.y] {
                    let [a, b] = axis.limits;
                    assert!(a.is_finite() && b.is_finite() && a != b, "{what}, {call}: {a} to {b}");
                }
            }
            for format in [Format::Png, Format::Svg, Format::Pdf] {
                let bytes =
                    paint(&drawn.value, format).unwrap_or_else(|error| panic!("{what}, {call}: {error}"));
                let odd = format == Format::Svg && String::from_utf8_lossy(&bytes).contains("NaN");
                assert!(!odd, "{what}, {call}: NaN in the SVG");
            }
        }
    }
}
