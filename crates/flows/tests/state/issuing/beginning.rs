//! What the reference model answers to who begins a family: by a code, a device, a word of
//! somebody, or for a client itself.

use muster_domain::{ErrorCode, TokenKind};

use super::reference::{API, Device, DeviceState, Family, PHONE, Party, Reference, Worth};

/// How long things live.
pub(crate) const ACCESS: i64 = 900_000;
pub(crate) const REFRESH: i64 = 30 * 86_400_000;
pub(crate) const FAMILY: i64 = 365 * 86_400_000;
/// So often may others show a code.
const STRANGERS_MOST: u8 = 3;

/// Tokens that must be issued now, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Due {
    pub(crate) family: usize,
    pub(crate) tokens: Vec<(TokenKind, Worth)>,
}

/// What a family is begun with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beginning {
    pub(crate) client: usize,
    pub(crate) user: Option<usize>,
    pub(crate) key: Option<usize>,
    pub(crate) aimed: bool,
}

impl Reference {
    /// An access token that lives as long as it may.
    pub(crate) fn access(&self, ends_at: i64, worth: Worth) -> (TokenKind, Worth) {
        (TokenKind::Access, Worth { expires_at: ends_at.min(self.now + ACCESS), ..worth })
    }

    pub(crate) fn refresh_token(&self, ends_at: i64, worth: Worth) -> (TokenKind, Worth) {
        (TokenKind::Refresh, Worth { expires_at: ends_at.min(self.now + REFRESH), ..worth })
    }

    /// Nothing is made for a resource server that is stopped (B67).
    pub(crate) fn check_target(&self, aimed: bool) -> Result<(), ErrorCode> {
        if aimed && !self.stands(API) { Err(ErrorCode::InvalidTarget) } else { Ok(()) }
    }

    fn begin(&mut self, begun: Beginning, ends_at: i64, refreshes: bool) -> Due {
        let Beginning { client, user, key, aimed } = begun;
        let family = Family { client, user, parent: None, depth: 0, ends_at, open: true };
        self.families.push(family);
        self.touched.insert(client);
        let worth = Worth { expires_at: 0, scopes: "a b", aimed, key };
        let mut tokens = vec![self.access(ends_at, worth)];
        if refreshes {
            // A client that proves itself may refresh by any key (RFC 9449 5).
            let key = key.filter(|_| client == PHONE);
            tokens.push(self.refresh_token(ends_at, Worth { key, ..worth }));
        }
        Due { family: self.families.len() - 1, tokens }
    }

    /// S07, B50: somebody else's code is counted, and one's own that was used ends its family.
    pub(crate) fn redeem(
        &mut self,
        by: usize,
        number: usize,
        key: Option<usize>,
    ) -> Result<Due, ErrorCode> {
        self.admit(Party::Client(by))?;
        let code = self.codes[number].clone();
        if code.gone {
            return Err(ErrorCode::InvalidGrant);
        }
        if code.client != by {
            self.touched.insert(code.client);
            let code = &mut self.codes[number];
            code.strangers += 1;
            code.open &= code.strangers < STRANGERS_MOST || code.began.is_some();
            return Err(ErrorCode::InvalidGrant);
        }
        if let Some(family) = code.began {
            self.end(family);
            return Err(ErrorCode::InvalidGrant);
        }
        if !code.open || code.expires_at() <= self.now || !self.users[code.user] {
            return Err(ErrorCode::InvalidGrant);
        }
        let begun = Beginning { client: by, user: Some(code.user), key, aimed: false };
        let due = self.begin(begun, code.issued_at + FAMILY, true);
        self.codes[number].began = Some(due.family);
        Ok(due)
    }

    pub(crate) fn for_itself(&mut self, begun: Beginning) -> Result<Due, ErrorCode> {
        self.admit(Party::Client(begun.client))?;
        if begun.client == PHONE {
            return Err(ErrorCode::UnauthorizedClient);
        }
        self.check_target(begun.aimed)?;
        Ok(self.begin(begun, self.now + ACCESS, false))
    }

    pub(crate) fn believe(&mut self, begun: Beginning) -> Result<Due, ErrorCode> {
        self.admit(Party::Client(begun.client))?;
        if !begun.user.is_some_and(|user| self.users[user]) {
            return Err(ErrorCode::InvalidGrant);
        }
        self.check_target(begun.aimed)?;
        Ok(self.begin(begun, self.now + ACCESS, false))
    }

    /// Whether the flow waited for this person's decision.
    pub(crate) fn decide(&mut self, number: usize, user: Option<usize>) -> bool {
        let device = &mut self.devices[number];
        let waits =
            !device.gone && device.state == DeviceState::Pending && self.now < device.expires_at;
        if !waits || user.is_some_and(|user| !self.users[user]) {
            return false;
        }
        device.state = user.map_or(DeviceState::Denied, |by| DeviceState::Approved { by });
        self.touched.insert(device.client);
        true
    }

    pub(crate) fn poll(
        &mut self,
        by: usize,
        number: usize,
        key: Option<usize>,
    ) -> Result<Due, ErrorCode> {
        self.admit(Party::Client(by))?;
        let Device { client, key: began_with, expires_at, state, gone, .. } = self.devices[number];
        if gone || client != by {
            return Err(ErrorCode::InvalidGrant);
        }
        let user = match state {
            DeviceState::Redeemed => return Err(ErrorCode::InvalidGrant),
            DeviceState::Denied => return Err(ErrorCode::AccessDenied),
            DeviceState::Pending | DeviceState::Approved { .. } if expires_at <= self.now => {
                return Err(ErrorCode::ExpiredToken);
            }
            DeviceState::Pending => {
                // The poll is noted.
                self.touched.insert(client);
                return Err(ErrorCode::AuthorizationPending);
            }
            DeviceState::Approved { by } => by,
        };
        if began_with.is_some() && began_with != key {
            return Err(ErrorCode::InvalidDpopProof);
        }
        if !self.users[user] {
            return Err(ErrorCode::InvalidGrant);
        }
        self.devices[number].state = DeviceState::Redeemed;
        let begun = Beginning { client, user: Some(user), key, aimed: false };
        Ok(self.begin(begun, self.now + FAMILY, true))
    }
}
