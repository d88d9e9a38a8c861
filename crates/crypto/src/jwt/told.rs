//! What is told of a person, as JSON (OpenID Connect Core 5.1): the same in ID tokens and at
//! `/userinfo`.

use muster_domain::{ClaimValue, Claims};
use serde_json::{Map, Value, json};

/// Claims as the members of an object.
pub fn told_claims(claims: &Claims) -> Map<String, Value> {
    claims.iter().map(|(name, value)| (name.to_owned(), told(name, value))).collect()
}

fn told(name: &str, value: &ClaimValue) -> Value {
    match value {
        // The one claim of the standard that is an object (5.1.1): a text is a whole address.
        ClaimValue::Text(text) if name == "address" => json!({ "formatted": text }),
        ClaimValue::Text(text) => json!(text),
        ClaimValue::Flag(flag) => json!(flag),
        ClaimValue::Texts(texts) => json!(texts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_flags_and_lists_keep_their_kind_and_an_address_is_an_object() {
        let mut claims = Claims::default();
        claims.set("name", ClaimValue::Text("Ada \"A\"".to_owned()));
        claims.set("email_verified", ClaimValue::Flag(true));
        claims.set("groups", ClaimValue::Texts(vec!["one".to_owned()]));
        claims.set("address", ClaimValue::Text("1 High Street\nTown".to_owned()));
        let expected = json!({
            "name": "Ada \"A\"",
            "email_verified": true,
            "groups": ["one"],
            "address": {"formatted": "1 High Street\nTown"},
        });
        assert_eq!(Value::Object(told_claims(&claims)), expected);
    }
}
