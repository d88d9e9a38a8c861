//! The head of a request: read strictly, then written anew (RFC 9112 2 to 6, B08 to B11, B17 to B19).
//!
//! Pure: bytes in, verdict out. What leaves here has one Host, no message framing of the
//! sender's own and no hop-by-hop fields, so that two parsers cannot read it differently.

use actix_web::http::Uri;

use super::Limits;
use crate::refusal::Refusal;

/// A head that may pass.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Head {
    /// Request line and fields, without framing fields and the closing empty line.
    pub(crate) text: Vec<u8>,
    /// How the body is framed on the wire.
    pub(crate) framing: Framing,
    /// The sender waits for `100 Continue`.
    pub(crate) waits: bool,
    /// The sender wants the connection closed after the answer.
    pub(crate) last: bool,
}

/// How long a body is (RFC 9112 6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Framing {
    /// There is none.
    Nothing,
    /// So many bytes.
    Length(usize),
    /// In chunks.
    Chunked,
}

impl Head {
    /// Reads a head that ends with its empty line.
    pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Self, Refusal> {
        if bytes.first() == Some(&b'\n') || bytes.windows(2).any(is_bare_line_feed) {
            return Err(NOT_HTTP);
        }
        let mut fields = [httparse::EMPTY_HEADER; Limits::HEADERS_MOST];
        let room = fields.get_mut(..limits.headers).ok_or(Refusal::HeadTooLarge)?;
        let mut request = httparse::Request::new(room);
        match request.parse(bytes) {
            Ok(httparse::Status::Complete(_)) => {}
            Err(httparse::Error::TooManyHeaders) => return Err(Refusal::HeadTooLarge),
            Ok(httparse::Status::Partial)
            | Err(
                httparse::Error::HeaderName
                | httparse::Error::HeaderValue
                | httparse::Error::NewLine
                | httparse::Error::Status
                | httparse::Error::Token
                | httparse::Error::Version,
            ) => return Err(NOT_HTTP),
        }
        let (Some(method), Some(target), Some(1)) = (request.method, request.path, request.version)
        else {
            return Err(NOT_HTTP);
        };
        let fields = Fields::read(request.headers)?;
        let target = checked_target(target, &fields.host, limits)?;
        let framing = fields.framing(limits)?;
        let text = written_anew(method, target, request.headers, fields.last);
        Ok(Self { text, framing, waits: fields.waits, last: fields.last })
    }
}

const NOT_HTTP: Refusal = Refusal::BadHttp("this is not HTTP/1.1");

/// A line ends with both characters. RFC 9112 2.2 lets a reader take the feed alone; a
/// proxy in front may not, and the two would disagree.
fn is_bare_line_feed(pair: &[u8]) -> bool {
    matches!(pair, [before, b'\n'] if *before != b'\r')
}

/// Fields that are taken out or not passed on as they came: message framing, which is
/// decided here, and what concerns one connection only (RFC 9110 7.6.1).
const NOT_PASSED_ON: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What the fields say about the message itself.
#[derive(Default)]
struct Fields {
    host: Vec<u8>,
    hosts: usize,
    lengths: usize,
    length: usize,
    codings: usize,
    chunked: bool,
    waits: bool,
    last: bool,
}

