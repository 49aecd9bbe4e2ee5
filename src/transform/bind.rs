//! Arguments of a call, bound to the parameters of an operation.

use super::Value;
use super::error::{OpError, OpResult, unknown};
use super::ops::HIDDEN;
use super::value::array_of;
use crate::data::{Dataset, Dim, Labelled};

/// A call's arguments by the parameters' names.
#[derive(Debug)]
pub(crate) struct Bound<'a> {
    /// The name under which the operation was called.
    pub(crate) name: &'a str,
    slots: Vec<(&'static str, Value)>,
    /// Positional arguments beyond the parameters (`*name`).
    pub(crate) rest: Vec<Value>,
    /// Named arguments beyond the parameters (`**name`).
    pub(crate) named: Vec<(String, Value)>,
}

/// Binds arguments to a signature such as `d, dim=, *args, **kw`: names with `=` may be left out,
/// `*` takes further positional arguments (what follows it is given by name), `**` further named ones.
///
/// # Errors
/// Missing, surplus, doubled and unknown arguments, by name.
pub(crate) fn bind<'a>(
    name: &'a str,
    signature: &'static str,
    args: Vec<Value>,
    kwargs: Vec<(String, Value)>,
) -> OpResult<Bound<'a>> {
    let mut bound = Bound { name, slots: Vec::new(), rest: Vec::new(), named: Vec::new() };
    let params: Vec<&'static str> = signature.split(',').map(str::trim).filter(|p| !p.is_empty()).collect();
    let plain: Vec<&'static str> = params.iter().filter(|p| !p.starts_with('*')).copied().collect();
    // What stands behind `*name` is given by name only.
    let by_place = params.iter().take_while(|p| !p.starts_with('*')).count();
    let takes_rest = params.iter().any(|p| p.starts_with('*') && !p.starts_with("**"));
    let takes_named = params.iter().any(|p| p.starts_with("**"));
    let given = args.len();
    for (i, value) in args.into_iter().enumerate() {
        match plain[..by_place].get(i) {
            Some(param) => bound.slots.push((param.trim_end_matches('='), value)),
            None if takes_rest => bound.rest.push(value),
            None => {
                return Err(OpError::with_help(
                    format!("it takes at most {} positional arguments, not {given}", by_place),
                    Some(format!("its arguments are ({signature})")),
                ));
            }
        }
    }
    for (key, value) in kwargs {
        match plain.iter().map(|p| p.trim_end_matches('=')).find(|p| *p == key) {
            Some(param) if bound.slots.iter().any(|(name, _)| *name == param) => {
                return Err(OpError::new(format!("`{key}` is given twice")));
            }
            Some(param) => bound.slots.push((param, value)),
            None if takes_named => bound.named.push((key, value)),
            None => {
                return Err(unknown("argument", &key, plain.iter().map(|p| p.trim_end_matches('='))));
            }
        }
    }
    for param in plain.iter().filter(|p| !p.ends_with('=')) {
        if !bound.slots.iter().any(|(name, _)| name == param) {
            return Err(OpError::with_help(
                format!("the argument `{param}` is missing"),
                Some(format!("its arguments are ({signature})")),
            ));
        }
    }
    Ok(bound)
}

impl Bound<'_> {
    /// An argument; `None` where it was left out.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.slots.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// An argument; `None` where it was left out or is null.
    pub(crate) fn some(&self, name: &str) -> Option<&Value> {
        self.get(name).filter(|value| !value.is_none())
    }

    /// All arguments once more, for another operation: by position as far as they are without gap.
    pub(crate) fn again(&self) -> (Vec<Value>, Vec<(String, Value)>) {
        let args = self.slots.iter().filter(|(name, _)| *name == "d").map(|(_, value)| value.clone());
        let args = args.chain(self.rest.iter().cloned()).collect();
        (args, self.named.clone())
    }

    /// A required argument.
    pub(crate) fn need(&self, name: &str) -> OpResult<&Value> {
        self.get(name).ok_or_else(|| OpError::new(format!("the argument `{name}` is missing")))
    }

    /// A required argument as an array; plain numbers and lists become arrays.
    pub(crate) fn array(&self, name: &str) -> OpResult<Labelled> {
        to_array(self.need(name)?, name)
    }

    /// A flag; `default` where it was left out or is null.
    pub(crate) fn flag(&self, name: &str, default: bool) -> OpResult<bool> {
        match self.some(name) {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::Int(flag @ (0 | 1))) => Ok(*flag == 1),
            Some(other) => Err(wants(name, "true or false", other)),
        }
    }

    /// An integer, if given.
    pub(crate) fn int(&self, name: &str) -> OpResult<Option<i64>> {
        self.some(name).map(|value| to_int(value, name)).transpose()
    }

    /// A number, if given.
    pub(crate) fn number(&self, name: &str) -> OpResult<Option<f64>> {
        self.some(name).map(|value| to_number(value, name)).transpose()
    }

    /// A text, if given.
    pub(crate) fn text(&self, name: &str) -> OpResult<Option<&str>> {
        match self.some(name) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(other) => Err(wants(name, "text", other)),
        }
    }

    /// A name or a list of names; `None` where it was left out or is null.
    pub(crate) fn names(&self, name: &str) -> OpResult<Option<Vec<String>>> {
        self.some(name).map(|value| to_names(value, name)).transpose()
    }

    /// An argument's arrays through `f`: an array, or every variable of a dataset.
    pub(crate) fn map_arrays(
        &self,
        name: &str,
        mut f: impl FnMut(&Labelled) -> OpResult<Labelled>,
    ) -> OpResult {
        match self.need(name)? {
            Value::Array(array) => Ok(f(array)?.into()),
            Value::Dataset(dataset) => {
                let mut vars = Vec::with_capacity(dataset.vars.len());
                for (key, array) in &dataset.vars {
                    vars.push((key.clone(), f(array)?));
                }
                Ok(Dataset { vars, attrs: dataset.attrs.clone() }.into())
            }
            // Bare as it came, unless it got labels.
            other => Ok(bare_unless_labelled(f(&to_array(other, name)?)?)),
        }
    }
}

