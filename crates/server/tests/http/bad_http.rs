//! Rows of the table of bad inputs that are wrong before anybody reads a parameter: heads,
//! lengths, types, encodings. Behind each head that is refused lies a good request.

use crate::bad_inputs::{Expected, IR, IR_OR_415, Table};
use crate::house::PATH;
use crate::wire::form;

const TOO_LARGE: Expected = &[(413, "invalid_request")];
const TARGET: Expected = &[(414, "invalid_request")];
const HEAD: Expected = &[(431, "invalid_request")];

/// Bodies and their types.
pub(crate) fn forms(table: &mut Table<'_>) {
    let question = form(&table.house.question());
    let typed = |content_type: &str, body: &str| {
        table.house.as_admin().header("Content-Type", content_type).body(body)
    };
    let json = typed("application/json", "{\"grant_type\":\"x\"}");
    let multipart = typed("multipart/form-data; boundary=x", "--x--");
    let utf16 = typed("application/x-www-form-urlencoded; charset=utf-16", &question);
    let gzip =
        typed("application/x-www-form-urlencoded", &question).header("Content-Encoding", "gzip");
    let untyped = table.house.as_admin().body(&question);
    table.request("B01", "a JSON body", &json, IR_OR_415);
    table.request("B02", "no Content-Type", &untyped, IR);
    table.request("B03", "another charset", &utf16, IR_OR_415);
    table.request("B04", "multipart", &multipart, IR_OR_415);
    let long = format!("{question}&padding={}", "x".repeat(17 * 1024));
    table.body("B05", "17 KiB of body", &long, &[(413, "invalid_request")]);
    table.request("B18", "a compressed body", &gzip, &[(415, "invalid_request")]);
    for (id, text) in [("B12", "%zz"), ("B12", "%"), ("B12", "%0")] {
        table.body(id, text, &format!("{question}&a={text}"), IR);
        table.body(id, text, &format!("{question}&{text}=a"), IR);
    }
    for text in ["%ff", "%c0%af", "%ed%a0%80"] {
        table.body("B13", text, &format!("{question}&a={text}"), IR);
    }
    for text in ["%00", "%01", "%1f", "%0a"] {
        table.body("B14", text, &format!("{question}&client_id=a{text}b"), IR);
    }
    table.body("B14", "bidi override", &format!("{question}&client_id=a%e2%80%aeb"), IR);
    let many: Vec<String> = (0..1_000).map(|n| format!("p{n}=1")).collect();
    table.body("B15", "1,000 parameters", &format!("{question}&{}", many.join("&")), IR);
    table.body("B16", "a name of 4 KB", &format!("{question}&{}=1", "n".repeat(4_096)), IR);
}

/// Heads, each with a good request behind it that is never run.
pub(crate) fn heads(table: &mut Table<'_>) {
    let good = table.house.as_admin().form(&table.house.question()).bytes(table.house.address);
    let mut row = |id, what: &str, head: String, expected| {
        let bytes = [head.as_bytes(), good.as_slice()].concat();
        table.raw(id, what, bytes, expected);
    };
    let post = |fields: &str| format!("POST {PATH} HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
    let (four, chunked) = ("Content-Length: 4\r\n", "Transfer-Encoding: chunked\r\n");
    for (what, fields, body) in [
        ("both lengths", [four, chunked].concat(), "0\r\n\r\n"),
        ("two lengths", [four, "Content-Length: 5\r\n"].concat(), "abcd"),
        ("the same length twice", [four, four].concat(), "abcd"),
        ("a length with a sign", "Content-Length: +3\r\n".to_owned(), "abc"),
        ("a length below nought", "Content-Length: -1\r\n".to_owned(), ""),
        ("a chunk below nought", chunked.to_owned(), "-1\r\n\r\n"),
        (
            "an endless chunk extension",
            chunked.to_owned(),
            &format!("1;{}", "x".repeat(64 * 1_024)),
        ),
    ] {
        row("B08", what, post(&fields) + body, IR);
    }
    row("B09", "no Host", format!("POST {PATH} HTTP/1.1\r\n\r\n"), IR);
    row("B09", "two Hosts", post("Host: b\r\n"), IR);
    row("B10", "97 fields", post(&"X: 1\r\n".repeat(96)), HEAD);
    row("B10", "a field of 128 KB", post(&format!("X: {}\r\n", "x".repeat(128 * 1_024))), HEAD);
    let get =
        |query: usize| format!("GET {PATH}?a={} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(query));
    row("B11", "a target of 16 KB", get(16 * 1_024), TARGET);
    row("B128", "a query of 100 KB", get(100 * 1_024), TARGET);
    let expecting = "Expect: 100-continue\r\nContent-Length: 99999\r\n";
    row("B17", "a large body to be waved through", post(expecting), TOO_LARGE);
    row("B19", "HTTP/1.0", format!("POST {PATH} HTTP/1.0\r\nHost: a\r\n\r\n"), IR);
    row("B19", "HTTP/0.9", format!("GET {PATH}\r\n\r\n"), IR);
    let elsewhere = format!("POST http://evil{PATH} HTTP/1.1\r\nHost: a\r\n\r\n");
    row("B19", "an absolute target of another host", elsewhere, IR);
}
