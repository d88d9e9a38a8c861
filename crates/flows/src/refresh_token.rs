//! The refresh-token grant (RFC 6749 6, RFC 9700 4.14): each token is good for one
//! successor; shown again it ends its family.
//!
//! Within the grace period of the client's registration the same successor is given again
//! (decision D4), so that a lost answer neither logs a person out nor forks the family.

use muster_crypto::{SealContext, SuccessorWarrant};
use muster_domain::{
    Ending, Entitlement, GrantName, KeyThumbprint, ScopeSet, Timestamp, TokenKind, TokenState,
    Transaction,
};
use muster_grants::RefreshToken;
use muster_policy::IssuePermit;
use muster_store::{FoundToken, IssuedToken, StoreError, Unit};

use crate::aim::aimed;
use crate::answer::TokenType;
use crate::audience_standing::check_standing;
use crate::chronicle::Happening;
use crate::doing::Doing;
use crate::mint::{Account, Minted, Order, mint};
use crate::proof::{ProvenKey, fits};
use crate::{FlowError, TokenAnswer, presented};

/// Who loses against a simultaneous use of the same token looks once more and finds it used.
const LOOKS: usize = 2;

/// Uses a refresh token up.
pub(crate) fn carry_out(
    permit: &IssuePermit<RefreshToken>,
    doing: &Doing<'_>,
) -> Result<TokenAnswer, FlowError> {
    let now = doing.tools.clock.now();
    let proven = doing.shown.verify(permit.client(), doing.tools)?;
    let mut unspent = proven.as_ref();
    for _ in 0..LOOKS {
        let found = find(permit, now, doing)?;
        // A stranger with a stolen text learns and ends nothing without the key (S65).
        fits(found.entitlement.key.as_ref(), proven.as_ref())?;
        match found.token.state {
            TokenState::Ended { how: Ending::Revoked, .. } => {
                return Err(FlowError::grant("the token was revoked"));
            }
            TokenState::Ended { how: Ending::Rotated, at } => {
                return used_before(permit, (&found, at, now), (proven.as_ref(), unspent), doing);
            }
            TokenState::Live => {
                if let Some(answer) = rotated(permit, (&found, proven.as_ref(), now), doing)? {
                    return Ok(answer);
                }
                // Whoever lost has spent its proof by that.
                unspent = None;
            }
        }
    }
    Err(StoreError::unavailable("a refresh token changed twice under one request").into())
}

fn find(
    permit: &IssuePermit<RefreshToken>,
    now: Timestamp,
    doing: &Doing<'_>,
) -> Result<FoundToken, FlowError> {
    let (text, reach) = (&permit.asked().token, permit.token_reach());
    presented::find(text, TokenKind::Refresh, reach, (doing.tools, now))?
        .ok_or(FlowError::grant("unknown refresh token"))
}

/// Rotates a live token; `None`: somebody else did just now.
fn rotated(
    permit: &IssuePermit<RefreshToken>,
    (found, proven, now): (&FoundToken, Option<&ProvenKey>, Timestamp),
    doing: &Doing<'_>,
) -> Result<Option<TokenAnswer>, FlowError> {
    let (token, transaction) = (&found.token, &found.transaction);
    if family_end(permit, transaction) <= now
        || !found.standing.admits(transaction.state, token.state, token.expires_at, now)
    {
        return Err(FlowError::grant("expired, or what stands above it has ended"));
    }
    let minted = minted(permit, (found, proven, now), doing)?;
    let mut lost = false;
    doing.once(proven, |unit| {
        lost = !rotate(unit, (found, now), &minted, doing)?;
        Ok(Ok(()))
    })?;
    if lost { Ok(None) } else { minted.into_answer().map(Some) }
}

/// When refreshing ends, however often it was done (S22, B70); no family is without an end.
fn family_end(permit: &IssuePermit<RefreshToken>, transaction: &Transaction) -> Timestamp {
    let limit = || transaction.started_at.plus(permit.terms().family);
    transaction.expires_at.unwrap_or_else(limit)
}

/// In one unit: the old token ends for the new ones. Whether it was still live.
fn rotate(
    unit: &mut dyn Unit,
    (found, now): (&FoundToken, Timestamp),
    minted: &Minted,
    doing: &Doing<'_>,
) -> Result<bool, StoreError> {
    let numbers = minted.number(unit)?;
    let element = muster_domain::ElementKey::new(numbers.start);
    if !unit.rotate_token(found.token.key, element, now)? {
        return Ok(false);
    }
    let account = Account {
        grant: GrantName::RefreshToken,
        transaction: &found.transaction,
        user: found.user_id.as_ref(),
    };
    minted.issue_as(numbers, unit, account, doing)?;
    Ok(true)
}

