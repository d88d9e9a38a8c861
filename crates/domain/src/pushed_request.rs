//! An authorization request that its client has left here beforehand (RFC 9126).

use crate::{ClientKey, IssuerKey, Timestamp};

/// A pushed request as the store knows it, without the text of its `request_uri`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PushedRequest {
    /// The issuer it belongs to.
    pub issuer: IssuerKey,
    /// The client that pushed it, which has proved who it is as far as it can.
    pub client: ClientKey,
    /// The parameters as they were checked, form-encoded; they are read again when used.
    pub parameters: String,
    /// The first moment at which it is no longer good.
    pub expires_at: Timestamp,
}
