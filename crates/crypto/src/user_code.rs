//! User codes (RFC 8628 6.1): what a person reads on one screen and types on another.
//!
//! Eight consonants: no vowels, so that no words appear, and no digits, which are mistaken
//! for letters. 20^8 codes are 34.5 bits (S54); few lifetimes and few tries do the rest.

use muster_domain::{Randomness, RandomnessFailed};

/// The letters of RFC 8628 6.1.
const ALPHABET: [u8; 20] = *b"BCDFGHJKLMNPQRSTVWXZ";
/// Letters in a code, shown in two halves.
const LETTERS: usize = 8;
/// The greatest multiple of 20 that a byte reaches; bytes from here on would favour the
/// first letters and are drawn again.
const UNBIASED: u8 = 240;
/// Draws before a source counts as broken: sixteen bytes hold eight good ones but for once
/// in a million draws.
const DRAWS_MOST: usize = 16;
/// A typed code is not longer, with all its blanks and dashes.
const TYPED_LONGEST: usize = 64;

/// A new code as it is shown, such as `WDJB-MJHT`. Its tag is that of its canonical form.
pub fn generate_user_code(randomness: &dyn Randomness) -> Result<String, RandomnessFailed> {
    let mut code = String::with_capacity(LETTERS.saturating_add(1));
    for _ in 0..DRAWS_MOST {
        let mut drawn = [0; 16];
        randomness.fill(&mut drawn)?;
        for letter in drawn.into_iter().filter_map(letter_of) {
            if code.len() == LETTERS / 2 {
                code.push('-');
            }
            code.push(letter);
            if code.len() > LETTERS {
                return Ok(code);
            }
        }
    }
    Err(RandomnessFailed)
}

/// The form under which a code is kept and looked for: eight upper-case letters. `None`:
/// the text is no code, however it is read. Case, dashes and blanks do not count (S54).
pub fn canonical_user_code(text: &str) -> Option<String> {
    if text.len() > TYPED_LONGEST {
        return None;
    }
    let code: String = text
        .chars()
        .filter(|letter| !is_separator(*letter))
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let fits = code.len() == LETTERS && code.bytes().all(|letter| ALPHABET.contains(&letter));
    fits.then_some(code)
}

fn letter_of(byte: u8) -> Option<char> {
    if byte >= UNBIASED {
        return None;
    }
    ALPHABET.get(usize::from(byte) % ALPHABET.len()).copied().map(char::from)
}

/// Blanks, and the dashes into which keyboards turn a hyphen.
fn is_separator(letter: char) -> bool {
    letter.is_whitespace() || letter == '-' || ('\u{2010}'..='\u{2015}').contains(&letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsRandomness;
    use muster_testkit::NoRandomness;

    /// A source that always gives one byte.
    struct Same(u8);

    impl Randomness for Same {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
            bytes.fill(self.0);
            Ok(())
        }
    }

    #[test]
    fn s54_every_letter_is_as_likely_as_another_in_every_place() {
        // Past failure 45.
        let mut counts = [[0_u32; 20]; LETTERS];
        for _ in 0..20_000 {
            let code = canonical_user_code(&generate_user_code(&OsRandomness).unwrap()).unwrap();
            for (place, letter) in code.bytes().enumerate() {
                counts[place][ALPHABET.iter().position(|known| *known == letter).unwrap()] += 1;
            }
        }
        // 1,000 are expected of each; six standard deviations are 185.
        for count in counts.as_flattened() {
            assert!((815..=1_185).contains(count), "{counts:?}");
        }
    }

    #[test]
    fn bytes_that_would_favour_some_letters_are_drawn_again() {
        let of = |byte| generate_user_code(&Same(byte));
        assert_eq!(of(0).as_deref(), Ok("BBBB-BBBB"));
        assert_eq!(of(239).as_deref(), Ok("ZZZZ-ZZZZ"));
        assert_eq!(of(240), Err(RandomnessFailed), "a broken source is not waited for");
        assert_eq!(generate_user_code(&NoRandomness), Err(RandomnessFailed));
    }

    #[test]
    fn s54_case_dashes_and_blanks_do_not_count() {
        for typed in [
            "WDJB-MJHT",
            "wdjbmjht",
            " wDjB mJhT\t",
            "W-D-J-B-M-J-H-T",
            "wdjb\u{2013}mjht",
            "WDJB\u{a0}\u{2011}MJHT\r\n",
        ] {
            assert_eq!(canonical_user_code(typed).as_deref(), Some("WDJBMJHT"), "{typed:?}");
        }
    }

    #[test]
    fn what_is_no_code_in_any_reading_is_none() {
        let endless = format!("WDJBMJHT{}", " ".repeat(100));
        for typed in [
            "",
            "-",
            "WDJBMJH",
            "WDJBMJHTB",
            "WDJBMJHA",
            "WDJBMJH0",
            "WDJBMJHY",
            "WDJB_MJHT",
            "WDJB\0MJHT",
            "\u{17f}DJBMJHT",
            "\u{ff37}DJBMJHT",
            &endless,
        ] {
            assert_eq!(canonical_user_code(typed), None, "{typed:?}");
        }
    }
}
