//! A statement with its values, as Diesel tells it to whoever listens.

use std::cell::RefCell;
use std::sync::Mutex;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

/// What was set on connections to listings, by whatever thread.
static SET: Mutex<Option<String>> = Mutex::new(None);

thread_local! {
    static HEARD: RefCell<Vec<Overheard>> = const { RefCell::new(Vec::new()) };
}

/// A statement that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Overheard {
    /// With places for its values.
    pub(crate) sql: String,
    /// Its values in Rust's words.
    values: String,
}

/// Does `work`, which must open its connections itself; what it said to the database.
pub(crate) fn overhear(work: impl FnOnce()) -> Vec<Overheard> {
    set_default_instrumentation(|| Some(listener())).unwrap();
    HEARD.take();
    work();
    HEARD.take()
}

/// How connections of listings are set on PostgreSQL, once one was opened.
pub(crate) fn listing_settings() -> String {
    SET.lock().unwrap().clone().unwrap()
}

fn listener() -> Box<dyn Instrumentation> {
    Box::new(|event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            if text.contains("enable_sort") {
                // Pools open connections on threads of their own.
                *SET.lock().unwrap() = Some(text.clone());
            }
            let (sql, values) = text.split_once("-- binds: ").unwrap_or((&text, "[]"));
            let (sql, values) = (sql.trim().to_owned(), values.to_owned());
            HEARD.with_borrow_mut(|heard| heard.push(Overheard { sql, values }));
        }
    })
}

impl Overheard {
    /// Its values as a list of PostgreSQL's literals.
    pub(crate) fn literals(&self) -> String {
        let values: serde_json::Value = serde_json::from_str(&self.values).unwrap();
        let values: Vec<String> = values.as_array().unwrap().iter().map(literal).collect();
        values.join(", ")
    }
}

/// How many bytes a hash has; no question names so many shards or rows.
const BYTES_OF_HASH: usize = 32;

/// Numbers, texts, arrays of numbers, and arrays of arrays of bytes are alike in both; a
/// hash looks like an array of numbers.
fn literal(value: &serde_json::Value) -> String {
    let Some(items) = value.as_array() else {
        return value.to_string().replace('"', "'");
    };
    let is_byte = |item: &serde_json::Value| item.as_u64().is_some_and(|number| number < 256);
    if items.len() == BYTES_OF_HASH && items.iter().all(is_byte) {
        return format!("'\\x{}'", digits(value));
    }
    let is_binary = items.iter().any(serde_json::Value::is_array);
    let items: Vec<String> =
        items.iter().map(|item| if is_binary { hex(item) } else { item.to_string() }).collect();
    format!("'{{{}}}'", items.join(", "))
}

fn hex(bytes: &serde_json::Value) -> String {
    format!("\"\\\\x{}\"", digits(bytes))
}

fn digits(bytes: &serde_json::Value) -> String {
    let bytes = bytes.as_array().unwrap().iter();
    let digits: Vec<_> = bytes.map(|byte| format!("{:02x}", byte.as_u64().unwrap())).collect();
    digits.concat()
}
