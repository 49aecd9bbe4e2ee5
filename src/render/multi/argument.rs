//! Arguments of calls: plain values, and results of the graph as arrays.

use crate::data::time::Calendar;
use crate::data::{Dataset, Dim, Dtype, Labelled};
use crate::diag::Place;
use crate::render::chart::ColorOptions;
use crate::render::values;
use std::collections::BTreeMap;

/// An argument. Cloning shares the elements of arrays.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Argument {
    None,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Argument>),
    Map(Vec<(String, Argument)>),
    Array(Labelled),
    Dataset(Dataset),
    /// A result of the graph, by its tag; put in its place before the call.
    Result(String),
}

impl PartialEq for Argument {
    /// Arrays and datasets are equal to nothing: they are not compared element by element.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::Text(a), Self::Text(b)) | (Self::Result(a), Self::Result(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            _ => false,
        }
    }
}

/// Numbers along one axis of a call.
#[derive(Clone, Debug)]
pub(super) struct Vector {
    pub(super) values: Vec<f64>,
    pub(super) kind: VectorKind,
}

/// What the numbers of a [`Vector`] are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum VectorKind {
    Number,
    /// Days since 1970.
    Time(Calendar),
    /// Indices into these texts, one a value.
    Text(Vec<String>),
}

impl Vector {
    /// 0, 1, ….
    pub(super) fn count(n: usize) -> Self {
        Self { values: (0..n).map(|i| i as f64).collect(), kind: VectorKind::Number }
    }
}

impl Argument {
    /// The tags of all results in it.
    pub(super) fn tags<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Self::Result(tag) => found.push(tag),
            Self::List(items) => items.iter().for_each(|item| item.tags(found)),
            Self::Map(entries) => entries.iter().for_each(|(_, value)| value.tags(found)),
            _ => {}
        }
    }

    /// The argument with results in their places.
    pub(super) fn bound(&self, results: &BTreeMap<String, Argument>) -> Result<Self, String> {
        match self {
            Self::Result(tag) => {
                results.get(tag).cloned().ok_or_else(|| format!("there is no result `{tag}`"))
            }
            Self::List(items) => {
                items.iter().map(|item| item.bound(results)).collect::<Result<_, _>>().map(Self::List)
            }
            Self::Map(entries) => {
                let bound = |(key, value): &(String, Self)| Ok((key.clone(), value.bound(results)?));
                entries.iter().map(bound).collect::<Result<_, String>>().map(Self::Map)
            }
            other => Ok(other.clone()),
        }
    }

    /// What it is, for messages.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::None => "nothing".to_owned(),
            Self::Bool(flag) => flag.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => format!("the text `{text}`"),
            Self::List(items) => format!("a list of {}", items.len()),
            Self::Map(_) => "a mapping".to_owned(),
            Self::Array(array) => format!("an array of shape {:?}", array.shape),
            Self::Dataset(_) => "a dataset".to_owned(),
            Self::Result(tag) => format!("the result `{tag}`"),
        }
    }

    /// A finite number; an array of one element is one.
    pub(super) fn number(&self) -> Result<f64, String> {
        let number = match self {
            Self::Number(number) => Some(*number),
            Self::Bool(flag) => Some(f64::from(u8::from(*flag))),
            Self::Array(array) if array.size() == 1 => {
                values::numbers(array, &array.dims, "a number").ok().and_then(|one| one.first().copied())
            }
            _ => None,
        };
        number.filter(|number| number.is_finite()).ok_or_else(|| self.not("a number"))
    }

    /// A truth value.
    pub(super) fn truth(&self) -> Result<bool, String> {
        match self {
            Self::Bool(flag) => Ok(*flag),
            Self::Number(number) => Ok(*number != 0.0),
            _ => Err(self.not("`true` or `false`")),
        }
    }

    /// A text, or a number written as one.
    pub(super) fn text(&self) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::Number(number) => Ok(number.to_string()),
            Self::Bool(flag) => Ok(if *flag { "True" } else { "False" }.to_owned()),
            Self::Array(array) if array.size() == 1 => Ok(values::item(array, 0, false)),
            _ => Err(self.not("text")),
        }
    }

    /// "expected …, found …".
    pub(super) fn not(&self, what: &str) -> String {
        format!("expected {what}, found {}", self.describe())
    }

    /// Numbers, times or texts of one dimension; of an array with more, all of them in order.
    pub(super) fn vector(&self) -> Result<Vector, String> {
        match self {
            Self::Array(array) => array_vector(array),
            Self::Number(_) | Self::Bool(_) => {
                Ok(Vector { values: vec![self.number()?], kind: VectorKind::Number })
            }
            Self::Text(text) => Ok(Vector { values: vec![0.0], kind: VectorKind::Text(vec![text.clone()]) }),
            Self::List(items) => {
                if items.iter().any(|item| matches!(item, Self::Text(_))) {
                    let texts = items.iter().map(Self::text).collect::<Result<Vec<_>, _>>()?;
                    let values = (0..texts.len()).map(|i| i as f64).collect();
                    return Ok(Vector { values, kind: VectorKind::Text(texts) });
                }
                let one = |item: &Self| match item {
                    Self::None => Ok(f64::NAN),
                    Self::Number(number) => Ok(*number),
                    other => other.number(),
                };
                let values = items.iter().map(one).collect::<Result<_, _>>()?;
                Ok(Vector { values, kind: VectorKind::Number })
            }
            Self::Dataset(dataset) if dataset.vars.len() == 1 => array_vector(&dataset.vars[0].1),
            _ => Err(self.not("numbers")),
        }
    }

    /// Numbers in rows and columns: rows, columns, values.
    pub(super) fn matrix(&self) -> Result<([usize; 2], Vec<f64>), String> {
        match self {
            Self::Array(array) if array.ndim() == 2 => {
                let numbers = values::numbers(array, &array.dims, "an image").map_err(|e| e.to_string())?;
                Ok(([array.shape[0], array.shape[1]], numbers))
            }
            Self::List(rows)
                if !rows.is_empty()
                    && rows.iter().all(|row| matches!(row, Self::List(_) | Self::Array(_))) =>
            {
                let rows =
                    rows.iter().map(|row| Ok(row.vector()?.values)).collect::<Result<Vec<_>, String>>()?;
                let columns = rows[0].len();
                if rows.iter().any(|row| row.len() != columns) {
                    return Err("the rows have different lengths".to_owned());
                }
                Ok(([rows.len(), columns], rows.concat()))
            }
            _ => Err(self.not("numbers in rows and columns")),
        }
    }

    /// Several vectors: rows of a list, columns of a two-dimensional array, or the one that it is.
    pub(super) fn columns(&self) -> Result<Vec<Vector>, String> {
        match self {
            Self::Array(array) if array.ndim() == 2 => {
                let ([rows, columns], numbers) = self.matrix()?;
                let column = |k: usize| Vector {
                    values: (0..rows).map(|i| numbers[i * columns + k]).collect(),
                    kind: VectorKind::Number,
                };
                Ok((0..columns).map(column).collect())
            }
            Self::List(items) if items.iter().any(|item| matches!(item, Self::List(_) | Self::Array(_))) => {
                items.iter().map(Self::vector).collect()
            }
            _ => Ok(vec![self.vector()?]),
        }
    }
}

