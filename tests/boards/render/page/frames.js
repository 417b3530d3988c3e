// From answers of Prometheus to what a panel draws, with Grafana's own code for everything after the server.

import { applyFieldOverrides, FieldType, transformDataFrame } from "@grafana/data";
import { transformV2 } from "@grafana/prometheus/dist/esm/result_transformer.mjs";
import { firstValueFrom } from "rxjs";

import { fieldSettings } from "./grafana";

const number = (text) => (text === "NaN" ? null : Number(text.replace("Inf", "Infinity")));

/** The name that Grafana's server gives a series. */
function legend(target, labels) {
  if (target.legendFormat === "__auto") return Object.keys(labels).length ? "" : target.expr;
  return target.legendFormat.replace(/\{\{\s*(.+?)\s*\}\}/g, (_, label) => labels[label] ?? "");
}

/** Frames as Grafana's server makes them of the answer to one target: one a series, an empty one for no series. */
function asServer(target, series) {
  if (!series.length) return [{ refId: target.refId, fields: [], length: 0 }];
  return series.map(({ metric, value, values }) => {
    const points = values ?? [value];
    const name = legend(target, metric);
    return {
      refId: target.refId,
      name,
      meta: { type: values ? "timeseries-multi" : "numeric-multi", custom: { resultType: values ? "matrix" : "vector" } },
      length: points.length,
      fields: [
        { name: "Time", type: FieldType.time, config: {}, values: points.map(([time]) => time * 1000) },
        {
          name: metric.__name__ ?? "Value",
          type: FieldType.number,
          labels: metric,
          config: name ? { displayNameFromDS: name } : {},
          values: points.map(([, text]) => number(text)),
        },
      ],
    };
  });
}

/** What the panel draws: transformed, with units, colours, mappings and links worked out. */
export async function frames(panel, answers, { theme, timeZone, interpolate }) {
  const served = panel.targets.flatMap((target, n) => asServer(target, answers[n]));
  const { data } = transformV2({ data: served }, { targets: panel.targets }, {});
  const context = { interpolate };
  const transformed = await firstValueFrom(transformDataFrame(panel.transformations ?? [], data, context));
  return applyFieldOverrides({
    data: transformed,
    fieldConfig: panel.fieldConfig,
    fieldConfigRegistry: fieldSettings(panel.type),
    replaceVariables: interpolate,
    theme,
    timeZone,
  });
}
