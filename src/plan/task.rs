//! What a run will do, figure by figure.

use super::Saved;
use super::graph::Keep;
use crate::config::{Entry, ExistOk, Lineage};
use crate::data::Demand;
use crate::diag::{Diagnostic, FigureRecord, Place};
use crate::output::film::Film;
use crate::render::paint::Format;
use crate::render::{Chart, MultiPlot};
use crate::transform::{Cuts, Graph, NodeId};
use std::collections::BTreeSet;
use std::hash::Hasher;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One file of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Relative to the output directory.
    pub path: PathBuf,
    /// Format.
    pub format: Format,
}

/// One figure to draw.
#[derive(Clone, Debug)]
pub struct FigureTask {
    /// Its number in the plan.
    pub id: usize,
    /// Name of its entry.
    pub name: String,
    /// Sweep point, if it is one.
    pub point: Option<String>,
    /// Where its entry is written.
    pub place: Place,
    /// What its entry is based on, for messages.
    pub lineage: Arc<Lineage>,
    /// Its files.
    pub outputs: Vec<Output>,
    /// What to do if they exist.
    pub exist_ok: ExistOk,
    /// Its graph.
    pub graph: Graph,
    /// All tags of the entry and their nodes.
    pub tags: Vec<(String, NodeId)>,
    /// The results asked for, by tag: those of `compute_only` or of the plot function, what
    /// `!dag_result` stands for, and nodes that are computed in any case (their tag is empty).
    pub results: Vec<(String, NodeId)>,
    /// What is drawn of them.
    pub drawing: Drawing,
    /// What it can touch.
    pub demand: Demand,
    /// Digests of the nodes that are computed once for several figures; `demand` is what is needed
    /// besides.
    pub given: Vec<u128>,
    /// Which nodes are computed in part.
    pub cuts: Arc<Cuts>,
    /// The same where all of `given` is there.
    pub cuts_beside: Option<Arc<Cuts>>,
    /// What `file_cache_defaults` says of its nodes.
    pub keep: Keep,
    /// Its nodes with a `file_cache` of their own.
    pub kept: Vec<(NodeId, Keep)>,
    /// Digest of its configuration and of the identity of its sources: equal digests give equal
    /// files (`--resume`).
    pub digest: u64,
    /// What its files say of themselves: keyword, text.
    pub metadata: Vec<(String, String)>,
    /// The least and the largest values of all pictures of a sequence that have common limits, which are
    /// computed as well.
    pub extents: Option<[NodeId; 2]>,
    /// The film that it is a picture of. Its output is then in the bookkeeping ([`crate::output::temp::FILMS`]).
    pub film: Option<Arc<FilmTask>>,
}

/// What [`FigureTask::extents`] are called among the values of a figure; no tag begins with a `<`.
pub const EXTENTS: [&str; 2] = ["<least", "<most"];

/// A film, which is one figure; its pictures are tasks.
#[derive(Clone, Debug)]
pub struct FilmTask {
    /// Its number in the plan, that of its first picture.
    pub id: usize,
    /// Name of its entry.
    pub name: String,
    /// Sweep point, if it is one.
    pub point: Option<String>,
    /// Its file, relative to the output directory.
    pub output: PathBuf,
    /// How its pictures are joined.
    pub film: Film,
    /// What to do if the file exists.
    pub exist_ok: ExistOk,
    /// Where its entry is written.
    pub place: Place,
    /// As of [`FigureTask::digest`], of all pictures together.
    pub digest: u64,
}

/// What a figure shows.
#[derive(Clone, Debug)]
pub enum Drawing {
    /// A facet grid of an array or dataset.
    Facets {
        /// What it should look like; figures of equal look share it.
        chart: Arc<Chart>,
        /// What is drawn: the result `data`, or what `sel` and `frames` take of it.
        data: NodeId,
        /// Title of the figure instead of the chart's: of a frame.
        suptitle: Option<String>,
    },
    /// Calls of plotting functions; results stand in their arguments.
    Multi(Arc<MultiPlot>),
    /// A figure of which arguments, helpers or style hold results (`!dag_result`), so that its look is
    /// known when it is drawn.
    Late {
        /// The entry, placeholders in it.
        entry: Arc<Entry>,
        /// As of [`Drawing::Facets`], if it is one.
        data: Option<NodeId>,
    },
}

