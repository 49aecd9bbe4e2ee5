//! Figures of our own, each one thing that can go wrong.

use super::charts::{Case, array, described, floats};
use super::sound::compose;
use shmplot::data::time::{Calendar, DAY_US};
use shmplot::data::{Dataset, Labelled, Values};
use shmplot::render::chart::{Encoding, Encodings, Kind, Limit, LineStyle, Norm, Ratio, RefLine, Scale};
use shmplot::render::panel::PanelOptions;
use shmplot::render::scene::{Color, Command, MarkerShape};
use shmplot::render::{Chart, ChartData};
use std::sync::Arc;

pub(super) fn name(name: &str) -> Encoding {
    Encoding::Name(name.to_owned())
}

pub(super) fn count(n: usize) -> Values {
    Values::I64((0..n as i64).collect::<Vec<_>>().into())
}

pub(super) fn grid(n: usize, f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let at = move |i: usize| i as f64 / (n - 1) as f64;
    (0..n * n).map(|k| f(at(k % n), at(k / n))).collect()
}

/// SIR-like densities: mobility 2, beta 3, kind 3, time 64.
fn densities() -> Labelled {
    let kinds = ["susceptible", "infected", "recovered"];
    let mut values = Vec::new();
    for mobility in [0.0, 0.1] {
        for beta in [0.2, 0.35, 0.5] {
            for kind in 0..3 {
                for step in 0..64 {
                    let t = f64::from(step) / 63.0;
                    let rate = 12.0 * beta * (1.0 + 4.0 * mobility);
                    let infected = libm::exp(-(t * rate - 2.0) * (t * rate - 2.0)) * beta;
                    let recovered = beta / (1.0 + libm::exp(4.0 - 2.0 * t * rate));
                    values.push([1.0 - infected - recovered, infected, recovered][kind]);
                }
            }
        }
    }
    let times: Vec<f64> = (0..64).map(|i| 5.0 * f64::from(i)).collect();
    array(
        "densities",
        &[
            ("mobility", floats(&[0.0, 0.1])),
            ("beta", floats(&[0.2, 0.35, 0.5])),
            ("kind", Values::Str(kinds.iter().collect())),
            ("time", floats(&times)),
        ],
        values,
    )
}

fn waves(parts: usize, n: usize) -> Labelled {
    let mut values = Vec::new();
    for k in 0..parts {
        let phase = 0.7 * k as f64;
        values
            .extend(grid(n, |x, y| libm::sin(6.0 * x + phase) * libm::cos(5.0 * y - phase) * (1.0 + phase)));
    }
    let at = floats(&(0..n).map(|i| 0.25 * i as f64).collect::<Vec<_>>());
    let array = array("height", &[("seed", count(parts)), ("y", at.clone()), ("x", at)], values);
    described(array, "surface height", "m")
}

/// All of them by name.
pub(crate) fn all() -> Vec<(&'static str, Case)> {
    let mut all = vec![
        ("facets-lines", facets_lines()),
        ("facets-mesh", facets_mesh()),
        ("facets-wrapped", facets_wrapped()),
        ("long-texts", long_texts()),
        ("categories", categories()),
        ("gaps", gaps()),
        ("log-norm", log_norm()),
        ("robust", robust()),
        ("discrete", discrete()),
        ("scatter-groups", scatter_groups()),
        ("calendar-360", calendar()),
        ("hist-log", hist_log()),
        ("steep", steep()),
        ("tight", tight()),
        ("symlog", symlog()),
        ("descending", descending()),
    ];
    all.extend(super::kinds::all());
    all
}

fn facets_lines() -> Case {
    let chart = Chart {
        kind: Some(Kind::Line),
        encodings: Encodings {
            x: name("time"),
            hue: name("kind"),
            col: name("beta"),
            row: name("mobility"),
            ..Encodings::default()
        },
        ..Chart::default()
    };
    (chart, densities().into())
}

fn facets_mesh() -> Case {
    let mut chart = Chart {
        encodings: Encodings { col: name("seed"), ..Encodings::default() },
        suptitle: Some("Four seeds".to_owned()),
        ..Chart::default()
    };
    chart.kind = Some(Kind::PColorMesh);
    chart.facet_size = Some([2.2, 1.0]);
    (chart, waves(4, 41).into())
}

fn facets_wrapped() -> Case {
    let mut chart = Chart {
        encodings: Encodings { col: name("seed"), col_wrap: Some(3), ..Encodings::default() },
        ..Chart::default()
    };
    chart.kind = Some(Kind::ImShow);
    chart.facet_size = Some([2.0, 1.2]);
    (chart, waves(5, 24).into())
}

