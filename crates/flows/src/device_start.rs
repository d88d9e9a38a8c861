//! A device flow begins (RFC 8628 3.1, 3.2), and a person decides about it (3.3).

use muster_crypto::{CodeKind, Handle, HandleKind, canonical_user_code, generate_user_code};
use muster_domain::{
    DeviceFlow, DeviceFlowKey, DeviceState, Lifetime, Secret, Shard, User, UserStatus,
};
use muster_policy::DevicePermit;
use muster_store::{Sequence, StoreError};

use crate::chronicle::Happening;
use crate::doing::Doing;
use crate::{Chronicle, FlowError, Tools};

/// How often another user code is drawn when one is taken: 34 bits collide once in ages.
const DRAWS: usize = 4;

/// What the device tells the person, and polls with.
#[derive(Clone, Debug)]
pub struct DeviceStarted {
    /// The code to poll with.
    pub device_code: Secret<String>,
    /// The code for the person, as it is shown: `WDJB-MJHT`.
    pub user_code: String,
    /// How long both are good.
    pub expires_in: Lifetime,
    /// How long to wait between two polls.
    pub interval: Lifetime,
}

/// Begins a flow.
pub fn start_device(permit: &DevicePermit, doing: &Doing<'_>) -> Result<DeviceStarted, FlowError> {
    let tools = doing.tools;
    let client = permit.client().client();
    let proven = doing.shown.verify(client, tools)?;
    let shard = Shard::of_client(&tools.issuer.url, &client.id);
    let device_code = Handle::generate(HandleKind::DeviceCode, shard, &*tools.randomness)?;
    let device_tag = tools.keys.code_tag(CodeKind::Device, device_code.expose());
    let (now, lifetimes) = (tools.clock.now(), permit.lifetimes());
    let flow = |number| DeviceFlow {
        key: DeviceFlowKey::new(shard, number),
        issuer: client.issuer,
        client: client.key,
        scopes: permit.scopes().clone(),
        audience: permit.audience().to_vec(),
        proof_key: proven.as_ref().map(|proven| proven.thumbprint().clone()),
        started_at: now,
        expires_at: now.plus(lifetimes.device_code),
        interval: lifetimes.device_interval,
        polled_at: None,
        state: DeviceState::Pending,
    };
    for _ in 0..DRAWS {
        let user_code = generate_user_code(&*tools.randomness)?;
        let Some(canonical) = canonical_user_code(&user_code) else { continue };
        let user_tag = tools.keys.code_tag(CodeKind::User, &canonical);
        let added = doing.once(proven.as_ref(), |unit| {
            let number = unit.take_numbers(Sequence::DeviceFlows, 1)?.start;
            unit.add_device_flow(&flow(number), device_tag, user_tag)?;
            doing.chronicle.note(unit, &Happening::DeviceStarted)?;
            Ok(Ok(()))
        });
        match added {
            Ok(()) => {
                return Ok(DeviceStarted {
                    device_code,
                    user_code,
                    expires_in: lifetimes.device_code,
                    interval: lifetimes.device_interval,
                });
            }
            Err(FlowError::Store(StoreError::Conflict { .. })) => {}
            Err(error) => return Err(error),
        }
    }
    Err(StoreError::unavailable("no user code was free").into())
}

/// What a person says about a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision<'a> {
    /// Yes, it is this user's.
    Approve(&'a User),
    /// No.
    Deny,
}

/// Enters a person's decision; whether a flow waited for it under this user code. Who the
/// person is must be settled before.
pub fn decide_device(
    user_code: &str,
    decision: Decision<'_>,
    (tools, chronicle): (&Tools, &dyn Chronicle),
) -> Result<bool, FlowError> {
    let Some(canonical) = canonical_user_code(user_code) else { return Ok(false) };
    let tag = tools.keys.code_tag(CodeKind::User, &canonical);
    let (issuer, now) = (tools.issuer.key, tools.clock.now());
    let decided = tools.store.change(|unit| {
        let flow = unit.find_device_flow_of_user_code(issuer, tag)?;
        let Some(flow) = flow.filter(|flow| now < flow.expires_at) else { return Ok(false) };
        let (decided, user) = match decision {
            Decision::Approve(user) if user.status == UserStatus::Active => {
                (unit.approve_device(flow.key, user.key, now)?, Some(&user.id))
            }
            Decision::Approve(_) => (false, None),
            Decision::Deny => (unit.deny_device(flow.key)?, None),
        };
        if decided {
            let happening = Happening::DeviceDecided { user, approved: user.is_some() };
            chronicle.note(unit, &happening)?;
        }
        Ok(decided)
    })?;
    Ok(decided)
}
