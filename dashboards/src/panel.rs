//! One panel: what it asks, how it looks, where a click leads.

use serde_json::{Map, Value, json};

use crate::query::Query;
use crate::state;

/// The forms that are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A big number.
    Stat,
    /// Rows.
    Table,
    /// Lines.
    Course,
    /// Bars of states.
    States,
    /// Horizontal bars.
    Bars,
    /// A heading over panels.
    Row,
}

/// A panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Its form.
    pub form: Form,
    /// What it shows, in Vietnamese.
    pub title: &'static str,
    /// What the figure is and how it comes about, in Vietnamese.
    pub description: &'static str,
    /// Columns and lines of the grid.
    pub size: (u32, u32),
    /// Grafana's unit id.
    pub unit: &'static str,
    /// Places after the point.
    pub decimals: Option<u8>,
    /// What it asks.
    pub queries: Vec<Query>,
    /// Colours from a value on: (from, colour), the first without a bound.
    pub steps: Vec<(Option<f64>, &'static str)>,
    /// Columns of a table in order: (label or `Value #A`, heading, unit); others are left out.
    pub columns: Vec<(&'static str, &'static str, &'static str)>,
    /// Column that a table is sorted by, and whether the largest comes first.
    pub sorted: Option<(&'static str, bool)>,
    /// Board, variable and label a click leads to.
    pub link: Option<(&'static str, &'static str, &'static str)>,
    /// Values are the numbers of [`state`].
    pub states: bool,
    /// Lines lie on each other.
    pub stacked: bool,
    /// What is shown where there is nothing.
    pub nothing: Option<&'static str>,
    /// Bounds of the axis or bar.
    pub bounds: Option<(f64, f64)>,
}

/// Green only.
const PLAIN: [(Option<f64>, &str); 1] = [(None, "green")];

impl Panel {
    fn new(form: Form, title: &'static str, size: (u32, u32)) -> Self {
        Self {
            form,
            title,
            description: "",
            size,
            unit: "none",
            decimals: None,
            queries: Vec::new(),
            steps: PLAIN.to_vec(),
            columns: Vec::new(),
            sorted: None,
            link: None,
            states: false,
            stacked: false,
            nothing: None,
            bounds: None,
        }
    }

    /// A heading.
    #[must_use]
    pub fn row(title: &'static str) -> Self {
        Self::new(Form::Row, title, (24, 1))
    }

    /// A big number, 4 columns wide.
    #[must_use]
    pub fn stat(title: &'static str, query: Query) -> Self {
        Self {
            queries: vec![query],
            ..Self::new(Form::Stat, title, (4, 4))
        }
    }

    /// A table over the whole width.
    #[must_use]
    pub fn table(title: &'static str, queries: Vec<Query>) -> Self {
        Self {
            queries,
            ..Self::new(Form::Table, title, (24, 9))
        }
    }

    /// Lines over half the width.
    #[must_use]
    pub fn course(title: &'static str, queries: Vec<Query>) -> Self {
        Self {
            queries,
            ..Self::new(Form::Course, title, (12, 8))
        }
    }

    /// Bars of states over the whole width.
    #[must_use]
    pub fn states(title: &'static str, queries: Vec<Query>) -> Self {
        Self {
            queries,
            states: true,
            ..Self::new(Form::States, title, (24, 8))
        }
    }

    /// Horizontal bars over half the width.
    #[must_use]
    pub fn bars(title: &'static str, query: Query) -> Self {
        Self {
            queries: vec![query],
            ..Self::new(Form::Bars, title, (12, 8))
        }
    }

    /// Sets the description.
    #[must_use]
    pub fn about(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// Sets the size in columns and lines.
    #[must_use]
    pub fn sized(mut self, columns: u32, lines: u32) -> Self {
        self.size = (columns, lines);
        self
    }

    /// Sets unit and places after the point.
    #[must_use]
    pub fn unit(mut self, unit: &'static str, decimals: u8) -> Self {
        (self.unit, self.decimals) = (unit, Some(decimals));
        self
    }

    /// A floored share with two places, coloured by the shared limits of availability.
    #[must_use]
    pub fn availability(self) -> Self {
        let steps = vec![
            (None, "red"),
            (Some(crate::threshold::AVAILABILITY_BAD), "yellow"),
            (Some(crate::threshold::AVAILABILITY_GOOD), "green"),
        ];
        self.unit("percentunit", 2).steps(steps).bounds(0.0, 1.0)
    }

    /// Colours.
    #[must_use]
    pub fn steps(mut self, steps: Vec<(Option<f64>, &'static str)>) -> Self {
        self.steps = steps;
        self
    }

    /// Green at nothing, the colour from one on.
    #[must_use]
    pub fn none_is_good(self, colour: &'static str) -> Self {
        self.unit("none", 0)
            .steps(vec![(None, "green"), (Some(1.0), colour)])
    }

    /// Columns of a table.
    #[must_use]
    pub fn columns(mut self, columns: &[(&'static str, &'static str, &'static str)]) -> Self {
        self.columns = columns.to_vec();
        self
    }

    /// Order of a table.
    #[must_use]
    pub fn sorted(mut self, heading: &'static str, largest_first: bool) -> Self {
        self.sorted = Some((heading, largest_first));
        self
    }

    /// Where a click leads: a board, its variable, and the label that fills it.
    #[must_use]
    pub fn link(mut self, board: &'static str, variable: &'static str, label: &'static str) -> Self {
        self.link = Some((board, variable, label));
        self
    }

    /// Values are numbers of states.
    #[must_use]
    pub fn of_states(mut self) -> Self {
        self.states = true;
        self
    }

    /// Lines lie on each other.
    #[must_use]
    pub fn stacked(mut self) -> Self {
        self.stacked = true;
        self
    }

    /// What is shown where there is nothing; the queries may then be empty.
    #[must_use]
    pub fn nothing(mut self, text: &'static str) -> Self {
        self.nothing = Some(text);
        self
    }

    /// Bounds of axis or bar.
    #[must_use]
    pub fn bounds(mut self, least: f64, most: f64) -> Self {
        self.bounds = Some((least, most));
        self
    }

    pub(crate) fn json(&self, id: usize, x: u32, y: u32) -> Value {
        let (width, height) = self.size;
        let place = json!({"h": height, "w": width, "x": x, "y": y});
        if self.form == Form::Row {
            return json!({"collapsed": false, "gridPos": place, "id": id, "panels": [], "title": self.title, "type": "row"});
        }
        let targets: Vec<Value> = self
            .queries
            .iter()
            .enumerate()
            .map(|(n, query)| query.json(n))
            .collect();
        let mut panel = json!({
            "datasource": {"type": "prometheus", "uid": "${datasource}"},
            "description": self.description,
            "fieldConfig": {"defaults": self.defaults(), "overrides": self.overrides()},
            "gridPos": place,
            "id": id,
            "options": self.options(),
            "targets": targets,
            "title": self.title,
            "type": self.type_id(),
        });
        if self.form == Form::Table {
            panel["transformations"] = self.transformations();
        }
        panel
    }

    fn type_id(&self) -> &'static str {
        match self.form {
            Form::Stat => "stat",
            Form::Table => "table",
            Form::Course => "timeseries",
            Form::States => "state-timeline",
            Form::Bars => "bargauge",
            Form::Row => "row",
        }
    }

    fn defaults(&self) -> Value {
        let steps: Vec<Value> = self
            .steps
            .iter()
            .map(|(from, colour)| json!({"color": colour, "value": from}))
            .collect();
        let mut defaults = json!({
            "color": {"mode": if self.form == Form::Course { "palette-classic" } else { "thresholds" }},
            "mappings": if self.states { vec![state::mapping()] } else { Vec::new() },
            "thresholds": {"mode": "absolute", "steps": steps},
            "unit": self.unit,
        });
        if let Some(decimals) = self.decimals {
            defaults["decimals"] = json!(decimals);
        }
        if let Some(text) = self.nothing {
            defaults["noValue"] = json!(text);
        }
        if let Some((least, most)) = self.bounds {
            (defaults["min"], defaults["max"]) = (json!(least), json!(most));
        }
        match self.form {
            Form::Course => {
                let stacking = if self.stacked { "normal" } else { "none" };
                defaults["custom"] = json!({
                    "drawStyle": "line", "fillOpacity": 10, "lineInterpolation": "linear", "lineWidth": 1,
                    "showPoints": "never", "spanNulls": false, "stacking": {"group": "A", "mode": stacking},
                });
            }
            Form::States => defaults["custom"] = json!({"fillOpacity": 80, "lineWidth": 0}),
            Form::Table => {
                defaults["custom"] = json!({"align": "auto", "filterable": true, "inspect": false});
            }
            Form::Stat | Form::Bars | Form::Row => {}
        }
        if self.form != Form::Table
            && let Some((board, variable, label)) = self.link
        {
            defaults["links"] = json!([link(board, variable, &format!("__field.labels.{label}"))]);
        }
        defaults
    }

    /// Units, colours and links of single columns of a table.
    fn overrides(&self) -> Value {
        if self.form != Form::Table {
            return json!([]);
        }
        let mut overrides = Vec::new();
        for (source, heading, unit) in &self.columns {
            let mut properties = Vec::new();
            let is_value = source.starts_with("Value");
            if is_value {
                properties.push(json!({"id": "unit", "value": unit}));
                if *unit == "percentunit" {
                    properties.push(json!({"id": "decimals", "value": 2}));
                    properties.push(json!({"id": "custom.cellOptions", "value": {"mode": "basic", "type": "color-background"}}));
                }
            }
            if let Some((board, variable, label)) = self.link
                && label == *source
            {
                let field = format!("__data.fields[\"{heading}\"]");
                properties.push(json!({"id": "links", "value": [link(board, variable, &field)]}));
            }
            if !properties.is_empty() {
                overrides
                    .push(json!({"matcher": {"id": "byName", "options": heading}, "properties": properties}));
            }
        }
        json!(overrides)
    }

    fn transformations(&self) -> Value {
        let (mut index, mut rename) = (Map::new(), Map::new());
        for (place, (source, heading, _)) in self.columns.iter().enumerate() {
            index.insert((*source).to_owned(), json!(place));
            rename.insert((*source).to_owned(), json!(heading));
        }
        let names: Vec<&str> = self.columns.iter().map(|(source, ..)| *source).collect();
        json!([
            {"id": "merge", "options": {}},
            {"id": "filterFieldsByName", "options": {"include": {"names": names}}},
            {"id": "organize", "options": {"excludeByName": {}, "indexByName": index, "renameByName": rename}},
        ])
    }

    fn options(&self) -> Value {
        let reduce = json!({"calcs": ["lastNotNull"], "fields": "", "values": false});
        match self.form {
            Form::Stat => json!({
                "colorMode": "background", "graphMode": "none", "justifyMode": "auto", "orientation": "auto",
                "reduceOptions": reduce, "showPercentChange": false, "textMode": "auto", "wideLayout": true,
            }),
            Form::Table => {
                let sort = self
                    .sorted
                    .map(|(heading, desc)| json!({"desc": desc, "displayName": heading}));
                let sort: Vec<Value> = sort.into_iter().collect();
                json!({"cellHeight": "sm", "showHeader": true, "sortBy": sort})
            }
            Form::Course => json!({
                "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": true},
                "tooltip": {"mode": "multi", "sort": "desc"},
            }),
            Form::States => json!({
                "alignValue": "left", "mergeValues": true, "rowHeight": 0.9, "showValue": "never",
                "legend": {"displayMode": "list", "placement": "bottom", "showLegend": true},
                "tooltip": {"mode": "single", "sort": "none"},
            }),
            Form::Bars => json!({
                "displayMode": "basic", "minVizHeight": 16, "minVizWidth": 8, "namePlacement": "auto",
                "orientation": "horizontal", "reduceOptions": reduce, "showUnfilled": true, "sizing": "auto",
                "valueMode": "color",
            }),
            Form::Row => json!({}),
        }
    }
}

/// A link to another board that keeps time range and data source.
fn link(board: &str, variable: &str, value: &str) -> Value {
    json!({
        "targetBlank": false,
        "title": "Xem chi tiết",
        "url": format!("/d/{board}?var-{variable}=${{{value}}}&var-datasource=${{datasource}}&${{__url_time_range}}"),
    })
}
