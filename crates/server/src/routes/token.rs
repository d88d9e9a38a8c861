//! The token endpoint (RFC 6749 3.2): the hop into the heart, and the way back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use muster_flows::{ListingCursor, Outcome, PlannedListing, ShowTokens};
use tokio::time::Instant;

use super::floor::refused;
use crate::edge::RequestFacts;
use crate::extract::TokenForm;
use crate::house::{Asked, House};
use crate::listing_body::{BodyCut, ChunkSender, listing_body};
use crate::listing_gate::ListingPlace;
use crate::refusal::{JSON, Refusal};
use crate::stream::{ListingCut, ListingStream, Sent};
use crate::wire::token_answer;

/// What a handler takes: the house, shared.
pub type Doorway = Data<House>;

/// Answers a token request.
pub(super) async fn token(form: TokenForm, house: Doorway) -> Result<HttpResponse, Refusal> {
    let arrived = Instant::now();
    let house = house.into_inner();
    let (asking, facts) = (Arc::clone(&house), form.facts.clone());
    let answered = house.blocking.run(move || asking.ask(&form)).await;
    match answered.map_err(|failed| at_limit(&house, failed, (None, &facts)))? {
        Ok((asked, Outcome::Listing(planned))) => list(house, asked, planned).await,
        Ok((_, Outcome::Tokens(answer))) => Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, JSON))
            .body(token_answer(&answer))),
        Err(cause) => Err(refused(&cause, arrived).await),
    }
}

/// A refusal that is recorded if it is a limit's.
pub(super) fn at_limit(
    house: &House,
    cause: impl Into<Refusal>,
    (caller, facts): (Option<&str>, &RequestFacts),
) -> Refusal {
    let refusal = cause.into();
    house.note_limit(&refusal, caller, facts);
    refusal
}

/// Begins a listing.
async fn list(
    house: Arc<House>,
    asked: Asked,
    planned: PlannedListing,
) -> Result<HttpResponse, Refusal> {
    let limit = |refusal: Refusal| at_limit(&house, refusal, (Some(&asked.caller), &asked.facts));
    let place = house.gate.enter().await.map_err(|full| limit(full.into()))?;
    let asked = Arc::new(asked);
    let planned = recorded(&house, &asked, planned).await?;
    let (chunks, body) = listing_body();
    let (sending, by) = (Arc::clone(&house), Arc::clone(&asked));
    let started = house.blocking.start(move || send(&sending, &by, planned, (chunks, place)));
    if let Err(busy) = started.await {
        house.note_unsent(&asked);
        return Err(at_limit(&house, busy, (Some(&asked.caller), &asked.facts)));
    }
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, JSON)).streaming::<_, BodyCut>(body))
}

/// The record of the listing, durable before its first byte (invariant I23).
async fn recorded(
    house: &Arc<House>,
    asked: &Arc<Asked>,
    planned: PlannedListing,
) -> Result<PlannedListing, Refusal> {
    let (recording, by) = (Arc::clone(house), Arc::clone(asked));
    let recorded = house.blocking.run(move || {
        let recorded = recording.record_listing(&by, &planned);
        recorded.map(|()| planned)
    });
    let recorded = recorded
        .await
        .map_err(|failed| at_limit(house, failed, (Some(&asked.caller), &asked.facts)))?;
    recorded.map_err(|error| Refusal::StoreUnavailable(error.to_string().into()))
}

/// Sends a listing on a thread that may block.
fn send(
    house: &Arc<House>,
    asked: &Asked,
    planned: PlannedListing,
    (chunks, place): (ChunkSender, ListingPlace),
) {
    let (keys, clock) = (Arc::clone(&house.keys), Arc::clone(&house.clock));
    let show = ShowTokens::new(keys, clock, house.listing.ended, planned.warrant);
    let mut cursor = ListingCursor::new(planned.plan, house.listing.page_rows);
    let stream = ListingStream::new(
        chunks,
        house.runtime.clone(),
        (house.listing.stall, asked.facts.headway.clone()),
    );
    let stopping = || house.stop.is_cutting();
    // What a panic leaves half done is seen by nobody: the stream is gone with it.
    let ran =
        catch_unwind(AssertUnwindSafe(|| stream.run(&house.store, &mut cursor, &show, &stopping)));
    drop(place);
    let (sent, outcome) = ran.unwrap_or_else(|_| (Sent::default(), Err(ListingCut::Fault)));
    house.record_end(asked, &sent, &outcome);
}
