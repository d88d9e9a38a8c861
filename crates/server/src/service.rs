//! The service as a whole: its runtime, its two listeners, and how it comes to an end.
//!
//! `Listeners::take` takes the addresses before anything else is touched, `prepare` gives
//! what the house is built with (blocking threads, the stop), `start` opens the doors,
//! `until_told` waits for a signal and stops in order.

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use actix_server::ServerHandle;
use actix_web::web::ServiceConfig;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

use crate::blocking::{Blocking, BlockingLimits};
use crate::edge::{Limits, Listener, TrustedProxies, Wall};
use crate::management::{self, Managed, Readiness};
use crate::recorder::Recorder;
use crate::request_id::RequestIds;
use crate::settings::{Http, Settings};
use crate::shutdown::{Patience, Signals, Stop, Stopped};
use crate::telemetry::Metrics;

/// Blocking threads beyond those of the settings: for health checks and for whatever the
/// libraries do by themselves.
const SPARE_THREADS: usize = 8;

/// The service before its doors are open.
pub struct Service {
    runtime: Runtime,
    blocking: Blocking,
    stop: Stop,
}

/// What the listeners need beside the settings.
pub struct Doors {
    /// Names requests.
    pub ids: RequestIds,
    /// What must be in order.
    pub readiness: Arc<dyn Readiness>,
    /// The metrics.
    pub metrics: Metrics,
}

/// An address that cannot be listened at.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen at {address} ({setting}): {source}; {}", remedy(source, setting))]
pub struct ListenError {
    setting: &'static str,
    address: SocketAddr,
    source: io::Error,
}

/// What the keeper can do.
fn remedy(error: &io::Error, setting: &str) -> String {
    let kind = error.kind();
    if kind == io::ErrorKind::AddrInUse {
        format!(
            "something listens there already, perhaps another Muster: stop it, or set {setting} \
             to another port"
        )
    } else if kind == io::ErrorKind::PermissionDenied {
        format!(
            "ports below 1024 are not for every account: set {setting} to a higher one, and let \
             a proxy listen there"
        )
    } else {
        format!("set {setting} to an address of this machine")
    }
}

/// The addresses of both listeners, taken.
#[derive(Debug)]
pub struct Listeners {
    public: Listener,
    management: Listener,
}

impl Listeners {
    /// Takes both, so that a start that cannot listen leaves nothing behind.
    pub fn take(settings: &Settings) -> Result<Self, ListenError> {
        let take = |name, (setting, address): (&'static str, SocketAddr)| {
            let taken = Listener::open(name, address);
            taken.map_err(|source| ListenError { setting, address, source })
        };
        Ok(Self {
            public: take("public", public_address(settings))?,
            management: take("management", management_address(settings))?,
        })
    }

    /// Where the public one will listen.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.public.address()
    }
}

const fn public_address(settings: &Settings) -> (&'static str, SocketAddr) {
    ("http.listen", settings.http.listen)
}

const fn management_address(settings: &Settings) -> (&'static str, SocketAddr) {
    ("management.listen", settings.management.listen)
}

