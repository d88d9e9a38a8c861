//! The one gate: is this token good at this moment?
//!
//! Transaction, token, client, the client's admins, user and issuer must all be in
//! order. Every grant and the listing ask here, so that no place can forget one of
//! them (past failures 9 to 13).

use crate::{PartyStatus, Timestamp, TokenState, TransactionState, UserStatus};

/// How a client stands, its admins included.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ClientStanding {
    /// The client's own status.
    pub client: PartyStatus,
    /// Whether it has admins and not one of them is approved (B34).
    pub deserted: bool,
}

impl ClientStanding {
    /// Whether the client may do anything.
    pub const fn is_good(self) -> bool {
        matches!(self.client, PartyStatus::Approved) && !self.deserted
    }
}

/// Everything above a token that can stop it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Standing {
    /// The issuer's status.
    pub issuer: PartyStatus,
    /// The client's.
    pub client: ClientStanding,
    /// The user's; `None` when the client speaks for itself.
    pub user: Option<UserStatus>,
}

impl Standing {
    /// Whether issuer, client and user are all in good standing.
    pub const fn is_good(self) -> bool {
        let user = match self.user {
            None | Some(UserStatus::Active) => true,
            Some(UserStatus::Disabled) => false,
        };
        matches!(self.issuer, PartyStatus::Approved) && self.client.is_good() && user
    }

    /// Whether a token below all this is valid at `now`. Expiry is exclusive: at
    /// `expires_at` itself it is over (B49).
    pub const fn admits(
        self,
        transaction: TransactionState,
        token: TokenState,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> bool {
        self.is_good()
            && matches!(transaction, TransactionState::Open)
            && matches!(token, TokenState::Live)
            && now.millis() < expires_at.millis()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ending;

    const GOOD: Standing = Standing {
        issuer: PartyStatus::Approved,
        client: ClientStanding { client: PartyStatus::Approved, deserted: false },
        user: Some(UserStatus::Active),
    };
    const NOW: Timestamp = Timestamp::from_millis(1_000);
    const LATER: Timestamp = Timestamp::from_millis(1_001);

    fn admits(standing: Standing) -> bool {
        standing.admits(TransactionState::Open, TokenState::Live, LATER, NOW)
    }

    #[test]
    fn a_token_is_valid_only_when_everything_above_it_is_in_order() {
        // I16, T08
        assert!(admits(GOOD));
        for status in PartyStatus::ALL.into_iter().filter(|s| *s != PartyStatus::Approved) {
            assert!(!admits(Standing { issuer: status, ..GOOD }));
            let client = ClientStanding { client: status, deserted: false };
            assert!(!admits(Standing { client, ..GOOD }));
        }
        let deserted = ClientStanding { client: PartyStatus::Approved, deserted: true };
        assert!(!admits(Standing { client: deserted, ..GOOD }));
        assert!(!admits(Standing { user: Some(UserStatus::Disabled), ..GOOD }));
        assert!(admits(Standing { user: None, ..GOOD }));
    }

    #[test]
    fn an_ended_or_expired_token_is_not_valid() {
        let ended = TransactionState::Ended { at: NOW };
        assert!(!GOOD.admits(ended, TokenState::Live, LATER, NOW));
        for how in [Ending::Revoked, Ending::Rotated] {
            let state = TokenState::Ended { how, at: NOW };
            assert!(!GOOD.admits(TransactionState::Open, state, LATER, NOW));
        }
        assert!(!GOOD.admits(TransactionState::Open, TokenState::Live, NOW, NOW));
    }
}
