//! The kinds of values that settings have, and how each is read and shown.

use config::Value;

/// A kind of value.
pub(super) trait Kind: Sized {
    /// Its name in the reference.
    const NAME: &'static str;

    /// Reads a value; none when it is of another kind.
    fn read(value: Value) -> Option<Self>;

    /// The value as TOML; none when it is absent.
    fn shown(&self) -> Option<String>;
}

/// TOML's basic strings take the escapes of JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl Kind for String {
    const NAME: &'static str = "text";

    fn read(value: Value) -> Option<Self> {
        value.into_string().ok()
    }

    fn shown(&self) -> Option<String> {
        Some(quoted(self))
    }
}

/// A text that may be absent; an empty one counts as absent.
impl Kind for Option<String> {
    const NAME: &'static str = "text, or absent";

    fn read(value: Value) -> Option<Self> {
        let text = value.into_string().ok()?;
        Some((!text.is_empty()).then_some(text))
    }

    fn shown(&self) -> Option<String> {
        self.as_deref().map(quoted)
    }
}

impl Kind for u64 {
    const NAME: &'static str = "number";

    fn read(value: Value) -> Option<Self> {
        value.into_uint().ok()
    }

    fn shown(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Kind for bool {
    const NAME: &'static str = "true or false";

    fn read(value: Value) -> Option<Self> {
        value.into_bool().ok()
    }

    fn shown(&self) -> Option<String> {
        Some(self.to_string())
    }
}

/// In the environment: one text, with commas.
impl Kind for Vec<String> {
    const NAME: &'static str = "list of texts";

    fn read(value: Value) -> Option<Self> {
        if let Ok(text) = value.clone().into_string() {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            return Some(parts.map(str::to_owned).collect());
        }
        value.into_array().ok()?.into_iter().map(|value| value.into_string().ok()).collect()
    }

    fn shown(&self) -> Option<String> {
        let parts: Vec<_> = self.iter().map(|part| quoted(part)).collect();
        Some(format!("[{}]", parts.join(", ")))
    }
}
