//! Charts of the reference pictures, one panel each, and some of our own.

use super::npy;
use shmplot::data::time::{Calendar, DAY_US};
use shmplot::data::{Attr, Dataset, Dim, Labelled, Values};
use shmplot::render::chart::{
    AxisOptions, Bins, ColorOptions, Encoding, Encodings, HistOptions, Kind, Limit, LineStyle, MarkOptions,
    Ratio, RefLine, Scale,
};
use shmplot::render::panel::PanelOptions;
use shmplot::render::scene::Color;
use shmplot::render::{Chart, ChartData};
use std::sync::Arc;

/// A chart with its data.
pub(crate) type Case = (Chart, ChartData);

/// The picture of this name and panel, whose frame matplotlib made `[width, height]` pixels large;
/// `None` if its data are not there.
pub(crate) fn picture(name: &str, panel: usize, frame: [f64; 2]) -> Option<Case> {
    let (mut chart, data) = match (name, panel) {
        ("01-line", _) => line(),
        ("02-line-12-series", _) => series(),
        ("04-scatter", _) => scatter(),
        ("13-mesh-uneven", _) => mesh(),
        ("16-image-diverging", _) => image(),
        ("10-hist", panel) => hist(panel)?,
        ("33-loglog", _) => spectrum()?,
        ("34-semilog", panel) => semilog(panel),
        ("37-dates", panel) => dates(panel)?,
        ("40-offset", panel) => offset(panel)?,
        _ => panic!("no chart for {name}"),
    };
    chart.style.title_size = 10.0;
    chart.style.legend_frame = false;
    if panel_of_many(name) {
        // About the margins that a lone panel will have.
        chart.style.figsize = [(frame[0] + 75.0) / 100.0, (frame[1] + 75.0) / 100.0];
    }
    Some((chart, data))
}

/// Whether a picture has several panels, of which each is a chart of ours.
pub(crate) fn panel_of_many(name: &str) -> bool {
    ["10", "34", "37", "40"].iter().any(|number| name.starts_with(number))
}

/// An array with coordinates.
pub(crate) fn array(name: &str, dims: &[(&str, Values)], values: Vec<f64>) -> Labelled {
    let shape = dims.iter().map(|(_, coord)| coord.len()).collect();
    let names: Vec<Dim> = dims.iter().map(|(dim, _)| Dim::new(dim)).collect();
    let mut array = Labelled::contiguous(names, shape, Values::F64(values.into())).named(name);
    for (dim, coord) in dims {
        let coord = Labelled::contiguous(vec![Dim::new(dim)], vec![coord.len()], coord.clone());
        array.coords.insert(*dim, Arc::new(coord.named(*dim)));
    }
    array
}

/// Sets `long_name` and `units`.
pub(crate) fn described(mut array: Labelled, long_name: &str, units: &str) -> Labelled {
    array.attrs.insert("long_name", Attr::Text(long_name.to_owned()));
    array.attrs.insert("units", Attr::Text(units.to_owned()));
    array
}

/// `f64` values.
pub(crate) fn floats(values: &[f64]) -> Values {
    Values::F64(values.to_vec().into())
}

fn line() -> Case {
    let rows = npy::rows(&npy::fixture("line.npy"));
    let data = described(
        array("air_temperature", &[("year", floats(&rows[0]))], rows[1].clone()),
        "air temperature",
        "K",
    );
    (Chart { title: Some("North America, scenario A1B".to_owned()), ..Chart::default() }, data.into())
}

