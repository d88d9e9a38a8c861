//! What stands above a token that is about to be made: asked at the same gate as the
//! tokens that are there (`muster_domain::Standing`).

use muster_domain::{ClientId, ClientKey, IssuerKey, Standing, UserId, UserKey};

use crate::StoreError;

/// How issuer, client and user stand, with their names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundStanding {
    /// How they stand.
    pub standing: Standing,
    /// The client's name.
    pub client_id: ClientId,
    /// The user's name, if a user was asked about.
    pub user_id: Option<UserId>,
}

/// Asking how things stand.
pub trait StandingsReading {
    /// How they stand now; `None` when client or user is gone.
    fn find_standing(
        &mut self,
        issuer: IssuerKey,
        client: ClientKey,
        user: Option<UserKey>,
    ) -> Result<Option<FoundStanding>, StoreError>;

    /// How the clients stand that an audience names, by their id or by what they serve; none:
    /// it names nobody here.
    fn standings_of_audience(
        &mut self,
        issuer: IssuerKey,
        name: &str,
    ) -> Result<Vec<Standing>, StoreError>;
}
