//! Rows of `adminClients`, and what `client_approvals` says of clients and admins.

use muster_domain::{AdminRights, PartyStatus};

use crate::source::OldRow;

/// What an admin may do.
pub(crate) fn rights_of(row: &OldRow) -> AdminRights {
    AdminRights {
        list_users: row.flag("list_users"),
        list_users_other_clients: row.flag("list_users_other_clients"),
    }
}

/// How a party stands: by the status alone, the boolean is not consulted.
pub(crate) fn status_of(approval: Option<&OldRow>) -> PartyStatus {
    match approval.and_then(|row| row.text("status")) {
        Some("approved") => PartyStatus::Approved,
        Some("denied") => PartyStatus::Denied,
        Some("revoked") => PartyStatus::Revoked,
        Some("suspended") => PartyStatus::Suspended,
        Some(_) | None => PartyStatus::Pending,
    }
}

/// Whether status and boolean say different things.
pub(crate) fn disagrees(approval: &OldRow) -> bool {
    (approval.text("status") == Some("approved")) != approval.flag("approved")
}