fn minted(
    permit: &IssuePermit<RefreshToken>,
    (found, proven, now): (&FoundToken, Option<&ProvenKey>, Timestamp),
    doing: &Doing<'_>,
) -> Result<Minted, FlowError> {
    let (client, terms) = (permit.client(), permit.terms());
    // A registration that lost a scope or an audience loses it in every token from now on
    // (B57, I19).
    let kept = found.entitlement.narrowed_to(&client.registration, &client.id);
    let kept = kept.map_err(FlowError::outgrown)?;
    let access = Entitlement {
        scopes: narrowed(permit.asked().scope.as_ref(), &found.entitlement.scopes, &kept.scopes)?,
        audience: aimed(permit.audience(), &kept.audience)?,
        key: proven.map(|proven| proven.thumbprint().clone()),
        ..kept.clone()
    };
    // A client that gets no refresh tokens any more keeps the end that it had.
    let idle = terms.refresh.map_or(found.token.expires_at, |lifetime| now.plus(lifetime));
    // Nothing outlives the family: one that was exchanged ends with its parent (I19, S22).
    let within = |until: Timestamp| until.min(family_end(permit, &found.transaction));
    let subject = kept.speaks_for(found.user_id.as_ref(), &client.id);
    let refresh = Entitlement { key: bound(permit, (found, proven)), ..kept.clone() };
    // What was granted is no longer good, rather than asked for wrongly (B67).
    check_standing(&access.audience, client, doing.tools).map_err(|error| {
        if error.is_target() { FlowError::grant("a stopped target") } else { error }
    })?;
    mint(
        &Order {
            client,
            subject,
            shard: found.token.key.shard,
            now,
            access: &access,
            access_until: within(now.plus(terms.access)),
            refresh: Some((&refresh, within(idle))),
            identity: None,
            may_act: &client.registration.may_act,
        },
        doing.tools,
    )
}

/// The key that the successor is bound to: the one that it was bound to so far. A public
/// client's that was bound to none is bound from its first proof on (RFC 9449 5, S65).
fn bound(
    permit: &IssuePermit<RefreshToken>,
    (found, proven): (&FoundToken, Option<&ProvenKey>),
) -> Option<KeyThumbprint> {
    let proven = proven.filter(|_| !permit.is_proved());
    found.entitlement.key.clone().or_else(|| proven.map(|proven| proven.thumbprint().clone()))
}

/// The scopes that were asked for, if all of them were granted (S12).
fn narrowed(
    asked: Option<&ScopeSet>,
    granted: &ScopeSet,
    kept: &ScopeSet,
) -> Result<ScopeSet, FlowError> {
    match asked {
        None => Ok(kept.clone()),
        Some(asked) if granted.covers_all(asked) => {
            asked.narrowed_to(kept).ok_or(FlowError::InvalidScope)
        }
        Some(_) => Err(FlowError::InvalidScope),
    }
}

/// A token that was used before: the same answer again within the grace period, the end of
/// the family outside it. The proof is spent here, too, unless it was by then.
fn used_before(
    permit: &IssuePermit<RefreshToken>,
    (found, used_at, now): (&FoundToken, Timestamp, Timestamp),
    (proven, unspent): (Option<&ProvenKey>, Option<&ProvenKey>),
    doing: &Doing<'_>,
) -> Result<TokenAnswer, FlowError> {
    // Who came before the one that used it up, and finds it used, came at the same moment.
    let since = now.max(used_at).since(used_at);
    if since < permit.terms().grace
        && let Some(answer) = given_again((found, now), (proven, unspent), doing)?
    {
        return Ok(answer);
    }
    let transaction = found.transaction.key;
    doing.once(unspent, |unit| {
        unit.end_transaction(transaction, now)?;
        let happening = Happening::RefreshReused { transaction, user: found.user_id.as_ref() };
        doing.chronicle.note(unit, &happening)?;
        Ok(Ok(()))
    })?;
    Err(FlowError::grant("the token was used before; its family has ended"))
}

/// The successor's texts, byte for byte (I17), as long as it is unused itself: a grandparent
/// gets nothing (B65), and neither does who cannot prove the key that the successor is bound to.
fn given_again(
    (found, now): (&FoundToken, Timestamp),
    (proven, unspent): (Option<&ProvenKey>, Option<&ProvenKey>),
    doing: &Doing<'_>,
) -> Result<Option<TokenAnswer>, FlowError> {
    let Some(element) = found.successor else { return Ok(None) };
    let transaction = found.transaction.key;
    let tokens =
        doing.tools.store.read(|reading| reading.tokens_of_element(transaction, element))?;
    let of = |kind| tokens.iter().find(|issued: &&IssuedToken| issued.stored.token.kind == kind);
    let (Some(access), Some(refresh)) = (of(TokenKind::Access), of(TokenKind::Refresh)) else {
        return Ok(None);
    };
    fits(refresh.entitlement.key.as_ref(), proven)?;
    let is_good = |issued: &IssuedToken| {
        let token = &issued.stored.token;
        let state = found.transaction.state;
        found.standing.admits(state, token.state, token.expires_at, now)
    };
    if !is_good(access) || !is_good(refresh) {
        return Ok(None);
    }
    let (Some(access_text), Some(refresh_text)) = (opened(access, doing)?, opened(refresh, doing)?)
    else {
        return Ok(None);
    };
    doing.once(unspent, |unit| {
        doing.chronicle.note(unit, &Happening::AnsweredAgain { transaction })?;
        Ok(Ok(()))
    })?;
    let bound = access.entitlement.key.is_some();
    Ok(Some(TokenAnswer {
        access_token: access_text,
        token_type: Some(if bound { TokenType::Dpop } else { TokenType::Bearer }),
        expires_in: access.stored.token.expires_at.since(now),
        refresh_token: Some(refresh_text),
        id_token: None,
        scopes: access.entitlement.scopes.clone(),
        issued_token_type: None,
    }))
}

fn opened(
    issued: &IssuedToken,
    doing: &Doing<'_>,
) -> Result<Option<muster_domain::Secret<String>>, FlowError> {
    let Some(sealed) = &issued.stored.text else { return Ok(None) };
    let context = SealContext::of(&issued.stored.token);
    let warrant = SuccessorWarrant::of_grace();
    let text = doing.tools.keys.unseal_successor(sealed, &context, &warrant);
    text.map(Some).map_err(|error| StoreError::corrupt(error.to_string()).into())
}
