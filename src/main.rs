//! The `shmplot` program.

fn main() {}
