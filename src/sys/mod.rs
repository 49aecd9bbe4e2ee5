//! Kernel services behind safe types: the only place with `unsafe`, one file per kernel concept.
//!
//! **Invariant:** nothing outside this module calls the kernel through raw pointers or descriptors.
#![expect(unsafe_code, reason = "kernel calls; each block carries its SAFETY argument")]

pub mod board;
mod cores;
mod fork;
pub mod io;
mod mapping;
pub mod memfd;
pub mod memory;
pub mod process;
mod room;
mod signal;
mod socket;
mod wide;

pub use cores::{allow_threads, in_parts, threads};
pub use fork::{Child, Ended, ForkOptions, Inherit, OpenFiles, PANICKED, fork, redirect_output};
pub use mapping::{Counters, Mapping, populate_for_writing};
pub use room::Room;
pub use signal::{Interest, Ready, Signals, signal_name, wait};
pub use socket::{Channel, INLINE, MAX_DESCRIPTORS, Message, Received};
pub use wide::{Kernel, wide};
