//! A small HTTP client that can also say wrong things: raw bytes out, one answer back.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take: longer than any limit of the service.
const PATIENCE: Duration = Duration::from_secs(30);

/// An answer, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The body came to its proper end.
    pub(crate) whole: bool,
}

impl Answer {
    /// The only value of a header; panics when there are two.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        let first = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "two {name} headers: {:?}", self.headers);
        first
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {} {}", self.status, self.text()))
    }

    /// The `error` member of a refusal.
    pub(crate) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }
}

/// Sends raw bytes and reads one answer.
pub(crate) fn send_raw(address: SocketAddr, bytes: &[u8]) -> Answer {
    let mut stream = connect(address);
    // The server may refuse and close before it has read everything.
    let _ = stream.write_all(bytes);
    read_answer(&mut BufReader::new(stream)).expect("an answer")
}

/// The same from one of this machine's own addresses.
pub(crate) fn send_from(from: SocketAddr, address: SocketAddr, bytes: &[u8]) -> Answer {
    let socket =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    socket.bind(&from.into()).expect("an address of loopback");
    socket.connect(&address.into()).expect("the server listens");
    let mut stream: TcpStream = socket.into();
    let _ = stream.write_all(bytes);
    read_answer(&mut BufReader::new(stream)).expect("an answer")
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream
}

/// Whether these bytes are a whole text of JSON.
pub(crate) fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(bytes).is_ok()
}

/// Reads one answer; `None` when the connection ends before a status line.
pub(crate) fn read_answer(reader: &mut impl BufRead) -> Option<Answer> {
    let (status, headers) = read_head(reader)?;
    let find = |name: &str| {
        headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.clone())
    };
    let (mut body, mut whole) = (Vec::new(), true);
    if find("transfer-encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked")) {
        whole = read_chunks(reader, &mut |chunk| body.extend_from_slice(chunk));
    } else if let Some(length) = find("content-length") {
        let length: usize = length.parse().expect("a length");
        body.resize(length, 0);
        whole = reader.read_exact(&mut body).is_ok();
    } else if status != 204 && status != 304 {
        whole = reader.read_to_end(&mut body).is_ok();
    }
    Some(Answer { status, headers, body, whole })
}

/// A status and its headers.
type Head = (u16, Vec<(String, String)>);

pub(crate) fn read_head(reader: &mut impl BufRead) -> Option<Head> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    Some((status, headers))
}

/// Shows each chunk to `see`; whether the last one came.
pub(crate) fn read_chunks(reader: &mut impl BufRead, see: &mut dyn FnMut(&[u8])) -> bool {
    let mut chunk = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return false;
        }
        let Ok(size) = usize::from_str_radix(line.trim(), 16) else { return false };
        chunk.resize(size, 0);
        if reader.read_exact(&mut chunk).is_err() {
            return false;
        }
        see(&chunk);
        let mut end = String::new();
        if reader.read_line(&mut end).unwrap_or(0) == 0 {
            return false;
        }
        if size == 0 {
            return true;
        }
    }
}

/// A request in the making.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Request {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: None,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn basic(self, id: &str, secret: &str) -> Self {
        let pair = format!("{}:{}", encoded(id), encoded(secret));
        self.header("Authorization", &format!("Basic {}", base64(pair.as_bytes())))
    }

    pub(crate) fn form(self, pairs: &[(&str, &str)]) -> Self {
        self.header("Content-Type", "application/x-www-form-urlencoded").body(&form(pairs))
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        self.body = Some(body.as_bytes().to_vec());
        self
    }

    /// The bytes on the wire, with one Host and the body's length.
    pub(crate) fn bytes(&self, address: SocketAddr) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nHost: {address}\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        if let Some(body) = &self.body {
            head.extend(["Content-Length: ", &body.len().to_string(), "\r\n"]);
        }
        head.push_str("Connection: close\r\n\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend(self.body.iter().flatten());
        bytes
    }

    pub(crate) fn send(&self, address: SocketAddr) -> Answer {
        send_raw(address, &self.bytes(address))
    }

    /// The same to a service that may be gone, or go before it has answered: `None` then.
    pub(crate) fn try_send(&self, address: SocketAddr) -> Option<Answer> {
        let mut stream = TcpStream::connect(address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let _ = stream.write_all(&self.bytes(address));
        let answer = read_answer(&mut BufReader::new(stream))?;
        let told = answer.body.is_empty() || is_json(&answer.body);
        (answer.whole && told).then_some(answer)
    }
}

/// Pairs as a form or query.
pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    pairs.join("&")
}

/// Form encoding of everything that is not unreserved.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&data_encoding::HEXUPPER.encode(&[byte]));
        }
    }
    out
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    data_encoding::BASE64.encode(bytes)
}

/// Reads everything that is left, however the connection ends.
pub(crate) fn read_rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    rest
}
