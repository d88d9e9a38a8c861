//! One connection at work: what the trait bodies of both engines are written on.

use muster_store::{Reading, RecordMaker, Unit, Writing};

use crate::numbers::UnitNumbers;

/// A connection for the length of a closure.
pub(crate) struct Session<'a, C> {
    pub(crate) connection: &'a mut C,
    pub(crate) numbers: &'a mut UnitNumbers,
    /// What is to be recorded in the audit trail when this is committed.
    pub(crate) records: &'a mut Vec<RecordMaker>,
}

macro_rules! session {
    ($connection:ty) => {
        impl Reading for Session<'_, $connection> {}
        impl Writing for Session<'_, $connection> {}
        impl Unit for Session<'_, $connection> {}
    };
}

session!(diesel::PgConnection);
session!(diesel::SqliteConnection);
