//! What nodes of a graph evaluate to.

use crate::data::{Dataset, Labelled};

/// A value in a graph: an array, a dataset, or plain data of the configuration.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Value>),
    /// In order.
    Map(Vec<(Value, Value)>),
    /// Python's `slice(start, stop, step)`; parts are `None`, numbers or labels.
    Slice(Box<[Value; 3]>),
    Array(Labelled),
    Dataset(Dataset),
}
