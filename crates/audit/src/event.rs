//! What is recorded: a closed list, so that a new deed must find its word.

/// Something that happened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Event {
    /// A caller proved who it is, for the first time in a while.
    ClientAuthentication,
    /// A request was refused.
    GrantRefused,
    /// A listing is about to begin: durable before its first byte.
    TokenInfoListed,
    /// A listing ended.
    TokenInfoFinished,
    /// An admin client was added.
    AdminAdded,
    /// An admin client stands differently now.
    AdminStatus,
    /// An admin client's rights changed.
    AdminRights,
    /// A client was added.
    ClientAdded,
    /// A client stands differently now.
    ClientStatus,
    /// A client was removed, with all it held.
    ClientRemoved,
    /// A client came under an admin.
    Linked,
    /// A client was taken from an admin.
    Unlinked,
    /// A secret was replaced.
    SecretRotated,
    /// A hash was replaced by a better one.
    SecretUpgraded,
    /// A key was made.
    KeyMade,
    /// An import ran.
    Imported,
    /// The service started.
    Started,
    /// The service stopped.
    Stopped,
}

impl Event {
    /// Its word in the trail.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientAuthentication => "client_authentication",
            Self::GrantRefused => "grant_refused",
            Self::TokenInfoListed => "token_info_listed",
            Self::TokenInfoFinished => "token_info_finished",
            Self::AdminAdded => "admin_added",
            Self::AdminStatus => "admin_status",
            Self::AdminRights => "admin_rights",
            Self::ClientAdded => "client_added",
            Self::ClientStatus => "client_status",
            Self::ClientRemoved => "client_removed",
            Self::Linked => "linked",
            Self::Unlinked => "unlinked",
            Self::SecretRotated => "secret_rotated",
            Self::SecretUpgraded => "secret_upgraded",
            Self::KeyMade => "key_made",
            Self::Imported => "imported",
            Self::Started => "started",
            Self::Stopped => "stopped",
        }
    }
}

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ending {
    /// As it was meant to.
    Done,
    /// It was not permitted.
    Refused,
    /// It was cut.
    Aborted,
    /// It is about to begin.
    Begun,
}

impl Ending {
    /// Its word in the trail.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Aborted => "aborted",
            Self::Begun => "begun",
        }
    }
}
