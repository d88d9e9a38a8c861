//! Rows of device flows.

use diesel::prelude::*;
use muster_domain::{
    ClientKey, DeviceFlow, DeviceFlowKey, DeviceState, IssuerKey, KeyThumbprint, Lifetime,
    LookupTag, Timestamp, UserKey,
};
use muster_store::StoreError;
use serde::{Deserialize, Serialize};

use super::entitlement::{column_text, read_column, scopes_in};
use super::{from_number, shard, small};
use crate::schema::device_flows;

/// A row of `device_flows` as it is read; the keyed hashes stay where they are.
#[derive(Queryable, Selectable)]
#[diesel(table_name = device_flows)]
pub(crate) struct DeviceFlowRow {
    seq: i64,
    started_at: i64,
    expires_at: i64,
    approved_at: Option<i64>,
    polled_at: Option<i64>,
    interval_ms: i64,
    user_seq: Option<i64>,
    issuer_seq: i32,
    client_seq: i32,
    shard: i16,
    user_shard: Option<i16>,
    state: i16,
    details: String,
}

/// A row of `device_flows` as it is written.
#[derive(Insertable)]
#[diesel(table_name = device_flows, treat_none_as_default_value = false)]
pub(crate) struct NewDeviceFlowRow {
    seq: i64,
    started_at: i64,
    expires_at: i64,
    approved_at: Option<i64>,
    polled_at: Option<i64>,
    interval_ms: i64,
    user_seq: Option<i64>,
    issuer_seq: i32,
    client_seq: i32,
    shard: i16,
    user_shard: Option<i16>,
    state: i16,
    device_lookup: Vec<u8>,
    user_lookup: Vec<u8>,
    details: String,
}

/// What was asked for, as JSON.
#[derive(Serialize, Deserialize)]
struct DeviceColumn {
    scopes: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    audience: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proof_key: Option<String>,
}

impl NewDeviceFlowRow {
    pub(crate) fn of(
        flow: &DeviceFlow,
        device_code: LookupTag,
        user_code: LookupTag,
    ) -> Result<Self, StoreError> {
        let column = DeviceColumn {
            scopes: flow.scopes.to_string(),
            audience: flow.audience.clone(),
            proof_key: flow.proof_key.as_ref().map(|key| key.as_str().to_owned()),
        };
        let (user, approved_at) = match flow.state {
            DeviceState::Approved { user, at } => (Some(user), Some(at.millis())),
            DeviceState::Pending | DeviceState::Denied | DeviceState::Redeemed => (None, None),
        };
        Ok(Self {
            seq: flow.key.number,
            started_at: flow.started_at.millis(),
            expires_at: flow.expires_at.millis(),
            approved_at,
            polled_at: flow.polled_at.map(Timestamp::millis),
            interval_ms: flow.interval.millis(),
            user_seq: user.map(|user| user.number),
            issuer_seq: small(flow.issuer.number())?,
            client_seq: small(flow.client.number())?,
            shard: flow.key.shard.number(),
            user_shard: user.map(|user| user.shard.number()),
            state: device_state_number(flow.state),
            device_lookup: device_code.bytes().to_vec(),
            user_lookup: user_code.bytes().to_vec(),
            details: column_text(&column)?,
        })
    }
}

impl DeviceFlowRow {
    pub(crate) fn into_domain(self) -> Result<DeviceFlow, StoreError> {
        let state = self.state()?;
        let column: DeviceColumn = read_column("what a device asked for", &self.details)?;
        Ok(DeviceFlow {
            key: DeviceFlowKey::new(shard(self.shard)?, self.seq),
            issuer: IssuerKey::new(self.issuer_seq.into()),
            client: ClientKey::new(self.client_seq.into()),
            scopes: scopes_in(&column.scopes)?,
            audience: column.audience,
            proof_key: column.proof_key.map(KeyThumbprint::new),
            started_at: Timestamp::from_millis(self.started_at),
            expires_at: Timestamp::from_millis(self.expires_at),
            interval: Lifetime::from_millis(self.interval_ms),
            polled_at: self.polled_at.map(Timestamp::from_millis),
            state,
        })
    }

    fn state(&self) -> Result<DeviceState, StoreError> {
        if self.state == APPROVED {
            let (Some(user_shard), Some(number), Some(at)) =
                (self.user_shard, self.user_seq, self.approved_at)
            else {
                return Err(StoreError::corrupt("a device was approved by nobody"));
            };
            let user = UserKey::new(shard(user_shard)?, number);
            return Ok(DeviceState::Approved { user, at: Timestamp::from_millis(at) });
        }
        let known = [DeviceState::Pending, DeviceState::Denied, DeviceState::Redeemed]
            .into_iter()
            .find(|state| device_state_number(*state) == self.state);
        from_number("state of a device flow", self.state, known)
    }
}

/// The number of an approved flow, for updates.
pub(crate) const APPROVED: i16 = 1;

/// The number of a state.
pub(crate) const fn device_state_number(state: DeviceState) -> i16 {
    match state {
        DeviceState::Pending => 0,
        DeviceState::Approved { .. } => APPROVED,
        DeviceState::Denied => 2,
        DeviceState::Redeemed => 3,
    }
}
