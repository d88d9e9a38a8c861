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
    #[serde(skip_serializing_if = "Option::is_none")]
    grants: Option<Vec<String>>,
    scopes: String,
    strict_scopes: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    audiences: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    serves: Vec<String>,
    introspects_every_token: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    may_act: Vec<String>,
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
pub(crate) fn read_registration(text: &str) -> Result<Registration, StoreError> {
    let column: RegistrationColumn = serde_json::from_str(text)
        .map_err(|e| StoreError::corrupt(format!("a client's registration is no JSON: {e}")))?;
    let profile = AccessTokenProfile::ALL
        .into_iter()
        .find(|profile| profile.as_str() == column.profile)
        .unwrap_or_default();
    Ok(Registration {
        grants: grants(column.grants.as_deref(), !column.assertion_users.is_empty()),
        home_url: column.home_url,
        email: column.email,
        redirect_uris: column.redirect_uris,
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

/// The grants in a column; a name that this program does not know allows nothing.
///
/// A client without the member was registered when nobody said which grants it may use: it
/// keeps those that its users come by, and assertions if it may speak for somebody.
fn grants(rooms: Option<&[String]>, asserts: bool) -> GrantNames {
    let allowed: Vec<GrantName> = match rooms {
        Some(rooms) => GrantName::ALL
            .into_iter()
            .filter(|grant| rooms.iter().any(|room| room == grant.room()))
            .collect(),
        None => GrantName::ALL
            .into_iter()
            .filter(|grant| match grant {
                GrantName::AuthorizationCode
                | GrantName::RefreshToken
                | GrantName::TokenExchange
                | GrantName::DeviceCode => true,
                GrantName::ClientCredentials => false,
                GrantName::JwtBearer => asserts,
            })
            .collect(),
    };
    GrantNames::of(&allowed)
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

    /// The grants of a client that nobody registered for any.
    const UNSAID: [GrantName; 4] = [
        GrantName::AuthorizationCode,
        GrantName::RefreshToken,
        GrantName::TokenExchange,
        GrantName::DeviceCode,
    ];

    #[test]
    fn members_that_are_not_there_take_their_defaults() {
        let unsaid = Registration { grants: GrantNames::of(&UNSAID), ..Registration::default() };
        assert_eq!(read_registration("{}").unwrap(), unsaid);
    }

    #[test]
    fn a_client_that_may_speak_for_users_may_do_so_by_assertion_unless_it_says_otherwise() {
        let speaking = read_registration(r#"{"assertion_users":["*@app.example"]}"#).unwrap();
        let expected = [UNSAID.as_slice(), &[GrantName::JwtBearer]].concat();
        assert_eq!(speaking.grants, GrantNames::of(&expected));
        let text = r#"{"grants":["refresh_token","telepathy"],"assertion_users":["a"]}"#;
        let grants = read_registration(text).unwrap().grants;
        assert_eq!(grants, GrantNames::of(&[GrantName::RefreshToken]));
    }

    #[test]
    fn a_registration_for_no_grant_or_the_usual_ones_stays_so() {
        for grants in [GrantNames::NONE, GrantNames::default()] {
            let registration = Registration { grants, ..Registration::default() };
            let text = registration_text(&registration).unwrap();
            assert_eq!(read_registration(&text).unwrap(), registration);
        }
    }
}
