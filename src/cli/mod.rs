//! The command line: what was typed becomes options once, then one file a command.

pub mod args;
mod show;
pub mod tree;
