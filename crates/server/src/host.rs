//! What the terminal asks of the binary: settings, the service, the demo.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use muster_cli::{DemoOptions, Exit, Failure, Host, KeeperSettings, Output};
use muster_crypto::OsRandomness;
use muster_domain::{Clock, Randomness};
use serde_json::Value;

use crate::assemble::{World, broom, keeper_settings, open_premises, start_at};
use crate::checkpoints::Checkpoints;
use crate::cleaning::Cleaning;
use crate::clock::SystemClock;
use crate::redaction::Redaction;
use crate::service::Listeners;
use crate::settings::{self, Environment, Problems, Settings};
use crate::shutdown::Stopped;
use crate::telemetry::{start_logs, start_metrics};
use crate::{demo, http_api};

/// How long the end waits for what is still to be logged.
const FOR_THE_LOG: Duration = Duration::from_secs(1);

/// The binary.
pub struct Binary {
    environment: Environment,
}

impl Binary {
    /// With this environment.
    pub const fn new(environment: Environment) -> Self {
        Self { environment }
    }

    fn load(&self, file: Option<&Path>) -> Result<Settings, Failure> {
        settings::load(file, &self.environment).map_err(|problems| bad_settings(&problems))
    }

    fn world(&self) -> Result<World, Failure> {
        let metrics = start_metrics().map_err(|error| failed(&error))?;
        Ok(World { clock: self.clock(), randomness: self.randomness(), metrics })
    }

    fn serve_logging(&self, settings: &Settings) -> Result<(), Failure> {
        let world = self.world()?;
        let unavailable =
            |error: &dyn std::error::Error| Failure::new(Exit::Unavailable, error.to_string());
        let listeners = Listeners::take(settings).map_err(|error| unavailable(&error))?;
        let premises = open_premises(settings, &world).map_err(|error| unavailable(&error))?;
        let running = start_at(listeners, settings, &world, &premises);
        let running = running.map_err(|error| unavailable(&error))?;
        let checkpoints = Checkpoints::begin(&premises).map_err(|error| failed(&error))?;
        let store = Arc::clone(&premises.store);
        let clock = Arc::clone(&world.clock);
        let redaction = Redaction::begin(store, clock, settings.token_info.ended_texts)
            .map_err(|error| failed(&error))?;
        let broom = broom(settings, &world, &premises).map_err(|error| failed(&error))?;
        let cleaning = Cleaning::begin(broom).map_err(|error| failed(&error))?;
        let stopped = running.until_told().map_err(|error| failed(&error))?;
        drop((redaction, cleaning));
        let recorded = checkpoints.stopped(stopped == Stopped::InOrder);
        recorded.map_err(|error| unavailable(&error))?;
        match stopped {
            Stopped::InOrder => Ok(()),
            Stopped::AtOnce | Stopped::GivenUp => {
                Err(Failure::new(Exit::Failed, "stopped before everything was finished"))
            }
        }
    }
}

fn failed(error: &dyn std::error::Error) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}

fn bad_settings(problems: &Problems) -> Failure {
    Failure::new(Exit::Bad, format!("the settings are not in order:\n{problems}"))
}

impl Host for Binary {
    fn settings(&self, file: Option<&Path>) -> Result<KeeperSettings, Failure> {
        self.load(file).map(|settings| keeper_settings(&settings))
    }

    fn listeners(&self, file: Option<&Path>) -> Result<Vec<(&'static str, SocketAddr)>, Failure> {
        let settings = self.load(file)?;
        Ok(vec![
            ("http.listen", settings.http.listen),
            ("management.listen", settings.management.listen),
        ])
    }

    fn serve(&self, file: Option<&Path>) -> Result<(), Failure> {
        let settings = self.load(file)?;
        let log = start_logs(&settings.telemetry).map_err(|error| failed(&error))?;
        for warning in settings::warnings(file, &self.environment) {
            tracing::warn!("{warning}");
        }
        let served = self.serve_logging(&settings);
        log.flush(FOR_THE_LOG);
        served
    }

    fn demo(&self, options: &DemoOptions, output: &mut Output<'_>) -> Result<(), Failure> {
        demo::run(options, &self.world()?, output)
    }

    fn config_show(&self, file: Option<&Path>) -> Result<String, Failure> {
        settings::show(file, &self.environment).map_err(|problems| bad_settings(&problems))
    }

    fn config_values(&self, file: Option<&Path>) -> Result<Value, Failure> {
        settings::values(file, &self.environment).map_err(|problems| bad_settings(&problems))
    }

    fn config_check(&self, file: Option<&Path>) -> Result<Vec<String>, Failure> {
        let problems = settings::check(file, &self.environment);
        Ok(problems.0.iter().map(ToString::to_string).collect())
    }

    fn config_warnings(&self, file: Option<&Path>) -> Result<Vec<String>, Failure> {
        Ok(settings::warnings(file, &self.environment))
    }

    fn reference(&self, page: &str) -> Result<String, Failure> {
        match page {
            "settings" => Ok(settings::reference()),
            "http-api" => Ok(http_api::page()),
            _ => Err(Failure::new(Exit::Usage, "the pages are: cli, settings, http-api")),
        }
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(SystemClock)
    }

    fn randomness(&self) -> Arc<dyn Randomness> {
        Arc::new(OsRandomness)
    }
}
