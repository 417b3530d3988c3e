//! The report as one self-contained HTML file that prints on A4.

use ems_contract::text::Lang;
use minijinja::value::Serde;
use minijinja::{Error, context};

use super::model::Report;
use super::view::view;
use crate::template;

const TEMPLATE: &str = include_str!("report.html");

/// The report as HTML. The same report gives the same bytes.
///
/// # Errors
/// When the template asks for a value or a text that does not exist: a fault of this program.
pub fn html(report: &Report, lang: Lang) -> Result<String, Error> {
    let environment = template::environment()?;
    environment.render_str(
        TEMPLATE,
        context! { lang => lang.as_str(), report => Serde(view(report, lang)) },
    )
}
