//! Every part is made here and only here: used by `muster serve`, by the demo and by tests.

use std::sync::Arc;

use muster_cli::{KeeperSettings, Premises, PremisesError};
use muster_client_auth::Identity;
use muster_crypto::SecretVerifier;
use muster_domain::{Clock, Randomness, RandomnessFailed};
use muster_flows::{PublishedKeys, Tools};
use muster_grants::ParseSettings;
use muster_policy::Rulebook;
use muster_store::Store;

use crate::admission::Admission;
use crate::house::{House, ListingSettings};
use crate::listing_gate::ListingGate;
use crate::management::Readiness;
use crate::pipeline::Pipeline;
use crate::recorder::Recorder;
use crate::request_id::RequestIds;
use crate::routes::routes;
use crate::service::{Doors, Running, Service};
use crate::settings::{AuditSink, Settings};
use crate::starting::{record_start, record_upgrade};
use crate::telemetry::{Metrics, witness_panics};

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Database or keys cannot be used.
    #[error(transparent)]
    Premises(#[from] PremisesError),
    /// No random bytes, or no thread.
    #[error(transparent)]
    Randomness(#[from] RandomnessFailed),
    /// The audit trail does not take the start.
    #[error("the start cannot be recorded: {0}")]
    Audit(#[from] muster_audit::AuditError),
    /// No address, no runtime.
    #[error(
        "the service cannot listen: {0}; is the address taken? see http.listen and management.listen"
    )]
    Listen(#[from] std::io::Error),
}

/// What the outside world gives.
#[derive(Clone)]
pub struct World {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where secrets come from.
    pub randomness: Arc<dyn Randomness>,
    /// The metrics of the process.
    pub metrics: Metrics,
}

/// The settings that the keeper's commands and the premises take.
pub fn keeper_settings(settings: &Settings) -> KeeperSettings {
    KeeperSettings {
        database: settings.database.url.clone(),
        pool: settings.database.pool,
        kek_file: settings.keys.kek_file.clone(),
        issuer: settings.issuer.url.clone(),
        audit_file: match &settings.audit.sink {
            AuditSink::Table => None,
            AuditSink::File(path) => Some(path.clone()),
        },
    }
}

/// Opens the premises and the doors.
pub fn start(settings: &Settings, world: &World) -> Result<Running, StartError> {
    start_on(settings, world, &open_premises(settings, world)?)
}

/// Opens the premises; what was done by itself is in the log.
pub fn open_premises(settings: &Settings, world: &World) -> Result<Premises, StartError> {
    let premises = Premises::open(&keeper_settings(settings), &world.clock, &world.randomness)?;
    for news in &premises.news {
        tracing::info!("{news}");
    }
    Ok(premises)
}

/// Opens the doors of open premises.
pub fn start_on(
    settings: &Settings,
    world: &World,
    premises: &Premises,
) -> Result<Running, StartError> {
    let service = Service::prepare(&settings.http)?;
    let recorder = Recorder::begin(&premises.trail, &premises.store)?;
    witness_panics(&recorder);
    let house = Arc::new(house(settings, world, premises, (&service, &recorder))?);
    record_start(settings, premises)?;
    let doors = Doors {
        ids: RequestIds::new(Arc::clone(&world.clock), Arc::clone(&world.randomness)),
        readiness: Arc::new(StoreReadiness(Arc::clone(&premises.store))),
        metrics: world.metrics.clone(),
    };
    let running = service.start(settings, doors, routes(house))?;
    Ok(running.recorded_by(recorder))
}

fn house(
    settings: &Settings,
    world: &World,
    premises: &Premises,
    (service, recorder): (&Service, &Recorder),
) -> Result<House, StartError> {
    let verifier = SecretVerifier::start(
        Arc::clone(&premises.keys),
        Arc::clone(&world.clock),
        Arc::clone(&world.randomness),
        settings.client_auth.verifier,
    )?;
    let listing = &settings.token_info;
    let pipeline = Pipeline {
        reading: ParseSettings {
            basic_readings: settings.client_auth.basic_readings,
            token_info_by_get: listing.allow_get,
        },
        identity: Identity {
            store: Arc::clone(&premises.store),
            verifier: Arc::new(verifier),
            clock: Arc::clone(&world.clock),
            issuer: premises.issuer.clone(),
            on_upgrade: record_upgrade(premises),
        },
        rulebook: Rulebook { clients_may_list_own: listing.clients_may_list_own },
        tools: Tools {
            store: Arc::clone(&premises.store),
            keys: Arc::clone(&premises.keys),
            published: Arc::new(PublishedKeys::default()),
            clock: Arc::clone(&world.clock),
        },
    };
    Ok(House {
        issuer: premises.issuer.clone(),
        pipeline,
        admission: Admission::new(settings.client_auth.failures, listing.per_admin_per_minute),
        gate: ListingGate::new(listing.listings_at_once, listing.listings_waiting, listing.waiting),
        blocking: service.blocking(),
        runtime: service.runtime(),
        store: Arc::clone(&premises.store),
        keys: Arc::clone(&premises.keys),
        trail: premises.trail.clone(),
        recorder: recorder.clone(),
        clock: Arc::clone(&world.clock),
        stop: service.stop(),
        listing: ListingSettings {
            page_rows: i64::from(listing.page_rows.get()),
            stall: listing.stall,
            ended: listing.ended_texts,
        },
    })
}

/// Ready while the database answers and its schema is this program's.
struct StoreReadiness(Arc<dyn Store>);

impl Readiness for StoreReadiness {
    fn problems(&self) -> Vec<String> {
        match self.0.health() {
            Err(error) => vec![error.to_string()],
            Ok(health) if !health.pending.is_empty() => {
                vec!["migrations are missing; run: muster migrate run".to_owned()]
            }
            Ok(health) if !health.unknown.is_empty() => {
                vec!["the schema is newer than this program".to_owned()]
            }
            Ok(_) => Vec::new(),
        }
    }
}
