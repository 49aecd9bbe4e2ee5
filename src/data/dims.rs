//! Names of dimensions.

use serde::{Deserialize, Serialize};
use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// Name of an axis, such as `time` or `dim_0`. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Dim(Arc<str>);

impl Dim {
    /// A dim of this name.
    pub fn new(name: impl AsRef<str>) -> Self {
        Self(Arc::from(name.as_ref()))
    }

    /// The name of axis `i` without a name of its own: `dim_<i>`, as xarray calls it.
    pub fn anonymous(i: usize) -> Self {
        Self::new(format!("dim_{i}"))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl AsRef<str> for Dim {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Dim {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl From<&str> for Dim {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for Dim {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl From<Dim> for String {
    fn from(dim: Dim) -> Self {
        dim.as_str().to_owned()
    }
}

impl PartialEq<str> for Dim {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Dim {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}
