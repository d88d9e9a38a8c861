//! One request to our own listener, as any client would send it.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

use data_encoding::BASE64;
use serde_json::Value;

/// An answer.
pub(super) struct Answer {
    pub(super) status: u16,
    body: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Why nothing came of it, if nothing did: status, `error`, and what is said about it.
    pub(super) fn refusal(&self) -> Option<String> {
        if self.status == 200 {
            return None;
        }
        let answer = self.json();
        let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
        Some(format!("{} {}: {}", self.status, text("error"), text("error_description")))
    }
}

/// Posts a form. A client with a secret sends it by Basic, one without names itself in the
/// form (RFC 6749 2.3.1, 3.2.1).
pub(super) fn post(
    address: SocketAddr,
    path: &str,
    (id, secret): (&str, Option<&str>),
    form: &[(&str, &str)],
) -> io::Result<Answer> {
    let mut pairs: Vec<String> =
        form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let proof = if let Some(secret) = secret {
        let pair = BASE64.encode(format!("{}:{}", encoded(id), encoded(secret)).as_bytes());
        format!("Authorization: Basic {pair}\r\n")
    } else {
        pairs.push(format!("client_id={}", encoded(id)));
        String::new()
    };
    let body = pairs.join("&");
    let mut stream = TcpStream::connect(address)?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\n{proof}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all([head, body].concat().as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    parse(&answer).ok_or_else(|| io::Error::other("the answer is no HTTP"))
}

fn parse(answer: &[u8]) -> Option<Answer> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, rest) = answer.split_at_checked(end)?;
    let head = std::str::from_utf8(head).ok()?.to_ascii_lowercase();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = rest.get(4..)?;
    let chunked = head.contains("transfer-encoding: chunked");
    Some(Answer { status, body: if chunked { unchunked(body)? } else { body.to_vec() } })
}

/// A chunked body put together (RFC 9112 7.1); `None` when it was cut.
fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let (line, after) = rest.split_at_checked(end)?;
        let size = usize::from_str_radix(std::str::from_utf8(line).ok()?, 16).ok()?;
        let after = after.get(2..)?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(after.get(..size)?);
        rest = after.get(size.checked_add(2)?..)?;
    }
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out + &char::from(byte).to_string()
        } else {
            out + &format!("%{byte:02X}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_with_its_reason() {
        let answered = |text: &str| parse(text.as_bytes()).unwrap().refusal();
        let refused = "HTTP/1.1 503 Service Unavailable\r\nX: y\r\n\r\n\
                       {\"error\":\"temporarily_unavailable\",\"error_description\":\"later\"}";
        assert_eq!(answered(refused).as_deref(), Some("503 temporarily_unavailable: later"));
        assert_eq!(answered("HTTP/1.1 200 OK\r\n\r\n{}"), None);
        assert_eq!(answered("HTTP/1.1 502 x\r\n\r\n<html>").as_deref(), Some("502 -: -"));
    }
}
