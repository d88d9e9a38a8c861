//! The grants by name, and which of them are switched on (RFC 6749 4.5).
//!
//! A grant has two names: what clients say in `grant_type`, and what its rooms are called.

use crate::{
    authorization_code, client_credentials, device_code, jwt_bearer, refresh_token, token_exchange,
    token_info,
};

/// A grant, by name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum GrantType {
    /// `urn:oa4mp:params:oauth:grant-type:token-info`
    TokenInfo,
    /// `authorization_code` (RFC 6749 4.1.3)
    AuthorizationCode,
    /// `refresh_token` (RFC 6749 6)
    RefreshToken,
    /// `client_credentials` (RFC 6749 4.4)
    ClientCredentials,
    /// `urn:ietf:params:oauth:grant-type:token-exchange` (RFC 8693 2.1)
    TokenExchange,
    /// `urn:ietf:params:oauth:grant-type:device_code` (RFC 8628 3.4)
    DeviceCode,
    /// `urn:ietf:params:oauth:grant-type:jwt-bearer` (RFC 7523 2.1)
    JwtBearer,
}

impl GrantType {
    /// Every grant that there is.
    pub const ALL: [Self; 7] = [
        Self::TokenInfo,
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::TokenExchange,
        Self::DeviceCode,
        Self::JwtBearer,
    ];

    /// Its `grant_type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenInfo => token_info::GRANT,
            Self::AuthorizationCode => authorization_code::GRANT,
            Self::RefreshToken => refresh_token::GRANT,
            Self::ClientCredentials => client_credentials::GRANT,
            Self::TokenExchange => token_exchange::GRANT,
            Self::DeviceCode => device_code::GRANT,
            Self::JwtBearer => jwt_bearer::GRANT,
        }
    }

    /// What its rooms are called: files, settings, metrics, records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TokenInfo => "token_info",
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::TokenExchange => "token_exchange",
            Self::DeviceCode => "device_code",
            Self::JwtBearer => "jwt_bearer",
        }
    }

    /// The parameters that it reads, besides those of every request and the wishes.
    pub(crate) const fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::TokenInfo => &token_info::PARAMETERS,
            Self::AuthorizationCode => &authorization_code::PARAMETERS,
            Self::RefreshToken => &refresh_token::PARAMETERS,
            Self::ClientCredentials => &client_credentials::PARAMETERS,
            Self::TokenExchange => &token_exchange::PARAMETERS,
            Self::DeviceCode => &device_code::PARAMETERS,
            Self::JwtBearer => &jwt_bearer::PARAMETERS,
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::TokenInfo => 1,
            Self::AuthorizationCode => 1 << 1,
            Self::RefreshToken => 1 << 2,
            Self::ClientCredentials => 1 << 3,
            Self::TokenExchange => 1 << 4,
            Self::DeviceCode => 1 << 5,
            Self::JwtBearer => 1 << 6,
        }
    }
}

/// A set of grants; `GrantType::ALL.into_iter().collect()` holds every one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct GrantTypes(u8);

impl GrantTypes {
    /// No grant.
    pub const NONE: Self = Self(0);
    /// Every grant.
    pub const ALL: Self = Self(0x7f);

    /// This set and one more.
    #[must_use]
    pub const fn with(self, grant: GrantType) -> Self {
        Self(self.0 | grant.bit())
    }

    /// This set without one.
    #[must_use]
    pub const fn without(self, grant: GrantType) -> Self {
        Self(self.0 & !grant.bit())
    }

    /// Whether a grant is in it.
    pub const fn contains(self, grant: GrantType) -> bool {
        self.0 & grant.bit() != 0
    }

    /// Its grants, in the order of [`GrantType::ALL`].
    pub fn iter(self) -> impl Iterator<Item = GrantType> {
        GrantType::ALL.into_iter().filter(move |grant| self.contains(*grant))
    }
}

impl FromIterator<GrantType> for GrantTypes {
    fn from_iter<I: IntoIterator<Item = GrantType>>(grants: I) -> Self {
        grants.into_iter().fold(Self::NONE, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        assert_eq!(GrantType::ALL.into_iter().collect::<GrantTypes>(), GrantTypes::ALL);
        for grant in GrantType::ALL {
            let alone = GrantTypes::NONE.with(grant);
            assert_eq!(alone.iter().collect::<Vec<_>>(), [grant]);
            assert!(!GrantTypes::ALL.without(grant).contains(grant));
            assert_eq!(GrantTypes::ALL.without(grant).with(grant), GrantTypes::ALL);
        }
    }

    #[test]
    fn no_two_grants_share_a_name() {
        for grant in GrantType::ALL {
            let same = |other: &&GrantType| {
                other.as_str() == grant.as_str() || other.name() == grant.name()
            };
            assert_eq!(GrantType::ALL.iter().filter(same).count(), 1);
        }
    }
}
