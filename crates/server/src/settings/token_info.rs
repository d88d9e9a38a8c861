//! The token-information grant: what it allows, and how much of it at once.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use muster_flows::EndedTexts;

use super::definition::section;
use super::resolved::Resolving;

/// A page holds a connection while it is read, unsealed and handed on; this many take a
/// fraction of a second.
const PAGE_ROWS_MOST: u64 = 50_000;

section! {
    /// The token-information grant.
    "token_info" RawTokenInfo {
        /// Whether it is served by GET. A token in a URL ends up in logs of proxies;
        /// existing clients of OA4MP use it.
        allow_get: bool = true;
        /// Whether an ordinary client may list its own tokens of a user.
        clients_may_list_own: bool = false;
        /// `keep`: the texts of ended tokens are listed while they are retained. `redact`:
        /// they are shown as null, and destroyed.
        ended_tokens: String = "keep".to_owned();
        /// Listings that run at once. At most `database.listing_connections`, since each
        /// holds one for every page; and fewer than `http.blocking_threads`, since each
        /// holds one all along.
        listings_at_once: u64 = 2;
        /// Listings that wait for their turn; the next are answered 503.
        listings_waiting: u64 = 8;
        /// Seconds that a listing waits for its turn before it is answered 503.
        waiting_seconds: u64 = 30;
        /// Requests a minute of one admin or client, listed or refused; more are answered 429.
        per_admin_per_minute: u64 = 120;
        /// Rows that a listing reads at once, holding a connection: at most 50000, so that
        /// it is soon given back.
        page_rows: u64 = 5_000;
        /// Seconds after which a listing whose reader makes no progress ends: nothing that
        /// was sent is acknowledged, however slowly.
        stall_seconds: u64 = 15;
    }
}

/// The token-information grant, resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenInfoSettings {
    /// Whether it is served by GET.
    pub allow_get: bool,
    /// Whether an ordinary client may list its own tokens of a user.
    pub clients_may_list_own: bool,
    /// What becomes of the texts of ended tokens.
    pub ended_texts: EndedTexts,
    /// Listings that run at once.
    pub listings_at_once: NonZeroUsize,
    /// Listings that wait for their turn.
    pub listings_waiting: usize,
    /// How long one waits.
    pub waiting: Duration,
    /// Requests a minute of one admin.
    pub per_admin_per_minute: NonZeroU32,
    /// Rows of a page.
    pub page_rows: NonZeroU32,
    /// How long a reader may make no progress.
    pub stall: Duration,
}

impl RawTokenInfo {
    pub(super) fn resolve(&self, resolving: &mut Resolving<'_>) -> TokenInfoSettings {
        let ended_texts = match self.ended_tokens.as_str() {
            "keep" => EndedTexts::Keep,
            "redact" => EndedTexts::Redact,
            _ => {
                resolving.wrong("ended_tokens", "there is no such treatment", "keep or redact");
                EndedTexts::Redact
            }
        };
        let at_once = resolving.within("listings_at_once", self.listings_at_once, 1..=1_000);
        let page_rows = resolving.within("page_rows", self.page_rows, 1..=PAGE_ROWS_MOST);
        TokenInfoSettings {
            allow_get: self.allow_get,
            clients_may_list_own: self.clients_may_list_own,
            ended_texts,
            listings_at_once: NonZeroUsize::new(at_once).unwrap_or(NonZeroUsize::MIN),
            listings_waiting: resolving.within(
                "listings_waiting",
                self.listings_waiting,
                0..=10_000,
            ),
            waiting: resolving.seconds("waiting_seconds", self.waiting_seconds, 0..=600),
            per_admin_per_minute: resolving
                .count("per_admin_per_minute", self.per_admin_per_minute),
            page_rows: NonZeroU32::new(page_rows).unwrap_or(NonZeroU32::MIN),
            stall: resolving.seconds("stall_seconds", self.stall_seconds, 1..=600),
        }
    }
}