fn series() -> Case {
    let rows = npy::rows(&npy::fixture("series.npy"));
    let names = [
        "mining and logging",
        "construction",
        "durable goods",
        "nondurable goods",
        "wholesale trade",
        "retail trade",
        "information",
        "financial activities",
        "leisure and hospitality",
        "government",
        "other services",
        "utilities",
    ];
    let times: Vec<i64> = rows[0].iter().map(|days| *days as i64 * DAY_US).collect();
    let data = array(
        "employees",
        &[
            ("sector", Values::Str(names.iter().collect())),
            ("month", Values::Time(times.into(), Calendar::ProlepticGregorian)),
        ],
        rows[1..].concat(),
    );
    let mut chart = Chart {
        kind: Some(Kind::Line),
        encodings: Encodings { hue: Encoding::Name("sector".to_owned()), ..Encodings::default() },
        title: Some("US employment by sector".to_owned()),
        x: AxisOptions { label: Some(String::new()), ..AxisOptions::default() },
        y: AxisOptions { label: Some("employees, January 2006 = 100".to_owned()), ..AxisOptions::default() },
        marks: MarkOptions { linewidth: Some(1.4), ..MarkOptions::default() },
        ..Chart::default()
    };
    chart.legend.loc = Some("outside right upper".to_owned());
    chart.hlines = vec![RefLine {
        at: 100.0,
        color: Some(Color::rgb(0x80, 0x80, 0x80)),
        width: Some(0.8),
        style: LineStyle::Solid,
        alpha: 1.0,
        zorder: 2.0,
        ..RefLine::default()
    }];
    chart.style.figsize = [7.5, 4.5];
    chart.style.cycle.extend([Color::BLACK, Color::rgb(0x73, 0x4d, 0xbf)]);
    chart.style.grid = true;
    chart.style.grid_color = Color::rgb(0xe6, 0xe6, 0xe6);
    chart.style.spines = [true, true, false, false];
    (chart, data.into())
}

fn scatter() -> Case {
    let rows = npy::rows(&npy::fixture("iris.npy"));
    let count: Vec<f64> = (0..rows[0].len()).map(|i| i as f64).collect();
    let var = |name: &str, long: &str, row: usize| {
        let one = array(name, &[("flower", floats(&count))], rows[row].clone());
        (name.to_owned(), described(one, long, "cm"))
    };
    let dataset = Dataset {
        vars: vec![
            var("sepal_length", "sepal length", 0),
            var("sepal_width", "sepal width", 1),
            var("petal_length", "petal length", 2),
        ],
        ..Dataset::default()
    };
    let name = |name: &str| Encoding::Name(name.to_owned());
    let chart = Chart {
        encodings: Encodings {
            x: name("sepal_length"),
            y: name("sepal_width"),
            hue: name("petal_length"),
            ..Encodings::default()
        },
        title: Some("Iris".to_owned()),
        y: AxisOptions { limits: [Limit::Auto, Limit::At(4.9)], ..AxisOptions::default() },
        marks: MarkOptions { alpha: Some(0.8), s: Some(60.0), ..MarkOptions::default() },
        ..Chart::default()
    };
    (chart, dataset.into())
}

fn mesh() -> Case {
    let rows = npy::rows(&npy::fixture("mesh.npy"));
    let lat = &rows[0][1..];
    let lev: Vec<f64> = rows[1..].iter().map(|row| row[0]).collect();
    let values: Vec<f64> = rows[1..].iter().flat_map(|row| row[1..].to_vec()).collect();
    let mut data =
        described(array("T", &[("lev", floats(&lev)), ("lat", floats(lat))], values), "temperature", "K");
    for (name, long, units) in [("lev", "pressure", "hPa"), ("lat", "latitude", "°N")] {
        let coord = data.coords.get(name).expect("just made").as_ref().clone();
        data.coords.insert(name, Arc::new(described(coord, long, units)));
    }
    let ticks = |at: &[f64]| Some(at.iter().map(|v| (*v, Some(format!("{v}").replace('-', "−")))).collect());
    let chart = Chart {
        title: Some("Zonal mean".to_owned()),
        x: AxisOptions { ticks: ticks(&[-60.0, -30.0, 0.0, 30.0, 60.0]), ..AxisOptions::default() },
        y: AxisOptions {
            scale: Some(Scale::Log { base: 10.0 }),
            limits: [Limit::At(1000.0), Limit::At(4.0)],
            ticks: ticks(&[1000.0, 500.0, 200.0, 100.0, 50.0, 20.0, 10.0, 5.0]),
            ..AxisOptions::default()
        },
        color: ColorOptions { cmap: Some("magma".to_owned()), ..ColorOptions::default() },
        ..Chart::default()
    };
    (chart, data.into())
}

