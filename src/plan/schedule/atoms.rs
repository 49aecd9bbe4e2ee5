//! Demands of jobs as atoms: distinct parts of leaves, those that are better loaded together joined.

use super::leaf::Leaf;
use super::problem::Atom;
use crate::data::{Demand, IndexSet, LeafDemand, Placed};
use crate::source::Tree;
use std::collections::{BTreeMap, HashMap};

/// Parts are joined if the box around them is at most so many times the sum of them, in percent.
const JOINED: u64 = 150;
/// Parts of a leaf in one parcel are one box, if it is at most so many times the sum, in percent.
const TOGETHER: u64 = 105;

/// All parts of leaves that jobs need.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    pub(super) leaves: Vec<Leaf>,
    /// Leaf and what of it.
    pub(super) parts: Vec<(usize, LeafDemand)>,
    /// For each job its parts, rising.
    pub(super) jobs: Vec<Vec<usize>>,
}

impl Parts {
    /// The distinct parts of demands with their coordinates; those in place are none.
    pub(super) fn of(demands: &[&Demand], tree: &Tree, placed: &dyn Fn(&str) -> Placed) -> Self {
        let mut found =
            Finder { tree, placed, numbers: HashMap::new(), coords: HashMap::new(), parts: Self::default() };
        let mut distinct: Vec<HashMap<LeafDemand, usize>> = Vec::new();
        for demand in demands {
            let mut needs: BTreeMap<usize, Option<&LeafDemand>> = BTreeMap::new();
            for (path, part) in &demand.0 {
                let leaf = found.leaf(path);
                needs.entry(leaf).or_insert(Some(part));
                for coord in found.coords_of(leaf) {
                    needs.insert(coord, None);
                }
            }
            let mut job = Vec::with_capacity(needs.len());
            for (leaf, part) in needs {
                let of = &found.parts.leaves[leaf];
                if of.placed == Placed::InPlace {
                    continue;
                }
                distinct.resize_with(found.parts.leaves.len(), HashMap::new);
                let part = part.map_or_else(|| of.whole(), LeafDemand::clone);
                job.push(*distinct[leaf].entry(part).or_insert_with_key(|part| {
                    found.parts.parts.push((leaf, part.clone()));
                    found.parts.parts.len() - 1
                }));
            }
            job.sort_unstable();
            found.parts.jobs.push(job);
        }
        let mut parts = found.parts;
        for (leaf, part) in &mut parts.parts {
            if parts.leaves[*leaf].fits(part) {
                *part = part.widened();
            }
        }
        parts
    }

    /// The same with those parts joined that meet in elements or chunks, up to `most` bytes together.
    pub(super) fn joined(&self, most: u64) -> Self {
        let mut by_leaf: Vec<Vec<usize>> = vec![Vec::new(); self.leaves.len()];
        for (number, (leaf, _)) in self.parts.iter().enumerate() {
            by_leaf[*leaf].push(number);
        }
        let mut parts: Vec<(usize, LeafDemand)> = Vec::new();
        let mut moved = vec![0; self.parts.len()];
        for (number, mut members) in by_leaf.into_iter().enumerate() {
            let leaf = &self.leaves[number];
            let part = |member: usize| &self.parts[member].1;
            members.sort_by_cached_key(|member| {
                (leaf.place(part(*member)), u64::MAX - leaf.values(part(*member)), *member)
            });
            // Parts inside a larger one go with it; of the others, those that follow each other and meet.
            let mut runs: Vec<Vec<usize>> = Vec::new();
            let mut around: Option<usize> = None;
            let mut inside: Vec<(usize, usize)> = Vec::new();
            for member in members {
                if let Some(outer) = around.filter(|outer| holds(part(*outer), part(member))) {
                    inside.push((member, outer));
                    continue;
                }
                let ends_later = |outer: usize| {
                    let end =
                        |set: &LeafDemand| -> Vec<usize> { set.0.iter().map(|set| set.hull().end).collect() };
                    end(part(outer)) < end(part(member))
                };
                if around.is_none_or(ends_later) {
                    around = Some(member);
                }
                match runs.last_mut() {
                    Some(run) if run.last().is_some_and(|last| leaf.meet(part(*last), part(member))) => {
                        run.push(member);
                    }
                    _ => runs.push(vec![member]),
                }
            }
            for run in runs {
                let mut groups = Vec::new();
                self.join(leaf, &run, (JOINED, most), &mut groups);
                for (group, union) in groups {
                    group.iter().for_each(|member| moved[*member] = parts.len());
                    parts.push((number, union));
                }
            }
            for (member, outer) in inside {
                moved[member] = moved[outer];
            }
        }
        let jobs = self
            .jobs
            .iter()
            .map(|job| {
                let mut job: Vec<usize> = job.iter().map(|part| moved[*part]).collect();
                job.sort_unstable();
                job.dedup();
                job
            })
            .collect();
        Self { leaves: self.leaves.clone(), parts, jobs }
    }

