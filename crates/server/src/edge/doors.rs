//! How many may come in: connections in all, and of one peer (limits: F23, T32).
//!
//! Who comes too many is shut out at once, before a byte is read: refusing at the door
//! is the cheapest refusal.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Limits, PeerGroup, TrustedProxies};

/// Counts who is in.
#[derive(Debug)]
pub(crate) struct Doors {
    most: usize,
    most_of_one: usize,
    exempt: TrustedProxies,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    all: usize,
    by_peer: HashMap<PeerGroup, usize>,
}

/// A place inside; it is given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    doors: Arc<Doors>,
    /// None for those that are not counted by peer.
    peer: Option<PeerGroup>,
}

/// Why there is no place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Full {
    /// All places are taken.
    House,
    /// This peer has all the places it may have.
    Peer,
}

impl Full {
    /// The word in the metrics.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::House => "house full",
            Self::Peer => "peer has too many",
        }
    }
}

impl Doors {
    /// Proxies that stand for many peers (`exempt`) are not counted by peer.
    pub(crate) fn new(limits: &Limits, exempt: TrustedProxies) -> Self {
        Self {
            most: limits.connections,
            most_of_one: limits.connections_per_peer,
            exempt,
            inside: Mutex::default(),
        }
    }

    /// Lets a peer in, if there is room.
    pub(crate) fn enter(self: &Arc<Self>, peer: IpAddr) -> Result<Place, Full> {
        let peer = (!self.exempt.contain(peer)).then(|| PeerGroup::of(peer));
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        if inside.all >= self.most {
            return Err(Full::House);
        }
        if let Some(peer) = peer {
            let count = inside.by_peer.entry(peer).or_default();
            if *count >= self.most_of_one {
                return Err(Full::Peer);
            }
            *count = count.saturating_add(1);
        }
        inside.all = inside.all.saturating_add(1);
        metrics::gauge!("muster_connections").increment(1);
        Ok(Place { doors: Arc::clone(self), peer })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.doors.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.all = inside.all.saturating_sub(1);
        if let Some(peer) = self.peer
            && let Some(count) = inside.by_peer.get_mut(&peer)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                inside.by_peer.remove(&peer);
            }
        }
        metrics::gauge!("muster_connections").decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doors(connections: usize, connections_per_peer: usize) -> Arc<Doors> {
        let limits = Limits { connections, connections_per_peer, ..Limits::default() };
        let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        Arc::new(Doors::new(&limits, proxies))
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_peer_takes_no_more_than_its_places_and_gives_them_back() {
        let doors = doors(9, 1);
        let place = doors.enter(ip("192.0.2.1")).unwrap();
        assert_eq!(doors.enter(ip("192.0.2.1")).unwrap_err(), Full::Peer);
        assert!(doors.enter(ip("192.0.2.2")).is_ok());
        drop(place);
        assert!(doors.enter(ip("192.0.2.1")).is_ok());
        assert!(doors.inside.lock().unwrap().by_peer.is_empty());
    }

    #[test]
    fn neighbours_in_one_ipv6_network_are_one_peer() {
        let doors = doors(9, 1);
        let _place = doors.enter(ip("2001:db8::1")).unwrap();
        assert_eq!(doors.enter(ip("2001:db8::2")).unwrap_err(), Full::Peer);
    }

    #[test]
    fn a_trusted_proxy_is_held_by_the_whole_houses_limit_alone() {
        let doors = doors(2, 1);
        let places = [doors.enter(ip("10.1.1.1")).unwrap(), doors.enter(ip("10.1.1.1")).unwrap()];
        assert_eq!(doors.enter(ip("10.1.1.1")).unwrap_err(), Full::House);
        drop(places);
    }
}
