//! Authorization server metadata (RFC 8414, OpenID Connect Discovery): exactly what works.
//!
//! Everything in it follows from the configured issuer, never from the Host of a request.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use muster_crypto::Algorithm;
use muster_domain::{AuthMethod, IssuerUrl};
use muster_grants::{GrantType, GrantTypes, ResponseMode};
use muster_policy::ClaimsMapping;
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
    let told = Told::at(&house.issuer.url, &house.pipeline.tools.claims);
    let document = document(house.issuer.url.as_str(), house.pipeline.reading.grants, &told);
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, JSON))
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(document.to_string())
}

/// What clients may ask for and are told of people, by the names that they read.
struct Told {
    scopes: Vec<String>,
    claims: Vec<String>,
}

impl Told {
    fn at(issuer: &IssuerUrl, mapping: &ClaimsMapping) -> Self {
        let mapped = mapping.scopes_at(issuer);
        let names = mapping.names_at(issuer);
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let scopes: Vec<&str> = OWN_SCOPES.into_iter().chain(mapped).collect();
        let claims: Vec<&str> = OWN_CLAIMS.into_iter().chain(names).collect();
        Self { scopes: owned(&scopes), claims: owned(&claims) }
    }
}

/// Scopes with a meaning of their own (OpenID Connect Core 3.1.2.1, 11).
const OWN_SCOPES: [&str; 2] = ["openid", "offline_access"];

/// What an ID token says of itself (OpenID Connect Core 2).
const OWN_CLAIMS: [&str; 10] =
    ["iss", "sub", "aud", "exp", "iat", "jti", "auth_time", "nonce", "azp", "at_hash"];

/// The document of an issuer that serves these grants.
fn document(url: &str, grants: GrantTypes, told: &Told) -> Value {
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
        "userinfo_endpoint": format!("{url}/userinfo"),
        "scopes_supported": told.scopes,
        "claims_supported": told.claims,
        "claim_types_supported": ["normal"],
        "end_session_endpoint": format!("{url}/logout"),
        "grant_types_supported": names,
        "response_types_supported": [],
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
    if grants.contains(GrantType::AuthorizationCode)
        && let Some(members) = document.as_object_mut()
        && let Value::Object(for_people) = for_people(url)
    {
        members.extend(for_people);
    }
    document
}

/// What there is for people in browsers.
fn for_people(url: &str) -> Value {
    let modes: Vec<&str> = ResponseMode::ALL.into_iter().map(ResponseMode::as_str).collect();
    json!({
        "authorization_endpoint": format!("{url}/authorize"),
        "pushed_authorization_request_endpoint": format!("{url}/par"),
        "require_pushed_authorization_requests": false,
        "response_types_supported": ["code"],
        "response_modes_supported": modes,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    })
}

/// What keys of this service sign with.
const SIGNING: [Algorithm; 4] =
    [Algorithm::Es256, Algorithm::Rs256, Algorithm::Ps256, Algorithm::EdDsa];
