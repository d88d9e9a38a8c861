//! Passwords that people choose: what may be one (NIST SP 800-63B 3.1.1.2: long enough, not what
//! everybody knows, and no rules of composition), and what is kept of it.

use muster_domain::{Randomness, RandomnessFailed, Secret, StoredSecret, UserId};

use crate::stored_secret::SlowHash;

/// Characters of the shortest password. More would be better, and is the person's to decide.
const PASSWORD_LEAST: usize = 8;
/// Longer ones are refused before anything is hashed (B28): far more than anybody remembers,
/// and no burden.
pub const PASSWORD_LIMIT: usize = 1_024;

/// A password that somebody may have from now on.
#[derive(Clone, Debug)]
pub struct NewPassword(Secret<String>);

/// Why a text is no password.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PasswordRefused {
    /// It is too short.
    #[error("it has fewer than {PASSWORD_LEAST} characters")]
    TooShort,
    /// It is too long.
    #[error("it has more than {PASSWORD_LIMIT} bytes")]
    TooLong,
    /// It is known to everybody who knows the person.
    #[error("it is the user id")]
    IsTheUserId,
    /// Nobody could type it into a page.
    #[error("it holds control characters, such as the end of a line")]
    Unpresentable,
}

impl NewPassword {
    /// What this user chose, if it may be a password.
    pub fn chosen(text: Secret<String>, user: &UserId) -> Result<Self, PasswordRefused> {
        let shown = text.expose();
        if shown.len() > PASSWORD_LIMIT {
            return Err(PasswordRefused::TooLong);
        }
        if shown.chars().any(char::is_control) {
            return Err(PasswordRefused::Unpresentable);
        }
        if shown.chars().count() < PASSWORD_LEAST {
            return Err(PasswordRefused::TooShort);
        }
        if shown.eq_ignore_ascii_case(user.as_str()) {
            return Err(PasswordRefused::IsTheUserId);
        }
        Ok(Self(text))
    }

    /// What is kept of it. It takes the time and the memory of a slow hash, here and now: not
    /// for doors that strangers knock at.
    pub fn store(&self, randomness: &dyn Randomness) -> Result<StoredSecret, RandomnessFailed> {
        let mut slow = SlowHash::new().map_err(|_| RandomnessFailed)?;
        slow.store(self.0.expose(), randomness)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsRandomness;

    fn chosen(text: &str) -> Result<NewPassword, PasswordRefused> {
        NewPassword::chosen(Secret::from(text), &UserId::new("alice@Example.org").unwrap())
    }

    #[test]
    fn a_password_is_long_enough_not_endless_and_not_the_user_id() {
        let longest = "p".repeat(PASSWORD_LIMIT);
        let umlauts = "\u{e4}".repeat(8);
        for good in
            ["12345678", "        ", "correct horse", &umlauts, &longest, "alice@Example.or"]
        {
            assert!(chosen(good).is_ok(), "{good}");
        }
        let endless = format!("{longest}p");
        let short = "\u{1f511}".repeat(7);
        for (text, expected) in [
            ("", PasswordRefused::TooShort),
            ("1234567", PasswordRefused::TooShort),
            (&short, PasswordRefused::TooShort),
            (&endless, PasswordRefused::TooLong),
            ("alice@example.ORG", PasswordRefused::IsTheUserId),
            ("two\nlines of it", PasswordRefused::Unpresentable),
            ("nothing\0 here", PasswordRefused::Unpresentable),
        ] {
            assert_eq!(chosen(text).unwrap_err(), expected, "{text:?}");
        }
    }

    #[test]
    fn of_a_password_a_slow_hash_with_a_salt_of_its_own_is_kept() {
        let password = chosen("correct horse").unwrap();
        assert_eq!(format!("{password:?}"), "NewPassword(Secret(..))");
        let [one, other] = [(); 2].map(|()| password.store(&OsRandomness).unwrap());
        assert_ne!(one.as_str(), other.as_str());
        let mut slow = SlowHash::new().unwrap();
        for stored in [&one, &other] {
            assert!(stored.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
            assert!(slow.matches(stored, "correct horse"));
            assert!(!slow.matches(stored, "correct hors"));
        }
    }
}
