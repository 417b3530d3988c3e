//! Prometheus rules: what was judged by the collector already is only waited for and worded here.

mod list;

pub use list::groups;

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
    /// The board to look at, with the labels that fill its variables.
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
        format!(
            "      - alert: {name}\n        expr: {expr}\n        for: {wait}\n        labels: {{severity: {severity}}}\n        \
             annotations:\n          summary: {vi}\n          summary_en: {en}\n          dashboard: {dashboard}\n          \
             runbook: {runbook}\n",
            name = self.name,
            expr = quoted(&self.expr),
            wait = self.wait,
            severity = self.severity.as_str(),
            vi = quoted(self.vi),
            en = quoted(self.en),
            dashboard = quoted(&format!("/d/{board}{query}")),
            runbook = quoted(&format!("alerts/runbooks/{}.md", self.name)),
        )
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
