//! The management listener: alive, ready, metrics.
//!
//! It is a listener of its own with a thread of its own, so that it answers when the
//! public one is overrun or the database hangs (T38, F10, F22).

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, http::header};
use serde_json::json;

use crate::blocking::Blocking;
use crate::refusal::JSON;
use crate::shutdown::Stop;
use crate::telemetry::Metrics;

/// How long a look at the database may take before the answer is "not ready".
const LOOK: Duration = Duration::from_secs(2);

/// What must be in order before requests are sent here.
pub trait Readiness: Send + Sync {
    /// What is not in order, in plain words without secrets; nothing when all is. May
    /// block for a moment.
    fn problems(&self) -> Vec<String>;
}

/// What the management listener tells about.
#[derive(Clone)]
pub struct Managed {
    /// What must be in order.
    pub readiness: Arc<dyn Readiness>,
    /// The metrics.
    pub metrics: Metrics,
    /// Whether the service is stopping.
    pub stop: Stop,
    /// Threads of its own for looking at the database.
    pub blocking: Blocking,
}

/// Every path of the management listener, and what is told there.
pub const PLACES: [(&str, &str); 3] = [
    (LIVE, "the process answers"),
    (READY, "requests may be sent here, or why not"),
    (METRICS, "Prometheus text"),
];

const LIVE: &str = "/health/live";
const READY: &str = "/health/ready";
const METRICS: &str = "/metrics";

/// The routes of the management listener.
pub fn routes(managed: Managed) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    move |app| {
        // Some balancers look by HEAD (RFC 9110 9.3.2); the body is left out on the wire.
        app.app_data(Data::new(managed.clone()))
            .service(web::resource(LIVE).get(live).route(web::head().to(live)))
            .service(web::resource(READY).get(ready).route(web::head().to(ready)))
            .service(web::resource(METRICS).get(metrics).route(web::head().to(metrics)));
    }
}

/// The process answers; nothing else is asked.
async fn live() -> HttpResponse {
    told(&mut HttpResponse::Ok(), &json!({"status": "live"}))
}

async fn ready(managed: Data<Managed>) -> HttpResponse {
    let problems = managed.problems().await;
    if problems.is_empty() {
        return told(&mut HttpResponse::Ok(), &json!({"status": "ready"}));
    }
    let told_problems = json!({"status": "not ready", "problems": problems});
    told(&mut HttpResponse::ServiceUnavailable(), &told_problems)
}

async fn metrics(managed: Data<Managed>) -> HttpResponse {
    let text = managed.metrics.render();
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4")).body(text)
}

fn told(answer: &mut actix_web::HttpResponseBuilder, what: &serde_json::Value) -> HttpResponse {
    answer.insert_header((header::CONTENT_TYPE, JSON)).body(what.to_string())
}

impl Managed {
    async fn problems(&self) -> Vec<String> {
        if self.stop.is_announced() {
            return vec!["the service is stopping".to_owned()];
        }
        let readiness = Arc::clone(&self.readiness);
        let look = self.blocking.run(move || readiness.problems());
        match tokio::time::timeout(LOOK, look).await {
            Ok(Ok(problems)) => problems,
            Ok(Err(failed)) => vec![failed.to_string()],
            Err(_) => vec!["the database does not answer".to_owned()],
        }
    }
}