fn image() -> Case {
    let (shape, values) = npy::read(&npy::fixture("image.npy"));
    let axis = |low: f64, n: usize| floats(&(0..n).map(|i| low + 5.0 * i as f64 + 2.5).collect::<Vec<_>>());
    let mut data = described(
        array("sst", &[("latitude", axis(-25.0, shape[0])), ("longitude", axis(115.0, shape[1]))], values),
        "anomaly",
        "K",
    );
    for (name, units) in [("latitude", "°N"), ("longitude", "°E")] {
        let coord = data.coords.get(name).expect("just made").as_ref().clone();
        data.coords.insert(name, Arc::new(described(coord, name, units)));
    }
    let mut chart = Chart {
        kind: Some(Kind::ImShow),
        title: Some("Sea surface temperature, November to March".to_owned()),
        color: ColorOptions {
            vmax: Some(3.0),
            bad: Some(Color::rgb(0xcc, 0xcc, 0xcc)),
            ..ColorOptions::default()
        },
        panel: PanelOptions { aspect: Some(Ratio::Units(1.0)), ..PanelOptions::default() },
        ..Chart::default()
    };
    chart.style.figsize = [7.2, 3.8];
    (chart, data.into())
}

fn hist(panel: usize) -> Option<Case> {
    let edges = |low: f64, high: f64, n: usize| {
        Bins::Edges((0..n).map(|i| low + (high - low) * i as f64 / (n - 1) as f64).collect())
    };
    let row = if panel == 3 {
        npy::read(&npy::shared("lognormal.npy")?).1
    } else {
        let rows = npy::rows(&npy::shared("samples.npy")?);
        if panel == 1 { rows.concat() } else { rows[if panel == 2 { 1 } else { 0 }].clone() }
    };
    let count: Vec<f64> = (0..row.len()).map(|i| i as f64).collect();
    let data = array("value", &[("i", floats(&count))], row);
    let mut chart = Chart { kind: Some(Kind::Hist), ..Chart::default() };
    chart.hist = match panel {
        0 => HistOptions { bins: Bins::Count(30), ..HistOptions::default() },
        1 => HistOptions { bins: edges(-4.0, 7.0, 45), ..HistOptions::default() },
        2 => HistOptions { bins: edges(-4.0, 7.0, 56), density: true, step: true, ..HistOptions::default() },
        _ => {
            let edges = (0..41).map(|i| libm::pow(10.0, -2.0 + 5.0 * f64::from(i) / 40.0)).collect();
            HistOptions { bins: Bins::Edges(edges), ..HistOptions::default() }
        }
    };
    if panel == 3 {
        chart.x.scale = Some(Scale::Log { base: 10.0 });
    }
    chart.title = Some(["30 bins", "all", "density", "logarithmic bins"][panel].to_owned());
    Some((chart, data.into()))
}

fn spectrum() -> Option<Case> {
    let rows = npy::rows(&npy::shared("spectrum.npy")?);
    let mut data = array("P", &[("f", floats(&rows[0]))], rows[1].clone());
    data = described(data, "spectral density", "m² s⁻² Hz⁻¹");
    let coord = data.coords.get("f").expect("just made").as_ref().clone();
    data.coords.insert("f", Arc::new(described(coord, "frequency", "Hz")));
    let log = || AxisOptions { scale: Some(Scale::Log { base: 10.0 }), ..AxisOptions::default() };
    let mut chart = Chart { x: log(), y: log(), ..Chart::default() };
    chart.marks.linewidth = Some(0.9);
    chart.style.grid = true;
    chart.style.grid_color = Color::rgb(0xe0, 0xe0, 0xe0);
    Some((chart, data.into()))
}

