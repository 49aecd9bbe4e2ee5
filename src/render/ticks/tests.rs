//! Ticks against matplotlib's, and the promises that hold for any limits.

use super::date::testing as dates;
use super::*;
use crate::data::time::Calendar;
use serde_json::Value;
use std::path::Path;

/// All cases of the shared `ticks.json` where it is at hand, and the excerpt kept here.
fn cases() -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("SHMPLOT_SHARED").map_or_else(|| root.join("../shared"), Into::into);
    let mut cases = Vec::new();
    for path in [root.join("tests/fixtures/ticks_excerpt.json"), shared.join("gallery/ticks.json")] {
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let mut file: Value = serde_json::from_str(&text).unwrap();
                let Value::Array(more) = file["cases"].take() else { panic!("no cases in {path:?}") };
                cases.extend(more);
            }
            Err(err) => eprintln!("skipped {}: {err}", path.display()),
        }
    }
    assert!(cases.len() >= 90);
    cases
}

fn floats(v: &Value) -> Vec<f64> {
    v.as_array().map(|a| a.iter().map(|x| x.as_f64().unwrap()).collect()).unwrap_or_default()
}

fn texts(v: &Value) -> Vec<String> {
    v.as_array().map(|a| a.iter().map(|x| x.as_str().unwrap().to_owned()).collect()).unwrap_or_default()
}

fn room(case: &Value) -> Room {
    let side = if case["axis"] == "x" { Side::Horizontal } else { Side::Vertical };
    Room { length_in: case["length"].as_f64().unwrap(), font_size: 10.0, side }
}

fn near(ours: &[f64], theirs: &[f64], span: f64) -> bool {
    ours.len() == theirs.len()
        && ours.iter().zip(theirs).all(|(x, y)| (x - y).abs() <= 1e-9 * span + 1e-12 * y.abs())
}

/// Compares every case of one scale and says which differ.
fn check(scale: &str, wrong: impl Fn(&Value) -> Vec<String>) {
    let mut failures = Vec::new();
    for case in cases().iter().filter(|c| c["scale"] == scale) {
        failures.extend(wrong(case).into_iter().map(|what| format!("{}: {what}", case["id"])));
    }
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
}

fn states(case: &Value) -> Vec<&Value> {
    [&case["auto"], &case["exact"]].into_iter().filter(|s| s.is_object()).collect()
}

fn limits(state: &Value) -> [f64; 2] {
    let lim = floats(&state["lim"]);
    [lim[0], lim[1]]
}

fn differ<T: PartialEq + std::fmt::Debug>(what: &str, ours: T, theirs: T) -> Option<String> {
    (ours != theirs).then(|| format!("{what} {ours:?}, not {theirs:?}"))
}

fn far(what: &str, ours: &[f64], theirs: &[f64], span: f64) -> Option<String> {
    (!near(ours, theirs, span)).then(|| format!("{what} {ours:?}, not {theirs:?}"))
}

#[test]
fn linear_axes_are_matplotlibs() {
    check("linear", |case| {
        let mut wrong = Vec::new();
        let ends = [case["vmin"].as_f64().unwrap(), case["vmax"].as_f64().unwrap()];
        let auto = Scale::Linear.autoscale(Scale::Linear.extent(ends), 0.05);
        let theirs = limits(&case["auto"]);
        wrong.extend(far("limits", &auto, &theirs, theirs[1] - theirs[0]));
        wrong.extend(differ("spaces", room(case).spaces() as u64, case["tick_space"].as_u64().unwrap()));
        for state in states(case) {
            let lim = limits(state);
            let span = (lim[1] - lim[0]).abs();
            let ours = linear(lim, room(case));
            wrong.extend(far("major", &ours.major, &floats(&state["major"]), span));
            wrong.extend(differ("labels", ours.labels.clone(), texts(&state["labels"])));
            wrong.extend(differ("offset", ours.offset.as_str(), state["offset"].as_str().unwrap()));
            // Those at a limit are there or not as the last bit of 10²³ falls.
            let off_ends = |mut v: Vec<f64>| {
                v.retain(|t| lim.iter().all(|end| (t - end).abs() > 1e-12 * span));
                v
            };
            let (ours, theirs) = (linear_minor(lim, room(case), None), floats(&state["minor_on"]));
            wrong.extend(far("minor", &off_ends(ours), &off_ends(theirs), span));
        }
        wrong
    });
}

