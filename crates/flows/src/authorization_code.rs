//! The authorization-code grant, token side (RFC 6749 4.1.3, RFC 7636 4.6).
//!
//! A code is bound to its client, its redirect URI, its PKCE challenge and, where the
//! authorization request named one, its DPoP key. It is redeemed once; shown again, it ends
//! the family that it began (RFC 6749 10.5).

use muster_crypto::{CodeKind, Handle, HandleKind, challenge_of};
use muster_domain::{CodeState, Entitlement, GrantName, STRANGERS_TRIES, Secret, Timestamp};
use muster_grants::{AuthorizationCode, verifier_is_well_formed};
use muster_policy::IssuePermit;
use muster_store::{FoundCode, StoreError, Strangers, Unit};

use crate::aim::aimed;
use crate::chronicle::Happening;
use crate::doing::Doing;
use crate::mint::{Account, Identity, Minted, Order, mint};
use crate::proof::{ProvenKey, fits};
use crate::{FlowError, TokenAnswer};

/// Redeems a code.
pub(crate) fn carry_out(
    permit: &IssuePermit<AuthorizationCode>,
    doing: &Doing<'_>,
) -> Result<TokenAnswer, FlowError> {
    let (client, tools) = (permit.client(), doing.tools);
    let now = tools.clock.now();
    let found = find(permit, doing)?;
    if found.transaction.client != client.key {
        return Err(count_stranger(&found, now, doing)?);
    }
    if matches!(found.code.state, CodeState::Redeemed { .. }) {
        return Err(doing.once(None, |unit| Ok(Ok(replayed(&found, now, unit, doing)?)))?);
    }
    if !is_good(&found, now) {
        return Err(FlowError::grant("the code has expired, or what stands above it has ended"));
    }
    check_redirect_uri(&found, permit.asked())?;
    check_verifier(&found, permit)?;
    let proven = doing.shown.verify(client, tools)?;
    fits(found.code.entitlement.key.as_ref(), proven.as_ref())?;
    let minted = minted(permit, (&found, proven.as_ref(), now), doing)?;
    doing.once(proven.as_ref(), |unit| redeem(unit, (&found, now), &minted, doing))?;
    minted.into_answer()
}

/// The code, whichever client shows it.
fn find(
    permit: &IssuePermit<AuthorizationCode>,
    doing: &Doing<'_>,
) -> Result<FoundCode, FlowError> {
    let unknown = || FlowError::grant("unknown code");
    let text = permit.asked().code.expose();
    let handle = Handle::parse(text).filter(|handle| handle.kind() == HandleKind::Code);
    let handle = handle.ok_or_else(unknown)?;
    let tag = doing.tools.keys.code_tag(CodeKind::Authorization, text);
    let issuer = permit.client().issuer;
    let found = doing.tools.store.read(|reading| reading.find_code(issuer, tag, handle.shard()))?;
    found.ok_or_else(unknown)
}

/// The one gate, for a code (B49: expiry is exclusive).
fn is_good(found: &FoundCode, now: Timestamp) -> bool {
    let live = muster_domain::TokenState::Live;
    found.standing.admits(found.transaction.state, live, found.code.expires_at, now)
}

/// A stranger neither burns the code nor may try for ever (S07). What the code was redeemed
/// for is out of its reach (B62).
fn count_stranger(
    found: &FoundCode,
    now: Timestamp,
    doing: &Doing<'_>,
) -> Result<FlowError, FlowError> {
    let transaction = found.transaction.key;
    doing.once(None, |unit| {
        let Strangers { times, is_redeemed } = unit.count_stranger(transaction)?;
        if times >= STRANGERS_TRIES && !is_redeemed {
            unit.end_transaction(transaction, now)?;
        }
        doing.chronicle.note(unit, &Happening::StrangerShowedCode { transaction, times })?;
        Ok(Ok(FlowError::grant("another client's code")))
    })
}

/// Ends the family of a code that is shown again.
fn replayed(
    found: &FoundCode,
    now: Timestamp,
    unit: &mut dyn Unit,
    doing: &Doing<'_>,
) -> Result<FlowError, StoreError> {
    let transaction = found.transaction.key;
    unit.end_transaction(transaction, now)?;
    let happening = Happening::CodeReplayed { transaction, user: found.user_id.as_ref() };
    doing.chronicle.note(unit, &happening)?;
    Ok(FlowError::grant("the code was redeemed before; its family has ended"))
}

