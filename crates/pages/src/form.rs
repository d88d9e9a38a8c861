//! What every form of ours has: where it goes, and its ticket.

use muster_domain::Secret;

use crate::OwnPath;

/// The frame of a form.
#[derive(Clone, Debug)]
pub struct Form<'a> {
    /// Where it is sent, by POST.
    pub action: OwnPath,
    /// The sealed text that says what the form is for, and whose.
    pub ticket: &'a Secret<String>,
}
