//! The provider's metadata document (OpenID Connect Discovery 3, RFC 8414 2): what is needed
//! of it, checked once when it comes.

use muster_crypto::Algorithm;
use serde_json::{Map, Value};

use crate::address::Address;
use crate::error::{Document, ProviderFault};

/// The algorithms that ID tokens may be signed with: public keys only, so that nobody can take
/// a published key for a shared secret.
const TAKEN: [Algorithm; 4] =
    [Algorithm::Rs256, Algorithm::Ps256, Algorithm::Es256, Algorithm::EdDsa];

/// What the provider says about itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Metadata {
    pub(crate) authorization_endpoint: Address,
    pub(crate) token_endpoint: Address,
    pub(crate) user_info_endpoint: Option<Address>,
    pub(crate) keys: Address,
    /// Those that both sides take.
    pub(crate) algorithms: Vec<Algorithm>,
    /// Whether each answer to an authorization request says whom it is from (RFC 9207 3).
    pub(crate) names_itself: bool,
    /// Whether a secret goes into the form because the header is not taken.
    pub(crate) wants_secret_in_form: bool,
}

impl Metadata {
    /// Reads the document of the provider at this address.
    pub(crate) fn read(
        members: &Map<String, Value>,
        issuer: &Address,
    ) -> Result<Self, ProviderFault> {
        // Byte for byte (4.3): whoever speaks for another issuer speaks for nobody.
        if members.get("issuer").and_then(Value::as_str) != Some(issuer.as_str()) {
            return Err(ProviderFault::Issuer);
        }
        let required =
            |name| address(members, issuer, name)?.ok_or(ProviderFault::Member(DOCUMENT, name));
        let methods = texts(members, "token_endpoint_auth_methods_supported")?;
        let methods = methods.unwrap_or_default();
        Ok(Self {
            authorization_endpoint: required("authorization_endpoint")?,
            token_endpoint: required("token_endpoint")?,
            user_info_endpoint: address(members, issuer, "userinfo_endpoint")?,
            keys: required("jwks_uri")?,
            algorithms: algorithms(members)?,
            names_itself: flag(members, "authorization_response_iss_parameter_supported")?,
            wants_secret_in_form: methods.contains(&"client_secret_post")
                && !methods.contains(&"client_secret_basic"),
        })
    }
}

const DOCUMENT: Document = Document::Metadata;

fn address(
    members: &Map<String, Value>,
    issuer: &Address,
    name: &'static str,
) -> Result<Option<Address>, ProviderFault> {
    let wrong = ProviderFault::Member(DOCUMENT, name);
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => issuer.named_by(text).map(Some).map_err(|_| wrong),
        Some(
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_),
        ) => Err(wrong),
    }
}

fn algorithms(members: &Map<String, Value>) -> Result<Vec<Algorithm>, ProviderFault> {
    // The one that every provider has to know (OpenID Connect Core 15.1).
    let names = texts(members, "id_token_signing_alg_values_supported")?;
    let names = names.unwrap_or_else(|| vec!["RS256"]);
    let offered: Vec<_> = names.into_iter().filter_map(Algorithm::from_name).collect();
    let shared: Vec<_> = TAKEN.into_iter().filter(|taken| offered.contains(taken)).collect();
    if shared.is_empty() { Err(ProviderFault::Algorithms) } else { Ok(shared) }
}

fn texts<'a>(
    members: &'a Map<String, Value>,
    name: &'static str,
) -> Result<Option<Vec<&'a str>>, ProviderFault> {
    let wrong = || ProviderFault::Member(DOCUMENT, name);
    let Some(value) = members.get(name) else { return Ok(None) };
    let items = value.as_array().ok_or_else(wrong)?;
    let texts = items.iter().map(|item| item.as_str().ok_or_else(wrong));
    texts.collect::<Result<_, _>>().map(Some)
}

fn flag(members: &Map<String, Value>, name: &'static str) -> Result<bool, ProviderFault> {
    match members.get(name) {
        None => Ok(false),
        Some(value) => value.as_bool().ok_or(ProviderFault::Member(DOCUMENT, name)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(name: &str, value: Value) -> Result<Metadata, ProviderFault> {
        let issuer = Address::issuer("https://idp.example").unwrap();
        let mut document = json!({
            "issuer": "https://idp.example",
            "authorization_endpoint": "https://idp.example/auth",
            "token_endpoint": "https://idp.example/token",
            "jwks_uri": "https://keys.example/jwks",
        });
        document[name] = value;
        Metadata::read(document.as_object().unwrap(), &issuer)
    }

    #[test]
    fn a_document_of_another_issuer_is_refused_were_it_only_by_a_slash() {
        assert_eq!(read("issuer", json!("https://idp.example/")), Err(ProviderFault::Issuer));
        assert_eq!(read("issuer", json!(["https://idp.example"])), Err(ProviderFault::Issuer));
    }

    #[test]
    fn an_endpoint_without_protection_is_refused() {
        for name in ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"] {
            let wrong = Err(ProviderFault::Member(DOCUMENT, name));
            assert_eq!(read(name, json!("http://idp.example/x")), wrong);
            assert_eq!(read(name, json!("javascript:alert(1)")), wrong);
            assert_eq!(read(name, json!(7)), wrong);
        }
    }

    #[test]
    fn only_algorithms_of_public_keys_are_taken() {
        let name = "id_token_signing_alg_values_supported";
        let algorithms = |value| read(name, value).map(|metadata| metadata.algorithms);
        assert_eq!(algorithms(json!(["HS256", "none"])), Err(ProviderFault::Algorithms));
        let some = json!(["none", "RS512", "EdDSA", "PS256"]);
        assert_eq!(algorithms(some), Ok(vec![Algorithm::Ps256, Algorithm::EdDsa]));
        let unsaid = read("scopes_supported", json!([])).unwrap().algorithms;
        assert_eq!(unsaid, [Algorithm::Rs256]);
    }

    #[test]
    fn the_secret_goes_into_the_header_wherever_it_may() {
        let name = "token_endpoint_auth_methods_supported";
        let in_form = |value| read(name, value).unwrap().wants_secret_in_form;
        assert!(!in_form(json!(["client_secret_post", "client_secret_basic"])));
        assert!(in_form(json!(["client_secret_post"])));
        assert!(!in_form(json!([])));
    }
}
