//! Bytes to their final names, atomically; pictures joined to films; names of outputs; the lock of an output directory.

pub mod film;
pub mod lock;
pub mod name;
pub mod publish;
pub mod temp;
