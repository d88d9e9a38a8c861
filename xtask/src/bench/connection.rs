//! One connection that is kept alive: requests go out, answers come back whole.
//!
//! As little as HTTP/1.1 needs (RFC 9112), so that the load takes little of the machine that
//! it shares with what it measures.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::failure::{Failure, Outcome, While};

/// How long an answer may take: a service that hangs ends the measurement.
const PATIENCE: Duration = Duration::from_secs(30);
const BUFFER: usize = 64 * 1024;

/// An open connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer.
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// Its content.
    pub(crate) body: String,
}

impl Connection {
    /// Opens one.
    pub(crate) fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).doing("connecting to the service")?;
        stream.set_nodelay(true).doing("setting TCP_NODELAY")?;
        stream.set_read_timeout(Some(PATIENCE)).doing("setting a time limit")?;
        Ok(Self { stream, buffer: vec![0; BUFFER] })
    }

    /// Sends a request and waits for the answer.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Outcome<Answer> {
        self.stream.write_all(request).doing("asking")?;
        let mut filled = 0;
        loop {
            let room = self.buffer.get_mut(filled..).unwrap_or_default();
            if room.is_empty() {
                return Err(Failure::new("the answer is larger than any that was expected"));
            }
            let read = self.stream.read(room).doing("reading the answer")?;
            if read == 0 {
                return Err(Failure::new("the service closed the connection"));
            }
            filled += read;
            let arrived = self.buffer.get(..filled).unwrap_or_default();
            if let Some(answer) = whole(arrived)? {
                return Ok(answer);
            }
        }
    }
}

/// The answer, once it is there to its last byte.
fn whole(arrived: &[u8]) -> Outcome<Option<Answer>> {
    let Some(end) = arrived.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let (head, rest) = arrived.split_at(end);
    let head = std::str::from_utf8(head).doing("reading the head of an answer")?;
    let status = head.get(9..12).and_then(|code| code.parse().ok());
    let status = status.ok_or_else(|| Failure::new("an answer without a status"))?;
    let length = length(head).ok_or_else(|| Failure::new("an answer without a length"))?;
    let body = rest.get(4..).unwrap_or_default();
    if body.len() > length {
        return Err(Failure::new("more was answered than was asked for"));
    }
    if body.len() < length {
        return Ok(None);
    }
    let body = String::from_utf8(body.to_vec()).doing("reading an answer")?;
    Ok(Some(Answer { status, body }))
}

fn length(head: &str) -> Option<usize> {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?;
    value.trim().parse().ok()
}

/// A form that is posted to a path, as bytes that can be sent again and again.
pub(crate) fn post(
    address: SocketAddr,
    path: &str,
    (authorization, form): (&str, &str),
) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {authorization}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
    .into_bytes()
}

/// The text of a member of an answer, if it has one. Our own answers escape nothing in tokens.
pub(crate) fn member<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = body.split_once(&format!("\"{name}\":\""))?;
    rest.split_once('"').map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_last_byte_is_there() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd";
        for cut in 0..text.len() {
            assert!(whole(&text[..cut]).unwrap().is_none(), "after {cut} bytes");
        }
        let answer = whole(text).unwrap().unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (200, "abcd"));
        assert!(whole(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabcd").is_err());
        assert!(whole(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }

    #[test]
    fn a_member_is_found_by_its_whole_name() {
        let body = r#"{"access_token":"a","refresh_token":"b","active":true}"#;
        assert_eq!(member(body, "refresh_token"), Some("b"));
        assert_eq!(member(body, "token"), None);
        assert_eq!(member(body, "active"), None);
    }
}
