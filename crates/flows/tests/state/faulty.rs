//! A store that fails at one call: before it, within its unit, or after it, when the work is
//! done and the answer lost (testing 6.3; V25, F07, F13).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use muster_store::{Reading, Store, StoreError, StoreHealth, Unit};
use parking_lot::Mutex;

/// Where in a call the failure strikes: one of the store's, or of those within.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Strike {
    /// Nothing has been done.
    Before,
    /// Everything has been done and is rolled back.
    Within,
    /// Everything has been done and committed; nobody hears of it.
    AnswerLost,
}

impl Strike {
    pub(crate) const ALL: [Self; 3] = [Self::Before, Self::Within, Self::AnswerLost];
}

/// The switch of a faulty store.
#[derive(Default)]
pub(crate) struct Switch {
    armed: Mutex<Option<(usize, Strike)>>,
    calls: AtomicUsize,
    struck: AtomicBool,
}

impl Switch {
    /// The `nth` call from now on, counted from one, fails.
    pub(crate) fn arm(&self, nth: usize, strike: Strike) {
        *self.armed.lock() = Some((nth, strike));
        self.calls.store(0, Ordering::SeqCst);
        self.struck.store(false, Ordering::SeqCst);
    }

    /// How many calls a work takes, none of which fails.
    pub(crate) fn calls_of(&self, work: impl FnOnce()) -> usize {
        self.arm(usize::MAX, Strike::Before);
        work();
        self.disarm();
        self.calls.load(Ordering::SeqCst)
    }

    /// No call fails any more; whether one has failed.
    pub(crate) fn disarm(&self) -> bool {
        *self.armed.lock() = None;
        self.struck.load(Ordering::SeqCst)
    }

    pub(crate) fn strikes(&self) -> Option<Strike> {
        let armed = *self.armed.lock();
        let call = self.calls.fetch_add(1, Ordering::SeqCst).saturating_add(1);
        let (_, strike) = armed.filter(|(nth, _)| *nth == call)?;
        self.struck.store(true, Ordering::SeqCst);
        Some(strike)
    }
}

/// The store.
pub(crate) struct Faulty {
    pub(crate) inner: Arc<dyn Store>,
    pub(crate) switch: Arc<Switch>,
}

pub(crate) fn failure() -> StoreError {
    StoreError::unavailable("a failure that a test has ordered")
}

type Read<'a> = &'a mut dyn FnMut(&mut dyn Reading) -> Result<(), StoreError>;

impl Faulty {
    fn reading(
        &self,
        run: impl FnOnce(Read<'_>) -> Result<(), StoreError>,
        work: Read<'_>,
    ) -> Result<(), StoreError> {
        match self.switch.strikes() {
            None => run(work),
            Some(Strike::Before) => Err(failure()),
            Some(Strike::Within) => run(&mut |reading| work(reading).and(Err(failure()))),
            Some(Strike::AnswerLost) => run(work).and(Err(failure())),
        }
    }
}

impl Store for Faulty {
    fn read_with(&self, work: Read<'_>) -> Result<(), StoreError> {
        self.reading(|work| self.inner.read_with(work), work)
    }

    fn list_with(&self, work: Read<'_>) -> Result<(), StoreError> {
        self.reading(|work| self.inner.list_with(work), work)
    }

    fn change_with(
        &self,
        work: &mut dyn FnMut(&mut dyn Unit) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match self.switch.strikes() {
            None => self.inner.change_with(work),
            Some(Strike::Before) => Err(failure()),
            Some(Strike::Within) => {
                self.inner.change_with(&mut |unit| work(unit).and(Err(failure())))
            }
            Some(Strike::AnswerLost) => self.inner.change_with(work).and(Err(failure())),
        }
    }

    fn health(&self) -> Result<StoreHealth, StoreError> {
        self.inner.health()
    }
}
