//! Prometheus rules: what was judged by the collector already is only waited for and worded here.

mod list;
mod witness;

pub use list::groups;
pub use witness::{Seen, Since};

/// How urgent: decides who is woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Khẩn: at any hour.
    Urgent,
    /// Cao: in office hours.
    High,
    /// Thấp: in the daily digest.
    Low,
}

impl Severity {
    /// The `severity` label.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Urgent => "khan",
            Self::High => "cao",
            Self::Low => "thap",
        }
    }
}

/// A rule of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// A series made from others.
    Record {
        /// Its name.
        name: &'static str,
        /// PromQL.
        expr: String,
    },
    /// An alert.
    Alert(Alert),
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its name; the runbook's file has the same.
    pub name: &'static str,
    /// The same in a few words of Vietnamese, as at the head of the runbook.
    pub title: &'static str,
    /// PromQL.
    pub expr: String,
    /// How long it has to hold.
    pub wait: &'static str,
    /// How urgent.
    pub severity: Severity,
    /// One line in Vietnamese, with Prometheus' templates.
    pub vi: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// From where it is seen.
    pub seen: Seen,
    /// Since when.
    pub since: Since,
    /// The board to look at, with the labels that fill its variables. Its address begins with the external label `grafana`.
    pub board: (&'static str, &'static [&'static str]),
}

/// Rules that are evaluated together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: &'static str,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// The rules as the file that Prometheus reads.
#[must_use]
pub fn file() -> String {
    let mut text = String::from(HEAD);
    for group in groups() {
        text.push_str(&format!("  - name: {}\n    rules:\n", group.name));
        for rule in &group.rules {
            match rule {
                Rule::Record { name, expr } => {
                    text.push_str(&format!(
                        "      - record: {name}\n        expr: {}\n",
                        quoted(expr)
                    ));
                }
                Rule::Alert(alert) => text.push_str(&alert.yaml()),
            }
        }
    }
    text
}

const HEAD: &str = "\
# Quy tắc cảnh báo.  Alert rules.
# Written by `cargo run -p ems-dashboards` from the thresholds that the boards use too; change them there.
# The collector has judged already (quorum, blindness, two attempts): these rules only wait and word.
groups:
";

impl Alert {
    fn yaml(&self) -> String {
        let (board, labels) = self.board;
        let filled = labels
            .iter()
            .map(|label| format!("?var-{label}={{{{ $labels.{label} }}}}"));
        let query: String = filled.collect::<Vec<_>>().join("&").replace("&?", "&");
        let (seen, seen_en) = self.seen.annotations();
        let annotations = [
            ("summary", self.vi.to_owned()),
            ("summary_en", self.en.to_owned()),
            ("since", self.since.annotation(self.name)),
            ("seen_from", seen),
            ("seen_from_en", seen_en),
            (
                "dashboard",
                format!("{{{{ $externalLabels.grafana }}}}/d/{board}{query}"),
            ),
            (
                "runbook",
                format!("{{{{ $externalLabels.console }}}}/runbooks/{}", self.name),
            ),
        ];
        let mut text = format!(
            "      - alert: {name}\n        expr: {expr}\n        for: {wait}\n        labels: {{severity: {severity}}}\n        annotations:\n",
            name = self.name,
            expr = quoted(&self.expr),
            wait = self.wait,
            severity = self.severity.as_str(),
        );
        // Rules and metrics know a portal by its id; people know it by its name.
        let name = labels
            .contains(&"portal")
            .then(|| ("portal_name", witness::portal_name()));
        for (name, value) in annotations.into_iter().chain(name) {
            text.push_str(&format!("          {name}: {}\n", quoted(&value)));
        }
        text
    }
}

/// A YAML scalar in quotes: single ones where the text itself holds double ones, as PromQL does.
fn quoted(text: &str) -> String {
    if text.contains('"') {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        format!("\"{}\"", text.replace('\\', "\\\\"))
    }
}
