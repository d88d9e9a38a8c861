//! From a permitted authorization request to a code (RFC 6749 4.1.2, OpenID Connect Core
//! 3.1.2): what is to be done next with the person, and, once they agree, the code.

use muster_crypto::{CodeKind, Handle, HandleKind};
use muster_domain::{
    AuthorizationCode, CodeState, Consent, Entitlement, ErrorCode, LookupTag, Secret, Timestamp,
    UserId,
};
use muster_policy::{
    AuthorizePermit, allowed_from_now_on, consent_is_needed, consent_is_remembered,
};
use muster_store::{StoreError, Unit};

use crate::chronicle::Happening;
use crate::sessions::LiveSession;
use crate::transactions::NewTransaction;
use crate::{Chronicle, FlowError, Tools};

/// A request under way.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What may be asked of the person.
    pub permit: &'a AuthorizePermit,
    /// When the request came: whoever shall log in anew must do so after it.
    pub began_at: Timestamp,
    /// Whom the client believes to be there, by an ID token that was verified.
    pub expected: Option<&'a UserId>,
    /// By what a pushed request is spent, if it was one.
    pub pushed: Option<LookupTag>,
}

/// What is to be done next.
#[derive(Clone, Debug)]
pub enum Step<'a> {
    /// The person must show who they are.
    LogIn,
    /// The person must be asked what they allow.
    Ask,
    /// They have allowed it before.
    Grant(Agreed<'a>),
    /// The client is told that it cannot be.
    Refuse(ErrorCode),
}

/// That a person has agreed to what a client asks. It is made here alone, of a session that is
/// good and a request that needs nothing more of its person.
#[derive(Clone, Copy, Debug)]
pub struct Agreed<'a> {
    asked: Asked<'a>,
    session: &'a LiveSession,
    remember: bool,
}

/// What is to be done next about a request, with whoever is there.
pub fn next_step<'a>(
    asked: Asked<'a>,
    session: Option<&'a LiveSession>,
    tools: &Tools,
) -> Result<Step<'a>, FlowError> {
    let (permit, now) = (asked.permit, tools.clock.now());
    let may_ask = !permit.question().prompt.none;
    let Some(session) = session.filter(|session| suffices(&asked, session, now)) else {
        return Ok(if may_ask { Step::LogIn } else { Step::Refuse(ErrorCode::LoginRequired) });
    };
    let (issuer, client) = (tools.issuer.key, permit.client().key);
    let user = session.user().key;
    let (standing, consent) = tools.store.read(|reading| {
        let standing = reading.find_standing(issuer, client, Some(user))?;
        Ok((standing, reading.find_consent(user, client)?))
    })?;
    if !standing.is_some_and(|found| found.standing.is_good()) {
        return Ok(Step::Refuse(ErrorCode::AccessDenied));
    }
    if consent_is_needed(permit, consent.as_ref()) {
        return Ok(if may_ask { Step::Ask } else { Step::Refuse(ErrorCode::ConsentRequired) });
    }
    Ok(Step::Grant(Agreed { asked, session, remember: false }))
}

/// The person says yes to what they were asked. Whatever stood in the way before still does.
pub fn agree<'a>(
    asked: Asked<'a>,
    session: Option<&'a LiveSession>,
    tools: &Tools,
) -> Result<Step<'a>, FlowError> {
    let step = next_step(asked, session, tools)?;
    Ok(match (step, session) {
        (Step::Ask, Some(session)) => {
            let remember = consent_is_remembered(asked.permit);
            Step::Grant(Agreed { asked, session, remember })
        }
        (step, _) => step,
    })
}

/// Whether the session is good enough for this request: of the person that is expected, and
/// as fresh as it is to be.
fn suffices(asked: &Asked<'_>, session: &LiveSession, now: Timestamp) -> bool {
    let question = asked.permit.question();
    let at = session.authenticated_at();
    let is_expected = asked.expected.is_none_or(|expected| *expected == session.user().id);
    let is_anew = !question.prompt.login || at >= asked.began_at;
    // Whoever has logged in for this very request is as fresh as can be, `max_age=0` included.
    let is_fresh = question.max_age.is_none_or(|age| at >= asked.began_at || at.plus(age) > now);
    is_expected && is_anew && is_fresh
}

