//! Logs, metrics and the panic hook: the only global things of the house, set once.
//!
//! No line, label or message holds a query string, a body or a header (S70): a request is
//! known by its id, method and path. The frameworks below never log more than warnings,
//! whatever the level, because their finer lines quote requests.

use std::io::IsTerminal as _;
use std::panic::PanicHookInfo;
use std::sync::{Mutex, OnceLock, PoisonError};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use muster_audit::{Actor, Ending, Entry, Event};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::log_queue::LogQueue;
use crate::metric_names::{Kind, METRICS, Metric};
use crate::recorder::Recorder;
use crate::settings::{LogFormat, Telemetry};

/// The frameworks whose finer lines could quote requests.
const QUIET: [&str; 4] =
    ["actix_http=warn", "actix_server=warn", "actix_web=warn", "actix_router=warn"];

/// Why telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The directives are malformed.
    #[error("telemetry.level: {0}")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    /// There is no thread for the log.
    #[error("no thread for the log: {0}")]
    Thread(#[from] std::io::Error),
    /// Logs or metrics were set up before, by somebody else.
    #[error("telemetry is set up already: {0}")]
    Twice(String),
}

/// The metrics as text.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// All metrics, in Prometheus' text format.
    pub fn render(&self) -> String {
        self.0.run_upkeep();
        self.0.render()
    }
}

/// Logs to standard error as the settings say, and hooks panics. The queue is to be flushed
/// before the process ends.
pub fn start_logs(settings: &Telemetry) -> Result<LogQueue, TelemetryError> {
    let is_terminal = std::io::stderr().is_terminal();
    let queue = LogQueue::begin(std::io::stderr())?;
    start_logs_to(settings, queue.clone(), is_terminal)?;
    Ok(queue)
}

/// The same, to any writer.
pub fn start_logs_to<W>(
    settings: &Telemetry,
    writer: W,
    colours: bool,
) -> Result<(), TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let mut filter = EnvFilter::try_new(&settings.directives)?;
    for directive in QUIET {
        filter = filter.add_directive(directive.parse()?);
    }
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(colours)
        .with_target(false);
    let started = match settings.format {
        LogFormat::Text => logs.finish().try_init(),
        LogFormat::Json => {
            logs.json().flatten_event(true).with_span_list(false).finish().try_init()
        }
    };
    started.map_err(|error| TelemetryError::Twice(error.to_string()))?;
    std::panic::set_hook(Box::new(tell_panic));
    Ok(())
}

/// Where a panic happened, and its message if that is a literal: a formatted one could
/// hold anything.
fn tell_panic(panic: &PanicHookInfo<'_>) {
    metrics::counter!("muster_panics_total").increment(1);
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let message = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(not told)");
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or_default();
    tracing::error!(location, message, thread, "panic");
    // Never waits: who panics may hold the lock.
    let Ok(witness) = WITNESS.try_lock() else { return };
    let Some(recorder) = witness.as_ref() else { return };
    let entry = Entry::new(Event::Panicked, Ending::Aborted).by(Actor::Service);
    let entry = entry.because(message).with_name("location", &location);
    recorder.note((Event::Panicked, location), entry);
}

/// Who records panics; the hook is global, so this is, too.
static WITNESS: Mutex<Option<Recorder>> = Mutex::new(None);

/// From now on panics are recorded here.
pub fn witness_panics(recorder: &Recorder) {
    *WITNESS.lock().unwrap_or_else(PoisonError::into_inner) = Some(recorder.clone());
}

/// Starts the metrics, or returns those that run.
pub fn start_metrics() -> Result<Metrics, TelemetryError> {
    // The recorder is global in the library's own design; this is its handle.
    static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = METRICS.get() {
        return Ok(Metrics(handle.clone()));
    }
    let twice = |error: &dyn std::fmt::Display| TelemetryError::Twice(error.to_string());
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .map_err(|error| twice(&error))?
        .build_recorder();
    let handle = METRICS.get_or_init(|| recorder.handle()).clone();
    metrics::set_global_recorder(recorder).map_err(|error| twice(&error))?;
    describe();
    Ok(Metrics(handle))
}

/// From a remembered authentication to a long listing.
const SECONDS: [f64; 12] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Registers what the metrics mean. Those without labels start at nought, so that a scrape
/// shows them before anything has happened.
fn describe() {
    use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};
    for Metric { name, kind, labels, what } in METRICS {
        match kind {
            Kind::Counter => {
                describe_counter!(*name, *what);
                if labels.is_empty() {
                    counter!(*name).absolute(0);
                }
            }
            Kind::Gauge => {
                describe_gauge!(*name, *what);
                gauge!(*name).set(0);
            }
            Kind::Histogram => describe_histogram!(*name, *what),
        }
    }
}
