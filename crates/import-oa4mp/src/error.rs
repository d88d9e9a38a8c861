//! What stops an import. A row that cannot be read never does.

use muster_store::{StoreError, on_one_line};

use crate::sealing::SealingFailed;

/// Why an import stopped. What was written until then stays, and a second run goes on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// No such kind of source.
    #[error("--from must begin with postgres:// or mysql://")]
    SourceUrl,
    /// The source cannot be reached or read.
    #[error(
        "the OA4MP database cannot be read: {}; check the URL, and that the account may SELECT",
        on_one_line(.0)
    )]
    Source(String),
    /// The source holds no OA4MP tables.
    #[error("there is no table `{0}` in the source; check --schema and --prefix")]
    NotOa4mp(String),
    /// A name that no table has.
    #[error("`{0}` is no name of a schema or table")]
    Name(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something could not be sealed.
    #[error(transparent)]
    Sealing(#[from] SealingFailed),
}
