//! Rows of `clients` (oa4mp-import.md 3, 4.7).

use muster_domain::{AccessTokenProfile, GrantName, GrantNames, Lifetime, Registration};
use serde_json::Value;

use super::flow::scopes;
use crate::source::OldRow;

/// What is registered of a client besides its name and credentials, and what of it could
/// not be read whole.
pub(crate) fn registration_of(row: &OldRow) -> (Registration, Vec<&'static str>) {
    let cfg = row.text("cfg").unwrap_or_default();
    let parsed: Option<Value> = serde_json::from_str(cfg).ok();
    let unread = !cfg.trim().is_empty() && parsed.is_none();
    let access = parsed.as_ref().and_then(|cfg| cfg.pointer("/tokens/access"));
    let kind = access.and_then(|access| access.get("type")).and_then(Value::as_str);
    let kind = kind.map(ToOwned::to_owned).or_else(|| if unread { hocon_type(cfg) } else { None });
    let mut audiences = list(row.text("audience").unwrap_or_default());
    if let Some(audience) = access.and_then(|access| access.get("audience")) {
        audiences.extend(words(audience));
    }
    let callbacks = row.text("callback_uri").unwrap_or_default();
    let mut notes = Vec::new();
    if unread {
        notes.push("configuration is not JSON; only its token type was read");
    }
    if !callbacks.is_empty() && serde_json::from_str::<Vec<Value>>(callbacks).is_err() {
        notes.push("callback URIs are no JSON array; they were read as words");
    }
    let speaks_for = if row.flag("rfc7523_client") {
        list(row.text("rfc7523_client_users").unwrap_or_default())
    } else {
        Vec::new()
    };
    let registration = Registration {
        home_url: row.text("home_url").map(ToOwned::to_owned),
        email: row.text("email").map(ToOwned::to_owned),
        redirect_uris: list(callbacks),
        scopes: scopes(row.text("scopes").unwrap_or_default()),
        strict_scopes: row.flag("strict_scopes"),
        audiences,
        profile: profile(kind.as_deref()),
        access_lifetime: positive(row, "at_lifetime"),
        access_lifetime_max: positive(row, "at_max_lifetime"),
        refresh_lifetime: match row.number("rt_lifetime") {
            -1 => None,
            other => Some(Lifetime::from_millis(other.max(0))),
        },
        refresh_lifetime_max: positive(row, "rt_max_lifetime"),
        refresh_grace: positive(row, "rt_grace_period").unwrap_or_default(),
        grants: grants(!speaks_for.is_empty()),
        assertion_users: speaks_for,
        ..Registration::default()
    };
    (registration, notes)
}

/// What OA4MP lets every client do, and service clients beside it.
fn grants(speaks_for_users: bool) -> GrantNames {
    let mut grants = vec![
        GrantName::AuthorizationCode,
        GrantName::RefreshToken,
        GrantName::TokenExchange,
        GrantName::DeviceCode,
    ];
    if speaks_for_users {
        grants.push(GrantName::JwtBearer);
    }
    GrantNames::of(&grants)
}

/// Whether a text is a JWK set (RFC 7517 5).
pub(crate) fn is_key_set(text: &str) -> bool {
    let set: Option<Value> = serde_json::from_str(text).ok();
    set.is_some_and(|set| set.get("keys").is_some_and(Value::is_array))
}

fn positive(row: &OldRow, column: &str) -> Option<Lifetime> {
    row.number_if_any(column).filter(|millis| *millis > 0).map(Lifetime::from_millis)
}

fn profile(kind: Option<&str>) -> AccessTokenProfile {
    match kind {
        Some("rfc9068") => AccessTokenProfile::Rfc9068,
        Some("wlcg") => AccessTokenProfile::Wlcg,
        Some("sci_token") => AccessTokenProfile::SciTokens,
        Some(_) | None => AccessTokenProfile::Opaque,
    }
}

/// The type of access tokens in a configuration that is HOCON: the first known word.
fn hocon_type(cfg: &str) -> Option<String> {
    let access = cfg.split_once("access")?.1;
    ["rfc9068", "wlcg", "sci_token"]
        .into_iter()
        .filter_map(|word| access.find(word).map(|at| (at, word)))
        .min()
        .map(|(_, word)| word.to_owned())
}

/// A JSON array, a Java list `[a, b]`, or one word.
pub(crate) fn list(text: &str) -> Vec<String> {
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        return words(&value);
    }
    text.trim_matches(['[', ']'])
        .split(',')
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(word) => vec![word.clone()],
        Value::Array(items) => {
            items.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_as_json_as_java_text_or_as_one_word() {
        assert_eq!(list("[\"a\", \"b\"]"), ["a", "b"]);
        assert_eq!(list("[a, b]"), ["a", "b"]);
        assert_eq!(list("https://a/cb"), ["https://a/cb"]);
        assert!(list("").is_empty());
    }

    #[test]
    fn a_refresh_lifetime_of_zero_means_none_and_minus_one_the_servers() {
        let row =
            |value: Option<&str>| OldRow::new(vec![("rt_lifetime", value.map(ToOwned::to_owned))]);
        let lifetime = |value| registration_of(&row(value)).0.refresh_lifetime;
        assert_eq!(lifetime(None), Some(Lifetime::from_millis(0)));
        assert_eq!(lifetime(Some("-1")), None);
        assert_eq!(lifetime(Some("5")), Some(Lifetime::from_millis(5)));
    }

    #[test]
    fn a_configuration_in_hocon_still_tells_the_profile() {
        let row = OldRow::new(vec![("cfg", Some("tokens{access{type=wlcg}}".to_owned()))]);
        let (registration, unread) = registration_of(&row);
        assert_eq!((registration.profile, unread.len()), (AccessTokenProfile::Wlcg, 1));
    }
}
