//! Every part is made here and only here: used by `muster serve`, by the demo and by tests.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use muster_admin::DeedError;
use muster_cli::{KeeperSettings, Premises, PremisesError};
use muster_client_auth::Identity;
use muster_crypto::SecretVerifier;
use muster_domain::{Clock, Issuer, IssuerPath, Lifetime, Randomness, RandomnessFailed};
use muster_flows::{PublishedKeys, Signers, Tools};
use muster_grants::ParseSettings;
use muster_policy::Rulebook;
use muster_store::{Store, StoreError};

use crate::admission::{Admission, Quotas};
use crate::cleaning::{Broom, Schedule};
use crate::house::{House, ListingSettings};
use crate::listing_gate::ListingGate;
use crate::management::Readiness;
use crate::pipeline::Pipeline;
use crate::recorder::Recorder;
use crate::request_id::RequestIds;
use crate::routes::routes;
use crate::service::{Doors, ListenError, Listeners, Running, Service};
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
    /// The database failed.
    #[error("the database cannot be used: {0}")]
    Store(#[from] StoreError),
    /// Signing keys could not be made.
    #[error(transparent)]
    Deed(#[from] DeedError),
    /// An address cannot be listened at.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// No runtime.
    #[error("the threads of the service cannot be started: {0}")]
    Runtime(#[from] std::io::Error),
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
        token_longest: longest(settings),
        family: settings.tokens.lifetimes.family,
    }
}

/// The longest that anything signed lives.
fn longest(settings: &Settings) -> Lifetime {
    let lifetimes = settings.tokens.lifetimes;
    lifetimes.access.max(lifetimes.access_max).max(lifetimes.id_token)
}

/// Opens the premises and the doors.
pub fn start(settings: &Settings, world: &World) -> Result<Running, StartError> {
    let listeners = Listeners::take(settings)?;
    start_at(listeners, settings, world, &open_premises(settings, world)?)
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
    start_at(Listeners::take(settings)?, settings, world, premises)
}

/// The same at addresses that are taken already.
pub fn start_at(
    listeners: Listeners,
    settings: &Settings,
    world: &World,
    premises: &Premises,
) -> Result<Running, StartError> {
    let service = Service::prepare(&settings.http)?;
    let recorder = Recorder::begin(&premises.trail, &premises.store)?;
    witness_panics(&recorder);
    ensure_signing_keys(premises, world)?;
    let houses = houses(settings, world, premises, (&service, &recorder))?;
    record_start(settings, premises)?;
    let doors = Doors {
        ids: RequestIds::new(Arc::clone(&world.clock), Arc::clone(&world.randomness)),
        readiness: Arc::new(StoreReadiness(Arc::clone(&premises.store))),
        metrics: world.metrics.clone(),
    };
    let running = service.start(listeners, settings, doors, routes(houses))?;
    Ok(running.recorded_by(recorder))
}

/// What looks after the database of open premises.
pub fn broom(
    settings: &Settings,
    world: &World,
    premises: &Premises,
) -> Result<Broom, RandomnessFailed> {
    // Processes that share the database are told apart by it; ids of processes repeat.
    let mut name = [0; 16];
    world.randomness.fill(&mut name)?;
    let keeper = premises.keeper(Arc::clone(&world.clock), Arc::clone(&world.randomness));
    let longest = longest(settings);
    Ok(Broom {
        store: Arc::clone(&premises.store),
        clock: Arc::clone(&world.clock),
        keep: settings.retention.after_end,
        holder: HEXLOWER.encode(&name),
        schedule: settings.keys.rotate_every.map(|every| Schedule { keeper, every, longest }),
    })
}

/// Each issuer has keys to sign with before its first request.
fn ensure_signing_keys(premises: &Premises, world: &World) -> Result<(), StartError> {
    let keeper = premises.keeper(Arc::clone(&world.clock), Arc::clone(&world.randomness));
    for issuer in premises.store.read(|reading| reading.list_issuers())? {
        if keeper.of_issuer(issuer).ensure_signing_keys()? {
            tracing::info!("signing keys were made");
        }
    }
    Ok(())
}

/// A house for each issuer of the configured one's host; they share what bounds the whole
/// service. The database may know others, from an import or of former days: their paths would
/// stand in the way of these.
fn houses(
    settings: &Settings,
    world: &World,
    premises: &Premises,
    (service, recorder): (&Service, &Recorder),
) -> Result<Vec<Arc<House>>, StartError> {
    let verifier = SecretVerifier::start(
        Arc::clone(&premises.keys),
        Arc::clone(&world.clock),
        Arc::clone(&world.randomness),
        settings.client_auth.verifier,
    )?;
    let listing = &settings.token_info;
    let quotas = Quotas {
        listings_per_minute: listing.per_admin_per_minute,
        introspections_per_second: settings.tokens.introspections_per_second,
    };
    let gate =
        ListingGate::new(listing.listings_at_once, listing.listings_waiting, listing.waiting);
    let shared = Shared {
        settings,
        world,
        premises,
        verifier: Arc::new(verifier),
        published: Arc::new(PublishedKeys::default()),
        signers: Arc::new(Signers::fresh_for(settings.keys.signers_fresh_for)),
        gate: Arc::new(gate),
        quotas,
    };
    let here = IssuerPath::origin(&premises.issuer.url);
    let (mut issuers, elsewhere): (Vec<Issuer>, Vec<Issuer>) = premises
        .store
        .read(|reading| reading.list_issuers())?
        .into_iter()
        .partition(|issuer| IssuerPath::origin(&issuer.url) == here);
    for issuer in elsewhere {
        tracing::info!(issuer = %issuer.url, "an issuer on another host is not served here");
    }
    for issuer in &issuers {
        tracing::info!(issuer = %issuer.url, "serving this issuer");
    }
    // The longer path first: it may lie below the shorter one.
    issuers.sort_by_key(|issuer| std::cmp::Reverse(issuer.url.as_str().len()));
    Ok(issuers.into_iter().map(|one| Arc::new(shared.house(one, (service, recorder)))).collect())
}

/// What the houses share.
struct Shared<'a> {
    settings: &'a Settings,
    world: &'a World,
    premises: &'a Premises,
    verifier: Arc<SecretVerifier>,
    published: Arc<PublishedKeys>,
    signers: Arc<Signers>,
    gate: Arc<ListingGate>,
    quotas: Quotas,
}

