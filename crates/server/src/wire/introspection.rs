//! The answer to an introspection (RFC 7662 2.2): plain JSON, or the claims of a signed one.

use muster_crypto::{actor_claim, audience_claim};
use muster_domain::{Timestamp, TokenKind};
use muster_flows::ActiveToken;
use serde_json::{Map, Value, json};

/// The members; `None`: `{"active":false}` and nothing more (S41).
pub fn introspection(token: Option<&ActiveToken>, issuer: &str) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("active".to_owned(), json!(token.is_some()));
    let Some(token) = token else { return body };
    let mut put = |name: &str, value: Value| {
        body.insert(name.to_owned(), value);
    };
    let entitlement = &token.entitlement;
    put("iss", json!(issuer));
    put("sub", json!(entitlement.speaks_for(token.user.as_ref(), &token.client)));
    put("client_id", json!(token.client.as_str()));
    if let Some(user) = &token.user {
        put("username", json!(user.as_str()));
    }
    if !entitlement.scopes.is_empty() {
        put("scope", json!(entitlement.scopes.to_string()));
    }
    put("aud", audience_claim(&token.audience, issuer));
    put("exp", seconds(token.expires_at));
    put("iat", seconds(token.issued_at));
    put("nbf", seconds(token.issued_at));
    put("jti", json!(token.id.as_str()));
    let kind = match (token.kind, &entitlement.key) {
        (TokenKind::Refresh, _) => "refresh_token",
        (TokenKind::Access, Some(_)) => "DPoP",
        (TokenKind::Access, None) => "Bearer",
    };
    put("token_type", json!(kind));
    if let Some(key) = &entitlement.key {
        put("cnf", json!({ "jkt": key.as_str() }));
    }
    if let Some(at) = entitlement.authenticated_at {
        put("auth_time", seconds(at));
    }
    if let Some(act) = actor_claim(&entitlement.actors) {
        put("act", act);
    }
    body
}

/// Whole seconds since 1970, rounded down.
fn seconds(at: Timestamp) -> Value {
    json!(at.millis().div_euclid(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inactive_token_is_told_in_one_member() {
        // S41
        assert_eq!(Value::Object(introspection(None, "i")).to_string(), r#"{"active":false}"#);
    }
}
