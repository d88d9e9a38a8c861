//! What is asked at the other endpoints, on the same way as a token request (`pipeline.rs`):
//! introspection (RFC 7662), revocation (RFC 7009), the start of a device flow (RFC 8628 3.1).

use muster_client_auth::Caller;
use muster_flows::{ActiveToken, DeviceStarted, Revoked, introspect, revoke, start_device};
use muster_grants::{RawRequest, parse_device_start, parse_token_query};
use muster_policy::{introspection_reach, permit_device, revocation_reach};

use crate::causes::{Cause, DEVICE_START, INTROSPECTION, REVOCATION};
use crate::pipeline::{Errand, Pipeline, Surroundings};

impl Pipeline {
    /// Answers an introspection (RFC 7662): who asks, and the token, if it is good.
    pub fn introspect(
        &self,
        raw: &RawRequest<'_>,
        around: &dyn Surroundings,
    ) -> Result<(Caller, Option<ActiveToken>), Cause> {
        let (presented, query, _) = parse_token_query(raw, &self.reading)?;
        let caller = self.known(&presented, Errand::Introspect, around)?;
        let reach =
            introspection_reach(&caller).map_err(|denial| Cause::unseen(&caller, denial))?;
        let asks = match &caller {
            Caller::Client(client) => Some(&client.client().id),
            Caller::Admin(_) => None,
        };
        let active = introspect(&query, (reach, asks), &self.tools);
        let active = active.map_err(|error| Cause::flow(caller.id(), INTROSPECTION, error))?;
        Ok((caller, active))
    }

    /// Revokes a token (RFC 7009).
    pub fn revoke(
        &self,
        raw: &RawRequest<'_>,
        around: &dyn Surroundings,
    ) -> Result<Revoked, Cause> {
        let (presented, query, _) = parse_token_query(raw, &self.reading)?;
        let caller = self.known(&presented, Errand::Other, around)?;
        let reach = revocation_reach(&caller)
            .map_err(|denial| Cause::denied(caller.id(), REVOCATION, denial))?;
        let chronicle = around.chronicle(&caller);
        revoke(&query, reach, (&self.tools, &*chronicle))
            .map_err(|error| Cause::flow(caller.id(), REVOCATION, error))
    }

    /// Begins a device flow (RFC 8628 3.1).
    pub fn start_device(
        &self,
        raw: &RawRequest<'_>,
        around: &dyn Surroundings,
    ) -> Result<DeviceStarted, Cause> {
        let (presented, start, proof) = parse_device_start(raw, &self.reading)?;
        let caller = self.known(&presented, Errand::Other, around)?;
        let audience = start.resources.iter().map(|one| one.as_str().to_owned()).collect();
        let permit = permit_device(&caller, start.scope.as_ref(), audience, &self.rulebook)
            .map_err(|denial| Cause::denied(caller.id(), DEVICE_START, denial))?;
        let path = "/device_authorization";
        self.doing(path, proof.as_ref(), (&caller, around), |doing| start_device(&permit, doing))
            .map_err(|error| Cause::flow(caller.id(), DEVICE_START, error))
    }
}