impl Shared<'_> {
    fn pipeline(&self, issuer: Issuer) -> Pipeline {
        let (settings, premises, world) = (self.settings, self.premises, self.world);
        Pipeline {
            reading: ParseSettings {
                basic_readings: settings.client_auth.basic_readings,
                token_info_by_get: settings.token_info.allow_get,
                grants: settings.tokens.grants,
            },
            identity: Identity {
                store: Arc::clone(&premises.store),
                verifier: Arc::clone(&self.verifier),
                clock: Arc::clone(&world.clock),
                issuer: issuer.clone(),
                on_upgrade: record_upgrade(premises),
            },
            rulebook: Rulebook {
                clients_may_list_own: settings.token_info.clients_may_list_own,
                lifetimes: settings.tokens.lifetimes,
            },
            tools: Tools {
                issuer,
                store: Arc::clone(&premises.store),
                keys: Arc::clone(&premises.keys),
                published: Arc::clone(&self.published),
                signers: Arc::clone(&self.signers),
                clock: Arc::clone(&world.clock),
                randomness: Arc::clone(&world.randomness),
            },
        }
    }

    fn house(&self, issuer: Issuer, (service, recorder): (&Service, &Recorder)) -> House {
        let (premises, listing) = (self.premises, &self.settings.token_info);
        House {
            pipeline: self.pipeline(issuer.clone()),
            issuer,
            // Failures are counted for each issuer apart: its ids are its own.
            admission: Arc::new(Admission::new(self.settings.client_auth.failures, self.quotas)),
            gate: Arc::clone(&self.gate),
            blocking: service.blocking(),
            runtime: service.runtime(),
            store: Arc::clone(&premises.store),
            keys: Arc::clone(&premises.keys),
            trail: premises.trail.clone(),
            recorder: recorder.clone(),
            clock: Arc::clone(&self.world.clock),
            stop: service.stop(),
            listing: ListingSettings {
                page_rows: i64::from(listing.page_rows.get()),
                stall: listing.stall,
                ended: listing.ended_texts,
            },
        }
    }
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
