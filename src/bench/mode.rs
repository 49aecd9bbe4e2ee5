//! The ways of giving data to workers that are compared.

use serde::{Deserialize, Serialize};

/// A way of giving data to workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// `shmplot render` as it is by default.
    Auto,
    /// `shmplot render --arena memory`: loaded once into sealed memory, mapped by all.
    ZeroCopy,
    /// `shmplot render --arena in-place`: the files themselves are mapped.
    InPlace,
    /// `shmplot render --arena file:…`: decoded to segment files, by a run that is not counted.
    FileArena,
    /// Every worker loads its own copy of what the figures demand.
    OwnCopy,
    /// Loaded onto the parent's heap, then forked.
    ForkAfterLoad,
    /// Loaded onto the parent's heap; the arrays that a task touches go to its worker through a pipe, as
    /// process pools do that pickle their tasks.
    PipedTasks,
    /// Loaded onto the heap of one process that draws in threads.
    Threads,
}

/// All of them, in the order in which they are shown.
const ALL: [Mode; 8] = [
    Mode::Auto,
    Mode::ZeroCopy,
    Mode::InPlace,
    Mode::FileArena,
    Mode::OwnCopy,
    Mode::ForkAfterLoad,
    Mode::PipedTasks,
    Mode::Threads,
];

impl Mode {
    /// As typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::ZeroCopy => "zero-copy",
            Self::InPlace => "in-place",
            Self::FileArena => "file-arena",
            Self::OwnCopy => "own-copy",
            Self::ForkAfterLoad => "fork-after-load",
            Self::PipedTasks => "piped-tasks",
            Self::Threads => "threads",
        }
    }

    /// The mode of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// The names of all.
    pub fn names() -> Vec<&'static str> {
        ALL.into_iter().map(Self::name).collect()
    }

    /// Whether its processes are `shmplot render` itself.
    pub(super) fn is_render(self) -> bool {
        matches!(self, Self::Auto | Self::ZeroCopy | Self::InPlace | Self::FileArena)
    }
}
