//! Parameter spaces: the sweeps of an entry, their order, names and numbers.
//!
//! As paramspace 2.8: a sweep with k values has k + 1 states, state 0 being its default; the last
//! dimension varies fastest, and its state is the least significant digit of a point's number.
//! Masked values keep their numbers.
//!
//! A sweep over universes has their dimensions before its own: see [`Outer`].

use super::dimension::{self, Dimension};
use super::{Node, Yaml};
use crate::diag::{Diagnostic, Place, did_you_mean};
use std::cmp::Ordering;

/// One step of the way to a sweep in its entry.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Key(Node),
    Index(usize),
}

impl Step {
    fn text(&self) -> String {
        match self {
            Self::Key(key) => key.python_str(),
            Self::Index(index) => index.to_string(),
        }
    }

    /// Integers before text, each in its own order.
    fn compare(&self, other: &Self) -> Ordering {
        let int = |step: &Self| match step {
            Self::Index(index) => i64::try_from(*index).ok(),
            Self::Key(Node { value: Yaml::Int(number), .. }) => Some(*number),
            Self::Key(_) => None,
        };
        match (int(self), int(other)) {
            (Some(a), Some(b)) => a.cmp(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => self.text().cmp(&other.text()),
        }
    }
}

/// A sweep in its entry: the way to it, what it says, and its number among all sweeps; of an outer
/// dimension its number among those.
struct Found {
    path: Vec<Step>,
    dim: Dimension,
    slot: Result<usize, usize>,
}

/// A dimension that does not stand in the entry: one of the multiverse's.
pub(super) struct Outer {
    /// The key under which dantro would put it into the entry, for the order among equal ones.
    pub(super) key: [String; 2],
    /// With a name.
    pub(super) dim: Dimension,
}

/// The sweeps of an entry.
#[derive(Debug, Default)]
pub(super) struct Space {
    /// Dimensions in their order, with their names.
    dims: Vec<(String, Dimension)>,
    /// Where among the dimensions the outer ones are, in the order in which they were given.
    outer: Vec<usize>,
    /// Per sweep of the entry, in the order in which [`Space::fill`] meets them.
    slots: Vec<Slot>,
    /// Number of points: 0 without dimensions.
    volume: u64,
}

/// What stands in the place of a sweep.
#[derive(Debug)]
struct Slot {
    /// Index of the dimension that it follows.
    dim: usize,
    /// Its own values, if it is coupled and has some.
    values: Option<Vec<Node>>,
    /// Its own default, if it is coupled and has one.
    default: Option<Node>,
}

/// Where in the space a point is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// Per dimension: 0 for the default, else the value's number from 1.
    vector: Vec<usize>,
    /// Its number.
    pub(super) number: u64,
}

impl Space {
    /// The space of an entry.
    ///
    /// # Errors
    /// Every malformed sweep, names that collide, couplings without target.
    pub(super) fn of(body: &Node) -> Result<Self, Vec<Diagnostic>> {
        Self::within(body, Vec::new())
    }

