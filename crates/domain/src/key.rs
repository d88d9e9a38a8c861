//! Surrogate keys: what rows call each other inside the database.
//!
//! They never leave the house; at the edge things go by their text ids.

use crate::Shard;

macro_rules! number_key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(i64);

        impl $name {
            /// The key with this number.
            pub const fn new(number: i64) -> Self {
                Self(number)
            }

            /// Its number.
            pub const fn number(self) -> i64 {
                self.0
            }
        }
    };
}

number_key! {
    /// An issuer's key.
    IssuerKey
}
number_key! {
    /// An admin client's key.
    AdminKey
}
number_key! {
    /// A client's key.
    ClientKey
}
number_key! {
    /// The key of an element of the listing: the number of its earliest token.
    ElementKey
}
number_key! {
    /// The number of a data-encryption key.
    DataKeyId
}

macro_rules! sharded_key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name {
            /// The shard that holds the row.
            pub shard: Shard,
            /// The row's number.
            pub number: i64,
        }

        impl $name {
            /// The key of row `number` in `shard`.
            pub const fn new(shard: Shard, number: i64) -> Self {
                Self { shard, number }
            }
        }
    };
}

sharded_key! {
    /// A user's key.
    UserKey
}
sharded_key! {
    /// A transaction's key.
    TransactionKey
}
sharded_key! {
    /// A token's key.
    TokenKey
}
sharded_key! {
    /// A device flow's key.
    DeviceFlowKey
}
