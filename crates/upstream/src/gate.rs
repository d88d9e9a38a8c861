//! How many may wait for the provider at a time.
//!
//! Each waits on a thread of the service. A provider that hangs must not take them all: who
//! finds no place is told so at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::UpstreamError;

/// Counts places.
#[derive(Debug)]
pub(crate) struct Gate {
    free: AtomicUsize,
}

/// A place. It is free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Place<'a>(&'a Gate);

impl Gate {
    pub(crate) const fn of(places: usize) -> Self {
        Self { free: AtomicUsize::new(places) }
    }

    pub(crate) fn enter(&self) -> Result<Place<'_>, UpstreamError> {
        let taken =
            self.free.fetch_update(Ordering::AcqRel, Ordering::Acquire, |free| free.checked_sub(1));
        taken.map(|_| Place(self)).map_err(|_| UpstreamError::Busy)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.free.fetch_add(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_holder_has_gone() {
        let gate = Gate::of(1);
        let place = gate.enter().unwrap();
        assert_eq!(gate.enter().unwrap_err(), UpstreamError::Busy);
        drop(place);
        assert!(gate.enter().is_ok());
    }
}
