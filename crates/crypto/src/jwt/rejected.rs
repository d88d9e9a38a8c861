//! Why a JWT is not accepted. For logs; callers hear one answer.

/// The reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Rejected {
    /// Too long, not three parts, or not base64url.
    #[error("it is no compact JWS")]
    Shape,
    /// Header or claims are no strict JSON object.
    #[error("its JSON is malformed, too deep, or repeats a member")]
    Json,
    /// A header member that is not taken.
    #[error("its header holds a member that is not taken")]
    Header,
    /// No key has this `kid` and `alg`.
    #[error("no registered key fits its header")]
    NoKey,
    /// The signature is not the key's.
    #[error("its signature does not verify")]
    Signature,
    /// A claim is missing or of the wrong kind.
    #[error("the claim {0} is missing or malformed")]
    Claim(&'static str),
    /// A claim says something else than is expected.
    #[error("the claim {0} does not fit")]
    Mismatch(&'static str),
    /// Its time is over, or has not come.
    #[error("it is not valid at this time")]
    Time,
}
