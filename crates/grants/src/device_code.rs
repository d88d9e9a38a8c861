//! The device-code grant (RFC 8628 3.4): a device asks whether its user has decided, for one
//! resource or several (RFC 8707 2.2).

use muster_domain::Secret;

use crate::{FormParams, ParseError, Target, Wishes, targets};

/// What its `grant_type` says.
pub(crate) const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The parameters that it reads.
pub(crate) const PARAMETERS: [&str; 2] = ["device_code", "resource"];

/// The question: tokens for this device code, if the user agrees.
#[derive(Clone, Debug)]
pub struct DeviceCode {
    /// The device's code, not the one that people type.
    pub code: Secret<String>,
    /// Where the access token will be used; empty: wherever the flow began for.
    pub resources: Vec<Target>,
    /// How long the tokens shall live.
    pub wishes: Wishes,
}

impl DeviceCode {
    /// A code that is not empty.
    pub(crate) fn parse(form: &FormParams) -> Result<Self, ParseError> {
        Ok(Self {
            code: form.required("device_code")?,
            resources: targets::resources(form)?,
            wishes: Wishes::parse(form)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_code_is_required_and_no_other_code_is_one() {
        let parse = |text: &str| DeviceCode::parse(&FormParams::parse(text.as_bytes()).unwrap());
        for text in ["", "device_code=", "code=c", "user_code=ABCD-EFGH"] {
            let refused = parse(text).map(|_| ());
            assert_eq!(refused, Err(ParseError::Missing("device_code")), "{text}");
        }
        let asked = parse("device_code=d&rt_lifetime=1+d").unwrap();
        assert_eq!(asked.code.expose(), "d");
        assert_eq!(asked.wishes.refresh.unwrap().millis(), 86_400_000);
        assert_eq!(parse("device_code=d&resource=urn:a").unwrap().resources.len(), 1);
        let refused = parse("device_code=d&resource=relative").map(|_| ());
        assert_eq!(refused, Err(ParseError::Target), "B46");
    }
}