    /// Divides parts of one leaf into groups of neighbours, each with the box around it, of which none
    /// is larger than the sum of its parts times `limits.0` percent or, if several, than `limits.1`.
    fn join(
        &self,
        leaf: &Leaf,
        run: &[usize],
        limits: (u64, u64),
        groups: &mut Vec<(Vec<usize>, LeafDemand)>,
    ) {
        let (percent, most) = limits;
        if let [only] = run {
            groups.push((vec![*only], self.parts[*only].1.clone()));
            return;
        }
        let sum = run.iter().map(|member| leaf.bytes(&self.parts[*member].1)).fold(0, u64::saturating_add);
        // Many parts of far too many bytes need not be put together first.
        let union =
            (sum / 4 <= most).then(|| union(run.iter().map(|member| &self.parts[*member].1)).widened());
        match union {
            Some(union)
                if {
                    let bytes = leaf.bytes(&union);
                    bytes <= most && bytes <= sum.saturating_mul(percent) / 100
                } =>
            {
                groups.push((run.to_vec(), union));
            }
            _ => {
                let (left, right) = run.split_at(run.len() / 2);
                self.join(leaf, left, limits, groups);
                self.join(leaf, right, limits, groups);
            }
        }
    }

    /// The sizes of parts.
    pub(super) fn atoms(&self) -> Vec<Atom> {
        let atom = |(leaf, part): &(usize, LeafDemand)| {
            let leaf = &self.leaves[*leaf];
            let bytes = leaf.bytes(part);
            let (weight, kind) = if leaf.placed == Placed::File { (0, 1) } else { (bytes, 0) };
            Atom { weight, bytes, effort: leaf.effort(part), kind, made_by: None }
        };
        self.parts.iter().map(atom).collect()
    }

    /// Divides parts so that those of one leaf that come together are a box that is hardly larger than
    /// they, with the bytes of each group that count.
    pub(super) fn split(&self, parts: &[usize]) -> Vec<(Vec<usize>, u64)> {
        let mut by_leaf: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for part in parts {
            by_leaf.entry(self.parts[*part].0).or_default().push(*part);
        }
        let mut layers: Vec<(Vec<usize>, u64)> = Vec::new();
        for (number, mut members) in by_leaf {
            let leaf = &self.leaves[number];
            let mut groups = Vec::new();
            if members.len() > 1 {
                members.sort_by_cached_key(|member| leaf.place(&self.parts[*member].1));
            }
            self.join(leaf, &members, (TOGETHER, u64::MAX), &mut groups);
            for (layer, (group, union)) in groups.into_iter().enumerate() {
                if layers.len() <= layer {
                    layers.push((Vec::new(), 0));
                }
                layers[layer].0.extend(group);
                if leaf.placed != Placed::File {
                    layers[layer].1 = layers[layer].1.saturating_add(leaf.bytes(&union));
                }
            }
        }
        layers.iter_mut().for_each(|(atoms, _)| atoms.sort_unstable());
        layers
    }

    /// What a parcel of these parts loads.
    pub(super) fn demand(&self, parts: &[usize]) -> Demand {
        let mut by_leaf: BTreeMap<usize, Vec<&LeafDemand>> = BTreeMap::new();
        for part in parts {
            by_leaf.entry(self.parts[*part].0).or_default().push(&self.parts[*part].1);
        }
        let entry = |(leaf, parts): (usize, Vec<&LeafDemand>)| {
            (self.leaves[leaf].path.clone(), union(parts.into_iter()).widened())
        };
        Demand(by_leaf.into_iter().map(entry).collect())
    }
}

/// The box around parts of one leaf.
fn union<'a>(mut parts: impl Iterator<Item = &'a LeafDemand>) -> LeafDemand {
    let Some(first) = parts.next() else { return LeafDemand(Vec::new()) };
    let mut axes: Vec<Vec<std::ops::Range<usize>>> =
        first.0.iter().map(|set| set.ranges().to_vec()).collect();
    for part in parts {
        for (ranges, set) in axes.iter_mut().zip(&part.0) {
            if ranges[..] != *set.ranges() {
                ranges.extend(set.ranges().iter().cloned());
            }
        }
    }
    LeafDemand(axes.into_iter().map(IndexSet::from_ranges).collect())
}

/// Whether all of a part is in another one.
fn holds(outer: &LeafDemand, inner: &LeafDemand) -> bool {
    outer.0.len() == inner.0.len()
        && outer.0.iter().zip(&inner.0).all(|(outer, inner)| {
            inner.ranges().iter().all(|range| {
                let ranges = outer.ranges();
                let at = ranges.partition_point(|have| have.end < range.end);
                ranges.get(at).is_some_and(|have| have.start <= range.start)
            })
        })
}

/// Finds leaves and their coordinates, each once.
struct Finder<'a> {
    tree: &'a Tree,
    placed: &'a dyn Fn(&str) -> Placed,
    numbers: HashMap<String, usize>,
    coords: HashMap<usize, Vec<usize>>,
    parts: Parts,
}

impl Finder<'_> {
    fn leaf(&mut self, path: &str) -> usize {
        if let Some(number) = self.numbers.get(path) {
            return *number;
        }
        let number = self.parts.leaves.len();
        self.parts.leaves.push(Leaf::of(path, self.tree, (self.placed)(path)));
        self.numbers.insert(path.to_owned(), number);
        number
    }

    fn coords_of(&mut self, leaf: usize) -> Vec<usize> {
        if let Some(coords) = self.coords.get(&leaf) {
            return coords.clone();
        }
        let path = self.parts.leaves[leaf].path.clone();
        let paths =
            self.tree.array(&path).map(|array| self.tree.coord_paths(&path, array)).unwrap_or_default();
        let coords: Vec<usize> = paths.iter().map(|(_, at)| self.leaf(at)).collect();
        self.coords.insert(leaf, coords.clone());
        coords
    }
}
