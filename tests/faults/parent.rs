//! Signals to the parent and its death.

use crate::Test;
pub(crate) const TESTS: &[Test] = &[];
