//! A person ends what acts for them: one token, one flow, an application, or everything.
//!
//! Whatever is named is looked for among the person's own, in the unit of the deed: somebody
//! else's does nothing, like something that is not there.

use muster_domain::{ClientId, ClientKey, Ending, TokenKind, TransactionKey, User};
use muster_store::{StoreError, Unit};

use crate::chronicle::Happening;
use crate::{Chronicle, FlowError, LiveSession, Tools};

/// What a person ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OwnEnding<'a> {
    /// The token with this number; a refresh token ends with its family (RFC 7009 2.1).
    Token(i64),
    /// The flow with this number.
    Flow(i64),
    /// Everything of this application, and what it need not ask again.
    Application(&'a ClientId),
    /// Everything.
    Everything,
    /// What this client need not ask again; its tokens stay.
    Consent(&'a ClientId),
}

/// Ends it; whether there was anything to end.
pub fn end_own(
    session: &LiveSession,
    ending: OwnEnding<'_>,
    (tools, chronicle): (&Tools, &dyn Chronicle),
) -> Result<bool, FlowError> {
    let deed = Deed { user: session.user(), tools, chronicle };
    Ok(tools.store.change(|unit| match ending {
        OwnEnding::Token(number) => deed.end_token(number, unit),
        OwnEnding::Flow(number) => deed.end_flow(number, unit),
        OwnEnding::Application(id) => deed.end_all(Some(id), unit),
        OwnEnding::Everything => deed.end_all(None, unit),
        OwnEnding::Consent(id) => deed.forget(Some(id), unit),
    })?)
}

struct Deed<'a> {
    user: &'a User,
    tools: &'a Tools,
    chronicle: &'a dyn Chronicle,
}

/// One client, or all of them.
struct Of<'a> {
    id: Option<&'a ClientId>,
    key: Option<ClientKey>,
}

impl Deed<'_> {
    fn end_token(&self, number: i64, unit: &mut dyn Unit) -> Result<bool, StoreError> {
        let now = self.tools.clock.now();
        let Some(token) = unit.find_own_token(self.user.key, number)? else { return Ok(false) };
        let (ended, family) = match token.kind {
            TokenKind::Access => (unit.end_tokens(&[token.key], Ending::Revoked, now)? > 0, false),
            TokenKind::Refresh => (unit.end_transaction(token.transaction, now)?, true),
        };
        if ended && let Some(client) = unit.find_client_by_key(token.client)? {
            let (holder, user) = (&client.id, Some(&self.user.id));
            let token = token.key.number;
            let happening = Happening::TokenRevoked { token, family, holder, user };
            self.chronicle.note(unit, &happening)?;
        }
        Ok(ended)
    }

    fn end_flow(&self, number: i64, unit: &mut dyn Unit) -> Result<bool, StoreError> {
        let found = unit.find_own_transaction(self.user.key, number)?;
        let Some(flow) = found else { return Ok(false) };
        let ended = unit.end_transaction(flow.key, self.tools.clock.now())?;
        if ended {
            let client = unit.find_client_by_key(flow.client)?.map(|client| client.id);
            self.tell_ended((client.as_ref(), Some(flow.key)), 1, unit)?;
        }
        Ok(ended)
    }

    /// What a client's id names; everything where none is named. `None`: there is no such client.
    fn of<'b>(
        &self,
        id: Option<&'b ClientId>,
        unit: &mut dyn Unit,
    ) -> Result<Option<Of<'b>>, StoreError> {
        let Some(id) = id else { return Ok(Some(Of { id: None, key: None })) };
        let found = unit.find_client(self.tools.issuer.key, id)?;
        Ok(found.map(|client| Of { id: Some(id), key: Some(client.key) }))
    }

    /// Ends the transactions and forgets the consents; whether there were any.
    fn end_all(&self, id: Option<&ClientId>, unit: &mut dyn Unit) -> Result<bool, StoreError> {
        let Some(of) = self.of(id, unit)? else { return Ok(false) };
        let now = self.tools.clock.now();
        let count = unit.end_user_transactions(self.user.key, of.key, now)?;
        if count > 0 {
            self.tell_ended((of.id, None), count, unit)?;
        }
        Ok(self.forget(id, unit)? || count > 0)
    }

    fn forget(&self, id: Option<&ClientId>, unit: &mut dyn Unit) -> Result<bool, StoreError> {
        let Some(of) = self.of(id, unit)? else { return Ok(false) };
        let were_some = unit.forget_consents(self.user.key, of.key)? > 0;
        if were_some {
            let happening = Happening::ConsentForgotten { user: &self.user.id, client: of.id };
            self.chronicle.note(unit, &happening)?;
        }
        Ok(were_some)
    }

    fn tell_ended(
        &self,
        (client, transaction): (Option<&ClientId>, Option<TransactionKey>),
        count: usize,
        unit: &mut dyn Unit,
    ) -> Result<(), StoreError> {
        let user = &self.user.id;
        self.chronicle.note(unit, &Happening::AccessEnded { user, client, transaction, count })
    }
}
