//! Errors of the HDF5 library as faults.

pub(in crate::source) use crate::source::fault::{Fault, guarded};
use hdf5_reader::error::Error;

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Context { source, .. } => (*source).into(),
            Error::UnsupportedLayoutClass(3) => Self::Lacking("a virtual dataset".to_owned()),
            Error::UnsupportedFilter(_)
            | Error::UnsupportedEncoding(_)
            | Error::UnsupportedDatatypeClass(_)
            | Error::UnsupportedLayoutClass(_)
            | Error::UnsupportedLayoutVersion(_)
            | Error::UnsupportedChunkIndexType(_)
            | Error::UnsupportedLinkType(_) => {
                Self::Lacking(error.to_string().trim_start_matches("unsupported ").to_owned())
            }
            other => Self::Broken(other.to_string()),
        }
    }
}
