//! What is known of a user as JSON in one column: it is read whole or not at all.

use std::collections::BTreeMap;

use muster_domain::{ClaimValue, Claims};
use muster_store::StoreError;
use serde::{Deserialize, Serialize};

use super::entitlement::{column_text, read_column};

/// A value in JSON is what it is elsewhere: a text, a flag or a list of texts.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum ValueColumn {
    Text(String),
    Flag(bool),
    Texts(Vec<String>),
}

/// The column's text; nothing known, no text.
pub(crate) fn claims_text(claims: &Claims) -> Result<Option<String>, StoreError> {
    if claims.is_empty() {
        return Ok(None);
    }
    let column: BTreeMap<&str, ValueColumn> = claims
        .iter()
        .map(|(name, value)| {
            let value = match value {
                ClaimValue::Text(text) => ValueColumn::Text(text.clone()),
                ClaimValue::Flag(flag) => ValueColumn::Flag(*flag),
                ClaimValue::Texts(texts) => ValueColumn::Texts(texts.clone()),
            };
            (name, value)
        })
        .collect();
    column_text(&column).map(Some)
}

/// The claims in a column.
pub(crate) fn read_claims(text: Option<&str>) -> Result<Claims, StoreError> {
    let mut claims = Claims::default();
    let Some(text) = text else { return Ok(claims) };
    let column: BTreeMap<String, ValueColumn> = read_column("what is known of a user", text)?;
    for (name, value) in column {
        let value = match value {
            ValueColumn::Text(text) => ClaimValue::Text(text),
            ValueColumn::Flag(flag) => ClaimValue::Flag(flag),
            ValueColumn::Texts(texts) => ClaimValue::Texts(texts),
        };
        // What must not be told of anybody is never written; should it be there, it is damage.
        if !claims.set(name, value) {
            return Err(StoreError::corrupt("what is known of a user: a token's own claim"));
        }
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_read_back_as_they_were_written() {
        let mut claims = Claims::default();
        assert_eq!(claims_text(&claims).unwrap(), None, "nothing needs no room");
        for (name, value) in [
            ("name", ClaimValue::Text("\"Ada\"\nL\u{f6}velace".to_owned())),
            ("nickname", ClaimValue::Text(String::new())),
            ("email_verified", ClaimValue::Flag(true)),
            ("phone_number_verified", ClaimValue::Flag(false)),
            ("eduPersonEntitlement", ClaimValue::Texts(vec!["a".into(), "true".into()])),
            ("groups", ClaimValue::Texts(Vec::new())),
        ] {
            assert!(claims.set(name, value));
        }
        let text = claims_text(&claims).unwrap();
        assert_eq!(read_claims(text.as_deref()).unwrap(), claims);
    }

    #[test]
    fn what_are_no_claims_is_damage_and_not_an_unknown_person() {
        for text in ["", "null", "[]", r#"{"name":7}"#, r#"{"name":null}"#, r#"{"sub":"root"}"#] {
            assert!(matches!(read_claims(Some(text)), Err(StoreError::Corrupt { .. })), "{text}");
        }
    }
}
