//! A Rust text without its comments and string contents, and which lines are test code.
//!
//! Rules look for words and count lines; a word in a comment or a string is not code. This
//! is a lexer's first half and no parser: it knows where things begin and end, which is
//! enough here and much quicker than understanding them.

use std::ops::RangeInclusive;

/// What the lexer makes of a Rust text. It keeps the lines of the original.
#[derive(Debug)]
pub(crate) struct Source {
    lines: Vec<String>,
    test_lines: Vec<RangeInclusive<usize>>,
}

/// Stands for the contents of a string: a line with nothing else is still code.
const FILLING: char = '"';

impl Source {
    /// Reads a text.
    pub(crate) fn read(text: &str) -> Self {
        let bare = without_comments_and_strings(text);
        let lines: Vec<String> = bare.lines().map(str::to_owned).collect();
        let test_lines = test_blocks(&lines);
        Self { lines, test_lines }
    }

    /// The lines, numbered from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines.iter().enumerate().map(|(index, line)| (index + 1, line.as_str()))
    }

    /// The lines that are shipped: without blocks marked `#[cfg(test)]`.
    pub(crate) fn shipped_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().filter(|(number, _)| !self.is_test_line(*number))
    }

    /// Whether a line stands in a block marked `#[cfg(test)]`.
    pub(crate) fn is_test_line(&self, number: usize) -> bool {
        self.test_lines.iter().any(|block| block.contains(&number))
    }

    /// The last line of the block that opens at or after line `first`, or `None` when a
    /// semicolon comes before any brace.
    pub(crate) fn end_of_block(&self, first: usize) -> Option<usize> {
        end_of_block(&self.lines, first)
    }
}

fn end_of_block(lines: &[String], first: usize) -> Option<usize> {
    let mut depth = 0_usize;
    // Brackets as well: the `;` in `[u8; 4]` ends nothing.
    let mut brackets = 0_usize;
    for (index, line) in lines.iter().enumerate().skip(first.saturating_sub(1)) {
        for character in line.chars() {
            match character {
                '(' | '[' => brackets += 1,
                ')' | ']' => brackets = brackets.saturating_sub(1),
                '{' => depth += 1,
                '}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Some(index + 1);
                    }
                }
                ';' if depth == 0 && brackets == 0 => return None,
                _ => {}
            }
        }
    }
    None
}

