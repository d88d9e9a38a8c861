//! What is recorded: a closed list, so that a new deed must find its word.
//!
//! The words are explained in `docs/operations/audit.md`; a test holds the two together.

use muster_domain::PartyStatus;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// All of them, in the order of the enum.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its word in the trail.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

words! {
    /// Something that happened.
    Event {
        /// A caller proved who it is, or failed to.
        ClientAuthentication = "client_authentication",
        /// A request of an authenticated caller was refused.
        GrantRefused = "grant_refused",
        /// A listing is about to begin: durable before its first byte.
        TokenInfoListed = "token_info_listed",
        /// A listing ended, whole or cut.
        TokenInfoFinished = "token_info_finished",
        /// Tokens were issued.
        TokensIssued = "tokens_issued",
        /// The answer of a refresh was given again within the grace period.
        AnsweredAgain = "answered_again",
        /// A used refresh token was shown again; its family has ended.
        RefreshReused = "refresh_reused",
        /// A redeemed code was shown again; its family has ended.
        CodeReplayed = "code_replayed",
        /// A client showed another one's code.
        CodeShownByStranger = "code_shown_by_stranger",
        /// A token was revoked.
        TokenRevoked = "token_revoked",
        /// A device flow began.
        DeviceStarted = "device_started",
        /// A person decided about a device.
        DeviceDecided = "device_decided",
        /// An issuer was added.
        IssuerAdded = "issuer_added",
        /// An admin client was added.
        AdminAdded = "admin_added",
        /// An admin client waits for approval again.
        AdminPending = "admin_pending",
        /// An admin client was approved.
        AdminApproved = "admin_approved",
        /// An admin client was denied.
        AdminDenied = "admin_denied",
        /// An admin client was suspended.
        AdminSuspended = "admin_suspended",
        /// An admin client was ended for good.
        AdminRevoked = "admin_revoked",
        /// An admin client got a right.
        RightGiven = "right_given",
        /// An admin client lost a right.
        RightTaken = "right_taken",
        /// A client was added.
        ClientAdded = "client_added",
        /// A client waits for approval again.
        ClientPending = "client_pending",
        /// A client was approved.
        ClientApproved = "client_approved",
        /// A client was denied.
        ClientDenied = "client_denied",
        /// A client was suspended.
        ClientSuspended = "client_suspended",
        /// A client was ended for good.
        ClientRevoked = "client_revoked",
        /// A revoked client was removed, with all it held.
        ClientRemoved = "client_removed",
        /// A client came under an admin.
        Linked = "linked",
        /// A client was taken from an admin.
        Unlinked = "unlinked",
        /// A secret was replaced.
        SecretRotated = "secret_rotated",
        /// A hash was replaced by a better one.
        SecretUpgraded = "secret_upgraded",
        /// A key was made.
        KeyMade = "key_made",
        /// Another key signs from now on.
        KeyRotated = "key_rotated",
        /// A key is no longer published.
        KeyRetired = "key_retired",
        /// A key was taken over.
        KeyImported = "key_imported",
        /// An issuer whose assertions are believed was entered, changed or taken away.
        TrustChanged = "trust_changed",
        /// An issuer's standing was changed.
        IssuerChanged = "issuer_changed",
        /// What a client may do was changed.
        ClientChanged = "client_changed",
        /// A user's standing was changed.
        UserChanged = "user_changed",
        /// An import ran.
        Imported = "imported",
        /// The service runs with other settings than before.
        ConfigChanged = "config_changed",
        /// The service started.
        Started = "started",
        /// The service stopped.
        Stopped = "stopped",
        /// A limit was reached.
        LimitHit = "limit_hit",
        /// A request met a fault of the program.
        Panicked = "panicked",
        /// The torn last line of a file was cut off.
        TrailMended = "trail_mended",
    }
}

impl Event {
    /// That an admin client stands like this from now on.
    pub const fn of_admin(status: PartyStatus) -> Self {
        match status {
            PartyStatus::Pending => Self::AdminPending,
            PartyStatus::Approved => Self::AdminApproved,
            PartyStatus::Denied => Self::AdminDenied,
            PartyStatus::Suspended => Self::AdminSuspended,
            PartyStatus::Revoked => Self::AdminRevoked,
        }
    }

    /// That a client stands like this from now on.
    pub const fn of_client(status: PartyStatus) -> Self {
        match status {
            PartyStatus::Pending => Self::ClientPending,
            PartyStatus::Approved => Self::ClientApproved,
            PartyStatus::Denied => Self::ClientDenied,
            PartyStatus::Suspended => Self::ClientSuspended,
            PartyStatus::Revoked => Self::ClientRevoked,
        }
    }
}

words! {
    /// How it ended.
    Ending {
        /// As it was meant to.
        Done = "done",
        /// It was not permitted.
        Refused = "refused",
        /// It was cut.
        Aborted = "aborted",
        /// It is about to begin.
        Begun = "begun",
    }
}
