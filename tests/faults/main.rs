//! Kills, signals and full disks: what RELIABILITY promises, brought about.
