//! Whether somebody is the user that they say they are, by their password.

use muster_crypto::{SecretVerifier, Verification};
use muster_domain::{Secret, User, UserId, UserStatus};

use crate::{FlowError, Tools};

/// The user, if the password is theirs and they are active. Whoever is not known, has no
/// password or is disabled costs the same and is told the same.
pub fn verify_password(
    name: &str,
    password: &Secret<String>,
    (tools, verifier): (&Tools, &SecretVerifier),
) -> Result<Option<User>, FlowError> {
    let issuer = tools.issuer.key;
    let found = match UserId::new(name) {
        Ok(id) => tools.store.read(|reading| {
            let user = reading.find_user(issuer, &id)?;
            user.map(|user| Ok((reading.find_password(user.key)?, user))).transpose()
        })?,
        Err(_) => None,
    };
    let (stored, user) = found.map_or((None, None), |(stored, user)| (stored, Some(user)));
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
