//! Deeds about users: who may have tokens, and how all that somebody holds is ended.

use muster_audit::{Entry, Event, Subject};
use muster_domain::{ClientId, User, UserId, UserStatus};
use muster_store::{StoreError, Unit};

use crate::keeper::client_not_found;
use crate::new_id::presentable;
use crate::{DeedError, Keeper};

impl Keeper {
    /// The user with this id.
    pub fn find_user(&self, id: &str) -> Result<User, DeedError> {
        let user_id = UserId::new(id).map_err(|_| no_user(id))?;
        let found = self.store.read(|reading| reading.find_user(self.issuer.key, &user_id))?;
        found.ok_or_else(|| no_user(id))
    }

    /// Enters a user who was never seen; whether the id was not there before.
    pub fn add_user(&self, id: &str) -> Result<bool, DeedError> {
        let user_id = UserId::new(presentable(id)?)?;
        let ids = std::slice::from_ref(&user_id);
        let entry = self.user_entry(id, "added");
        let now = self.clock.now();
        Ok(self.store.change(|unit| {
            if unit.find_user(self.issuer.key, &user_id)?.is_some() {
                return Ok(false);
            }
            unit.ensure_users(self.issuer.key, ids, now)?;
            self.trail.append_in(unit, &entry)?;
            Ok(true)
        })?)
    }

    /// Changes how a user stands; whether it stood otherwise before. A disabled user's tokens
    /// are refused from the next request on, and are good again once it is enabled.
    pub fn set_user_status(&self, id: &str, status: UserStatus) -> Result<bool, DeedError> {
        let entry = self.user_entry(id, status.as_str());
        self.with_user(id, |unit, user| {
            if user.status == status {
                return Ok(false);
            }
            unit.set_user_status(user.key, status)?;
            self.trail.append_in(unit, &entry)?;
            Ok(true)
        })
    }

    /// Deletes a user with all it holds. Whoever comes back under the id has none of it (I12).
    pub fn remove_user(&self, id: &str) -> Result<(), DeedError> {
        let entry = self.user_entry(id, "removed");
        self.with_user(id, |unit, user| {
            unit.remove_user(user.key)?;
            self.trail.append_in(unit, &entry)
        })
    }

    /// Ends every open transaction of a user, at one client or at all, with what was exchanged
    /// out of it; how many were open. None of their tokens is good from the next request on.
    /// The user may begin anew.
    pub fn revoke_user(&self, id: &str, client: Option<&str>) -> Result<usize, DeedError> {
        let client_id = client
            .map(|client| ClientId::new(client).map_err(|_| client_not_found(client)))
            .transpose()?;
        let now = self.clock.now();
        let mut entry = self.user_entry(id, "revoked");
        if let Some(client) = client {
            entry = entry.to_client(client);
        }
        self.with_user(id, |unit, user| {
            let key = match &client_id {
                None => None,
                Some(client) => match unit.find_client(self.issuer.key, client)? {
                    Some(client) => Some(client.key),
                    None => return Ok(Err(client_not_found(client.as_str()))),
                },
            };
            let ended = unit.end_user_transactions(user.key, key, now)?;
            let count = u64::try_from(ended).unwrap_or(u64::MAX);
            self.trail.append_in(unit, &entry.clone().with_count("transactions", count))?;
            Ok(Ok(ended))
        })?
    }

    fn user_entry(&self, id: &str, change: &'static str) -> Entry {
        let subject = Subject::User(id.to_owned());
        self.entry(Event::UserChanged).about(subject).with_word("change", change)
    }

    /// One unit about a user.
    pub(crate) fn with_user<T>(
        &self,
        id: &str,
        mut deed: impl FnMut(&mut dyn Unit, User) -> Result<T, StoreError>,
    ) -> Result<T, DeedError> {
        let user_id = UserId::new(id).map_err(|_| no_user(id))?;
        let done = self.store.change(|unit| {
            let found = unit.find_user(self.issuer.key, &user_id)?;
            found.map(|user| deed(unit, user)).transpose()
        })?;
        done.ok_or_else(|| no_user(id))
    }
}

fn no_user(id: &str) -> DeedError {
    DeedError::NoUser(id.to_owned())
}
