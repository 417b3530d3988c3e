//! Units as a file that `targets.yaml` includes.

use std::fmt::Write;

use super::unit::Unit;
use crate::id::PortalId;

/// What all units of the file share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shared {
    /// The portal they are components of.
    pub parent: Option<PortalId>,
    /// The rule packs that bind them.
    pub regulations: Vec<String>,
}

/// The YAML text; `source` is named in its first line.
#[must_use]
pub fn to_yaml(units: &[Unit], shared: &Shared, source: &str) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    render(&mut text, units, shared, source).unwrap_or_default();
    text
}

fn render(text: &mut String, units: &[Unit], shared: &Shared, source: &str) -> std::fmt::Result {
    let source: String = source.chars().filter(|c| !c.is_control()).collect();
    writeln!(
        text,
        "# Nhập từ {source} bằng `ems-collector targets import`; sửa tiếp ở đây được."
    )?;
    if shared.parent.is_some() || !shared.regulations.is_empty() {
        writeln!(text, "defaults:")?;
        if let Some(parent) = &shared.parent {
            writeln!(text, "  parent: {}", quoted(parent.as_str()))?;
        }
        if !shared.regulations.is_empty() {
            writeln!(text, "  regulations: [{}]", shared.regulations.join(", "))?;
        }
    }
    if units.is_empty() {
        return writeln!(text, "portals: []");
    }
    writeln!(text, "portals:")?;
    for unit in units {
        writeln!(text, "  - id: {}", quoted(unit.id.as_str()))?;
        let contact = unit.contact.as_ref();
        let lines = [
            ("name", Some(unit.name.as_str())),
            ("name_en", unit.name_en.as_deref()),
            ("owner", Some(unit.owner.as_str())),
            ("level", Some(unit.level.as_str())),
            ("parent", unit.parent.as_ref().map(PortalId::as_str)),
            ("url", Some(unit.url.as_str())),
            ("hosting", unit.hosting.as_deref()),
            ("note", unit.note.as_deref()),
        ];
        for (key, value) in lines {
            if let Some(value) = value {
                writeln!(text, "    {key}: {}", quoted(value))?;
            }
        }
        if let Some(contact) = contact {
            writeln!(text, "    contact:\n      name: {}", quoted(&contact.name))?;
            for (key, value) in [("email", &contact.email), ("phone", &contact.phone)] {
                if let Some(value) = value {
                    writeln!(text, "      {key}: {}", quoted(value))?;
                }
            }
        }
    }
    Ok(())
}

/// A scalar: bare where that is safe (a word of letters and hyphens that means nothing else), else in double
/// quotes. JSON's escapes are YAML's.
fn quoted(value: &str) -> String {
    let word = |c: char| c.is_ascii_lowercase() || c == '-';
    let meant = matches!(
        value,
        "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n"
    );
    if !value.is_empty() && value.chars().all(word) && !value.starts_with('-') && !meant {
        return value.to_owned();
    }
    serde_json::to_string(value).unwrap_or_default()
}
