//! Whom an ID token of ours was about (`id_token_hint`, OpenID Connect Core 3.1.2.1). It may
//! have expired: it hints, it opens nothing.

use muster_domain::{Secret, UserId};
use serde_json::Value;

use crate::{FlowError, Tools};

/// What an ID token of ours says about who it was for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hinted {
    /// The user (`sub`).
    pub user: UserId,
    /// The client (`aud`).
    pub client: String,
}

/// The user and the client of an ID token that this issuer has signed; `None`: it is none.
pub fn hinted_user(hint: &Secret<String>, tools: &Tools) -> Result<Option<Hinted>, FlowError> {
    let now = tools.clock.now();
    let keys = tools.published.of(&*tools.store, tools.issuer.key, now)?;
    // Every other token of ours has a `typ` of its own (S62).
    let Ok(claims) = keys.verified_claims(hint.expose(), &["JWT"]) else { return Ok(None) };
    let text = |name: &str| match claims.get(name) {
        Some(Value::String(text)) => Some(text.as_str()),
        Some(_) | None => None,
    };
    let is_ours = text("iss") == Some(tools.issuer.url.as_str());
    let (Some(user), Some(client), true) = (text("sub"), text("aud"), is_ours) else {
        return Ok(None);
    };
    Ok(UserId::new(user).ok().map(|user| Hinted { user, client: client.to_owned() }))
}
