//! A tiny application behind the real wall, and a peer that speaks raw bytes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use muster_server::blocking::{Blocking, BlockingLimits};
use muster_server::edge::{Limits, Listener, RequestFacts, TrustedProxies, Wall};
use muster_server::refusal::Refusal;
use muster_server::request_id::RequestIds;
use muster_server::shutdown::{Patience, Stop, Stopped};
use muster_testkit::{CountingRandomness, HandClock};
use tokio::runtime::Runtime;

/// What the application saw.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    pub(crate) fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// Waits until something was seen; false when it is not within five seconds.
    pub(crate) fn wait_for(&self, what: &str) -> bool {
        let until = Instant::now() + Duration::from_secs(5);
        while Instant::now() < until {
            if self.all().iter().any(|seen| seen == what) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }
}

/// The application behind its wall.
pub(crate) struct House {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Seen,
    stop: Stop,
    server: actix_server::ServerHandle,
    runtime: Runtime,
}

/// Limits as they are, with times so short that a test can wait for them.
pub(crate) fn quick() -> Limits {
    Limits {
        head: Duration::from_millis(300),
        request: Duration::from_millis(900),
        idle: Duration::from_millis(500),
        body_rate_grace: Duration::from_millis(400),
        write_stall: Duration::from_millis(600),
        ..Limits::default()
    }
}

impl House {
    pub(crate) fn open(limits: Limits) -> Self {
        Self::behind(limits, &[])
    }

    /// A house that trusts proxies.
    pub(crate) fn behind(limits: Limits, proxies: &[&str]) -> Self {
        crate::logs::start();
        let proxies = TrustedProxies::new(proxies.iter().map(|p| p.parse().unwrap()).collect());
        let (seen, stop) = (Seen::default(), Stop::default());
        let ids = steady_ids();
        let workers = NonZeroUsize::new(2).unwrap();
        let wall = Wall { limits, proxies, ids, stop: stop.clone(), workers, is_quiet: false };
        let listener = Listener::open("house", "127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.address().unwrap();
        let runtime = Runtime::new().unwrap();
        let blocking = Blocking::new(runtime.handle().clone(), BlockingLimits::default());
        let parts = (seen.clone(), blocking);
        let entered = runtime.enter();
        let server = wall.around(listener, Duration::from_secs(3), move |app| routes(app, &parts));
        drop(entered);
        let server = server.unwrap();
        let handle = server.handle();
        runtime.spawn(server);
        Self { address, seen, stop, server: handle, runtime }
    }

    pub(crate) fn peer(&self) -> Peer {
        Peer::to(self.address)
    }

    /// One request on a connection of its own.
    pub(crate) fn ask(&self, bytes: impl AsRef<[u8]>) -> Answer {
        let mut peer = self.peer();
        peer.say(bytes);
        peer.hear()
    }

    /// Stops in order, or at once when `hurry` ends.
    pub(crate) fn stop(&self, patience: Patience, hurry: impl Future<Output = ()>) -> Stopped {
        self.runtime.block_on(self.stop.carry_out(&self.server, patience, hurry))
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.runtime.block_on(self.server.stop(false));
    }
}

fn routes(app: &mut ServiceConfig, (seen, blocking): &(Seen, Blocking)) {
    app.app_data(web::Data::new(seen.clone()))
        .app_data(web::Data::new(blocking.clone()))
        .route("/blocking", web::get().to(in_blocking))
        .route("/blocking-panic", web::get().to(panicking_in_blocking))
        .service(web::resource("/echo").get(echo).post(echo))
        .route("/facts", web::get().to(facts))
        .route("/panic", web::get().to(panicking))
        .route("/slow", web::get().to(slow))
        .route("/endless", web::get().to(endless));
}

async fn echo(request: HttpRequest, body: Bytes, seen: web::Data<Seen>) -> HttpResponse {
    seen.note(request.path());
    HttpResponse::Ok()
        .json(serde_json::json!({"query": request.query_string(), "length": body.len()}))
}

async fn facts(request: HttpRequest) -> HttpResponse {
    let facts = request.extensions().get::<RequestFacts>().cloned().unwrap();
    HttpResponse::Ok().json(serde_json::json!({"client": facts.client, "id": facts.id.as_str()}))
}

async fn panicking() -> HttpResponse {
    panic!("on purpose");
}

async fn in_blocking(blocking: web::Data<Blocking>) -> Result<HttpResponse, Refusal> {
    blocking.run(|| tracing::info!("from the blocking thread")).await?;
    Ok(HttpResponse::Ok().json("done"))
}

async fn panicking_in_blocking(blocking: web::Data<Blocking>) -> Result<HttpResponse, Refusal> {
    blocking.run(|| panic!("on purpose")).await?;
    Ok(HttpResponse::Ok().json("done"))
}

async fn slow(seen: web::Data<Seen>) -> HttpResponse {
    seen.note("slow begins");
    tokio::time::sleep(Duration::from_millis(500)).await;
    HttpResponse::Ok().json("done")
}

async fn endless(seen: web::Data<Seen>) -> HttpResponse {
    seen.note("endless begins");
    HttpResponse::Ok().streaming(Endless(seen.get_ref().clone()))
}

static CHUNK: [u8; 64 * 1_024] = [b'x'; 64 * 1_024];

/// A body without an end that tells when it is dropped.
struct Endless(Seen);

impl tokio_stream::Stream for Endless {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(Some(Ok(Bytes::from_static(&CHUNK))))
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        self.0.note("endless dropped");
    }
}

/// Ids of a clock and of chances that are the same in every run.
pub(crate) fn steady_ids() -> RequestIds {
    RequestIds::new(HandClock::shared(0), Arc::new(CountingRandomness::default()))
}

/// A connection of a peer.
pub(crate) struct Peer(TcpStream);

/// An answer, as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let mut values = lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v);
        let value = values.next();
        assert_eq!(values.next(), None, "two {name} headers");
        value
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}

impl Peer {
    pub(crate) fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Self(stream)
    }

    /// Whether everything could be said.
    pub(crate) fn say(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.0.write_all(bytes.as_ref()).is_ok()
    }

    /// Reads a head; what lies behind it is left.
    pub(crate) fn hear_head(&mut self) -> Option<String> {
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            match self.0.read(&mut byte) {
                Ok(1) => head.extend_from_slice(&byte),
                _ => return None,
            }
        }
        Some(String::from_utf8(head).unwrap())
    }

    /// Reads one answer with a length.
    pub(crate) fn hear(&mut self) -> Answer {
        let head = self.hear_head().expect("an answer");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Answer { status, head, body: String::new() };
        let length: usize = answer.header("content-length").unwrap_or("0").parse().unwrap();
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        answer.body = String::from_utf8(body).unwrap();
        answer
    }

    /// Reads until the other side ends, and says how many bytes came and whether it ended
    /// in order (not by a reset, nor by our own patience).
    pub(crate) fn hear_end(&mut self) -> (usize, bool) {
        let (mut count, mut buffer) = (0, vec![0; 64 * 1_024]);
        loop {
            match self.0.read(&mut buffer) {
                Ok(0) => return (count, true),
                Ok(more) => count += more,
                Err(error) => {
                    let patience = [std::io::ErrorKind::WouldBlock, std::io::ErrorKind::TimedOut];
                    assert!(!patience.contains(&error.kind()), "the connection is still open");
                    return (count, false);
                }
            }
        }
    }

    /// Reads no more than so many bytes, once.
    pub(crate) fn hear_some(&mut self, most: usize) -> usize {
        self.0.read(&mut vec![0; most]).unwrap()
    }
}
