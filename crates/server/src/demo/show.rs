//! A listing, readably.

use muster_domain::Timestamp;
use serde_json::Value;

/// The listing as an indented outline.
pub(super) fn readable(listing: &Value, now: Timestamp) -> String {
    let mut lines = Vec::new();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    lines.push(format!("  user {}", listing.get("user_uid").map(text).unwrap_or_default()));
    for client in array(listing, "clients") {
        lines.push(format!("    client {}", client.get("client_id").map(text).unwrap_or_default()));
        for transaction in array(client, "transactions") {
            let code = transaction.get("code").map(text).unwrap_or_default();
            let elements = array(transaction, "tokens");
            let state = if elements.is_empty() { " (abandoned: no tokens)" } else { "" };
            lines.push(format!("      transaction {}{state}", shortened(&code)));
            for token in elements.iter().filter_map(Value::as_object).flatten() {
                lines.push(format!("        {}", line(token.0, token.1, now)));
            }
        }
    }
    lines.join("\n")
}

fn line(kind: &str, token: &Value, now: Timestamp) -> String {
    let number = |name: &str| token.get(name).and_then(Value::as_i64).unwrap_or_default();
    let good = if token.get("is_valid").and_then(Value::as_bool) == Some(true) {
        "VALID  "
    } else {
        "ended  "
    };
    let age = now.millis().saturating_sub(number("issued_at")).div_euclid(1_000);
    let lifetime = number("lifetime").div_euclid(1_000);
    let text = token.get("token").and_then(Value::as_str).unwrap_or("(text unknown)");
    let text = shortened(text);
    format!("{good}{kind:<14} issued {age:>2} s ago for {lifetime:>7} s  {text}")
}

fn array<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Enough of a text to recognise it.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 44;
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    let head: String = text.chars().take(SHOWN).collect();
    format!("{head}..")
}
