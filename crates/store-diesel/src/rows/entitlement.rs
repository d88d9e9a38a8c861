//! What a token entitles to, as JSON in one column: it is read whole or not at all.

use muster_domain::{Entitlement, KeyThumbprint, ScopeSet, Timestamp};
use muster_store::StoreError;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
pub(super) struct EntitlementColumn {
    #[serde(skip_serializing_if = "String::is_empty")]
    scopes: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    audience: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
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
            actors: entitlement.actors.clone(),
            authenticated_at: entitlement.authenticated_at.map(Timestamp::millis),
        }
    }

    pub(super) fn into_domain(self) -> Result<Entitlement, StoreError> {
        Ok(Entitlement {
            scopes: ScopeSet::parse(&self.scopes)
                .map_err(|e| StoreError::corrupt(e.to_string()))?,
            audience: self.audience,
            key: self.key.map(KeyThumbprint::new),
            actors: self.actors,
            authenticated_at: self.authenticated_at.map(Timestamp::from_millis),
        })
    }
}

/// The column's text.
pub(super) fn entitlement_text(entitlement: &Entitlement) -> Result<String, StoreError> {
    serde_json::to_string(&EntitlementColumn::of(entitlement))
        .map_err(|e| StoreError::corrupt(e.to_string()))
}

/// The entitlement in a column; a token without one came from elsewhere, and has the scopes
/// of its transaction.
pub(crate) fn read_entitlement(
    text: Option<&str>,
    scopes: &ScopeSet,
) -> Result<Entitlement, StoreError> {
    let Some(text) = text else { return Ok(Entitlement::of_scopes(scopes.clone())) };
    let column: EntitlementColumn = serde_json::from_str(text)
        .map_err(|e| StoreError::corrupt(format!("a token's details are no JSON: {e}")))?;
    column.into_domain()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entitlement_reads_back_as_it_was_written() {
        let whole = Entitlement {
            scopes: ScopeSet::parse("openid storage.read:/").unwrap(),
            audience: vec!["https://api.example".to_owned()],
            key: Some(KeyThumbprint::new("k")),
            actors: vec!["b".to_owned(), "a".to_owned()],
            authenticated_at: Some(Timestamp::from_millis(7)),
        };
        for entitlement in [whole, Entitlement::default()] {
            let text = entitlement_text(&entitlement).unwrap();
            assert_eq!(read_entitlement(Some(&text), &ScopeSet::default()).unwrap(), entitlement);
        }
    }

    #[test]
    fn a_token_without_details_has_the_scopes_of_its_transaction() {
        let scopes = ScopeSet::parse("openid").unwrap();
        assert_eq!(read_entitlement(None, &scopes).unwrap(), Entitlement::of_scopes(scopes));
    }
}
