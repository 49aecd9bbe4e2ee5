//! `based_on`: entries of pools, merged into one mapping.
//!
//! Pools form a list: the shipped ones (dantro's, then utopya's), the caller's, the entries of the
//! file that are not plotted, the plotted ones. A name is looked up from the last to the first; what
//! is found is resolved seeing only its own pool and earlier ones, so an entry may build on one of
//! the same name in an earlier pool. As dantro 0.21's `plot/_cfg.py`.

use super::{Node, Yaml};
use crate::diag::{Diagnostic, Place, Source, Span, did_you_mean};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::rc::Rc;

/// Most nodes of all resolved entries together: bounds what `based_on` can multiply.
const MAX_NODES: usize = 8_000_000;

/// Longest chain of entries that build on each other.
const MAX_LEVELS: usize = 200;

/// Entries by name.
#[derive(Debug, Default)]
pub(super) struct Pool {
    pub(super) label: String,
    entries: BTreeMap<String, Node>,
    /// Where entries are written, from their names to the names of the next ones.
    spans: BTreeMap<String, Place>,
}

/// Where each entry of a file is written: from its name to the next one's.
pub(super) fn spans(entries: &[(Node, Node)]) -> impl Iterator<Item = Place> + '_ {
    let starts = entries.iter().map(|(key, _)| key.place.span.start);
    let ends = starts.skip(1).chain([usize::MAX]);
    entries
        .iter()
        .zip(ends)
        .map(|((key, _), end)| Place::new(&key.place.source, Span { start: key.place.span.start, end }))
}

/// What an entry is based on, and how: for messages.
#[derive(Debug, Default)]
pub struct Lineage {
    /// Entries further up with the way to them.
    ancestors: Vec<(Place, String)>,
}

impl Lineage {
    /// The error, saying how the entry comes to what the error points at, if that is written in an
    /// entry that it is based on.
    #[must_use]
    pub fn explain(&self, error: Diagnostic) -> Diagnostic {
        let Some(place) = &error.place else { return error };
        let holds = |at: &Place| {
            at.source.name() == place.source.name()
                && (at.span.start..at.span.end).contains(&place.span.start)
        };
        let way = self.ancestors.iter().find(|(at, _)| holds(at)).map(|(_, way)| way.clone());
        error.or_note(way)
    }
}

impl Pool {
    /// The entries of a file that is a pool.
    ///
    /// # Errors
    /// If it is no YAML or no mapping of names to entries.
    pub(super) fn of(source: &Source) -> Result<Self, Vec<Diagnostic>> {
        let Some(root) = super::read::read(source)? else {
            return Ok(Self::labelled(source.name()));
        };
        let entries = root.mapping().map_err(|error| vec![error])?.to_vec();
        let mut pool = Self::labelled(source.name());
        let mut errors = Vec::new();
        let places: Vec<Place> = spans(&entries).collect();
        for ((key, value), place) in entries.into_iter().zip(places) {
            let named = key.text().map(str::to_owned);
            match named.and_then(|name| Ok((name.clone(), normalised(&name, &key, value)?))) {
                Ok((name, node)) => pool.insert(&name, node, place),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(pool) } else { Err(errors) }
    }

    pub(super) fn labelled(label: &str) -> Self {
        Self { label: label.to_owned(), entries: BTreeMap::new(), spans: BTreeMap::new() }
    }

    /// Adds an entry that is written at `place`, its name to the next one.
    pub(super) fn insert(&mut self, name: &str, node: Node, place: Place) {
        self.entries.insert(name.to_owned(), node);
        self.spans.insert(name.to_owned(), place);
    }
}

/// The pools that come with the program.
pub(super) fn shipped() -> [Source; 2] {
    [
        Source::new("<dantro pool>", include_str!("pools/dantro.yml")),
        Source::new("<utopya pool>", include_str!("pools/utopya.yml")),
    ]
}

/// An entry as a mapping: `inherit`, `true` and `false` stand for an entry based on its own name.
///
/// # Errors
/// If it is anything else.
pub(super) fn normalised(name: &str, key: &Node, value: Node) -> Result<Node, Diagnostic> {
    let enabled = match (&value.tag, &value.value) {
        (None, Yaml::Map(_)) => return Ok(value),
        (Some(tag), Yaml::Map(_)) if is_pspace(tag) => return Ok(value),
        (None, Yaml::Bool(flag)) => *flag,
        (None, Yaml::Str(text)) if text == "inherit" => true,
        _ => {
            return Err(
                value.expected(&format!("a mapping, `inherit`, `true` or `false` for the entry `{name}`"))
            );
        }
    };
    let place = &key.place;
    let based_on = Node::new(Yaml::Seq(vec![Node::str(name, place)]), place);
    Ok(Node::new(
        Yaml::Map(vec![
            (Node::str("based_on", place), based_on),
            (Node::str("enabled", place), Node::new(Yaml::Bool(enabled), &value.place)),
        ]),
        &value.place,
    ))
}

/// Whether a tag makes an entry a sweep.
pub(super) fn is_pspace(tag: &str) -> bool {
    matches!(tag, "pspace" | "pspace-unsorted")
}

/// All pools, and what was resolved already.
pub(super) struct Pools {
    pools: Vec<Pool>,
    done: RefCell<HashMap<(usize, String), Rc<Node>>>,
    spent: Cell<usize>,
}

impl Pools {
    /// Pools in order, the first looked up last.
    pub(super) fn new(pools: Vec<Pool>) -> Self {
        Self { pools, done: RefCell::default(), spent: Cell::new(0) }
    }

