//! Minting: access token, refresh token and ID token of one answer, shared by every grant
//! that issues.
//!
//! Texts are made and signed before the unit, so that the one writer of the store does not wait
//! for signatures; within the unit they are sealed, bound to the rows that they get.

use std::ops::Range;

use muster_crypto::{
    AccessTokenFacts, Handle, HandleKind, IdTokenFacts, JwtProfile, SealContext, Signer,
    access_token, id_token,
};
use muster_domain::{
    Client, ElementKey, Entitlement, GrantName, KeyThumbprint, Lifetime, Secret, Shard, Timestamp,
    Token, TokenId, TokenKey, TokenKind, TokenState, Transaction, UserId,
};
use muster_store::{IssuedToken, Sequence, StoreError, StoredToken, Unit};

use crate::answer::{TokenAnswer, TokenType};
use crate::audience_standing::check_standing;
use crate::chronicle::Happening;
use crate::doing::Doing;
use crate::identifier::{Named, identifier};
use crate::{FlowError, Tools};

/// What is to be minted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order<'a> {
    /// The client that gets it.
    pub(crate) client: &'a Client,
    /// Whom it speaks for: a user's name, or the client's own.
    pub(crate) subject: &'a str,
    /// Where its rows will lie.
    pub(crate) shard: Shard,
    /// When.
    pub(crate) now: Timestamp,
    /// What the access token entitles to.
    pub(crate) access: &'a Entitlement,
    /// When the access token expires.
    pub(crate) access_until: Timestamp,
    /// What the refresh token entitles to and when it expires, if there is one.
    pub(crate) refresh: Option<(&'a Entitlement, Timestamp)>,
    /// The ID token, if there is one.
    pub(crate) identity: Option<Identity<'a>>,
    /// Who may act with the access token (RFC 8693 4.4).
    pub(crate) may_act: &'a [String],
}

/// What an ID token says beside the access token that it comes with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity<'a> {
    pub(crate) nonce: Option<&'a str>,
    pub(crate) lifetime: Lifetime,
}

/// On whose account tokens are issued.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account<'a> {
    /// By which grant.
    pub(crate) grant: GrantName,
    /// In which transaction.
    pub(crate) transaction: &'a Transaction,
    /// Whom they speak for; `None`: the client itself.
    pub(crate) user: Option<&'a UserId>,
}

/// What was minted and is not stored yet.
pub(crate) struct Minted {
    drafts: Vec<Draft>,
    id_token: Option<Secret<String>>,
    now: Timestamp,
}

struct Draft {
    kind: TokenKind,
    text: Secret<String>,
    id: TokenId,
    expires_at: Timestamp,
    entitlement: Entitlement,
}

/// Mints what is ordered.
pub(crate) fn mint(order: &Order<'_>, tools: &Tools) -> Result<Minted, FlowError> {
    check_standing(&order.access.audience, order.client, tools)?;
    let profile = JwtProfile::of(order.client.registration.profile);
    let signer = match (profile, order.identity) {
        (None, None) => None,
        (Some(_), _) | (None, Some(_)) => Some(tools.signers.of(tools, order.now)?),
    };
    let access = access_draft(order, (profile, signer.as_deref()), tools)?;
    let id_token = match (order.identity, signer.as_deref()) {
        (Some(identity), Some(signer)) => {
            Some(signed_identity(order, identity, (access.text.expose(), signer), tools)?)
        }
        (Some(_) | None, _) => None,
    };
    let mut drafts = vec![access];
    if let Some((entitlement, until)) = order.refresh {
        drafts.push(refresh_draft(order, (entitlement, until), tools)?);
    }
    Ok(Minted { drafts, id_token, now: order.now })
}

fn access_draft(
    order: &Order<'_>,
    (profile, signer): (Option<JwtProfile>, Option<&Signer>),
    tools: &Tools,
) -> Result<Draft, FlowError> {
    let span = (order.now, order.access_until.since(order.now));
    let id = identifier(&tools.issuer.url, Named::AccessToken, span, &*tools.randomness)?;
    let text = match (profile, signer) {
        (Some(profile), Some(signer)) => {
            let facts = AccessTokenFacts {
                issuer: tools.issuer.url.as_str(),
                subject: order.subject,
                client_id: order.client.id.as_str(),
                audience: &order.access.audience,
                scopes: &order.access.scopes,
                jti: &id,
                issued_at: order.now,
                expires_at: order.access_until,
                auth_time: order.access.authenticated_at,
                key_thumbprint: order.access.key.as_ref().map(KeyThumbprint::as_str),
                actors: &order.access.actors,
                may_act: order.may_act,
            };
            Secret::new(access_token(profile, &facts, signer)?)
        }
        (Some(_) | None, _) => {
            Handle::generate(HandleKind::Access, order.shard, &*tools.randomness)?
        }
    };
    Ok(Draft {
        kind: TokenKind::Access,
        text,
        id: TokenId::new(id)?,
        expires_at: order.access_until,
        entitlement: order.access.clone(),
    })
}

