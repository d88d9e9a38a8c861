//! Every page in every state, with plain and with hostile texts, read as a browser reads it.

#[path = "../examples/gallery/states.rs"]
mod states;

#[path = "every_page/golden.rs"]
mod golden;
#[path = "every_page/reading.rs"]
mod reading;
#[path = "every_page/strangers.rs"]
mod strangers;
#[path = "every_page/structure.rs"]
mod structure;