impl Fields {
    fn read(headers: &[httparse::Header<'_>]) -> Result<Self, Refusal> {
        let mut fields = Self::default();
        for header in headers {
            fields.take(header)?;
        }
        if fields.hosts != 1 || fields.host.is_empty() {
            return Err(Refusal::BadHttp("a request has one Host"));
        }
        if !fields.host.iter().copied().all(is_of_a_host) {
            return Err(Refusal::BadHttp("the Host is no host"));
        }
        Ok(fields)
    }

    fn take(&mut self, header: &httparse::Header<'_>) -> Result<(), Refusal> {
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("host") {
            self.hosts = self.hosts.saturating_add(1);
            self.host = header.value.to_vec();
        } else if is("content-length") {
            self.lengths = self.lengths.saturating_add(1);
            self.length = length(header.value)?;
        } else if is("transfer-encoding") {
            self.codings = self.codings.saturating_add(1);
            self.chunked = header.value.eq_ignore_ascii_case(b"chunked");
        } else if is("content-encoding") {
            if !header.value.eq_ignore_ascii_case(b"identity") {
                return Err(Refusal::UnsupportedContentCoding);
            }
        } else if is("expect") {
            self.waits = header.value.eq_ignore_ascii_case(b"100-continue");
        } else if is("connection") {
            let mut tokens = header.value.split(|byte| *byte == b',');
            self.last |= tokens.any(|token| token.trim_ascii().eq_ignore_ascii_case(b"close"));
        }
        Ok(())
    }

    /// One length or chunks, never both, never twice, even when they agree: whoever sends
    /// such a thing may want two readers to disagree (RFC 9112 11.2).
    fn framing(&self, limits: &Limits) -> Result<Framing, Refusal> {
        match (self.lengths, self.codings) {
            (0, 0) => Ok(Framing::Nothing),
            (1, 0) if self.length > limits.body_bytes => Err(Refusal::BodyTooLarge),
            (1, 0) => Ok(Framing::Length(self.length)),
            (0, 1) if self.chunked => Ok(Framing::Chunked),
            (0, _) => Err(Refusal::BadHttp("the only transfer coding taken is chunked")),
            _ => Err(Refusal::BadHttp("a request has one Content-Length or chunks")),
        }
    }
}

/// A name or an address with a port (RFC 3986 3.2.2, RFC 9112 3.2): two readers must not take
/// what is none for different hosts.
const fn is_of_a_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'%' | b':')
        || matches!(byte, b'[' | b']' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*')
        || matches!(byte, b'+' | b',' | b';' | b'=')
}

/// Digits alone: neither sign nor list (RFC 9112 6.3).
fn length(value: &[u8]) -> Result<usize, Refusal> {
    let bad = Refusal::BadHttp("the Content-Length is not a number");
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return Err(bad);
    }
    let digits = str::from_utf8(value).map_err(|_| bad)?;
    // A number too great for the machine is too great for us.
    digits.parse().map_err(|_| Refusal::BodyTooLarge)
}