    /// The space of an entry with dimensions from outside.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub(super) fn within(body: &Node, outer: Vec<Outer>) -> Result<Self, Vec<Diagnostic>> {
        let mut sweeps = Vec::new();
        collect(body, &mut Vec::new(), &mut sweeps);
        let mut errors = Vec::new();
        let mut found: Vec<Found> = Vec::new();
        let mut coupled = Vec::new();
        for (slot, (path, node)) in sweeps.iter().enumerate() {
            if is_coupled(node) {
                match dimension::coupled(node) {
                    Ok(follower) => coupled.push((slot, *node, follower)),
                    Err(error) => errors.push(error),
                }
            } else {
                match dimension::parse(node) {
                    Ok(dim) => found.push(Found { path: path.clone(), dim, slot: Ok(slot) }),
                    Err(error) => errors.push(error),
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let num_outer = outer.len();
        for (number, Outer { key, dim }) in outer.into_iter().enumerate() {
            let path = key.into_iter().map(|key| Step::Key(Node::str(key, &dim.place))).collect();
            found.push(Found { path, dim, slot: Err(number) });
        }
        found.sort_by(|a, b| {
            a.dim.order.total_cmp(&b.dim.order).then_with(|| compare_paths(&a.path, &b.path))
        });
        let names = names(&found).map_err(|error| vec![error])?;
        let mut slots: Vec<Option<Slot>> = sweeps.iter().map(|_| None).collect();
        let mut outer = vec![0; num_outer];
        for (index, one) in found.iter().enumerate() {
            match one.slot {
                Ok(slot) => slots[slot] = Some(Slot { dim: index, values: None, default: None }),
                Err(number) => outer[number] = index,
            }
        }
        for (slot, node, follower) in coupled {
            let target = node.get("target_name").unwrap_or(node);
            let checked = find_target(target, &found, &names).and_then(|dim| {
                let wanted = found[dim].dim.values.len();
                let have = follower.values.as_ref().map_or(wanted, Vec::len);
                if have == wanted {
                    return Ok(Slot { dim, values: follower.values, default: follower.default });
                }
                let name = &names[dim];
                let message = format!(
                    "a coupled sweep has as many values as its target: `{name}` has {wanted}, here are {have}"
                );
                Err(Diagnostic::error(message).at(node.place.clone()))
            });
            match checked {
                Ok(checked) => slots[slot] = Some(checked),
                Err(error) => errors.push(error),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let dims: Vec<(String, Dimension)> =
            names.into_iter().zip(found).map(|(name, one)| (name, one.dim)).collect();
        let mut space = Self { slots: slots.into_iter().flatten().collect(), dims, outer, volume: 0 };
        space.count(&body.place).map_err(|error| vec![error])?;
        Ok(space)
    }

    /// Counts the points.
    fn count(&mut self, place: &Place) -> Result<(), Diagnostic> {
        let product = |count: &dyn Fn(&Dimension) -> usize| {
            let mut counts = self.dims.iter().map(|(_, dim)| count(dim) as u64);
            counts.try_fold(1_u64, u64::checked_mul).ok_or_else(|| {
                Diagnostic::error("the sweep has more points than can be counted").at(place.clone())
            })
        };
        product(&|dim| dim.values.len() + 1)?;
        self.volume = product(&Dimension::num_points)? * u64::from(!self.dims.is_empty());
        Ok(())
    }

    /// The same with every value of the dimensions that stand in the entry, masked or not.
    pub(super) fn unmasked(mut self) -> Result<Self, Vec<Diagnostic>> {
        let Some(place) = self.dims.first().map(|(_, dim)| dim.place.clone()) else { return Ok(self) };
        for (index, (_, dim)) in self.dims.iter_mut().enumerate() {
            if !self.outer.contains(&index) {
                dim.states = (1..=dim.values.len()).collect();
            }
        }
        self.count(&place).map_err(|error| vec![error])?;
        Ok(self)
    }

    /// The dimensions with their names, in their order.
    pub(super) fn dims(&self) -> &[(String, Dimension)] {
        &self.dims
    }

    /// The outer dimensions with their names, in the order in which they were given.
    pub(super) fn outer_dims(&self) -> impl Iterator<Item = (&str, &Dimension)> {
        self.outer.iter().map(|at| (self.dims[*at].0.as_str(), &self.dims[*at].1))
    }

    /// The states of the outer dimensions, in the order in which they were given.
    pub(super) fn outer(&self, state: &State) -> Vec<usize> {
        self.outer.iter().map(|dim| state.vector[*dim]).collect()
    }

    /// Number of points; 0 if there is no dimension (one figure all the same).
    pub(super) fn volume(&self) -> u64 {
        self.volume
    }

    /// Point number `index` in the order of iteration, below the volume (0 if there is no dimension).
    pub(super) fn state(&self, index: u64) -> State {
        let mut rest = index;
        let mut vector = vec![0; self.dims.len()];
        for (at, (_, dim)) in self.dims.iter().enumerate().rev() {
            let n = dim.num_points() as u64;
            // The remainder is below the number of values, which is a usize.
            vector[at] = dim.states[(rest % n) as usize];
            rest /= n;
        }
        let number = self.number(&vector);
        State { vector, number }
    }

    /// The number of a state, given per dimension.
    pub(super) fn number(&self, vector: &[usize]) -> u64 {
        let digits = self.dims.iter().zip(vector);
        digits.fold(0, |number, ((_, dim), state)| number * (dim.values.len() as u64 + 1) + *state as u64)
    }

    /// Names and values, as text, of all dimensions at a state.
    pub(super) fn texts(&self, state: &State) -> Vec<(String, String)> {
        let text = |dim: &Dimension, state: usize| match state {
            0 => dim.default.python_str(),
            n => dim.labels[n - 1].clone(),
        };
        self.dims.iter().zip(&state.vector).map(|((name, dim), at)| (name.clone(), text(dim, *at))).collect()
    }

    /// `<no>__<dim>_<value>__…`, as dantro names the points of a sweep; `None` at number 0, which is
    /// named like a single plot.
    pub(super) fn label(&self, state: &State) -> Option<String> {
        if state.number == 0 {
            return None;
        }
        let width = self.volume.saturating_sub(1).to_string().len();
        let mut parts = vec![format!("{:0width$}", state.number)];
        parts.extend(
            self.texts(state).iter().map(|(name, value)| format!("{name}_{}", value.replace('/', "-"))),
        );
        Some(parts.join("__"))
    }

    /// `body` with every sweep replaced by its value at `state`.
    pub(super) fn fill(&self, body: &Node, state: &State) -> Node {
        self.fill_from(body, state, &mut self.slots.iter())
    }

    fn fill_from(&self, node: &Node, state: &State, slots: &mut std::slice::Iter<'_, Slot>) -> Node {
        if is_sweep(node) {
            let Some(slot) = slots.next() else { return node.clone() };
            let dim = &self.dims[slot.dim].1;
            return match state.vector[slot.dim] {
                0 => slot.default.as_ref().unwrap_or(&dim.default).clone(),
                n => slot.values.as_ref().unwrap_or(&dim.values)[n - 1].clone(),
            };
        }
        let value = match &node.value {
            Yaml::Seq(items) => {
                Yaml::Seq(items.iter().map(|item| self.fill_from(item, state, slots)).collect())
            }
            Yaml::Map(entries) => {
                let filled =
                    entries.iter().map(|(key, value)| (key.clone(), self.fill_from(value, state, slots)));
                Yaml::Map(filled.collect())
            }
            other => other.clone(),
        };
        Node { value, tag: node.tag.clone(), place: node.place.clone() }
    }
}

/// Whether a node is a sweep, coupled or not.
pub(super) fn is_sweep(node: &Node) -> bool {
    matches!(node.tag(), Some("sweep" | "pdim" | "coupled-sweep" | "coupled-pdim"))
}

/// Whether a node is a sweep that follows another one.
pub(super) fn is_coupled(node: &Node) -> bool {
    matches!(node.tag(), Some("coupled-sweep" | "coupled-pdim"))
}

/// The first sweep in a node.
pub(super) fn first_sweep(node: &Node) -> Option<&Node> {
    if is_sweep(node) {
        return Some(node);
    }
    match &node.value {
        Yaml::Seq(items) => items.iter().find_map(first_sweep),
        Yaml::Map(entries) => entries.iter().find_map(|(_, value)| first_sweep(value)),
        _ => None,
    }
}

/// A sweep stands in an entry that is no parameter space.
pub(super) fn outside(sweep: &Node) -> Diagnostic {
    Diagnostic::error("a sweep in an entry that is no parameter space")
        .at(sweep.place.clone())
        .help("write `name: !pspace` before the entry".to_owned())
}

/// All sweeps in a node with their paths, depth first in the order of the file.
fn collect<'a>(node: &'a Node, path: &mut Vec<Step>, found: &mut Vec<(Vec<Step>, &'a Node)>) {
    if is_sweep(node) {
        found.push((path.clone(), node));
        return;
    }
    match &node.value {
        Yaml::Seq(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Index(index));
                collect(item, path, found);
                path.pop();
            }
        }
        Yaml::Map(entries) => {
            for (key, value) in entries {
                path.push(Step::Key(key.clone()));
                collect(value, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

fn compare_paths(a: &[Step], b: &[Step]) -> Ordering {
    let first = a.iter().zip(b).map(|(a, b)| a.compare(b)).find(|ordering| ordering.is_ne());
    first.unwrap_or_else(|| a.len().cmp(&b.len()))
}

/// The names of dimensions: given ones as they are; else the last key of the path (for a path through
/// a list: from the last key before the first index), lengthened from the right while names collide.
///
/// As paramspace's `_unique_dim_names`: first every name that begins or ends as another one is looked
/// at, so that `a` and `bc.a` may both become longer.
fn names(found: &[Found]) -> Result<Vec<String>, Diagnostic> {
    let is_text = |step: &Step| matches!(step, Step::Key(key) if key.as_str().is_some());
    // paramspace's paths begin at a root without name.
    let paths: Vec<Vec<String>> = found
        .iter()
        .map(|one| std::iter::once(String::new()).chain(one.path.iter().map(Step::text)).collect())
        .collect();
    let mut names: Vec<String> = found
        .iter()
        .zip(&paths)
        .map(|(one, path)| {
            let from = one.path.iter().position(|step| !is_text(step)).unwrap_or(path.len() - 1);
            one.dim.name.clone().unwrap_or_else(|| path[from..].join("."))
        })
        .collect();
    let collide = |a: &str, b: &str| a.ends_with(b) || b.ends_with(a) || a.starts_with(b) || b.starts_with(a);
    let twice = |index: usize| {
        Diagnostic::error(format!("two sweeps are named `{}`", names_of(found, index)))
            .at(found[index].dim.place.clone())
            .help("give one of them another `name`".to_owned())
    };
    let given: Vec<usize> = (0..found.len()).filter(|i| found[*i].dim.name.is_some()).collect();
    let mut seen = std::collections::HashSet::new();
    if let Some(index) = given.iter().find(|index| !seen.insert(&found[**index].dim.name)) {
        return Err(twice(*index));
    }
    let longest = paths.iter().map(Vec::len).max().unwrap_or(0);
    for last in 0.. {
        match first_twice(&names) {
            None if last > 0 => break,
            Some(index) if last > longest => return Err(twice(index)),
            _ => {}
        }
        let colliding: Vec<usize> = (0..names.len())
            .filter(|i| (0..names.len()).any(|j| *i != j && collide(&names[*i], &names[j])))
            .collect();
        for index in colliding.into_iter().filter(|index| found[*index].dim.name.is_none()) {
            let path = &paths[index];
            let longer = path[path.len().saturating_sub(last + 1)..].join(".");
            if longer.len() >= names[index].len() {
                names[index] = longer;
            }
        }
    }
    Ok(names)
}

/// What a sweep is called in messages.
fn names_of(found: &[Found], index: usize) -> String {
    found[index].dim.name.clone().or_else(|| found[index].path.last().map(Step::text)).unwrap_or_default()
}

/// The first name that an earlier one equals.
fn first_twice(names: &[String]) -> Option<usize> {
    let mut seen = std::collections::HashSet::new();
    names.iter().position(|name| !seen.insert(name))
}

/// The dimension that a coupled sweep names: by name, or by the path of keys as a list.
fn find_target(target: &Node, found: &[Found], names: &[String]) -> Result<usize, Diagnostic> {
    if let Some(wanted) = target.as_seq() {
        let wanted: Vec<String> = wanted.iter().map(Node::python_str).collect();
        let same = |one: &Found| one.path.iter().map(Step::text).eq(wanted.iter().cloned());
        return found.iter().position(same).ok_or_else(|| {
            Diagnostic::error(format!("there is no sweep at `{}`", wanted.join(".")))
                .at(target.place.clone())
                .help("a coupled sweep follows a sweep of the same entry".to_owned())
        });
    }
    let wanted = target.text()?;
    names.iter().position(|name| name == wanted).ok_or_else(|| {
        Diagnostic::error(format!("there is no sweep named `{wanted}` in this entry"))
            .at(target.place.clone())
            .help(did_you_mean(wanted, names.iter().map(String::as_str)))
    })
}

/// The entries of a `!pspace` sorted by key, mappings below too (not those in lists), as paramspace
/// sorts them.
pub(super) fn sorted(node: Node) -> Node {
    match node {
        Node { value: Yaml::Map(mut entries), tag, place }
            if tag.as_deref().is_none_or(|t| t == "pspace") =>
        {
            entries.sort_by(|(a, _), (b, _)| Step::Key(a.clone()).compare(&Step::Key(b.clone())));
            let entries = entries.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Node { value: Yaml::Map(entries), tag, place }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Source;

    /// Expected names from paramspace 2.8.2, `list(ParamSpace(d).dims)`.
    #[test]
    fn sweeps_are_named_as_paramspace_names_them() {
        let s = "!sweep {default: 0, values: [1, 2]}";
        let q = "!sweep {default: 0, values: [1, 2], name: w}";
        let cases = [
            (
                format!(
                    "{{a: {{time: {s}}}, t: [{{isel: [0, {{time: {s}}}]}}, {{isel: {{time: {s}, x: {s}}}}}]}}"
                ),
                vec!["time", "t.0.isel.1.time", "t.1.isel.time", "t.1.isel.x"],
            ),
            (format!("{{a: {s}, abc: {s}, c: {{bc: {s}}}}}"), vec!["a", "abc", "bc"]),
            (format!("{{a: {{v: {s}}}, b: {{w: {s}}}, c: {{v: {q}}}}}"), vec!["v", "b.w", "w"]),
            (format!("{{a: {{v: {s}}}, b: {{v: {s}}}}}"), vec!["a.v", "b.v"]),
            (format!("{{v: {s}, b: {{v: {s}}}}}"), vec!["b.v", ".v"]),
            (format!("{{x: [{s}, {s}]}}"), vec!["x.0", "x.1"]),
        ];
        for (text, expected) in cases {
            let body = super::super::read::read(&Source::new("p.yml", text.clone())).unwrap().unwrap();
            let space = Space::of(&body).unwrap();
            let names: Vec<&str> = space.dims().iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, expected, "{text}");
        }
    }
}
