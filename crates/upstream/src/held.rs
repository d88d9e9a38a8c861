//! A document of the provider, kept for a while.
//!
//! One fetches it at a time; the others use the old one, or wait if there is none. When it
//! cannot be fetched, the old one is good for some time longer, and the provider is left alone
//! for a moment: a dead one is not hammered by everybody who wants to log in.

use std::sync::Arc;
use std::time::Instant;

use muster_domain::{Lifetime, Timestamp};
use parking_lot::Mutex;

use crate::error::UpstreamError;

/// How long a document is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Keeping {
    /// So long nobody asks for a new one.
    pub(crate) fresh: Lifetime,
    /// So long it is used when there is no new one.
    pub(crate) usable: Lifetime,
    /// So long after a failure nobody asks again.
    pub(crate) pause: Lifetime,
    /// At most once in such a time it is fetched before its time.
    pub(crate) early: Lifetime,
}

/// A moment may lie so far ahead: whoever waited for another's request has an earlier `now`
/// than its end. A clock that was set back by more must not keep anything for ever.
const AHEAD: Lifetime = Lifetime::from_seconds(60);

/// A document that is kept.
#[derive(Debug)]
pub(crate) struct Held<T> {
    keeping: Keeping,
    state: Mutex<State<T>>,
    /// Held by whoever is fetching.
    fetching: Mutex<()>,
}

#[derive(Debug)]
struct State<T> {
    kept: Option<(Arc<T>, Timestamp)>,
    failure: Option<(UpstreamError, Timestamp)>,
    early_at: Option<Timestamp>,
}

/// What a look at the state says.
enum Look<T> {
    /// Take this, whatever it is.
    Take(Result<Arc<T>, UpstreamError>),
    /// Fetch it; until then there may be an old one.
    Fetch(Option<Arc<T>>),
}

impl<T> Held<T> {
    pub(crate) const fn new(keeping: Keeping) -> Self {
        let state = State { kept: None, failure: None, early_at: None };
        Self { keeping, state: Mutex::new(state), fetching: Mutex::new(()) }
    }

    /// The document if it can be had without asking anybody.
    pub(crate) fn at_hand(&self, now: Timestamp) -> Option<Arc<T>> {
        match self.look(now) {
            Look::Take(Ok(document)) => Some(document),
            Look::Take(Err(_)) | Look::Fetch(_) => None,
        }
    }

    /// The document, fetched if need be.
    pub(crate) fn current(
        &self,
        now: Timestamp,
        fetch: impl FnOnce() -> Result<T, UpstreamError>,
    ) -> Result<Arc<T>, UpstreamError> {
        let _fetching = match self.look(now) {
            Look::Take(answer) => return answer,
            Look::Fetch(Some(old)) => match self.fetching.try_lock() {
                Some(fetching) => fetching,
                None => return Ok(old),
            },
            Look::Fetch(None) => self.fetching.lock(),
        };
        // Somebody else may have fetched it meanwhile.
        match self.look(now) {
            Look::Take(answer) => answer,
            Look::Fetch(old) => self.fetched(now, fetch).or_else(|error| old.ok_or(error)),
        }
    }

    /// Another document than `seen`, which lacks something; `None`: there is none for now.
    pub(crate) fn newer(
        &self,
        seen: &Arc<T>,
        now: Timestamp,
        fetch: impl FnOnce() -> Result<T, UpstreamError>,
    ) -> Result<Option<Arc<T>>, UpstreamError> {
        let _fetching = self.fetching.lock();
        {
            let mut state = self.state.lock();
            if let Some((other, _)) =
                state.kept.as_ref().filter(|(kept, _)| !Arc::ptr_eq(kept, seen))
            {
                return Ok(Some(Arc::clone(other)));
            }
            if state.early_at.is_some_and(|at| is_within(at, now, self.keeping.early)) {
                return Ok(None);
            }
            state.early_at = Some(now);
        }
        self.fetched(now, fetch).map(Some)
    }

    fn fetched(
        &self,
        now: Timestamp,
        fetch: impl FnOnce() -> Result<T, UpstreamError>,
    ) -> Result<Arc<T>, UpstreamError> {
        let begun = Instant::now();
        let answer = fetch().map(Arc::new);
        let mut state = self.state.lock();
        match &answer {
            Ok(document) => {
                state.kept = Some((Arc::clone(document), now));
                state.failure = None;
            }
            Err(error) => {
                tracing::warn!(%error, "a document of the upstream provider could not be fetched");
                // From its end on: a provider that let us wait for long is not asked at once again.
                let took = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
                state.failure = Some((error.clone(), now.plus(Lifetime::from_millis(took))));
            }
        }
        answer
    }

