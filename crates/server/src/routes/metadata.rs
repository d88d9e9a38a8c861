//! Authorization server metadata (RFC 8414, OpenID Connect Discovery): exactly what works.
//!
//! Everything in it follows from the configured issuer, never from the Host of a request.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use muster_crypto::Algorithm;
use muster_domain::AuthMethod;
use muster_grants::{GrantType, GrantTypes};
use serde_json::{Value, json};

use crate::house::House;
use crate::refusal::JSON;

/// The three places of the document: below the issuer, and in the host's root with the
/// issuer's path behind (RFC 8414 3.1).
pub(super) fn places(path: &str) -> Vec<String> {
    let mut places = vec![
        format!("{path}/.well-known/openid-configuration"),
        format!("{path}/.well-known/oauth-authorization-server"),
        format!("/.well-known/oauth-authorization-server{path}"),
        format!("/.well-known/openid-configuration{path}"),
    ];
    places.sort();
    places.dedup();
    places
}

/// Answers with the document.
pub(super) async fn metadata(house: Data<House>) -> HttpResponse {
    let document = document(house.issuer.url.as_str(), house.pipeline.reading.grants);
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, JSON))
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(document.to_string())
}

/// The document of an issuer that serves these grants.
fn document(url: &str, grants: GrantTypes) -> Value {
    let methods = |methods: &[AuthMethod]| -> Vec<&str> {
        methods.iter().map(|method| method.as_str()).collect()
    };
    let proved = [AuthMethod::SecretBasic, AuthMethod::SecretPost, AuthMethod::PrivateKeyJwt];
    let everybody = methods(&AuthMethod::ALL);
    let names: Vec<&str> = grants.iter().map(GrantType::as_str).collect();
    let algorithms: Vec<&str> = Algorithm::names().collect();
    let signing: Vec<&str> = SIGNING.into_iter().map(Algorithm::as_str).collect();
    let mut document = json!({
        "issuer": url,
        "token_endpoint": format!("{url}/token"),
        "token_endpoint_auth_methods_supported": everybody,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint": format!("{url}/introspect"),
        "introspection_endpoint_auth_methods_supported": methods(&proved),
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_signing_alg_values_supported": signing,
        "revocation_endpoint": format!("{url}/revoke"),
        "revocation_endpoint_auth_methods_supported": everybody,
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "jwks_uri": format!("{url}/certs"),
        "grant_types_supported": names,
        "response_types_supported": [],
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": algorithms,
        "id_token_signing_alg_values_supported": signing,
        "subject_types_supported": ["public"],
    });
    if grants.contains(GrantType::DeviceCode)
        && let Some(members) = document.as_object_mut()
    {
        let place = format!("{url}/device_authorization");
        members.insert("device_authorization_endpoint".to_owned(), place.into());
    }
    document
}

/// What keys of this service sign with.
const SIGNING: [Algorithm; 4] =
    [Algorithm::Es256, Algorithm::Rs256, Algorithm::Ps256, Algorithm::EdDsa];
