//! YAML nodes that know where they were written.

use crate::diag::Place;

/// A YAML value with its tag and place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Yaml,
    /// Its tag without `!`, where one is written (`sweep`, `dag_prev`, …).
    pub tag: Option<String>,
    /// Where it was written.
    pub place: Place,
}

/// What a YAML node is, by the core schema of YAML 1.2 (`yes` and `on` are text).
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Yaml {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Seq(Vec<Node>),
    /// Entries in the order of the file; keys are unique.
    Map(Vec<(Node, Node)>),
}
