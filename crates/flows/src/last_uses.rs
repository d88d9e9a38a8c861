//! When tokens were last used: noted in memory with each use, and written down in batches, to
//! the half minute or so (decision 0015). Nobody's validity hangs on it, so that a crash may
//! lose the last of them, and no request waits for a write.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use muster_domain::{Timestamp, TokenKey};
use muster_store::{Store, StoreError};

/// Tokens remembered between two batches: some 3 MiB. Beyond it newcomers are not noted: what
/// is shown to people is not worth more memory than that.
const MOST: usize = 65_536;
/// Tokens in one unit: few enough that no request waits for their rows.
const AT_ONCE: usize = 500;

/// Uses that are not written down yet.
#[derive(Debug, Default)]
pub struct LastUses {
    noted: Mutex<HashMap<TokenKey, Timestamp>>,
}

impl LastUses {
    /// Notes that a token was used.
    pub fn note(&self, token: TokenKey, at: Timestamp) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let has_room = noted.len() < MOST;
        match noted.get_mut(&token) {
            Some(last) => *last = at.max(*last),
            None if has_room => {
                noted.insert(token, at);
            }
            None => {}
        }
    }

    /// Writes down what was noted; how many tokens that were. What cannot be written now is
    /// kept for the next time.
    pub fn write_down(&self, store: &dyn Store) -> Result<usize, StoreError> {
        let noted = std::mem::take(&mut *self.noted.lock().unwrap_or_else(PoisonError::into_inner));
        let mut uses: Vec<(TokenKey, Timestamp)> = noted.into_iter().collect();
        // In the order of their rows, so that two processes never wait for each other.
        uses.sort_unstable();
        let mut written = 0_usize;
        for some in uses.chunks(AT_ONCE) {
            if let Err(error) = store.change(|unit| unit.note_uses(some)) {
                uses.iter().skip(written).for_each(|(token, at)| self.note(*token, *at));
                return Err(error);
            }
            written = written.saturating_add(some.len());
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_domain::Shard;

    fn key(number: i64) -> TokenKey {
        TokenKey::new(Shard::from_number(1).unwrap(), number)
    }

    #[test]
    fn the_latest_use_counts_and_memory_is_bounded() {
        let uses = LastUses::default();
        let at = Timestamp::from_millis;
        uses.note(key(1), at(2));
        uses.note(key(1), at(1));
        for number in 2..100_000 {
            uses.note(key(number), at(3));
        }
        uses.note(key(1), at(4));
        let noted = uses.noted.into_inner().unwrap();
        assert_eq!(noted.len(), MOST);
        assert_eq!(noted.get(&key(1)), Some(&at(4)), "who is known is noted still");
    }
}
