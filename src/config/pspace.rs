//! The parameter space of a multiverse, and which of its universes an entry asks for.
//!
//! [`ParameterSpace`] is the `!pspace` with which the data were simulated; its state numbers are the
//! universes' names. [`Universes`] is what `universes` and `subspace` say, before the space is known;
//! resolved against one it gives the states of each dimension. As paramspace 2.8's
//! `activate_subspace`: masks of the space itself are reset.

use super::dimension::Dimension;
use super::sweep::Space;
use super::yaml::Keys;
use super::{Node, Yaml, numbers};
use crate::diag::{Diagnostic, Source, did_you_mean};

/// A parameter space of a multiverse; the default has no dimensions.
#[derive(Debug, Default)]
pub struct ParameterSpace {
    space: Space,
}

impl ParameterSpace {
    /// The space in a text, a `!pspace`.
    ///
    /// # Errors
    /// All that is wrong with the text as YAML, and malformed sweeps.
    pub fn of(source: &Source) -> Result<Self, Vec<Diagnostic>> {
        let root = super::read::read(source)?.unwrap_or_else(|| {
            let place = crate::diag::Place::new(source, crate::diag::Span::default());
            Node::new(Yaml::Map(Vec::new()), &place)
        });
        let root = if root.tag() == Some("pspace") { super::sweep::sorted(root) } else { root };
        Ok(Self { space: Space::of(&Node { tag: None, ..root })? })
    }

    /// Names of the dimensions, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.space.dims().iter().map(|(name, _)| name.as_str())
    }

    /// Number of dimensions.
    pub fn num_dims(&self) -> usize {
        self.space.dims().len()
    }

    /// The value of a dimension at a state from 1; its default at 0.
    ///
    /// # Panics
    /// If there is no such dimension or state; [`Universes::states`] gives those there are.
    pub fn value(&self, dim: usize, state: usize) -> &Node {
        let dim = &self.space.dims()[dim].1;
        match state {
            0 => &dim.default,
            n => &dim.values[n - 1],
        }
    }

    /// The states that the space itself visits, per dimension: all but masked ones.
    pub fn unmasked(&self) -> Vec<Vec<usize>> {
        self.space.dims().iter().map(|(_, dim)| dim.states.clone()).collect()
    }

    /// The number of the universe at a state, given per dimension.
    pub fn universe(&self, states: &[usize]) -> u64 {
        self.space.number(states)
    }

    /// The dimensions, of which just these states are visited.
    pub(super) fn dims(&self, states: &[Vec<usize>]) -> Vec<Dimension> {
        let dims = self.space.dims().iter().zip(states);
        dims.map(|((name, dim), states)| Dimension {
            name: Some(name.clone()),
            states: states.clone(),
            ..dim.clone()
        })
        .collect()
    }
}

/// Which universes are meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Universes {
    /// All that the space names.
    All,
    /// The one with the lowest number.
    First,
    /// The one with the highest number.
    Last,
    /// Those with these numbers; the node is the list.
    Numbers(Node),
    /// Those with chosen values of some dimensions.
    Subspace(Vec<(Node, Selector)>),
}

/// Which values of a dimension are meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Selector {
    by_index: bool,
    /// A list, or a `!slice`.
    what: Node,
    /// numpy's `isclose`: relative and absolute tolerance.
    tolerance: [f64; 2],
}

