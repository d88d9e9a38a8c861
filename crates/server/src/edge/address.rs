//! Who a peer is: addresses, ranges of them, and the client behind a trusted proxy (B20).
//!
//! What a peer says about other addresses counts only when the peer is a proxy that the
//! keeper trusts; anybody else could have another shut out.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// The peers that count as one: an IPv4 address, or an IPv6 network of 64 bits, which is
/// what one customer gets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PeerGroup(u128);

impl PeerGroup {
    /// The group of an address.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(four) => Self(four.to_ipv6_mapped().to_bits()),
            IpAddr::V6(six) => Self(six.to_bits() & (u128::MAX << 64)),
        }
    }
}

/// A range of addresses: `192.0.2.0/24`, `2001:db8::/32`, or a single address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AddressRange {
    network: IpAddr,
    bits: u32,
}

/// A text that is no range of addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a range of addresses looks like 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32")]
pub struct InvalidAddressRange;

impl FromStr for AddressRange {
    type Err = InvalidAddressRange;

    fn from_str(text: &str) -> Result<Self, InvalidAddressRange> {
        let (address, bits) = match text.split_once('/') {
            None => (text, None),
            Some((address, bits)) => (address, Some(bits)),
        };
        let network: IpAddr = address.parse().map_err(|_| InvalidAddressRange)?;
        let width = if network.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(width), str::parse).map_err(|_| InvalidAddressRange)?;
        if bits > width { Err(InvalidAddressRange) } else { Ok(Self { network, bits }) }
    }
}

impl AddressRange {
    /// Whether the address lies in the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.network, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let shift = Ipv4Addr::BITS.saturating_sub(self.bits);
                let differing = network.to_bits() ^ address.to_bits();
                differing.checked_shr(shift).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = Ipv6Addr::BITS.saturating_sub(self.bits);
                let differing = network.to_bits() ^ address.to_bits();
                differing.checked_shr(shift).unwrap_or(0) == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.bits)
    }
}

/// The proxies whose word about client addresses and request ids counts.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct TrustedProxies(Vec<AddressRange>);

impl TrustedProxies {
    /// Those in the ranges.
    pub const fn new(ranges: Vec<AddressRange>) -> Self {
        Self(ranges)
    }

    /// Whether an address is one of them.
    pub fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|range| range.contains(address))
    }

    /// The client behind `peer`: the last address in `X-Forwarded-For` (its values in the
    /// order of the fields) that is not itself a trusted proxy's. From right to left,
    /// because each proxy appends, and only what trusted ones appended is believed.
    pub(crate) fn client<'a>(
        &self,
        peer: IpAddr,
        forwarded: impl DoubleEndedIterator<Item = &'a [u8]>,
    ) -> IpAddr {
        let mut client = peer.to_canonical();
        let mut hops = forwarded.rev().flat_map(|value| value.rsplit(|byte| *byte == b','));
        while self.contain(client) {
            match hops.next().and_then(forwarded_address) {
                Some(address) => client = address,
                None => break,
            }
        }
        client
    }
}

/// An address, perhaps with a port, as some proxies write it.
fn forwarded_address(hop: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(hop).ok()?.trim();
    let address = text.parse().or_else(|_| text.parse().map(|socket: SocketAddr| socket.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_range_contains_its_addresses_alone() {
        let contains =
            |range: &str, address| range.parse().map(|r: AddressRange| r.contains(ip(address)));
        assert_eq!(contains("192.0.2.0/24", "192.0.2.255"), Ok(true));
        assert_eq!(contains("192.0.2.0/24", "192.0.3.0"), Ok(false));
        assert_eq!(contains("192.0.2.7", "::ffff:192.0.2.7"), Ok(true));
        assert_eq!(contains("0.0.0.0/0", "255.1.2.3"), Ok(true));
        assert_eq!(contains("::/0", "192.0.2.7"), Ok(false));
        assert_eq!(contains("2001:db8::/32", "2001:db8:ffff::1"), Ok(true));
        for bad in ["192.0.2.0/33", "192.0.2", "", "::/129", "a/8", "10.0.0.0/"] {
            assert_eq!(bad.parse::<AddressRange>(), Err(InvalidAddressRange), "{bad}");
        }
    }

    fn client(peer: &str, forwarded: &[&str]) -> String {
        let trusted = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        trusted.client(ip(peer), forwarded.iter().map(|value| value.as_bytes())).to_string()
    }

    #[test]
    fn a_stranger_cannot_speak_for_another_address() {
        // B20
        assert_eq!(client("192.0.2.1", &["198.51.100.9"]), "192.0.2.1");
    }

    #[test]
    fn behind_trusted_proxies_the_nearest_untrusted_address_is_the_client() {
        assert_eq!(client("10.0.0.1", &["203.0.113.66, 198.51.100.9, 10.0.0.2"]), "198.51.100.9");
        assert_eq!(client("10.0.0.1", &["203.0.113.66", "198.51.100.9:4711"]), "198.51.100.9");
        assert_eq!(client("10.0.0.1", &["[2001:db8::1]:80"]), "2001:db8::1");
    }

    #[test]
    fn a_word_that_is_no_address_ends_the_belief() {
        assert_eq!(client("10.0.0.1", &["198.51.100.9, unknown"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.9, x, 10.0.0.2"]), "10.0.0.2");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }
}
