//! Where a page of `/me` begins, as it stands in the link to it. Whoever writes one of their
//! own sees another stretch of what is theirs, and nothing else.

use muster_domain::{ClientId, Timestamp, TransactionId};
use muster_flows::OwnPlace;
use muster_store::TransactionPlace;

use super::parameters::Parameters;

const AFTER: &str = "after";
const WITHIN: &str = "within";
const AT: &str = "at";
const FLOW: &str = "flow";

/// As it stands in a link.
pub(super) fn place_text(place: &OwnPlace) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    if let Some(after) = &place.after {
        text.append_pair(AFTER, after.as_str());
    }
    if let Some((client, flow)) = &place.within {
        text.append_pair(WITHIN, client.as_str())
            .append_pair(AT, &flow.started_at.millis().to_string())
            .append_pair(FLOW, flow.id.as_str());
    }
    text.finish()
}

/// The place that a link names; what makes no sense is the beginning.
pub(super) fn place_in(form: &Parameters) -> OwnPlace {
    let client = |name| form.text(name).and_then(|text| ClientId::new(text).ok());
    let flow = || {
        let started_at = Timestamp::from_millis(form.text(AT)?.parse().ok()?);
        let id = TransactionId::new(form.text(FLOW)?).ok()?;
        Some((client(WITHIN)?, TransactionPlace { started_at, id }))
    };
    OwnPlace { after: client(AFTER), within: flow() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let id = |text| ClientId::new(text).unwrap();
        let flow = TransactionPlace {
            started_at: Timestamp::from_millis(-7),
            id: TransactionId::new("https://i/x?a=b&c").unwrap(),
        };
        for place in [
            OwnPlace::default(),
            OwnPlace { after: Some(id("a&b=c d")), within: None },
            OwnPlace { after: None, within: Some((id("b"), flow.clone())) },
            OwnPlace { after: Some(id("a")), within: Some((id("b"), flow)) },
        ] {
            let text = place_text(&place);
            let form = Parameters::read(text.as_bytes()).unwrap();
            assert_eq!(place_in(&form), place, "{text}");
        }
    }
}
