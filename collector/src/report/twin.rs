//! The document as one HTML file: the twin of the printed forms.

use ems_contract::document::Document;
use minijinja::value::Serde;
use minijinja::{Error, context};

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
/// When the layout cannot be read or asks for what a document does not have; the error names file and line.
pub fn twin(document: &Document, layout: &Template) -> Result<String, Error> {
    let mut environment = template::environment()?;
    environment.add_template_owned(layout.name.clone(), layout.text.clone())?;
    let letterhead = document.letterhead.as_ref().map(|head| {
        (
            head.number_line(document.lang),
            head.place_date.line(document.lang),
        )
    });
    environment.get_template(&layout.name)?.render(context! {
        lang => document.lang.as_str(),
        document => Serde(document),
        head => letterhead,
    })
}
