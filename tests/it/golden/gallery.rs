//! Limits, ticks and labels of our figures against matplotlib's own of the same data.

use super::sound::compose;
use super::{charts, matplotlib};
use serde_json::Value;
use shmplot::render::Scene;
use shmplot::render::paint::{Format, paint};
use shmplot::render::scene::{AxisRecord, Role};

/// Limits may differ by this share of their span (the request's tolerance is 1 %).
const LIMITS: f64 = 0.005;
/// Frames may lie this many pixels elsewhere: hinted texts are up to a tenth wider, and so is the
/// legend beside a frame.
const FRAME_PX: f64 = 12.0;

fn scene(name: &str, panel: usize, frame: [f64; 2]) -> Option<Scene> {
    let (mut chart, data) = charts::picture(name, panel, frame)?;
    let mut scene = compose(&chart, &data).unwrap_or_else(|error| panic!("{name}: {error}")).value;
    if frame[0] > 0.0 && charts::panel_of_many(name) {
        // A figure whose one frame is as large as the panel in matplotlib's.
        let ours = scene.axes[0].frame;
        chart.style.figsize[0] += frame[0] / 100.0 - ours.width() / 72.0;
        chart.style.figsize[1] += frame[1] / 100.0 - ours.height() / 72.0;
        scene = compose(&chart, &data).unwrap_or_else(|error| panic!("{name}: {error}")).value;
    }
    keep(&format!("{name}-{panel}"), &scene);
    Some(scene)
}

/// Leaves a picture for the eye in `target/golden`.
pub(super) fn keep(name: &str, scene: &Scene) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden");
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    let png = paint(scene, Format::Png).expect("a picture");
    std::fs::write(folder.join(format!("{name}.png")), png).expect("a picture");
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().map_or_else(Vec::new, |all| all.iter().filter_map(Value::as_f64).collect())
}

/// TeX of matplotlib's log labels as plain text.
fn plain(label: &str) -> String {
    let Some(power) = label.strip_prefix("$\\mathdefault{10^{").and_then(|rest| rest.strip_suffix("}}$"))
    else {
        return label.to_owned();
    };
    let digits = power.chars().map(|c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        c => c.to_digit(10).and_then(|d| char::from_u32(0x2070 + d)).unwrap_or(c),
    });
    format!("10{}", digits.collect::<String>())
}

fn check_axis(what: &str, ours: &AxisRecord, limits: &Value, ticks: &Value) {
    let limits = numbers(limits);
    let span = (limits[1] - limits[0]).abs();
    for (ours, theirs) in ours.limits.iter().zip(&limits) {
        // matplotlib's numbers are written with six digits.
        let room = LIMITS * span + 1e-5 * theirs.abs();
        assert!((ours - theirs).abs() <= room, "{what}: limit {ours}, matplotlib has {theirs}");
    }
    let theirs: Vec<String> =
        ticks["labels"].as_array().expect("labels").iter().filter_map(Value::as_str).map(plain).collect();
    let mut majors: Vec<String> = if theirs.is_empty() { Vec::new() } else { ours.tick_labels.clone() };
    if numbers(&ticks["major"]).is_sorted_by(|a, b| a > b) {
        majors.reverse(); // matplotlib keeps chosen ticks in their order, ours rise.
    }
    assert_eq!(majors, theirs, "{what}: labels of ticks");
    assert_eq!(ours.offset, ticks["offset"].as_str().unwrap_or(""), "{what}: offset");
}

fn check(name: &str, panel: usize) {
    let theirs = &matplotlib(name)["axes"][panel];
    let bbox = numbers(&theirs["bbox"]);
    let Some(scene) = scene(name, panel, [bbox[2] - bbox[0], bbox[3] - bbox[1]]) else {
        eprintln!("skipped {name}: the shared gallery is not there");
        return;
    };
    let plots: Vec<_> = scene.axes.iter().filter(|axes| axes.role == Role::Plot).collect();
    let ours = plots[0];
    check_axis(&format!("{name} panel {panel}, x"), &ours.x, &theirs["xlim"], &theirs["xticks"]);
    check_axis(&format!("{name} panel {panel}, y"), &ours.y, &theirs["ylim"], &theirs["yticks"]);
}

/// Frames stand where constrained layout puts them, within a few pixels.
fn check_frame(name: &str) {
    let all = matplotlib(name);
    let scene = scene(name, 0, [0.0; 2]).expect("its data are fixtures");
    for (ours, theirs) in scene.axes.iter().zip(all["axes"].as_array().expect("axes")) {
        let bbox = numbers(&theirs["bbox"]);
        let pixels = |points: f64| points / 72.0 * scene.dpi;
        let frame = ours.frame;
        for (ours, theirs) in [frame.left, frame.top, frame.right, frame.bottom].iter().zip(&bbox) {
            let off = pixels(*ours) - theirs;
            assert!(off.abs() <= FRAME_PX, "{name}: frame {frame:?} px against {bbox:?}");
        }
    }
}

#[test]
fn axes_of_lines_are_those_of_matplotlib() {
    check("01-line", 0);
    check_frame("01-line");
    check("02-line-12-series", 0);
    check_frame("02-line-12-series");
}

#[test]
fn axes_of_scatters_are_those_of_matplotlib() {
    check("04-scatter", 0);
    check_frame("04-scatter");
}

#[test]
fn axes_of_meshes_and_images_are_those_of_matplotlib() {
    check("13-mesh-uneven", 0);
    check_frame("13-mesh-uneven");
    check("16-image-diverging", 0);
}

#[test]
fn axes_of_histograms_are_those_of_matplotlib() {
    check("10-hist", 0);
    check("10-hist", 3);
}

#[test]
fn axes_on_log_scales_are_those_of_matplotlib() {
    check("33-loglog", 0);
    for panel in 0..3 {
        check("34-semilog", panel);
    }
}

#[test]
fn date_axes_are_those_of_matplotlib() {
    for panel in 0..5 {
        check("37-dates", panel);
    }
}

#[test]
fn offsets_are_those_of_matplotlib() {
    for panel in 0..2 {
        check("40-offset", panel);
    }
}

#[test]
fn our_own_figures_are_drawn() {
    for (name, (chart, data)) in super::own::all() {
        let scene = compose(&chart, &data).unwrap_or_else(|error| panic!("{name}: {error}")).value;
        keep(name, &scene);
    }
}
