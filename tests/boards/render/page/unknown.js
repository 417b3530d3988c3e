// What a panel names and Grafana does not know: Grafana itself would pass it over in silence.

import {
  fieldColorModeRegistry, fieldMatchers, fieldReducers, getValueFormats, MappingType, standardTransformersRegistry, ThresholdsMode,
} from "@grafana/data";

import { TYPES, fieldSettings } from "./grafana";

const OPEN_UNITS = /^(prefix|suffix|time|si|count|currency|bool):./;
const units = new Set(getValueFormats().flatMap((group) => group.submenu.map((unit) => unit.value)));

const knownUnit = (unit) => units.has(unit) || OPEN_UNITS.test(unit);

/** Whether the theme has the colour, by name or as a colour of the web. */
const knownColour = (colour, theme) => {
  const looked = theme.visualization.getColorByName(colour);
  return CSS.supports("color", looked);
};

function* ofMappings(mappings, theme) {
  for (const { type, options } of mappings ?? []) {
    if (!Object.values(MappingType).includes(type)) yield `mapping of the unknown type ${type}`;
    const results = type === MappingType.ValueToText ? Object.values(options) : [options?.result];
    for (const result of results) {
      if (!result?.text && !result?.color && !result?.icon) yield `a mapping of type ${type} maps to nothing`;
      if (result?.color && !knownColour(result.color, theme)) yield `mapping with the unknown colour ${result.color}`;
    }
  }
}

function* ofThresholds(thresholds, theme) {
  if (!thresholds) return;
  if (!Object.values(ThresholdsMode).includes(thresholds.mode)) yield `thresholds of the unknown mode ${thresholds.mode}`;
  const [first, ...others] = thresholds.steps;
  if (first.value !== null) yield "the first threshold has a bound";
  for (const [n, { value }] of others.entries()) {
    const before = thresholds.steps[n].value;
    if (typeof value !== "number" || (before !== null && before >= value)) yield `thresholds do not rise at ${value}`;
  }
  for (const { color } of thresholds.steps) if (!knownColour(color, theme)) yield `threshold with the unknown colour ${color}`;
}

/** One sentence for each thing that Grafana does not know. */
export function* unknown(panel, theme) {
  if (!TYPES.includes(panel.type)) {
    yield `panel type ${panel.type} is not drawn here`;
    return;
  }
  const settings = fieldSettings(panel.type);
  const { defaults, overrides } = panel.fieldConfig;
  const ids = Object.keys(defaults)
    .flatMap((key) => (key === "custom" ? Object.keys(defaults.custom).map((name) => `custom.${name}`) : [key]));
  for (const id of ids) if (!settings.getIfExists(id)) yield `field setting ${id} is unknown`;
  if (defaults.unit !== undefined && !knownUnit(defaults.unit)) yield `unit ${defaults.unit} is unknown`;
  if (defaults.color && !fieldColorModeRegistry.getIfExists(defaults.color.mode)) yield `colour mode ${defaults.color.mode} is unknown`;
  yield* ofMappings(defaults.mappings, theme);
  yield* ofThresholds(defaults.thresholds, theme);
  for (const { matcher, properties } of overrides) {
    if (!fieldMatchers.getIfExists(matcher.id)) yield `matcher ${matcher.id} is unknown`;
    for (const { id, value } of properties) {
      if (!settings.getIfExists(id)) yield `override ${id} of ${matcher.options} is unknown`;
      if (id === "unit" && !knownUnit(value)) yield `unit ${value} of ${matcher.options} is unknown`;
      if (id === "mappings") yield* ofMappings(value, theme);
      if (id === "thresholds") yield* ofThresholds(value, theme);
    }
  }
  for (const { id } of panel.transformations ?? []) {
    if (!standardTransformersRegistry.getIfExists(id)) yield `transformation ${id} is unknown`;
  }
  for (const calc of panel.options.reduceOptions?.calcs ?? []) {
    if (!fieldReducers.getIfExists(calc)) yield `reducer ${calc} is unknown`;
  }
}
