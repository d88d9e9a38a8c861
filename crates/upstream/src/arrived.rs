//! Who has arrived: what the provider says about a person, in our words.

use muster_domain::{ClaimValue, Claims, Timestamp, UserId};
use serde_json::{Map, Value};

use crate::error::Unnamed;
use crate::settings::{PairOfNames, UserNaming};

/// A name that is longer is no name.
const NAME_LONGEST: usize = 255;
/// Longer texts are left out: claims are kept with the user and told in tokens.
const TEXT_LONGEST: usize = 1_024;
/// Of longer lists nothing is kept, rather than a part that would pass for the whole.
const TEXTS_MOST: usize = 256;

/// Somebody who logged in at the provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arrived {
    /// Who it is here.
    pub user_id: UserId,
    /// Who it is there: `sub`, for the audit trail.
    pub subject: String,
    /// What is known of them.
    pub claims: Claims,
    /// When they logged in there, if the provider says so.
    pub auth_time: Option<Timestamp>,
}

/// Where claims come from: the ID token first, which is signed.
pub(crate) struct Sources<'a>(pub(crate) &'a [Map<String, Value>]);

/// Claims that say whether another one was verified (OpenID Connect Core 5.1). Each is taken
/// from where the other one stands: a verified address of one source says nothing about
/// another address in another.
const VERIFIED: [(&str, &str); 2] =
    [("email_verified", "email"), ("phone_number_verified", "phone_number")];

impl Sources<'_> {
    /// The user's name here.
    pub(crate) fn user_id(&self, naming: &UserNaming) -> Result<UserId, Unnamed> {
        let claim = naming.claim.as_str();
        let value = self.value(claim).ok_or_else(|| Unnamed::Missing(claim.to_owned()))?;
        let unusable = || Unnamed::Unusable(claim.to_owned());
        let name = value.as_str().filter(|name| is_name(name)).ok_or_else(unusable)?;
        let proof = VERIFIED.iter().find(|(_, about)| *about == claim);
        if proof.is_some_and(|(proof, _)| self.value(proof) != Some(&Value::Bool(true))) {
            return Err(Unnamed::Unverified(claim.to_owned()));
        }
        let id = format!("{}{name}{}", naming.prefix, naming.suffix);
        UserId::new(id).map_err(|_| unusable())
    }

    /// The claims that are kept. One that does not fit is left out.
    pub(crate) fn claims(&self, wanted: &[PairOfNames]) -> Claims {
        let mut claims = Claims::default();
        for pair in wanted {
            if let Some(value) = self.value(&pair.theirs).and_then(kept) {
                claims.set(pair.ours.as_str(), value);
            }
        }
        claims
    }

    fn value(&self, name: &str) -> Option<&Value> {
        let about = VERIFIED.iter().find(|(proof, _)| *proof == name).map(|(_, about)| *about);
        let has = |source: &&Map<String, Value>| source.contains_key(about.unwrap_or(name));
        self.0.iter().find(has)?.get(name)
    }
}

/// Whether the text can name somebody: nothing that cannot be seen, or is at its edges only.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= NAME_LONGEST
        && text.trim() == text
        && !text.chars().any(char::is_control)
}

fn kept(value: &Value) -> Option<ClaimValue> {
    match value {
        Value::String(text) => kept_text(text).map(ClaimValue::Text),
        Value::Bool(flag) => Some(ClaimValue::Flag(*flag)),
        Value::Array(items) if items.len() <= TEXTS_MOST => {
            let texts = items.iter().map(|item| item.as_str().and_then(kept_text));
            texts.collect::<Option<_>>().map(ClaimValue::Texts)
        }
        Value::Null | Value::Number(_) | Value::Object(_) | Value::Array(_) => None,
    }
}

fn kept_text(text: &str) -> Option<String> {
    let fits = text.len() <= TEXT_LONGEST && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sources(values: [Value; 2]) -> Vec<Map<String, Value>> {
        values.map(|value| value.as_object().unwrap().clone()).to_vec()
    }

    fn named(claim: &str, values: [Value; 2]) -> Result<String, Unnamed> {
        let naming = UserNaming { claim: claim.to_owned(), ..UserNaming::default() };
        let id = Sources(&sources(values)).user_id(&naming)?;
        Ok(id.as_str().to_owned())
    }

    #[test]
    fn a_user_is_named_by_the_claim_between_prefix_and_suffix() {
        let naming = UserNaming {
            claim: "eppn".to_owned(),
            prefix: "up:".to_owned(),
            suffix: "@idp".to_owned(),
        };
        let sources = sources([json!({"sub": "1"}), json!({"sub": "1", "eppn": "alice"})]);
        assert_eq!(Sources(&sources).user_id(&naming).unwrap().as_str(), "up:alice@idp");
    }

    #[test]
    fn a_name_that_is_none_names_nobody() {
        let missing = Err(Unnamed::Missing("eppn".to_owned()));
        assert_eq!(named("eppn", [json!({}), json!({})]), missing);
        for value in [json!(""), json!(" alice"), json!("a\u{0}b"), json!(7), json!(["alice"])] {
            let unusable = Err(Unnamed::Unusable("eppn".to_owned()));
            assert_eq!(named("eppn", [json!({ "eppn": value }), json!({})]), unusable);
        }
    }

    #[test]
    fn an_address_names_somebody_only_while_it_is_verified() {
        let unverified = Err(Unnamed::Unverified("email".to_owned()));
        let address = "alice@a.example";
        let good = json!({"email": address, "email_verified": true});
        assert_eq!(named("email", [good, json!({})]), Ok(address.to_owned()));
        for verified in [json!(false), json!("true"), json!(1), Value::Null] {
            let bad = json!({"email": address, "email_verified": verified});
            assert_eq!(named("email", [bad, json!({})]), unverified);
        }
        assert_eq!(named("email", [json!({ "email": address }), json!({})]), unverified);
    }

    #[test]
    fn an_address_of_one_source_is_not_verified_by_another() {
        let first = json!({"email": "victim@a.example"});
        let second = json!({"email": "own@a.example", "email_verified": true});
        let unverified = Err(Unnamed::Unverified("email".to_owned()));
        assert_eq!(named("email", [first.clone(), second.clone()]), unverified);
        let kept = Sources(&sources([first, second])).claims(&PairOfNames::usual());
        assert_eq!(kept.value("email_verified"), None);
    }

    #[test]
    fn claims_are_kept_under_our_names_and_those_that_do_not_fit_are_left_out() {
        let pair = |theirs: &str, ours: &str| PairOfNames {
            theirs: theirs.to_owned(),
            ours: ours.to_owned(),
        };
        let wanted = [pair("displayName", "name"), pair("groups", "groups"), pair("age", "age")];
        let first = json!({"displayName": "Ada\n", "groups": ["a", "b"], "age": 7});
        let claims = Sources(&sources([first, json!({"displayName": "Ada"})])).claims(&wanted);
        let groups = ClaimValue::Texts(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(claims.iter().collect::<Vec<_>>(), [("groups", &groups)]);
        let many = json!({"groups": vec!["a"; TEXTS_MOST + 1]});
        assert!(Sources(&sources([many, json!({})])).claims(&wanted).is_empty());
    }
}