/// The error for an argument of the wrong kind.
pub(crate) fn wants(name: &str, what: &str, got: &Value) -> OpError {
    OpError::new(format!("`{name}` must be {what}, not {}", got.describe()))
}

/// An array; plain numbers, texts and lists become arrays without labels.
pub(crate) fn to_array(value: &Value, name: &str) -> OpResult<Labelled> {
    match value {
        Value::Array(array) | Value::Bare(array) => Ok(array.clone()),
        other => array_of(other).ok_or_else(|| wants(name, "an array", other)),
    }
}

/// A bare array, its axes counted anew, or a labelled one if they have names or it has coordinates.
fn bare_unless_labelled(array: Labelled) -> Value {
    let nameless = array.dims.iter().all(|dim| dim.as_str().starts_with("dim_"));
    let visible = array.coords.iter().any(|(name, _)| !name.starts_with(HIDDEN));
    if nameless && !visible { Value::Bare(renumbered(array)) } else { Value::Array(array) }
}

/// With axes called by their positions; the machinery's coordinates follow.
pub(crate) fn renumbered(mut array: Labelled) -> Labelled {
    let names: Vec<String> = array.dims.iter().map(Dim::to_string).collect();
    if names.iter().enumerate().all(|(i, name)| *name == Dim::anonymous(i).as_str()) {
        return array;
    }
    // By way of names that nobody has, lest an old name be in the way of a new one.
    for (i, name) in names.iter().enumerate() {
        array = array.rename_dim(name, &format!("{HIDDEN}{i}")).expect("the array has this dim");
    }
    for i in 0..names.len() {
        let name = Dim::anonymous(i);
        array = array.rename_dim(&format!("{HIDDEN}{i}"), name.as_str()).expect("renamed just before");
    }
    array
}

/// An integer; also a float or an array that is one.
pub(crate) fn to_int(value: &Value, name: &str) -> OpResult<i64> {
    match value {
        Value::Int(v) => Ok(*v),
        Value::Bool(v) => Ok(i64::from(*v)),
        Value::Array(array) | Value::Bare(array) if array.ndim() == 0 && array.dtype().is_integer() => {
            Ok(array.f64_at(&[])? as i64)
        }
        Value::Float(v) if v.fract() == 0.0 && v.abs() < 9e15 => Ok(*v as i64),
        other => Err(wants(name, "an integer", other)),
    }
}

/// A number; also an array of one.
pub(crate) fn to_number(value: &Value, name: &str) -> OpResult<f64> {
    match value {
        Value::Int(v) => Ok(*v as f64),
        Value::Float(v) => Ok(*v),
        Value::Bool(v) => Ok(f64::from(u8::from(*v))),
        Value::Array(array) | Value::Bare(array) if array.size() == 1 => {
            Ok(array.f64_at(&vec![0; array.ndim()])?)
        }
        other => Err(wants(name, "a number", other)),
    }
}

/// A name or a list of names.
pub(crate) fn to_names(value: &Value, name: &str) -> OpResult<Vec<String>> {
    match value {
        Value::Text(text) => Ok(vec![text.clone()]),
        Value::List(items) | Value::Tuple(items) => items
            .iter()
            .map(|item| item.as_text().map(str::to_owned).ok_or_else(|| wants(name, "names", value)))
            .collect(),
        other => Err(wants(name, "a name or a list of names", other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_find_their_parameters() {
        let signature = "d, dim=, *rest, **named";
        let int = Value::Int;
        let kwargs = vec![("dim".to_owned(), int(2)), ("x".to_owned(), int(3))];
        let bound = bind("op", signature, vec![int(1)], kwargs).unwrap();
        assert_eq!(bound.int("d").unwrap(), Some(1));
        assert_eq!(bound.int("dim").unwrap(), Some(2));
        assert_eq!(bound.named[0].0, "x");
        let bound = bind("op", signature, vec![int(1), int(2), int(3)], vec![]).unwrap();
        assert_eq!(bound.rest.len(), 1);
    }

    #[test]
    fn wrong_arguments_are_named() {
        let error = |args: Vec<Value>, kwargs: Vec<(&str, Value)>| {
            let kwargs = kwargs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
            let error = bind("op", "d, skipna=", args, kwargs).unwrap_err();
            format!("{error}; {}", error.help().unwrap_or_default())
        };
        let one = || vec![Value::Int(1)];
        let unknown = error(one(), vec![("skpna", Value::None)]);
        assert_eq!(unknown, "there is no argument `skpna`; did you mean `skipna`?");
        assert_eq!(error(one(), vec![("d", Value::None)]), "`d` is given twice; ");
        assert!(error(vec![], vec![]).starts_with("the argument `d` is missing"));
        assert!(error(vec![Value::None; 3], vec![]).starts_with("it takes at most 2 positional"));
    }
}
