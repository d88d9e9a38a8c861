//! The load's figure beside that of a known tool: `wrk` asking the same questions.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use super::machine::{Machine, query};
use crate::environment;
use crate::failure::{Failure, Outcome, While};
use crate::program::Program;

/// Introspections a second by `wrk`; `None`: it is not installed.
pub(crate) fn introspections(
    machine: &Machine,
    tokens: &[String],
    (folder, connections, time): (&Path, usize, Duration),
) -> Outcome<Option<f64>> {
    let Some(wrk) = environment::find_program("wrk") else { return Ok(None) };
    let script = folder.join("introspect.lua");
    std::fs::write(&script, lua(machine, tokens)).doing("writing the script of wrk")?;
    let said = Program::new(wrk)
        .args(["-t", "2", "-c", &connections.to_string()])
        .args(["-d", &format!("{}s", time.as_secs().max(1))])
        .arg("-s")
        .arg(&script)
        .arg(url(machine.address))
        .read()?;
    if said.contains("Non-2xx") || said.contains("Socket errors") {
        return Err(Failure::new(format!("wrk was refused: {said}")));
    }
    rate(&said).map(Some).ok_or_else(|| Failure::new(format!("wrk said no rate: {said}")))
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}/oauth2/introspect")
}

/// Each question in turn, as the load asks them.
fn lua(machine: &Machine, tokens: &[String]) -> String {
    let bodies: Vec<String> = tokens.iter().map(|token| format!("\"{}\"", query(token))).collect();
    format!(
        "wrk.method = \"POST\"\n\
         wrk.headers[\"Authorization\"] = \"{}\"\n\
         wrk.headers[\"Content-Type\"] = \"application/x-www-form-urlencoded\"\n\
         local bodies = {{ {} }}\nlocal at = 0\n\
         request = function()\n  at = at % #bodies + 1\n  \
         return wrk.format(nil, nil, nil, bodies[at])\nend\n",
        machine.authorization,
        bodies.join(", ")
    )
}

fn rate(said: &str) -> Option<f64> {
    let line = said.lines().find_map(|line| line.strip_prefix("Requests/sec:"))?;
    line.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_read_from_what_wrk_says() {
        assert_eq!(rate("  1 requests\nRequests/sec:  11874.02\n"), Some(11_874.02));
        assert_eq!(rate("nothing"), None);
    }
}
