//! Where a password comes from: a file, what is piped in, or a person who types it twice.

use std::fs::File;
use std::path::Path;

use muster_domain::Secret;

use crate::arguments::PasswordSource;
use crate::exit::{Exit, Failure};
use crate::host::read_secret;
use crate::run::Desk;

/// The password that was asked for; `None`: none was named.
pub(super) fn named(
    desk: &Desk<'_, '_>,
    source: &PasswordSource,
) -> Result<Option<Secret<String>>, Failure> {
    if let Some(file) = &source.password_file {
        return in_file(file).map(Some);
    }
    if source.password_stdin { piped(desk).map(Some) } else { Ok(None) }
}

/// The same; where none was named, the person at the terminal types it, or it is piped in.
pub(super) fn named_or_typed(
    desk: &Desk<'_, '_>,
    source: &PasswordSource,
    id: &str,
) -> Result<Secret<String>, Failure> {
    if let Some(password) = named(desk, source)? {
        return Ok(password);
    }
    if !desk.host.can_be_asked() {
        return piped(desk);
    }
    let typed = |question: &str| {
        desk.host.hidden_answer(question).map_err(|error| unreadable("the terminal", &error))
    };
    let password = typed(&format!("The new password of {}: ", crate::output::harmless(id)))?;
    if typed("Once more: ")?.equals(password.expose().as_bytes()) {
        return Ok(password);
    }
    Err(Failure::new(Exit::Failed, "the two differ; nothing was changed"))
}

fn in_file(path: &Path) -> Result<Secret<String>, Failure> {
    let text = File::open(path).and_then(read_secret);
    text.map(|text| without_line_end(&text))
        .map_err(|error| unreadable(&path.display().to_string(), &error))
}

fn piped(desk: &Desk<'_, '_>) -> Result<Secret<String>, Failure> {
    let text = desk.host.piped();
    text.map(|text| without_line_end(&text))
        .map_err(|error| unreadable("the standard input", &error))
}

/// Most programs that write a line end it.
fn without_line_end(text: &Secret<String>) -> Secret<String> {
    let shown = text.expose();
    let cut = shown.strip_suffix('\n').map(|rest| rest.strip_suffix('\r').unwrap_or(rest));
    cut.map_or_else(|| text.clone(), Secret::from)
}

fn unreadable(what: &str, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Failed, format!("{what} cannot be read: {error}"))
}
