//! The device grant, token side (RFC 8628 3.4, 3.5): a device polls until a person has
//! decided.

use muster_crypto::{CodeKind, Handle, HandleKind};
use muster_domain::{
    DeviceFlow, DeviceState, Entitlement, GrantName, Lifetime, SLOWED_BY, Timestamp, UserKey,
};
use muster_grants::DeviceCode;
use muster_policy::IssuePermit;
use muster_store::FoundStanding;

use crate::aim::aimed;
use crate::authorization_code::refresh_entitlement;
use crate::doing::Doing;
use crate::mint::{Account, Identity, Order, mint};
use crate::proof::fits;
use crate::transactions::NewTransaction;
use crate::{FlowError, TokenAnswer};

/// Answers a poll.
pub(crate) fn carry_out(
    permit: &IssuePermit<DeviceCode>,
    doing: &Doing<'_>,
) -> Result<TokenAnswer, FlowError> {
    let now = doing.tools.clock.now();
    let flow = find(permit, doing)?;
    match flow.state {
        DeviceState::Redeemed => Err(FlowError::grant("the device code was redeemed before")),
        DeviceState::Denied => Err(FlowError::AccessDenied),
        DeviceState::Pending | DeviceState::Approved { .. } if flow.expires_at <= now => {
            Err(FlowError::ExpiredToken)
        }
        DeviceState::Pending => Err(poll(&flow, now, doing)?),
        DeviceState::Approved { user, at } => redeem(permit, &flow, (user, at, now), doing),
    }
}

/// The flow, if it is the client's own: a stranger learns nothing about it (S52).
fn find(permit: &IssuePermit<DeviceCode>, doing: &Doing<'_>) -> Result<DeviceFlow, FlowError> {
    let unknown = || FlowError::grant("unknown device code");
    let text = permit.asked().code.expose();
    let handle = Handle::parse(text).filter(|handle| handle.kind() == HandleKind::DeviceCode);
    let handle = handle.ok_or_else(unknown)?;
    let tag = doing.tools.keys.code_tag(CodeKind::Device, text);
    let (issuer, shard) = (permit.client().issuer, handle.shard());
    let found = doing.tools.store.read(|reading| reading.find_device_flow(issuer, tag, shard))?;
    found.filter(|flow| flow.client == permit.client().key).ok_or_else(unknown)
}

/// Notes the poll; one that comes too early makes the device wait longer (S51).
fn poll(flow: &DeviceFlow, now: Timestamp, doing: &Doing<'_>) -> Result<FlowError, FlowError> {
    let verdict = doing.tools.store.change(|unit| {
        // Held, so that of polls at the same moment each sees the one before it (B80).
        let Some(held) = unit.hold_device_flow(flow.key)? else { return Ok(None) };
        let fast = held.polls_too_fast(now);
        let interval = if fast { longer(held.interval) } else { held.interval };
        unit.note_poll(flow.key, now, interval)?;
        Ok(Some(if fast { FlowError::SlowDown } else { FlowError::AuthorizationPending }))
    })?;
    Ok(verdict.unwrap_or(FlowError::grant("the device code is gone")))
}

const fn longer(interval: Lifetime) -> Lifetime {
    Lifetime::from_millis(interval.millis().saturating_add(SLOWED_BY.millis()))
}

fn redeem(
    permit: &IssuePermit<DeviceCode>,
    flow: &DeviceFlow,
    (user, approved_at, now): (UserKey, Timestamp, Timestamp),
    doing: &Doing<'_>,
) -> Result<TokenAnswer, FlowError> {
    let (client, terms, tools) = (permit.client(), permit.terms(), doing.tools);
    let proven = doing.shown.verify(client, tools)?;
    fits(flow.proof_key.as_ref(), proven.as_ref())?;
    let person = standing(permit, user, doing)?;
    let name = person.user_id.as_ref().ok_or(FlowError::grant("the user is gone"))?;
    let granted = Entitlement {
        scopes: flow.scopes.clone(),
        audience: flow.audience.clone(),
        key: proven.as_ref().map(|proven| proven.thumbprint().clone()),
        subject: None,
        actors: Vec::new(),
        authenticated_at: Some(approved_at),
    };
    let granted = granted.narrowed_to(&client.registration, &client.id);
    let granted = granted.map_err(FlowError::outgrown)?;
    let refresh = refresh_entitlement(&granted, permit.is_proved());
    // The refresh token keeps what was granted (RFC 8707 2.2).
    let audience = aimed(permit.audience(), &granted.audience)?;
    let access = Entitlement { audience, ..granted };
    let refresh_until =
        terms.refresh.map(|lifetime| now.plus(lifetime).min(now.plus(terms.family)));
    let identity =
        access.scopes.holds("openid").then_some(Identity { nonce: None, lifetime: terms.id_token });
    let minted = mint(
        &Order {
            client,
            subject: name.as_str(),
            shard: user.shard,
            now,
            access: &access,
            access_until: now.plus(terms.access),
            refresh: refresh_until.map(|until| (&refresh, until)),
            identity,
            may_act: &client.registration.may_act,
        },
        tools,
    )?;
    let (scopes, span) = (access.scopes.clone(), (now, terms.family));
    let begun = NewTransaction::begin((Some(user), user.shard), scopes, span, tools)?;
    doing.once(proven.as_ref(), |unit| {
        if !unit.redeem_device(flow.key)? {
            return Ok(Err(FlowError::grant("the device code was redeemed just now")));
        }
        let transaction = begun.store(unit, client)?;
        let account = Account {
            grant: GrantName::DeviceCode,
            transaction: &transaction,
            user: person.user_id.as_ref(),
        };
        minted.issue(unit, account, doing)?;
        Ok(Ok(()))
    })?;
    minted.into_answer()
}

/// How client and user stand: a user disabled since the approval gets the device nothing.
fn standing(
    permit: &IssuePermit<DeviceCode>,
    user: UserKey,
    doing: &Doing<'_>,
) -> Result<FoundStanding, FlowError> {
    let (issuer, client) = (permit.client().issuer, permit.client().key);
    let found =
        doing.tools.store.read(|reading| reading.find_standing(issuer, client, Some(user)))?;
    found
        .filter(|found| found.standing.is_good())
        .ok_or(FlowError::grant("client or user is not in good standing"))
}
