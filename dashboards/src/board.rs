//! A board: head, choices, annotations, panels on the grid.

pub mod compliance;
pub mod duty;
pub mod leader;
pub mod portal;
pub mod slo;
pub mod system;

use serde_json::{Value, json};

use crate::layout;
use crate::panel::Panel;
use crate::variable::Variable;

/// Version of Grafana's dashboard model that the files are written in (Grafana 12); Grafana lifts older ones itself.
const SCHEMA_VERSION: u32 = 41;

/// A board.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// Its name for ever: in links, file names and alerts.
    pub uid: &'static str,
    /// Title, with a number so that the list keeps the order.
    pub title: &'static str,
    /// For whom and what for.
    pub description: &'static str,
    /// Choices besides the data source.
    pub variables: Vec<Variable>,
    /// The range at first, such as `now-24h`.
    pub from: &'static str,
    /// How often it is asked again.
    pub refresh: &'static str,
    /// Panels in reading order.
    pub panels: Vec<Panel>,
}

impl Board {
    /// The board in Grafana's model.
    #[must_use]
    pub fn json(&self) -> Value {
        let places = layout::flow(self.panels.iter().map(|panel| panel.size));
        let placed = self.panels.iter().zip(places).enumerate();
        let panels: Vec<Value> = placed
            .map(|(n, (panel, at))| panel.json(n + 1, at.x, at.y))
            .collect();
        let choices: Vec<Value> = std::iter::once(&Variable::Datasource)
            .chain(&self.variables)
            .map(Variable::json)
            .collect();
        json!({
            "annotations": {"list": self.annotations()},
            "description": self.description,
            "editable": false,
            "fiscalYearStartMonth": 0,
            "graphTooltip": 1,
            "links": [{
                "asDropdown": true, "icon": "external link", "includeVars": true, "keepTime": true, "tags": ["ems"],
                "targetBlank": false, "title": "Các bảng EMS", "tooltip": "", "type": "dashboards", "url": "",
            }],
            "panels": panels,
            "refresh": self.refresh,
            "schemaVersion": SCHEMA_VERSION,
            "tags": ["ems"],
            "templating": {"list": choices},
            "time": {"from": self.from, "to": "now"},
            "timepicker": {},
            "timezone": "Asia/Ho_Chi_Minh",
            "title": self.title,
            "uid": self.uid,
            "version": 1,
            "weekStart": "monday",
        })
    }

    /// Where the board is about portals or one of them.
    fn annotations(&self) -> Vec<Value> {
        let one = self.variables.iter().any(|variable| variable.name() == "portal");
        let portals = if one { "portal=\"$portal\"" } else { "" };
        let list = [
            (
                "Sự cố",
                "red",
                format!(
                    "max by (portal, cause) (ems_incident_open{{{}kind=\"outage\", track=\"overall\"}})",
                    prefix(portals)
                ),
                "{{portal}}: {{cause}}",
            ),
            (
                "Bảo trì",
                "blue",
                format!("max by (portal) (ems_portal_maintenance{{{portals}}} == 1)"),
                "{{portal}}",
            ),
            (
                "Điểm đo im lặng",
                "purple",
                format!(
                    "max by (agent) (time() - ems_agent_last_batch_timestamp_seconds > {})",
                    crate::threshold::AGENT_SILENT_S
                ),
                "{{agent}}",
            ),
        ];
        list.into_iter()
            .map(|(name, colour, expr, text)| {
                json!({
                    "datasource": {"type": "prometheus", "uid": "${datasource}"},
                    "enable": true, "expr": expr, "hide": false, "iconColor": colour, "name": name, "step": "60s",
                    "textFormat": text, "titleFormat": name,
                })
            })
            .collect()
    }
}

fn prefix(matchers: &str) -> String {
    if matchers.is_empty() {
        String::new()
    } else {
        format!("{matchers}, ")
    }
}