    /// The entry `name` of pool number `pool` with everything it is based on; without `based_on` and
    /// `enabled`, with its own tag.
    ///
    /// # Errors
    /// Unknown names, circles, malformed `based_on`.
    pub(super) fn resolve(&self, pool: usize, name: &str) -> Result<Rc<Node>, Diagnostic> {
        self.resolve_seen(pool, name, &mut Vec::new())
    }

    fn resolve_seen(
        &self,
        pool: usize,
        name: &str,
        stack: &mut Vec<(usize, String)>,
    ) -> Result<Rc<Node>, Diagnostic> {
        let id = (pool, name.to_owned());
        if let Some(node) = self.done.borrow().get(&id) {
            return Ok(Rc::clone(node));
        }
        let own = &self.pools[pool].entries[name];
        if stack.len() >= MAX_LEVELS {
            let message = format!("based_on goes through more than {MAX_LEVELS} entries");
            return Err(Diagnostic::error(message).at(own.place.clone()));
        }
        stack.push(id.clone());
        let mut merged: Vec<(Node, Node)> = Vec::new();
        for base in bases(own)? {
            let base_name = base.text()?;
            let found = self.find(pool, name, base_name).ok_or_else(|| self.unknown(pool, base))?;
            let next = (found, base_name.to_owned());
            if let Some(from) = stack.iter().position(|seen| *seen == next) {
                let mut circle: Vec<String> = stack[from..].iter().map(|(_, n)| format!("`{n}`")).collect();
                circle.push(format!("`{base_name}`"));
                return Err(Diagnostic::error(format!("based_on goes in a circle: {}", circle.join(" → ")))
                    .at(base.place.clone()));
            }
            let parent = self.resolve_seen(found, base_name, stack)?;
            if let Yaml::Map(entries) = &parent.value {
                update(&mut merged, entries);
            }
        }
        stack.pop();
        if let Yaml::Map(entries) = &own.value {
            let kept: Vec<(Node, Node)> = entries
                .iter()
                .filter(|(key, _)| !matches!(key.as_str(), Some("based_on" | "enabled")))
                .cloned()
                .collect();
            update(&mut merged, &kept);
        }
        let node = Node { value: Yaml::Map(merged), tag: own.tag.clone(), place: own.place.clone() };
        self.spent.set(self.spent.get() + node.num_nodes());
        if self.spent.get() > MAX_NODES {
            let message = format!("all entries together have more than {MAX_NODES} nodes after `based_on`");
            return Err(Diagnostic::error(message).at(own.place.clone()));
        }
        let node = Rc::new(node);
        self.done.borrow_mut().insert(id, Rc::clone(&node));
        Ok(node)
    }

