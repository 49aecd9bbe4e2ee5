//! shmplot turns very large simulation outputs into figures on machines with little memory.
//!
//! The pipeline is the architecture. A phase is a module with one entry function, whose result the
//! next phase takes whole:
//!
//! | Phase | Function | Gives |
//! |---|---|---|
//! | [`config`] | [`config::parse`] | figure entries, inheritance and sweeps resolved |
//! | [`source`] | [`source::open`] | the tree of metadata; values on demand, by slice |
//! | [`plan`] | [`plan::plan`] | every figure with its graph, chart and demand |
//! | [`arena`] | [`arena::Arena::load`] | the demand in sealed memory, loaded once |
//! | [`transform`] | [`transform::eval`] | labelled values, as views of the arena |
//! | [`render`] | [`render::compose`], [`render::paint::paint`] | a scene with every position resolved, then bytes |
//! | [`output`] | [`output::publish`] | a whole file or none |
//! | [`pool`] | [`pool::run`] | one outcome a figure, from forked workers |
//! | [`report`] | [`report::Report`] | progress, journal, results |
//!
//! [`figure`] chains transform → render for one task without a process; [`run`] chains all phases.
//! Imports go one way: [`sys`], [`diag`], [`data`] ← config … output ← plan, arena ← figure ← pool,
//! report ← run ← cli, demo, bench; a test holds them to it.

pub mod arena;
pub mod bench;
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
pub mod run;
pub mod source;
pub mod sys;
pub mod transform;
