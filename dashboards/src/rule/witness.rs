//! Who sees a trouble and since when, as annotations that Prometheus fills in when it sends the alert.
//!
//! A query here names the alert's labels as `$portal`. Prometheus' templates have no such thing: they are given the query
//! with `%q` in that place, and the label beside it, so that no name can break out of its quotes.

/// From where the trouble is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// From the vantage points that a query finds: its samples carry `agent`.
    From(String),
    /// From nowhere: the query finds those that cannot say. Who is silent is in neither.
    Nowhere(String),
    /// From a place of ours, in Vietnamese and in English, with Prometheus' templates.
    Place(&'static str, &'static str),
}

/// Since when it lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// Since the earliest instant that a query gives, in seconds since 1970.
    Told(String),
    /// Since the rule's expression holds, which is earlier than the alert by the rule's wait.
    Held,
}

/// Prometheus' templates know UTC only; Asia/Ho_Chi_Minh has been seven hours ahead since 1975, without summer time.
const AHEAD_S: u32 = 25_200;

impl Seen {
    /// The collector itself.
    pub(super) const COLLECTOR: Self = Self::Place("máy thu thập", "the collector");

    /// The vantage points whose failures an open incident rests on; `chosen` narrows incidents by their labels.
    pub(super) fn incident(chosen: &str) -> Self {
        Self::From(format!("count by (agent) (ems_incident_seen_from{{{chosen}}})"))
    }

    /// The annotations `seen_from` and `seen_from_en`.
    pub(super) fn annotations(&self) -> (String, String) {
        let listed = |query: &str, nobody: &str| {
            format!(
                "{{{{ range $place, $seen := {} | sortByLabel `agent` }}}}{{{{ if $place }}}}, {{{{ end }}}}\
                 {{{{ $seen.Labels.agent }}}}{{{{ else }}}}{nobody}{{{{ end }}}}",
                asked(query)
            )
        };
        match self {
            Self::From(query) => (listed(query, "không rõ"), listed(query, "unknown")),
            Self::Nowhere(query) => (
                format!("không nơi nào; không nói được: {}", listed(query, "–")),
                format!("nowhere; cannot say: {}", listed(query, "–")),
            ),
            Self::Place(vi, en) => ((*vi).to_owned(), (*en).to_owned()),
        }
    }

    /// What it asks Prometheus, if anything.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        match self {
            Self::From(query) | Self::Nowhere(query) => Some(query),
            Self::Place(..) => None,
        }
    }
}

impl Since {
    /// Since the beginning of the open incident that `chosen` names.
    pub(super) fn incident(chosen: &str) -> Self {
        Self::Told(format!("min(ems_incident_opened_timestamp_seconds{{{chosen}}})"))
    }

    /// The annotation `since`, as `19:04:05 29/11/2026` of Vietnamese time; empty when nobody can say.
    pub(super) fn annotation(&self, alert: &str) -> String {
        let written = |found: &str| {
            format!(
                "{{{{ with {found} }}}}{{{{ (. | first | value | toTime).Format `15:04:05 02/01/2006` }}}}{{{{ end }}}}"
            )
        };
        match self {
            Self::Told(query) => written(&asked(&format!("{query} + {AHEAD_S}"))),
            Self::Held => format!(
                "{{{{ $all := `alertname=\"{alert}\"` }}}}{{{{ range $name, $value := $labels }}}}\
                 {{{{ if ne $name `__name__` }}}}{{{{ $all = printf `%s, %s=%q` $all $name $value }}}}{{{{ end }}}}{{{{ end }}}}{}",
                written(&format!(
                    "query (printf `ALERTS_FOR_STATE{{%s}} + {AHEAD_S}` $all)"
                ))
            ),
        }
    }

    /// What it asks Prometheus, if it is not about the alert itself.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        match self {
            Self::Told(query) => Some(query),
            Self::Held => None,
        }
    }
}

/// The annotation `portal_name`: what the inventory calls the alert's portal.
pub(super) fn portal_name() -> String {
    format!(
        "{{{{ with {} }}}}{{{{ . | first | label `name` }}}}{{{{ end }}}}",
        asked("ems_portal_info{portal=$portal}")
    )
}

/// The query as a call in Prometheus' templates.
fn asked(query: &str) -> String {
    let mut parts = query.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    let mut labels = String::new();
    for part in parts {
        let end = part
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(part.len());
        let (label, rest) = part.split_at(end);
        labels.push_str(" $labels.");
        labels.push_str(label);
        text.push_str("%q");
        text.push_str(rest);
    }
    if labels.is_empty() {
        format!("query `{text}`")
    } else {
        format!("query (printf `{text}`{labels})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_beside_the_query_and_never_in_it() {
        assert_eq!(asked("max(x)"), "query `max(x)`");
        assert_eq!(
            asked("x{portal=$portal, track=$track} == 0"),
            "query (printf `x{portal=%q, track=%q} == 0` $labels.portal $labels.track)"
        );
    }

    #[test]
    fn a_list_says_so_when_it_is_empty() {
        let (vi, en) = Seen::From("x{portal=$portal}".to_owned()).annotations();
        assert!(vi.ends_with("{{ else }}không rõ{{ end }}"), "{vi}");
        assert!(en.ends_with("{{ else }}unknown{{ end }}"), "{en}");
    }
}