/// Byte for byte, and given exactly if it was given before (RFC 6749 4.1.3, S08).
fn check_redirect_uri(found: &FoundCode, asked: &AuthorizationCode) -> Result<(), FlowError> {
    if found.code.redirect_uri == asked.redirect_uri {
        Ok(())
    } else {
        Err(FlowError::grant("another redirect URI"))
    }
}

/// PKCE: a verifier exactly if there was a challenge (S15, S16), which a public client
/// always has.
fn check_verifier(
    found: &FoundCode,
    permit: &IssuePermit<AuthorizationCode>,
) -> Result<(), FlowError> {
    match (&found.code.challenge, &permit.asked().verifier) {
        (None, None) if permit.is_proved() => Ok(()),
        (None, None) => Err(FlowError::grant("a public client without a challenge")),
        (None, Some(_)) => Err(FlowError::grant("a verifier without a challenge")),
        (Some(_), None) => Err(FlowError::grant("no verifier for the challenge")),
        (Some(challenge), Some(verifier)) => {
            let fits = verifier_is_well_formed(verifier.expose())
                && Secret::new(challenge_of(verifier.expose())).equals(challenge.as_bytes());
            if fits { Ok(()) } else { Err(FlowError::grant("the verifier is wrong")) }
        }
    }
}

/// What the client gets: never more than it is registered for by now (B57), and for fewer
/// resources if it asks for fewer; the refresh token keeps what was granted (RFC 8707 2.2).
fn minted(
    permit: &IssuePermit<AuthorizationCode>,
    (found, proven, now): (&FoundCode, Option<&ProvenKey>, Timestamp),
    doing: &Doing<'_>,
) -> Result<Minted, FlowError> {
    let (client, terms) = (permit.client(), permit.terms());
    let granted = found.code.entitlement.narrowed_to(&client.registration, &client.id);
    let granted = granted.map_err(FlowError::outgrown)?;
    let granted = Entitlement { key: proven.map(|proven| proven.thumbprint().clone()), ..granted };
    let refresh = refresh_entitlement(&granted, permit.is_proved());
    let audience = aimed(permit.audience(), &granted.audience)?;
    let access = Entitlement { audience, ..granted };
    let within =
        |until: Timestamp| found.transaction.expires_at.map_or(until, |end| until.min(end));
    let refresh_until = terms.refresh.map(|lifetime| within(now.plus(lifetime)));
    let identity = access
        .scopes
        .holds("openid")
        .then_some(Identity { nonce: found.code.nonce.as_deref(), lifetime: terms.id_token });
    let subject = access.speaks_for(found.user_id.as_ref(), &client.id);
    mint(
        &Order {
            client,
            subject,
            shard: found.transaction.key.shard,
            now,
            access: &access,
            access_until: within(now.plus(terms.access)),
            refresh: refresh_until.map(|until| (&refresh, until)),
            identity,
            may_act: &client.registration.may_act,
        },
        doing.tools,
    )
}

/// What a refresh token for what was granted entitles to: a public client's is bound to the
/// same key (RFC 9449 5), a confidential one proves itself anyway.
pub(crate) fn refresh_entitlement(granted: &Entitlement, is_proved: bool) -> Entitlement {
    let key = if is_proved { None } else { granted.key.clone() };
    Entitlement { key, ..granted.clone() }
}

/// Redeems the code and stores what it is redeemed for; lost against somebody else who
/// showed the same code, it is a replay.
fn redeem(
    unit: &mut dyn Unit,
    (found, now): (&FoundCode, Timestamp),
    minted: &Minted,
    doing: &Doing<'_>,
) -> Result<Result<(), FlowError>, StoreError> {
    let transaction = &found.transaction;
    if !unit.redeem_code(transaction.key, now)? {
        return Ok(Err(replayed(found, now, unit, doing)?));
    }
    let account =
        Account { grant: GrantName::AuthorizationCode, transaction, user: found.user_id.as_ref() };
    minted.issue(unit, account, doing)?;
    Ok(Ok(()))
}
