//! The client-credentials grant (RFC 6749 4.4): the client speaks for itself. No refresh
//! token: it can come back any time (4.4.3).

use muster_domain::{Entitlement, GrantName, Shard};
use muster_grants::ClientCredentials;
use muster_policy::IssuePermit;

use crate::doing::Doing;
use crate::mint::{Account, Order, mint};
use crate::transactions::NewTransaction;
use crate::{FlowError, TokenAnswer};

/// Issues an access token to the client itself.
pub(crate) fn carry_out(
    permit: &IssuePermit<ClientCredentials>,
    doing: &Doing<'_>,
) -> Result<TokenAnswer, FlowError> {
    let (client, tools) = (permit.client(), doing.tools);
    let now = tools.clock.now();
    let proven = doing.shown.verify(client, tools)?;
    let registered = &client.registration.scopes;
    let asked = permit.asked().scope.as_ref().unwrap_or(registered);
    let entitlement = Entitlement {
        audience: permit.audience().to_vec(),
        key: proven.as_ref().map(|proven| proven.thumbprint().clone()),
        ..Entitlement::of_scopes(asked.narrowed_to(registered).ok_or(FlowError::InvalidScope)?)
    };
    let shard = Shard::of_client(&tools.issuer.url, &client.id);
    let minted = mint(
        &Order {
            client,
            subject: client.id.as_str(),
            shard,
            now,
            access: &entitlement,
            access_until: now.plus(permit.terms().access),
            refresh: None,
            identity: None,
            may_act: &client.registration.may_act,
        },
        tools,
    )?;
    let scopes = entitlement.scopes.clone();
    let span = (now, permit.terms().access);
    let begun = NewTransaction::begin((None, shard), scopes, span, tools)?;
    doing.once(proven.as_ref(), |unit| {
        let transaction = begun.store(unit, client)?;
        let account =
            Account { grant: GrantName::ClientCredentials, transaction: &transaction, user: None };
        minted.issue(unit, account, doing)?;
        Ok(Ok(()))
    })?;
    minted.into_answer()
}