/// The target in origin form. The absolute form is taken when it names the very host of
/// the Host field (RFC 9112 3.2.2, B19); authority and asterisk forms have no use here.
fn checked_target<'a>(target: &'a str, host: &[u8], limits: &Limits) -> Result<&'a str, Refusal> {
    if target.len() > limits.target_bytes {
        return Err(Refusal::TargetTooLong);
    }
    let bad = Refusal::BadHttp("the request target is not one of this host");
    let scheme = ["http://", "https://"].into_iter().find(|scheme| {
        target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    let origin = match scheme {
        None => target,
        Some(scheme) => {
            let rest = target.get(scheme.len()..).unwrap_or_default();
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            let (authority, origin) = rest.split_at_checked(end).unwrap_or((rest, ""));
            if !authority.as_bytes().eq_ignore_ascii_case(host) {
                return Err(bad);
            }
            if origin.is_empty() { "/" } else { origin }
        }
    };
    if !origin.starts_with('/') || origin.contains('#') || origin.parse::<Uri>().is_err() {
        return Err(bad);
    }
    Ok(origin)
}

fn written_anew(
    method: &str,
    target: &str,
    headers: &[httparse::Header<'_>],
    last: bool,
) -> Vec<u8> {
    let fields: usize = headers.iter().map(|h| h.name.len().saturating_add(h.value.len())).sum();
    let size = fields.saturating_add(target.len()).saturating_add(512);
    let mut text = Vec::with_capacity(size);
    for part in [method, " ", target, " HTTP/1.1\r\n"] {
        text.extend_from_slice(part.as_bytes());
    }
    for header in headers {
        if NOT_PASSED_ON.iter().any(|name| header.name.eq_ignore_ascii_case(name)) {
            continue;
        }
        text.extend_from_slice(header.name.as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(header.value);
        text.extend_from_slice(b"\r\n");
    }
    if last {
        text.extend_from_slice(b"connection: close\r\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(head: &str) -> Result<Head, u16> {
        let head = format!("{head}\r\n\r\n");
        Head::read(head.as_bytes(), &Limits::default()).map_err(|r| r.status().as_u16())
    }

    #[test]
    fn a_plain_head_passes_as_it_came() {
        let head = read("GET /a?b=c HTTP/1.1\r\nHost: h\r\nX-Any: \t1 ").unwrap();
        assert_eq!(head.text, b"GET /a?b=c HTTP/1.1\r\nHost: h\r\nX-Any: 1\r\n");
        assert_eq!((head.framing, head.waits, head.last), (Framing::Nothing, false, false));
    }

    #[test]
    fn framing_and_hop_by_hop_fields_are_not_passed_on() {
        let head = read(
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\nExpect: 100-Continue\r\n\
             Connection: x, Close\r\nUpgrade: h2c\r\nTE: trailers",
        )
        .unwrap();
        assert_eq!(head.text, b"POST / HTTP/1.1\r\nHost: h\r\nconnection: close\r\n");
        assert_eq!((head.framing, head.waits, head.last), (Framing::Length(7), true, true));
    }

    #[test]
    fn doubtful_framing_is_refused() {
        // B08
        for fields in [
            "Content-Length: 1\r\nTransfer-Encoding: chunked",
            "Content-Length: 1\r\nContent-Length: 1",
            "Content-Length: 1, 1",
            "Content-Length: +3",
            "Content-Length: -1",
            "Content-Length: 0x1",
            "Content-Length:",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: identity",
            "Transfer-Encoding : chunked",
            " folded: 1",
        ] {
            assert_eq!(
                read(&format!("POST / HTTP/1.1\r\nHost: h\r\n{fields}")),
                Err(400),
                "{fields}"
            );
        }
    }

    #[test]
    fn a_request_has_exactly_one_host_and_speaks_http_1_1() {
        // B09, B19
        for head in [
            "GET / HTTP/1.1\r\nX: 1",
            "GET / HTTP/1.1\r\nHost:",
            "GET / HTTP/1.1\r\nHost: h\r\nHost: h",
            "GET / HTTP/1.1\r\nHost: a b",
            "GET / HTTP/1.1\r\nHost: a/b",
            "GET / HTTP/1.1\r\nHost: user@h",
            "GET / HTTP/1.1\r\nHost: h\u{e9}",
            "GET / HTTP/1.0\r\nHost: h",
            "GET / HTTP/2.0\r\nHost: h",
            "GET /",
            "GET  / HTTP/1.1\r\nHost: h",
            "GET / HTTP/1.1\r\nHost: h\r\nX: a\0b",
            "GET / HTTP/1.1\nHost: h",
            "GET / HTTP/1.1\r\nHost: h\nX: y",
        ] {
            assert_eq!(read(head), Err(400), "{head}");
        }
    }

    #[test]
    fn the_target_is_one_of_this_host() {
        // B19, S79
        let target = |target: &str| {
            let head = read(&format!("GET {target} HTTP/1.1\r\nHost: Here:1"))?;
            let text = String::from_utf8(head.text).unwrap();
            Ok(text.split(' ').nth(1).unwrap().to_owned())
        };
        assert_eq!(target("http://here:1/a?b"), Ok("/a?b".to_owned()));
        assert_eq!(target("HTTPS://here:1"), Ok("/".to_owned()));
        for bad in ["http://evil/a", "http://u@here:1/", "here:1", "*", "/a#b", "http://here:1?b"] {
            assert_eq!(target(bad), Err(400), "{bad}");
        }
    }

    #[test]
    fn sizes_are_limited() {
        // B05, B10, B11, B17, B18
        let fields = "X: 1\r\n".repeat(64);
        assert_eq!(read(&format!("GET / HTTP/1.1\r\n{fields}Host: h")), Err(431));
        let long = "a".repeat(16 * 1_024);
        assert_eq!(read(&format!("GET /{long} HTTP/1.1\r\nHost: h")), Err(414));
        for (fields, status) in [
            ("Content-Length: 16385\r\nExpect: 100-continue", 413),
            ("Content-Length: 99999999999999999999999", 413),
            ("Content-Length: 5\r\nContent-Encoding: gzip", 415),
        ] {
            let head = format!("POST / HTTP/1.1\r\nHost: h\r\n{fields}");
            assert_eq!(read(&head), Err(status), "{fields}");
        }
    }
}
