//! The byte layout of arena segments: header | catalog | leaves.
