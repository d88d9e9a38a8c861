//! The service over real HTTP, on both engines: the real binary, or the same house with a
//! clock that stands where the test wants it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]

/// Lets each story be told on both engines.
macro_rules! both {
    ($($sqlite:ident $postgres:ident $story:ident;)+) => {
        $(
            #[test]
            fn $sqlite() {
                $story(crate::house::Engine::Sqlite);
            }

            #[test]
            fn $postgres() {
                $story(crate::house::Engine::Postgres);
            }
        )+
    };
}

mod alerts;
mod alike;
mod audit_trail;
mod authentication;
mod authorization_code;
mod bad_http;
mod bad_inputs;
mod bad_inputs_issuing;
mod books;
mod canary;
mod canary_issuing;
mod clerk;
mod client_credentials;
mod critical_headers;
mod crossings;
mod crowd;
mod curl;
mod database_killed;
mod database_restarted;
mod device_code;
mod device_start;
mod disabled_matrix;
mod disk_full;
mod dpop;
mod forged_assertions;
mod house;
mod introspection;
mod invariants;
mod issuing;
mod jwt_bearer;
mod keys;
mod killed;
mod killed_histories;
mod ledger;
mod listing_cut;
mod listing_faults;
mod listing_large;
mod log_blocked;
mod meanwhile;
mod metadata;
mod oa4mp;
mod own_postgres;
mod page_refusals;
mod pages;
mod past_failures;
mod planting;
mod private_key_jwt;
mod raw_rows;
mod records;
mod redaction;
mod refresh_token;
mod refusals;
mod revocation;
mod revocation_faults;
mod robot;
mod sealed;
mod sitemap;
mod timing;
mod token_exchange;
mod token_info;
mod users;
mod virtual_issuers;
mod wire;
