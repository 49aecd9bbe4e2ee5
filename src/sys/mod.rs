//! Kernel services behind safe types: the only place with `unsafe`, one file per kernel concept.
//!
//! **Invariant:** nothing outside this module calls the kernel through raw pointers or descriptors.
#![expect(unsafe_code, reason = "kernel calls; each block carries its SAFETY argument")]

mod mapping;

pub use mapping::Mapping;
