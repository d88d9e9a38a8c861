//! Signed answers to introspections (RFC 9701): for whom a plain answer could be tampered
//! with on the way.

use muster_crypto::introspection_answer;
use serde_json::{Map, Value};

use crate::{FlowError, Tools};

/// The answer's members as a JWT for `audience`, the caller.
pub fn sign_introspection(
    audience: &str,
    members: Map<String, Value>,
    tools: &Tools,
) -> Result<String, FlowError> {
    let now = tools.clock.now();
    let signer = tools.signers.of(tools, now)?;
    Ok(introspection_answer(tools.issuer.url.as_str(), audience, now, members, &signer)?)
}
