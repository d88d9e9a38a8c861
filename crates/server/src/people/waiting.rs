//! What waits while somebody logs in or decides, as it rides along in a ticket.

use muster_domain::{Secret, Timestamp};

/// What somebody is on their way to.
#[derive(Clone, Debug)]
pub(crate) enum Waiting {
    /// A client asks for something.
    Authorization(WaitingRequest),
    /// Their own tokens.
    Own,
    /// A device, with its code as far as it is known.
    Device {
        /// The code that the person typed, or that stood in the link.
        user_code: Option<String>,
    },
}

/// An authorization request that waits.
#[derive(Clone, Debug)]
pub(crate) struct WaitingRequest {
    /// Its parameters as `/authorize` takes them.
    pub(crate) parameters: Secret<String>,
    /// When it came.
    pub(crate) began_at: Timestamp,
}

const TO: &str = "to";
const AUTHORIZATION: &str = "authorization";
const OWN: &str = "own";
const DEVICE: &str = "device";

impl Waiting {
    /// As text.
    pub(crate) fn text(&self) -> Secret<String> {
        let mut text = form_urlencoded::Serializer::new(String::new());
        match self {
            Self::Authorization(request) => {
                text.append_pair(TO, AUTHORIZATION)
                    .append_pair("at", &request.began_at.millis().to_string())
                    .append_pair("parameters", request.parameters.expose());
            }
            Self::Own => {
                text.append_pair(TO, OWN);
            }
            Self::Device { user_code } => {
                text.append_pair(TO, DEVICE);
                if let Some(code) = user_code {
                    text.append_pair("user_code", code);
                }
            }
        }
        Secret::new(text.finish())
    }

    /// What a text of [`Self::text`] says; `None`: it is none.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let value = |name: &str| {
            let mut pairs = form_urlencoded::parse(text.as_bytes());
            pairs.find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
        };
        match value(TO)?.as_str() {
            AUTHORIZATION => Some(Self::Authorization(WaitingRequest {
                parameters: Secret::new(value("parameters")?),
                began_at: Timestamp::from_millis(value("at")?.parse().ok()?),
            })),
            OWN => Some(Self::Own),
            DEVICE => Some(Self::Device { user_code: value("user_code") }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_read_as_it_was_written() {
        let request = WaitingRequest {
            parameters: Secret::from("client_id=a&state=%26b%3D+c"),
            began_at: Timestamp::from_millis(7),
        };
        for waiting in [
            Waiting::Authorization(request),
            Waiting::Own,
            Waiting::Device { user_code: None },
            Waiting::Device { user_code: Some("WDJB-MJHT".to_owned()) },
        ] {
            let again = Waiting::read(waiting.text().expose()).unwrap();
            assert_eq!(again.text().expose(), waiting.text().expose());
        }
        for text in ["", "to=", "to=elsewhere", "to=authorization&at=x&parameters=a"] {
            assert!(Waiting::read(text).is_none(), "{text}");
        }
    }
}
