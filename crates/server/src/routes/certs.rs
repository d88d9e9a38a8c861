//! The issuer's public keys as a JWK set (RFC 7517 5): current, next, and retired ones
//! until the last token that they signed has expired.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::BASE64URL_NOPAD;
use muster_store::StoreError;
use sha2::{Digest, Sha256};

use crate::causes;
use crate::house::House;
use crate::refusal::{JSON, Refusal};

/// How long the set may be kept: far less than a new key is published before it signs, and
/// an old one after it signed last (B132).
const KEPT_FOR: &str = "public, max-age=300";

/// Answers with the set; with 304 to whoever has it already (RFC 9110 13.1.2).
pub(super) async fn certs(
    request: HttpRequest,
    house: Data<House>,
) -> Result<HttpResponse, Refusal> {
    let house = house.into_inner();
    let reading = Arc::clone(&house);
    let keys = house.blocking.run(move || published(&reading)).await?;
    let keys = keys.map_err(|error| causes::store(&error))?;
    let body = format!("{{\"keys\":[{}]}}", keys.join(","));
    let tag = format!("\"{}\"", BASE64URL_NOPAD.encode(&Sha256::digest(&body)));
    let known = is_known(&request, &tag);
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((header::CACHE_CONTROL, KEPT_FOR)).insert_header((header::ETAG, tag));
    Ok(if known {
        answer.finish()
    } else {
        answer.insert_header((header::CONTENT_TYPE, JSON)).body(body)
    })
}

/// Whether the asker names this version, or any; the comparison is the weak one.
fn is_known(request: &HttpRequest, tag: &str) -> bool {
    request
        .headers()
        .get_all(header::IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

/// The published JWKs. They are stored as public halves, so nothing else can leave.
fn published(house: &House) -> Result<Vec<String>, StoreError> {
    let now = house.clock.now();
    let keys = house.store.read(|reading| reading.list_signing_keys(house.issuer.key))?;
    Ok(keys
        .into_iter()
        .filter(|key| key.published_until.is_none_or(|until| now < until))
        .map(|key| key.public_jwk)
        .collect())
}