#[test]
fn log_axes_are_matplotlibs() {
    check("log", |case| {
        let mut wrong = Vec::new();
        let scale = Scale::Log { base: 10.0 };
        let ends = [case["vmin"].as_f64().unwrap(), case["vmax"].as_f64().unwrap()];
        wrong.extend(far("limits", &scale.autoscale(Some(ends), 0.05), &limits(&case["auto"]), 0.0));
        for state in states(case) {
            let ours = log(limits(state), 10.0, room(case));
            wrong.extend(far("major", &ours.major, &floats(&state["major"]), 0.0));
            let shown = if state["shown"].is_array() { &state["shown"] } else { &state["labels"] };
            wrong.extend(differ("labels", ours.labels, texts(shown)));
            wrong.extend(far("minor", &ours.minor, &floats(&state["minor"]), 0.0));
            let mut theirs = texts(&state["minor_labels"]);
            theirs.resize(ours.minor_labels.len(), String::new());
            wrong.extend(differ("minor labels", ours.minor_labels, theirs));
        }
        wrong
    });
}

#[test]
fn symlog_axes_are_matplotlibs_where_labels_have_room() {
    check("symlog", |case| {
        let mut wrong = Vec::new();
        let linthresh = case["linthresh"].as_f64().unwrap();
        let scale = Scale::SymLog { linthresh, base: 10.0 };
        let ends = [case["vmin"].as_f64().unwrap(), case["vmax"].as_f64().unwrap()];
        wrong.extend(far("limits", &scale.autoscale(Some(ends), 0.05), &limits(&case["auto"]), 0.0));
        for state in states(case) {
            let wide = Room { length_in: 100.0, ..room(case) };
            let ours = symlog(limits(state), linthresh, 10.0, wide);
            wrong.extend(far("major", &ours.major, &floats(&state["major"]), 0.0));
            let shown = if state["shown"].is_array() { &state["shown"] } else { &state["labels"] };
            wrong.extend(differ("labels", ours.labels, texts(shown)));
        }
        wrong
    });
}

#[test]
fn date_axes_are_matplotlibs() {
    check("date", |case| {
        let state = &case["auto"];
        let lim = limits(state);
        let (level, step) = (case["level"][0].as_str().unwrap(), case["level"][1].as_i64().unwrap());
        let ours = dates::all(lim, Calendar::ProlepticGregorian);
        let mut wrong = Vec::new();
        wrong.extend(differ("level", (ours.level.as_str(), ours.step), (level, step)));
        let iso = texts(&state["iso"]);
        if step > 1 && level == "yearly" && iso.iter().all(|t| t[..4].parse::<i64>().unwrap() % step == 1) {
            // matplotlib counts 1, 1001, 2001 there: whole thousands are better.
            return wrong;
        }
        wrong.extend(differ("ticks", ours.iso, iso));
        wrong.extend(far("major", &ours.major, &floats(&state["major"]), 1e-3));
        wrong.extend(differ("labels", ours.plain, texts(&state["labels"])));
        wrong.extend(differ("concise", ours.concise, texts(&state["concise"])));
        wrong.extend(differ("rest", ours.rest.as_str(), state["concise_offset"].as_str().unwrap()));
        wrong
    });
}

/// Limits of every kind, ordinary and absurd.
fn odd_limits() -> Vec<[f64; 2]> {
    let ends = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        5e-324,
        1e-310,
        2.5e-308,
        1e-300,
        1e-9,
        0.1,
        273.15,
        2014.0,
        123_456_789.0,
        1e15,
        1e16,
        1e300,
        1e308,
        f64::MAX,
        f64::MIN,
        -1e300,
        -3.7,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    let mut pairs: Vec<[f64; 2]> = ends.iter().flat_map(|a| ends.map(|b| [*a, b])).collect();
    for v in ends {
        pairs.extend([[v, v.next_up()], [v, v + v.abs() * 1e-15], [v, v * (1.0 + 1e-12)], [v, v + 1e-9]]);
    }
    // A fixed sequence of mantissas over all exponents (an additive recurrence).
    let mut x = 0.3;
    for k in 0..3000 {
        x = (x + 0.618_033_988_749_895) % 1.0;
        let a = (x - 0.5) * libm::pow(10.0, f64::from(k % 601 - 300));
        pairs.push([a, a + (x + 0.01) * libm::pow(10.0, f64::from(k * 7 % 601 - 300))]);
    }
    pairs
}

