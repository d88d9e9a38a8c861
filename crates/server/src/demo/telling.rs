//! The demo's story: open the doors, let the federation live, ask as two admins, show the
//! difference.

use std::net::TcpListener;
use std::path::Path;

use muster_cli::{DemoOptions, Exit, Failure, Output, Premises};

use crate::assemble::{World, keeper_settings, start_at};
use crate::service::Listeners;
use crate::settings::{self, Environment, Settings};

use super::federation::{ALICE, Federation, live};
use super::folder::Folder;
use super::person::TOKEN;
use super::{http, show};

/// Runs the demo.
pub fn run(options: &DemoOptions, world: &World, output: &mut Output<'_>) -> Result<(), Failure> {
    let port = match options.port {
        Some(port) if port > 0 => port,
        // The issuer names the port, so it must be known before.
        Some(_) | None => free_port()?,
    };
    let folder = Folder::new(&*world.randomness).map_err(|error| failed(&error))?;
    let settings = settings_for(port, folder.path())?;
    let listeners = Listeners::take(&settings).map_err(|error| {
        let words = format!("{error}; or leave --port out, and a free one is taken");
        Failure::new(Exit::Failed, words)
    })?;
    let premises = Premises::open(&keeper_settings(&settings), &world.clock, &world.randomness)?;
    let running = start_at(listeners, &settings, world, &premises);
    let running = running.map_err(|error| failed(&error))?;
    let lived = live(&premises, world, running.address);
    let federation = lived.map_err(|error| failed(&error))?;
    tell(output, &federation, running.address)?;
    if options.exit {
        running.stop();
        return Ok(());
    }
    output.say(&ending(settings.issuer.url.as_str(), folder.path()))?;
    output.say(&format!(
        "\nThe service goes on at http://{}/oauth2 until Ctrl-C; health and metrics are at \
         http://{}.",
        running.address, running.management_address
    ))?;
    running.until_told().map_err(|error| failed(&error))?;
    Ok(())
}

/// How the story ends well: the command that ends what she holds, at this very service.
fn ending(issuer: &str, folder: &Path) -> String {
    let program = std::env::current_exe().unwrap_or_else(|_| Path::new("muster").to_owned());
    format!(
        "\n== The keeper ends it\n\nEverything that alice holds, from the next request on \
         (docs/operations/users.md):\n\n  MUSTER__DATABASE__URL='sqlite:{}' \\\n    \
         MUSTER__ISSUER__URL='{issuer}' \\\n    '{}' --config /dev/null \\\n    \
         user revoke {ALICE}\n\nAsk again with the lines above: the token shown is no longer \
         good, so it names nobody.",
        folder.join("muster.db").display(),
        program.display(),
    )
}

fn failed(error: &dyn std::error::Error) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}

/// A port that is free at this moment.
fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| failed(&error))?;
    Ok(listener.local_addr().map_err(|error| failed(&error))?.port())
}

fn settings_for(port: u16, folder: &Path) -> Result<Settings, Failure> {
    let database = format!("sqlite:{}", folder.join("muster.db").display());
    let issuer = format!("http://localhost:{port}/oauth2");
    let environment = Environment::of(
        [
            ("MUSTER__HTTP__LISTEN", format!("127.0.0.1:{port}")),
            ("MUSTER__MANAGEMENT__LISTEN", "127.0.0.1:0".to_owned()),
            ("MUSTER__ISSUER__URL", issuer),
            ("MUSTER__DATABASE__URL", database),
        ]
        .map(|(name, value)| (name.into(), value.into())),
    );
    settings::load(Some(Path::new("/dev/null")), &environment)
        .map_err(|problems| Failure::new(Exit::Bad, problems.to_string()))
}

/// The main job, twice, with different rights.
fn tell(
    output: &mut Output<'_>,
    federation: &Federation,
    address: std::net::SocketAddr,
) -> Result<(), Failure> {
    output.say(
        "A laptop was stolen. Which tokens does alice hold, at which clients, are they still good?",
    )?;
    output.say("One of her tokens is at hand, from the laptop's portal session.")?;
    for view in &federation.views {
        output.say(&format!("\n== {} ({})", view.admin, view.rights))?;
        output.say("\nThe request:\n")?;
        output.say(&view.curl(address))?;
        let answer = http::post(address, TOKEN, (&view.id, Some(&view.secret)), &view.form())
            .map_err(|error| failed(&error))?;
        if let Some(refused) = answer.refusal() {
            let words = format!("{} was not told: {refused}", view.id);
            return Err(Failure::new(Exit::Failed, words));
        }
        output.value(&serde_json::json!({
            "admin": view.id, "status": answer.status, "listing": answer.json(),
        }))?;
        output.say(&format!("\nThe answer ({}):\n", answer.status))?;
        output.say(&show::readable(&answer.json(), federation.now))?;
    }
    Ok(())
}
