//! Refusals that say the same for every reason come after the same time, too (T18, D2, D3).
//!
//! A wrong secret costs a slow hash whoever it names (`client-auth`). What is quicker, an
//! assertion or a token, waits here for the rest of a time that none of it takes.

use std::time::Duration;

use muster_client_auth::AuthError;
use muster_flows::FlowError;
use tokio::time::{Instant, sleep_until};

use crate::causes::Cause;
use crate::refusal::Refusal;

/// Long enough for a few looks into the database and a signature: the time of a refusal does
/// not tell an unknown token from an expired or a foreign one, nor an unknown client from a
/// wrong signature.
const FLOOR: Duration = Duration::from_millis(15);

/// The same for tokens that are inactive, which resource servers ask about all day: an unknown
/// one is looked for as long as another client's (B105).
const INACTIVE: Duration = Duration::from_millis(2);

/// Waits until whoever asked then may hear that a token is inactive.
pub(super) async fn inactive(arrived: Instant) {
    sleep_until(arrived + INACTIVE).await;
}

/// The refusal of what arrived then, not before its time.
pub(super) async fn refused(cause: &Cause, arrived: Instant) -> Refusal {
    if hides_its_reason(cause) {
        sleep_until(arrived + FLOOR).await;
    }
    cause.refusal()
}

/// Whether one answer stands for several reasons that are nobody's business.
const fn hides_its_reason(cause: &Cause) -> bool {
    match cause {
        Cause::Authentication(AuthError::InvalidClient { .. }) => true,
        Cause::Authentication(AuthError::Busy | AuthError::Store(_))
        | Cause::Malformed(_)
        | Cause::TooManyFailures { .. }
        | Cause::TooManyRequests { .. }
        | Cause::Denied { .. } => false,
        Cause::Flow { error, .. } => match error {
            FlowError::InvalidGrant { .. } | FlowError::InvalidExchange { .. } => true,
            FlowError::InvalidScope
            | FlowError::InvalidTarget { .. }
            | FlowError::InvalidProof { .. }
            | FlowError::OthersToken
            | FlowError::AuthorizationPending
            | FlowError::SlowDown
            | FlowError::ExpiredToken
            | FlowError::AccessDenied
            | FlowError::NoSigningKey
            | FlowError::Signing(_)
            | FlowError::Sealing(_)
            | FlowError::Randomness(_)
            | FlowError::Id(_)
            | FlowError::Store(_) => false,
        },
    }
}