fn sound(ticks: &Ticks, [a, b]: [f64; 2], what: &str) {
    let (low, high) = (a.min(b), a.max(b));
    let inside = |v: &f64| v.is_finite() && low <= *v && *v <= high;
    assert!(ticks.major.iter().all(inside) && ticks.minor.iter().all(inside), "{what}: {ticks:?}");
    assert!(ticks.major.windows(2).all(|w| w[0] < w[1]), "{what} not ascending: {ticks:?}");
    assert!(ticks.minor.windows(2).all(|w| w[0] < w[1]), "{what} not ascending: {ticks:?}");
    assert_eq!(
        (ticks.major.len(), ticks.minor.len()),
        (ticks.labels.len(), ticks.minor_labels.len()),
        "{what}"
    );
    for (k, label) in ticks.labels.iter().enumerate() {
        assert!(k == 0 || ticks.labels[k - 1] != *label, "{what} twice {label}: {ticks:?}");
        assert!(!label.is_empty() && label.chars().count() <= 30, "{what}: {label}");
    }
    assert!(ticks.major.len() <= 40 && ticks.minor.len() <= 200, "{what}: {}", ticks.major.len());
}

#[test]
fn ticks_of_any_limits_are_inside_finite_ascending_and_distinct() {
    for limits in odd_limits() {
        for (length_in, side) in
            [(0.0, Side::Vertical), (0.7, Side::Horizontal), (4.96, Side::Horizontal), (30.0, Side::Vertical)]
        {
            let room = Room { length_in, font_size: 10.0, side };
            let what = format!("{limits:?} on {length_in} inches");
            sound(&linear(limits, room), limits, &what);
            sound(&log(limits, 10.0, room), limits, &what);
            sound(&log(limits, 2.0, room), limits, &what);
            for linthresh in [1e-300, 1e-3, 2.0, 1e300] {
                sound(&symlog(limits, linthresh, 10.0, room), limits, &what);
            }
            for calendar in [Calendar::Standard, Calendar::Day360, Calendar::NoLeap] {
                sound(&date(limits, calendar, room), limits, &what);
            }
        }
    }
}

#[test]
fn ordinary_axes_have_at_least_two_ticks() {
    let room = Room { length_in: 3.0, font_size: 10.0, side: Side::Vertical };
    for limits in odd_limits() {
        let [low, high] = limits;
        let spread = high - low;
        if spread.is_finite() && spread > 1e-10 * low.abs().max(high.abs()) && spread > 1e-305 {
            assert!(linear(limits, room).major.len() >= 2, "{limits:?}: {:?}", linear(limits, room));
        }
    }
}

#[test]
fn autoscaled_limits_hold_the_data_and_are_finite() {
    for [a, b] in odd_limits() {
        for scale in [Scale::Linear, Scale::Log { base: 10.0 }, Scale::SymLog { linthresh: 2.0, base: 10.0 }]
        {
            let extent = scale.extent([a, b]);
            let [low, high] = scale.autoscale(extent, 0.05);
            assert!(low.is_finite() && high.is_finite() && low < high, "{scale:?} {a} {b}: {low} {high}");
            if let Some([least, most]) = extent {
                assert!(low <= least && most <= high, "{scale:?} {a} {b}: {low} {high}");
            }
        }
    }
}

#[test]
fn calendars_get_ticks_at_their_own_months() {
    let room = Room { length_in: 5.0, font_size: 10.0, side: Side::Vertical };
    for calendar in
        [Calendar::Day360, Calendar::NoLeap, Calendar::AllLeap, Calendar::Julian, Calendar::Standard]
    {
        let day = |y, m, d| calendar.days_from_date(y, m, d).unwrap() as f64;
        let ticks = date([day(2000, 1, 1), day(2001, 1, 1)], calendar, room);
        let expected: Vec<f64> = (0..7).map(|k| day(2000 + k / 6, (2 * k as u32) % 12 + 1, 1)).collect();
        assert_eq!(ticks.major, expected, "{calendar:?}");
        assert_eq!(ticks.labels[..2], ["2000-01", "2000-03"], "{calendar:?}");
    }
}