fn refresh_draft(
    order: &Order<'_>,
    (entitlement, until): (&Entitlement, Timestamp),
    tools: &Tools,
) -> Result<Draft, FlowError> {
    let span = (order.now, until.since(order.now));
    let id = identifier(&tools.issuer.url, Named::RefreshToken, span, &*tools.randomness)?;
    Ok(Draft {
        kind: TokenKind::Refresh,
        text: Handle::generate(HandleKind::Refresh, order.shard, &*tools.randomness)?,
        id: TokenId::new(id)?,
        expires_at: until,
        entitlement: entitlement.clone(),
    })
}

fn signed_identity(
    order: &Order<'_>,
    identity: Identity<'_>,
    (access, signer): (&str, &Signer),
    tools: &Tools,
) -> Result<Secret<String>, FlowError> {
    let span = (order.now, identity.lifetime);
    let jti = identifier(&tools.issuer.url, Named::IdToken, span, &*tools.randomness)?;
    let facts = IdTokenFacts {
        issuer: tools.issuer.url.as_str(),
        subject: order.subject,
        client_id: order.client.id.as_str(),
        nonce: identity.nonce,
        access_token: access,
        issued_at: order.now,
        expires_at: order.now.plus(identity.lifetime),
        auth_time: order.access.authenticated_at,
        jti: &jti,
    };
    Ok(Secret::new(id_token(&facts, signer)?))
}

impl Minted {
    /// Takes the numbers for the rows. The first is that of the element.
    pub(crate) fn number(&self, unit: &mut dyn Unit) -> Result<Range<i64>, StoreError> {
        let count = i64::try_from(self.drafts.len()).unwrap_or(i64::MAX);
        unit.take_numbers(Sequence::Tokens, count)
    }

    /// Stores everything and tells the chronicle.
    pub(crate) fn issue(
        &self,
        unit: &mut dyn Unit,
        account: Account<'_>,
        doing: &Doing<'_>,
    ) -> Result<(), StoreError> {
        let numbers = self.number(unit)?;
        self.issue_as(numbers, unit, account, doing)
    }

    /// The same under these numbers.
    pub(crate) fn issue_as(
        &self,
        numbers: Range<i64>,
        unit: &mut dyn Unit,
        account: Account<'_>,
        doing: &Doing<'_>,
    ) -> Result<(), StoreError> {
        let Account { grant, transaction, user } = account;
        let (first, count) = (numbers.start, self.drafts.len());
        self.store(unit, (transaction, numbers), doing.tools)?;
        doing.chronicle.note(unit, &Happening::Issued { grant, transaction, first, count, user })
    }

    /// Stores everything under these numbers, as one element of the transaction.
    fn store(
        &self,
        unit: &mut dyn Unit,
        (transaction, numbers): (&Transaction, Range<i64>),
        tools: &Tools,
    ) -> Result<(), StoreError> {
        let element = ElementKey::new(numbers.start);
        let mut tokens = Vec::with_capacity(self.drafts.len());
        for (number, draft) in numbers.zip(&self.drafts) {
            let token = draft.token(transaction, (number, element), self.now);
            let sealed = tools
                .keys
                .seal(draft.text.expose(), &SealContext::of(&token), &*tools.randomness)
                .map_err(|error| StoreError::GivenUp { reason: error.to_string() })?;
            let stored = StoredToken {
                tag: Some(tools.keys.lookup_tag(draft.kind, draft.text.expose())),
                token,
                started_at: transaction.started_at,
                element_at: self.now,
                text: Some(sealed),
            };
            tokens.push(IssuedToken { stored, entitlement: draft.entitlement.clone() });
        }
        unit.issue_tokens(&tokens)
    }

    /// The same without its access token, which nobody asked for.
    pub(crate) fn only_refresh(mut self) -> Self {
        self.drafts.retain(|draft| draft.kind == TokenKind::Refresh);
        self
    }

    /// The answer to the client: the first token stands in `access_token`.
    pub(crate) fn into_answer(self) -> Result<TokenAnswer, FlowError> {
        let id_token = self.id_token;
        let mut drafts = self.drafts.into_iter();
        let access = drafts
            .next()
            .ok_or_else(|| StoreError::corrupt("an answer without an access token"))?;
        let bound = access.entitlement.key.is_some();
        Ok(TokenAnswer {
            access_token: access.text,
            token_type: Some(if bound { TokenType::Dpop } else { TokenType::Bearer }),
            expires_in: access.expires_at.since(self.now),
            refresh_token: drafts.next().map(|draft| draft.text),
            id_token,
            scopes: access.entitlement.scopes,
            issued_token_type: None,
        })
    }
}

impl Draft {
    fn token(
        &self,
        transaction: &Transaction,
        (number, element): (i64, ElementKey),
        now: Timestamp,
    ) -> Token {
        Token {
            key: TokenKey::new(transaction.key.shard, number),
            issuer: transaction.issuer,
            client: transaction.client,
            user: transaction.user,
            transaction: transaction.key,
            element,
            kind: self.kind,
            id: self.id.clone(),
            issued_at: now,
            expires_at: self.expires_at,
            state: TokenState::Live,
        }
    }
}
