//! The command line: what was typed becomes options once, then one file a command.

pub mod args;
pub mod init;
mod show;
pub mod tree;
