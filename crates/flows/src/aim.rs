//! For whom an access token is made, of those that it was granted for (RFC 8707 2.2): what is
//! asked for at the token endpoint narrows this one token, and never what was granted.

use crate::FlowError;

/// The audience that was asked for, if it was granted; where none was granted in particular,
/// policy has measured it by the registration (I19).
pub(crate) fn aimed(asked: &[String], granted: &[String]) -> Result<Vec<String>, FlowError> {
    if asked.is_empty() {
        return Ok(granted.to_vec());
    }
    if granted.is_empty() || asked.iter().all(|one| granted.contains(one)) {
        return Ok(asked.to_vec());
    }
    Err(FlowError::InvalidTarget { reason: "it was not granted" })
}
