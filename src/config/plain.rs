//! Shorthands of entries that name neither creator nor plot function:
//!
//! ```yaml
//! heat: {data: ising/spins, isel: {time: -1}, kind: imshow, title: The end, xlabel: x, ylim: [0, 1]}
//! ```
//!
//! `data`, `isel` and `sel` become `select`, the others the helpers of that name.

use super::{Node, Yaml};
use crate::diag::{Diagnostic, Place};

/// Shorthand, helper, key in the helper.
const HELPERS: [(&str, &str, &str); 8] = [
    ("title", "set_title", "title"),
    ("suptitle", "set_suptitle", "title"),
    ("xlabel", "set_labels", "x"),
    ("ylabel", "set_labels", "y"),
    ("xlim", "set_limits", "x"),
    ("ylim", "set_limits", "y"),
    ("xscale", "set_scales", "x"),
    ("yscale", "set_scales", "y"),
];

type Entries = Vec<(Node, Node)>;

/// The entries of a plain entry in the long form.
///
/// # Errors
/// If something is given both ways, or there are no data to select from.
pub(super) fn expand(entries: Entries) -> Result<Entries, Diagnostic> {
    let mut rest: Entries = Vec::new();
    let (mut data, mut isel, mut sel) = (None, None, None);
    let mut helped = Vec::new();
    for (key, value) in entries {
        match key.as_str() {
            Some("data") => data = Some((key, value)),
            Some("isel") => isel = Some((key, value)),
            Some("sel") => sel = Some((key, value)),
            Some(name) => match HELPERS.iter().find(|(short, _, _)| *short == name) {
                Some((_, helper, parameter)) => helped.push((key, value, *helper, *parameter)),
                None => rest.push((key, value)),
            },
            None => rest.push((key, value)),
        }
    }
    if let Some((key, value)) = data {
        let select = child(&mut rest, "select", &key.place)?;
        put(select, "data", &key, value)?;
    }
    for (selection, operation) in [(isel, ".isel"), (sel, ".sel")] {
        let Some((key, value)) = selection.filter(|(_, value)| !value.is_null()) else { continue };
        value.mapping()?;
        let selected = rest.iter_mut().find(|(key, _)| key.as_str() == Some("select"));
        let target = selected.and_then(|(_, select)| match &mut select.value {
            Yaml::Map(entries) => entries.iter_mut().find(|(key, _)| key.as_str() == Some("data")),
            _ => None,
        });
        match target {
            Some((_, target)) => append(target, operation, &key.place, value)?,
            // facet_grid selects by label itself.
            None if operation == ".sel" => rest.push((key, value)),
            None => {
                return Err(Diagnostic::error("`isel` needs `data: path` to select from")
                    .at(key.place)
                    .help("or use `transform` with `.isel`".to_owned()));
            }
        }
    }
    for (key, value, helper, parameter) in helped {
        let helpers = child(&mut rest, "helpers", &key.place)?;
        let parameters = child(helpers, helper, &key.place)?;
        put(parameters, parameter, &key, value)?;
    }
    Ok(rest)
}

/// The entries of the mapping under `name`, made if it is not there.
fn child<'a>(entries: &'a mut Entries, name: &str, place: &Place) -> Result<&'a mut Entries, Diagnostic> {
    let index = match entries.iter().position(|(key, _)| key.as_str() == Some(name)) {
        Some(index) => index,
        None => {
            entries.push((Node::str(name, place), Node::new(Yaml::Null, place)));
            entries.len() - 1
        }
    };
    let node = &mut entries[index].1;
    if node.is_null() {
        node.value = Yaml::Map(Vec::new());
    }
    if node.as_map().is_none() {
        return Err(node.expected(&format!("a mapping for `{name}`")));
    }
    match &mut node.value {
        Yaml::Map(entries) => Ok(entries),
        _ => unreachable!("a mapping, as was just looked at"),
    }
}

fn put(entries: &mut Entries, name: &str, short: &Node, value: Node) -> Result<(), Diagnostic> {
    if let Some((other, _)) = entries.iter().find(|(key, _)| key.as_str() == Some(name)) {
        let (line, _) = other.place.line_col();
        return Err(Diagnostic::error(format!(
            "`{}` is given in the long form too, at line {line}",
            short.python_str()
        ))
        .at(short.place.clone()));
    }
    entries.push((Node::str(name, &short.place), value));
    Ok(())
}

/// Adds `operation: [!dag_prev , argument]` to the transformations of a selected tag.
fn append(target: &mut Node, operation: &str, place: &Place, argument: Node) -> Result<(), Diagnostic> {
    if target.as_str().is_some() {
        let path = target.clone();
        *target = Node::new(Yaml::Map(vec![(Node::str("path", &path.place), path.clone())]), &path.place);
    }
    if target.as_map().is_none() {
        return Err(target.expected("a path for `data`"));
    }
    let Yaml::Map(entries) = &mut target.value else { unreachable!("a mapping, as was just looked at") };
    let previous = Node { value: Yaml::Null, tag: Some("dag_prev".to_owned()), place: place.clone() };
    let arguments = Node::new(Yaml::Seq(vec![previous, argument]), place);
    let item = Node::new(Yaml::Map(vec![(Node::str(operation, place), arguments)]), place);
    match entries.iter_mut().find(|(key, _)| key.as_str() == Some("transform")) {
        Some((_, Node { value: Yaml::Seq(items), tag: None, .. })) => items.push(item),
        Some((_, other)) => return Err(other.expected("a list of operations for `transform`")),
        None => entries.push((Node::str("transform", place), Node::new(Yaml::Seq(vec![item]), place))),
    }
    Ok(())
}