fn semilog(panel: usize) -> Case {
    let log = Some(Scale::Log { base: 10.0 });
    let x: Vec<f64> = (0..201).map(|i| f64::from(i) * 0.05).collect();
    let w: Vec<f64> = (0..301).map(|i| libm::pow(10.0, -2.0 + 5.0 * f64::from(i) / 300.0)).collect();
    let ks = [0.3, 1.0, 3.0];
    let mut chart = Chart { kind: Some(Kind::Line), ..Chart::default() };
    chart.encodings.hue = Encoding::Name("k".to_owned());
    let data = match panel {
        0 => {
            chart.y.scale = log;
            let values = ks.iter().flat_map(|k| x.iter().map(move |x| libm::exp(-k * x))).collect();
            array("amplitude", &[("k", floats(&ks)), ("time", floats(&x))], values)
        }
        1 => {
            chart.x.scale = log;
            let gain = |w: &f64, k: f64| -10.0 * libm::log10(1.0 + (w / k) * (w / k));
            let values = ks.iter().flat_map(|k| w.iter().map(move |w| gain(w, *k))).collect();
            array("gain", &[("k", floats(&ks)), ("omega", floats(&w))], values)
        }
        _ => {
            chart.y.scale = log;
            chart.encodings.hue = Encoding::Auto;
            array("level", &[("time", floats(&x))], x.iter().map(|x| 2.0 + 0.5 * x).collect())
        }
    };
    (chart, data.into())
}

/// Begin (day since 1970-01-01, microsecond of the day) and length in seconds of the five walks.
const DATE_SPANS: [(i64, i64, f64); 5] = [
    (19792, 46_797_500_000, 10.0),
    (19792, 81_600_000_000, 10_800.0),
    (19780, 21_600_000_000, 432_000.0),
    (19642, 0, 21e6),
    (5234, 0, 1_262_278_080.0),
];

fn dates(panel: usize) -> Option<Case> {
    let rows = npy::rows(&npy::shared("dates.npy")?);
    let (day, micros, span) = DATE_SPANS[panel];
    let n = rows[panel].len();
    let at = |i: usize| day * DAY_US + micros + (span * i as f64 / (n - 1) as f64 * 1e6) as i64;
    let times: Vec<i64> = (0..n).map(at).collect();
    let time = Values::Time(times.into(), Calendar::ProlepticGregorian);
    let mut chart = Chart::default();
    chart.x.label = Some(String::new());
    chart.y.label = Some(String::new());
    chart.marks.linewidth = Some(1.0);
    chart.style.margins[0] = 0.02;
    Some((chart, array("walk", &[("time", time)], rows[panel].clone()).into()))
}

fn offset(panel: usize) -> Option<Case> {
    let (_, v) = npy::read(&npy::shared("tiny.npy")?);
    let [low, high] = v.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| [a.min(*v), b.max(*v)]);
    let ptp = high - low;
    let count: Vec<f64> = (0..v.len()).map(|i| i as f64).collect();
    let (x, y, title): (Vec<f64>, Vec<f64>, _) = match panel {
        0 => (count, v.iter().map(|v| 1e6 + 1e-3 * (v - low) / ptp).collect(), "10⁶ to 10⁶ + 10⁻³"),
        1 => (count, v.iter().map(|v| 101_325.0 + 4.0 * v / ptp).collect(), "101 325 ± 4"),
        _ => {
            let x = v.iter().map(|v| 2.9979e8 + 1e3 * v / ptp).collect();
            (x, v.iter().map(|v| 1.0 + 1e-9 * v).collect(), "both axes")
        }
    };
    let chart = Chart { title: Some(title.to_owned()), ..Chart::default() };
    Some((chart, array("energy", &[("step", floats(&x))], y).into()))
}