impl Service {
    /// Makes the runtime and the blocking threads.
    pub fn prepare(http: &Http) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("muster")
            .max_blocking_threads(http.blocking.threads.saturating_add(SPARE_THREADS))
            .enable_all()
            .build()?;
        let blocking = Blocking::new(runtime.handle().clone(), http.blocking);
        Ok(Self { runtime, blocking, stop: Stop::default() })
    }

    /// The threads that may block.
    pub fn blocking(&self) -> Blocking {
        self.blocking.clone()
    }

    /// The runtime, for waiting on a blocking thread.
    pub fn runtime(&self) -> Handle {
        self.runtime.handle().clone()
    }

    /// How the service stops.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Opens both doors and serves `routes` at the public one.
    pub fn start<F>(
        self,
        listeners: Listeners,
        settings: &Settings,
        doors: Doors,
        routes: F,
    ) -> Result<Running, ListenError>
    where
        F: Fn(&mut ServiceConfig) + Clone + Send + 'static,
    {
        let Self { runtime, stop, .. } = self;
        let Listeners { public, management: inner } = listeners;
        let failed = |(setting, address)| move |source| ListenError { setting, address, source };
        let not_public = failed(public_address(settings));
        let not_inner = failed(management_address(settings));
        let address = public.address().map_err(not_public)?;
        let inner_address = inner.address().map_err(not_inner)?;
        let entered = runtime.enter();
        let patience = settings.http.patience;
        let wall = Wall {
            limits: settings.http.limits.clone(),
            proxies: settings.http.proxies.clone(),
            ids: doors.ids.clone(),
            stop: stop.clone(),
            workers: settings.http.workers,
            is_quiet: false,
        };
        let server = wall.around(public, patience.finish, routes).map_err(not_public)?;
        let look = BlockingLimits { threads: 1, wait: Duration::from_secs(1) };
        let managed = Managed {
            readiness: doors.readiness,
            metrics: doors.metrics,
            stop: stop.clone(),
            blocking: Blocking::new(runtime.handle().clone(), look),
        };
        let management = management_wall(doors.ids)
            .around(inner, Duration::ZERO, management::routes(managed))
            .map_err(not_inner)?;
        let handles = [server.handle(), management.handle()];
        let serving = [runtime.spawn(server), runtime.spawn(management)];
        drop(entered);
        tracing::info!(%address, management = %inner_address, "listening");
        Ok(Running {
            address,
            management_address: inner_address,
            runtime,
            stop,
            patience,
            handles,
            serving,
            recorder: None,
        })
    }
}

/// The management listener goes on answering while the public one stops.
fn management_wall(ids: RequestIds) -> Wall {
    Wall {
        limits: Limits::default(),
        proxies: TrustedProxies::default(),
        ids,
        stop: Stop::default(),
        workers: NonZeroUsize::MIN,
        is_quiet: true,
    }
}

/// The service with its doors open.
pub struct Running {
    /// Where the public listener is.
    pub address: SocketAddr,
    /// Where the management listener is.
    pub management_address: SocketAddr,
    runtime: Runtime,
    stop: Stop,
    patience: Patience,
    handles: [ServerHandle; 2],
    serving: [JoinHandle<io::Result<()>>; 2],
    recorder: Option<Recorder>,
}

/// How long a stop waits for what is still to be recorded.
const FOR_RECORDING: Duration = Duration::from_secs(2);

impl Running {
    /// With whom to wait for before the process ends.
    #[must_use]
    pub fn recorded_by(self, recorder: Recorder) -> Self {
        Self { recorder: Some(recorder), ..self }
    }

    /// Serves until a signal comes or a part of the house gives up, then stops in order.
    pub fn until_told(mut self) -> io::Result<Stopped> {
        let entered = self.runtime.enter();
        let mut signals = Signals::listen()?;
        drop(entered);
        let [public, management] = &mut self.serving;
        let told = self.runtime.block_on(async {
            tokio::select! {
                () = signals.next() => Stopped::InOrder,
                () = self.stop.given_up() => Stopped::GivenUp,
                _ = public => Stopped::GivenUp,
                _ = management => Stopped::GivenUp,
            }
        });
        let patience = self.patience;
        let stopped = self.end(patience, async move { signals.next().await });
        Ok(if stopped == Stopped::InOrder { told } else { stopped })
    }

    /// Stops in order, at once as far as the balancer is concerned.
    pub fn stop(self) -> Stopped {
        let patience = Patience { drain: Duration::ZERO, ..self.patience };
        self.end(patience, std::future::pending())
    }

    fn end(self, patience: Patience, hurry: impl Future<Output = ()>) -> Stopped {
        let [public, management] = &self.handles;
        let stopped = self.runtime.block_on(async {
            let stopped = self.stop.carry_out(public, patience, hurry).await;
            if stopped == Stopped::InOrder {
                management.stop(false).await;
            }
            stopped
        });
        if let Some(recorder) = &self.recorder {
            recorder.flush(FOR_RECORDING);
        }
        tracing::info!(?stopped, "stopped");
        // Threads that still block (a database that hangs) do not keep the process.
        self.runtime.shutdown_background();
        stopped
    }
}
