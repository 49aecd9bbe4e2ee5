//! Puts nodes into a tree at their targets.

use crate::data::Attr;
use crate::data::load::Exists;
use crate::diag::{did_you_mean, list};
use crate::source::{ArrayNode, CoordSource, Group, Node};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What became of a node.
pub(super) enum Hung {
    /// It is there.
    New,
    /// What was there was kept.
    Kept,
    /// What was there is gone.
    Replaced,
}

/// The segments of a target; empty ones and `.` are dropped.
///
/// # Errors
/// If nothing is left, or if it leads upwards.
pub(super) fn segments(target: &str) -> Result<Vec<String>, String> {
    let segments: Vec<String> =
        target.split('/').filter(|s| !s.is_empty() && *s != ".").map(str::to_owned).collect();
    if segments.is_empty() {
        return Err(format!("`{target}` names no place in the tree"));
    }
    if segments.iter().any(|segment| segment == "..") {
        return Err(format!("`{target}` leads upwards"));
    }
    Ok(segments)
}

/// The members of groups that were made for files to hang in: a hundred thousand may hang in one.
#[derive(Default)]
pub(super) struct Places {
    /// By path and name the numbers of members.
    at: HashMap<String, usize>,
    /// The groups, whose members are all known here.
    made: HashSet<String>,
}

impl Places {
    /// The group at `path`, which is made if nothing is there; `None` if something else is.
    pub(super) fn group<'a>(&mut self, root: &'a mut Group, path: &[String]) -> Option<&'a mut Group> {
        self.walk(root, path).ok().map(|(group, _)| group)
    }

    /// The group at `path`, made where it is missing, and the path joined.
    fn walk<'a>(&mut self, root: &'a mut Group, path: &[String]) -> Result<(&'a mut Group, String), String> {
        if self.made.is_empty() && root.members.is_empty() {
            self.made.insert(String::new());
        }
        let mut group = root;
        let mut place = String::new();
        for name in path {
            let found = self.position(group, &place, name);
            let below = format!("{place}{name}/");
            let at = found.unwrap_or_else(|| {
                self.made.insert(below.clone());
                self.push(group, &place, name, Node::Group(Group::new(Vec::new())))
            });
            place = below;
            group = match &mut group.members[at].1 {
                Node::Group(group) => group,
                other => return Err(format!("`{name}` is {}, not a group", other.what())),
            };
        }
        Ok((group, place))
    }

    fn position(&self, group: &Group, place: &str, name: &str) -> Option<usize> {
        if self.made.contains(place) {
            return self.at.get(&format!("{place}{name}")).copied();
        }
        group.position(name)
    }

    fn push(&mut self, group: &mut Group, place: &str, name: &str, node: Node) -> usize {
        group.members.push((name.to_owned(), node));
        let at = group.members.len() - 1;
        if self.made.contains(place) {
            self.at.insert(format!("{place}{name}"), at);
        }
        at
    }

    /// Hangs `node` at `target`; missing groups are made. Coordinates' paths begin at the tree's root
    /// then.
    ///
    /// # Errors
    /// If something is there and `exists` says so, or if something that is no group is on the way.
    pub(super) fn hang(
        &mut self,
        root: &mut Group,
        target: &[String],
        mut node: Node,
        exists: Exists,
    ) -> Result<Hung, String> {
        below(&mut node, &target.join("/"));
        let Some((last, folders)) = target.split_last() else { return Err("it names no place".to_owned()) };
        let (group, place) = self.walk(root, folders)?;
        let Some(at) = self.position(group, &place, last) else {
            self.push(group, &place, last, node);
            return Ok(Hung::New);
        };
        match exists {
            Exists::Raise => Err(format!(
                "{} is at `{}` already; `exists_action: overwrite` or `skip` chooses one",
                group.members[at].1.what(),
                target.join("/")
            )),
            Exists::Skip { .. } => Ok(Hung::Kept),
            Exists::Overwrite { .. } => {
                // What was made below is gone.
                let gone = format!("{place}{last}/");
                self.made.retain(|made| !made.starts_with(&gone));
                group.members[at].1 = node;
                Ok(Hung::Replaced)
            }
        }
    }
}

/// Whether all members have names as universes have them: integers of one width.
pub(super) fn are_universes(group: &Group) -> bool {
    let mut names = group.members.iter().map(|(name, _)| name);
    let Some(width) = group.members.first().map(|(name, _)| name.len()) else { return false };
    names.all(|name| name.len() == width && name.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether `name` can be a universe beside those that are there.
///
/// # Errors
/// Why not.
pub(super) fn is_universe(group: &Group, name: &str) -> Result<(), String> {
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("universes have integers for names, and `{name}` is none"));
    }
    match group.members.first() {
        Some((first, _)) if first.len() != name.len() => Err(format!(
            "universes have names of one width, and `{name}` is not as wide as `{first}`; put zeros before it"
        )),
        _ => Ok(()),
    }
}

