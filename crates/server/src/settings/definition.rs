//! How a section is defined: once, with doc comments, and everything else follows.
//!
//! `section!` makes the raw struct, its defaults, its reader and the list of its keys, so
//! that a key cannot be read without being documented, nor documented without being read.

use super::kind::{Kind, Misread};
use super::raw::Reading;

/// One key, for the reference and for finding the nearest right key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// Its section.
    pub section: &'static str,
    /// Its name within the section.
    pub name: &'static str,
    /// What kind of value it takes.
    pub kind: &'static str,
    /// Its default as TOML; none when it is absent by default.
    pub default: Option<String>,
    /// What it does.
    pub what: &'static str,
    /// The value that holds, as TOML; none when it is absent.
    pub value: Option<String>,
}

/// A section with its keys.
pub(super) struct Described {
    /// Its name.
    pub(super) name: &'static str,
    /// What it is about.
    pub(super) what: &'static str,
    /// Its keys, in order.
    pub(super) keys: Vec<Key>,
}

/// A section of the raw settings.
pub(super) trait Section: Sized {
    /// Reads it.
    fn read(reading: &mut Reading) -> Self;

    /// Describes it.
    fn described(&self) -> Described;
}

/// Reads one value, or keeps the default.
pub(super) fn value<K: Kind>(reading: &mut Reading, section: &str, name: &str, default: K) -> K {
    let Some(found) = reading.take(section, name) else { return default };
    K::read(found).unwrap_or_else(|Misread { wrong, right }| {
        reading.wrong(section, name, wrong, right);
        default
    })
}

macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $section:literal $raw:ident {
            $($(#[doc = $what:literal])+ $name:ident: $kind:ty = $default:expr;)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub(super) struct $raw {
            $($(#[doc = $what])+ pub(super) $name: $kind,)+
        }

        impl Default for $raw {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        impl $crate::settings::definition::Section for $raw {
            fn read(reading: &mut $crate::settings::raw::Reading) -> Self {
                let default = Self::default();
                Self { $($name: $crate::settings::definition::value(
                    reading, $section, stringify!($name), default.$name,
                ),)+ }
            }

            fn described(&self) -> $crate::settings::definition::Described {
                use $crate::settings::kind::Kind as _;
                let default = Self::default();
                $crate::settings::definition::Described {
                    name: $section,
                    what: concat!($($about),+).trim_ascii(),
                    keys: vec![$($crate::settings::definition::Key {
                        section: $section,
                        name: stringify!($name),
                        kind: <$kind as $crate::settings::kind::Kind>::NAME,
                        default: default.$name.shown(),
                        what: concat!($($what),+).trim_ascii(),
                        value: self.$name.shown(),
                    },)+],
                }
            }
        }
    };
}
pub(super) use section;
