//! Groups of a tree and what can be in them.

use super::{ArrayNode, SourceError};
use crate::data::Attrs;
use std::sync::{Arc, OnceLock};

/// What a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// A group of a file, a file, or a folder.
    Group,
    /// A table: its members are columns of one length.
    Table,
    /// The universes of a parameter sweep: members have integer names of one width, in the integers'
    /// order, and are found by their integers.
    Multiverse,
    /// Members are points in time, named by their time coordinate (Utopia's `time_series`), in the
    /// integers' order.
    TimeSeries,
    /// Members hold their own times (Utopia's `time_series_heterogeneous`), in the order of their
    /// names as integers.
    HeterogeneousTimeSeries,
    /// Vertices and edges (Utopia's `graph` and `network`).
    Graph,
}

impl GroupKind {
    /// In a word with its article, for messages.
    pub fn what(self) -> &'static str {
        match self {
            Self::Group => "a group",
            Self::Table => "a table",
            Self::Multiverse => "a group of universes",
            Self::TimeSeries | Self::HeterogeneousTimeSeries => "a time series of arrays",
            Self::Graph => "a graph",
        }
    }
}

/// Groups of fewer members are searched from the first to the last.
const INDEXED: usize = 32;

/// Named members.
#[derive(Clone, Debug)]
pub struct Group {
    /// What it is.
    pub kind: GroupKind,
    /// Attributes.
    pub attrs: Attrs,
    /// Members, in order. Their names differ.
    pub members: Vec<(String, Node)>,
    /// Made when a large group is first searched; of no use once it has more members.
    index: OnceLock<Index>,
}

/// The members of a group by their names.
#[derive(Clone, Debug)]
struct Index {
    /// The members' numbers, in the order of their names.
    order: Vec<u32>,
    /// The numbers of those whose names hold slashes.
    slashed: Vec<u32>,
}

impl Group {
    /// A plain group without attributes.
    pub fn new(members: Vec<(String, Node)>) -> Self {
        Self::of(GroupKind::Group, Attrs::new(), members)
    }

    /// A group of its parts.
    pub fn of(kind: GroupKind, attrs: Attrs, members: Vec<(String, Node)>) -> Self {
        Self { kind, attrs, members, index: OnceLock::new() }
    }

    /// The member that `path` begins with, its name, and the rest of the path. A name may itself hold
    /// slashes (a column `km/h`); such a one is meant unless there is a group with the name up to the
    /// first slash. Universes are found by their integers, whatever zeros are before them.
    pub(super) fn first_in<'p>(&self, path: &'p str) -> Option<(&str, &Node, &'p str)> {
        let (segment, after) = path.split_once('/').unwrap_or((path, ""));
        let exact = self.position(segment).or_else(|| self.universe(segment)).map(|at| &self.members[at]);
        if !matches!(exact, Some((_, Node::Group(_)))) {
            let begins =
                |name: &str| path.strip_prefix(name).is_some_and(|r| r.is_empty() || r.starts_with('/'));
            let slashed = match self.index() {
                Some(index) => index.slashed.iter().map(|at| &self.members[*at as usize]).collect::<Vec<_>>(),
                None => self.members.iter().filter(|(name, _)| name.contains('/')).collect(),
            };
            let slashed = slashed.into_iter().filter(|(name, _)| begins(name));
            if let Some((name, node)) = slashed.max_by_key(|(name, _)| name.len()) {
                return Some((name, node, path[name.len()..].trim_start_matches('/')));
            }
        }
        exact.map(|(name, node)| (name.as_str(), node, after))
    }

    /// The member of this name.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.position(name).map(|at| &self.members[at].1)
    }

    /// The number of the member of this name.
    pub fn position(&self, name: &str) -> Option<usize> {
        let Some(Index { order, .. }) = self.index() else {
            return self.members.iter().position(|(have, _)| have == name);
        };
        let found = order.binary_search_by(|at| self.members[*at as usize].0.as_str().cmp(name)).ok()?;
        Some(order[found] as usize)
    }

    /// The member whose name is this integer, among universes.
    fn universe(&self, segment: &str) -> Option<usize> {
        let is_digits = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
        if self.kind != GroupKind::Multiverse || !is_digits {
            return None;
        }
        let width = self.members.first()?.0.len();
        self.position(&format!("{:0>width$}", segment.trim_start_matches('0')))
    }

    /// Puts members with integer names into the integers' order, others after them.
    pub(super) fn sort_by_integers(&mut self) {
        self.members.sort_by_cached_key(|(name, _)| (name.parse::<u64>().unwrap_or(u64::MAX), name.clone()));
        self.renamed();
    }

    /// To be called when members were renamed or moved.
    pub(super) fn renamed(&mut self) {
        self.index = OnceLock::new();
    }

    fn index(&self) -> Option<&Index> {
        let len = u32::try_from(self.members.len()).ok().filter(|len| *len as usize >= INDEXED)?;
        let index = self.index.get_or_init(|| {
            let name = |at: u32| self.members[at as usize].0.as_str();
            let mut order: Vec<u32> = (0..len).collect();
            order.sort_by(|a, b| name(*a).cmp(name(*b)));
            Index { order, slashed: (0..len).filter(|at| name(*at).contains('/')).collect() }
        });
        (index.order.len() == self.members.len()).then_some(index)
    }
}

