//! What must hold after every step, whoever looks.

use muster_domain::{ErrorCode, TokenKind};
use proptest::prelude::*;

use super::inspecting::Row;
use super::reference::{ADMINS, CLIENTS, Party, Token};
use super::world::{World, client};
use crate::asker::Asker;

const PARTIES: [Party; 5] =
    [Party::Admin(0), Party::Admin(1), Party::Client(0), Party::Client(1), Party::Client(2)];

fn asker(party: Party) -> Asker<'static> {
    match party {
        Party::Client(number) => client(number, None),
        Party::Admin(number) => ADMINS[number].into(),
    }
}

impl World {
    pub(crate) fn check(&self) -> Result<(), TestCaseError> {
        for token in &self.model.tokens {
            for party in PARTIES {
                let told = self.house.introspect(asker(party), &token.text);
                let told = told.map(|active| active.is_some());
                let right = self.model.is_active_for(party, token);
                prop_assert_eq!(told, right, "{:?} asked by {:?}", token, party);
                let right = self.model.listing(party, token);
                prop_assert_eq!(self.listing(party, token), right, "{:?} {:?}", party, token);
            }
        }
        self.one_lineage_lives()?;
        // I14: whoever looks changes nothing.
        prop_assert_eq!(&self.rows, &self.read_tables());
        Ok(())
    }

    /// What a party is told that presents this token: nothing in it can be redeemed but the
    /// tokens themselves (I21, D9).
    fn listing(&self, party: Party, token: &Token) -> Result<Vec<Row>, ErrorCode> {
        let rows = self.house.told(asker(party), (token.kind, &token.text))?;
        for row in &rows {
            let said = format!("{} {} {}", row.client, row.transaction, row.text);
            assert!(self.unredeemed().all(|secret| !said.contains(secret)), "I21: {row:?}");
        }
        let number = |id: &str| CLIENTS.iter().position(|client| *client == id);
        let rows = rows.into_iter();
        let mut rows: Vec<Row> =
            rows.map(|row| (number(&row.client).unwrap(), row.text, row.is_valid)).collect();
        rows.sort();
        Ok(rows)
    }

    /// Texts that something can be had for, without the part that tells their kind.
    fn unredeemed(&self) -> impl Iterator<Item = &str> {
        let codes = self.model.codes.iter().map(|code| &code.text[7..]);
        let devices = self.model.devices.iter();
        codes.chain(devices.flat_map(|device| [&device.code[7..], &device.user_code]))
    }

    /// I17
    fn one_lineage_lives(&self) -> Result<(), TestCaseError> {
        for family in 0..self.model.families.len() {
            let lives = |token: &&Token| {
                let ours = token.family == family && token.kind == TokenKind::Refresh;
                ours && self.model.in_force(token)
            };
            prop_assert!(self.model.tokens.iter().filter(lives).count() <= 1);
        }
        Ok(())
    }

    /// T17: whatever was issued, its text stands nowhere.
    pub(crate) fn no_text_is_at_rest(&self) -> Result<(), TestCaseError> {
        let tokens = self.model.tokens.iter().map(|token| &token.text[7..]);
        let texts: Vec<&str> = tokens.chain(self.unredeemed()).collect();
        for row in &self.rows {
            prop_assert!(texts.iter().all(|text| !row.text.contains(text)), "{:?}", row);
        }
        Ok(())
    }
}
