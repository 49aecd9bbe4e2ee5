//! The operations, by what they do; their names are in [`super::table`].

pub(super) mod access;
pub(super) mod align;
pub(super) mod arith;
pub(super) mod build;
pub(super) mod combine;
pub(super) mod concat;
pub(super) mod control;
pub(super) mod count;
pub(super) mod dataset;
pub(super) mod elementwise;
pub(super) mod expression;
pub(super) mod groups;
pub(super) mod labels;
pub(super) mod mask;
pub(super) mod math;
pub(super) mod numbers;
pub(super) mod order;
pub(super) mod python;
pub(super) mod reduce;
pub(super) mod select;
pub(super) mod shape;
pub(super) mod stats;
pub(super) mod text;
pub(super) mod unary;
pub(super) mod weighted;
pub(super) mod windows;

/// First character of coordinates that belong to the machinery and follow selections silently; no
/// name in data or configuration has it.
pub(super) const HIDDEN: char = '\0';
