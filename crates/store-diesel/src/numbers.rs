//! Numbers for new rows, in blocks.
//!
//! A block is taken by the unit that needs it and what it leaves over is shared after its
//! commit, so the counter's row is locked once in a thousand rows, and a rollback can
//! never hand a number out twice.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use diesel::prelude::*;
use muster_store::{NumbersWriting, Sequence, StoreError};
use parking_lot::Mutex;

use crate::error::store_error;
use crate::kept::Keep as _;
use crate::schema::counters;
use crate::session::Session;

/// How many numbers are taken at once: few enough to lose, many enough to be rare.
const BLOCK: i64 = 1_000;

type Blocks = HashMap<&'static str, Range<i64>>;

/// Committed numbers that nobody has used yet.
#[derive(Default)]
pub(crate) struct SharedNumbers(Mutex<Blocks>);

/// The numbers of one unit.
pub(crate) struct UnitNumbers {
    shared: Arc<SharedNumbers>,
    taken: Blocks,
}

impl UnitNumbers {
    pub(crate) fn new(shared: &Arc<SharedNumbers>) -> Self {
        Self { shared: Arc::clone(shared), taken: Blocks::new() }
    }

    /// Shares what is left; to be called after the unit's commit, never before.
    pub(crate) fn share(&mut self) {
        let mut shared = self.shared.0.lock();
        for (name, block) in self.taken.drain() {
            let kept = shared.entry(name).or_insert(0..0);
            if length(&block) > length(kept) {
                *kept = block;
            }
        }
    }

    fn take_ready(&mut self, name: &'static str, count: i64) -> Option<Range<i64>> {
        if let Some(block) = self.taken.get_mut(name)
            && length(block) >= count
        {
            return Some(split(block, count));
        }
        let mut shared = self.shared.0.lock();
        let block = shared.get_mut(name).filter(|block| length(block) >= count)?;
        Some(split(block, count))
    }

    fn refill(&mut self, name: &'static str, mut block: Range<i64>, count: i64) -> Range<i64> {
        let numbers = split(&mut block, count);
        self.taken.insert(name, block);
        numbers
    }
}

fn length(block: &Range<i64>) -> i64 {
    block.end.saturating_sub(block.start)
}

fn split(block: &mut Range<i64>, count: i64) -> Range<i64> {
    let cut = block.start.saturating_add(count).min(block.end);
    let numbers = block.start..cut;
    block.start = cut;
    numbers
}

macro_rules! numbers {
    ($connection:ty) => {
        impl NumbersWriting for Session<'_, $connection> {
            fn take_numbers(
                &mut self,
                sequence: Sequence,
                count: i64,
            ) -> Result<Range<i64>, StoreError> {
                let name = sequence.as_str();
                if let Some(numbers) = self.numbers.take_ready(name, count) {
                    return Ok(numbers);
                }
                let size = count.max(BLOCK);
                let end: i64 = diesel::update(counters::table.find(name))
                    .set(counters::next.eq(counters::next + size))
                    .returning(counters::next)
                    .kept()
                    .get_result(&mut *self.connection)
                    .map_err(store_error)?;
                Ok(self.numbers.refill(name, end.saturating_sub(size)..end, count))
            }
        }
    };
}

numbers!(diesel::PgConnection);
numbers!(diesel::SqliteConnection);
