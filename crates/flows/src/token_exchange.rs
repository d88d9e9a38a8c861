//! Token exchange (RFC 8693): a token that the client holds, or that is meant for it, for
//! another one of its own.
//!
//! What is issued lies in a transaction of the client that remembers its parent: scope and
//! lifetime never grow (I19), and the child dies with the parent (S50).

use muster_crypto::JwtProfile;
use muster_domain::{
    Client, ClientId, Descent, Entitlement, GrantName, Reach, Timestamp, TokenKind,
    TransactionState,
};
use muster_grants::{ExchangeToken, TokenExchange, TokenTypeUri};
use muster_policy::IssuePermit;
use muster_store::FoundToken;

use crate::authorization_code::refresh_entitlement;
use crate::doing::Doing;
use crate::mint::{Account, Order, mint};
use crate::proof::{ProvenKey, fits};
use crate::transactions::NewTransaction;
use crate::{FlowError, TokenAnswer, presented};

/// The longest chain of actors (B76).
const ACTORS_MOST: usize = 8;

/// What is issued.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wanted {
    Access,
    /// An access token that is one.
    Jwt,
    Refresh,
}

/// Exchanges a token.
pub(crate) fn carry_out(
    permit: &IssuePermit<TokenExchange>,
    doing: &Doing<'_>,
) -> Result<TokenAnswer, FlowError> {
    let (client, tools, asked) = (permit.client(), doing.tools, permit.asked());
    let now = tools.clock.now();
    let wanted = wanted(permit)?;
    let subject = good_token(&asked.subject, permit.token_reach(), now, doing)?;
    let proven = doing.shown.verify(client, tools)?;
    fits_its_holder(&subject, client, proven.as_ref())?;
    let actors = actors(permit, &subject, (proven.as_ref(), now), doing)?;
    let access = entitlement(permit, &subject, (actors, proven.as_ref()))?;
    let descent = Descent::of_child(&subject.transaction)
        .ok_or(FlowError::InvalidExchange { reason: "too many exchanges in a row" })?;
    issue(permit, (&subject, &access, now), (wanted, descent, proven.as_ref()), doing)
}

/// A stolen bound token is worth nothing here either (S65, B134). Whom a token is meant for
/// has no key of its holder's to prove.
fn fits_its_holder(
    token: &FoundToken,
    caller: &Client,
    proven: Option<&ProvenKey>,
) -> Result<(), FlowError> {
    if token.token.client != caller.key {
        return Ok(());
    }
    fits(token.entitlement.key.as_ref(), proven)
}

/// What was asked to be issued. ID tokens are not: they say that somebody logged in.
fn wanted(permit: &IssuePermit<TokenExchange>) -> Result<Wanted, FlowError> {
    let profile = permit.client().registration.profile;
    match permit.asked().requested {
        None | Some(TokenTypeUri::AccessToken) => Ok(Wanted::Access),
        Some(TokenTypeUri::Jwt) if JwtProfile::of(profile).is_some() => Ok(Wanted::Jwt),
        Some(TokenTypeUri::Jwt) => {
            Err(FlowError::InvalidExchange { reason: "the client's tokens are no JWTs" })
        }
        Some(TokenTypeUri::RefreshToken) if permit.terms().refresh.is_some() => Ok(Wanted::Refresh),
        // B75
        Some(TokenTypeUri::RefreshToken) => {
            Err(FlowError::InvalidExchange { reason: "the client gets no refresh tokens" })
        }
        Some(TokenTypeUri::IdToken) => {
            Err(FlowError::InvalidExchange { reason: "ID tokens are not issued by exchange" })
        }
    }
}

