//! Authorization requests that clients have pushed (RFC 9126), found by a keyed hash of their
//! `request_uri`.

use muster_domain::{IssuerKey, LookupTag, PushedRequest};

use crate::StoreError;

/// Asking for pushed requests.
pub trait PushedRequestsReading {
    /// The request with this hash, whichever client pushed it, expired ones included.
    fn find_pushed_request(
        &mut self,
        issuer: IssuerKey,
        tag: LookupTag,
    ) -> Result<Option<PushedRequest>, StoreError>;
}

/// Changing pushed requests.
pub trait PushedRequestsWriting {
    /// Adds one.
    fn add_pushed_request(
        &mut self,
        request: &PushedRequest,
        tag: LookupTag,
    ) -> Result<(), StoreError>;

    /// Uses one up (RFC 9126 2.2): of any number of simultaneous calls exactly one is told
    /// `true`.
    fn spend_pushed_request(
        &mut self,
        issuer: IssuerKey,
        tag: LookupTag,
    ) -> Result<bool, StoreError>;
}
