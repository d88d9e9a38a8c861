//! Many threads show one text at the same moment; afterwards the family is walked.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use muster_domain::{Client, ErrorCode, TransactionState, User};
use muster_flows::TokenAnswer;

use crate::house::{House, Told};
use crate::verbs::live_refresh;

/// How many threads show one text.
const THREADS: usize = 8;
/// How many texts are raced for at the same time.
const TABLES: usize = 4;
/// How many codes are handed out in one unit.
const BATCH: usize = 64;

/// What is raced for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Prize {
    /// A code.
    Code,
    /// A refresh token, whose family ends if anybody comes second.
    Refresh,
    /// A refresh token, whose successor everybody gets.
    RefreshInGrace,
    /// An approved device code.
    Device,
}

/// Who races and for whom.
pub(crate) struct Runners<'a> {
    pub(crate) house: &'a House,
    pub(crate) client: &'a Client,
    pub(crate) user: &'a User,
}

impl Runners<'_> {
    /// Runs races until `redemptions` have been tried; how many were.
    pub(crate) fn run(&self, prize: Prize, redemptions: usize) -> usize {
        let races = redemptions.div_ceil(THREADS);
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..TABLES {
                scope.spawn(|| {
                    while next.fetch_add(BATCH, Ordering::Relaxed) < races {
                        self.table(prize);
                    }
                });
            }
        });
        next.load(Ordering::Relaxed).min(races.next_multiple_of(BATCH)) * THREADS
    }

    /// One table: texts are laid on it one after the other, and all its threads grab.
    fn table(&self, prize: Prize) {
        let texts = self.texts(prize);
        let barrier = Barrier::new(THREADS);
        let told: Vec<Vec<Told>> = std::thread::scope(|scope| {
            let grab = || {
                let texts = texts.iter();
                texts
                    .map(|text| {
                        barrier.wait();
                        self.show(prize, text)
                    })
                    .collect()
            };
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(grab)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
        });
        for (number, text) in texts.iter().enumerate() {
            let told: Vec<&Told> = told.iter().map(|answers| &answers[number]).collect();
            self.judge(prize, text, &told);
        }
    }

    fn texts(&self, prize: Prize) -> Vec<String> {
        let id = self.client.id.as_str();
        match prize {
            Prize::Code => self.house.codes(self.client, self.user, BATCH),
            Prize::Refresh | Prize::RefreshInGrace => {
                let codes = self.house.codes(self.client, self.user, BATCH);
                let redeemed = codes.iter().map(|code| self.house.redeem(id, code).unwrap());
                redeemed.map(|answer| refresh_of(&answer)).collect()
            }
            Prize::Device => (0..BATCH)
                .map(|_| {
                    let started = self.house.start_device(id).unwrap();
                    assert!(self.house.approve(&started, self.user).unwrap());
                    started.device_code.expose().clone()
                })
                .collect(),
        }
    }

    fn show(&self, prize: Prize, text: &str) -> Told {
        let id = self.client.id.as_str();
        match prize {
            Prize::Code => self.house.redeem(id, text),
            Prize::Refresh | Prize::RefreshInGrace => self.house.refresh(id, text, ""),
            Prize::Device => self.house.poll(id, text),
        }
    }

    /// At most one success (in grace: one and the same for all), never two live refresh
    /// tokens, and nothing alive in a family that a second showing has ended.
    fn judge(&self, prize: Prize, text: &str, told: &[&Told]) {
        let won: Vec<&TokenAnswer> = told.iter().filter_map(|told| told.as_ref().ok()).collect();
        for refused in told.iter().filter_map(|told| told.as_ref().err()) {
            assert_eq!(*refused, ErrorCode::InvalidGrant, "{prize:?}");
        }
        let first = won.first().expect("somebody wins");
        let refresh = refresh_of(first);
        let (transaction, tokens) = self.house.walk(self.client, &refresh);
        assert_eq!(live_refresh(&tokens), 1, "{prize:?}: one lineage");
        let ended = transaction.state != TransactionState::Open;
        match prize {
            Prize::RefreshInGrace => {
                assert_eq!(won.len(), THREADS, "everybody gets the successor");
                for answer in &won {
                    assert_eq!(refresh_of(answer), refresh);
                    assert_eq!(answer.access_token.expose(), first.access_token.expose());
                }
                assert!(!ended);
            }
            Prize::Code | Prize::Refresh => {
                assert_eq!(won.len(), 1, "{prize:?}");
                assert!(ended, "{prize:?}: whoever comes second ends the family");
            }
            Prize::Device => {
                assert_eq!(won.len(), 1, "{prize:?}");
                assert!(!ended);
            }
        }
        let id = self.client.id.as_str();
        assert_eq!(self.house.is_active(id, &refresh), !ended);
        assert_eq!(self.house.is_active(id, first.access_token.expose()), !ended);
        let again = self.show(prize, text);
        assert_eq!(again.is_ok(), prize == Prize::RefreshInGrace);
    }
}

fn refresh_of(answer: &TokenAnswer) -> String {
    answer.refresh_token.as_ref().expect("a refresh token").expose().clone()
}
