//! What a token or a code entitles to as JSON in a column: it is read whole or not at all,
//! and new members need no migration.

use muster_domain::{ClientId, Entitlement, KeyThumbprint, ScopeSet, Timestamp};
use muster_store::StoreError;
use serde::{Deserialize, Serialize};

/// An entitlement in words of JSON.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
pub(super) struct EntitlementColumn {
    #[serde(skip_serializing_if = "String::is_empty")]
    scopes: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    audience: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    actors: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticated_at: Option<i64>,
}

impl EntitlementColumn {
    pub(super) fn of(entitlement: &Entitlement) -> Self {
        Self {
            scopes: entitlement.scopes.to_string(),
            audience: entitlement.audience.clone(),
            key: entitlement.key.as_ref().map(|key| key.as_str().to_owned()),
            subject: entitlement.subject.as_ref().map(|client| client.as_str().to_owned()),
            actors: entitlement.actors.clone(),
            authenticated_at: entitlement.authenticated_at.map(Timestamp::millis),
        }
    }

    pub(super) fn into_domain(self) -> Result<Entitlement, StoreError> {
        let subject = self.subject.map(ClientId::new).transpose();
        Ok(Entitlement {
            scopes: scopes_in(&self.scopes)?,
            audience: self.audience,
            key: self.key.map(KeyThumbprint::new),
            subject: subject.map_err(|e| StoreError::corrupt(e.to_string()))?,
            actors: self.actors,
            authenticated_at: self.authenticated_at.map(Timestamp::from_millis),
        })
    }
}

/// The column `details` of a token.
pub(super) fn entitlement_text(entitlement: &Entitlement) -> Result<String, StoreError> {
    column_text(&EntitlementColumn::of(entitlement))
}

/// The entitlement in the column `details` of a token.
pub(crate) fn read_entitlement(text: &str) -> Result<Entitlement, StoreError> {
    read_column::<EntitlementColumn>("a token's rights", text)?.into_domain()
}

/// A column of JSON.
pub(super) fn column_text(column: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(column).map_err(|e| StoreError::corrupt(e.to_string()))
}

/// What a column of JSON holds; `what` names it for the keeper.
pub(super) fn read_column<'a, T: Deserialize<'a>>(
    what: &str,
    text: &'a str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::corrupt(format!("{what}: no JSON: {e}")))
}

/// Scopes in a column.
pub(crate) fn scopes_in(text: &str) -> Result<ScopeSet, StoreError> {
    ScopeSet::parse(text).map_err(|e| StoreError::corrupt(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entitlement_reads_back_as_it_was_written() {
        let full = Entitlement {
            scopes: ScopeSet::parse("openid storage.read:/").unwrap(),
            audience: vec!["https://se.example".into(), "\"".into()],
            key: Some(KeyThumbprint::new("thumb")),
            subject: Some(ClientId::new("robot").unwrap()),
            actors: vec!["robot".into(), "other".into()],
            authenticated_at: Some(Timestamp::from_millis(-1)),
        };
        for entitlement in [full, Entitlement::default()] {
            let text = entitlement_text(&entitlement).unwrap();
            assert_eq!(read_entitlement(&text).unwrap(), entitlement);
        }
    }

    #[test]
    fn what_is_no_entitlement_is_damage_and_not_an_empty_one() {
        for text in ["", "null", "7", r#"{"scopes":"a  b"}"#, r#"{"subject":""}"#] {
            assert!(matches!(read_entitlement(text), Err(StoreError::Corrupt { .. })), "{text}");
        }
    }
}
