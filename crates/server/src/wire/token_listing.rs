//! The listing as JSON (token-info.md 4), written piece by piece.
//!
//! Members and order are those that existing clients of OA4MP parse. The closing brackets
//! are written by `finish` alone, so a listing that was cut cannot look whole.

use muster_domain::{ClientId, TokenKind, TransactionId, UserId};
use muster_flows::ShownToken;

/// Writes the listing into a buffer that the caller empties as it likes.
#[derive(Debug, Default)]
pub struct TokenListingWriter {
    buffer: Vec<u8>,
    open: Open,
    /// Something stands before in the same array.
    comma: bool,
}

/// The innermost array that is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Open {
    #[default]
    Clients,
    Transactions,
    Tokens,
}

impl TokenListingWriter {
    /// Opens the listing of one user.
    pub fn begin(&mut self, user: &UserId) {
        self.raw(b"{\"user_uid\":");
        self.string(user.as_str());
        self.raw(b",\"clients\":[");
    }

    /// Opens a client.
    pub fn client(&mut self, id: &ClientId) {
        self.close_to(Open::Clients);
        self.open_object(b"{\"client_id\":", id.as_str(), b",\"transactions\":[");
        self.open = Open::Transactions;
    }

    /// Opens a transaction.
    pub fn transaction(&mut self, id: &TransactionId) {
        self.close_to(Open::Transactions);
        self.open_object(b"{\"code\":", id.as_str(), b",\"tokens\":[");
        self.open = Open::Tokens;
    }

    /// Writes an element of one or two tokens.
    pub fn element(&mut self, tokens: &[ShownToken]) {
        self.raw(if self.comma { b",{" } else { b"{" });
        for (position, token) in tokens.iter().enumerate() {
            if position > 0 {
                self.raw(b",");
            }
            self.token(token);
        }
        self.raw(b"}");
        self.comma = true;
    }

    /// Closes the listing; only when everything was written.
    pub fn finish(&mut self) {
        self.close_to(Open::Clients);
        self.raw(b"]}");
    }

    /// What was written and not taken yet.
    pub fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Takes what was written, leaving room for `capacity` bytes.
    pub fn take(&mut self, capacity: usize) -> Vec<u8> {
        std::mem::replace(&mut self.buffer, Vec::with_capacity(capacity))
    }

    fn token(&mut self, token: &ShownToken) {
        self.raw(match token.kind {
            TokenKind::Access => b"\"access_token\":{\"jti\":",
            TokenKind::Refresh => b"\"refresh_token\":{\"jti\":",
        });
        self.string(token.id.as_str());
        self.raw(b",\"token\":");
        match &token.text {
            None => self.raw(b"null"),
            Some(text) => self.string(text.expose()),
        }
        self.raw(b",\"lifetime\":");
        self.number(token.lifetime.millis());
        self.raw(b",\"issued_at\":");
        self.number(token.issued_at.millis());
        self.raw(b",\"is_valid\":");
        self.raw(if token.is_valid { b"true}" } else { b"false}" });
    }

    /// An object with an id and an array that stays open.
    fn open_object(&mut self, before: &[u8], id: &str, after: &[u8]) {
        if self.comma {
            self.raw(b",");
        }
        self.raw(before);
        self.string(id);
        self.raw(after);
        self.comma = false;
    }

    /// Closes what is open inside `level`.
    fn close_to(&mut self, level: Open) {
        while self.open != level {
            self.open = match self.open {
                Open::Tokens => Open::Transactions,
                // Inside the list of clients nothing is above it.
                Open::Transactions | Open::Clients => Open::Clients,
            };
            self.raw(b"]}");
            self.comma = true;
            if self.open == Open::Clients {
                return;
            }
        }
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    fn string(&mut self, text: &str) {
        // Writing a string into memory cannot fail.
        let _ = serde_json::to_writer(&mut self.buffer, text);
    }

    fn number(&mut self, number: i64) {
        let _ = serde_json::to_writer(&mut self.buffer, &number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_domain::{Lifetime, Secret, Timestamp, TokenId};

    fn token(kind: TokenKind, text: Option<&str>, is_valid: bool) -> ShownToken {
        ShownToken {
            kind,
            id: TokenId::new("https://a.example/1?type=x").unwrap(),
            text: text.map(Secret::from),
            lifetime: Lifetime::from_millis(300_000),
            issued_at: Timestamp::from_millis(1_654_791_499_644),
            is_valid,
        }
    }

    fn written(work: impl FnOnce(&mut TokenListingWriter)) -> String {
        let mut writer = TokenListingWriter::default();
        work(&mut writer);
        String::from_utf8(writer.take(0)).unwrap()
    }

    #[test]
    fn the_listing_has_the_members_and_the_order_that_clients_parse() {
        let text = written(|writer| {
            writer.begin(&UserId::new("alice \"Q\"").unwrap());
            writer.client(&ClientId::new("a").unwrap());
            writer.transaction(&TransactionId::new("t1").unwrap());
            writer.element(&[
                token(TokenKind::Access, Some("eyJ0"), false),
                token(TokenKind::Refresh, None, true),
            ]);
            writer.element(&[token(TokenKind::Refresh, Some("r"), true)]);
            writer.transaction(&TransactionId::new("t2").unwrap());
            writer.client(&ClientId::new("b").unwrap());
            writer.transaction(&TransactionId::new("t3").unwrap());
            writer.finish();
        });
        let member = |text: &str, valid: &str| {
            format!(
                "{{\"jti\":\"https://a.example/1?type=x\",\"token\":{text},\"lifetime\":300000,\
                 \"issued_at\":1654791499644,\"is_valid\":{valid}}}"
            )
        };
        let expected = format!(
            "{{\"user_uid\":\"alice \\\"Q\\\"\",\"clients\":[{{\"client_id\":\"a\",\"transactions\":\
             [{{\"code\":\"t1\",\"tokens\":[{{\"access_token\":{},\"refresh_token\":{}}},\
             {{\"refresh_token\":{}}}]}},{{\"code\":\"t2\",\"tokens\":[]}}]}},\
             {{\"client_id\":\"b\",\"transactions\":[{{\"code\":\"t3\",\"tokens\":[]}}]}}]}}",
            member("\"eyJ0\"", "false"),
            member("null", "true"),
            member("\"r\"", "true"),
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn a_listing_of_nothing_is_an_empty_array() {
        let text = written(|writer| {
            writer.begin(&UserId::new("").unwrap());
            writer.finish();
        });
        assert_eq!(text, "{\"user_uid\":\"\",\"clients\":[]}");
    }
}
