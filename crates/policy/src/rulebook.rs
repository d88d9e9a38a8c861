//! What the keeper has settled: switches and limits that rules go by.

/// The settings that concern permission.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rulebook {
    /// An ordinary client may list its own tokens of a user
    /// (`token_info.clients_may_list_own`).
    pub clients_may_list_own: bool,
}
