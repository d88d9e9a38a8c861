//! A claim on the command line: `NAME=VALUE`.

use muster_domain::ClaimValue;
use serde_json::Value;

/// The name and the value of a claim. JSON where it says a flag, a text in quotes or a list of
/// texts; any other value is a text as it stands there.
pub(super) fn claim(text: &str) -> Result<(String, ClaimValue), &'static str> {
    let (name, value) = text.split_once('=').ok_or("a claim is NAME=VALUE")?;
    if name.is_empty() {
        return Err("the claim has no name");
    }
    Ok((name.to_owned(), claim_value(value)))
}

fn claim_value(text: &str) -> ClaimValue {
    let as_it_stands = || ClaimValue::Text(text.to_owned());
    match serde_json::from_str(text) {
        Ok(Value::Bool(flag)) => ClaimValue::Flag(flag),
        Ok(Value::String(quoted)) => ClaimValue::Text(quoted),
        Ok(Value::Array(items)) => texts(items).map_or_else(as_it_stands, ClaimValue::Texts),
        Ok(Value::Null | Value::Number(_) | Value::Object(_)) | Err(_) => as_it_stands(),
    }
}

/// `None`: something else is among them.
fn texts(items: Vec<Value>) -> Option<Vec<String>> {
    let text = |item| match item {
        Value::String(text) => Some(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    };
    items.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_flag_a_list_or_a_text() {
        let text = |text: &str| ClaimValue::Text(text.to_owned());
        for (value, expected) in [
            ("Ada L", text("Ada L")),
            ("", text("")),
            ("a=b", text("a=b")),
            ("true", ClaimValue::Flag(true)),
            ("false", ClaimValue::Flag(false)),
            ("\"true\"", text("true")),
            ("True", text("True")),
            ("7", text("7")),
            ("null", text("null")),
            ("[\"a\",\"b c\"]", ClaimValue::Texts(vec!["a".into(), "b c".into()])),
            ("[]", ClaimValue::Texts(Vec::new())),
            ("[1]", text("[1]")),
            ("{\"a\":1}", text("{\"a\":1}")),
        ] {
            assert_eq!(claim(&format!("n={value}")), Ok(("n".to_owned(), expected)), "{value}");
        }
        assert!(claim("name").is_err() && claim("=x").is_err());
    }
}
