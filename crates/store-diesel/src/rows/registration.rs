//! A client's registration as JSON in one column: it is read whole or not at all, and new
//! members need no migration.

use muster_domain::{AccessTokenProfile, GrantName, GrantNames, Lifetime, Registration, ScopeSet};
use muster_store::StoreError;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct RegistrationColumn {
    #[serde(skip_serializing_if = "Option::is_none")]
    home_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    redirect_uris: Vec<String>,
    /// Short names; absent in registrations of older steps and of imports.
    #[serde(skip_serializing_if = "Option::is_none")]
    grants: Option<Vec<String>>,
    scopes: String,
    strict_scopes: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    audiences: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    serves: Vec<String>,
    #[serde(skip_serializing_if = "is_false")]
    introspects_every_token: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    may_act: Vec<String>,
    #[serde(skip_serializing_if = "is_false")]
    binds_tokens: bool,
    profile: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_lifetime: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_lifetime_max: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_lifetime: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_lifetime_max: Option<i64>,
    refresh_grace: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    assertion_users: Vec<String>,
}

/// The column's text.
pub(crate) fn registration_text(registration: &Registration) -> Result<String, StoreError> {
    let column = RegistrationColumn {
        home_url: registration.home_url.clone(),
        email: registration.email.clone(),
        redirect_uris: registration.redirect_uris.clone(),
        grants: Some(registration.grants.iter().map(|grant| grant.room().to_owned()).collect()),
        scopes: registration.scopes.to_string(),
        strict_scopes: registration.strict_scopes,
        audiences: registration.audiences.clone(),
        serves: registration.serves.clone(),
        introspects_every_token: registration.introspects_every_token,
        may_act: registration.may_act.clone(),
        binds_tokens: registration.binds_tokens,
        profile: registration.profile.as_str().to_owned(),
        access_lifetime: registration.access_lifetime.map(Lifetime::millis),
        access_lifetime_max: registration.access_lifetime_max.map(Lifetime::millis),
        refresh_lifetime: registration.refresh_lifetime.map(Lifetime::millis),
        refresh_lifetime_max: registration.refresh_lifetime_max.map(Lifetime::millis),
        refresh_grace: registration.refresh_grace.millis(),
        assertion_users: registration.assertion_users.clone(),
    };
    serde_json::to_string(&column).map_err(|e| StoreError::corrupt(e.to_string()))
}

/// The registration in a column.
pub(super) fn read_registration(text: &str) -> Result<Registration, StoreError> {
    let column: RegistrationColumn = serde_json::from_str(text)
        .map_err(|e| StoreError::corrupt(format!("a client's registration is no JSON: {e}")))?;
    let profile = AccessTokenProfile::ALL
        .into_iter()
        .find(|profile| profile.as_str() == column.profile)
        .unwrap_or_default();
    Ok(Registration {
        home_url: column.home_url,
        email: column.email,
        redirect_uris: column.redirect_uris,
        grants: grants(column.grants, &column.assertion_users),
        scopes: ScopeSet::parse(&column.scopes).map_err(|e| StoreError::corrupt(e.to_string()))?,
        strict_scopes: column.strict_scopes,
        audiences: column.audiences,
        serves: column.serves,
        introspects_every_token: column.introspects_every_token,
        may_act: column.may_act,
        binds_tokens: column.binds_tokens,
        profile,
        access_lifetime: column.access_lifetime.map(Lifetime::from_millis),
        access_lifetime_max: column.access_lifetime_max.map(Lifetime::from_millis),
        refresh_lifetime: column.refresh_lifetime.map(Lifetime::from_millis),
        refresh_lifetime_max: column.refresh_lifetime_max.map(Lifetime::from_millis),
        refresh_grace: Lifetime::from_millis(column.refresh_grace),
        assertion_users: column.assertion_users,
    })
}

/// The grants by their short names. A registration that names none comes from OA4MP, whose
/// clients may use whatever their flows need; an assertion only if it names users.
fn grants(names: Option<Vec<String>>, assertion_users: &[String]) -> GrantNames {
    let named = |grant: &GrantName| match &names {
        Some(names) => names.iter().any(|name| name == grant.room()),
        None => match grant {
            GrantName::AuthorizationCode
            | GrantName::RefreshToken
            | GrantName::TokenExchange
            | GrantName::DeviceCode => true,
            GrantName::JwtBearer => !assertion_users.is_empty(),
            GrantName::ClientCredentials => false,
        },
    };
    GrantNames::of(&GrantName::ALL.into_iter().filter(named).collect::<Vec<_>>())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_reads_back_as_it_was_written() {
        let registration = Registration {
            redirect_uris: vec!["https://a.example/cb".into()],
            scopes: ScopeSet::parse("openid email").unwrap(),
            profile: AccessTokenProfile::Wlcg,
            access_lifetime: Some(Lifetime::from_seconds(900)),
            refresh_lifetime: Some(Lifetime::from_millis(0)),
            ..Registration::default()
        };
        let text = registration_text(&registration).unwrap();
        assert_eq!(read_registration(&text).unwrap(), registration);
    }

    #[test]
    fn members_that_are_not_there_take_their_defaults() {
        // What names no grants comes from OA4MP, whose clients may use what their flows need.
        let flows = GrantNames::of(&[
            GrantName::AuthorizationCode,
            GrantName::RefreshToken,
            GrantName::TokenExchange,
            GrantName::DeviceCode,
        ]);
        let old = Registration { grants: flows, ..Registration::default() };
        assert_eq!(read_registration("{}").unwrap(), old);
    }
}
