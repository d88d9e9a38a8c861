//! Stopping in order (T36, F24): unready at once, a pause for the balancer, no new
//! connections, requests under way finished, what is left cut, exit.
//!
//! `Stop` is how the rest of the house learns of it; a second signal ends it at once.

use std::future::Future;
use std::time::Duration;

use actix_server::ServerHandle;
use tokio_util::sync::CancellationToken;

/// How far the stopping has come. Clones speak of the same stop.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    announced: CancellationToken,
    closing: CancellationToken,
    cutting: CancellationToken,
    given_up: CancellationToken,
}

impl Stop {
    /// The service will stop: readiness is off, answers close their connections.
    pub fn is_announced(&self) -> bool {
        self.announced.is_cancelled()
    }

    /// What still runs must end now: listings break their bodies off.
    pub fn is_cutting(&self) -> bool {
        self.cutting.is_cancelled()
    }

    /// Ends when the stop is announced.
    pub async fn announcement(&self) {
        self.announced.cancelled().await;
    }

    /// A part of the house cannot go on (F31: a writer that died). The service stops and
    /// says so by its exit code; it does not go on as half a service.
    pub fn give_up(&self) {
        self.given_up.cancel();
    }

    /// Ends when a part has given up.
    pub(crate) async fn given_up(&self) {
        self.given_up.cancelled().await;
    }

    /// Cancelled when idle connections are to be closed.
    pub(crate) fn closing(&self) -> CancellationToken {
        self.closing.clone()
    }
}

/// How long the steps of a stop may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// Between readiness going off and no new connections, so that a balancer notices.
    pub drain: Duration,
    /// For requests under way.
    pub finish: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { drain: Duration::from_secs(2), finish: Duration::from_secs(20) }
    }
}

/// What is left of `finish` when the rest is cut, so that cut listings can still say so
/// in the audit trail.
const FOR_CUTTING: Duration = Duration::from_secs(1);

/// How a stop ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stopped {
    /// In order; the process ends with 0.
    InOrder,
    /// A second signal came.
    AtOnce,
    /// A part of the house could not go on.
    GivenUp,
}

impl Stopped {
    /// What the process ends with: 0 only if everything was in order.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::InOrder => 0,
            Self::AtOnce | Self::GivenUp => 1,
        }
    }
}

impl Stop {
    /// Stops the server in order, unless `hurry` ends first.
    pub async fn carry_out(
        &self,
        server: &ServerHandle,
        patience: Patience,
        hurry: impl Future<Output = ()>,
    ) -> Stopped {
        self.announced.cancel();
        tracing::info!(drain = ?patience.drain, finish = ?patience.finish, "stopping");
        let in_order = async {
            tokio::time::sleep(patience.drain).await;
            self.closing.cancel();
            let finished = server.stop(true);
            tokio::pin!(finished);
            let until_cut = patience.finish.saturating_sub(FOR_CUTTING);
            if tokio::time::timeout(until_cut, &mut finished).await.is_err() {
                self.cutting.cancel();
                tracing::warn!("requests still under way are cut");
                // The server itself lets go of its connections when `finish` is over.
                let _ = tokio::time::timeout(FOR_CUTTING.saturating_mul(2), finished).await;
            }
        };
        tokio::select! {
            () = in_order => Stopped::InOrder,
            () = hurry => {
                tracing::warn!("told again to stop: ending at once");
                Stopped::AtOnce
            }
        }
    }
}

/// The signals that end the service.
#[derive(Debug)]
pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

impl Signals {
    /// Listens for them, on the present runtime.
    pub fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for `SIGTERM` or `SIGINT`. `SIGHUP` is noted and otherwise ignored: settings
    /// are read once.
    pub async fn next(&mut self) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => {
                    tracing::info!("SIGHUP is ignored; restart to read the settings again");
                }
            }
        }
    }
}
