//! Deciding about a device at the terminal (RFC 8628 3.3), where no page asks the person.
//!
//! The rules are those of the page: the flow waits, has not expired, and the user is active.

use muster_audit::{Actor, Ending, Entry, Event, Subject};
use muster_crypto::{CodeKind, canonical_user_code};
use muster_domain::{DeviceFlow, UserId, UserStatus};
use muster_store::{StoreError, Unit};

use crate::{DeedError, Keeper};

/// What the keeper says in a person's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeviceDecision<'a> {
    /// Yes, it is the device of the user with this id.
    Approve(&'a str),
    /// No.
    Deny,
}

impl Keeper {
    /// Enters a decision about the device that waits under this user code.
    pub fn decide_device(
        &self,
        user_code: &str,
        decision: DeviceDecision<'_>,
    ) -> Result<(), DeedError> {
        let canonical = canonical_user_code(user_code).ok_or(DeedError::NoDevice)?;
        let tag = self.keys.code_tag(CodeKind::User, &canonical);
        let user_id = match decision {
            DeviceDecision::Approve(id) => {
                Some(UserId::new(id).map_err(|_| DeedError::NoUser(id.to_owned()))?)
            }
            DeviceDecision::Deny => None,
        };
        let now = self.clock.now();
        self.store.change(|unit| {
            let flow = unit.find_device_flow_of_user_code(self.issuer.key, tag)?;
            match flow.filter(|flow| now < flow.expires_at) {
                None => Ok(Err(DeedError::NoDevice)),
                Some(flow) => self.decide(unit, &flow, user_id.as_ref()),
            }
        })?
    }

    fn decide(
        &self,
        unit: &mut dyn Unit,
        flow: &DeviceFlow,
        user_id: Option<&UserId>,
    ) -> Result<Result<(), DeedError>, StoreError> {
        let decided = match user_id {
            None => unit.deny_device(flow.key)?,
            Some(id) => {
                let Some(user) = unit.find_user(self.issuer.key, id)? else {
                    return Ok(Err(DeedError::NoUser(id.as_str().to_owned())));
                };
                match user.status {
                    UserStatus::Active => {
                        unit.approve_device(flow.key, user.key, self.clock.now())?
                    }
                    UserStatus::Disabled => {
                        return Ok(Err(DeedError::UserDisabled(id.as_str().to_owned())));
                    }
                }
            }
        };
        if !decided {
            return Ok(Err(DeedError::NoDevice));
        }
        let ending = if user_id.is_some() { Ending::Done } else { Ending::Refused };
        let mut entry = Entry::new(Event::DeviceDecided, ending)
            .by(Actor::Keeper)
            .in_issuer(self.issuer.url.as_str());
        if let Some(id) = user_id {
            entry = entry.about(Subject::User(id.as_str().to_owned()));
        }
        self.trail.append_in(unit, &entry)?;
        Ok(Ok(()))
    }
}
