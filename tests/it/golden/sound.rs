//! The one door to scenes of this folder's tests: whatever is composed through it is held to the
//! rules of [`super::structure`]. A test of the house keeps other doors shut.

use super::drawn::Results;
use super::structure::problems;
use shmplot::config::{Entry, Node, read};
use shmplot::data::{Labelled, Slab};
use shmplot::diag::{Diagnostic, Source, Warned};
use shmplot::plan::FigureTask;
use shmplot::plan::chart::multiplot;
use shmplot::render::scene::Scene;
use shmplot::render::{Chart, ChartData, RenderError, compose as compose_chart, compose_multi};
use shmplot::run::{self, DataInput, Input};
use shmplot::source::Tree;
use shmplot::transform::Inputs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files of this folder that draw what is bad in itself, or judge scenes themselves.
const ASIDE: [&str; 4] = ["bad.rs", "degenerate.rs", "random.rs", "sound.rs"];

/// The scene of a chart.
///
/// # Panics
/// If texts of it cover each other, leave the picture, or whatever else is wrong.
#[track_caller]
pub(super) fn compose(chart: &Chart, data: &ChartData) -> Result<Warned<Scene>, RenderError> {
    let scene = compose_chart(chart, data)?;
    let wrong = problems(&scene.value, &[]);
    assert!(wrong.is_empty(), "{:?}: {}", chart.kind, wrong.join("\n"));
    Ok(scene)
}

/// The scene of a figure of calls, and what is said of it.
///
/// # Panics
/// If it is no figure, or anything is wrong with the picture.
#[track_caller]
pub(super) fn calls(text: &str, results: &Results) -> Warned<Scene> {
    let node = read::read(&Source::new("calls.yml", text)).expect("YAML").expect("a document");
    let part = |key: &str| node.get(key).and_then(Node::as_map).unwrap_or_default().to_vec();
    let (helpers, style, plot) = (part("helpers"), part("style"), part("plot"));
    let entry = Entry { plot, helpers, style, ..Entry::default() };
    let multi = multiplot(&entry, "calls").expect("a figure").value;
    let scene = compose_multi(&multi, results).expect("a scene");
    let mut free = Vec::new();
    by_hand(&node, false, &mut free);
    let wrong = problems(&scene.value, &free);
    assert!(wrong.is_empty(), "{}\n{text}", wrong.join("\n"));
    scene
}

/// Texts that a configuration puts at a place, which may cover others: of `text`, `annotate`, `figtext`
/// and the helpers of these.
fn by_hand<'a>(node: &'a Node, within: bool, free: &mut Vec<&'a str>) {
    let placed = |name: &str| {
        ["text", "annotate", "figtext", "texts", "annotations"]
            .iter()
            .any(|placed| name == *placed || name.ends_with(&format!(".{placed}")))
    };
    if let Some(map) = node.as_map() {
        let called = node.get("function").and_then(Node::as_str).is_some_and(placed);
        for (key, value) in map {
            let named = key.as_str().is_some_and(|key| placed(key) && value.as_str().is_none());
            by_hand(value, within || called || named, free);
        }
    } else if let Some(list) = node.as_seq() {
        for item in list {
            by_hand(item, within, free);
        }
    } else if let Some(text) = node.as_str().filter(|_| within) {
        free.extend(text.split('\n'));
    }
}

/// All of each leaf, read when it is asked for: this process has threads, and cannot fork a loader.
struct Whole<'a>(&'a Tree);

impl Inputs for Whole<'_> {
    fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic> {
        let array = self.0.array(path)?;
        let values = self.0.read(array, &Slab::all(&array.shape))?;
        let mut found = Labelled::contiguous(array.dims.clone(), array.shape.clone(), values);
        found.name = path.rsplit('/').next().map(str::to_owned);
        found.attrs = array.attrs.clone();
        found.coords = self.0.coords(path)?;
        Ok(found)
    }
}

/// Draws the figures of a file of plots and says what is wrong with them, and how many they are.
fn figures(plots: &Path, data: PathBuf, load: Option<PathBuf>, wrong: &mut Vec<String>) -> usize {
    let data = DataInput { paths: vec![data], load, join: None };
    let input = Input { plots: plots.to_owned(), data, ..Input::default() };
    let prepared = run::prepare(&input).unwrap_or_else(|stop| panic!("{stop:?}"));
    let text = std::fs::read_to_string(plots).expect("plots");
    let node = read::read(&Source::new("plots.yml", text.as_str())).expect("YAML").expect("a document");
    let inputs = Whole(&prepared.tree);
    for task in &prepared.plan.tasks {
        let mut free = Vec::new();
        if let Some(entry) = node.get(&task.name) {
            by_hand(entry, false, &mut free);
        }
        let task = FigureTask { cuts: Arc::default(), given: Vec::new(), ..task.clone() };
        match shmplot::figure::compose(&task, &inputs) {
            Ok(scene) => {
                let found = problems(&scene.value, &free);
                if !found.is_empty() && std::env::var_os("SHMPLOT_PICTURES").is_some() {
                    super::gallery::keep(&format!("unsound-{}", task.name), &scene.value);
                }
                wrong.extend(found.into_iter().map(|problem| format!("{}: {problem}", task.name)));
            }
            Err(error) => wrong.push(format!("{}: {error}", task.name)),
        }
    }
    prepared.plan.tasks.len()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The reference gallery, and the contact sheet of real data.
#[test]
fn pictures_of_shared_data_are_sound() {
    let Some(shared) = crate::reference::shared() else {
        println!("skipped: the pictures of the shared gallery and the contact sheet");
        return;
    };
    let mut wrong = Vec::new();
    if shared.join("gallery/describe.json").is_file() {
        let data = crate::gallery::data(&shared);
        let plots = data.path().join("plots.yml");
        std::fs::write(&plots, crate::gallery::plots()).expect("written");
        let load = root().join("tests/fixtures/gallery/load.yml");
        let count = figures(&plots, data.path().to_owned(), Some(load), &mut wrong);
        assert!(count >= 56, "{count} figures");
    }
    let sheet = root().join("examples/contact_sheet/plots.yml");
    let count = figures(&sheet, shared.join("data"), None, &mut wrong);
    assert!(count >= 20, "{count} figures");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn scenes_of_this_folder_come_through_here() {
    let folder = root().join("tests/it/golden");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the folder of this test") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.ends_with(".rs") || ASIDE.contains(&name.as_str()) {
            continue;
        }
        seen += 1;
        let text = std::fs::read_to_string(&path).expect("a source");
        let imports = text.split("use shmplot::render::").skip(1).map(|rest| rest.split(';').next());
        let import = imports.flatten().any(|import| import.contains("compose"));
        let direct = ["render::compose", "figure::compose", "compose_multi"];
        let found = import || direct.iter().any(|door| text.contains(door));
        assert!(!found, "{name} composes scenes that nothing checks; `super::sound` does both");
    }
    assert!(seen > 10);
}