impl Universes {
    /// What `universes` says. `any` and `random` choose the first one, so that two runs draw the same.
    ///
    /// # Errors
    /// Any other text, lists of anything but integers, selectors that are none.
    pub fn of(node: &Node) -> Result<Self, Diagnostic> {
        const WORDS: [&str; 6] = ["all", "first", "single", "last", "any", "random"];
        match (&node.tag, &node.value) {
            (None, Yaml::Str(word)) => match word.as_str() {
                "all" => Ok(Self::All),
                "first" | "single" | "any" | "random" => Ok(Self::First),
                "last" => Ok(Self::Last),
                other => Err(Diagnostic::error(format!("`universes` cannot be `{other}`"))
                    .at(node.place.clone())
                    .help(did_you_mean(other, WORDS))),
            },
            (None, Yaml::Seq(items)) => {
                for item in items {
                    if item.integer()? < 0 {
                        return Err(item.expected("the number of a universe"));
                    }
                }
                if items.is_empty() {
                    return Err(node.expected("at least one number of a universe"));
                }
                Ok(Self::Numbers(node.clone()))
            }
            (None, Yaml::Map(_)) => Self::subspace(node),
            _ => Err(node.expected(
                "`all`, `first`, `last`, `any`, numbers of universes, or a mapping of dimensions to values",
            )),
        }
    }

    /// What a mapping of dimensions to selectors says.
    ///
    /// # Errors
    /// If it is none.
    pub fn subspace(node: &Node) -> Result<Self, Diagnostic> {
        let entries = node.mapping()?;
        let selectors = entries.iter().map(|(name, selector)| {
            name.text()?;
            Ok((name.clone(), Selector::of(selector)?))
        });
        Ok(Self::Subspace(selectors.collect::<Result<_, Diagnostic>>()?))
    }

    /// The states that are meant, per dimension, rising. Not for [`Universes::Numbers`], which names
    /// universes and no states: all.
    ///
    /// # Errors
    /// Dimensions and values that are not there.
    pub fn states(&self, space: &ParameterSpace) -> Result<Vec<Vec<usize>>, Diagnostic> {
        let dims = space.space.dims();
        let mut states: Vec<Vec<usize>> =
            dims.iter().map(|(_, dim)| (1..=dim.values.len()).collect()).collect();
        match self {
            Self::All | Self::Numbers(_) => {}
            Self::First => states.iter_mut().for_each(|states| states.truncate(1)),
            Self::Last => states.iter_mut().for_each(|states| *states = vec![states.len()]),
            Self::Subspace(selectors) => {
                for (key, selector) in selectors {
                    let name = key.text()?;
                    let Some(at) = dims.iter().position(|(have, _)| have == name) else {
                        let message = format!("the parameter space has no dimension `{name}`");
                        return Err(Diagnostic::error(message)
                            .at(key.place.clone())
                            .help(did_you_mean(name, space.names())));
                    };
                    states[at] = selector.states(name, &dims[at].1)?;
                }
            }
        }
        Ok(states)
    }
}

impl Selector {
    fn of(node: &Node) -> Result<Self, Diagnostic> {
        let mut selector = Self { by_index: false, what: node.clone(), tolerance: [1e-5, 1e-8] };
        if node.as_map().is_some() {
            let keys = Keys::of(node, "a selector", &["atol", "idx", "loc", "rtol"])?;
            let (what, by_index) = match (keys.given("loc"), keys.given("idx")) {
                (Some(loc), None) => (loc, false),
                (None, Some(idx)) => (idx, true),
                _ => return Err(node.expected("one of `loc` and `idx`")),
            };
            (selector.what, selector.by_index) = (what.clone(), by_index);
            for (tolerance, key) in selector.tolerance.iter_mut().zip(["rtol", "atol"]) {
                if let Some(value) = keys.given(key) {
                    *tolerance = value.finite()?;
                }
            }
        }
        match (selector.what.tag(), &selector.what.value) {
            (Some("slice"), _) => Ok(selector),
            (None, Yaml::Null | Yaml::Map(_)) | (Some(_), _) => {
                Err(selector.what.expected("a value, a list of values or a `!slice`"))
            }
            (None, Yaml::Seq(_)) => Ok(selector),
            _ => {
                selector.what = Node::new(Yaml::Seq(vec![selector.what.clone()]), &selector.what.place);
                Ok(selector)
            }
        }
    }

