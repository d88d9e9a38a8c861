//! Many at once: everybody hears about their own secret.

use muster_domain::{CredentialVersion, Secret, StoredSecret};

use crate::gate::{Bench, FIRST, LONG_QUEUE, is_right, is_wrong};

#[test]
fn many_at_once_each_hear_the_answer_to_their_own_question() {
    let bench = Bench::new(LONG_QUEUE);
    let kept: Vec<(String, String, StoredSecret)> = (0..8)
        .map(|number| {
            let secret = format!("secret of {number}");
            let stored = if number % 2 == 0 {
                bench.store(&secret)
            } else {
                bench.keys.store_generated(&Secret::from(secret.as_str()))
            };
            (format!("client-{number}"), secret, stored)
        })
        .collect();
    std::thread::scope(|crowd| {
        for (id, secret, stored) in &kept {
            let (bench, neighbours) = (&bench, &kept);
            crowd.spawn(move || {
                for _ in 0..3 {
                    assert!(is_right(&bench.verify(id, Some((stored, FIRST)), secret)), "{id}");
                }
                let others = neighbours.iter().filter(|(other, ..)| other != id).take(2);
                for (_, wrong, _) in others {
                    assert!(is_wrong(&bench.verify(id, Some((stored, FIRST)), wrong)), "{id}");
                }
            });
        }
    });
}

#[test]
fn a_rotation_amid_a_crowd_leaves_no_old_secret_right() {
    let bench = Bench::new(LONG_QUEUE);
    let stored: Vec<StoredSecret> = (0..4)
        .map(|round| bench.keys.store_generated(&Secret::new(format!("round {round}"))))
        .collect();
    std::thread::scope(|crowd| {
        for _ in 0..4 {
            crowd.spawn(|| {
                for (version, kept) in (1..).map(CredentialVersion).zip(&stored) {
                    for (round, number) in (0..4).zip(1..) {
                        let said = bench.verify(
                            "client",
                            Some((kept, version)),
                            &format!("round {round}"),
                        );
                        let current = CredentialVersion(number) == version;
                        assert_eq!((is_right(&said), is_wrong(&said)), (current, !current));
                    }
                }
            });
        }
    });
}
