//! The other endpoints that clients authenticate at: introspection (RFC 7662), revocation
//! (RFC 7009) and the start of a device flow (RFC 8628 3.1). Each is one hop and one answer.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header;
use muster_client_auth::Caller;
use muster_flows::DeviceStarted;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::floor::{inactive, refused};
use super::token::{Doorway, at_limit};
use crate::causes::Cause;
use crate::extract::TokenForm;
use crate::house::House;
use crate::pipeline::Pipeline;
use crate::refusal::{JSON, Refusal};
use crate::surroundings::Around;
use crate::wire::introspection;

/// The media type of a signed answer (RFC 9701 4).
const SIGNED: &str = "application/token-introspection+jwt";

/// Answers an introspection, signed if that is what the caller accepts.
pub(super) async fn introspect(form: TokenForm, house: Doorway) -> Result<HttpResponse, Refusal> {
    let signed = form.accepts(SIGNED);
    let house = house.into_inner();
    let answering = Arc::clone(&house);
    hop(&house, form, move |pipeline, around| {
        let (caller, active) = pipeline.introspect(&around.form.raw(), around)?;
        let body = introspection(active.as_ref(), answering.issuer.url.as_str());
        let answer = if signed { sign(&answering, &caller, body)? } else { json_answer(&body) };
        Ok(Answer { hides_why: active.is_none(), ..answer })
    })
    .await
}

/// Answers a revocation: an empty 200, whatever became of the token (RFC 7009 2.2).
pub(super) async fn revoke(form: TokenForm, house: Doorway) -> Result<HttpResponse, Refusal> {
    let house = house.into_inner();
    hop(&house, form, |pipeline, around| {
        pipeline.revoke(&around.form.raw(), around)?;
        Ok(Answer { media_type: JSON, body: String::new(), hides_why: false })
    })
    .await
}

/// Answers the start of a device flow (RFC 8628 3.2).
pub(super) async fn start_device(form: TokenForm, house: Doorway) -> Result<HttpResponse, Refusal> {
    let house = house.into_inner();
    let url = house.issuer.url.as_str().to_owned();
    hop(&house, form, move |pipeline, around| {
        let started = pipeline.start_device(&around.form.raw(), around)?;
        Ok(Answer { media_type: JSON, body: device_answer(&started, &url), hides_why: false })
    })
    .await
}

/// An answer, before it is HTTP.
struct Answer {
    media_type: &'static str,
    body: String,
    /// It stands for several reasons that are nobody's business (S41).
    hides_why: bool,
}

/// Takes a question into the heart and its answer back.
async fn hop(
    house: &Arc<House>,
    form: TokenForm,
    question: impl FnOnce(&Pipeline, &Around<'_>) -> Result<Answer, Cause> + Send + 'static,
) -> Result<HttpResponse, Refusal> {
    let arrived = Instant::now();
    let (asking, facts) = (Arc::clone(house), form.facts.clone());
    let answered = house.blocking.run(move || asking.inquire(&form, question)).await;
    let answered = answered.map_err(|failed| at_limit(house, failed, (None, &facts)))?;
    let Answer { media_type, body, hides_why } = match answered {
        Ok(answer) => answer,
        Err(cause) => return Err(refused(&cause, arrived).await),
    };
    if hides_why {
        inactive(arrived).await;
    }
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, media_type)).body(body))
}

fn json_answer(body: &Map<String, Value>) -> Answer {
    let body = serde_json::to_string(body).unwrap_or_default();
    Answer { media_type: JSON, body, hides_why: false }
}

/// A signed answer is for its caller alone (RFC 9701 5).
fn sign(house: &House, caller: &Caller, body: Map<String, Value>) -> Result<Answer, Cause> {
    let tools = &house.pipeline.tools;
    let signed = muster_flows::sign_introspection(caller.id(), body, tools);
    let body =
        signed.map_err(|error| Cause::flow(caller.id(), crate::causes::INTROSPECTION, error))?;
    Ok(Answer { media_type: SIGNED, body, hides_why: false })
}

fn device_answer(started: &DeviceStarted, issuer: &str) -> String {
    let place = format!("{issuer}/device");
    json!({
        "device_code": started.device_code.expose(),
        "user_code": started.user_code,
        "verification_uri": place,
        "verification_uri_complete": format!("{place}?user_code={}", started.user_code),
        "expires_in": started.expires_in.millis().div_euclid(1_000),
        "interval": started.interval.millis().div_euclid(1_000),
    })
    .to_string()
}
