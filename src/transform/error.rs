//! Why an operation fails.

use crate::data::{DataError, Dim};
use crate::diag::{did_you_mean, near};

/// Why an operation fails; the evaluator adds its name, arguments and place.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum OpError {
    /// The arrays do not allow it, or their elements are not in memory.
    #[error(transparent)]
    Data(#[from] DataError),
    /// There is to be no figure, for this reason.
    #[error("{0}")]
    Skip(String),
    /// Anything else.
    #[error("{message}")]
    Failed {
        /// What is wrong.
        message: String,
        /// The way out.
        help: Option<String>,
    },
}

impl OpError {
    /// An error with a message only.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Failed { message: message.into(), help: None }
    }

    /// An error with a way out.
    pub(crate) fn with_help(message: impl Into<String>, help: impl Into<Option<String>>) -> Self {
        Self::Failed { message: message.into(), help: help.into() }
    }

    /// Whether elements were touched that are not in memory.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Data(DataError::Absent { .. }))
    }

    /// The way out, if one is known.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            Self::Failed { help, .. } => help.clone(),
            Self::Data(DataError::NoSuchDim { dim, have }) => {
                near(dim, have.iter().map(Dim::as_str)).map(|found| format!("did you mean `{found}`?"))
            }
            Self::Data(_) | Self::Skip(_) => None,
        }
    }
}

/// The error for an unknown name among known ones.
pub(crate) fn unknown<'a, I>(what: &str, name: &str, known: I) -> OpError
where
    I: IntoIterator<Item = &'a str>,
    I::IntoIter: Clone,
{
    OpError::with_help(format!("there is no {what} `{name}`"), did_you_mean(name, known))
}

/// What an operation gives.
pub(crate) type OpResult<T = super::Value> = Result<T, OpError>;
