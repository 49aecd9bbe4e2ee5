//! Journal, progress, results and the closing summary, from [`Event`](crate::diag::Event)s.