fn long_texts() -> Case {
    let values: Vec<f64> = (0..9).map(|i| 1e-7 * f64::from(i * i)).collect();
    let mut chart = Chart {
        title: Some(
            "Skill of a twenty-member ensemble of coupled simulations for five near-surface variables, \
             averaged over all land points between 60° S and 70° N"
                .to_owned(),
        ),
        ..Chart::default()
    };
    chart.y.label = Some(
        "rank correlation of the ensemble mean with the reanalysis, 1979–2014, over all land points and all \
         ensemble members [1]"
            .to_owned(),
    );
    chart.x.label = Some("number of the experiment".to_owned());
    chart.style.figsize = [4.2, 3.2];
    (chart, array("skill", &[("experiment", count(9))], values).into())
}

fn categories() -> Case {
    let names = [
        "Large-scale convective precipitation",
        "Surface downwelling shortwave radiation",
        "Near-surface relative humidity",
        "Total cloud cover",
        "Snow depth (water equivalent)",
    ];
    let mut chart = Chart::default();
    chart.marks.marker = Some(MarkerShape::Circle);
    chart.marks.linestyle = Some(LineStyle::Dashed);
    let data = array(
        "rank correlation",
        &[("variable", Values::Str(names.iter().collect()))],
        vec![0.8, 0.55, 0.3, 0.72, 0.4],
    );
    (chart, data.into())
}

fn gaps() -> Case {
    let mut values = grid(24, |x, y| libm::sin(5.0 * x * y) + x);
    for (i, value) in values.iter_mut().enumerate() {
        if (7..11).contains(&(i % 24)) && (5..15).contains(&(i / 24)) || i / 24 == 20 {
            *value = f64::NAN;
        }
    }
    let mut chart = Chart::default();
    chart.color.bad = Some(Color::rgb(0xcc, 0xcc, 0xcc));
    chart.color.cmap = Some("cividis".to_owned());
    chart.style.grid = true;
    (chart, array("field", &[("y", count(24)), ("x", count(24))], values).into())
}

fn log_norm() -> Case {
    let values = grid(40, |x, y| libm::pow(10.0, 4.0 * x * y - 1.0));
    let mut chart = Chart::default();
    chart.color.norm = Norm::Log;
    (chart, array("counts", &[("y", count(40)), ("x", count(40))], values).into())
}

fn robust() -> Case {
    let mut values = grid(30, |x, y| 280.0 + 10.0 * x + 3.0 * y);
    values[17] = 9000.0;
    values[400] = -4000.0;
    let mut chart = Chart { title: Some("2 to 98 %".to_owned()), ..Chart::default() };
    chart.color.robust = true;
    let data = array("T", &[("y", count(30)), ("x", count(30))], values);
    (chart, described(data, "temperature", "K").into())
}

fn discrete() -> Case {
    let values = grid(32, |x, y| (4.99 * (0.5 + 0.5 * libm::sin(9.0 * x) * libm::cos(7.0 * y))).floor());
    let names = [
        ("empty", 0xf5_f0e1),
        ("tree", 0x3a_7d44),
        ("burning", 0xe4_572e),
        ("ash", 0x6b_6b6b),
        ("stone", 0xa9_bcd0),
    ];
    let mut chart = Chart {
        kind: Some(Kind::ImShow),
        panel: PanelOptions { aspect: Some(Ratio::Units(1.0)), ..PanelOptions::default() },
        ..Chart::default()
    };
    let color = |c: u32| Color::rgb((c >> 16) as u8, (c >> 8) as u8, c as u8);
    chart.color.colors = Some(names.iter().map(|(name, c)| (color(*c), Some((*name).to_owned()))).collect());
    (chart, array("state", &[("y", count(32)), ("x", count(32))], values).into())
}

fn scatter_groups() -> Case {
    let n = 90;
    let at = |i: usize| i as f64 * 0.7;
    let x: Vec<f64> = (0..n).map(|i| (i % 3) as f64 + 0.4 * libm::sin(at(i))).collect();
    let y: Vec<f64> = (0..n).map(|i| 2.0 * (i % 3) as f64 + libm::cos(2.3 * at(i))).collect();
    let groups: Vec<&str> = (0..n).map(|i| ["setosa", "versicolor", "virginica"][i % 3]).collect();
    let var = |name: &str, values| {
        (name.to_owned(), Labelled::contiguous(vec!["i".into()], vec![n], values).named(name))
    };
    let dataset = Dataset {
        vars: vec![
            var("x", floats(&x)),
            var("y", floats(&y)),
            var("species", Values::Str(groups.iter().collect())),
        ],
        ..Dataset::default()
    };
    let chart = Chart {
        encodings: Encodings { x: name("x"), y: name("y"), hue: name("species"), ..Encodings::default() },
        ..Chart::default()
    };
    (chart, ChartData::Dataset(dataset))
}

