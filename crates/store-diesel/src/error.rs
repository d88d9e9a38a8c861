//! Diesel's errors in the words of `muster-store`.

use diesel::result::{DatabaseErrorKind, Error};
use muster_store::StoreError;

/// Sorts a failure of the database.
pub(crate) fn store_error(error: Error) -> StoreError {
    if is_taken(&error) {
        return StoreError::Conflict { what: "a row with the same key" };
    }
    if let Error::DeserializationError(source) = error {
        return StoreError::corrupt(source.to_string());
    }
    StoreError::Unavailable { reason: error.to_string(), source: Some(Box::new(error)) }
}

/// Whether a unique index refused a row. Citus hands on the words of a worker that a copy
/// stumbled over, but not their code.
fn is_taken(error: &Error) -> bool {
    let Error::DatabaseError(kind, information) = error else { return false };
    let words = information.message();
    matches!(kind, DatabaseErrorKind::UniqueViolation)
        || words.starts_with("duplicate key value violates unique constraint")
}

/// Whether another unit won and this one may be tried again: serialization failure
/// (40001), deadlock (40P01).
pub(crate) fn is_lost_race(error: &StoreError) -> bool {
    match database_error(error) {
        Some(Error::DatabaseError(kind, information)) => {
            matches!(kind, DatabaseErrorKind::SerializationFailure)
                || information.message().contains("deadlock detected")
        }
        Some(_) | None => false,
    }
}

/// Whether a row was locked for longer than this unit may wait (55P03).
pub(crate) fn waited_in_vain(error: &StoreError) -> bool {
    match database_error(error) {
        Some(Error::DatabaseError(_, information)) => {
            information.message().contains("lock timeout")
        }
        Some(_) | None => false,
    }
}

/// Whether the connection went away under the work.
pub(crate) fn is_broken_connection(error: &StoreError) -> bool {
    match database_error(error) {
        Some(Error::DatabaseError(kind, information)) => {
            let message = information.message();
            // Where a command could not even be sent, the library tells no kind apart.
            matches!(
                kind,
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand
            ) || message.contains("terminating connection")
                || message.contains("server closed the connection")
                || message.contains("no connection to the server")
        }
        Some(error) => matches!(error, Error::BrokenTransactionManager),
        None => false,
    }
}

fn database_error(error: &StoreError) -> Option<&Error> {
    match error {
        StoreError::Unavailable { source: Some(source), .. } => source.downcast_ref::<Error>(),
        StoreError::Unavailable { source: None, .. }
        | StoreError::Conflict { .. }
        | StoreError::Corrupt { .. }
        | StoreError::GivenUp { .. } => None,
    }
}
