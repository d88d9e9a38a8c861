//! Numbers for new rows, handed out in blocks: the same way on every engine, and the
//! keys are known before the rows are written.

use std::ops::Range;

use crate::StoreError;

/// A row of numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sequence {
    /// For issuers.
    Issuers,
    /// For admin clients.
    Admins,
    /// For clients.
    Clients,
    /// For users.
    Users,
    /// For transactions.
    Transactions,
    /// For tokens.
    Tokens,
    /// For data keys.
    DataKeys,
    /// For device flows.
    DeviceFlows,
}

impl Sequence {
    /// Its name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issuers => "issuers",
            Self::Admins => "admins",
            Self::Clients => "clients",
            Self::Users => "users",
            Self::Transactions => "transactions",
            Self::Tokens => "tokens",
            Self::DataKeys => "data_keys",
            Self::DeviceFlows => "device_flows",
        }
    }
}

/// Taking numbers.
pub trait NumbersWriting {
    /// Takes `count` numbers in a row that nobody else gets. The first ever is 1.
    /// Numbers of a unit that fails may be lost; they only grow.
    fn take_numbers(&mut self, sequence: Sequence, count: i64) -> Result<Range<i64>, StoreError>;
}