#[test]
fn date_labels_never_touch() {
    let calendar = Calendar::ProlepticGregorian;
    for length_in in [0.5, 1.0, 2.0, 4.96, 10.0] {
        for k in 0..60 {
            let span = libm::pow(10.0, f64::from(k) / 6.0 - 5.0);
            let limits = [10_957.3, 10_957.3 + span];
            let ticks = date(limits, calendar, Room { length_in, font_size: 10.0, side: Side::Horizontal });
            let mut end = f64::NEG_INFINITY;
            for (v, label) in ticks.major.iter().zip(&ticks.labels) {
                let width = crate::render::text::measure(label, 10.0).width;
                let centre = (v - limits[0]) / span * length_in * 72.0;
                assert!(centre - width / 2.0 > end, "{span} days on {length_in} inches: {ticks:?}");
                end = centre + width / 2.0;
            }
        }
    }
}

#[test]
fn chosen_positions_are_labelled_as_matplotlib_labels_them() {
    assert_eq!(at(Scale::Linear, [0.0, 1.0], &[0.5, 0.25, 7.0, f64::NAN]).labels, ["0.25", "0.50"]);
    assert_eq!(at(Scale::Log { base: 10.0 }, [1.0, 1e4], &[10.0, 300.0]).labels, ["10¹", "3×10²"]);
    assert_eq!(
        date_at([0.0, 9.0], Calendar::Day360, &[1.0, 2.5]).labels,
        ["1970-01-02", "1970-01-03T12:00:00"]
    );
}

/// Expected: matplotlib 3.11 with `axes.formatter.…`, and formulas written out.
#[test]
fn numbers_are_written_as_the_style_says() {
    let usual = Numbers::default();
    let cases: [(Numbers, &[f64], &[&str], &str); 8] = [
        (Numbers { limits: [-2, 2], ..usual }, &[0.0, 100.0, 200.0], &["0", "1", "2"], "1e2"),
        (Numbers { limits: [0, 0], ..usual }, &[0.0, 0.1, 0.2], &["0", "1", "2"], "1e−1"),
        (Numbers { limits: [3, 3], ..usual }, &[0.0, 1000.0, 5000.0], &["0", "1", "5"], "1e3"),
        (Numbers { maths: true, ..usual }, &[0.0, 5e6, 1e7], &["0.0", "0.5", "1.0"], "$\\times 10^{7}$"),
        (
            Numbers { maths: true, ..usual },
            &[1_000_001.0, 1_000_001.000_5],
            &["0.0000", "0.0005"],
            "$+1.000001 \\times 10^{6}$",
        ),
        (Numbers { offset: false, ..usual }, &[100_000.1, 100_000.2], &["100000.1", "100000.2"], ""),
        (Numbers { saved: 2, ..usual }, &[1010.0, 1011.0, 1012.0], &["0", "1", "2"], "+1.01e3"),
        (Numbers { minus: false, ..usual }, &[-3.0, 1.0], &["-3", "1"], ""),
    ];
    for (numbers, at, labels, offset) in cases {
        let limits = [at[0], at[at.len() - 1]];
        let ticks = super::at(Scale::Linear, limits, at);
        let (written, shared) = numbered(Scale::Linear, limits, &ticks, &numbers).unwrap();
        assert_eq!(
            (written, shared.as_str()),
            (labels.iter().map(|l| (*l).to_owned()).collect(), offset),
            "{at:?}"
        );
    }
    let (log, limits) = (Scale::Log { base: 10.0 }, [1e-4, 1e4]);
    let ticks = super::at(log, limits, &[1e-4, 1e-2, 1.0, 100.0, 1e4]);
    let (written, _) = numbered(log, limits, &ticks, &Numbers { least: 3, ..usual }).unwrap();
    assert_eq!(
        (&written[1..4], &written[0]),
        (&["0.01", "1", "100"].map(str::to_owned)[..], &ticks.labels[0])
    );
}
