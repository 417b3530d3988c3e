//! The report as one self-contained HTML file that prints on A4.

use ems_contract::text::{Lang, get};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, context};

use super::model::Report;
use super::view::view;

const TEMPLATE: &str = include_str!("report.html");

/// The report as HTML. The same report gives the same bytes.
///
/// # Errors
/// When the template asks for a value or a text that does not exist: a fault of this program.
pub fn html(report: &Report, lang: Lang) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_name| AutoEscape::Html);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    environment.add_function("t", move |key: String| {
        let text = get(lang, &key);
        if text == key {
            return Err(Error::new(ErrorKind::UndefinedError, format!("no text `{key}`")));
        }
        Ok(text.to_owned())
    });
    environment.render_str(TEMPLATE, context! { report => Serde(view(report, lang)) })
}
