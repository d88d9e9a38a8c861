//! The door: somebody is sent to the provider, and comes back as somebody.
//!
//! Everything here waits where it has to; the server calls it from its blocking pool.

use muster_crypto::{IdTokenClaims, IdTokenExpectation};
use muster_domain::{Randomness, Timestamp};

use crate::arrived::{Arrived, Sources};
use crate::begin::{Begun, Wishes, authorization_url};
use crate::callback::Callback;
use crate::discovery::Metadata;
use crate::error::{Stray, UpstreamError};
use crate::exchange::{Tokens, exchange};
use crate::flight::Flight;
use crate::http::{Http, Line};
use crate::provider::Provider;
use crate::settings::{SettingsError, UpstreamSettings};
use crate::user_info::user_info;

/// A provider that people come from.
#[derive(Debug)]
pub struct Upstream {
    settings: UpstreamSettings,
    provider: Provider,
    http: Http,
}

impl Upstream {
    /// Builds the door. The provider is not asked yet: it may be away while the service starts.
    pub fn new(settings: UpstreamSettings) -> Result<Self, SettingsError> {
        let issuer = settings.check()?;
        let limits = &settings.limits;
        Ok(Self {
            http: Http::new(&issuer, &settings.trust, limits)?,
            provider: Provider::new(issuer, limits),
            settings,
        })
    }

    /// Sends somebody to the provider.
    pub fn begin(
        &self,
        randomness: &dyn Randomness,
        now: Timestamp,
        wishes: &Wishes,
    ) -> Result<Begun, UpstreamError> {
        let metadata = match self.provider.metadata_at_hand(now) {
            Some(metadata) => metadata,
            None => self.provider.metadata(&self.http.line()?, now)?,
        };
        let issuer = &self.settings.issuer;
        let flight = Flight::begin(randomness, issuer, now, wishes.max_age)?;
        let endpoint = &metadata.authorization_endpoint;
        Ok(Begun { url: authorization_url(endpoint, &self.settings, &flight, wishes), flight })
    }

    /// Lets somebody in who comes back. The flight must not be used again, whatever comes out:
    /// its cookie is to be removed.
    pub fn finish(
        &self,
        flight: &Flight,
        callback: Callback,
        now: Timestamp,
    ) -> Result<Arrived, UpstreamError> {
        callback.check_state(flight)?;
        if flight.issuer != self.settings.issuer {
            return Err(Stray::Issuer.into());
        }
        if now.since(flight.begun_at) > self.settings.limits.flight_lifetime {
            return Err(Stray::TooLate.into());
        }
        let line = self.http.line()?;
        let metadata = self.provider.metadata(&line, now)?;
        callback.check_issuer(flight, metadata.names_itself)?;
        let code = callback.into_code()?;
        let tokens = exchange(&line, &metadata, &self.settings, flight, &code)?;
        let claims = self.verified((&line, &metadata), flight, &tokens, now)?;
        let mut sources = vec![claims.members];
        if self.settings.ask_user_info {
            sources.push(user_info(&line, &metadata, &tokens.access_token, &claims.subject)?);
        }
        let sources = Sources(&sources);
        Ok(Arrived {
            user_id: sources.user_id(&self.settings.user)?,
            claims: sources.claims(&self.settings.claims),
            subject: claims.subject,
            auth_time: claims.auth_time,
        })
    }

    fn verified(
        &self,
        (line, metadata): (&Line<'_>, &Metadata),
        flight: &Flight,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<IdTokenClaims, UpstreamError> {
        let expectation = IdTokenExpectation {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce: &flight.nonce,
            access_token: &tokens.access_token,
            authenticated_since: flight.max_age.map(|age| flight.begun_at.minus(age)),
        };
        let token = (tokens.id_token.expose().as_str(), &expectation);
        self.provider.id_token(line, metadata, token, now)
    }
}