impl Drawing {
    /// The node that is drawn of the result `data`.
    pub fn data(&self) -> Option<NodeId> {
        match self {
            Self::Facets { data, .. } => Some(*data),
            Self::Late { data, .. } => *data,
            Self::Multi(_) => None,
        }
    }
}

impl FigureTask {
    /// An error of this figure: at its entry if no place is known, with the way through `based_on` to
    /// where it was written.
    pub fn blame(&self, error: Diagnostic) -> Diagnostic {
        self.lineage.explain(error.or_at(&self.place))
    }

    /// Its first output; of a picture of a film the film; of a picture of a sequence (`frames`) the file that
    /// the sequence would be, which is not written.
    pub fn whole_output(&self) -> PathBuf {
        if let Some(film) = &self.film {
            return film.output.clone();
        }
        let path = self.outputs.first().map_or_else(|| PathBuf::from(&self.name), |o| o.path.clone());
        match &self.drawing {
            Drawing::Facets { suptitle: Some(_), .. } => folded(&path),
            _ => path,
        }
    }

    /// The label of its sweep point, without the number of a picture.
    pub fn whole_point(&self) -> Option<&str> {
        match (&self.drawing, self.point.as_deref()) {
            (Drawing::Facets { suptitle: Some(_), .. }, Some(point)) => {
                point.rsplit_once('/').map(|(point, _)| point)
            }
            (_, point) => point,
        }
    }

    /// The files that are there in the end: its outputs, or the film that it is a picture of.
    pub fn final_outputs(&self) -> Vec<&Path> {
        match &self.film {
            Some(film) => vec![&film.output],
            None => self.outputs.iter().map(|output| output.path.as_path()).collect(),
        }
    }

    /// What drawing evaluates: all results by tag, of `data` just what is drawn.
    pub fn needed(&self) -> Vec<(&str, NodeId)> {
        let drawn = self.drawing.data();
        let node = |tag: &str, id| drawn.filter(|_| tag == "data").unwrap_or(id);
        let extents = self.extents.into_iter().flat_map(|ids| EXTENTS.into_iter().zip(ids));
        self.results.iter().map(|(tag, id)| (tag.as_str(), node(tag, *id))).chain(extents).collect()
    }
}

/// `a/b/1.png` → `a/b.png`: what was spread over a folder of files.
pub fn folded(path: &Path) -> PathBuf {
    let mut whole = path.parent().unwrap_or(Path::new("")).as_os_str().to_owned();
    if let Some(ext) = path.extension() {
        whole.push(".");
        whole.push(ext);
    }
    whole.into()
}

/// Everything a run will do.
#[derive(Debug, Default)]
pub struct Plan {
    /// The figures to draw.
    pub tasks: Vec<FigureTask>,
    /// The figures whose fate is known already: failed in planning, skipped, unchanged.
    pub settled: Vec<FigureRecord>,
    /// What all tasks can touch.
    pub demand: Demand,
    /// Of which tasks each is one figure, spread over `files`.
    pub files: Vec<Range<usize>>,
    /// Configurations to be saved beside the figures.
    pub saved: Vec<Saved>,
}

impl Plan {
    /// Number of figures to draw: a film is one.
    pub fn figures(&self) -> usize {
        let films: BTreeSet<usize> =
            self.tasks.iter().filter_map(|task| Some(task.film.as_ref()?.id)).collect();
        films.len() + self.tasks.iter().filter(|task| task.film.is_none()).count()
    }

    /// Digest of all figures to draw, in order.
    pub fn digest(&self) -> u64 {
        let mut hash = twox_hash::XxHash64::with_seed(0);
        for task in &self.tasks {
            hash.write_u64(task.digest);
        }
        hash.finish()
    }
}
