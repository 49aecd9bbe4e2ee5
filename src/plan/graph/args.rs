//! Arguments: YAML nodes into constants and references.

use super::{Builder, untagged};
use crate::config::{Node, Yaml};
use crate::diag::Diagnostic;
use crate::transform::{Arg, NodeId, Value};

impl Builder<'_> {
    /// An argument, with references anywhere inside.
    pub(super) fn arg(&mut self, node: &Node) -> Result<Arg, Diagnostic> {
        match node.tag() {
            None => {}
            Some("dag_prev") => return self.previous(node).map(Arg::Node),
            Some("dag_tag") => return self.tagged(&untagged(node)).map(Arg::Node),
            Some("dag_node") => {
                let index = untagged(node).integer()?;
                let count = self.nodes.len() as i64;
                let at = if index < 0 { index + count } else { index };
                let id = usize::try_from(at).ok().and_then(|at| self.nodes.get(at)).copied();
                return id.map(Arg::Node).ok_or_else(|| {
                    Diagnostic::error(format!("there is no node {index}: {count} come before this one"))
                        .at(node.place.clone())
                });
            }
            Some("slice") => {
                let parts = node.as_parts().ok_or_else(|| node.expected("start, stop and step"))?;
                let [start, stop, step] = parts;
                return Ok(match [self.arg(start)?, self.arg(stop)?, self.arg(step)?] {
                    [Arg::Value(a), Arg::Value(b), Arg::Value(c)] => {
                        Arg::Value(Value::Slice(Box::new([a, b, c])))
                    }
                    parts => Arg::Slice(Box::new(parts)),
                });
            }
            Some("dag_result") => {
                return Err(Diagnostic::error("`!dag_result` stands in arguments of the plot function only")
                    .at(node.place.clone())
                    .help("refer to results of the graph by `!dag_tag`".to_owned()));
            }
            Some(tag @ ("arg" | "kwarg")) => {
                return match self.frames.last() {
                    Some(frame) => frame.argument(node),
                    None => Err(Diagnostic::error(format!("`!{tag}` stands in meta-operations only"))
                        .at(node.place.clone())),
                };
            }
            Some(tag) => {
                return Err(
                    Diagnostic::error(format!("`!{tag}` cannot stand in the graph")).at(node.place.clone())
                );
            }
        }
        Ok(match &node.value {
            Yaml::Null => Arg::Value(Value::None),
            Yaml::Bool(v) => Arg::Value(Value::Bool(*v)),
            Yaml::Int(v) => Arg::Value(Value::Int(*v)),
            Yaml::Float(v) => Arg::Value(Value::Float(*v)),
            Yaml::Str(v) => Arg::Value(Value::Text(v.clone())),
            Yaml::Seq(items) => {
                let items = items.iter().map(|item| self.arg(item)).collect::<Result<Vec<_>, _>>()?;
                match constants(&items) {
                    Some(values) => Arg::Value(Value::List(values)),
                    None => Arg::List(items),
                }
            }
            Yaml::Map(entries) => {
                let mut args = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    args.push((self.arg(key)?, self.arg(value)?));
                }
                let constant = args.iter().all(|pair| matches!(pair, (Arg::Value(_), Arg::Value(_))));
                if constant {
                    let value = |arg: Arg| if let Arg::Value(value) = arg { value } else { Value::None };
                    Arg::Value(Value::Map(args.into_iter().map(|(k, v)| (value(k), value(v))).collect()))
                } else {
                    Arg::Map(args)
                }
            }
        })
    }

    /// The node just before.
    pub(super) fn previous(&self, node: &Node) -> Result<NodeId, Diagnostic> {
        self.nodes.last().copied().ok_or_else(|| {
            Diagnostic::error("there is no previous result")
                .at(node.place.clone())
                .labelled("this comes first")
        })
    }
}

/// The items, if all are constants.
pub(super) fn constants(items: &[Arg]) -> Option<Vec<Value>> {
    items
        .iter()
        .map(|item| match item {
            Arg::Value(value) => Some(value.clone()),
            _ => None,
        })
        .collect()
}

/// The three parts of a slice.
trait Parts {
    fn as_parts(&self) -> Option<&[Node; 3]>;
}

impl Parts for Node {
    fn as_parts(&self) -> Option<&[Node; 3]> {
        match &self.value {
            Yaml::Seq(parts) => parts.as_slice().try_into().ok(),
            _ => None,
        }
    }
}

/// A JSON value as a constant.
pub(super) fn json(value: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match value {
        Json::Null => Value::None,
        Json::Bool(v) => Value::Bool(*v),
        Json::Number(number) => match number.as_i64() {
            Some(v) => Value::Int(v),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(json).collect()),
        Json::Object(entries) => {
            Value::Map(entries.iter().map(|(key, value)| (Value::Text(key.clone()), json(value))).collect())
        }
    }
}
