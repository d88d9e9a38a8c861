//! Authorization server metadata (RFC 8414, OpenID Connect Discovery): exactly what works.
//!
//! Everything in it follows from the configured issuer, never from the Host of a request.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use muster_domain::AuthMethod;
use muster_grants::GrantType;
use serde_json::json;

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
    let url = house.issuer.url.as_str();
    let methods = [AuthMethod::SecretBasic, AuthMethod::SecretPost, AuthMethod::PrivateKeyJwt];
    let methods: Vec<&str> = methods.into_iter().map(AuthMethod::as_str).collect();
    let grants: Vec<&str> = GrantType::ALL.into_iter().map(GrantType::as_str).collect();
    let algorithms = muster_crypto::Algorithm::ALL;
    let algorithms: Vec<&str> =
        algorithms.into_iter().map(muster_crypto::Algorithm::as_str).collect();
    let document = json!({
        "issuer": url,
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/certs"),
        "grant_types_supported": grants,
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
    });
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, JSON))
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(document.to_string())
}
