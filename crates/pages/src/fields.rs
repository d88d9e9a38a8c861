//! The names that the forms send, for the templates and for whoever reads the forms.

/// The ticket that every form of ours carries.
pub const TICKET: &str = "ticket";
/// The user name, on the page to log in.
pub const USER_NAME: &str = "username";
/// The password, on the page to log in.
pub const PASSWORD: &str = "password";
/// What a person decided: [`ALLOW`] or [`DENY`].
pub const DECISION: &str = "decision";
/// The value of [`DECISION`] that allows.
pub const ALLOW: &str = "allow";
/// The value of [`DECISION`] that denies.
pub const DENY: &str = "deny";
/// The code that a device shows (RFC 8628 3.3.1).
pub const USER_CODE: &str = "user_code";
/// The token to be ended.
pub const END_TOKEN: &str = "end_token";
/// The flow (transaction) to be ended.
pub const END_FLOW: &str = "end_flow";
/// The application whose tokens are to be ended.
pub const END_APPLICATION: &str = "end_application";
/// The remembered consent to be forgotten.
pub const FORGET: &str = "forget";
