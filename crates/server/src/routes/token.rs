//! The token endpoint (RFC 6749 3.2): the hop into the heart, and the way back.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use muster_flows::{FlowError, ListingCursor, PlannedListing, ShowTokens};
use tokio::time::{Instant, sleep_until};

use crate::causes::Cause;
use crate::extract::TokenForm;
use crate::house::{Asked, House};
use crate::listing_body::{BodyCut, ChunkSender, listing_body};
use crate::listing_gate::ListingPlace;
use crate::refusal::{JSON, Refusal};
use crate::stream::ListingStream;

/// A token that is not acceptable is answered no sooner than this after the request, so
/// that the time does not tell an unknown token from an expired or a foreign one.
const REFUSAL_FLOOR: Duration = Duration::from_millis(15);

/// What a handler takes: the house, shared.
pub type Doorway = Data<House>;

/// Answers a token request.
pub(super) async fn token(form: TokenForm, house: Doorway) -> Result<HttpResponse, Refusal> {
    let arrived = Instant::now();
    let house = house.into_inner();
    let asking = Arc::clone(&house);
    match house.blocking.run(move || asking.ask(&form)).await? {
        Ok((asked, planned)) => list(house, asked, planned).await,
        Err(cause) => {
            if matches!(&cause, Cause::Flow { error: FlowError::InvalidGrant { .. }, .. }) {
                sleep_until(arrived + REFUSAL_FLOOR).await;
            }
            Err(cause.refusal())
        }
    }
}

/// Begins a listing.
async fn list(
    house: Arc<House>,
    asked: Asked,
    planned: PlannedListing,
) -> Result<HttpResponse, Refusal> {
    if asked.is_admin {
        house.admission.may_list(&asked.caller)?;
    }
    let place = house.gate.enter().await?;
    let (asked, planned) = recorded(&house, asked, planned).await?;
    let (chunks, body) = listing_body();
    let sending = Arc::clone(&house);
    house.blocking.start(move || send(&sending, &asked, planned, (chunks, place))).await?;
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, JSON)).streaming::<_, BodyCut>(body))
}

/// The record of the listing, durable before its first byte (invariant I23).
async fn recorded(
    house: &Arc<House>,
    asked: Asked,
    planned: PlannedListing,
) -> Result<(Asked, PlannedListing), Refusal> {
    let recording = Arc::clone(house);
    let recorded = house.blocking.run(move || {
        let recorded = recording.record_listing(&asked, &planned);
        recorded.map(|()| (asked, planned))
    });
    recorded.await?.map_err(|error| Refusal::StoreUnavailable(error.to_string().into()))
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
    let stream = ListingStream::new(chunks, house.runtime.clone(), house.listing.stall);
    let stopping = || house.stop.is_cutting();
    let (sent, outcome) = stream.run(&house.store, &mut cursor, &show, &stopping);
    drop(place);
    house.record_end(asked, sent, &outcome);
}
