//! The issuer's public keys as a JWK set (RFC 7517 5): current, next, and retired ones
//! until the last token that they signed has expired.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use muster_store::StoreError;

use crate::causes;
use crate::house::House;
use crate::refusal::{JSON, Refusal};

/// Answers with the set.
pub(super) async fn certs(house: Data<House>) -> Result<HttpResponse, Refusal> {
    let house = house.into_inner();
    let reading = Arc::clone(&house);
    let keys = house.blocking.run(move || published(&reading)).await?;
    let keys = keys.map_err(|error| causes::store(&error))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, JSON))
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(format!("{{\"keys\":[{}]}}", keys.join(","))))
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
