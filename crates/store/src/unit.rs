//! One connection's worth of work: reading for the length of a closure, or a unit that
//! happens as a whole or not at all.

use crate::{
    AdministersReading, AdministersWriting, AssertionsWriting, AuditReading, AuditWriting,
    CleaningWriting, CodesReading, CodesWriting, DataKeysReading, DataKeysWriting,
    DeviceFlowsReading, DeviceFlowsWriting, IssuersReading, IssuersWriting, ListingReading,
    NumbersWriting, PartiesReading, PartiesWriting, SigningKeysReading, SigningKeysWriting,
    StandingsReading, StoreError, TokensReading, TokensWriting, TransactionsReading,
    TransactionsWriting, TrustedIssuersReading, TrustedIssuersWriting, UsersReading, UsersWriting,
};

/// Everything that can be asked.
pub trait Reading:
    IssuersReading
    + PartiesReading
    + AdministersReading
    + UsersReading
    + TransactionsReading
    + TokensReading
    + ListingReading
    + AuditReading
    + DataKeysReading
    + SigningKeysReading
    + StandingsReading
    + CodesReading
    + DeviceFlowsReading
    + TrustedIssuersReading
{
}

/// Everything that can be changed.
pub trait Writing:
    IssuersWriting
    + PartiesWriting
    + AdministersWriting
    + UsersWriting
    + TransactionsWriting
    + TokensWriting
    + AuditWriting
    + DataKeysWriting
    + SigningKeysWriting
    + NumbersWriting
    + AssertionsWriting
    + CodesWriting
    + DeviceFlowsWriting
    + TrustedIssuersWriting
    + CleaningWriting
{
}

/// A transaction of the database: what it reads and writes happens as a whole.
pub trait Unit: Reading + Writing {}

/// Whether the database can serve.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoreHealth {
    /// The engine and its version, for the keeper's eyes.
    pub engine: String,
    /// The newest migration that has run, if any.
    pub schema_version: Option<String>,
    /// Migrations that this program brings and the database lacks.
    pub pending: Vec<String>,
    /// Migrations that the database has and this program does not know.
    pub unknown: Vec<String>,
}

/// A database.
pub trait Store: Send + Sync {
    /// Runs `work` on one connection, which goes back to the pool when `work` ends.
    fn read_with(
        &self,
        work: &mut dyn FnMut(&mut dyn Reading) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// The same on the connections set aside for listings, so that slow readers cannot
    /// keep tokens from being issued.
    fn list_with(
        &self,
        work: &mut dyn FnMut(&mut dyn Reading) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// Runs `work` in one unit and commits it, durably, unless it fails. It may run more
    /// than once: a unit that lost against another one is tried again (fault F12).
    fn change_with(
        &self,
        work: &mut dyn FnMut(&mut dyn Unit) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// How the database stands.
    fn health(&self) -> Result<StoreHealth, StoreError>;
}

impl dyn Store + '_ {
    /// Reads a value; see [`Store::read_with`].
    pub fn read<T>(
        &self,
        mut work: impl FnMut(&mut dyn Reading) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut answer = None;
        self.read_with(&mut |reading| {
            answer = Some(work(reading)?);
            Ok(())
        })?;
        answer.ok_or_else(no_answer)
    }

    /// Reads a value on a listing's connection; see [`Store::list_with`].
    pub fn list<T>(
        &self,
        mut work: impl FnMut(&mut dyn Reading) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut answer = None;
        self.list_with(&mut |reading| {
            answer = Some(work(reading)?);
            Ok(())
        })?;
        answer.ok_or_else(no_answer)
    }

    /// Changes things in one unit; see [`Store::change_with`].
    pub fn change<T>(
        &self,
        mut work: impl FnMut(&mut dyn Unit) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut answer = None;
        self.change_with(&mut |unit| {
            answer = Some(work(unit)?);
            Ok(())
        })?;
        answer.ok_or_else(no_answer)
    }
}

fn no_answer() -> StoreError {
    StoreError::corrupt("the store reported success without doing the work")
}
