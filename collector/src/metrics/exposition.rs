//! Prometheus' text format 0.0.4, written straight into one buffer: a province has tens of thousands of lines.

use std::fmt::Write as _;

/// What kind of metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Goes up and down.
    Gauge,
    /// Only rises, and starts at nothing with the process.
    Counter,
}

impl Kind {
    /// The word after `# TYPE`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
        }
    }
}

/// A metric of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// Its labels, in order.
    pub labels: &'static [&'static str],
    /// What it says, in English, one line.
    pub help: &'static str,
}

/// An exposition in the making.
#[derive(Debug, Default)]
pub struct Exposition {
    text: String,
}

/// One metric's lines in the making.
pub struct Family<'a> {
    text: &'a mut String,
    metric: &'static Metric,
}

impl Exposition {
    /// Begins a metric. All its samples follow before the next one begins.
    pub fn family(&mut self, metric: &'static Metric) -> Family<'_> {
        let (name, kind) = (metric.name, metric.kind.as_str());
        // Writing to a String cannot fail, here and below.
        let _infallible = writeln!(self.text, "# HELP {name} {}\n# TYPE {name} {kind}", metric.help);
        Family {
            text: &mut self.text,
            metric,
        }
    }

    /// The text.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }
}

impl Family<'_> {
    /// Adds a sample: the values of the metric's labels in their order, and an integer.
    pub fn integer(&mut self, labels: &[&str], value: i64) {
        self.labels(labels);
        let _infallible = writeln!(self.text, " {value}");
    }

    /// Adds a sample with a fraction.
    pub fn number(&mut self, labels: &[&str], value: f64) {
        self.labels(labels);
        let _infallible = writeln!(self.text, " {value}");
    }

    fn labels(&mut self, values: &[&str]) {
        debug_assert_eq!(values.len(), self.metric.labels.len(), "{}", self.metric.name);
        self.text.push_str(self.metric.name);
        if values.is_empty() {
            return;
        }
        for (place, (label, value)) in self.metric.labels.iter().zip(values).enumerate() {
            self.text.push(if place == 0 { '{' } else { ',' });
            self.text.push_str(label);
            self.text.push_str("=\"");
            escape(self.text, value);
            self.text.push('"');
        }
        self.text.push('}');
    }
}

fn escape(text: &mut String, value: &str) {
    if !value.contains(['\\', '"', '\n']) {
        text.push_str(value);
        return;
    }
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_escaped_and_grouped() {
        static METRIC: Metric = Metric {
            name: "ems_x",
            kind: Kind::Gauge,
            labels: &["a", "b"],
            help: "What it is",
        };
        static BARE: Metric = Metric {
            name: "ems_y_total",
            kind: Kind::Counter,
            labels: &[],
            help: "Other",
        };
        let mut out = Exposition::default();
        let mut family = out.family(&METRIC);
        family.integer(&["one", "say \"hi\"\\\n"], -3);
        family.number(&["", "Sở"], 0.25);
        out.family(&BARE).integer(&[], 7);
        assert_eq!(
            out.finish(),
            "# HELP ems_x What it is\n# TYPE ems_x gauge\nems_x{a=\"one\",b=\"say \\\"hi\\\"\\\\\\n\"} -3\n\
             ems_x{a=\"\",b=\"Sở\"} 0.25\n# HELP ems_y_total Other\n# TYPE ems_y_total counter\nems_y_total 7\n"
        );
    }
}
