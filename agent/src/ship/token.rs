//! The token that lets this agent in. Never shown.

use std::fmt;
use std::path::PathBuf;

use super::ClientError;

/// Where the token is.
#[derive(Clone, PartialEq, Eq)]
pub enum Token {
    /// Here.
    Literal(String),
    /// In a file, alone on its line; read again when the collector refuses it.
    File(PathBuf),
}

impl Token {
    /// The value of the `Authorization` header.
    pub(super) fn bearer(&self) -> Result<String, ClientError> {
        let token = match self {
            Self::Literal(token) => token.clone(),
            Self::File(path) => std::fs::read_to_string(path).map_err(|source| ClientError::TokenFile {
                path: path.clone(),
                source,
            })?,
        };
        Ok(format!("Bearer {}", token.trim()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(_) => f.write_str("<hidden>"),
            Self::File(path) => path.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_not_shown() {
        let token = Token::Literal("s3cret".to_owned());
        assert!(!format!("{token:?}").contains("s3cret"));
        assert_eq!(token.bearer().unwrap(), "Bearer s3cret");
        assert!(Token::File("/no/such/file".into()).bearer().is_err());
    }
}
