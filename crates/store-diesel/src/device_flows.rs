//! Device flows on both engines. Decisions and redemption are conditional updates: each has
//! one winner.

use diesel::prelude::*;
use muster_domain::{
    DeviceFlow, DeviceFlowKey, IssuerKey, Lifetime, LookupTag, Shard, Timestamp, UserKey,
};
use muster_store::{DeviceFlowsReading, DeviceFlowsWriting, StoreError};

use crate::error::store_error;
use crate::rows::{DeviceFlowRow, DeviceStateColumn as State, small};
use crate::schema::device_flows;
use crate::session::Session;

macro_rules! device_flows {
    ($connection:ty) => {
        impl DeviceFlowsReading for Session<'_, $connection> {
            fn find_device_flow(
                &mut self,
                issuer: IssuerKey,
                device_code: LookupTag,
                shard: Shard,
            ) -> Result<Option<DeviceFlow>, StoreError> {
                device_flows::table
                    .filter(device_flows::device_lookup.eq(device_code.bytes().as_slice()))
                    .filter(device_flows::shard.eq(shard.number()))
                    .filter(device_flows::issuer_seq.eq(small(issuer.number())?))
                    .select(DeviceFlowRow::as_select())
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?
                    .map(DeviceFlowRow::into_domain)
                    .transpose()
            }

            fn find_device_flow_of_user_code(
                &mut self,
                issuer: IssuerKey,
                user_code: LookupTag,
            ) -> Result<Option<DeviceFlow>, StoreError> {
                device_flows::table
                    .filter(device_flows::issuer_seq.eq(small(issuer.number())?))
                    .filter(device_flows::user_lookup.eq(user_code.bytes().as_slice()))
                    .select(DeviceFlowRow::as_select())
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?
                    .map(DeviceFlowRow::into_domain)
                    .transpose()
            }
        }

        impl DeviceFlowsWriting for Session<'_, $connection> {
            fn add_device_flow(
                &mut self,
                flow: &DeviceFlow,
                device_code: LookupTag,
                user_code: LookupTag,
            ) -> Result<(), StoreError> {
                diesel::insert_into(device_flows::table)
                    .values(DeviceFlowRow::of(flow, (device_code, user_code))?)
                    .execute(&mut *self.connection)
                    .map(drop)
                    .map_err(store_error)
            }

            fn note_poll(
                &mut self,
                flow: DeviceFlowKey,
                at: Timestamp,
                interval: Lifetime,
            ) -> Result<(), StoreError> {
                diesel::update(device_flows::table.find((flow.shard.number(), flow.number)))
                    .set((
                        device_flows::polled_at.eq(at.millis()),
                        device_flows::interval_ms.eq(interval.millis()),
                    ))
                    .execute(&mut *self.connection)
                    .map(drop)
                    .map_err(store_error)
            }

            fn approve_device(
                &mut self,
                flow: DeviceFlowKey,
                user: UserKey,
                at: Timestamp,
            ) -> Result<bool, StoreError> {
                diesel::update(
                    device_flows::table
                        .find((flow.shard.number(), flow.number))
                        .filter(device_flows::state.eq(State::Pending.number())),
                )
                .set((
                    device_flows::state.eq(State::Approved.number()),
                    device_flows::user_shard.eq(user.shard.number()),
                    device_flows::user_seq.eq(user.number),
                    device_flows::approved_at.eq(at.millis()),
                ))
                .execute(&mut *self.connection)
                .map(|changed| changed > 0)
                .map_err(store_error)
            }

            fn deny_device(&mut self, flow: DeviceFlowKey) -> Result<bool, StoreError> {
                self.move_device(flow, State::Pending, State::Denied)
            }

            fn redeem_device(&mut self, flow: DeviceFlowKey) -> Result<bool, StoreError> {
                self.move_device(flow, State::Approved, State::Redeemed)
            }
        }

        impl Session<'_, $connection> {
            /// Moves a flow on, if it is still where it is moved from.
            fn move_device(
                &mut self,
                flow: DeviceFlowKey,
                from: State,
                to: State,
            ) -> Result<bool, StoreError> {
                diesel::update(
                    device_flows::table
                        .find((flow.shard.number(), flow.number))
                        .filter(device_flows::state.eq(from.number())),
                )
                .set(device_flows::state.eq(to.number()))
                .execute(&mut *self.connection)
                .map(|changed| changed > 0)
                .map_err(store_error)
            }
        }
    };
}

device_flows!(diesel::PgConnection);
device_flows!(diesel::SqliteConnection);
