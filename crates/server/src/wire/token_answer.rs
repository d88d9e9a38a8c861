//! The answer of a grant that issues, as JSON (RFC 6749 5.1, RFC 8693 2.2.1).
//!
//! Lifetimes are whole seconds here, rounded down: nobody is told more than there is.

use muster_flows::TokenAnswer;
use serde_json::{Map, Value, json};

/// The body.
pub fn token_answer(answer: &TokenAnswer) -> String {
    let mut body = Map::new();
    body.insert("access_token".to_owned(), json!(answer.access_token.expose()));
    if let Some(kind) = answer.issued_token_type {
        body.insert("issued_token_type".to_owned(), json!(kind));
    }
    let kind = answer.token_type.map_or("N_A", muster_flows::TokenType::as_str);
    body.insert("token_type".to_owned(), json!(kind));
    body.insert("expires_in".to_owned(), json!(answer.expires_in.millis().div_euclid(1_000)));
    if let Some(refresh) = &answer.refresh_token {
        body.insert("refresh_token".to_owned(), json!(refresh.expose()));
    }
    if let Some(id_token) = &answer.id_token {
        body.insert("id_token".to_owned(), json!(id_token.expose()));
    }
    if !answer.scopes.is_empty() {
        body.insert("scope".to_owned(), json!(answer.scopes.to_string()));
    }
    Value::Object(body).to_string()
}

#[cfg(test)]
mod tests {
    use muster_domain::{Lifetime, ScopeSet, Secret};
    use muster_flows::TokenType;

    use super::*;

    #[test]
    fn an_answer_has_the_members_of_the_rfc_and_no_empty_ones() {
        // S10
        let answer = TokenAnswer {
            access_token: Secret::from("a"),
            token_type: Some(TokenType::Bearer),
            expires_in: Lifetime::from_millis(899_999),
            refresh_token: None,
            id_token: None,
            scopes: ScopeSet::default(),
            issued_token_type: None,
        };
        let body: Value = serde_json::from_str(&token_answer(&answer)).unwrap();
        assert_eq!(body, json!({"access_token": "a", "token_type": "Bearer", "expires_in": 899}));
    }
}
