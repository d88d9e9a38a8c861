//! Asking the provider over HTTP, within limits: the only file that knows the HTTP client.
//!
//! No redirect is followed, nothing is unpacked, no answer is longer or takes longer than was
//! agreed, and no connection outlives its answer. Proxies of the environment are not used:
//! what is not in the settings has no say.

use std::io;
use std::sync::Arc;

use muster_crypto::strict_object;
use muster_domain::Secret;
use serde_json::{Map, Value};
use ureq::http::Response;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};
use ureq::{Agent, Body};

use crate::address::Address;
use crate::error::{Document, NetworkFault, ProviderFault, UpstreamError};
use crate::gate::{Gate, Place};
use crate::settings::{SettingsError, Trust, UpstreamLimits};

/// A head of an answer is not bigger.
const HEAD_BYTES: usize = 16 * 1024;
const FORM: &str = "application/x-www-form-urlencoded";

/// Asks one provider.
#[derive(Debug)]
pub(crate) struct Http {
    agent: Agent,
    document_bytes: usize,
    gate: Gate,
}

/// A line to the provider, one of few: nothing is asked without one.
pub(crate) struct Line<'a> {
    http: &'a Http,
    _place: Place<'a>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    bytes: Vec<u8>,
}

impl Http {
    /// A client for the provider at this address.
    pub(crate) fn new(
        issuer: &Address,
        trust: &Trust,
        limits: &UpstreamLimits,
    ) -> Result<Self, SettingsError> {
        // Whoever is asked on loopback only needs no certificates to be on the machine.
        let roots = if issuer.is_protected() { authorities(trust)? } else { Vec::new() };
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(RootCerts::new_with_certs(&roots))
            .build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent("muster")
            .accept("application/json")
            .max_response_header_size(HEAD_BYTES)
            // A connection that was kept may be dead when somebody needs it, and a code can be
            // presented once only.
            .max_idle_connections(0)
            .max_idle_connections_per_host(0)
            .timeout_connect(Some(limits.connect_time))
            .timeout_global(Some(limits.request_time))
            .tls_config(tls)
            .build();
        Ok(Self {
            agent: config.new_agent(),
            document_bytes: limits.document_bytes,
            gate: Gate::of(limits.waiting_most),
        })
    }

    /// A line, if one is free.
    pub(crate) fn line(&self) -> Result<Line<'_>, UpstreamError> {
        Ok(Line { http: self, _place: self.gate.enter()? })
    }
}

impl Line<'_> {
    /// Fetches a document.
    pub(crate) fn fetch(
        &self,
        (document, address): (Document, &Address),
    ) -> Result<Answer, UpstreamError> {
        let answer = self.http.agent.get(address.as_str()).call();
        self.read(document, answer)
    }

    /// Fetches a document with an access token (RFC 6750 2.1).
    pub(crate) fn fetch_as(
        &self,
        (document, address): (Document, &Address),
        access_token: &Secret<String>,
    ) -> Result<Answer, UpstreamError> {
        let bearer = Secret::new(format!("Bearer {}", access_token.expose()));
        let request = self.http.agent.get(address.as_str());
        self.read(document, request.header("authorization", bearer.expose()).call())
    }

    /// Sends a form, with this `Authorization` if there is one.
    pub(crate) fn post(
        &self,
        (document, address): (Document, &Address),
        form: &Secret<String>,
        authorization: Option<&Secret<String>>,
    ) -> Result<Answer, UpstreamError> {
        let mut request = self.http.agent.post(address.as_str()).content_type(FORM);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization.expose());
        }
        self.read(document, request.send(form.expose()))
    }

    fn read(
        &self,
        document: Document,
        answer: Result<Response<Body>, ureq::Error>,
    ) -> Result<Answer, UpstreamError> {
        let mut answer = answer.map_err(|error| fault_of(&error))?;
        let status = answer.status();
        if status.is_redirection() {
            return Err(ProviderFault::Redirect(document).into());
        }
        let limit = u64::try_from(self.http.document_bytes).unwrap_or(u64::MAX);
        let read = answer.body_mut().with_config().limit(limit).read_to_vec();
        let bytes = read.map_err(|error| {
            if matches!(error, ureq::Error::BodyExceedsLimit(_)) {
                ProviderFault::TooBig(document, self.http.document_bytes).into()
            } else {
                fault_of(&error)
            }
        })?;
        Ok(Answer { status: status.as_u16(), bytes })
    }
}

impl Answer {
    /// The object in it, if it is a success.
    pub(crate) fn object(&self, document: Document) -> Result<Map<String, Value>, UpstreamError> {
        if self.status != 200 {
            return Err(ProviderFault::Status(document, self.status).into());
        }
        strict_object(&self.bytes).map_err(|_| ProviderFault::NoJson(document).into())
    }

    /// The object in it, whatever its status.
    pub(crate) fn any_object(&self) -> Option<Map<String, Value>> {
        strict_object(&self.bytes).ok()
    }

    /// Its text, if it is a success.
    pub(crate) fn text(&self, document: Document) -> Result<&str, UpstreamError> {
        if self.status != 200 {
            return Err(ProviderFault::Status(document, self.status).into());
        }
        std::str::from_utf8(&self.bytes).map_err(|_| ProviderFault::NoJson(document).into())
    }
}

/// The certificates that are trusted. Those of the system are read once, here.
fn authorities(trust: &Trust) -> Result<Vec<Certificate<'static>>, SettingsError> {
    let found: Vec<Certificate<'static>> = match trust {
        Trust::System => {
            let loaded = rustls_native_certs::load_native_certs();
            for error in &loaded.errors {
                tracing::warn!(%error, "a certificate of the system cannot be read");
            }
            loaded.certs.iter().map(|der| Certificate::from_der(der).to_owned()).collect()
        }
        Trust::Only(pem) => parse_pem(pem)
            .filter_map(|item| match item {
                Ok(PemItem::Certificate(certificate)) => Some(certificate),
                Ok(_) | Err(_) => None,
            })
            .collect(),
    };
    if found.is_empty() { Err(SettingsError::Trust) } else { Ok(found) }
}

fn fault_of(error: &ureq::Error) -> UpstreamError {
    tracing::debug!(%error, "a request to the upstream provider failed");
    let fault = if let ureq::Error::Io(error) = error {
        fault_of_socket(error)
    } else if matches!(error, ureq::Error::Timeout(_)) {
        NetworkFault::Timeout
    } else if matches!(error, ureq::Error::HostNotFound) {
        NetworkFault::Host
    } else if matches!(error, ureq::Error::ConnectionFailed) {
        NetworkFault::Connection
    } else if matches!(error, ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::Pem(_)) {
        NetworkFault::Tls
    } else {
        NetworkFault::Protocol
    };
    fault.into()
}

fn fault_of_socket(error: &io::Error) -> NetworkFault {
    // The reader of a body wraps what the client itself says.
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
    let is_late = matches!(inner, Some(ureq::Error::Timeout(_)));
    if is_late || error.kind() == io::ErrorKind::TimedOut {
        return NetworkFault::Timeout;
    }
    let is_tls =
        error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>);
    if is_tls { NetworkFault::Tls } else { NetworkFault::Connection }
}