/// A presented token within reach that is good now; anything else is `invalid_request`
/// (RFC 8693 2.2.2, S46).
fn good_token(
    shown: &ExchangeToken,
    reach: Reach,
    now: Timestamp,
    doing: &Doing<'_>,
) -> Result<FoundToken, FlowError> {
    let kind = match shown.kind {
        // S45: what is said to be a JWT is one.
        TokenTypeUri::Jwt if !has_the_form_of_a_jwt(shown.text.expose()) => {
            return Err(FlowError::InvalidExchange { reason: "it is no JWT" });
        }
        TokenTypeUri::AccessToken | TokenTypeUri::Jwt => TokenKind::Access,
        TokenTypeUri::RefreshToken => TokenKind::Refresh,
        // An ID token entitles to nothing that could be exchanged.
        TokenTypeUri::IdToken => {
            return Err(FlowError::InvalidExchange { reason: "ID tokens are not exchanged" });
        }
    };
    let found = presented::find(&shown.text, kind, reach, (doing.tools, now))?
        .ok_or(FlowError::InvalidExchange { reason: "unknown, or not for this client" })?;
    let (token, transaction) = (&found.token, &found.transaction);
    if !found.standing.admits(transaction.state, token.state, token.expires_at, now) {
        return Err(FlowError::InvalidExchange { reason: "ended or expired" });
    }
    Ok(found)
}

/// Three parts in base64url (RFC 7515 7.1); whether they say anything the store knows.
fn has_the_form_of_a_jwt(text: &str) -> bool {
    let is_encoded =
        |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    text.split('.').count() == 3 && text.split('.').all(|part| !part.is_empty() && is_encoded(part))
}

/// The chain of actors: the present one first (RFC 8693 4.1).
fn actors(
    permit: &IssuePermit<TokenExchange>,
    subject: &FoundToken,
    (proven, now): (Option<&ProvenKey>, Timestamp),
    doing: &Doing<'_>,
) -> Result<Vec<String>, FlowError> {
    let refused = |reason| Err(FlowError::InvalidExchange { reason });
    let Some(shown) = &permit.asked().actor else { return Ok(subject.entitlement.actors.clone()) };
    let actor = good_token(shown, permit.token_reach(), now, doing)?;
    fits_its_holder(&actor, permit.client(), proven)?;
    if actor.token.key == subject.token.key || speaks_for_the_same(&actor, subject) {
        return refused("actor and subject are the same");
    }
    if !may_act(&actor, subject, permit.client(), doing)? {
        return refused("the actor may not act for the subject");
    }
    let mut chain = vec![subject_of(&actor).to_owned()];
    chain.extend(subject.entitlement.actors.iter().cloned());
    if chain.len() > ACTORS_MOST { refused("too long a chain of actors") } else { Ok(chain) }
}

fn speaks_for_the_same(one: &FoundToken, other: &FoundToken) -> bool {
    subject_of(one) == subject_of(other)
}

fn subject_of(found: &FoundToken) -> &str {
    found.entitlement.speaks_for(found.user_id.as_ref(), &found.client_id)
}

/// The client that a token without a user goes on speaking for, when another one holds what
/// comes of it: an exchange changes who holds a token, and never its subject.
fn client_spoken_for(subject: &FoundToken, holder: &Client) -> Option<ClientId> {
    if subject.user_id.is_some() {
        return None;
    }
    let first = subject.entitlement.subject.as_ref().unwrap_or(&subject.client_id);
    (*first != holder.id).then(|| first.clone())
}

/// Whether the holder of the subject's token lets the actor act (RFC 8693 4.4). Where it
/// names nobody, it lets act whom the token is meant for, and itself.
fn may_act(
    actor: &FoundToken,
    subject: &FoundToken,
    caller: &Client,
    doing: &Doing<'_>,
) -> Result<bool, FlowError> {
    let (issuer, holder) = (subject.token.issuer, &subject.client_id);
    let holder = doing.tools.store.read(|reading| reading.find_client(issuer, holder))?;
    let Some(holder) = holder else { return Ok(false) };
    let named = &holder.registration.may_act;
    if named.is_empty() {
        return Ok(actor.token.client == caller.key);
    }
    Ok(named.iter().any(|name| *name == actor.client_id.as_str() || *name == subject_of(actor)))
}

/// What the new token entitles to: nothing that the subject's token does not (S48, I19).
fn entitlement(
    permit: &IssuePermit<TokenExchange>,
    subject: &FoundToken,
    (actors, proven): (Vec<String>, Option<&ProvenKey>),
) -> Result<Entitlement, FlowError> {
    let (client, held) = (permit.client(), &subject.entitlement);
    let registered = &client.registration.scopes;
    let scopes = match &permit.asked().scope {
        None => held.scopes.narrowed_to(registered),
        Some(asked) if held.scopes.covers_all(asked) => asked.narrowed_to(registered),
        Some(_) => None,
    };
    Ok(Entitlement {
        scopes: scopes.ok_or(FlowError::InvalidScope)?,
        audience: audience(permit, subject)?,
        key: proven.map(|proven| proven.thumbprint().clone()),
        subject: client_spoken_for(subject, client),
        actors,
        authenticated_at: held.authenticated_at,
    })
}

