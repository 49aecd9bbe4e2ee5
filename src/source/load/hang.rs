//! Puts nodes into a tree at their targets.

use crate::data::Attr;
use crate::data::load::Exists;
use crate::diag::{did_you_mean, list};
use crate::source::{ArrayNode, CoordSource, Group, Node};
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

/// Hangs `node` at `target`; missing groups are made. Coordinates' paths begin at the tree's root then.
///
/// # Errors
/// If something is there and `exists` says so, or if something that is no group is on the way.
pub(super) fn hang(
    root: &mut Group,
    target: &[String],
    mut node: Node,
    exists: Exists,
) -> Result<Hung, String> {
    below(&mut node, &target.join("/"));
    let Some((last, folders)) = target.split_last() else { return Err("it names no place".to_owned()) };
    let mut group = root;
    for name in folders {
        let at = group.members.iter().position(|(have, _)| have == name).unwrap_or_else(|| {
            group.members.push((name.clone(), Node::Group(Group::new(Vec::new()))));
            group.members.len() - 1
        });
        group = match &mut group.members[at].1 {
            Node::Group(group) => group,
            other => return Err(format!("`{name}` is {}, not a group", other.what())),
        };
    }
    let Some(at) = group.members.iter().position(|(have, _)| have == last) else {
        group.members.push((last.clone(), node));
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
            group.members[at].1 = node;
            Ok(Hung::Replaced)
        }
    }
}

/// Sets the attribute `name` of what is at `target`.
///
/// # Errors
/// If nothing is there, or nothing that has attributes; if it has that attribute and `exists` says so.
pub(super) fn attach(
    root: &mut Group,
    target: &[String],
    name: &str,
    value: Attr,
    exists: Exists,
) -> Result<(), String> {
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
        (Some(_), Exists::Skip { .. }) => Ok(()),
        _ => {
            attrs.insert(name, value);
            Ok(())
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
                        *leaf = format!("{prefix}/{leaf}");
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
        let text = |text: &str| Node::Text(text.into());
        let place = segments("a//./b").unwrap();
        assert!(matches!(hang(&mut root, &place, text("1"), Exists::Raise), Ok(Hung::New)));
        assert!(
            hang(&mut root, &place, text("2"), Exists::Raise)
                .is_err_and(|why| why.contains("a text is at `a/b`"))
        );
        assert!(matches!(hang(&mut root, &place, text("3"), Exists::Skip { warn: true }), Ok(Hung::Kept)));
        assert!(matches!(
            hang(&mut root, &place, text("4"), Exists::Overwrite { warn: false }),
            Ok(Hung::Replaced)
        ));
        let deep = segments("a/b/c").unwrap();
        assert!(
            hang(&mut root, &deep, text("5"), Exists::Raise).is_err_and(|why| why.contains("not a group"))
        );
        assert!(segments("../x").is_err() && segments("/").is_err());
        let value = || Attr::Int(1);
        assert!(attach(&mut root, &segments("a").unwrap(), "n", value(), Exists::Raise).is_ok());
        assert!(attach(&mut root, &segments("a").unwrap(), "n", value(), Exists::Raise).is_err());
        assert!(attach(&mut root, &segments("b").unwrap(), "n", value(), Exists::Raise).is_err());
    }
}
