//! `prompt` (OpenID Connect Core 3.1.2.1): what the person is to be asked, whatever they said
//! before.

/// What the client wants of the person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Prompt {
    /// Nothing may be asked: what cannot be answered without is refused.
    pub none: bool,
    /// The person shall prove anew who they are.
    pub login: bool,
    /// The person shall say anew what they allow.
    pub consent: bool,
}

/// A `prompt` that asks for what there is not, or for nothing and something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InvalidPrompt;

impl Prompt {
    /// Reads the words. To select an account is to log in anew: a session has one person.
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidPrompt> {
        let mut prompt = Self::default();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            match word {
                "none" => prompt.none = true,
                "login" | "select_account" => prompt.login = true,
                "consent" => prompt.consent = true,
                _ => return Err(InvalidPrompt),
            }
        }
        if prompt.none && (prompt.login || prompt.consent) {
            return Err(InvalidPrompt);
        }
        Ok(prompt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_together_but_none_stands_alone() {
        let (none, login, consent) = (true, true, true);
        let plain = Prompt::default();
        assert_eq!(Prompt::parse(""), Ok(plain));
        assert_eq!(Prompt::parse("none"), Ok(Prompt { none, ..plain }));
        assert_eq!(Prompt::parse("login consent"), Ok(Prompt { login, consent, ..plain }));
        assert_eq!(Prompt::parse("select_account"), Ok(Prompt { login, ..plain }));
        for text in ["none login", "consent none", "create", "LOGIN"] {
            assert_eq!(Prompt::parse(text), Err(InvalidPrompt), "{text}");
        }
    }
}
