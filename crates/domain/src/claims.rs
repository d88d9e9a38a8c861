//! What is known of a person and may be told to clients (OpenID Connect Core 5.1): claims by
//! name, as their door gave them or their keeper entered them.

use std::collections::BTreeMap;

/// The value of a claim.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ClaimValue {
    /// A text.
    Text(String),
    /// Yes or no, as of `email_verified`.
    Flag(bool),
    /// Several texts, as of `eduPersonEntitlement`.
    Texts(Vec<String>),
}

/// Claims of one person. Without `sub`, which is never a matter of the person's profile.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Claims(BTreeMap<String, ClaimValue>);

impl Claims {
    /// Sets a claim. What a token says about itself cannot be set: `false`.
    pub fn set(&mut self, name: impl Into<String>, value: ClaimValue) -> bool {
        let name = name.into();
        if name.is_empty() || RESERVED.contains(&name.as_str()) {
            return false;
        }
        self.0.insert(name, value);
        true
    }

    /// Takes a claim away; whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        self.0.remove(name).is_some()
    }

    /// The value of a claim.
    pub fn value(&self, name: &str) -> Option<&ClaimValue> {
        self.0.get(name)
    }

    /// Every claim, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ClaimValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What an ID token or an answer says about itself (OpenID Connect Core 2, RFC 7519 4.1): no
/// door and no keeper may forge it.
const RESERVED: [&str; 17] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
    "cnf",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_token_says_about_itself_is_no_claim_of_a_person() {
        let mut claims = Claims::default();
        for name in RESERVED {
            assert!(!claims.set(name, ClaimValue::Text("x".to_owned())), "{name}");
        }
        assert!(claims.is_empty());
        assert!(claims.set("name", ClaimValue::Text("Ada".to_owned())));
        assert_eq!(claims.value("name"), Some(&ClaimValue::Text("Ada".to_owned())));
        assert!(claims.remove("name"));
        assert!(!claims.remove("name"));
        assert!(claims.is_empty());
    }
}
