//! Suites that are generic over their subject: one line a reader, painter or place.

mod readers;

pub(crate) use readers::is;
