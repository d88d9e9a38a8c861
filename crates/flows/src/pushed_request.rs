//! Pushed authorization requests (RFC 9126): checked and kept for a short while, for one use.

use muster_crypto::{CodeKind, Handle, HandleKind};
use muster_domain::{Client, LookupTag, PushedRequest, Secret, Shard, Timestamp};
use muster_grants::{AuthorizationRequest, read_kept};
use muster_store::StoreError;

use crate::chronicle::Happening;
use crate::{Chronicle, FlowError, Tools};

/// A pushed request that is good.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// The request, to be checked like any other.
    pub request: AuthorizationRequest,
    /// What it is spent by when a code is issued for it.
    pub tag: LookupTag,
}

/// Keeps a request of `client`, which policy has looked at; the handle that it is named by.
pub fn push(
    request: &AuthorizationRequest,
    client: &Client,
    expires_at: Timestamp,
    (tools, chronicle): (&Tools, &dyn Chronicle),
) -> Result<Secret<String>, FlowError> {
    let shard = Shard::of_client(&tools.issuer.url, &client.id);
    let handle = Handle::generate(HandleKind::PushedRequest, shard, &*tools.randomness)?;
    let tag = tools.keys.code_tag(CodeKind::PushedRequest, handle.expose());
    let pushed = PushedRequest {
        issuer: client.issuer,
        client: client.key,
        parameters: request.kept().expose().clone(),
        expires_at,
    };
    tools.store.change(|unit| {
        unit.add_pushed_request(&pushed, tag)?;
        chronicle.note(unit, &Happening::RequestPushed)
    })?;
    Ok(handle)
}

/// The request that a client has pushed under this handle; `None`: there is none, it was used,
/// has expired, or is another client's.
pub fn find_pushed(
    client: &Client,
    handle: &Secret<String>,
    tools: &Tools,
) -> Result<Option<Pushed>, FlowError> {
    let kind = Handle::parse(handle.expose()).map(|handle| handle.kind());
    if kind != Some(HandleKind::PushedRequest) {
        return Ok(None);
    }
    let tag = tools.keys.code_tag(CodeKind::PushedRequest, handle.expose());
    let found = tools.store.read(|reading| reading.find_pushed_request(tools.issuer.key, tag))?;
    let now = tools.clock.now();
    let good = found.filter(|found| found.client == client.key && now < found.expires_at);
    let Some(good) = good else { return Ok(None) };
    let request = read_kept(&good.parameters)
        .map_err(|error| StoreError::corrupt(format!("a pushed request: {error}")))?;
    Ok(Some(Pushed { request, tag }))
}
