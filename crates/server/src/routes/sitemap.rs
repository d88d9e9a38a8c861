//! The sitemap: every public path, one line each.

use std::sync::Arc;

use actix_web::dev::HttpServiceFactory;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{FromRequest, Handler, Responder, Route};
use muster_grants::GrantType;

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
    let path = muster_domain::IssuerPath::of(&house.issuer.url).as_str().to_owned();
    let grants = house.pipeline.reading.grants;
    let house = Data::from(Arc::clone(house));
    let token = web::resource(format!("{path}/token")).app_data(house.clone());
    app.service(token.route(web::route().to(token::token)));
    let mut question = |place: &str, route: Route| {
        let question = web::resource(format!("{path}{place}")).app_data(house.clone());
        app.service(question.route(route).default_service(web::to(only_posted)));
    };
    question("/introspect", web::post().to(inquiry::introspect));
    question("/revoke", web::post().to(inquiry::revoke));
    // Switched off it does not exist (S09).
    if grants.contains(GrantType::DeviceCode) {
        question("/device_authorization", web::post().to(inquiry::start_device));
    }
    app.service(document(&format!("{path}/certs"), &house, certs::certs));
    for place in metadata::places(&path) {
        app.service(document(&place, &house, metadata::metadata));
    }
}

/// What is asked with a token or a secret is asked by POST alone.
async fn only_posted() -> Result<&'static str, Refusal> {
    Err(Refusal::MethodNotAllowed("POST".into()))
}

/// What can be read only: GET, HEAD (RFC 9110 9.3.2; the body is left out on the wire), and
/// 405 with `Allow` for every other method (RFC 9110 15.5.6, S79).
fn document<F, Args>(
    path: &str,
    house: &Data<House>,
    handler: F,
) -> impl HttpServiceFactory + 'static
where
    F: Handler<Args>,
    F::Output: Responder + 'static,
    Args: FromRequest + 'static,
{
    web::resource(path)
        .app_data(house.clone())
        .route(web::get().to(handler.clone()))
        .route(web::head().to(handler))
        .default_service(web::to(async || -> Result<&'static str, Refusal> {
            Err(Refusal::MethodNotAllowed("GET, HEAD".into()))
        }))
}
