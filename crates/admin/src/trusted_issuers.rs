//! Deeds about trusted issuers: whose assertions about users are believed (RFC 7523 2.1).

use muster_audit::{Entry, Event};
use muster_domain::{IssuerUrl, PartyStatus, TrustedIssuer};
use muster_store::{StoreError, Unit};

use crate::new_id::presentable;
use crate::proof::check_key_set;
use crate::{DeedError, Keeper};

impl Keeper {
    /// Trusts an issuer from now on. `url` is compared byte for byte with `iss`; `jwks` is a
    /// JWK set with its public keys.
    pub fn add_trusted_issuer(&self, url: &str, jwks: &str) -> Result<TrustedIssuer, DeedError> {
        let url = IssuerUrl::new(presentable(url)?)?;
        if url == self.issuer.url {
            let reason = "it is this issuer itself, whose tokens are no assertions";
            return Err(DeedError::IssuerUrl { url: url.as_str().to_owned(), reason });
        }
        check_key_set(jwks)?;
        let trusted = TrustedIssuer {
            issuer: self.issuer.key,
            url: url.as_str().to_owned(),
            status: PartyStatus::Approved,
            jwks: jwks.to_owned(),
            created_at: self.clock.now(),
        };
        let entry = self.trust_entry(&trusted.url, "added");
        let added = self.store.change(|unit| {
            unit.add_trusted_issuer(&trusted)?;
            self.trail.append_in(unit, &entry)
        });
        match added {
            Err(StoreError::Conflict { .. }) => {
                Err(DeedError::There { what: trusted.url, see: "trust list" })
            }
            added => Ok(added.map(|()| trusted)?),
        }
    }

    /// The trusted issuers, by URL.
    pub fn list_trusted_issuers(&self) -> Result<Vec<TrustedIssuer>, DeedError> {
        Ok(self.store.read(|reading| reading.list_trusted_issuers(self.issuer.key))?)
    }

    /// Changes whether one is believed; whether it stood otherwise before.
    pub fn set_trusted_issuer_status(
        &self,
        url: &str,
        status: PartyStatus,
    ) -> Result<bool, DeedError> {
        let entry = self.trust_entry(url, status.as_str());
        self.with_trusted_issuer(url, |unit, trusted| {
            if trusted.status == status {
                return Ok(false);
            }
            unit.set_trusted_issuer_status(self.issuer.key, url, status)?;
            self.trail.append_in(unit, &entry)?;
            Ok(true)
        })
    }

    /// Gives one new keys; the old ones are believed no more.
    pub fn set_trusted_issuer_keys(&self, url: &str, jwks: &str) -> Result<(), DeedError> {
        check_key_set(jwks)?;
        let entry = self.trust_entry(url, "keys");
        self.with_trusted_issuer(url, |unit, _| {
            unit.set_trusted_issuer_keys(self.issuer.key, url, jwks)?;
            self.trail.append_in(unit, &entry)
        })
    }

    /// Trusts one no more.
    pub fn remove_trusted_issuer(&self, url: &str) -> Result<(), DeedError> {
        let entry = self.trust_entry(url, "removed");
        self.with_trusted_issuer(url, |unit, _| {
            unit.remove_trusted_issuer(self.issuer.key, url)?;
            self.trail.append_in(unit, &entry)
        })
    }

    fn trust_entry(&self, url: &str, change: &'static str) -> Entry {
        self.entry(Event::TrustChanged).with_name("trusted", url).with_word("change", change)
    }

    fn with_trusted_issuer<T>(
        &self,
        url: &str,
        mut deed: impl FnMut(&mut dyn Unit, TrustedIssuer) -> Result<T, StoreError>,
    ) -> Result<T, DeedError> {
        let done = self.store.change(|unit| {
            let found = unit.find_trusted_issuer(self.issuer.key, url)?;
            found.map(|trusted| deed(unit, trusted)).transpose()
        })?;
        done.ok_or_else(|| DeedError::NotTrusted(url.to_owned()))
    }
}