    /// The states of `dim` that are meant, rising.
    fn states(&self, name: &str, dim: &Dimension) -> Result<Vec<usize>, Diagnostic> {
        let n = dim.values.len();
        let items = match &self.what.value {
            Yaml::Seq(items) => items.as_slice(),
            _ => &[],
        };
        let slice = self.what.tag() == Some("slice");
        let mut states = match (slice, self.by_index) {
            (true, true) => numbers::slice_indices(items, n)?.into_iter().map(|index| index + 1).collect(),
            (true, false) => self.label_slice(items, dim)?,
            (false, true) => {
                let index = |item: &Node| match usize::try_from(item.integer()?) {
                    Ok(index) if (1..=n).contains(&index) => Ok(index),
                    _ => {
                        Err(Diagnostic::error(format!("`{name}` has no value number {}", item.python_str()))
                            .at(item.place.clone())
                            .help(format!("`idx` counts from 1 to {n}")))
                    }
                };
                items.iter().map(index).collect::<Result<Vec<usize>, Diagnostic>>()?
            }
            (false, false) => {
                let mut found = Vec::new();
                for item in items {
                    let before = found.len();
                    let same = |state: &usize| self.equal(item, &dim.values[state - 1]);
                    found.extend((1..=n).filter(same));
                    if found.len() == before {
                        let have: Vec<&str> = dim.labels.iter().map(String::as_str).collect();
                        let message = format!("`{name}` has no value {}", item.python_str());
                        return Err(Diagnostic::error(message)
                            .at(item.place.clone())
                            .help(format!("there is: {}", crate::diag::list(&have))));
                    }
                }
                found
            }
        };
        states.sort_unstable();
        if let Some(twice) = states.windows(2).find(|pair| pair[0] == pair[1]) {
            let message = format!("the value {} of `{name}` is chosen twice", dim.labels[twice[0] - 1]);
            return Err(Diagnostic::error(message).at(self.what.place.clone()));
        }
        if states.is_empty() {
            return Err(Diagnostic::error(format!("no value of `{name}` is chosen"))
                .at(self.what.place.clone())
                .help(format!("there is: {}", crate::diag::list(&dim.labels))));
        }
        Ok(states)
    }

    /// A slice of labels holds `start <= value < stop`, every `step`-th of them.
    fn label_slice(&self, parts: &[Node], dim: &Dimension) -> Result<Vec<usize>, Diagnostic> {
        let bound =
            |index: usize| parts.get(index).filter(|part| !part.is_null()).map(Node::number).transpose();
        let (start, stop) = (bound(0)?, bound(1)?);
        let mut states = Vec::new();
        for (index, value) in dim.values.iter().enumerate() {
            let number = value.value.as_number().ok_or_else(|| {
                Diagnostic::error(format!("a slice of labels needs numbers; there is {}", value.kind()))
                    .at(self.what.place.clone())
            })?;
            if start.is_none_or(|start| start <= number) && stop.is_none_or(|stop| number < stop) {
                states.push(index + 1);
            }
        }
        match parts.get(2).filter(|step| !step.is_null()) {
            None => Ok(states),
            Some(_) => {
                let by = [Node::new(Yaml::Null, &self.what.place), Node::new(Yaml::Null, &self.what.place)];
                let parts: Vec<Node> = by.into_iter().chain(parts.get(2).cloned()).collect();
                Ok(numbers::slice_indices(&parts, states.len())?.into_iter().map(|i| states[i]).collect())
            }
        }
    }

    /// Numbers are equal if numpy's `isclose` says so.
    fn equal(&self, wanted: &Node, have: &Node) -> bool {
        let [relative, absolute] = self.tolerance;
        match (wanted.value.as_number(), have.value.as_number()) {
            (Some(a), Some(b)) if a.is_finite() && b.is_finite() => {
                (a - b).abs() <= absolute + relative * b.abs()
            }
            (Some(a), Some(b)) => a == b,
            _ => wanted.python_eq(have),
        }
    }
}
