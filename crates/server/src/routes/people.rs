//! The endpoints that browsers come to: one hop each, and a page or the way to another place.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use muster_pages::Trouble;

use super::token::{Doorway, at_limit};
use crate::house::House;
use crate::people::{self, Reply, Visit};
use crate::refusal::Refusal;

/// `/authorize`.
pub(super) async fn authorize(visit: Visit, house: Doorway) -> Result<HttpResponse, Refusal> {
    hop(visit, house, people::authorize).await
}

/// `/login`.
pub(super) async fn log_in(visit: Visit, house: Doorway) -> Result<HttpResponse, Refusal> {
    hop(visit, house, people::log_in).await
}

/// `/consent`.
pub(super) async fn decide(visit: Visit, house: Doorway) -> Result<HttpResponse, Refusal> {
    hop(visit, house, people::decide).await
}

/// `/device`.
pub(super) async fn device(visit: Visit, house: Doorway) -> Result<HttpResponse, Refusal> {
    hop(visit, house, people::device).await
}

/// `/me`.
pub(super) async fn own(visit: Visit, house: Doorway) -> Result<HttpResponse, Refusal> {
    hop(visit, house, people::own).await
}

/// `/logout`.
pub(super) async fn log_out(visit: Visit, house: Doorway) -> Result<HttpResponse, Refusal> {
    hop(visit, house, people::log_out).await
}

/// The style sheet; its name tells its content, so that it may be kept for ever.
pub(super) async fn stylesheet(house: Data<House>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/css;charset=UTF-8"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(house.hall.stylesheet.text)
}

/// Takes a visit into the heart, and brings the reply back.
async fn hop(
    visit: Visit,
    house: Doorway,
    work: impl FnOnce(&House, &Visit) -> Reply + Send + 'static,
) -> Result<HttpResponse, Refusal> {
    let house = house.into_inner();
    let visit = Arc::new(visit);
    let (inside, of) = (Arc::clone(&house), Arc::clone(&visit));
    match house.blocking.run(move || work(&inside, &of)).await {
        Ok(reply) => Ok(reply.answer()),
        Err(failed) => {
            let refusal = at_limit(&house, failed, (None, &visit.facts));
            tracing::warn!(%refusal, "a person was not served");
            Ok(house.trouble(&visit, Trouble::ServiceUnavailable, None).answer())
        }
    }
}