fn array_vector(array: &Labelled) -> Result<Vector, String> {
    if array.dtype() == Dtype::Str {
        let texts = array.texts().map_err(|error| error.to_string())?;
        let values = (0..texts.len()).map(|i| i as f64).collect();
        return Ok(Vector { values, kind: VectorKind::Text(texts) });
    }
    let dims: Vec<Dim> = array.dims.clone();
    let numbers = values::numbers(array, &dims, "an axis").map_err(|error| error.to_string())?;
    let kind = match array.dtype() {
        Dtype::Time(calendar) => VectorKind::Time(calendar),
        _ => VectorKind::Number,
    };
    Ok(Vector { values: numbers, kind })
}

/// One call of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Name of the function: `plt.plot`, `sns.lineplot`, ….
    pub function: String,
    /// Positional arguments.
    pub args: Vec<Argument>,
    /// Arguments by name.
    pub kwargs: Vec<(String, Argument)>,
    /// What `cmap`, `norm`, `vmin`, `vmax` say, as far as they are constants.
    pub color: ColorOptions,
    /// Calls on axes that it makes.
    pub calls: Vec<Call>,
    /// Where it is written.
    pub place: Place,
}

impl Call {
    /// The tags of all results in its arguments.
    pub(super) fn tags<'a>(&'a self, found: &mut Vec<&'a str>) {
        self.args.iter().for_each(|arg| arg.tags(found));
        self.kwargs.iter().for_each(|(_, arg)| arg.tags(found));
        self.calls.iter().for_each(|call| call.tags(found));
    }

    /// Puts the results that there are in their places.
    pub(in crate::render) fn bind(&mut self, results: &BTreeMap<String, Argument>) {
        let arguments = self.args.iter_mut().chain(self.kwargs.iter_mut().map(|(_, arg)| arg));
        for argument in arguments {
            // What is missing is said when it is called.
            if let Ok(bound) = argument.bound(results) {
                *argument = bound;
            }
        }
        self.calls.iter_mut().for_each(|call| call.bind(results));
    }
}

