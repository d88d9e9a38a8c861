//! The tables in types that both engines have.
//!
//! Kept by hand because each engine would generate another one; `cargo xtask schema`
//! compares it with both databases, column by column.

diesel::table! {
    counters (name) {
        name -> Text,
        next -> BigInt,
    }
}

diesel::table! {
    data_keys (id) {
        id -> Integer,
        purpose -> SmallInt,
        kek_id -> Text,
        wrapped -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    issuers (seq) {
        seq -> Integer,
        status -> SmallInt,
        created_at -> BigInt,
        url -> Text,
    }
}

diesel::table! {
    admins (seq) {
        seq -> Integer,
        issuer_seq -> Integer,
        status -> SmallInt,
        methods -> SmallInt,
        list_users -> Bool,
        list_users_other_clients -> Bool,
        max_clients -> Nullable<Integer>,
        version -> BigInt,
        created_at -> BigInt,
        id -> Text,
        name -> Text,
        email -> Nullable<Text>,
        secret -> Nullable<Text>,
        jwks -> Nullable<Text>,
    }
}

diesel::table! {
    clients (seq) {
        seq -> Integer,
        issuer_seq -> Integer,
        kind -> SmallInt,
        status -> SmallInt,
        methods -> SmallInt,
        version -> BigInt,
        created_at -> BigInt,
        id -> Text,
        name -> Text,
        secret -> Nullable<Text>,
        jwks -> Nullable<Text>,
        registration -> Text,
    }
}

diesel::table! {
    administers (admin_seq, client_seq) {
        admin_seq -> Integer,
        client_seq -> Integer,
    }
}

diesel::table! {
    signing_keys (issuer_seq, kid) {
        issuer_seq -> Integer,
        kid -> Text,
        algorithm -> Text,
        state -> SmallInt,
        public_jwk -> Text,
        data_key -> Nullable<Integer>,
        private_sealed -> Nullable<Binary>,
        created_at -> BigInt,
        published_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    served_names (issuer_seq, name, client_seq) {
        issuer_seq -> Integer,
        client_seq -> Integer,
        name -> Text,
    }
}

diesel::table! {
    users (shard, seq) {
        seq -> BigInt,
        created_at -> BigInt,
        issuer_seq -> Integer,
        shard -> SmallInt,
        status -> SmallInt,
        uid_digest -> Binary,
        uid -> Text,
    }
}

diesel::table! {
    holdings (shard, user_seq, client_id) {
        user_seq -> BigInt,
        client_seq -> Integer,
        shard -> SmallInt,
        client_id -> Text,
    }
}

diesel::table! {
    transactions (shard, seq) {
        seq -> BigInt,
        started_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        user_seq -> Nullable<BigInt>,
        issuer_seq -> Integer,
        client_seq -> Integer,
        shard -> SmallInt,
        code -> Text,
        scopes -> Text,
        expires_at -> Nullable<BigInt>,
        parent_seq -> Nullable<BigInt>,
        depth -> SmallInt,
    }
}

diesel::table! {
    tokens (shard, seq) {
        seq -> BigInt,
        tx_seq -> BigInt,
        started_at -> BigInt,
        elem_at -> BigInt,
        elem_seq -> BigInt,
        issued_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        user_seq -> Nullable<BigInt>,
        issuer_seq -> Integer,
        client_seq -> Integer,
        data_key -> Nullable<Integer>,
        shard -> SmallInt,
        kind -> SmallInt,
        state -> SmallInt,
        lookup -> Nullable<Binary>,
        jti -> Text,
        sealed -> Nullable<Binary>,
        details -> Nullable<Text>,
        successor -> Nullable<BigInt>,
    }
}

diesel::table! {
    codes (shard, tx_seq) {
        tx_seq -> BigInt,
        issued_at -> BigInt,
        expires_at -> BigInt,
        redeemed_at -> Nullable<BigInt>,
        issuer_seq -> Integer,
        client_seq -> Integer,
        shard -> SmallInt,
        strangers -> SmallInt,
        lookup -> Binary,
        details -> Text,
    }
}

diesel::table! {
    device_flows (shard, seq) {
        seq -> BigInt,
        started_at -> BigInt,
        expires_at -> BigInt,
        approved_at -> Nullable<BigInt>,
        polled_at -> Nullable<BigInt>,
        interval_ms -> BigInt,
        user_seq -> Nullable<BigInt>,
        issuer_seq -> Integer,
        client_seq -> Integer,
        shard -> SmallInt,
        user_shard -> Nullable<SmallInt>,
        state -> SmallInt,
        device_lookup -> Binary,
        user_lookup -> Binary,
        details -> Text,
    }
}

diesel::table! {
    trusted_issuers (issuer_seq, url) {
        issuer_seq -> Integer,
        url -> Text,
        status -> SmallInt,
        jwks -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    leases (name) {
        name -> Text,
        holder -> Text,
        until -> BigInt,
    }
}

diesel::table! {
    audit (number) {
        number -> BigInt,
        at -> BigInt,
        event -> Text,
        body -> Text,
        previous -> Binary,
        hash -> Binary,
    }
}

diesel::table! {
    audit_end (only_row) {
        only_row -> SmallInt,
        next -> BigInt,
        last_at -> BigInt,
        last_hash -> Binary,
    }
}

diesel::table! {
    assertions (issuer_seq, digest) {
        issuer_seq -> Integer,
        digest -> Binary,
        expires_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    issuers,
    admins,
    clients,
    administers,
    served_names,
    users,
    holdings,
    transactions,
    tokens,
    codes
);
