//! One sweep: `!sweep`, `!pdim` and what follows one, `!coupled-sweep`.

use super::numbers;
use super::yaml::Keys;
use super::{Node, Yaml};
use crate::diag::{Diagnostic, Place, did_you_mean};

/// A sweep over values.
#[derive(Clone, Debug)]
pub(super) struct Dimension {
    /// Its name, if one is given.
    pub(super) name: Option<String>,
    /// Smaller ones vary more slowly.
    pub(super) order: f64,
    /// The value at state 0.
    pub(super) default: Node,
    /// The values, masked ones too.
    pub(super) values: Vec<Node>,
    /// The values as Python writes them, for names of outputs.
    pub(super) labels: Vec<String>,
    /// The states visited: numbers of unmasked values from 1, or just 0 if all are masked.
    pub(super) states: Vec<usize>,
    /// Where it is written.
    pub(super) place: Place,
}

impl Dimension {
    /// A dimension of the values in a list, with default 0.
    ///
    /// # Errors
    /// If it is no list, an empty one, or one with duplicates.
    pub(super) fn over(name: &str, list: &Node, order: f64) -> Result<Self, Diagnostic> {
        let values = list.list()?.to_vec();
        if values.is_empty() {
            return Err(Diagnostic::error("a sweep needs at least one value").at(list.place.clone()));
        }
        no_duplicates(&values)?;
        Ok(Self {
            name: Some(name.to_owned()),
            order,
            default: Node::new(Yaml::Int(0), &list.place),
            labels: values.iter().map(Node::python_str).collect(),
            states: (1..=values.len()).collect(),
            values,
            place: list.place.clone(),
        })
    }

    /// Number of states visited, at least 1.
    pub(super) fn num_points(&self) -> usize {
        self.states.len()
    }
}

/// What a coupled sweep has of its own.
#[derive(Clone, Debug)]
pub(super) struct Follower {
    pub(super) default: Option<Node>,
    pub(super) values: Option<Vec<Node>>,
}

const VALUES: [&str; 4] = ["values", "range", "linspace", "logspace"];

/// A `!sweep` or `!pdim`.
///
/// # Errors
/// Unknown or missing keys, values that are none, duplicates, a mask that does not fit.
pub(super) fn parse(node: &Node) -> Result<Dimension, Diagnostic> {
    const KNOWN: [&str; 10] = [
        "default",
        "values",
        "range",
        "linspace",
        "logspace",
        "order",
        "name",
        "as_type",
        "assert_unique",
        "mask",
    ];
    no_inner_sweep(node)?;
    let keys = Keys::of(node, "a sweep", &KNOWN)?;
    let missing = |what: &str, help: &str| {
        Diagnostic::error(format!("a sweep needs {what}")).at(node.place.clone()).help(help.to_owned())
    };
    let default = keys
        .get("default")
        .ok_or_else(|| missing("a `default`", "add `default: …`, the value at state 0"))?;
    let tagged = values(&keys, true)?.ok_or_else(|| {
        missing("values", "add one of `values: […]`, `range: […]`, `linspace: […]`, `logspace: […]`")
    })?;
    let order = match keys.given("order") {
        Some(order) => order.number()?,
        None if node.tag() == Some("pdim") => f64::INFINITY,
        None => 0.0,
    };
    let labels = tagged.iter().map(Node::python_str).collect();
    let values: Vec<Node> = tagged.into_iter().map(untupled).collect();
    let states = match keys.given("mask") {
        Some(mask) => states(mask, values.len())?,
        None => (1..=values.len()).collect(),
    };
    let name = name(&keys)?;
    Ok(Dimension { name, order, default: default.clone(), values, labels, states, place: node.place.clone() })
}

/// A `!coupled-sweep` or `!coupled-pdim`; its target is found by the space.
///
/// # Errors
/// As [`parse`].
pub(super) fn coupled(node: &Node) -> Result<Follower, Diagnostic> {
    const KNOWN: [&str; 10] = [
        "target_name",
        "default",
        "values",
        "range",
        "linspace",
        "logspace",
        "order",
        "name",
        "as_type",
        "assert_unique",
    ];
    no_inner_sweep(node)?;
    let keys = Keys::of(node, "a coupled sweep", &KNOWN)?;
    if keys.given("target_name").is_none() {
        return Err(Diagnostic::error("a coupled sweep needs a `target_name`")
            .at(node.place.clone())
            .help("name the sweep that it follows".to_owned()));
    }
    if let Some(order) = keys.given("order") {
        order.number()?;
    }
    name(&keys)?;
    let values = values(&keys, false)?.map(|values| values.into_iter().map(untupled).collect());
    Ok(Follower { default: keys.get("default").cloned(), values })
}

fn name(keys: &Keys<'_>) -> Result<Option<String>, Diagnostic> {
    let Some(node) = keys.given("name") else { return Ok(None) };
    let name = node.text()?;
    if name.contains('.') {
        return Err(Diagnostic::error(format!("the name `{name}` of a sweep must not contain `.`"))
            .at(node.place.clone()));
    }
    Ok(Some(name.to_owned()))
}

