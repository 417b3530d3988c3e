//! One panel: what it asks, how it looks, where a click leads.

use serde_json::{Map, Value, json};

use crate::query::Query;
use crate::{state, threshold, word};

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
    pub steps: Vec<Step>,
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
    /// Bounds of the axis that what is drawn may pass.
    pub soft_bounds: Option<(f64, f64)>,
    /// What single values read like: (value, word).
    pub readings: &'static [(&'static str, &'static str)],
    /// What single values of a column read like: (heading, words).
    pub column_readings: Vec<(&'static str, &'static [(&'static str, &'static str)])>,
    /// The legend is shown instead of the value.
    pub by_name: bool,
    /// Columns coloured by steps of their own: (heading, steps).
    pub shades: Vec<(&'static str, Vec<Step>)>,
}

/// A colour from a value on; the first of several has no bound.
pub type Step = (Option<f64>, &'static str);

/// Colour of what is not known or not there: neither good nor bad.
const GREY: &str = "#8e8e8e";

/// Labels with long texts: their columns share the width that the others leave.
const WIDE: [&str; 8] = [
    "about",
    "name",
    "owner",
    "section",
    "cause",
    "network",
    "alertname",
    "state",
];

/// Width of a column in pixels, wide enough for its heading and its words; none where it takes what is left.
fn width(source: &str, heading: &str) -> Option<usize> {
    if WIDE.contains(&source) {
        return None;
    }
    let least = if source == "portal" { 160 } else { 110 };
    let words = word::of(source).map(|word| word.word);
    let letters = words.chain([heading]).map(|text| text.chars().count()).max();
    letters.map(|letters| (letters * 8 + 24).max(least))
}

/// Numbers without a unit are written as the reader's browser writes them, with its own separators; the other units of
/// Grafana know the English point only.
fn written(unit: &str) -> &str {
    if unit == "none" { "locale" } else { unit }
}

fn thresholds(steps: &[Step]) -> Value {
    let steps: Vec<Value> = steps
        .iter()
        .map(|(from, colour)| json!({"color": colour, "value": from}))
        .collect();
    json!({"mode": "absolute", "steps": steps})
}

/// Green only.
const PLAIN: [Step; 1] = [(None, "green")];

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
            soft_bounds: None,
            readings: &[],
            column_readings: Vec::new(),
            by_name: false,
            shades: Vec::new(),
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
        let panel = self
            .unit("percentunit", 2)
            .steps(threshold::availability().to_vec());
        if panel.form == Form::Course {
            // A bar tells its share by its length; a line against a whole hundred tells nothing.
            panel.soft_bounds(threshold::AVAILABILITY_BAD, 1.0)
        } else {
            panel.bounds(0.0, 1.0)
        }
    }

    /// Colours.
    #[must_use]
    pub fn steps(mut self, steps: Vec<Step>) -> Self {
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

    /// Bounds of the axis that what is drawn may pass.
    #[must_use]
    pub fn soft_bounds(mut self, least: f64, most: f64) -> Self {
        self.soft_bounds = Some((least, most));
        self
    }

    /// What single values read like.
    #[must_use]
    pub fn readings(mut self, readings: &'static [(&'static str, &'static str)]) -> Self {
        self.readings = readings;
        self
    }

    /// What single values of a column read like.
    #[must_use]
    pub fn reads(mut self, heading: &'static str, readings: &'static [(&'static str, &'static str)]) -> Self {
        self.column_readings.push((heading, readings));
        self
    }

    /// Shows the legend instead of the value.
    #[must_use]
    pub fn by_name(mut self) -> Self {
        self.by_name = true;
        self
    }

    /// Colours a column of a table by steps of its own.
    #[must_use]
    pub fn shaded(mut self, heading: &'static str, steps: Vec<Step>) -> Self {
        self.shades.push((heading, steps));
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
        let mut defaults = json!({
            "color": {"mode": if self.form == Form::Course { "palette-classic" } else { "thresholds" }},
            "mappings": self.mappings(),
            "thresholds": thresholds(&self.steps),
            "unit": written(self.unit),
        });
        if let Some(decimals) = self.decimals {
            defaults["decimals"] = json!(decimals);
        }
        if let Some(text) = self.nothing {
            defaults["noValue"] = json!(text);
        }
        if self.form == Form::Bars {
            // A bar tells its number by its length: from nothing, not from the least of them.
            defaults["min"] = json!(0);
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
                if let Some((least, most)) = self.soft_bounds {
                    defaults["custom"]["axisSoftMin"] = json!(least);
                    defaults["custom"]["axisSoftMax"] = json!(most);
                }
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

    fn mappings(&self) -> Vec<Value> {
        let mut mappings = Vec::new();
        if self.states {
            mappings.push(state::mapping());
        }
        if !self.readings.is_empty() {
            mappings.push(word::mapping(self.readings.iter().copied()));
        }
        if self.form == Form::Stat
            && let Some(text) = self.nothing
        {
            // Without this, nothing has the colour of the lowest step, which is red.
            let result = json!({"color": GREY, "index": mappings.len(), "text": text});
            mappings.push(json!({"type": "special", "options": {"match": "null", "result": result}}));
        }
        mappings
    }

    /// How single columns of a table, or single lines and bars, look and read.
    fn overrides(&self) -> Value {
        let of_columns = self
            .columns
            .iter()
            .map(|(source, heading, unit)| (*heading, self.column(source, heading, unit)));
        let legends = self.queries.iter().filter_map(|query| {
            let label = query.legend.strip_prefix("{{")?;
            label.strip_suffix("}}")
        });
        let of_legends = legends.flat_map(word::of).map(|word| {
            let mut properties = vec![json!({"id": "displayName", "value": word.word})];
            if let Some(colour) = word.colour {
                properties.push(json!({"id": "color", "value": {"fixedColor": colour, "mode": "fixed"}}));
            }
            (word.value, properties)
        });
        of_columns
            .chain(of_legends)
            .filter(|(_, properties)| !properties.is_empty())
            .map(|(name, properties)| {
                json!({"matcher": {"id": "byName", "options": name}, "properties": properties})
            })
            .collect()
    }

    /// Width, unit, colours, words and link of a column.
    fn column(&self, source: &str, heading: &str, unit: &str) -> Vec<Value> {
        let mut properties = Vec::new();
        if self.nothing.is_some() {
            // What the panel says when it has no rows is not what a cell without a value says.
            properties.push(json!({"id": "noValue", "value": "–"}));
        }
        if let Some(width) = width(source, heading) {
            properties.push(json!({"id": "custom.width", "value": width}));
        }
        if source.starts_with("Value") {
            properties.push(json!({"id": "unit", "value": written(unit)}));
        }
        if unit == "percentunit" {
            properties.push(json!({"id": "decimals", "value": 2}));
        }
        let shade = self.shades.iter().find(|(shaded, _)| *shaded == heading);
        if shade.is_some() || unit == "percentunit" {
            properties.push(
                json!({"id": "custom.cellOptions", "value": {"mode": "basic", "type": "color-background"}}),
            );
        }
        if let Some((_, steps)) = shade {
            properties.push(json!({"id": "thresholds", "value": thresholds(steps)}));
        }
        if word::of(source).next().is_some() {
            let words = word::of(source).map(|word| (word.value, word.word));
            properties.push(json!({"id": "mappings", "value": [word::mapping(words)]}));
        }
        if let Some((_, readings)) = self.column_readings.iter().find(|(read, _)| *read == heading) {
            properties.push(json!({"id": "mappings", "value": [word::mapping(readings.iter().copied())]}));
            // Words stand as words do, though numbers are behind them.
            properties.push(json!({"id": "custom.align", "value": "left"}));
        }
        if let Some((board, variable, label)) = self.link
            && label == source
        {
            let field = format!("__data.fields[\"{heading}\"]");
            properties.push(json!({"id": "links", "value": [link(board, variable, &field)]}));
        }
        properties
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
                "reduceOptions": reduce, "showPercentChange": false, "textMode": if self.by_name { "name" } else { "auto" },
                "wideLayout": true,
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
                "alignValue": "left", "mergeValues": true, "perPage": 20, "rowHeight": 0.9, "showValue": "never",
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
