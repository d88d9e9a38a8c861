//! The sitemap: every public path, one line each.

use std::sync::Arc;

use actix_web::dev::HttpServiceFactory;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{FromRequest, Handler, Responder};

use super::{certs, metadata, token};
use crate::house::House;
use crate::refusal::Refusal;

/// The routes of one issuer.
pub fn routes(house: Arc<House>) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    let path = muster_domain::IssuerPath::of(&house.issuer.url).as_str().to_owned();
    move |app| {
        app.app_data(Data::from(Arc::clone(&house)))
            .route(&format!("{path}/token"), web::route().to(token::token))
            .service(document(&format!("{path}/certs"), certs::certs));
        for place in metadata::places(&path) {
            app.service(document(&place, metadata::metadata));
        }
    }
}

/// What can be read only: GET, HEAD (RFC 9110 9.3.2; the body is left out on the wire), and
/// 405 with `Allow` for every other method (RFC 9110 15.5.6, S79).
fn document<F, Args>(path: &str, handler: F) -> impl HttpServiceFactory + 'static
where
    F: Handler<Args>,
    F::Output: Responder + 'static,
    Args: FromRequest + 'static,
{
    web::resource(path)
        .route(web::get().to(handler.clone()))
        .route(web::head().to(handler))
        .default_service(web::to(async || -> Result<&'static str, Refusal> {
            Err(Refusal::MethodNotAllowed("GET, HEAD".into()))
        }))
}
