//! Device flows (RFC 8628): found by the keyed hash of either code.

use muster_domain::{
    DeviceFlow, DeviceFlowKey, IssuerKey, Lifetime, LookupTag, Shard, Timestamp, UserKey,
};

use crate::StoreError;

/// Asking for device flows.
pub trait DeviceFlowsReading {
    /// The flow whose device code has this hash, whichever client it belongs to.
    fn find_device_flow(
        &mut self,
        issuer: IssuerKey,
        device_code: LookupTag,
        shard: Shard,
    ) -> Result<Option<DeviceFlow>, StoreError>;

    /// The flow whose user code has this hash.
    fn find_device_flow_of_user_code(
        &mut self,
        issuer: IssuerKey,
        user_code: LookupTag,
    ) -> Result<Option<DeviceFlow>, StoreError>;
}

/// Changing device flows.
pub trait DeviceFlowsWriting {
    /// Adds a flow whose key was taken from [`crate::Sequence::DeviceFlows`]; `Conflict` when
    /// a flow of the issuer has the user code already.
    fn add_device_flow(
        &mut self,
        flow: &DeviceFlow,
        device_code: LookupTag,
        user_code: LookupTag,
    ) -> Result<(), StoreError>;

    /// The flow as it is now, kept as it is until the unit is done: whoever wants to hold or
    /// change it meanwhile waits.
    fn hold_device_flow(&mut self, flow: DeviceFlowKey) -> Result<Option<DeviceFlow>, StoreError>;

    /// Notes a poll, and the interval that holds from now on.
    fn note_poll(
        &mut self,
        flow: DeviceFlowKey,
        at: Timestamp,
        interval: Lifetime,
    ) -> Result<(), StoreError>;

    /// The person says yes; whether the flow was pending until now.
    fn approve_device(
        &mut self,
        flow: DeviceFlowKey,
        user: UserKey,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// The person says no; whether the flow was pending until now.
    fn deny_device(&mut self, flow: DeviceFlowKey) -> Result<bool, StoreError>;

    /// Redeems an approved flow: of any number of simultaneous calls exactly one is told `true`.
    fn redeem_device(&mut self, flow: DeviceFlowKey) -> Result<bool, StoreError>;
}
