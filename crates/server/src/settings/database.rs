//! Where everything is remembered, and how long one waits for it (T37, F10).

use std::time::Duration;

use muster_store_diesel::{DatabaseUrl, PoolSettings};

use super::definition::section;
use super::resolved::Resolving;

section! {
    /// The database.
    "database" RawDatabase {
        /// `sqlite:PATH` for the embedded one, `postgres://...` for PostgreSQL. A password
        /// is better kept in a libpq password file than here.
        url: String = "sqlite:muster-data/muster.db".to_owned();
        /// Connections for everything but listings; one more writes, on PostgreSQL two.
        connections: u64 = 8;
        /// Connections that are set aside for listings: no fewer than
        /// `token_info.listings_at_once`.
        listing_connections: u64 = 2;
        /// Milliseconds that a request waits for a connection before it is answered 503.
        wait_ms: u64 = 250;
        /// Seconds that a statement may take (PostgreSQL).
        statement_seconds: u64 = 2;
        /// Seconds that a statement of a listing may take (PostgreSQL).
        listing_statement_seconds: u64 = 10;
    }
}

/// The database, resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Database {
    /// Where it is.
    pub url: DatabaseUrl,
    /// How many connections, and how long to wait.
    pub pool: PoolSettings,
}

impl RawDatabase {
    pub(super) fn resolve(&self, resolving: &mut Resolving<'_>) -> Option<Database> {
        let right = "sqlite:PATH or postgres://HOST/NAME";
        // The text itself is not told: it may hold a password.
        let url: Option<DatabaseUrl> = self.url.parse().ok();
        if url.is_none() {
            resolving.wrong("url", "it names no database that is known here", right);
        }
        let statement = resolving.seconds("statement_seconds", self.statement_seconds, 1..=600);
        let listing_statement = resolving.seconds(
            "listing_statement_seconds",
            self.listing_statement_seconds,
            1..=3_600,
        );
        let pool = PoolSettings {
            connections: resolving.within("connections", self.connections, 1..=1_000),
            listing_connections: resolving.within(
                "listing_connections",
                self.listing_connections,
                1..=1_000,
            ),
            wait: Duration::from_millis(resolving.within("wait_ms", self.wait_ms, 1..=60_000)),
            statement,
            listing_statement,
        };
        Some(Database { url: url?, pool })
    }
}

/// A database URL as it may be shown: without a password, wherever it stands.
pub(super) fn masked(url: &str) -> String {
    let (start, query) =
        url.split_once('?').map_or((url, None), |(start, query)| (start, Some(query)));
    let start = match start.split_once("://") {
        Some((scheme, rest)) => match rest.rsplit_once('@') {
            Some((user, host)) => {
                let user =
                    user.split_once(':').map_or(user.to_owned(), |(user, _)| format!("{user}:***"));
                format!("{scheme}://{user}@{host}")
            }
            None => start.to_owned(),
        },
        None => start.to_owned(),
    };
    let Some(query) = query else { return start };
    let parts = query.split('&').map(|part| match part.split_once('=') {
        Some((name, _)) if name.contains("pass") => format!("{name}=***"),
        Some(_) | None => part.to_owned(),
    });
    format!("{start}?{}", parts.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_url_has_no_password() {
        for (url, shown) in [
            ("sqlite:a/b.db", "sqlite:a/b.db"),
            ("postgres://u:s3cr3t@h:1/d", "postgres://u:***@h:1/d"),
            ("postgres://u:s@3cr@h/d?a=b", "postgres://u:***@h/d?a=b"),
            (
                "postgres://u@h/d?password=s3cr3t&sslmode=require",
                "postgres://u@h/d?password=***&sslmode=require",
            ),
            ("postgres:///d?host=/run&sslpassword=x", "postgres:///d?host=/run&sslpassword=***"),
        ] {
            assert_eq!(masked(url), shown);
        }
    }
}
