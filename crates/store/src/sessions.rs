//! Sessions of people in browsers, found by a keyed hash of their text.

use muster_domain::{IssuerKey, LookupTag, Session, SessionKey, Shard, Timestamp, User, UserKey};

use crate::StoreError;

/// A presented session with the person it belongs to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundSession {
    /// The session.
    pub session: Session,
    /// Whose it is, and how they stand.
    pub user: User,
}

/// Asking for sessions.
pub trait SessionsReading {
    /// The session with this hash, whatever its person's standing, expired ones included.
    fn find_session(
        &mut self,
        issuer: IssuerKey,
        tag: LookupTag,
        shard: Shard,
    ) -> Result<Option<FoundSession>, StoreError>;

    /// The sessions of a user in the order they began, expired ones included.
    fn list_sessions(&mut self, user: UserKey) -> Result<Vec<Session>, StoreError>;
}

/// Changing sessions.
pub trait SessionsWriting {
    /// Adds a session whose key was taken from [`crate::Sequence::Sessions`]. Where its person
    /// was disabled or removed meanwhile there is nothing to add: it is over already.
    fn add_session(&mut self, session: &Session, tag: LookupTag) -> Result<(), StoreError>;

    /// Notes that it was used; whether there is such a session. It never goes back in time.
    fn touch_session(&mut self, session: SessionKey, at: Timestamp) -> Result<bool, StoreError>;

    /// Ends one; whether there was such a session.
    fn end_session(&mut self, session: SessionKey) -> Result<bool, StoreError>;

    /// Ends every session of a user; how many there were.
    fn end_sessions_of_user(&mut self, user: UserKey) -> Result<usize, StoreError>;
}
