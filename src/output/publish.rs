//! Bytes to their final names: a temporary file beside it, synced, renamed.

/// An id for this run: host, pid and start time, so that a later run can tell whether it lives.
pub fn run_id() -> String {
    unimplemented!()
}

/// Makes `bytes` the whole content of `path`, or leaves what was there.
///
/// # Errors
/// The system's reason, named.
pub fn publish(path: &std::path::Path, bytes: &[u8]) -> Result<(), crate::diag::Diagnostic> {
    let _ = (path, bytes);
    unimplemented!()
}
