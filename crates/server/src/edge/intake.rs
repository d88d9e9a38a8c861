//! Taking a request in, whole: head, then body, then the request written anew.
//!
//! Pure: bytes are put into the buffer from outside, and `advance` says what is to be
//! done. A head is parsed once, when its end is there, so that a sender who drips bytes
//! costs no more than one who does not (T35).

use actix_web::web::{Bytes, BytesMut};

use super::Limits;
use super::chunks::Chunks;
use super::head::{Framing, Head};
use crate::refusal::Refusal;

/// Takes in one request after the other.
#[derive(Debug)]
pub(crate) struct Intake {
    limits: Limits,
    /// What arrived and was not eaten yet.
    pub(crate) buffer: BytesMut,
    stage: Stage,
}

/// What is to be done next.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// More bytes are needed.
    More,
    /// The sender waits for `100 Continue`.
    SayContinue,
    /// The request is here.
    Whole {
        /// Its bytes, written anew.
        bytes: Bytes,
        /// The sender wants no further request on this connection.
        last: bool,
    },
}

#[derive(Debug)]
enum Stage {
    /// So many bytes hold no end of the head.
    Head {
        scanned: usize,
    },
    Body {
        head: Head,
        body: Vec<u8>,
        framing: BodyFraming,
    },
}

#[derive(Clone, Copy, Debug)]
enum BodyFraming {
    Left(usize),
    Chunks(Chunks),
}

/// Method, spaces and version around a target of full length.
const AROUND_TARGET: usize = 64;

impl Intake {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, buffer: BytesMut::new(), stage: Stage::Head { scanned: 0 } }
    }

    /// Whether nothing of the next request is here yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.buffer.is_empty() && matches!(self.stage, Stage::Head { .. })
    }

    /// Whether the head is taken and the body awaited.
    pub(crate) const fn is_in_body(&self) -> bool {
        matches!(self.stage, Stage::Body { .. })
    }

    /// Goes on as far as the buffer allows.
    pub(crate) fn advance(&mut self) -> Result<Step, Refusal> {
        if let Stage::Head { scanned } = self.stage {
            let Some(end) = self.head_end(scanned)? else { return Ok(Step::More) };
            let text = self.buffer.split_to(end);
            let head = Head::read(&text, &self.limits)?;
            let framing = match head.framing {
                Framing::Nothing => BodyFraming::Left(0),
                Framing::Length(length) => BodyFraming::Left(length),
                Framing::Chunked => BodyFraming::Chunks(Chunks::default()),
            };
            self.stage = Stage::Body { head, body: Vec::new(), framing };
        }
        self.advance_body()
    }

    /// Where the head ends, or how far there is no end.
    fn head_end(&mut self, scanned: usize) -> Result<Option<usize>, Refusal> {
        if scanned == 0 {
            // RFC 9112 2.2: an empty line before a request is ignored.
            while self.buffer.starts_with(b"\r\n") {
                let _ = self.buffer.split_to(2);
            }
            if self.buffer.first().is_some_and(|byte| !byte.is_ascii_alphabetic() && *byte != b'\r')
            {
                return Err(Refusal::BadHttp("this is not HTTP/1.1"));
            }
        }
        // The end may straddle what was scanned and what is new.
        let from = scanned.saturating_sub(3);
        let fresh = self.buffer.get(from..).unwrap_or_default();
        if let Some(at) = fresh.windows(4).position(|four| four == b"\r\n\r\n") {
            let end = from.saturating_add(at).saturating_add(4);
            return if end > self.limits.head_bytes { self.too_long() } else { Ok(Some(end)) };
        }
        if self.buffer.len() > self.limits.head_bytes {
            return self.too_long();
        }
        self.stage = Stage::Head { scanned: self.buffer.len() };
        Ok(None)
    }

    /// Says which part of the head is too long.
    fn too_long<T>(&self) -> Result<T, Refusal> {
        let line = self.limits.target_bytes.saturating_add(AROUND_TARGET);
        let start = self.buffer.get(..line).unwrap_or(&self.buffer);
        if start.contains(&b'\n') {
            Err(Refusal::HeadTooLarge)
        } else {
            Err(Refusal::TargetTooLong)
        }
    }

    fn advance_body(&mut self) -> Result<Step, Refusal> {
        let Stage::Body { head, body, framing } = &mut self.stage else { return Ok(Step::More) };
        let whole = match framing {
            BodyFraming::Chunks(chunks) => {
                chunks.eat(&mut self.buffer, body, self.limits.body_bytes)?
            }
            BodyFraming::Left(left) => {
                let here = (*left).min(self.buffer.len());
                body.extend_from_slice(&self.buffer.split_to(here));
                *left = left.saturating_sub(here);
                *left == 0
            }
        };
        if whole {
            let step = Step::Whole { bytes: written(head, body), last: head.last };
            self.stage = Stage::Head { scanned: 0 };
            return Ok(step);
        }
        if head.waits && body.is_empty() && self.buffer.is_empty() {
            head.waits = false;
            return Ok(Step::SayContinue);
        }
        Ok(Step::More)
    }
}

fn written(head: &mut Head, body: &[u8]) -> Bytes {
    let mut bytes = std::mem::take(&mut head.text);
    if head.framing != Framing::Nothing {
        bytes.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intake() -> Intake {
        Intake::new(Limits { head_bytes: 200, target_bytes: 20, ..Limits::default() })
    }

    /// Puts the text in, piece by piece, and gives the whole requests or the refusal.
    fn take(text: &str, step: usize) -> (Vec<String>, Option<u16>) {
        let (mut intake, mut whole) = (intake(), Vec::new());
        for piece in text.as_bytes().chunks(step) {
            intake.buffer.extend_from_slice(piece);
            loop {
                match intake.advance() {
                    Ok(Step::More) => break,
                    Ok(Step::SayContinue) => {}
                    Ok(Step::Whole { bytes, .. }) => {
                        whole.push(String::from_utf8(bytes.to_vec()).unwrap());
                    }
                    Err(refusal) => return (whole, Some(refusal.status().as_u16())),
                }
            }
        }
        (whole, None)
    }

    #[test]
    fn requests_are_taken_in_whole_however_they_are_cut() {
        let text = "\r\nPOST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n\
                    GET /b HTTP/1.1\r\nHost: h\r\n\r\n";
        let expected = vec![
            "POST /a HTTP/1.1\r\nHost: h\r\ncontent-length: 2\r\n\r\nab".to_owned(),
            "GET /b HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(),
        ];
        for step in [1, 2, 3, 7, 1_000] {
            assert_eq!(take(text, step), (expected.clone(), None), "{step}");
        }
    }

    #[test]
    fn nothing_behind_a_bad_request_is_taken_in() {
        // B08
        let text = "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n";
        assert_eq!(take(text, 1_000), (vec![], Some(400)));
    }

    #[test]
    fn a_head_is_refused_as_soon_as_it_is_too_long() {
        // B10, B11, T35
        let fields = format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}", "x".repeat(400));
        assert_eq!(take(&fields, 50), (vec![], Some(431)));
        assert_eq!(take(&format!("GET /{}", "x".repeat(400)), 50), (vec![], Some(414)));
        assert_eq!(take("\x16\x03\x01", 1), (vec![], Some(400)));
    }

    #[test]
    fn a_sender_that_waits_is_told_once_to_go_on() {
        let mut intake = intake();
        let head =
            "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
        intake.buffer.extend_from_slice(head.as_bytes());
        assert_eq!(intake.advance(), Ok(Step::SayContinue));
        assert_eq!(intake.advance(), Ok(Step::More));
        assert!(intake.is_in_body());
    }
}