fn calendar() -> Case {
    let days: Vec<i64> = (0..540).map(|i| (11_000 + i) * DAY_US).collect();
    let values = (0..540).map(|i| libm::sin(f64::from(i) / 57.3)).collect();
    let time = Values::Time(days.into(), Calendar::Day360);
    let data = array("anomaly", &[("time", time)], values);
    (Chart::default(), described(data, "anomaly of air temperature", "K").into())
}

fn hist_log() -> Case {
    let values: Vec<f64> = (0..4000).map(|i| -libm::log(1.0 - (f64::from(i) + 0.5) / 4000.0)).collect();
    let mut chart = Chart { kind: Some(Kind::Hist), ..Chart::default() };
    chart.hist.bins = shmplot::render::chart::Bins::Count(20);
    chart.hist.log = true;
    (chart, array("pressure", &[("i", count(4000))], values).into())
}

fn steep() -> Case {
    // Values far outside the limits, gaps, and a line across.
    let x: Vec<f64> = (0..200).map(|i| f64::from(i) / 10.0).collect();
    let y = x.iter().map(|x| if *x > 9.0 && *x < 10.0 { f64::NAN } else { 1e6 * libm::sin(*x) }).collect();
    let mut chart = Chart::default();
    chart.y.limits = [Limit::At(-1.0), Limit::At(1.0)];
    chart.hlines = vec![RefLine {
        at: 0.5,
        color: None,
        width: None,
        style: LineStyle::Dotted,
        alpha: 0.7,
        zorder: 2.0,
        ..RefLine::default()
    }];
    (chart, array("force", &[("t", floats(&x))], y).into())
}

fn tight() -> Case {
    let mut chart = Chart::default();
    chart.style.figsize = [5.0, 3.5];
    chart.style.tight = Some(0.1);
    chart.style.dpi = 150.0;
    let mut data =
        array("mean_pressure", &[("time", count(100))], (0..100).map(|i| 1e-3 / f64::from(i + 1)).collect());
    data.coords.insert("beta", Arc::new(Labelled::scalar(Values::F64(vec![0.2].into()))));
    data.coords.insert("kind", Arc::new(Labelled::scalar(Values::Str(["infected"].iter().collect()))));
    (chart, data.into())
}

fn symlog() -> Case {
    let x: Vec<f64> = (-100..=100).map(|i| f64::from(i) / 2.0).collect();
    let y = x.iter().map(|x| x * x * x).collect();
    let mut chart = Chart::default();
    chart.y.scale = Some(Scale::SymLog { linthresh: 10.0, base: 10.0 });
    (chart, array("cube", &[("x", floats(&x))], y).into())
}

fn descending() -> Case {
    // Depths from the surface down on an axis that runs down, latitudes from north to south.
    let depths = [0.0, 10.0, 30.0, 75.0, 150.0, 300.0, 700.0];
    let latitudes: Vec<f64> = (0..19).map(|i| 90.0 - 10.0 * f64::from(i)).collect();
    let values =
        depths.iter().flat_map(|d| latitudes.iter().map(move |l| 25.0 - d / 40.0 - l.abs() / 5.0)).collect();
    let mut chart = Chart::default();
    chart.y.decreasing = true;
    chart.color.cmap = Some("coolwarm".to_owned());
    let data = array("theta", &[("depth", floats(&depths)), ("latitude", floats(&latitudes))], values);
    (chart, described(data, "potential temperature", "°C").into())
}

/// matplotlib: an `axhline` with `zorder` below a line's 2 is drawn before it.
#[test]
fn reference_lines_are_behind_or_over_the_data_by_their_zorder() {
    let grey = Color::rgb(0x80, 0x80, 0x80);
    for (zorder, behind) in [(-42.0, true), (2.0, false)] {
        let line = RefLine { at: 0.5, color: Some(grey), zorder, ..RefLine::default() };
        let chart = Chart { hlines: vec![line], ..Chart::default() };
        let data = array("y", &[("x", count(3))], vec![0.0, 1.0, 0.5]);
        let scene = compose(&chart, &data.into()).unwrap().value;
        let first = scene.commands.iter().find_map(|command| match command {
            Command::Polyline { stroke, .. } => Some(stroke.color),
            _ => None,
        });
        assert_eq!(first == Some(grey), behind, "zorder {zorder}");
    }
}
