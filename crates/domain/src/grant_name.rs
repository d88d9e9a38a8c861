//! The grants that a client may be registered for (RFC 7591 2, `grant_types`).

/// A grant by its registered name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum GrantName {
    /// RFC 6749 4.1.
    AuthorizationCode,
    /// RFC 6749 6.
    RefreshToken,
    /// RFC 6749 4.4.
    ClientCredentials,
    /// RFC 8693 2.1.
    TokenExchange,
    /// RFC 8628 3.4.
    DeviceCode,
    /// RFC 7523 2.1.
    JwtBearer,
}

impl GrantName {
    /// Every grant, in the order of the enum.
    pub const ALL: [Self; 6] = [
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
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
        }
    }

    /// Its short name: that of its file in every room, and of the keeper's option.
    pub const fn room(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::TokenExchange => "token_exchange",
            Self::DeviceCode => "device_code",
            Self::JwtBearer => "jwt_bearer",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::AuthorizationCode => 1,
            Self::RefreshToken => 2,
            Self::ClientCredentials => 4,
            Self::TokenExchange => 8,
            Self::DeviceCode => 16,
            Self::JwtBearer => 32,
        }
    }
}

/// A set of grants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GrantNames(u8);

impl GrantNames {
    /// No grant at all.
    pub const NONE: Self = Self(0);

    /// The set of these.
    pub fn of(grants: &[GrantName]) -> Self {
        Self(grants.iter().fold(0, |bits, grant| bits | grant.bit()))
    }

    /// Whether `grant` is in it.
    pub const fn allow(self, grant: GrantName) -> bool {
        self.0 & grant.bit() != 0
    }

    /// The grants in the order of the enum.
    pub fn iter(self) -> impl Iterator<Item = GrantName> {
        GrantName::ALL.into_iter().filter(move |grant| self.allow(*grant))
    }
}

impl Default for GrantNames {
    /// What a client of people needs: codes and refreshing (RFC 7591 2 names the first).
    fn default() -> Self {
        Self::of(&[GrantName::AuthorizationCode, GrantName::RefreshToken])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_it_was_made_of_and_nothing_else() {
        for grant in GrantName::ALL {
            let set = GrantNames::of(&[grant]);
            let allowed: Vec<_> = GrantName::ALL.into_iter().filter(|g| set.allow(*g)).collect();
            assert_eq!(allowed, [grant]);
        }
        assert_eq!(GrantNames::NONE.iter().count(), 0);
    }
}
