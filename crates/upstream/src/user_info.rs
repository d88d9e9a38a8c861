//! What the userinfo endpoint knows of a person (OpenID Connect Core 5.3): plain JSON alone,
//! and only about the one whom the ID token names.

use muster_domain::Secret;
use serde_json::{Map, Value};

use crate::discovery::Metadata;
use crate::error::{Document, ProviderFault, UpstreamError};
use crate::http::Line;

/// Asks for the claims of `subject`.
pub(crate) fn user_info(
    line: &Line<'_>,
    metadata: &Metadata,
    access_token: &Secret<String>,
    subject: &str,
) -> Result<Map<String, Value>, UpstreamError> {
    let document = Document::UserInfo;
    let missing = || UpstreamError::Settings("it has no userinfo endpoint to ask".to_owned());
    let endpoint = metadata.user_info_endpoint.as_ref().ok_or_else(missing)?;
    let answer = line.fetch_as((document, endpoint), access_token)?;
    let members = answer.object(document)?;
    // Without this a token that was swapped would bring somebody else's claims (5.3.2).
    match members.get("sub").and_then(Value::as_str) {
        Some(said) if said == subject => Ok(members),
        Some(_) => Err(ProviderFault::Subject.into()),
        None => Err(ProviderFault::Member(document, "sub").into()),
    }
}
