//! From a template to its text.

use askama::Template;

/// The page's text. Writing into memory fails only where a value refuses to be written, and
/// no value of a page does.
pub(crate) fn html(template: &impl Template) -> String {
    template.render().unwrap_or_default()
}
