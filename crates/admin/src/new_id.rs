//! Ids that new parties may have: those that a client can say.

use crate::DeedError;

/// An id that no request could carry is refused before anybody is called by it; imported
/// ones are taken as they are.
pub(crate) fn presentable(id: &str) -> Result<&str, DeedError> {
    if id.chars().any(char::is_control) {
        return Err(DeedError::Unpresentable(id.to_owned()));
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_with_control_characters_is_refused_and_any_other_text_is_not() {
        for id in ["a\nb", "a\u{0}", "\u{7f}", "\u{85}"] {
            assert!(matches!(presentable(id), Err(DeedError::Unpresentable(_))), "{id:?}");
        }
        for id in ["localhost:test/1?x=y z", "é", "a:b"] {
            assert!(presentable(id).is_ok(), "{id:?}");
        }
    }
}
