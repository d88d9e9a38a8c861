//! Exit codes: what scripts may rely on.

use muster_admin::DeedError;
use muster_store::StoreError;

use crate::premises::PremisesError;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// It was done.
    Done,
    /// It was not done.
    Failed,
    /// The command line is wrong.
    Usage,
    /// There is nobody and nothing by that name.
    NotFound,
    /// The id is taken, or a limit is reached.
    Conflict,
    /// The database or the key cannot be used.
    Unavailable,
    /// A check found something bad.
    Bad,
}

impl Exit {
    /// Every code, for the documentation.
    pub const ALL: [Self; 7] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::NotFound,
        Self::Conflict,
        Self::Unavailable,
        Self::Bad,
    ];

    /// The process's exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Conflict => 4,
            Self::Unavailable => 5,
            Self::Bad => 6,
        }
    }

    /// What it means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "not done; the message says why",
            Self::Usage => "the command line is wrong",
            Self::NotFound => {
                "there is nobody and nothing by that name: no such admin, client, user, key, device or issuer"
            }
            Self::Conflict => "the id is taken, or a limit is reached",
            Self::Unavailable => "the database or the key cannot be used",
            Self::Bad => "a check (config check, doctor, audit verify) found something bad",
        }
    }
}

/// A command that was not done.
#[derive(Debug, thiserror::Error)]
#[error("{words}")]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What to tell the keeper.
    pub words: String,
}

impl Failure {
    /// A failure in these words.
    pub fn new(exit: Exit, words: impl Into<String>) -> Self {
        Self { exit, words: words.into() }
    }
}

impl From<DeedError> for Failure {
    fn from(error: DeedError) -> Self {
        let exit = match &error {
            DeedError::NotFound { .. }
            | DeedError::NoUser(_)
            | DeedError::NoDevice
            | DeedError::NotTrusted(_)
            | DeedError::NoKey(_) => Exit::NotFound,
            DeedError::Registration(_) => Exit::Usage,
            DeedError::Taken(_)
            | DeedError::There { .. }
            | DeedError::Full(_)
            | DeedError::Revoked(_)
            | DeedError::KeySigns(_) => Exit::Conflict,
            DeedError::Id(_)
            | DeedError::UserDisabled(_)
            | DeedError::IssuerUrl { .. }
            | DeedError::Unpresentable(_)
            | DeedError::KeySet(_)
            | DeedError::RedirectUri { .. }
            | DeedError::NoSecret(_)
            | DeedError::SigningKey(_)
            | DeedError::Randomness(_) => Exit::Failed,
            DeedError::Kek(_)
            | DeedError::KeyRing(_)
            | DeedError::Audit(_)
            | DeedError::Store(_) => Exit::Unavailable,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(Exit::Unavailable, error.to_string())
    }
}

impl From<PremisesError> for Failure {
    fn from(error: PremisesError) -> Self {
        let exit = match &error {
            PremisesError::NoIssuer { .. } => Exit::NotFound,
            PremisesError::Open(_)
            | PremisesError::Store { .. }
            | PremisesError::SchemaBehind { .. }
            | PremisesError::SchemaAhead { .. }
            | PremisesError::NotThere { .. }
            | PremisesError::NoKek
            | PremisesError::KekLost { .. }
            | PremisesError::Kek(_)
            | PremisesError::Deed(_)
            | PremisesError::Audit(_) => Exit::Unavailable,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::Failed, format!("nothing can be written: {error}"))
    }
}
