//! Device flows on both engines: each step asks for the state before it in the statement
//! that takes it, so that of racing decisions and polls one wins (RFC 8628 3.5).

use diesel::prelude::*;
use muster_domain::{
    DeviceFlow, DeviceFlowKey, DeviceState, IssuerKey, Lifetime, LookupTag, Shard, Timestamp,
    UserKey,
};
use muster_store::{DeviceFlowsReading, DeviceFlowsWriting, StoreError};

use crate::backend::RowLocks;
use crate::error::store_error;
use crate::kept::{Keep as _, found_its_row};
use crate::rows::{APPROVED, DeviceFlowRow, NewDeviceFlowRow, device_state_number, small};
use crate::schema::device_flows;
use crate::session::Session;

const PENDING: i16 = device_state_number(DeviceState::Pending);

const fn row(flow: DeviceFlowKey) -> (i16, i64) {
    (flow.shard.number(), flow.number)
}

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
                    .values(NewDeviceFlowRow::of(flow, device_code, user_code)?)
                    .execute(&mut *self.connection)
                    .map(drop)
                    .map_err(store_error)
            }

            fn hold_device_flow(
                &mut self,
                flow: DeviceFlowKey,
            ) -> Result<Option<DeviceFlow>, StoreError> {
                let held = self.connection.hold_device_flow(row(flow)).map_err(store_error)?;
                held.map(DeviceFlowRow::into_domain).transpose()
            }

            fn note_poll(
                &mut self,
                flow: DeviceFlowKey,
                at: Timestamp,
                interval: Lifetime,
            ) -> Result<(), StoreError> {
                found_its_row(
                    diesel::update(device_flows::table.find(row(flow)))
                        .set((
                            device_flows::polled_at.eq(at.millis()),
                            device_flows::interval_ms.eq(interval.millis()),
                        ))
                        .returning(device_flows::seq)
                        .kept()
                        .get_result::<i64>(&mut *self.connection),
                )
                .map(drop)
            }

            fn approve_device(
                &mut self,
                flow: DeviceFlowKey,
                user: UserKey,
                at: Timestamp,
            ) -> Result<bool, StoreError> {
                diesel::update(
                    device_flows::table.find(row(flow)).filter(device_flows::state.eq(PENDING)),
                )
                .set((
                    device_flows::state.eq(APPROVED),
                    device_flows::user_shard.eq(user.shard.number()),
                    device_flows::user_seq.eq(user.number),
                    device_flows::approved_at.eq(at.millis()),
                ))
                .execute(&mut *self.connection)
                .map(|changed| changed > 0)
                .map_err(store_error)
            }

            fn deny_device(&mut self, flow: DeviceFlowKey) -> Result<bool, StoreError> {
                diesel::update(
                    device_flows::table.find(row(flow)).filter(device_flows::state.eq(PENDING)),
                )
                .set(device_flows::state.eq(device_state_number(DeviceState::Denied)))
                .execute(&mut *self.connection)
                .map(|changed| changed > 0)
                .map_err(store_error)
            }

            fn redeem_device(&mut self, flow: DeviceFlowKey) -> Result<bool, StoreError> {
                found_its_row(
                    diesel::update(
                        device_flows::table
                            .find(row(flow))
                            .filter(device_flows::state.eq(APPROVED)),
                    )
                    .set(device_flows::state.eq(device_state_number(DeviceState::Redeemed)))
                    .returning(device_flows::seq)
                    .kept()
                    .get_result::<i64>(&mut *self.connection),
                )
            }
        }
    };
}

device_flows!(diesel::PgConnection);
device_flows!(diesel::SqliteConnection);
