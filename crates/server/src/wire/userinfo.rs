//! The answer of `/userinfo` (OpenID Connect Core 5.3.2): `sub`, and what the scopes tell.

use muster_crypto::told_claims;
use muster_flows::UserInfo;
use serde_json::Value;

/// The answer's body.
pub fn userinfo(told: &UserInfo) -> String {
    let mut members = told_claims(&told.claims);
    members.insert("sub".to_owned(), Value::from(told.subject.as_str()));
    Value::Object(members).to_string()
}

#[cfg(test)]
mod tests {
    use muster_domain::{ClaimValue, Claims, UserId};
    use serde_json::json;

    use super::*;

    #[test]
    fn the_subject_stands_beside_what_is_told() {
        let mut claims = Claims::default();
        claims.set("email", ClaimValue::Text("a@a.example".to_owned()));
        let told = UserInfo { subject: UserId::new("alice").unwrap(), claims };
        let body: Value = serde_json::from_str(&userinfo(&told)).unwrap();
        assert_eq!(body, json!({"sub": "alice", "email": "a@a.example"}));
    }
}
