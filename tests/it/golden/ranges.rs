//! Limits, ticks and labels of lines between two random points, against matplotlib's
//! (`tests/fixtures/axis_ranges.py`).

use super::charts::{array, floats};
use super::npy;
use super::sound::compose;
use serde_json::Value;
use shmplot::data::Values;
use shmplot::data::time::{Calendar, DAY_US};
use shmplot::render::Chart;
use shmplot::render::chart::{Kind, Scale};

/// Least share of the ranges of each scale whose limits agree, and whose ticks and labels do, too: where
/// labels would touch, ours are fewer. Labels of times are shorter than matplotlib's, as its
/// `ConciseDateFormatter` has them; these are held to it by the gallery.
const AGREE: [(&str, f64, f64); 5] = [
    ("linear", 1.0, 0.97),
    ("log", 1.0, 1.0),
    ("symlog", 1.0, 0.96),
    ("logit", 1.0, 0.85),
    ("date", 1.0, 1.0),
];

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

/// matplotlib's label without TeX.
fn plain(label: &str) -> String {
    let mut label = label.replace("\\cdot", "·").replace("\\times", "×").replace("\\frac{1}{2}", "½");
    while let Some((before, rest)) = label.split_once("^{") {
        let (power, after) = rest.split_once('}').unwrap_or((rest, ""));
        let raised = |c: char| match c {
            '-' | '−' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            c => c.to_digit(10).and_then(|d| char::from_u32(0x2070 + d)).unwrap_or(c),
        };
        label = format!("{before}{}{after}", power.chars().map(raised).collect::<String>());
    }
    label.replace(['{', '}'], "").replace('-', "−")
}

/// What differs of limits, and of ticks and labels.
fn differences(name: &str, row: &Value) -> [Option<String>; 2] {
    let ends = [0, 1].map(|i| row[i].as_f64().expect("a number"));
    let mut chart = Chart { kind: Some(Kind::Line), ..Chart::default() };
    chart.x.scale = match name {
        "log" => Some(Scale::Log { base: 10.0 }),
        "symlog" => Some(Scale::SymLog { linthresh: 1.0, base: 10.0 }),
        "logit" => Some(Scale::Logit),
        _ => None,
    };
    let coord = match name {
        "date" => Values::Time(
            ends.map(|day| (day * DAY_US as f64).round() as i64).to_vec().into(),
            Calendar::ProlepticGregorian,
        ),
        _ => floats(&ends),
    };
    let data = array("v", &[("x", coord)], vec![0.0, 1.0]);
    let scene = compose(&chart, &data.into()).expect("a line").value;
    let x = &scene.axes[0].x;
    let theirs = numbers(&row[2]);
    let span = (theirs[1] - theirs[0]).abs();
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-3 * span.min(b.abs().max(1e-3 * span)) + 2e-11;
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-6 * b.abs().min(span).max(1e-6 * span) + 2e-11;
    let limits =
        (!x.limits.iter().zip(&theirs).all(|(a, b)| close(*a, *b) || near(*a, *b) && name == "date"))
            .then(|| format!("{ends:?}: limits {:?}, matplotlib has {theirs:?}", x.limits));
    let labels: Vec<String> =
        row[4].as_array().into_iter().flatten().filter_map(Value::as_str).map(plain).collect();
    let ticks = numbers(&row[3]);
    let own: Vec<&String> = x.tick_labels.iter().collect();
    let placed = x.ticks.len() == ticks.len() && x.ticks.iter().zip(&ticks).all(|(a, b)| near(*a, *b));
    let said = own.iter().zip(&labels).all(|(a, b)| a.replace('-', "−") == *b)
        && x.offset.replace('-', "−") == plain(row[5].as_str().unwrap_or_default());
    let other = (!(placed && (said || name == "date"))).then(|| {
        format!(
            "{ends:?}: {:?} {:?} {:?},\n      matplotlib {ticks:?} {labels:?} {}",
            x.ticks, own, x.offset, row[5]
        )
    });
    [limits, other]
}

#[test]
fn random_ranges_have_matplotlibs_limits_and_ticks() {
    let text = std::fs::read_to_string(npy::fixture("../axis_ranges.json")).expect("a fixture");
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let mut wrong = Vec::new();
    for (name, limits, ticks) in AGREE {
        let rows = all[name].as_array().expect("rows");
        let found: Vec<_> = rows.iter().map(|row| differences(name, row)).collect();
        for (i, (what, least)) in [("limits", limits), ("ticks", ticks)].into_iter().enumerate() {
            let differ: Vec<&String> = found.iter().filter_map(|both| both[i].as_ref()).collect();
            let share = 1.0 - differ.len() as f64 / rows.len() as f64;
            if share < least - 1e-9 {
                let shown: Vec<_> = differ.iter().map(|text| format!("    {text}")).collect();
                wrong.push(format!("{name}: {what} of {share:.2} agree\n{}", shown.join("\n")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