    fn look(&self, now: Timestamp) -> Look<T> {
        let state = self.state.lock();
        let kept_for = |limit| {
            let kept = state.kept.as_ref().filter(|(_, at)| is_within(*at, now, limit));
            kept.map(|(document, _)| Arc::clone(document))
        };
        if let Some(document) = kept_for(self.keeping.fresh) {
            return Look::Take(Ok(document));
        }
        let old = kept_for(self.keeping.usable);
        match &state.failure {
            Some((error, at)) if is_within(*at, now, self.keeping.pause) => {
                Look::Take(old.ok_or_else(|| error.clone()))
            }
            Some(_) | None => Look::Fetch(old),
        }
    }
}

/// Whether it was less than that ago.
fn is_within(at: Timestamp, now: Timestamp, limit: Lifetime) -> bool {
    let age = now.since(at);
    age < limit && age.millis() > AHEAD.millis().saturating_neg()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::error::NetworkFault;

    const KEEPING: Keeping = Keeping {
        fresh: Lifetime::from_seconds(100),
        usable: Lifetime::from_seconds(1_000),
        pause: Lifetime::from_seconds(5),
        early: Lifetime::from_seconds(60),
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    fn fails() -> Result<u32, UpstreamError> {
        Err(NetworkFault::Timeout.into())
    }

    fn not_asked() -> Result<u32, UpstreamError> {
        panic!("nobody should ask")
    }

    #[test]
    fn a_document_is_fetched_when_its_time_is_over() {
        let held = Held::new(KEEPING);
        assert_eq!(*held.current(at(0), || Ok(1)).unwrap(), 1);
        assert_eq!(*held.current(at(99), not_asked).unwrap(), 1);
        assert_eq!(*held.current(at(100), || Ok(2)).unwrap(), 2);
    }

    #[test]
    fn an_old_document_is_used_for_a_bounded_time_when_there_is_no_new_one() {
        let held = Held::new(KEEPING);
        held.current(at(0), || Ok(1)).unwrap();
        assert_eq!(*held.current(at(500), fails).unwrap(), 1);
        assert_eq!(held.current(at(1_000), fails), fails().map(Arc::new));
    }

    #[test]
    fn after_a_failure_nobody_asks_for_some_seconds() {
        let held = Held::new(KEEPING);
        assert!(held.current(at(0), fails).is_err());
        assert_eq!(held.current(at(4), not_asked), fails().map(Arc::new));
        assert_eq!(*held.current(at(5), || Ok(1)).unwrap(), 1);
    }

    #[test]
    fn whoever_waited_for_a_request_that_failed_does_not_ask_again() {
        let held = Held::new(KEEPING);
        let slow = || {
            std::thread::sleep(Duration::from_millis(50));
            fails()
        };
        std::thread::scope(|scope| {
            let first = scope.spawn(|| held.current(at(0), slow));
            while held.fetching.try_lock().is_some() {}
            assert_eq!(held.current(at(0), not_asked), fails().map(Arc::new));
            assert!(first.join().unwrap().is_err());
        });
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_nothing_for_ever() {
        let held = Held::new(KEEPING);
        held.current(at(10_000), || Ok(1)).unwrap();
        assert_eq!(*held.current(at(0), || Ok(2)).unwrap(), 2);
    }

    #[test]
    fn many_who_want_it_at_once_fetch_it_once() {
        let (held, fetched) = (Held::new(KEEPING), AtomicU32::new(0));
        let slow = || {
            fetched.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(50));
            Ok(7)
        };
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| assert_eq!(*held.current(at(0), slow).unwrap(), 7));
            }
        });
        assert_eq!(fetched.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn while_one_fetches_the_others_use_the_old_one() {
        let held = Held::new(KEEPING);
        held.current(at(0), || Ok(1)).unwrap();
        let new = held.current(at(200), || {
            // This thread holds the lock of those who fetch.
            std::thread::scope(|scope| {
                let other = scope.spawn(|| held.current(at(200), not_asked));
                assert_eq!(*other.join().unwrap().unwrap(), 1);
            });
            Ok(2)
        });
        assert_eq!(*new.unwrap(), 2);
    }

    #[test]
    fn it_is_fetched_before_its_time_once_a_minute_at_most() {
        let held = Held::new(KEEPING);
        let first = held.current(at(0), || Ok(1)).unwrap();
        let second = held.newer(&first, at(1), || Ok(2)).unwrap().unwrap();
        assert_eq!(*second, 2);
        // Whoever saw the first one only gets the second.
        assert_eq!(held.newer(&first, at(2), not_asked), Ok(Some(Arc::clone(&second))));
        assert_eq!(held.newer(&second, at(60), not_asked), Ok(None));
        assert_eq!(*held.newer(&second, at(61), || Ok(3)).unwrap().unwrap(), 3);
    }
}