fn no_inner_sweep(node: &Node) -> Result<(), Diagnostic> {
    let Yaml::Map(entries) = &node.value else { return Ok(()) };
    match entries.iter().find_map(|(_, value)| super::sweep::first_sweep(value)) {
        Some(inner) => Err(Diagnostic::error("a sweep cannot stand inside a sweep").at(inner.place.clone())),
        None => Ok(()),
    }
}

/// The values of a sweep after `as_type`; tuples are tagged. `None` if no key gives any.
fn values(keys: &Keys<'_>, unique: bool) -> Result<Option<Vec<Node>>, Diagnostic> {
    let mut given = VALUES.iter().filter_map(|key| keys.get(key).map(|node| (*key, node)));
    let Some((key, node)) = given.next() else { return Ok(None) };
    if let Some((other, second)) = given.next() {
        return Err(Diagnostic::error(format!("a sweep takes one of `{key}` and `{other}`, not both"))
            .at(second.place.clone()));
    }
    let values = match key {
        "values" => node.as_seq().ok_or_else(|| node.expected("a list of values"))?.to_vec(),
        "range" => numbers::range(node)?,
        "linspace" => numbers::linspace(node)?,
        _ => numbers::logspace(node)?,
    };
    if values.is_empty() {
        return Err(Diagnostic::error("a sweep needs at least one value").at(node.place.clone()));
    }
    let values = match keys.given("as_type") {
        None => values,
        Some(kind) => {
            let name = kind.text()?;
            values.into_iter().map(|value| converted(value, name, kind)).collect::<Result<_, _>>()?
        }
    };
    let unique = keys.given("assert_unique").map_or(Ok(unique), Node::boolean)?;
    if unique {
        no_duplicates(&values)?;
    }
    Ok(Some(values))
}

fn no_duplicates(values: &[Node]) -> Result<(), Diagnostic> {
    let Some(twice) = first_duplicate(values) else { return Ok(()) };
    Err(Diagnostic::error(format!("the value {} is given twice", values[twice].python_str()))
        .at(values[twice].place.clone())
        .help("values of a sweep are unique; `assert_unique: false` allows the same one again".to_owned()))
}

/// The first value that equals an earlier one; NaN equals nothing.
fn first_duplicate(values: &[Node]) -> Option<usize> {
    let mut seen = std::collections::HashSet::new();
    values.iter().position(|value| {
        let nan = matches!(value.value, Yaml::Float(number) if number.is_nan());
        !nan && !seen.insert(value.identity())
    })
}

/// `as_type`, as Python's `str`, `int`, `float`, `bool`; `tuple` turns lists into tuples.
fn converted(value: Node, name: &str, kind: &Node) -> Result<Node, Diagnostic> {
    let cannot =
        || Diagnostic::error(format!("{} cannot be made {name}", value.kind())).at(value.place.clone());
    let new = match name {
        "str" => Yaml::Str(value.python_str()),
        "int" => numbers::to_int(&value.value).map(Yaml::Int).ok_or_else(cannot)?,
        "float" => numbers::to_float(&value.value).map(Yaml::Float).ok_or_else(cannot)?,
        "bool" => Yaml::Bool(numbers::truth(&value.value)),
        "tuple" => return Ok(tupled(value)),
        _ => {
            const KNOWN: [&str; 5] = ["str", "int", "float", "bool", "tuple"];
            return Err(Diagnostic::error(format!("there is no type `{name}` for sweeps"))
                .at(kind.place.clone())
                .help(did_you_mean(name, KNOWN)));
        }
    };
    Ok(Node { value: new, tag: None, place: value.place })
}

fn tupled(node: Node) -> Node {
    match node.value {
        Yaml::Seq(items) => Node {
            value: Yaml::Seq(items.into_iter().map(tupled).collect()),
            tag: Some("tuple".to_owned()),
            place: node.place,
        },
        _ => node,
    }
}

fn untupled(node: Node) -> Node {
    match node {
        Node { tag: Some(tag), value: Yaml::Seq(items), place } if tag == "tuple" => {
            Node::new(Yaml::Seq(items.into_iter().map(untupled).collect()), &place)
        }
        other => other,
    }
}

/// The states that a mask leaves: `true` leaves none, a list of booleans says which values to leave
/// out, a slice which range of values.
fn states(mask: &Node, n: usize) -> Result<Vec<usize>, Diagnostic> {
    let masked: Vec<bool> = match (mask.tag(), &mask.value) {
        (None, Yaml::Bool(flag)) => vec![*flag; n],
        (None, Yaml::Seq(items)) => {
            let flags = items.iter().map(Node::boolean).collect::<Result<Vec<bool>, _>>()?;
            if flags.len() != n {
                let message = format!("a mask has one flag a value: {n} values, {} flags", flags.len());
                return Err(Diagnostic::error(message).at(mask.place.clone()));
            }
            flags
        }
        (Some("slice"), Yaml::Seq(parts)) => {
            let mut flags = vec![false; n];
            for index in numbers::slice_indices(parts, n)? {
                flags[index] = true;
            }
            flags
        }
        _ => return Err(mask.expected("`true`, `false`, a list of them, or a `!slice`")),
    };
    let left: Vec<usize> = (1..=n).filter(|state| !masked[state - 1]).collect();
    Ok(if left.is_empty() { vec![0] } else { left })
}