fn test_blocks(lines: &[String]) -> Vec<RangeInclusive<usize>> {
    let marks = lines.iter().enumerate().filter(|(_, line)| {
        let line = line.trim_start();
        line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(all(test")
    });
    marks
        .map(|(index, _)| {
            let first = index + 1;
            first..=end_of_block(lines, first).unwrap_or(first + 1)
        })
        .collect()
}

/// Where the lexer stands in a text.
struct Lexer<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    bare: String,
}

fn without_comments_and_strings(text: &str) -> String {
    let mut lexer =
        Lexer { rest: text.chars().peekable(), bare: String::with_capacity(text.len()) };
    while let Some(character) = lexer.rest.next() {
        match character {
            '/' if lexer.next_is('/') => lexer.skip_line(),
            '/' if lexer.next_is('*') => lexer.skip_block_comment(),
            '"' => lexer.fill_string(),
            'r' if !lexer.stands_in_a_word() => lexer.raw_string_or_word(),
            '\'' => lexer.character_or_lifetime(),
            _ => lexer.bare.push(character),
        }
    }
    lexer.bare
}

impl Lexer<'_> {
    fn next_is(&mut self, expected: char) -> bool {
        self.rest.peek() == Some(&expected)
    }

    /// Whether what was read last belongs to a word; `b` before a raw string does not.
    fn stands_in_a_word(&self) -> bool {
        let mut before = self.bare.chars().rev();
        match before.next() {
            Some('b' | 'c') => before.next().is_some_and(|c| c.is_alphanumeric() || c == '_'),
            Some(c) => c.is_alphanumeric() || c == '_',
            None => false,
        }
    }

    fn skip_line(&mut self) {
        for character in self.rest.by_ref() {
            if character == '\n' {
                self.bare.push('\n');
                return;
            }
        }
    }

    fn skip_block_comment(&mut self) {
        let mut depth = 1_usize;
        let mut before = ' ';
        self.rest.next();
        while depth > 0 {
            let Some(character) = self.rest.next() else { return };
            match (before, character) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {}
            }
            // Both halves are used up: `/*/` opens once and closes nothing.
            let paired = matches!((before, character), ('/', '*') | ('*', '/'));
            before = if paired { ' ' } else { character };
            if character == '\n' {
                self.bare.push('\n');
            }
        }
    }

    fn fill(&mut self, character: char) {
        self.bare.push(if character.is_whitespace() { character } else { FILLING });
    }

    fn fill_string(&mut self) {
        self.bare.push('"');
        while let Some(character) = self.rest.next() {
            self.fill(character);
            match character {
                '"' => return,
                '\\' => {
                    if let Some(escaped) = self.rest.next() {
                        self.fill(escaped);
                    }
                }
                _ => {}
            }
        }
    }

    fn raw_string_or_word(&mut self) {
        let mut hashes = 0_usize;
        let mut ahead = self.rest.clone();
        while ahead.peek() == Some(&'#') {
            ahead.next();
            hashes += 1;
        }
        self.bare.push('r');
        if ahead.peek() != Some(&'"') {
            return;
        }
        let end = format!("\"{}", "#".repeat(hashes));
        let mut seen = String::new();
        for character in self.rest.by_ref().skip(hashes + 1) {
            self.bare.push(if character.is_whitespace() { character } else { FILLING });
            seen.push(character);
            if seen.ends_with(&end) {
                return;
            }
        }
    }

    fn character_or_lifetime(&mut self) {
        self.bare.push('\'');
        let mut ahead = self.rest.clone();
        let first = ahead.next();
        if first == Some('\\') {
            self.rest.next();
            self.rest.next();
            for character in self.rest.by_ref() {
                if character == '\'' {
                    break;
                }
            }
            self.bare.push_str("\"'");
        } else if ahead.next() == Some('\'') {
            self.rest.next();
            self.rest.next();
            self.bare.push_str("\"'");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(text: &str) -> String {
        without_comments_and_strings(text)
    }

    #[test]
    fn comments_vanish_and_lines_stay() {
        assert_eq!(bare("a // static\nb /* x\n /* y */ z */ c"), "a \nb \n c");
    }

    #[test]
    fn strings_are_filled_whatever_stands_in_them() {
        assert_eq!(bare(r#"f("static \" // x") + y"#), r#"f(""""""" "" "" "") + y"#);
        assert!(!bare(r##"let s = r#"fn " async"#; end"##).contains("async"));
        assert!(bare(r##"let s = r#"fn " async"#; end"##).ends_with("; end"));
        assert!(bare(r#"br"\"; end"#).ends_with("; end"));
    }

    #[test]
    fn a_quote_begins_a_character_or_a_lifetime() {
        assert_eq!(
            bare("f::<'a>('\"', '{', '\\'', '\\u{7f}') // x"),
            "f::<'a>('\"', '\"', '\"', '\"') "
        );
        assert_eq!(bare("for r in 'outer: x"), "for r in 'outer: x");
    }

    #[test]
    fn a_word_that_ends_in_r_begins_no_raw_string() {
        assert_eq!(bare("writer\"x\""), "writer\"\"\"");
        assert_eq!(bare("r#type + 1"), "r#type + 1");
    }

    #[test]
    fn test_blocks_are_known_to_the_end_of_their_brace() {
        let source = Source::read(
            "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() { [0; 4]; }\n}\nfn c() {}\n",
        );
        let shipped: Vec<_> = source.shipped_lines().map(|(number, _)| number).collect();
        assert_eq!(shipped, [1, 6]);
    }

    #[test]
    fn a_declaration_has_no_block() {
        let source = Source::read("fn a(x: [u8; 4]) -> u8;\nfn b() {\n}\n");
        assert_eq!(source.end_of_block(1), None);
        assert_eq!(source.end_of_block(2), Some(3));
    }
}
