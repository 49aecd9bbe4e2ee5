//! shmplot turns very large simulation outputs into figures on machines with little memory.

pub mod arena;
pub mod cli;
pub mod config;
pub mod data;
pub mod demo;
pub mod diag;
pub mod figure;
pub mod output;
pub mod plan;
pub mod pool;
pub mod render;
pub mod report;
pub mod source;
pub mod sys;
pub mod transform;
