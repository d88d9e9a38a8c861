//! The public doors: each endpoint of the sitemap (`endpoint.rs`) with who answers there.

use std::sync::Arc;

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{FromRequest, Handler, Resource, Responder, Route};
use muster_domain::IssuerPath;
use muster_grants::GrantType;

use super::endpoint::Endpoint;
use super::{certs, inquiry, metadata, token};
use crate::house::House;
use crate::refusal::Refusal;

/// The routes of these issuers. Each house answers below its own path; an issuer whose path
/// lies below another one's comes first.
pub fn routes(houses: Vec<Arc<House>>) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    move |app| {
        for house in &houses {
            of_house(app, house);
        }
    }
}

fn of_house(app: &mut ServiceConfig, house: &Arc<House>) {
    let path = IssuerPath::of(&house.issuer.url);
    let house = Data::from(Arc::clone(house));
    for endpoint in Endpoint::ALL.into_iter().filter(|endpoint| is_open(*endpoint, &house)) {
        for place in endpoint.places(path.as_str()) {
            let door = web::resource(place.as_str()).app_data(house.clone());
            app.service(opened(door, endpoint));
        }
    }
}

/// What is switched off does not exist (S09).
fn is_open(endpoint: Endpoint, house: &House) -> bool {
    match endpoint {
        Endpoint::DeviceStart => house.pipeline.reading.grants.contains(GrantType::DeviceCode),
        Endpoint::Token
        | Endpoint::Introspection
        | Endpoint::Revocation
        | Endpoint::Keys
        | Endpoint::Metadata => true,
    }
}

fn opened(door: Resource, endpoint: Endpoint) -> Resource {
    match endpoint {
        Endpoint::Token => door.route(web::route().to(token::token)),
        Endpoint::Introspection => question(door, web::post().to(inquiry::introspect)),
        Endpoint::Revocation => question(door, web::post().to(inquiry::revoke)),
        Endpoint::DeviceStart => question(door, web::post().to(inquiry::start_device)),
        Endpoint::Keys => document(door, certs::certs),
        Endpoint::Metadata => document(door, metadata::metadata),
    }
}

/// What is asked with a token or a secret is asked by POST alone.
fn question(door: Resource, route: Route) -> Resource {
    door.route(route).default_service(web::to(async || -> Result<&'static str, Refusal> {
        Err(Refusal::MethodNotAllowed("POST".into()))
    }))
}

/// What can be read only: GET, HEAD (RFC 9110 9.3.2; the body is left out on the wire), and
/// 405 with `Allow` for every other method (RFC 9110 15.5.6, S79).
fn document<F, Args>(door: Resource, handler: F) -> Resource
where
    F: Handler<Args>,
    F::Output: Responder + 'static,
    Args: FromRequest + 'static,
{
    door.route(web::get().to(handler.clone())).route(web::head().to(handler)).default_service(
        web::to(async || -> Result<&'static str, Refusal> {
            Err(Refusal::MethodNotAllowed("GET, HEAD".into()))
        }),
    )
}
