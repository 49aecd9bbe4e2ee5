//! Bytes to their final names, atomically; names of outputs; the lock of an output directory.

pub mod lock;
pub mod name;
pub mod publish;
pub mod temp;
