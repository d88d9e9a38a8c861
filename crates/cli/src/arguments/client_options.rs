//! What a client registers, as `client add` and `client set` take it.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use muster_domain::GrantName;

/// What a client registers (RFC 7591 2).
#[derive(Args, Debug)]
pub(crate) struct ClientOptions {
    /// Where its keeper can be reached.
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// Its home page.
    #[arg(long, value_name = "URL")]
    pub(crate) home_url: Option<String>,
    /// A redirect URI; may be given several times.
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub(crate) redirect_uris: Vec<String>,
    /// A grant it may use; may be given several times. A new client has
    /// `authorization_code` and `refresh_token` if none is given.
    #[arg(long = "grant", value_name = "NAME", value_parser = grant())]
    pub(crate) grants: Vec<GrantName>,
    /// The scopes it may ask for, separated by spaces.
    #[arg(long)]
    pub(crate) scopes: Option<String>,
    /// Refuse other scopes instead of leaving them out; new clients have it.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) strict_scopes: Option<bool>,
    /// An audience that its tokens may name; may be given several times.
    #[arg(long = "audience", value_name = "AUDIENCE")]
    pub(crate) audiences: Vec<String>,
    /// An audience that it is itself, beside its id: it may introspect and exchange what was
    /// issued for it; may be given several times.
    #[arg(long, value_name = "AUDIENCE")]
    pub(crate) serves: Vec<String>,
    /// Let it introspect every token of the issuer.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) introspects_every_token: Option<bool>,
    /// A client that may exchange this one's tokens (`may_act`); may be given several times.
    #[arg(long, value_name = "ID")]
    pub(crate) may_act: Vec<String>,
    /// A user it may speak for by an assertion (`jwt_bearer`); may be given several times.
    #[arg(long, value_name = "USER")]
    pub(crate) speaks_for: Vec<String>,
    /// Bind its tokens to its key always (DPoP, RFC 9449).
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) dpop: Option<bool>,
    /// The form of its access tokens; a new client's are `rfc9068` if it is not given.
    #[arg(long)]
    pub(crate) profile: Option<ProfileName>,
    /// Lifetime of its access tokens; the server's if it is not given.
    #[arg(long, value_name = "SECONDS", value_parser = seconds(1))]
    pub(crate) access_lifetime: Option<i64>,
    /// The longest lifetime of an access token that it may wish for.
    #[arg(long, value_name = "SECONDS", value_parser = seconds(1))]
    pub(crate) access_lifetime_max: Option<i64>,
    /// Lifetime of its refresh tokens; 0: it gets none.
    #[arg(long, value_name = "SECONDS", value_parser = seconds(0))]
    pub(crate) refresh_lifetime: Option<i64>,
    /// The longest lifetime of a refresh token that it may wish for.
    #[arg(long, value_name = "SECONDS", value_parser = seconds(0))]
    pub(crate) refresh_lifetime_max: Option<i64>,
    /// How long a used refresh token yields the same answer again, 0 to 10; for clients that
    /// lose answers.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(0..=10))]
    pub(crate) refresh_grace: Option<i64>,
}

/// A grant by its short name.
fn grant() -> impl TypedValueParser<Value = GrantName> {
    PossibleValuesParser::new(GrantName::ALL.map(GrantName::room)).try_map(|name| {
        GrantName::ALL
            .into_iter()
            .find(|grant| grant.room() == name)
            .ok_or("there is no such grant")
    })
}

/// Ten years: whoever wants more means milliseconds.
const LONGEST: i64 = 10 * 366 * 86_400;

fn seconds(least: i64) -> clap::builder::RangedI64ValueParser {
    clap::value_parser!(i64).range(least..=LONGEST)
}

/// The form of access tokens.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum ProfileName {
    /// Random text.
    Opaque,
    /// JWT by RFC 9068.
    Rfc9068,
    /// WLCG Common JWT Profile 1.0.
    Wlcg,
    /// SciTokens 2.0.
    Scitokens,
}
