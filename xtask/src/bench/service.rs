//! The service under measurement: the release binary on loopback, and what memory it takes.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::connection::Connection;
use super::world::{ISSUER, Target};
use crate::failure::{Failure, Outcome, While};
use crate::program::Program;

/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `muster serve`, stopped with the value.
pub(crate) struct Service {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// How long it took to be ready.
    pub(crate) ready_after: Duration,
}

impl Service {
    /// Starts it and waits until it says that it is ready.
    pub(crate) fn start(binary: &Path, target: &Target) -> Outcome<Self> {
        let (address, management) = (free_address()?, free_address()?);
        let many = "1000000";
        let mut command = Program::new(binary)
            .args(["serve", "--config", "/dev/null"])
            .envs(&target.settings())
            .env("MUSTER__HTTP__LISTEN", address.to_string())
            .env("MUSTER__MANAGEMENT__LISTEN", management.to_string())
            .env("MUSTER__ISSUER__URL", ISSUER)
            .env("MUSTER__TOKEN_INFO__PER_ADMIN_PER_MINUTE", many)
            // A flood that is told to come back later costs nothing: the harder case is measured.
            .env("MUSTER__CLIENT_AUTH__FAILURES_PER_CLIENT_AND_ADDRESS", many)
            .env("MUSTER__CLIENT_AUTH__FAILURES_PER_ADDRESS", many)
            .env("MUSTER__CLIENT_AUTH__FAILURES_PER_CLIENT", many)
            .env("MUSTER__TOKENS__INTROSPECTIONS_PER_SECOND", many)
            .env("MUSTER__HTTP__CONNECTIONS_PER_PEER", "1024")
            .env("MUSTER__TELEMETRY__LEVEL", "error")
            .into_command();
        command.stdout(Stdio::null());
        let begun = Instant::now();
        let child = command.spawn().doing("starting muster serve")?;
        let mut service = Self { child, address, ready_after: Duration::ZERO };
        while !is_ready(management) {
            if begun.elapsed() > PATIENCE {
                return Err(Failure::new("the service was not ready within 30 s"));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        service.ready_after = begun.elapsed();
        Ok(service)
    }

    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It is our own child; SIGTERM would wait for connections that nobody holds.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Kibibytes that a process holds now, and the most since `forget_peak`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// Resident now.
    pub(crate) now: u64,
    /// Resident at most.
    pub(crate) peak: u64,
}

impl Memory {
    /// Asks the kernel.
    pub(crate) fn of(process: u32) -> Outcome<Self> {
        let file = format!("/proc/{process}/status");
        let text = std::fs::read_to_string(&file).doing(format!("reading {file}"))?;
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
        };
        Ok(Self { now: field("VmRSS:"), peak: field("VmHWM:") })
    }

    /// Begins a new peak.
    pub(crate) fn forget_peak(process: u32) -> Outcome {
        let file = format!("/proc/{process}/clear_refs");
        std::fs::write(&file, "5").doing(format!("writing {file}"))
    }
}

/// What its management listener says (200 or 503); until it listens, no.
fn is_ready(management: SocketAddr) -> bool {
    let request = format!("GET /health/ready HTTP/1.1\r\nHost: {management}\r\n\r\n");
    let answer = Connection::open(management).and_then(|mut asked| asked.ask(request.as_bytes()));
    answer.is_ok_and(|answer| answer.status == 200)
}

fn free_address() -> Outcome<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .doing("looking for a free port")
}
