//! The functions of a Rust text: where each begins and ends, and whether it is a test.
//!
//! Shared by the rules about names and lengths; found by the word `fn`, on top of the lexer.

use super::source::Source;

/// One function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: String,
    /// The line with the word `fn`, from 1.
    pub(crate) first: usize,
    /// The line with the closing brace.
    pub(crate) last: usize,
    /// Whether an attribute such as `#[test]` or `#[actix_web::test]` stands above it.
    pub(crate) is_test: bool,
}

impl Function {
    /// Its lines that are neither blank nor comments.
    pub(crate) fn code_lines(&self, source: &Source) -> usize {
        let within = |number: &usize| (self.first..=self.last).contains(number);
        source.lines().filter(|(number, line)| within(number) && !line.trim().is_empty()).count()
    }
}

/// Every function with a body, in order.
pub(crate) fn functions(source: &Source) -> Vec<Function> {
    let mut found = Vec::new();
    let mut marked = false;
    for (number, line) in source.lines() {
        let line = line.trim();
        if let Some(name) = name_in(line) {
            if let Some(last) = source.end_of_block(number) {
                found.push(Function { name, first: number, last, is_test: marked });
            }
            marked = false;
        } else if is_test_mark(line) {
            marked = true;
        }
    }
    found
}

fn is_test_mark(line: &str) -> bool {
    line.strip_prefix("#[").is_some_and(|attribute| {
        let path = attribute.split(['(', ']']).next().unwrap_or_default();
        path == "test" || path.ends_with("::test")
    })
}

/// The name that follows the word `fn`; a type such as `fn(u8)` has none.
fn name_in(line: &str) -> Option<String> {
    let mut words = line.split(|c: char| c.is_whitespace());
    words.find(|word| *word == "fn")?;
    let rest = words.next()?;
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_know_their_ends_and_whether_they_are_tests() {
        let text = "type F = fn(u8);\n#[actix_web::test]\nasync fn one() {\n\n  // x\n  { }\n}\nfn two();\nfn three() {}\n";
        let source = Source::read(text);
        let found = functions(&source);
        let names: Vec<_> =
            found.iter().map(|f| (f.name.as_str(), f.first, f.last, f.is_test)).collect();
        assert_eq!(names, [("one", 3, 7, true), ("three", 9, 9, false)]);
        assert_eq!(found[0].code_lines(&source), 3);
    }
}
