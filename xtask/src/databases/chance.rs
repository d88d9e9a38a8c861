//! Names and passwords of throw-away databases, and ports that nobody uses.
//!
//! The only place of the tools where chance has a say; nothing here guards anything that
//! outlives a test run.

use std::io::Read;
use std::net::TcpListener;

use crate::failure::{Outcome, While};

/// Sixteen random bytes as hexadecimal digits.
pub(crate) fn word() -> Outcome<String> {
    let mut bytes = [0_u8; 16];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .doing("reading /dev/urandom")?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// A port of the loopback address that was free a moment ago.
pub(crate) fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).doing("looking for a free port")?;
    Ok(listener.local_addr().doing("looking for a free port")?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_words_differ_and_need_no_escaping_in_a_url() {
        let (one, other) = (word().unwrap(), word().unwrap());
        assert_ne!(one, other);
        assert!(one.len() == 32 && one.chars().all(|c| c.is_ascii_hexdigit()));
    }
}
