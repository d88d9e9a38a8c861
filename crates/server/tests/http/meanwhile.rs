//! What goes on in other threads until a test has seen enough.

use std::sync::atomic::{AtomicBool, Ordering};

/// Says that it is enough when it is dropped, so that a failed test ends, too.
pub(crate) struct Ending<'a>(pub(crate) &'a AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
