//! A listener: the socket, the doors, the guard of each connection, and the application
//! behind its front.
//!
//! Built on actix's accept loop and its HTTP/1.1 service; HTTP/2 is left to the proxy in
//! front (decision D12).

use std::future::ready;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_http::{HttpService, KeepAlive};
use actix_server::ServerBuilder;
use actix_service::{IntoServiceFactory as _, ServiceFactory, ServiceFactoryExt as _};
use actix_service::{fn_factory, fn_service, map_config};
use actix_web::App;
use actix_web::dev::AppConfig;
use actix_web::web::ServiceConfig;
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::TcpStream;

use super::connection::Connection;
use super::doors::Doors;
use super::front::{Front, FrontParts};
use super::guard::GuardedStream;
use super::{Limits, TrustedProxies};
use crate::request_id::RequestIds;
use crate::shutdown::Stop;

/// Connections that the kernel may hold until they are let in.
const BACKLOG: i32 = 1_024;
/// Unsent bytes that the kernel holds for a connection. Less to lose on a stalled reader,
/// and progress shows in small steps: a reader that takes half of this in the time of the
/// stall limit is not cut. What is on its way is not counted, so a fast one loses nothing.
const UNSENT: u32 = 16 * 1_024;

/// An address that is taken, not yet listened at: until somebody can answer, peers are
/// refused rather than kept waiting.
#[derive(Debug)]
pub struct Listener {
    name: &'static str,
    socket: Socket,
}

impl Listener {
    /// Takes an address; port 0 takes a free one.
    pub fn open(name: &'static str, address: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        Ok(Self { name, socket })
    }

    /// Where it will listen.
    pub fn address(&self) -> io::Result<SocketAddr> {
        let address = self.socket.local_addr()?.as_socket();
        address.ok_or_else(|| io::Error::other("the socket has no address"))
    }
}

/// What surrounds an application.
#[derive(Clone)]
pub struct Wall {
    /// What a request may cost.
    pub limits: Limits,
    /// Whose word about clients counts.
    pub proxies: TrustedProxies,
    /// Names requests.
    pub ids: RequestIds,
    /// How the service stops.
    pub stop: Stop,
    /// Threads that serve connections.
    pub workers: NonZeroUsize,
    /// Answers are logged for debugging only: nobody reads about every health check.
    pub is_quiet: bool,
}

impl Wall {
    /// An actix server that serves `routes` at the listener behind this wall; it listens
    /// from here on. It must be
    /// run within a tokio runtime; `finish` is how long a graceful stop lets requests end.
    pub fn around<F>(
        self,
        listener: Listener,
        finish: Duration,
        routes: F,
    ) -> io::Result<actix_server::Server>
    where
        F: Fn(&mut ServiceConfig) + Clone + Send + 'static,
    {
        listener.socket.listen(BACKLOG)?;
        let doors = Arc::new(Doors::new(&self.limits, self.proxies.clone()));
        let workers = self.workers.get();
        let server = ServerBuilder::new().workers(workers).disable_signals();
        // Rounded up: what is left at the end is cut by us, a little earlier.
        let finish = finish.as_secs().saturating_add(u64::from(finish.subsec_nanos() > 0));
        let server = server.shutdown_timeout(finish).listen(
            listener.name,
            listener.socket.into(),
            move || connection_service(self.clone(), Arc::clone(&doors), routes.clone()),
        )?;
        Ok(server.run())
    }
}

/// From an accepted socket to answers.
fn connection_service<F>(
    wall: Wall,
    doors: Arc<Doors>,
    routes: F,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = (), InitError = ()>
where
    F: Fn(&mut ServiceConfig) + Clone + 'static,
{
    let parts = FrontParts {
        ids: wall.ids.clone(),
        proxies: wall.proxies.clone(),
        stop: wall.stop.clone(),
        is_quiet: wall.is_quiet,
    };
    let app = fn_factory(move || {
        let app = map_config(App::new().configure(routes.clone()), |()| AppConfig::default());
        let (app, parts) = (app.into_factory().new_service(()), parts.clone());
        async move { app.await.map(|app| Front::new(app, parts)) }
    });
    let http = HttpService::build()
        .keep_alive(KeepAlive::Os)
        .client_request_timeout(Duration::ZERO)
        .on_connect_ext(|stream: &GuardedStream, data: &mut actix_http::Extensions| {
            data.insert(Rc::clone(stream.connection()));
        })
        .h1(app)
        .map_err(|error| tracing::debug!(%error, "connection ended"))
        .map_init_err(|()| tracing::error!("the application could not be made"));
    fn_service(move |stream| ready(guarded(stream, &wall, &doors))).and_then(http)
}

/// Lets a connection in under guard.
fn guarded(
    stream: TcpStream,
    wall: &Wall,
    doors: &Arc<Doors>,
) -> Result<(GuardedStream, Option<SocketAddr>), ()> {
    let peer = stream.peer_addr().map_err(|_| ())?;
    let place = doors.enter(peer.ip()).map_err(|full| {
        let reason = full.as_str();
        metrics::counter!("muster_connections_refused_total", "reason" => reason).increment(1);
    })?;
    // Without these a connection is slower or slacker, not wrong.
    let _ = stream.set_nodelay(true);
    let _ = SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT);
    let connection = Rc::new(Connection::new(peer));
    let closing = wall.stop.closing();
    Ok((GuardedStream::new(stream, connection, wall.limits.clone(), closing, place), Some(peer)))
}
