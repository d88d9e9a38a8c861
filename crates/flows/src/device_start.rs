//! A device flow begins (RFC 8628 3.1, 3.2), and a person decides about it (3.3).

use muster_crypto::{CodeKind, Handle, HandleKind, canonical_user_code, generate_user_code};
use muster_domain::{
    Client, DeviceFlow, DeviceFlowKey, DeviceState, Lifetime, Secret, Shard, Timestamp, User,
};
use muster_policy::DevicePermit;
use muster_store::{Sequence, StoreError, Unit};

use crate::chronicle::Happening;
use crate::doing::Doing;
use crate::{Chronicle, FlowError, LiveSession, Tools};

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
    /// Yes, it is this user's, who has just shown who they are.
    Approve(&'a User),
    /// Yes, it is theirs whose session this is.
    ApproveIn(&'a LiveSession),
    /// No.
    Deny,
}

impl<'a> Decision<'a> {
    /// Whose it is and since when they have been known, if it is a yes.
    fn approver(self, now: Timestamp) -> Option<(&'a User, Timestamp)> {
        match self {
            Self::Approve(user) => Some((user, now)),
            Self::ApproveIn(session) => Some((session.user(), session.authenticated_at())),
            Self::Deny => None,
        }
    }
}

/// A flow that waits for a person's decision, as they are to see it.
#[derive(Clone, Debug)]
pub struct WaitingDevice {
    /// The client that runs on the device.
    pub client: Client,
    /// What it asks for.
    pub flow: DeviceFlow,
}

/// The flow that waits under this user code, if its client is in good standing.
pub fn find_waiting_device(
    user_code: &str,
    tools: &Tools,
) -> Result<Option<WaitingDevice>, FlowError> {
    let Some(canonical) = canonical_user_code(user_code) else { return Ok(None) };
    let tag = tools.keys.code_tag(CodeKind::User, &canonical);
    let (issuer, now) = (tools.issuer.key, tools.clock.now());
    Ok(tools.store.read(|reading| {
        let flow = reading.find_device_flow_of_user_code(issuer, tag)?;
        let Some(flow) = flow.filter(|flow| waits(flow, now)) else { return Ok(None) };
        let standing = reading.find_standing(issuer, flow.client, None)?;
        if !standing.is_some_and(|found| found.standing.is_good()) {
            return Ok(None);
        }
        let client = reading.find_client_by_key(flow.client)?;
        Ok(client.map(|client| WaitingDevice { client, flow }))
    })?)
}

fn waits(flow: &DeviceFlow, now: Timestamp) -> bool {
    flow.state == DeviceState::Pending && now < flow.expires_at
}

/// Enters a person's decision; whether a flow waited for it under this user code. Who the
/// person is must be settled before; that they, the client and the issuer stand well is asked
/// here, in the unit of the deed.
pub fn decide_device(
    user_code: &str,
    decision: Decision<'_>,
    (tools, chronicle): (&Tools, &dyn Chronicle),
) -> Result<bool, FlowError> {
    let Some(canonical) = canonical_user_code(user_code) else { return Ok(false) };
    let tag = tools.keys.code_tag(CodeKind::User, &canonical);
    let (issuer, now) = (tools.issuer.key, tools.clock.now());
    let approver = decision.approver(now);
    let decided = tools.store.change(|unit| {
        let flow = unit.find_device_flow_of_user_code(issuer, tag)?;
        let Some(flow) = flow.filter(|flow| now < flow.expires_at) else { return Ok(false) };
        let decided = match approver {
            Some(approver) => approve(&flow, approver, unit)?,
            None => unit.deny_device(flow.key)?,
        };
        if decided {
            let user = approver.map(|(user, _)| &user.id);
            let happening = Happening::DeviceDecided { user, approved: user.is_some() };
            chronicle.note(unit, &happening)?;
        }
        Ok(decided)
    })?;
    Ok(decided)
}

fn approve(
    flow: &DeviceFlow,
    (user, known_since): (&User, Timestamp),
    unit: &mut dyn Unit,
) -> Result<bool, StoreError> {
    let standing = unit.find_standing(flow.issuer, flow.client, Some(user.key))?;
    if !standing.is_some_and(|found| found.standing.is_good()) {
        return Ok(false);
    }
    unit.approve_device(flow.key, user.key, known_since)
}
