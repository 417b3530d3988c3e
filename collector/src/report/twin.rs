//! The document as one HTML file: the twin of the printed forms.

use ems_contract::document::Document;
use minijinja::value::Serde;
use minijinja::{Value, context};

use super::templates::{TemplateFault, TemplateFaults, Wrong, rendered};
use crate::template;

/// A layout in place of the built-in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its name in errors.
    pub name: String,
    /// Its text (minijinja, strict).
    pub text: String,
}

impl Default for Template {
    fn default() -> Self {
        Self {
            name: "document.html".to_owned(),
            text: include_str!("document.html").to_owned(),
        }
    }
}

/// The document as HTML. The same document and layout give the same bytes.
///
/// # Errors
/// When the layout is not well formed or asks for what a document does not have: every such place, with file and line.
pub fn twin(document: &Document, layout: &Template) -> Result<String, TemplateFaults> {
    let ours = |error: minijinja::Error| {
        let wrong = Wrong::Other(error.to_string());
        TemplateFaults(vec![TemplateFault::new(&layout.name, None, wrong)])
    };
    let mut environment = template::environment().map_err(ours)?;
    let letterhead = document.letterhead.as_ref().map(|head| {
        (
            head.number_line(document.lang),
            head.place_date.line(document.lang),
        )
    });
    let values: Value = context! {
        lang => document.lang.as_str(),
        document => Serde(document),
        head => letterhead,
    };
    rendered(&mut environment, layout, &values).map_err(TemplateFaults)
}