    /// What the entry `name` of pool number `pool` is based on, nearest first. Empty as far as it cannot
    /// be resolved.
    pub(super) fn lineage(&self, pool: usize, name: &str) -> Lineage {
        let mut lineage = Lineage::default();
        let mut seen = HashSet::from([(pool, name.to_owned())]);
        let mut next = VecDeque::from([(pool, name.to_owned(), String::new())]);
        while let Some((pool, asking, way)) = next.pop_front() {
            let Some(own) = self.pools[pool].entries.get(&asking) else { continue };
            for base in bases(own).unwrap_or_default() {
                let wanted = base.python_str();
                let Some(found) = self.find(pool, &asking, &wanted) else { continue };
                if !seen.insert((found, wanted.clone())) {
                    continue;
                }
                let way = match way.as_str() {
                    "" => format!("`{name}` is based on `{wanted}`"),
                    way => format!("{way} → `{wanted}`"),
                };
                if let Some(place) = self.pools[found].spans.get(&wanted) {
                    lineage.ancestors.push((place.clone(), way.clone()));
                }
                next.push_back((found, wanted, way));
            }
        }
        lineage
    }

    /// The pool in which `wanted` is found by the entry `asking` of pool number `pool`.
    fn find(&self, pool: usize, asking: &str, wanted: &str) -> Option<usize> {
        (0..=pool)
            .rev()
            .filter(|index| (*index, wanted) != (pool, asking))
            .find(|index| self.pools[*index].entries.contains_key(wanted))
    }

    fn unknown(&self, pool: usize, base: &Node) -> Diagnostic {
        let wanted = base.python_str();
        let error =
            Diagnostic::error(format!("there is no entry `{wanted}` to build on")).at(base.place.clone());
        if self.pools[pool + 1..].iter().any(|later| later.entries.contains_key(&wanted)) {
            return error.help(format!(
                "`{wanted}` is plotted itself; an entry that is not plotted cannot build on it"
            ));
        }
        let names: Vec<&str> = self.pools[..=pool]
            .iter()
            .rev()
            .flat_map(|pool| pool.entries.keys())
            .map(String::as_str)
            .filter(|name| *name != "_")
            .collect();
        let near = crate::diag::near(&wanted, names.iter().copied());
        let labels: Vec<&str> = self.pools[..=pool].iter().map(|pool| pool.label.as_str()).collect();
        match near {
            Some(_) => error.help(did_you_mean(&wanted, names.iter().copied())),
            None => error.help(format!("looked in: {}", labels.join(", "))),
        }
    }
}

/// The names an entry is based on.
fn bases(entry: &Node) -> Result<Vec<&Node>, Diagnostic> {
    let Some(based_on) = entry.get("based_on") else { return Ok(Vec::new()) };
    match (&based_on.tag, &based_on.value) {
        (None, Yaml::Null) => Ok(Vec::new()),
        (None, Yaml::Str(_)) => Ok(vec![based_on]),
        (None, Yaml::Seq(items)) => Ok(items.iter().collect()),
        _ => Err(based_on.expected("a name or a list of names for `based_on`")),
    }
}

/// dantro's `recursive_update`: mappings are merged key by key, anything else replaces. A tagged
/// mapping (a sweep, a colour map) is a value of its own.
pub(super) fn update(into: &mut Vec<(Node, Node)>, from: &[(Node, Node)]) {
    let mut at: HashMap<String, usize> =
        into.iter().enumerate().map(|(index, (key, _))| (key.identity(), index)).collect();
    for (key, value) in from {
        let id = key.identity();
        match at.get(&id) {
            Some(index) => {
                let old = &mut into[*index];
                match (&mut old.1, value) {
                    (
                        Node { value: Yaml::Map(old), tag: None, place },
                        Node { value: Yaml::Map(new), tag: None, place: new_place },
                    ) => {
                        update(old, new);
                        *place = new_place.clone();
                    }
                    (old, new) => *old = new.clone(),
                }
                old.0 = key.clone();
            }
            None => {
                at.insert(id, into.len());
                into.push((key.clone(), value.clone()));
            }
        }
    }
}