/// One place in the tree.
#[derive(Clone, Debug)]
pub enum Node {
    /// Group or table.
    Group(Group),
    /// Array.
    Array(Arc<ArrayNode>),
    /// A text file.
    Text(Arc<str>),
    /// A YAML or JSON value.
    Value(Arc<serde_json::Value>),
    /// What cannot be read, and why.
    Broken(Arc<SourceError>),
}

impl Node {
    /// What it is, in a word with its article, for messages.
    pub fn what(&self) -> &'static str {
        match self {
            Self::Group(group) => group.kind.what(),
            Self::Array(_) => "an array",
            Self::Text(_) => "a text",
            Self::Value(_) => "a mapping or value",
            Self::Broken(_) => "unreadable",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(kind: GroupKind, names: &[String]) -> Group {
        let members = names.iter().map(|name| (name.clone(), Node::Text(name.as_str().into()))).collect();
        Group::of(kind, Attrs::new(), members)
    }

    #[test]
    fn universes_are_found_by_their_integers() {
        for count in [5_u32, 400] {
            let names: Vec<String> = (0..count).rev().map(|i| format!("{i:03}")).collect();
            let mut universes = group(GroupKind::Multiverse, &names);
            universes.sort_by_integers();
            assert_eq!(universes.members[3].0, "003");
            let found =
                |path| universes.first_in(path).map(|(name, _, rest)| (name.to_owned(), rest.to_owned()));
            assert_eq!(found("3/data"), Some(("003".into(), "data".into())));
            assert_eq!(found("0003"), Some(("003".into(), String::new())));
            assert_eq!(found("0"), Some(("000".into(), String::new())));
            assert_eq!(found("1000"), None);
            assert_eq!(found("x"), None);
        }
        let plain = group(GroupKind::Group, &["003".to_owned()]);
        assert!(plain.first_in("3").is_none());
    }

    #[test]
    fn large_groups_find_what_small_ones_find() {
        let names: Vec<String> =
            (0..100).map(|i| format!("n{i}/x{}", i % 7)).chain(["n3".to_owned()]).collect();
        let large = group(GroupKind::Group, &names);
        for name in &names[..100] {
            let path = format!("{name}/more");
            assert_eq!(
                large.first_in(&path).map(|(name, _, rest)| (name, rest)),
                Some((name.as_str(), "more"))
            );
        }
        assert_eq!(large.first_in("n3/y").map(|(name, _, rest)| (name, rest)), Some(("n3", "y")));
        let mut grown = large.clone();
        grown.members.push(("new".into(), Node::Text("".into())));
        assert_eq!(grown.position("new"), Some(101));
    }
}
