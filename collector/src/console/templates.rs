//! The embedded templates and the style sheet.

use minijinja::{Environment, Error};

use crate::template;

/// Name and source of every template.
const TEMPLATES: &[(&str, &str)] = &[
    ("frame.html", include_str!("templates/frame.html")),
    ("parts.html", include_str!("templates/parts.html")),
    ("overview.html", include_str!("templates/overview.html")),
    ("portal.html", include_str!("templates/portal.html")),
    ("compliance.html", include_str!("templates/compliance.html")),
    ("regulation.html", include_str!("templates/regulation.html")),
    ("regulations.html", include_str!("templates/regulations.html")),
    ("incidents.html", include_str!("templates/incidents.html")),
    ("agents.html", include_str!("templates/agents.html")),
    ("about.html", include_str!("templates/about.html")),
    ("runbooks.html", include_str!("templates/runbooks.html")),
    ("runbook.html", include_str!("templates/runbook.html")),
    ("error.html", include_str!("templates/error.html")),
    ("refusal.html", include_str!("templates/refusal.html")),
    ("login.html", include_str!("templates/login.html")),
    ("account.html", include_str!("templates/account.html")),
    ("audit.html", include_str!("templates/audit.html")),
    ("work.html", include_str!("templates/work.html")),
    ("owners.html", include_str!("templates/owners.html")),
    ("oncall.html", include_str!("templates/oncall.html")),
    ("handover.html", include_str!("templates/handover.html")),
    ("link.html", include_str!("templates/link.html")),
    ("fields.html", include_str!("templates/fields.html")),
    ("reports.html", include_str!("templates/reports.html")),
    ("edition.html", include_str!("templates/edition.html")),
    ("freeze.html", include_str!("templates/freeze.html")),
    ("registers.html", include_str!("templates/registers.html")),
    ("register.html", include_str!("templates/register.html")),
    ("register_form.html", include_str!("templates/register_form.html")),
    (
        "register_entry.html",
        include_str!("templates/register_entry.html"),
    ),
    ("import.html", include_str!("templates/import.html")),
];

/// The style sheet.
pub(super) const STYLE: &str = include_str!("templates/console.css");

/// The environment that renders pages.
///
/// # Errors
/// When an embedded template does not parse: a fault of this program.
pub(super) fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = template::environment()?;
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::text::Lang;

    #[test]
    fn every_text_a_template_asks_for_is_in_the_catalogue() {
        environment().unwrap();
        for (name, source) in TEMPLATES {
            for rest in source.split("t(\"").skip(1) {
                let key = rest.split('"').next().unwrap_or_default();
                assert!(template::text(Lang::Vi, key).is_ok(), "{name}: no text `{key}`");
            }
        }
    }

    #[test]
    fn pages_take_nothing_from_elsewhere_and_run_no_script() {
        for (name, source) in TEMPLATES {
            for banned in ["<script", "style=\"", "onclick", "http://", "@import", "//cdn"] {
                assert!(!source.contains(banned), "{name} has {banned}");
            }
        }
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}
