//! The provider's process: node-oidc-provider on loopback, stopped with the value.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::Value;

use super::certificate::Certificate;
use crate::failure::{Failure, Outcome, While};
use crate::program::Program;

/// A running provider.
pub(crate) struct Provider {
    /// Its issuer identifier.
    pub(crate) issuer: String,
    process: Child,
}

impl Provider {
    /// Starts the program in this folder, and waits until it serves.
    pub(crate) fn start(folder: &Path, certificate: &Certificate) -> Outcome<Self> {
        let mut program = Program::new("node")
            .arg(folder.join("provider.mjs"))
            .arg(&certificate.chain)
            .arg(&certificate.key);
        // It ends with its standard input, so that it does not outlive a run that was killed.
        program.command_mut().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let process = program.into_command().spawn().doing("starting the provider")?;
        let mut provider = Self { issuer: String::new(), process };
        provider.issuer = provider.wait_until_it_serves()?;
        Ok(provider)
    }

    /// Its first line of JSON; what its library says before that is passed over.
    fn wait_until_it_serves(&mut self) -> Outcome<String> {
        let output = self.process.stdout.take();
        let output = output.ok_or_else(|| Failure::new("the provider has no output"))?;
        let mut lines = BufReader::new(output).lines();
        while let Some(line) = lines.next() {
            let line = line.doing("reading what the provider says")?;
            let said = serde_json::from_str::<Value>(&line).ok();
            if let Some(issuer) = said.as_ref().and_then(|said| said.get("issuer")?.as_str()) {
                // It would end if nobody listened when its library has something to say.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(issuer.to_owned());
            }
        }
        Err(Failure::new("the provider did not start"))
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It is our own child, and it keeps nothing.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
