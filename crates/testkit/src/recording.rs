//! A history of one token family in the making: many threads do this and that with its
//! refresh tokens, and what each was answered is written down with the moments around it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::checker::{Deed, Name, Operation};

/// No answer came: nobody knows whether it was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoAnswer;

/// Whoever carries out what is recorded, for the client that holds the family.
pub trait Hands {
    /// The successor of a refresh token; `None`: refused.
    fn refresh(&self, token: &str) -> Result<Option<String>, NoAnswer>;
    /// Revokes the family.
    fn revoke(&self, token: &str) -> Result<(), NoAnswer>;
    /// Whether a refresh token is active.
    fn is_active(&self, token: &str) -> Result<bool, NoAnswer>;
    /// The refresh tokens of the family as one listing shows them.
    fn list(&self) -> Result<Vec<(String, bool)>, NoAnswer>;
}

/// What was asked and answered so far.
#[derive(Debug)]
pub struct Recording {
    /// The refresh tokens that somebody has seen, in the order of their coming.
    names: Mutex<Vec<String>>,
    moments: AtomicU64,
    history: Mutex<Vec<Operation>>,
    /// Lost, and perhaps still under way.
    lost: Mutex<Vec<Operation>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recording {
    /// Of the family that begins with this refresh token.
    pub fn of(first: &str) -> Self {
        Self {
            names: Mutex::new(vec![first.to_owned()]),
            moments: AtomicU64::new(0),
            history: Mutex::default(),
            lost: Mutex::default(),
        }
    }

    fn moment(&self) -> u64 {
        self.moments.fetch_add(1, Ordering::SeqCst)
    }

    fn name(&self, text: &str) -> Name {
        let mut names = lock(&self.names);
        names.iter().position(|name| name == text).unwrap_or_else(|| {
            names.push(text.to_owned());
            names.len() - 1
        })
    }

    /// A token to show: mostly the newest, for one that was used ends the family.
    fn token(&self, choice: u64) -> (Name, String) {
        let names = lock(&self.names);
        let back = usize::from(choice.is_multiple_of(11));
        let number = names.len().saturating_sub(1 + back);
        (number, names.get(number).cloned().unwrap_or_default())
    }

    /// One operation, chosen by a number.
    pub fn step(&self, hands: &dyn Hands, choice: u64) -> Result<(), NoAnswer> {
        let (shown, text) = self.token(choice);
        let began = self.moment();
        let (deed, lost) = match choice % 16 {
            0..5 => {
                let got = hands.refresh(&text).map(|got| got.map(|text| self.name(&text)));
                let deed = got.map(|got| Deed::Refresh { shown, got });
                (deed, Some(Deed::LostRefresh { shown }))
            }
            5 if choice.is_multiple_of(3) => {
                (hands.revoke(&text).map(|()| Deed::Revoke), Some(Deed::LostRevoke))
            }
            5..11 => {
                let active = hands.is_active(&text);
                (active.map(|active| Deed::Introspect { asked: shown, active }), None)
            }
            _ => {
                let rows = hands.list().map(|rows| {
                    rows.iter().map(|(text, valid)| (self.name(text), *valid)).collect()
                });
                (rows.map(|listed| Deed::List { listed }), None)
            }
        };
        let Ok(deed) = deed else {
            // Whoever only looked has changed nothing.
            let lost = lost.map(|deed| Operation { deed, began, ended: u64::MAX });
            lock(&self.lost).extend(lost);
            return Err(NoAnswer);
        };
        let ended = self.moment();
        lock(&self.history).push(Operation { deed, began, ended });
        Ok(())
    }

    /// What is still without an answer has come about by now or never will; how much it is.
    pub fn settle(&self) -> usize {
        let ended = self.moment();
        let mut lost = lock(&self.lost);
        let count = lost.len();
        let settled = lost.drain(..).map(|operation| Operation { ended, ..operation });
        lock(&self.history).extend(settled);
        count
    }

    /// The history.
    pub fn finish(self) -> Vec<Operation> {
        self.settle();
        self.history.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A number that looks like chance and is the same in every run.
pub const fn mixed(seed: u64) -> u64 {
    let mut number = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    number ^= number >> 29;
    number = number.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number ^ (number >> 32)
}
