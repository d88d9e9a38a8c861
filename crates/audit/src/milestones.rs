//! How many records this process has appended, for whoever waits for a round number of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

/// Counts records. Clones count together.
#[derive(Clone, Default)]
pub struct Milestones {
    counted: Arc<Counted>,
}

#[derive(Default)]
struct Counted {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Default)]
struct State {
    records: u64,
    /// The number that somebody waits for next: the bell is not rung for every record.
    awaited: u64,
    is_over: bool,
}

impl Milestones {
    /// How many records were appended.
    pub fn records(&self) -> u64 {
        self.counted.state.lock().records
    }

    pub(crate) fn passed(&self, count: usize) {
        let mut state = self.counted.state.lock();
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        state.records = state.records.saturating_add(count);
        if state.records >= state.awaited {
            // Whoever still waits then says so anew.
            state.awaited = u64::MAX;
            self.counted.bell.notify_all();
        }
    }

    /// Waits for `count` records after the first `since`, for `patience` at most. `false`:
    /// nobody is to wait any more.
    pub fn wait(&self, since: u64, count: u64, patience: Duration) -> bool {
        let until = Instant::now().checked_add(patience);
        let wanted = since.saturating_add(count);
        let mut state = self.counted.state.lock();
        while !state.is_over && state.records < wanted {
            let Some(until) = until else { return true };
            state.awaited = state.awaited.min(wanted);
            if self.counted.bell.wait_until(&mut state, until).timed_out() {
                break;
            }
        }
        !state.is_over
    }

    /// Ends all waiting.
    pub fn end(&self) {
        self.counted.state.lock().is_over = true;
        self.counted.bell.notify_all();
    }
}
