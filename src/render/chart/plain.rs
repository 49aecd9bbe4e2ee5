//! Plain values of options, wherever they were written.

/// A value of an option.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Plain {
    Flag(bool),
    Number(f64),
    Numbers(Vec<f64>),
    Text(String),
}
