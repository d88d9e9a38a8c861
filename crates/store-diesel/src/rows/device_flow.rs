//! Rows of device flows.

use diesel::prelude::*;
use muster_domain::{
    ClientKey, DeviceFlow, DeviceFlowKey, DeviceState, IssuerKey, KeyThumbprint, Lifetime,
    LookupTag, ScopeSet, Timestamp, UserKey,
};
use muster_store::StoreError;
use serde::{Deserialize, Serialize};

use super::{shard, small};
use crate::schema::device_flows;

/// A row of `device_flows`.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = device_flows, treat_none_as_default_value = false)]
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
    device_lookup: Vec<u8>,
    user_lookup: Vec<u8>,
    details: String,
}

/// The column `state`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DeviceStateColumn {
    Pending,
    Approved,
    Denied,
    Redeemed,
}

impl DeviceStateColumn {
    /// Its number.
    pub(crate) const fn number(self) -> i16 {
        match self {
            Self::Pending => 0,
            Self::Approved => 1,
            Self::Denied => 2,
            Self::Redeemed => 3,
        }
    }
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct DetailsColumn {
    scopes: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    audience: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof_key: Option<String>,
}

impl DeviceFlowRow {
    /// The row of a flow that begins: nobody has decided yet.
    pub(crate) fn of(
        flow: &DeviceFlow,
        (device, user): (LookupTag, LookupTag),
    ) -> Result<Self, StoreError> {
        let details = DetailsColumn {
            scopes: flow.scopes.to_string(),
            audience: flow.audience.clone(),
            proof_key: flow.proof_key.as_ref().map(|key| key.as_str().to_owned()),
        };
        Ok(Self {
            seq: flow.key.number,
            started_at: flow.started_at.millis(),
            expires_at: flow.expires_at.millis(),
            approved_at: None,
            polled_at: None,
            interval_ms: flow.interval.millis(),
            user_seq: None,
            issuer_seq: small(flow.issuer.number())?,
            client_seq: small(flow.client.number())?,
            shard: flow.key.shard.number(),
            user_shard: None,
            state: DeviceStateColumn::Pending.number(),
            device_lookup: device.bytes().to_vec(),
            user_lookup: user.bytes().to_vec(),
            details: serde_json::to_string(&details)
                .map_err(|e| StoreError::corrupt(e.to_string()))?,
        })
    }

    pub(crate) fn into_domain(self) -> Result<DeviceFlow, StoreError> {
        let details: DetailsColumn = serde_json::from_str(&self.details)
            .map_err(|e| StoreError::corrupt(format!("a device flow is no JSON: {e}")))?;
        let state = self.state()?;
        Ok(DeviceFlow {
            key: DeviceFlowKey::new(shard(self.shard)?, self.seq),
            issuer: IssuerKey::new(self.issuer_seq.into()),
            client: ClientKey::new(self.client_seq.into()),
            scopes: ScopeSet::parse(&details.scopes)
                .map_err(|e| StoreError::corrupt(e.to_string()))?,
            audience: details.audience,
            proof_key: details.proof_key.map(KeyThumbprint::new),
            started_at: Timestamp::from_millis(self.started_at),
            expires_at: Timestamp::from_millis(self.expires_at),
            interval: Lifetime::from_millis(self.interval_ms),
            polled_at: self.polled_at.map(Timestamp::from_millis),
            state,
        })
    }

    fn state(&self) -> Result<DeviceState, StoreError> {
        match (self.state, self.user_shard, self.user_seq, self.approved_at) {
            (0, ..) => Ok(DeviceState::Pending),
            (1, Some(shard_number), Some(user), Some(at)) => Ok(DeviceState::Approved {
                user: UserKey::new(shard(shard_number)?, user),
                at: Timestamp::from_millis(at),
            }),
            (2, ..) => Ok(DeviceState::Denied),
            (3, ..) => Ok(DeviceState::Redeemed),
            _ => Err(StoreError::corrupt("a device flow in no state that there is")),
        }
    }
}
