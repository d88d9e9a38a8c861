//! A chunked body (RFC 9112 7.1), read strictly and within its limit.
//!
//! Pure: it eats from a buffer and appends to the body. Sizes are bare hexadecimal,
//! extensions are short and ignored, trailers are not taken (B08).

use actix_web::web::BytesMut;

use crate::refusal::Refusal;

/// A size, an extension and the line's end: nobody needs more.
const SIZE_LINE: usize = 256;
/// Digits of a size: more would not fit the limit anyway.
const SIZE_DIGITS: usize = 8;

/// Where in the chunks the reader stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Chunks {
    /// Before a line with a size.
    #[default]
    Size,
    /// Within a chunk; so many bytes of it are to come.
    Data(usize),
    /// Behind a chunk, before its line's end.
    DataEnd,
    /// Behind the last chunk, before the empty line.
    End,
}

impl Chunks {
    /// Eats what is there; true when the body is whole.
    pub(crate) fn eat(
        &mut self,
        input: &mut BytesMut,
        body: &mut Vec<u8>,
        limit: usize,
    ) -> Result<bool, Refusal> {
        loop {
            match *self {
                Self::Size => {
                    let Some(line) = take_line(input)? else { return Ok(false) };
                    *self = match size(&line)? {
                        0 => Self::End,
                        size if size > limit.saturating_sub(body.len()) => {
                            return Err(Refusal::BodyTooLarge);
                        }
                        size => Self::Data(size),
                    };
                }
                Self::Data(left) => {
                    let here = left.min(input.len());
                    body.extend_from_slice(&input.split_to(here));
                    *self = match left.saturating_sub(here) {
                        0 => Self::DataEnd,
                        left => {
                            *self = Self::Data(left);
                            return Ok(false);
                        }
                    };
                }
                Self::DataEnd => match input.get(..2) {
                    None => return Ok(false),
                    Some(b"\r\n") => {
                        let _ = input.split_to(2);
                        *self = Self::Size;
                    }
                    Some(_) => return Err(BAD),
                },
                Self::End => match input.get(..2) {
                    None => return Ok(false),
                    Some(b"\r\n") => {
                        let _ = input.split_to(2);
                        return Ok(true);
                    }
                    Some(_) => return Err(Refusal::BadHttp("trailers are not taken")),
                },
            }
        }
    }
}

const BAD: Refusal = Refusal::BadHttp("the chunks are malformed");

/// The next line without its end, if it is there.
fn take_line(input: &mut BytesMut) -> Result<Option<BytesMut>, Refusal> {
    let window = input.get(..SIZE_LINE.min(input.len())).unwrap_or_default();
    let Some(feed) = window.iter().position(|byte| *byte == b'\n') else {
        return if input.len() < SIZE_LINE { Ok(None) } else { Err(BAD) };
    };
    let mut line = input.split_to(feed.saturating_add(1));
    line.truncate(feed);
    // A line ends with both characters; one alone is read differently by different readers.
    match line.split_last() {
        Some((b'\r', _)) => line.truncate(feed.saturating_sub(1)),
        Some(_) | None => return Err(BAD),
    }
    Ok(Some(line))
}

fn size(line: &[u8]) -> Result<usize, Refusal> {
    let end = line.iter().position(|byte| *byte == b';').unwrap_or(line.len());
    let (digits, extension) = line.split_at_checked(end).ok_or(BAD)?;
    if digits.is_empty() || digits.len() > SIZE_DIGITS {
        return Err(BAD);
    }
    if extension.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
        return Err(BAD);
    }
    let digits = str::from_utf8(digits).map_err(|_| BAD)?;
    // `from_str_radix` takes a sign, RFC 9112 does not.
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(BAD);
    }
    usize::from_str_radix(digits, 16).map_err(|_| BAD)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body, or how many bytes came before the end was missed, or a status.
    fn eat(text: &str, step: usize) -> Result<Option<String>, u16> {
        let (mut chunks, mut input, mut body) = (Chunks::default(), BytesMut::new(), Vec::new());
        for piece in text.as_bytes().chunks(step) {
            input.extend_from_slice(piece);
            let whole = chunks.eat(&mut input, &mut body, 10).map_err(|r| r.status().as_u16())?;
            if whole {
                assert!(input.is_empty());
                return Ok(Some(String::from_utf8(body).unwrap()));
            }
        }
        Ok(None)
    }

    #[test]
    fn chunks_make_a_body_however_they_are_cut() {
        for step in [1, 2, 3, 100] {
            let text = "3;a=b\r\nabc\r\n05\r\ndefgh\r\n0\r\n\r\n";
            assert_eq!(eat(text, step), Ok(Some("abcdefgh".to_owned())), "{step}");
        }
        assert_eq!(eat("3\r\nab", 9), Ok(None));
    }

    #[test]
    fn bad_chunks_are_refused() {
        // B08
        let endless = format!("1;{}", "x".repeat(64 * 1_024));
        for text in [
            "-1\r\n",
            "+1\r\n",
            " 1\r\n",
            "1 \r\n",
            "0x1\r\n",
            "\r\n",
            "123456789\r\n",
            "1\na",
            "1\r\nab\r\n",
            "0\r\nTrailer: 1\r\n\r\n",
            "1;a\nb\r\nx",
            &endless,
        ] {
            assert_eq!(eat(text, 1_024), Err(400), "{}", text.len());
        }
    }

    #[test]
    fn a_body_over_the_limit_is_refused_when_its_size_is_told() {
        // B05
        assert_eq!(eat("b\r\n", 9), Err(413));
        assert_eq!(eat("5\r\nabcde\r\n6\r\n", 99), Err(413));
    }
}
