//! Texts of strangers as a person may see them.
//!
//! Escaping keeps a text from becoming markup; it does not keep it from turning the line
//! around it (Unicode TR 9), from hiding characters, or from filling the screen. The
//! templates put each such text into `<bdi>` as well.

/// The longest text that is shown in full: longer names serve nobody who reads them.
const SHOWN_LENGTH_MAX: usize = 200;

/// The text on one line, without characters that cannot be seen, and not too long.
pub(crate) fn shown(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(SHOWN_LENGTH_MAX));
    let mut length = 0_usize;
    for character in text.chars().filter(|character| !is_hidden(*character)) {
        if length == SHOWN_LENGTH_MAX {
            line.push('\u{2026}');
            break;
        }
        line.push(if is_gap(character) { ' ' } else { character });
        length = length.saturating_add(1);
    }
    line
}

/// Line ends and tabs, of which HTML would make spaces anyway.
fn is_gap(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' | '\u{85}')
}

/// Controls, marks of direction, and characters without width.
fn is_hidden(character: char) -> bool {
    let directs = matches!(character,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' | '\u{ad}');
    directs || (character.is_control() && !is_gap(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_is_shown_as_it_is() {
        for name in ["Grid Portal", "Прибор", "بوابة", "A & B <c>"] {
            assert_eq!(shown(name), name);
        }
    }

    #[test]
    fn nothing_turns_the_line_or_hides_in_it() {
        assert_eq!(shown("gpj.\u{202e}exe\u{202c}"), "gpj.exe");
        assert_eq!(shown("a\u{200b}b\u{0}c\u{2066}d\u{feff}"), "abcd");
        assert_eq!(shown("one\r\ntwo\tthree"), "one  two three");
    }

    #[test]
    fn a_name_of_ten_thousand_characters_ends_in_dots() {
        let line = shown(&"\u{e4}".repeat(10_000));
        assert_eq!(line.chars().count(), SHOWN_LENGTH_MAX + 1);
        assert!(line.ends_with('\u{2026}'));
        assert_eq!(shown(&"a".repeat(SHOWN_LENGTH_MAX)).len(), SHOWN_LENGTH_MAX);
    }
}
