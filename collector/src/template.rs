//! How templates are rendered, for pages and reports alike: strict about what they ask for, escaping everything.

use ems_contract::text::{Lang, lookup};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};

/// An environment whose templates find the texts of the catalogue by `t("key")`, in the language that their
/// variable `lang` names.
///
/// # Errors
/// When the syntax is contradictory: a fault of this program.
pub fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_name| AutoEscape::Html);
    environment.set_formatter(write_escaped);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    environment.add_function("t", |state: &State<'_, '_>, key: String| {
        let english = state
            .lookup("lang")
            .is_some_and(|lang| lang.as_str() == Some("en"));
        text(if english { Lang::En } else { Lang::Vi }, &key)
    });
    Ok(environment)
}

/// The text of a key; one that the catalogue lacks is a fault, not a key on the screen.
///
/// # Errors
/// When the catalogue lacks it.
pub fn text(lang: Lang, key: &str) -> Result<&'static str, Error> {
    lookup(lang, key).ok_or_else(|| Error::new(ErrorKind::UndefinedError, format!("no text `{key}`")))
}

/// Escapes what HTML gives a meaning. The library's own escaping also spells out every `/`, of which dates and
/// links have many.
fn write_escaped(out: &mut Output<'_>, _state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::Undefined => Err(Error::from(ErrorKind::UndefinedError)),
        ValueKind::String if value.is_safe() => Ok(out.write_str(value.as_str().unwrap_or_default())?),
        ValueKind::String => escape(out, value.as_str().unwrap_or_default()),
        ValueKind::Number | ValueKind::Bool => Ok(write!(out, "{value}")?),
        _ => escape(out, &value.to_string()),
    }
}

fn escape(out: &mut Output<'_>, text: &str) -> Result<(), Error> {
    let mut rest = text;
    while let Some(place) = rest.find(['&', '<', '>', '"', '\'']) {
        out.write_str(&rest[..place])?;
        out.write_str(match rest.as_bytes()[place] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        })?;
        rest = &rest[place + 1..];
    }
    Ok(out.write_str(rest)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::context;
    use proptest::prelude::*;

    fn render(source: &str, value: &str) -> Result<String, Error> {
        environment()
            .unwrap()
            .render_str(source, context! { lang => "vi", value })
    }

    #[test]
    fn missing_values_and_texts_are_faults() {
        assert!(render("{{ other }}", "").is_err());
        assert!(render("{{ t('no.such.key') }}", "").is_err());
        assert_eq!(render("{{ t('state.up') }}", "").unwrap(), "Hoạt động");
    }

    #[test]
    fn dates_stay_legible_and_markup_does_not_pass() {
        assert_eq!(
            render("{{ value }}", "22/11/2026 <b a=\"1\">'&").unwrap(),
            "22/11/2026 &lt;b a=&quot;1&quot;&gt;&#39;&amp;"
        );
        assert_eq!(
            render("{% macro m() %}<i>{{ value }}</i>{% endmacro %}{{ m() }}", "<").unwrap(),
            "<i>&lt;</i>"
        );
    }

    proptest! {
        #[test]
        fn nothing_escapes_the_escaping(value in ".{0,40}") {
            let out = render("{{ value }}", &value).unwrap();
            prop_assert!(!out.contains(['<', '>', '"', '\'']));
        }
    }
}