/// A call with results in their places.
pub(super) struct Bound<'a> {
    pub(super) call: &'a Call,
    pub(super) args: Vec<Argument>,
    kwargs: Vec<(String, Argument)>,
    positional: &'a [&'a str],
}

impl<'a> Bound<'a> {
    pub(super) fn new(
        call: &'a Call,
        positional: &'a [&'a str],
        results: &BTreeMap<String, Argument>,
    ) -> Result<Self, String> {
        let args = call.args.iter().map(|arg| arg.bound(results)).collect::<Result<_, _>>()?;
        let bound = |(key, value): &(String, Argument)| Ok((key.clone(), value.bound(results)?));
        let kwargs = call.kwargs.iter().map(bound).collect::<Result<_, String>>()?;
        Ok(Self { call, args, kwargs, positional })
    }

    /// The call with just those named arguments that are constants, for looking them over.
    pub(super) fn constants(call: &'a Call) -> Self {
        let constant = |(_, value): &&(String, Argument)| {
            let mut tags = Vec::new();
            value.tags(&mut tags);
            tags.is_empty()
        };
        Self {
            call,
            args: Vec::new(),
            kwargs: call.kwargs.iter().filter(constant).cloned().collect(),
            positional: &[],
        }
    }

    /// An argument by name or position; `None` if it is not given or null.
    pub(super) fn get(&self, name: &str) -> Option<&Argument> {
        let at = self.positional.iter().position(|known| *known == name);
        let named = self.kwargs.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        named.or(at.and_then(|at| self.args.get(at))).filter(|value| **value != Argument::None)
    }

    /// The same arguments for a call that differs in what is not an argument.
    pub(super) fn like<'b>(&self, call: &'b Call) -> Bound<'b>
    where
        'a: 'b,
    {
        Bound { call, args: self.args.clone(), kwargs: self.kwargs.clone(), positional: self.positional }
    }

    /// The call without some of its named arguments.
    pub(super) fn without(&self, names: &[&str]) -> Self {
        let kept = |(key, _): &&(String, Argument)| !names.contains(&key.as_str());
        Self {
            call: self.call,
            args: self.args.clone(),
            kwargs: self.kwargs.iter().filter(kept).cloned().collect(),
            positional: self.positional,
        }
    }

    /// The entries of an argument that is a mapping, as named arguments; none if it is not given.
    pub(super) fn part(&self, name: &str) -> Result<Self, String> {
        self.part_of(name, &[])
    }

    /// The same with further arguments that it may have.
    pub(super) fn part_of(&self, name: &str, more: &[&str]) -> Result<Self, String> {
        let kwargs = match self.get(name) {
            None => Vec::new(),
            Some(Argument::Map(entries)) => entries.clone(),
            Some(other) => return Err(format!("`{name}`: {}", other.not("a mapping"))),
        };
        let known = || super::look::NAMES.iter().chain(more).copied();
        if let Some((key, _)) = kwargs.iter().find(|(key, _)| !known().any(|name| name == key)) {
            let help = crate::diag::did_you_mean(key, known());
            let help = help.map_or_else(String::new, |help| format!(" ({help})"));
            return Err(format!("`{name}` has no `{key}`{help}"));
        }
        Ok(Self { call: self.call, args: Vec::new(), kwargs, positional: &[] })
    }

    /// Names of the arguments that are given by name.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.kwargs.iter().map(|(name, _)| name.as_str())
    }

    /// Whether an argument is given as null.
    pub(super) fn given_null(&self, name: &str) -> bool {
        self.kwargs.iter().any(|(key, value)| key == name && *value == Argument::None)
    }

    /// The first of several names that is given.
    pub(super) fn any(&self, names: &[&str]) -> Option<&Argument> {
        names.iter().find_map(|name| self.get(name))
    }

    /// # Errors
    /// If it is not given.
    pub(super) fn need(&self, name: &str) -> Result<&Argument, String> {
        self.get(name).ok_or_else(|| format!("`{name}` is missing"))
    }

    /// A number that may be left out.
    pub(super) fn number(&self, name: &str) -> Result<Option<f64>, String> {
        let named = |error: String| format!("`{name}`: {error}");
        self.get(name).map(|value| value.number().map_err(named)).transpose()
    }

    /// A truth value that may be left out.
    pub(super) fn truth(&self, name: &str, default: bool) -> Result<bool, String> {
        self.get(name)
            .map_or(Ok(default), |value| value.truth().map_err(|error| format!("`{name}`: {error}")))
    }

    /// A text that may be left out.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, String> {
        self.get(name).map(|value| value.text().map_err(|error| format!("`{name}`: {error}"))).transpose()
    }
}
