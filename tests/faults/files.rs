//! Files that cannot be written, synced or renamed: the figure says why, its earlier file stays.

use crate::Test;
pub(crate) const TESTS: &[Test] = &[];
