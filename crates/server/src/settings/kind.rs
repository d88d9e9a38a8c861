//! The kinds of values that settings have, and how each is read and shown.

use config::{Value, ValueKind};

/// A kind of value.
pub(super) trait Kind: Sized {
    /// Its name in the reference.
    const NAME: &'static str;

    /// Reads a value.
    fn read(value: Value) -> Result<Self, Misread>;

    /// The value as TOML; none when it is absent.
    fn shown(&self) -> Option<String>;
}

/// A value that is none of its kind.
pub(super) struct Misread {
    pub(super) wrong: &'static str,
    pub(super) right: &'static str,
}

impl Misread {
    const fn of<K: Kind>() -> Self {
        Self { wrong: "this is another kind of value", right: K::NAME }
    }

    const BELOW_ZERO: Self = Self { wrong: "it is below zero", right: "a number that is not" };
}

/// TOML's basic strings take the escapes of JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl Kind for String {
    const NAME: &'static str = "text";

    fn read(value: Value) -> Result<Self, Misread> {
        value.into_string().map_err(|_| Misread::of::<Self>())
    }

    fn shown(&self) -> Option<String> {
        Some(quoted(self))
    }
}

/// A text that may be absent; an empty one counts as absent.
impl Kind for Option<String> {
    const NAME: &'static str = "text, or absent";

    fn read(value: Value) -> Result<Self, Misread> {
        let text = value.into_string().map_err(|_| Misread::of::<Self>())?;
        Ok((!text.is_empty()).then_some(text))
    }

    fn shown(&self) -> Option<String> {
        self.as_deref().map(quoted)
    }
}

impl Kind for u64 {
    const NAME: &'static str = "number";

    /// Whole numbers alone: the library would round 1.9 and take `true` for 1.
    fn read(value: Value) -> Result<Self, Misread> {
        let number = match value.kind {
            ValueKind::I64(number) => i128::from(number),
            ValueKind::I128(number) => number,
            ValueKind::U64(number) => i128::from(number),
            ValueKind::U128(number) => i128::try_from(number).unwrap_or(i128::MAX),
            ValueKind::String(text) => text.trim().parse().map_err(|_| Misread::of::<Self>())?,
            ValueKind::Nil
            | ValueKind::Boolean(_)
            | ValueKind::Float(_)
            | ValueKind::Table(_)
            | ValueKind::Array(_) => return Err(Misread::of::<Self>()),
        };
        if number < 0 {
            return Err(Misread::BELOW_ZERO);
        }
        // A number too great for the machine is beyond every range as well.
        Ok(Self::try_from(number).unwrap_or(Self::MAX))
    }

    fn shown(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Kind for bool {
    const NAME: &'static str = "true or false";

    fn read(value: Value) -> Result<Self, Misread> {
        value.into_bool().map_err(|_| Misread::of::<Self>())
    }

    fn shown(&self) -> Option<String> {
        Some(self.to_string())
    }
}

/// In the environment: one text, with commas.
impl Kind for Vec<String> {
    const NAME: &'static str = "list of texts";

    fn read(value: Value) -> Result<Self, Misread> {
        if let Ok(text) = value.clone().into_string() {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            return Ok(parts.map(str::to_owned).collect());
        }
        let values = value.into_array().map_err(|_| Misread::of::<Self>())?;
        let texts = values.into_iter().map(|value| value.into_string().ok());
        texts.collect::<Option<_>>().ok_or_else(Misread::of::<Self>)
    }

    fn shown(&self) -> Option<String> {
        let parts: Vec<_> = self.iter().map(|part| quoted(part)).collect();
        Some(format!("[{}]", parts.join(", ")))
    }
}
