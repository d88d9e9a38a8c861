//! A client that asks and throws the answer away, watching the clock.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome, While};

/// What a request takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// Until the answer's first byte.
    pub(crate) first_byte: Duration,
    /// Until its last.
    pub(crate) whole: Duration,
    /// Bytes on the wire.
    pub(crate) bytes: usize,
}

/// Who asks, and what.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The service.
    pub(crate) address: SocketAddr,
    /// The value of the header `Authorization`.
    pub(crate) authorization: String,
    /// The form.
    pub(crate) body: String,
}

impl Question {
    /// Asks, fails unless the answer is 200 and whole.
    pub(crate) fn ask(&self) -> Outcome<Reading> {
        let (reading, status, end) = self.send()?;
        if status != 200 {
            return Err(Failure::new(format!("the service answered {status}")));
        }
        if !end.ends_with(b"0\r\n\r\n") && !end.ends_with(b"}") {
            return Err(Failure::new("the answer was cut"));
        }
        Ok(reading)
    }

    /// Asks and gives back the status, whatever it is.
    pub(crate) fn status(&self) -> Outcome<u16> {
        Ok(self.send()?.1)
    }

    fn send(&self) -> Outcome<(Reading, u16, Vec<u8>)> {
        let Self { address, authorization, body } = self;
        let request = format!(
            "POST /oauth2/token HTTP/1.1\r\nHost: {address}\r\nAuthorization: {authorization}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        );
        let begun = Instant::now();
        let mut stream = TcpStream::connect(address).doing("connecting to the service")?;
        stream.write_all(request.as_bytes()).doing("asking")?;
        let mut buffer = vec![0; 256 * 1024];
        let (mut bytes, mut first_byte, mut status) = (0, None, None);
        let mut end: Vec<u8> = Vec::new();
        loop {
            let read = stream.read(&mut buffer).doing("reading the answer")?;
            if read == 0 {
                break;
            }
            let part = buffer.get(..read).unwrap_or_default();
            first_byte.get_or_insert_with(|| begun.elapsed());
            if status.is_none() {
                status =
                    part.get(9..12).and_then(|code| std::str::from_utf8(code).ok()?.parse().ok());
            }
            bytes += read;
            end = part.get(read.saturating_sub(8)..).unwrap_or_default().to_vec();
        }
        let whole = begun.elapsed();
        let reading = Reading { first_byte: first_byte.unwrap_or(whole), whole, bytes };
        Ok((reading, status.unwrap_or(0), end))
    }
}

/// The header for this id and secret, both form-encoded first (RFC 6749 2.3.1).
pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", base64(format!("{}:{}", encoded(id), encoded(secret)).as_bytes()))
}

/// Form encoding of everything that is not unreserved.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Base64 by hand: the tools depend on nothing that must be compiled first.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |six: u32| {
        let at = usize::try_from(six & 63).unwrap_or(0);
        LETTERS.get(at).copied().map_or('=', char::from)
    };
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let mut three = [0; 3];
        for (to, from) in three.iter_mut().zip(part) {
            *to = u32::from(*from);
        }
        let [first, second, third] = three;
        let bits = first << 16 | second << 8 | third;
        text.push(letter(bits >> 18));
        text.push(letter(bits >> 12));
        text.push(if part.len() > 1 { letter(bits >> 6) } else { '=' });
        text.push(if part.len() > 2 { letter(bits) } else { '=' });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        let known =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in known {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn an_id_with_a_colon_is_encoded_before_it_meets_its_secret() {
        assert_eq!(basic("a:b", "c"), format!("Basic {}", base64(b"a%3Ab:c")));
    }
}
