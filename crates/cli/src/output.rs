//! The only place that prints: lines and tables for people, JSON for scripts.

use std::borrow::Cow;
use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;

/// Where a command speaks.
pub struct Output<'a> {
    out: &'a mut dyn Write,
    json: bool,
    terminal: bool,
}

impl<'a> Output<'a> {
    /// Speaks into `out`; `terminal` says whether a person sits there.
    pub fn new(out: &'a mut dyn Write, terminal: bool) -> Self {
        Self { out, json: false, terminal }
    }

    /// Whether scripts listen.
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// Whether a person sits at a terminal.
    pub const fn is_terminal(&self) -> bool {
        self.terminal
    }

    pub(crate) const fn speak_json(&mut self, json: bool) {
        self.json = json;
    }

    /// A line for people, or some; scripts do not see it.
    pub fn say(&mut self, line: &str) -> io::Result<()> {
        if self.json { Ok(()) } else { writeln!(self.out, "{}", harmless(line)) }
    }

    /// Text as it is, for both.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }

    /// A value for scripts; people do not see it.
    pub fn value(&mut self, value: &Value) -> io::Result<()> {
        if self.json { writeln!(self.out, "{value}") } else { Ok(()) }
    }

    /// A table for people.
    pub fn table(&mut self, heads: &[&str], rows: Vec<Vec<String>>) -> io::Result<()> {
        if self.json {
            return Ok(());
        }
        let mut table = Table::new();
        if self.terminal {
            table.load_style(presets::UTF8_FULL_CONDENSED);
            table.set_content_arrangement(ContentArrangement::Dynamic);
        } else {
            // Nothing but columns, for grep and its like.
            table.load_style(presets::NOTHING);
        }
        table.set_header(heads.to_vec());
        for row in rows {
            table.add_row(row.iter().map(|cell| harmless(cell)));
        }
        writeln!(self.out, "{}", table.trim_fmt())
    }
}

/// Names come from anywhere, and a terminal obeys control characters: they are shown as
/// what they are. Ends of lines stay.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    let is_harmful = |c: char| c.is_control() && c != '\n';
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_harmful(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_give_orders_to_the_terminal() {
        let mut out = Vec::new();
        let mut output = Output::new(&mut out, false);
        output.say("a\u{1b}[2Jb\u{9b}1A\rc\nd").unwrap();
        output.table(&["id"], vec![vec!["x\u{7}y\ty".to_owned()]]).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("a\\u{1b}[2Jb\\u{9b}1A\\rc\nd\n"), "{text}");
        assert!(text.contains("x\\u{7}y\\ty"), "{text}");
    }
}
