//! Sessions of people: begun by whoever came in through a door, found by the text in a cookie,
//! ended by leaving.

use muster_crypto::{CodeKind, Handle, HandleKind};
use muster_domain::{
    Claims, Door, Lifetime, Secret, Session, SessionKey, Timestamp, User, UserId, UserStatus,
};
use muster_policy::Lifetimes;
use muster_store::{FoundSession, Sequence, StoreError, Unit};

use crate::chronicle::Happening;
use crate::{Chronicle, FlowError, Tools};

/// How often a session's use is noted: more often would be a write for every page.
const NOTED_EVERY: Lifetime = Lifetime::from_seconds(60);

/// Somebody whom a door let in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// Who it is.
    pub user: UserId,
    /// By which door.
    pub door: Door,
    /// What the door knows of them; `None`: nothing that would replace what is known.
    pub claims: Option<Claims>,
    /// When they proved who they are.
    pub authenticated_at: Timestamp,
}

/// A session that is good at this moment. It is made here alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LiveSession {
    session: Session,
    user: User,
}

impl LiveSession {
    /// Its key.
    pub const fn key(&self) -> SessionKey {
        self.session.key
    }

    /// Whose it is; they are active.
    pub const fn user(&self) -> &User {
        &self.user
    }

    /// When the person last proved who they are.
    pub const fn authenticated_at(&self) -> Timestamp {
        self.session.authenticated_at
    }
}

/// The session with this text, if it is good. Its use is noted.
pub fn find_session(
    text: &Secret<String>,
    lifetimes: &Lifetimes,
    tools: &Tools,
) -> Result<Option<LiveSession>, FlowError> {
    let handle = Handle::parse(text.expose()).filter(|found| found.kind() == HandleKind::Session);
    let Some(handle) = handle else { return Ok(None) };
    let tag = tools.keys.code_tag(CodeKind::Session, text.expose());
    let (issuer, now) = (tools.issuer.key, tools.clock.now());
    let found = tools.store.read(|reading| reading.find_session(issuer, tag, handle.shard()))?;
    let Some(live) = found.and_then(|found| live(found, lifetimes, now)) else { return Ok(None) };
    if now >= live.session.used_at.plus(NOTED_EVERY) {
        tools.store.change(|unit| unit.touch_session(live.key(), now))?;
    }
    Ok(Some(live))
}

fn live(found: FoundSession, lifetimes: &Lifetimes, now: Timestamp) -> Option<LiveSession> {
    let FoundSession { session, user } = found;
    let is_active = match user.status {
        UserStatus::Active => true,
        UserStatus::Disabled => false,
    };
    (is_active && session.is_good(lifetimes.session_idle, now))
        .then_some(LiveSession { session, user })
}

/// Begins a session for somebody who came in, in place of the one that the browser had; what
/// the door knows of them is kept. Its text is for the browser alone.
pub fn begin_session(
    arrival: &Arrival,
    before: Option<&LiveSession>,
    lifetimes: &Lifetimes,
    (tools, chronicle): (&Tools, &dyn Chronicle),
) -> Result<Secret<String>, FlowError> {
    tools.store.change(|unit| {
        let user = match admitted(arrival, unit, tools)? {
            Ok(user) => user,
            Err(refused) => return Ok(Err(refused)),
        };
        if let Some(before) = before {
            unit.end_session(before.key())?;
        }
        if let Some(claims) = &arrival.claims {
            unit.set_claims(user.key, claims)?;
        }
        let text = Handle::generate(HandleKind::Session, user.key.shard, &*tools.randomness)
            .map_err(|error| StoreError::GivenUp { reason: error.to_string() })?;
        let now = tools.clock.now();
        let session = Session {
            key: SessionKey::new(user.key.shard, unit.take_numbers(Sequence::Sessions, 1)?.start),
            issuer: tools.issuer.key,
            user: user.key,
            door: arrival.door,
            authenticated_at: arrival.authenticated_at,
            used_at: now,
            expires_at: now.plus(lifetimes.session),
        };
        unit.add_session(&session, tools.keys.code_tag(CodeKind::Session, text.expose()))?;
        chronicle.note(unit, &Happening::LoggedIn { user: &user.id, door: arrival.door })?;
        Ok(Ok(text))
    })?
}

/// The user, entered if a door from outside names somebody new.
fn admitted(
    arrival: &Arrival,
    unit: &mut dyn Unit,
    tools: &Tools,
) -> Result<Result<User, FlowError>, StoreError> {
    let (issuer, ids) = (tools.issuer.key, std::slice::from_ref(&arrival.user));
    let known = unit.find_user(issuer, &arrival.user)?;
    let user = match (arrival.door, known) {
        (_, Some(user)) => user,
        (Door::Account, None) => return Ok(Err(not_admitted("there is no such user"))),
        (Door::Proxy | Door::Upstream, None) => {
            let added = unit.ensure_users(issuer, ids, tools.clock.now())?;
            added.into_iter().next().ok_or_else(|| StoreError::corrupt("no user came back"))?
        }
    };
    // Whoever upstream calls itself like somebody with an account here is not them.
    let is_taken = match arrival.door {
        Door::Account => false,
        Door::Proxy | Door::Upstream => unit.find_password(user.key)?.is_some(),
    };
    Ok(match user.status {
        UserStatus::Disabled => Err(not_admitted("the user is disabled")),
        UserStatus::Active if is_taken => {
            Err(not_admitted("the id is that of an account of the issuer's own"))
        }
        UserStatus::Active => Ok(user),
    })
}

const fn not_admitted(reason: &'static str) -> FlowError {
    FlowError::NotAdmitted { reason }
}

/// Ends a session.
pub fn end_session(
    session: &LiveSession,
    (tools, chronicle): (&Tools, &dyn Chronicle),
) -> Result<(), FlowError> {
    Ok(tools.store.change(|unit| {
        if unit.end_session(session.key())? {
            chronicle.note(unit, &Happening::LoggedOut { user: &session.user().id })?;
        }
        Ok(())
    })?)
}