/// The holder of a token may narrow its audience; whom the token is meant for may go on to
/// the audiences of its own registration, which policy has measured. What is not asked for
/// is taken over as far as the registration allows it (B57).
fn audience(
    permit: &IssuePermit<TokenExchange>,
    subject: &FoundToken,
) -> Result<Vec<String>, FlowError> {
    let (client, asked) = (permit.client(), permit.audience());
    if asked.is_empty() {
        let left = subject.entitlement.audience_left(&client.registration, &client.id);
        return left.map_err(|_| FlowError::InvalidTarget { reason: "none that it may name" });
    }
    let held = &subject.entitlement.audience;
    let is_holder = subject.token.client == client.key;
    if is_holder && !held.is_empty() && !asked.iter().all(|one| held.contains(one)) {
        return Err(FlowError::InvalidTarget { reason: "the audience would grow" });
    }
    Ok(asked.to_vec())
}

fn issue(
    permit: &IssuePermit<TokenExchange>,
    (subject, access, now): (&FoundToken, &Entitlement, Timestamp),
    (wanted, descent, proven): (Wanted, Descent, Option<&ProvenKey>),
    doing: &Doing<'_>,
) -> Result<TokenAnswer, FlowError> {
    let (client, terms, tools) = (permit.client(), permit.terms(), doing.tools);
    let end = subject.token.expires_at;
    let refresh = refresh_entitlement(access, permit.is_proved());
    let refresh_until = match (wanted, terms.refresh) {
        (Wanted::Refresh, Some(lifetime)) => Some(now.plus(lifetime).min(end)),
        (Wanted::Access | Wanted::Jwt | Wanted::Refresh, _) => None,
    };
    let shard = subject.token.key.shard;
    let minted = mint(
        &Order {
            client,
            subject: subject_of(subject),
            shard,
            now,
            access,
            access_until: now.plus(terms.access).min(end),
            refresh: refresh_until.map(|until| (&refresh, until)),
            identity: None,
            may_act: &client.registration.may_act,
        },
        tools,
    )?;
    let minted = match wanted {
        Wanted::Access | Wanted::Jwt => minted,
        // Nobody would hold the access token: it can be had by refreshing.
        Wanted::Refresh => minted.only_refresh(),
    };
    let parent = subject.transaction.key;
    let begun = NewTransaction::begin(
        (subject.token.user, shard),
        access.scopes.clone(),
        (now, end.since(now)),
        tools,
    )?
    .child_of(descent);
    doing.once(proven, |unit| {
        // Held, so that nobody ends the parent between this look and the child's coming.
        let held = unit.hold_transaction(parent)?;
        if !held.is_some_and(|held| held.state == TransactionState::Open) {
            return Ok(Err(FlowError::InvalidExchange { reason: "ended meanwhile" }));
        }
        let transaction = begun.store(unit, client)?;
        let account = Account {
            grant: GrantName::TokenExchange,
            transaction: &transaction,
            user: subject.user_id.as_ref(),
        };
        minted.issue(unit, account, doing)?;
        Ok(Ok(()))
    })?;
    match wanted {
        Wanted::Access => Ok(TokenAnswer {
            issued_token_type: Some(TokenTypeUri::AccessToken.as_str()),
            ..minted.into_answer()?
        }),
        Wanted::Jwt => Ok(TokenAnswer {
            issued_token_type: Some(TokenTypeUri::Jwt.as_str()),
            ..minted.into_answer()?
        }),
        // Whatever is issued stands in `access_token`; this one opens nothing by itself, so it
        // has no type of its own (RFC 8693 2.2.1, `N_A`).
        Wanted::Refresh => Ok(TokenAnswer {
            token_type: None,
            issued_token_type: Some(TokenTypeUri::RefreshToken.as_str()),
            ..minted.into_answer()?
        }),
    }
}
