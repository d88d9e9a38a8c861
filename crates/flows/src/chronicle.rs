//! What flows tell the audit trail, in the same unit as the deed itself: a deed whose
//! record cannot be written is not done.

use muster_domain::{ClientId, GrantName, Transaction, TransactionKey, UserId};
use muster_store::{StoreError, Unit};

/// Something that a flow did or noticed.
#[derive(Clone, Copy, Debug)]
pub enum Happening<'a> {
    /// Tokens were issued.
    Issued {
        /// By which grant.
        grant: GrantName,
        /// In which transaction.
        transaction: &'a Transaction,
        /// The number of the first token.
        first: i64,
        /// How many.
        count: usize,
        /// Whom they speak for; `None`: the client itself.
        user: Option<&'a UserId>,
    },
    /// The answer of a refresh was given again within the grace period.
    AnsweredAgain {
        /// In which transaction.
        transaction: TransactionKey,
    },
    /// A used refresh token was shown again: its family has ended.
    RefreshReused {
        /// Which transaction has ended.
        transaction: TransactionKey,
        /// For whom.
        user: Option<&'a UserId>,
    },
    /// A redeemed code was shown again: its family has ended.
    CodeReplayed {
        /// Which transaction has ended.
        transaction: TransactionKey,
        /// For whom.
        user: Option<&'a UserId>,
    },
    /// A client showed another one's code.
    StrangerShowedCode {
        /// Whose transaction it is.
        transaction: TransactionKey,
        /// How often that has happened.
        times: i16,
    },
    /// A token was taken back.
    TokenRevoked {
        /// The token's number.
        token: i64,
        /// Whether its whole family ended with it.
        family: bool,
        /// The client that held it.
        holder: &'a ClientId,
        /// For whom it spoke.
        user: Option<&'a UserId>,
    },
    /// A device flow began.
    DeviceStarted,
    /// A person decided about a device.
    DeviceDecided {
        /// Who.
        user: Option<&'a UserId>,
        /// Whether the answer was yes.
        approved: bool,
    },
}

/// Writes down what happens, within the unit in which it happens.
pub trait Chronicle {
    /// Records it.
    fn note(&self, unit: &mut dyn Unit, happening: &Happening<'_>) -> Result<(), StoreError>;
}

/// Records nothing: for tests of flows alone, and for planting.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unrecorded;

impl Chronicle for Unrecorded {
    fn note(&self, _: &mut dyn Unit, _: &Happening<'_>) -> Result<(), StoreError> {
        Ok(())
    }
}
