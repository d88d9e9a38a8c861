//! User codes of device flows (RFC 8628 6.1): eight consonants, which spell no word and are
//! typed without shift; 34.5 random bits (S54).

use muster_domain::{Randomness, RandomnessFailed};

const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;
/// Bytes from here on would make some letters likelier than others.
const FAIR_BELOW: u8 = 240;

/// A new code as it is shown: `WDJB-MJHT`.
pub fn generate_user_code(randomness: &dyn Randomness) -> Result<String, RandomnessFailed> {
    let mut code = String::with_capacity(LENGTH.saturating_add(1));
    let mut letters = 0;
    while letters < LENGTH {
        let mut byte = [0];
        randomness.fill(&mut byte)?;
        let [byte] = byte;
        let Some(letter) = (byte < FAIR_BELOW).then(|| LETTERS.get(usize::from(byte % 20))) else {
            continue;
        };
        if letters == LENGTH / 2 {
            code.push('-');
        }
        code.extend(letter.copied().map(char::from));
        letters = usize::saturating_add(letters, 1);
    }
    Ok(code)
}

/// The code that a person means, however it was typed: case, dashes and blanks do not count.
/// `None`: it can be no code.
pub fn canonical_user_code(text: &str) -> Option<String> {
    let code: String = text
        .chars()
        .filter(|character| !matches!(character, '-' | ' '))
        .take(LENGTH.saturating_add(1))
        .map(|character| character.to_ascii_uppercase())
        .collect();
    let fits = code.len() == LENGTH && code.bytes().all(|byte| LETTERS.contains(&byte));
    fits.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsRandomness;

    #[test]
    fn every_letter_comes_about_as_often_as_the_others() {
        // S54, past failure 45
        let mut counts = [0_usize; 20];
        for _ in 0..5_000 {
            for byte in
                canonical_user_code(&generate_user_code(&OsRandomness).unwrap()).unwrap().bytes()
            {
                counts[LETTERS.iter().position(|letter| *letter == byte).unwrap()] += 1;
            }
        }
        // 2,000 of each are expected; five standard deviations are some 220.
        assert!(counts.iter().all(|count| (1_750..2_250).contains(count)), "{counts:?}");
    }

    #[test]
    fn a_code_is_understood_however_it_is_typed() {
        for text in ["WDJB-MJHT", "wdjbmjht", "wdjb mjht", " W-D-J-B-M-J-H-T "] {
            assert_eq!(canonical_user_code(text).as_deref(), Some("WDJBMJHT"), "{text}");
        }
        for text in ["", "WDJB-MJH", "WDJB-MJHTT", "ADJB-MJHT", "WDJB-MJH1", "WDJB_MJHT"] {
            assert_eq!(canonical_user_code(text), None, "{text}");
        }
    }
}
