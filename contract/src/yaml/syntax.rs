//! What the parser's complaints mean, in words for people who write inventories, not parsers.

use serde_saphyr::granit_parser::ErrorKind;

use crate::diagnostic::{Diagnostic, Message, Place};

/// The finding for a syntax error.
pub(super) fn explain(kind: &ErrorKind, place: Place) -> Diagnostic {
    use ErrorKind as K;

    let key = match kind {
        K::TabNotAllowed
        | K::TabInBlockIndentation
        | K::TabInIndentation
        | K::TabInPlainScalar
        | K::TabAtBlockScalarStart => "yaml.syntax.tab",
        K::UnclosedQuotedScalar | K::DocumentIndicatorInQuotedScalar | K::InvalidQuotedScalarIndent => {
            "yaml.syntax.quote"
        }
        K::InvalidTrailingSingleQuotedScalar | K::InvalidTrailingDoubleQuotedScalar => {
            "yaml.syntax.after_quote"
        }
        K::UnknownQuotedScalarEscape | K::InvalidQuotedScalarHexEscape | K::InvalidUnicodeEscape => {
            "yaml.syntax.escape"
        }
        K::UnclosedFlowCollection { .. }
        | K::MismatchedFlowCollectionEnd { .. }
        | K::MisplacedFlowCollectionEnd
        | K::ExpectedFlowMappingSeparator
        | K::ExpectedFlowSequenceSeparator
        | K::UnexpectedEofFlowSequence
        | K::UnexpectedEofFlowMapping
        | K::UnexpectedEofImplicitFlowMapping => "yaml.syntax.bracket",
        K::InvalidIndentation
        | K::ExpectedBlockMappingKey
        | K::ExpectedBlockSequenceEntry
        | K::InvalidFlowScalarIndent
        | K::InvalidBlockScalarIndent
        | K::BlockSequenceEntryNotAllowed => "yaml.syntax.indentation",
        K::MappingValueNotAllowed | K::InvalidColonPlacement | K::InvalidMappingValueWhitespace => {
            "yaml.syntax.colon"
        }
        K::SimpleKeyExpected | K::InvalidSimpleKey => "yaml.syntax.key",
        K::UnexpectedCharacter { .. } => "yaml.syntax.character",
        K::RecursionLimitExceeded => "yaml.syntax.deep",
        K::DirectiveDisallowed => "yaml.syntax.directive",
        _ => "yaml.syntax.other",
    };
    let message = match kind {
        K::UnexpectedCharacter { character } => {
            Message::new(key).with("character", character.escape_default())
        }
        _ if key == "yaml.syntax.other" => Message::new(key).with("detail", kind),
        _ => Message::new(key),
    };
    let hint = match key {
        "yaml.syntax.colon" | "yaml.syntax.character" => Some(Message::new("yaml.syntax.quote_it")),
        _ => None,
    };
    Diagnostic::error(Some(place), "", message).hint(hint)
}