/// Sets the attribute `name` of what is at `target`; whether it is another one now.
///
/// # Errors
/// If nothing is there, or nothing that has attributes; if it has that attribute and `exists` says so.
pub(super) fn attach(
    root: &mut Group,
    target: &[String],
    name: &str,
    value: Attr,
    exists: Exists,
) -> Result<bool, String> {
    let Some((last, folders)) = target.split_last() else { return Err("it names no place".to_owned()) };
    let missing = |group: &Group, name: &str| {
        let have: Vec<&str> = group.members.iter().map(|(name, _)| name.as_str()).collect();
        let help = did_you_mean(name, have.iter().copied());
        format!(
            "there is no `{name}` among {}{}",
            list(&have),
            help.map_or(String::new(), |help| format!(" ({help})"))
        )
    };
    let mut group = root;
    for name in folders {
        let at =
            group.members.iter().position(|(have, _)| have == name).ok_or_else(|| missing(group, name))?;
        group = match &mut group.members[at].1 {
            Node::Group(group) => group,
            other => return Err(format!("`{name}` is {}, not a group", other.what())),
        };
    }
    let at = group.members.iter().position(|(have, _)| have == last).ok_or_else(|| missing(group, last))?;
    let attrs = match &mut group.members[at].1 {
        Node::Group(group) => &mut group.attrs,
        Node::Array(array) => &mut Arc::make_mut(array).attrs,
        other => return Err(format!("`{last}` is {}, which has no attributes", other.what())),
    };
    match (attrs.get(name), exists) {
        (Some(_), Exists::Raise) => Err(format!("`{last}` has the attribute `{name}` already")),
        (Some(_), Exists::Skip { .. }) => Ok(false),
        _ => {
            attrs.insert(name, value);
            Ok(true)
        }
    }
}

/// Makes the paths of coordinates begin above `prefix`.
fn below(node: &mut Node, prefix: &str) {
    match node {
        Node::Group(group) => group.members.iter_mut().for_each(|(_, node)| below(node, prefix)),
        Node::Array(array) => {
            let has_leaf = array.coords.iter().any(|(_, source)| matches!(source, CoordSource::Leaf(_)));
            if has_leaf {
                let array: &mut ArrayNode = Arc::make_mut(array);
                for (_, source) in &mut array.coords {
                    if let CoordSource::Leaf(leaf) = source {
                        *leaf = crate::source::build::joined(prefix, leaf);
                    }
                }
            }
        }
        Node::Text(_) | Node::Value(_) | Node::Broken(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_decides_by_the_exists_action() {
        let mut root = Group::new(Vec::new());
        let mut places = Places::default();
        let text = |text: &str| Node::Text(text.into());
        let place = segments("a//./b").unwrap();
        let mut hang = |target: &[String], node, exists| places.hang(&mut root, target, node, exists);
        assert!(matches!(hang(&place, text("1"), Exists::Raise), Ok(Hung::New)));
        assert!(hang(&place, text("2"), Exists::Raise).is_err_and(|why| why.contains("a text is at `a/b`")));
        assert!(matches!(hang(&place, text("3"), Exists::Skip { warn: true }), Ok(Hung::Kept)));
        assert!(matches!(hang(&place, text("4"), Exists::Overwrite { warn: false }), Ok(Hung::Replaced)));
        let deep = segments("a/b/c").unwrap();
        assert!(hang(&deep, text("5"), Exists::Raise).is_err_and(|why| why.contains("not a group")));
        // A group that came with a file, and one that replaces what was made.
        let file = || Node::Group(Group::new(vec![("x".to_owned(), text("own"))]));
        assert!(matches!(hang(&segments("f").unwrap(), file(), Exists::Raise), Ok(Hung::New)));
        assert!(hang(&segments("f/x").unwrap(), text("6"), Exists::Raise).is_err());
        assert!(matches!(hang(&segments("f/y").unwrap(), text("6"), Exists::Raise), Ok(Hung::New)));
        let overwrite = Exists::Overwrite { warn: false };
        assert!(matches!(hang(&segments("a").unwrap(), file(), overwrite), Ok(Hung::Replaced)));
        assert!(hang(&segments("a/x").unwrap(), text("7"), Exists::Raise).is_err());
        assert!(matches!(hang(&segments("a/b").unwrap(), text("8"), Exists::Raise), Ok(Hung::New)));
        assert!(segments("../x").is_err() && segments("/").is_err());
        let value = || Attr::Int(1);
        assert!(attach(&mut root, &segments("a").unwrap(), "n", value(), Exists::Raise).is_ok());
        assert!(attach(&mut root, &segments("a").unwrap(), "n", value(), Exists::Raise).is_err());
        assert!(attach(&mut root, &segments("b").unwrap(), "n", value(), Exists::Raise).is_err());
    }

    #[test]
    fn universes_are_integers_of_one_width() {
        let mut group = Group::new(vec![("03".to_owned(), Node::Text("".into()))]);
        assert!(is_universe(&group, "13").is_ok() && are_universes(&group));
        assert!(is_universe(&group, "113").unwrap_err().contains("not as wide as `03`"));
        assert!(is_universe(&group, "x1").unwrap_err().contains("`x1` is none"));
        group.members.push(("info".to_owned(), Node::Text("".into())));
        assert!(!are_universes(&group) && !are_universes(&Group::new(Vec::new())));
    }
}
