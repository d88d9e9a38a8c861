//! The sitemap: every public path, one line each.

use std::sync::Arc;

use actix_web::web::{self, Data, ServiceConfig};

use super::{certs, inquiry, metadata, token};
use crate::house::House;

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
    let house = Data::from(Arc::clone(house));
    let mut at = |place: String, route: actix_web::Route| {
        app.service(web::resource(place).app_data(house.clone()).route(route));
    };
    at(format!("{path}/token"), web::route().to(token::token));
    at(format!("{path}/introspect"), web::route().to(inquiry::introspect));
    at(format!("{path}/revoke"), web::route().to(inquiry::revoke));
    at(format!("{path}/device_authorization"), web::route().to(inquiry::start_device));
    at(format!("{path}/certs"), web::get().to(certs::certs));
    for place in metadata::places(&path) {
        at(place, web::get().to(metadata::metadata));
    }
}
