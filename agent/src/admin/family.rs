//! Metric families built at the moment of a scrape.

use prometheus::proto::{Counter, Gauge, LabelPair, Metric, MetricFamily, MetricType};

/// A family being filled.
pub(super) struct Family(MetricFamily);

impl Family {
    /// A family of gauges.
    pub(super) fn gauge(name: &str, help: &str) -> Self {
        Self::new(name, help, MetricType::GAUGE)
    }

    /// A family of counters.
    pub(super) fn counter(name: &str, help: &str) -> Self {
        Self::new(name, help, MetricType::COUNTER)
    }

    fn new(name: &str, help: &str, kind: MetricType) -> Self {
        let mut family = MetricFamily::default();
        family.set_name(name.to_owned());
        family.set_help(help.to_owned());
        family.set_field_type(kind);
        Self(family)
    }

    /// Adds a sample.
    pub(super) fn add(&mut self, labels: &[(&str, &str)], value: f64) {
        let pair = |(name, value): &(&str, &str)| {
            let mut pair = LabelPair::default();
            pair.set_name((*name).to_owned());
            pair.set_value((*value).to_owned());
            pair
        };
        let mut metric = Metric::from_label(labels.iter().map(pair).collect());
        if self.0.get_field_type() == MetricType::COUNTER {
            let mut counter = Counter::default();
            counter.set_value(value);
            metric.set_counter(counter);
        } else {
            let mut gauge = Gauge::default();
            gauge.set_value(value);
            metric.set_gauge(gauge);
        }
        self.0.mut_metric().push(metric);
    }

    /// The family with one sample.
    pub(super) fn with(mut self, labels: &[(&str, &str)], value: f64) -> MetricFamily {
        self.add(labels, value);
        self.0
    }

    /// The filled family.
    pub(super) fn done(self) -> MetricFamily {
        self.0
    }
}

/// An integer as a sample value; beyond 2^53 the last digits are lost, as everywhere in Prometheus.
#[expect(clippy::cast_precision_loss, reason = "a sample of Prometheus is a float")]
pub(super) const fn sample(value: u64) -> f64 {
    value as f64
}
