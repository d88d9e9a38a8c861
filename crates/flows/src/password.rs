//! Whether somebody is the user that they say they are, by their password.

use muster_crypto::{SecretVerifier, Verification};
use muster_domain::{Secret, Shard, StoredSecret, User, UserId, UserKey, UserStatus};
use muster_store::StoreError;

use crate::{FlowError, Tools};

/// The user, if the password is theirs and they are active. Whoever is not known, has no
/// password or is disabled costs the same and is told the same; nothing is remembered of it.
pub fn verify_password(
    name: &str,
    password: &Secret<String>,
    (tools, verifier): (&Tools, &SecretVerifier),
) -> Result<Option<User>, FlowError> {
    let (stored, user) = match UserId::new(name) {
        Ok(id) => kept(&id, tools)?,
        Err(_) => (None, None),
    };
    let is_active = |user: &User| match user.status {
        UserStatus::Active => true,
        UserStatus::Disabled => false,
    };
    match verifier.verify_password(stored.as_ref(), password) {
        Verification::Right { .. } => Ok(user.filter(is_active)),
        Verification::Wrong => Ok(None),
        Verification::Busy => Err(FlowError::Busy),
    }
}

/// What is kept of a user's password, and the user. The store is asked as much about nobody as
/// about somebody (T18).
fn kept(id: &UserId, tools: &Tools) -> Result<(Option<StoredSecret>, Option<User>), StoreError> {
    let issuer = &tools.issuer;
    // No row has a number below 1.
    let nobody = UserKey::new(Shard::of_user(&issuer.url, id), 0);
    tools.store.read(|reading| {
        let user = reading.find_user(issuer.key, id)?;
        let key = user.as_ref().map_or(nobody, |user| user.key);
        Ok((reading.find_password(key)?, user))
    })
}
