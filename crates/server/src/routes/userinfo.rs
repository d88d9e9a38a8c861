//! `/userinfo` (OpenID Connect Core 5.3): who shows an access token of a person is told what
//! its scopes let them know. No client authenticates here; the token is the right.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header;
use muster_flows::{ShownProof, UserInfo};
use muster_grants::{Method, parse_userinfo};
use muster_policy::bearers_reach;
use tokio::time::Instant;

use super::floor::refused;
use super::token::{Doorway, at_limit};
use crate::causes::Cause;
use crate::extract::BearerForm;
use crate::house::House;
use crate::refusal::{JSON, Refusal};
use crate::wire::userinfo as body;

/// Answers with what is told.
pub(super) async fn userinfo(form: BearerForm, house: Doorway) -> Result<HttpResponse, Refusal> {
    let arrived = Instant::now();
    let house = house.into_inner();
    let (asking, facts) = (Arc::clone(&house), form.facts().clone());
    let answered = house.blocking.run(move || told(&asking, &form)).await;
    match answered.map_err(|failed| at_limit(&house, failed, (None, &facts)))? {
        Ok(told) => {
            Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, JSON)).body(body(&told)))
        }
        Err(cause) => Err(refused(&cause, arrived).await),
    }
}

fn told(house: &House, form: &BearerForm) -> Result<UserInfo, Cause> {
    let raw = form.raw();
    let shown = parse_userinfo(&raw).map_err(Cause::NoGoodToken)?;
    let url = format!("{}/userinfo", house.issuer.url);
    let method = match raw.method {
        Method::Get => "GET",
        Method::Post => "POST",
    };
    let endpoint = ShownProof { proof: shown.proof.as_ref(), method, url: &url };
    let reach = bearers_reach(&house.issuer);
    muster_flows::userinfo(&shown, (reach, endpoint), &house.pipeline.tools)
        .map_err(Cause::UserInfo)
}