/// Issues the code: transaction, code, remembered consent and record in one unit, in which
/// everybody's standing is looked at once more.
pub fn issue_code(
    agreed: &Agreed<'_>,
    (tools, chronicle): (&Tools, &dyn Chronicle),
) -> Result<Secret<String>, FlowError> {
    let Agreed { asked: Asked { permit, .. }, session, .. } = *agreed;
    let (user, terms, now) = (session.user(), permit.terms(), tools.clock.now());
    let shard = user.key.shard;
    let place = (Some(user.key), shard);
    let family = (now, terms.family);
    let begun = NewTransaction::begin(place, permit.scopes().clone(), family, tools)?;
    let text = Handle::generate(HandleKind::Code, shard, &*tools.randomness)?;
    let tag = tools.keys.code_tag(CodeKind::Authorization, text.expose());
    tools.store.change(|unit| {
        if let Some(refused) = stands_in_the_way(agreed, unit, tools)? {
            return Ok(Err(refused));
        }
        let transaction = begun.store(unit, permit.client())?;
        unit.add_code(&code(agreed, &transaction.key, now), tag)?;
        remember(agreed, now, unit)?;
        let (client, user) = (&permit.client().id, &user.id);
        let happening = Happening::CodeIssued { transaction: transaction.key, client, user };
        chronicle.note(unit, &happening)?;
        Ok(Ok(()))
    })??;
    Ok(text)
}

/// What has come between since the person was asked.
fn stands_in_the_way(
    agreed: &Agreed<'_>,
    unit: &mut dyn Unit,
    tools: &Tools,
) -> Result<Option<FlowError>, StoreError> {
    let (issuer, client) = (tools.issuer.key, agreed.asked.permit.client().key);
    let standing = unit.find_standing(issuer, client, Some(agreed.session.user().key))?;
    if !standing.is_some_and(|found| found.standing.is_good()) {
        let reason = "client or user is not in good standing";
        return Ok(Some(FlowError::NotAdmitted { reason }));
    }
    let Some(pushed) = agreed.asked.pushed else { return Ok(None) };
    let spent = unit.spend_pushed_request(issuer, pushed)?;
    Ok((!spent).then_some(FlowError::PushedRequestSpent))
}

fn code(
    agreed: &Agreed<'_>,
    transaction: &muster_domain::TransactionKey,
    now: Timestamp,
) -> AuthorizationCode {
    let permit = agreed.asked.permit;
    let question = permit.question();
    AuthorizationCode {
        transaction: *transaction,
        issued_at: now,
        expires_at: now.plus(permit.code_lifetime()),
        state: CodeState::Issued,
        strangers: 0,
        entitlement: Entitlement {
            scopes: permit.scopes().clone(),
            audience: permit.audience().to_vec(),
            key: question.proof_key.clone(),
            authenticated_at: Some(agreed.session.authenticated_at()),
            ..Entitlement::default()
        },
        redirect_uri: permit.target().to_repeat(),
        challenge: question.challenge.clone(),
        nonce: question.nonce.clone(),
    }
}

/// What the person has just allowed, beside what they had allowed before.
fn remember(
    agreed: &Agreed<'_>,
    given_at: Timestamp,
    unit: &mut dyn Unit,
) -> Result<(), StoreError> {
    if !agreed.remember {
        return Ok(());
    }
    let (permit, user) = (agreed.asked.permit, agreed.session.user().key);
    let client = permit.client().key;
    let before = unit.find_consent(user, client)?;
    let scopes = allowed_from_now_on(permit, before.as_ref());
    unit.remember_consent(&Consent { user, client, scopes, given_at })
}
