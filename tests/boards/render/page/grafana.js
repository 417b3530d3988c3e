// What the Grafana server registers when it starts: without it the libraries know neither transformations nor settings of fields.

import * as data from "@grafana/data";

/** Settings of any field: Grafana's id, where it lies in the configuration, and how a value is taken. */
const STANDARD = [
  ["displayName", data.displayNameOverrideProcessor],
  ["unit", data.unitOverrideProcessor],
  ["min", data.numberOverrideProcessor],
  ["max", data.numberOverrideProcessor],
  ["decimals", data.numberOverrideProcessor],
  ["noValue", data.stringOverrideProcessor],
  ["color", data.identityOverrideProcessor],
  ["thresholds", data.thresholdsOverrideProcessor],
  ["mappings", data.valueMappingsOverrideProcessor],
  ["links", data.dataLinksOverrideProcessor],
  ["filterable", data.booleanOverrideProcessor],
];

const GRAPH = [
  "drawStyle", "lineInterpolation", "lineWidth", "lineStyle", "lineColor", "fillOpacity", "fillColor", "fillBelowTo", "gradientMode",
  "showPoints", "pointSize", "pointColor", "spanNulls", "insertNulls", "stacking", "barAlignment", "barWidthFactor", "barMaxWidth",
  "thresholdsStyle", "transform", "axisPlacement", "axisLabel", "axisWidth", "axisSoftMin", "axisSoftMax", "axisGridShow",
  "axisCenteredZero", "axisColorMode", "axisBorderShow", "scaleDistribution", "hideFrom",
];

/** Settings that a panel of this type adds, below `custom`; a type that is not here cannot be drawn. */
const CUSTOM = {
  stat: [],
  bargauge: [],
  gauge: [],
  timeseries: GRAPH,
  "state-timeline": ["lineWidth", "fillOpacity", "spanNulls", "insertNulls", "hideFrom", "axisPlacement", "axisLabel", "axisWidth"],
  table: ["align", "cellOptions", "filterable", "inspect", "width", "minWidth", "hidden", "hideFrom", "footer", "wrapHeaderText"],
};

export const TYPES = Object.keys(CUSTOM);

/** The settings of fields that a panel of `type` knows. */
export function fieldSettings(type) {
  const standard = STANDARD.map(([id, override]) => ({ id, path: id, name: id, override, process: override, shouldApply: () => true }));
  const custom = (CUSTOM[type] ?? []).map((path) => ({
    id: `custom.${path}`, path, name: path, isCustom: true, settings: {},
    override: data.identityOverrideProcessor, process: data.identityOverrideProcessor, shouldApply: () => true,
  }));
  const registry = new data.FieldConfigOptionsRegistry();
  registry.setInit(() => [...standard, ...custom]);
  return registry;
}

/** Registers the transformations; two of Grafana's names are the same one, and a registry refuses doubles. */
export function register() {
  const byId = new Map(Object.values(data.standardTransformers).map((one) => [one.id, one]));
  data.standardTransformersRegistry.setInit(() =>
    [...byId.values()].map((transformation) => ({ id: transformation.id, name: transformation.name, transformation, editor: () => null })),
  );
}
