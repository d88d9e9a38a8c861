//! Deeds about what people bring and what is known of them: accounts of the issuer's own,
//! claims, and what is told of a user when somebody asks.

use muster_audit::Entry;
use muster_crypto::NewPassword;
use muster_domain::{
    ClaimValue, Claims, ClientId, ScopeSet, Secret, Session, StoredSecret, Timestamp, User, UserId,
    UserKey,
};
use muster_store::{Reading, StoreError, Unit};

use crate::new_id::presentable;
use crate::users::no_user;
use crate::{DeedError, Keeper};

/// A user to be entered.
#[derive(Clone, Debug)]
pub struct UserDraft {
    /// The id.
    pub id: String,
    /// The password that they chose; `None`: they come in by another door, if at all.
    pub password: Option<Secret<String>>,
    /// What is known of them.
    pub claims: ClaimChange,
}

/// A change of what is known of a user.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ClaimChange {
    /// What is known instead, by name.
    pub set: Vec<(String, ClaimValue)>,
    /// What is known no more.
    pub cleared: Vec<String>,
}

/// What there is to be told of a user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownUser {
    /// Who it is, and how they stand.
    pub user: User,
    /// What is known of them.
    pub claims: Claims,
    /// Whether they have a password here.
    pub has_password: bool,
    /// Their sessions that are not over, in the order they began.
    pub sessions: Vec<Session>,
    /// What they have allowed clients, by id.
    pub allowed: Vec<(ClientId, ScopeSet, Timestamp)>,
}

impl Keeper {
    /// Enters a user who was never seen, with what they bring; whether the id was not there
    /// before. One who is there is left alone, and cannot bring anything.
    pub fn add_user(&self, draft: &UserDraft) -> Result<bool, DeedError> {
        let user_id = UserId::new(presentable(&draft.id)?)?;
        let password = draft.password.as_ref();
        let password = password.map(|text| self.stored_password(&user_id, text)).transpose()?;
        let mut claims = Claims::default();
        draft.claims.to(&mut claims)?;
        let brings = password.is_some() || !claims.is_empty();
        let entry = self.user_entry(&draft.id, "added");
        let now = self.clock.now();
        self.store.change(|unit| {
            if unit.find_user(self.issuer.key, &user_id)?.is_some() {
                return Ok(if brings { Err(there(&draft.id)) } else { Ok(false) });
            }
            let ids = std::slice::from_ref(&user_id);
            for user in unit.ensure_users(self.issuer.key, ids, now)? {
                if let Some(password) = &password {
                    unit.set_password(user.key, password, now)?;
                }
                if !claims.is_empty() {
                    unit.set_claims(user.key, &claims)?;
                }
            }
            self.trail.append_in(unit, &entry)?;
            Ok(Ok(true))
        })?
    }

    /// Gives a user a password, or another one, which ends their sessions; how many there were.
    pub fn set_password(&self, id: &str, password: &Secret<String>) -> Result<usize, DeedError> {
        let user_id = UserId::new(id).map_err(|_| no_user(id))?;
        let password = self.stored_password(&user_id, password)?;
        let entry = self.user_entry(id, "password");
        let now = self.clock.now();
        self.with_user(id, |unit, user| {
            unit.set_password(user.key, &password, now)?;
            self.end_sessions(unit, user.key, &entry)
        })
    }

    /// Takes a user's password away, which ends their sessions; whether there was one.
    pub fn remove_password(&self, id: &str) -> Result<bool, DeedError> {
        let entry = self.user_entry(id, "password_removed");
        self.with_user(id, |unit, user| {
            if !unit.remove_password(user.key)? {
                return Ok(false);
            }
            self.end_sessions(unit, user.key, &entry)?;
            Ok(true)
        })
    }

    /// Changes what is known of a user; what it is then.
    pub fn change_claims(&self, id: &str, change: &ClaimChange) -> Result<Claims, DeedError> {
        let entry = self.user_entry(id, "claims");
        self.with_user(id, |unit, user| {
            let before = unit.find_claims(user.key)?;
            let mut claims = before.clone();
            if let Err(refused) = change.to(&mut claims) {
                return Ok(Err(refused));
            }
            if claims != before {
                unit.set_claims(user.key, &claims)?;
                self.trail.append_in(unit, &entry)?;
            }
            Ok(Ok(claims))
        })?
    }

    /// Everything that there is to be told of a user.
    pub fn known_user(&self, id: &str) -> Result<KnownUser, DeedError> {
        let user_id = UserId::new(id).map_err(|_| no_user(id))?;
        let now = self.clock.now();
        let found = self.store.read(|reading| {
            let user = reading.find_user(self.issuer.key, &user_id)?;
            user.map(|user| known(reading, user, now)).transpose()
        })?;
        found.ok_or_else(|| no_user(id))
    }

    /// Ends every session of a user and records the deed that it belongs to; how many.
    pub(crate) fn end_sessions(
        &self,
        unit: &mut dyn Unit,
        user: UserKey,
        entry: &Entry,
    ) -> Result<usize, StoreError> {
        let ended = unit.end_sessions_of_user(user)?;
        let count = u64::try_from(ended).unwrap_or(u64::MAX);
        self.trail.append_in(unit, &entry.clone().with_count("sessions", count))?;
        Ok(ended)
    }

    /// Hashed before the unit begins: nobody else is to wait for it.
    fn stored_password(
        &self,
        user: &UserId,
        password: &Secret<String>,
    ) -> Result<StoredSecret, DeedError> {
        Ok(NewPassword::chosen(password.clone(), user)?.store(&*self.randomness)?)
    }
}

impl ClaimChange {
    fn to(&self, claims: &mut Claims) -> Result<(), DeedError> {
        for name in &self.cleared {
            claims.remove(name);
        }
        for (name, value) in &self.set {
            if !claims.set(name.as_str(), value.clone()) {
                return Err(DeedError::Claim(name.clone()));
            }
        }
        Ok(())
    }
}

fn known(reading: &mut dyn Reading, user: User, now: Timestamp) -> Result<KnownUser, StoreError> {
    let mut sessions = reading.list_sessions(user.key)?;
    sessions.retain(|session| now < session.expires_at);
    let mut allowed = Vec::new();
    for consent in reading.list_consents(user.key)? {
        // Its client may be gone since the list was read.
        if let Some(above) = reading.find_standing(user.issuer, consent.client, None)? {
            allowed.push((above.client_id, consent.scopes, consent.given_at));
        }
    }
    allowed.sort_by(|one, other| one.0.as_str().cmp(other.0.as_str()));
    Ok(KnownUser {
        claims: reading.find_claims(user.key)?,
        has_password: reading.find_password(user.key)?.is_some(),
        sessions,
        allowed,
        user,
    })
}

fn there(id: &str) -> DeedError {
    let what = format!("the user `{id}`, who is left as they are,");
    DeedError::There { what, see: "user show" }
}
