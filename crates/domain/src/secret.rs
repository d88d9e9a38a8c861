//! A value that must not be seen: it cannot be printed, is compared in constant
//! time and is wiped when it goes.
//!
//! It is a room of its own so that "may I log this?" is answered by the type.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// A secret text or byte string.
///
/// It has neither `Display` nor a telling `Debug`, and cannot be serialised:
///
/// ```compile_fail
/// let secret = muster_domain::Secret::new(String::from("s3cret"));
/// println!("{secret}");
/// ```
#[derive(Clone)]
pub struct Secret<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Secret<T> {
    /// Takes a value into custody.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// Shows the value to code that has to use it. Search for this word to find every such place.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize + AsRef<[u8]>> Secret<T> {
    /// Compares in time that depends on the lengths only.
    pub fn equals(&self, other: &[u8]) -> bool {
        self.0.as_ref().ct_eq(other).into()
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl From<&str> for Secret<String> {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", Secret::from("s3cret")), "Secret(..)");
    }

    #[test]
    fn a_secret_equals_only_itself() {
        let secret = Secret::from("s3cret");
        assert!(secret.equals(b"s3cret"));
        assert!(!secret.equals(b"s3cre"));
        assert!(!secret.equals(b"S3cret"));
    }
}
