//! What a graph says about the figure as a whole.

use crate::transform::Value;
use crate::transform::bind::Bound;
use crate::transform::error::{OpError, OpResult};

/// `raise_SkipPlot`: there is to be no figure if `cond` is true (the default); else gives
/// `passthrough`. No `allow_failure` covers it.
pub(crate) fn raise_skip(call: &Bound<'_>) -> OpResult {
    let skip = call.get("cond").map_or(Ok(true), Value::is_true)?;
    if skip {
        return Err(OpError::Skip(call.text("reason")?.unwrap_or_default().to_owned()));
    }
    Ok(call.get("passthrough").cloned().unwrap_or(Value::None))
}

/// `print`: the value itself. Its text is [`printed`].
pub(crate) fn print(call: &Bound<'_>) -> OpResult {
    call.need("d").cloned()
}
