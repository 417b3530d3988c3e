// Lines over time: Grafana's own graph.

import { TimeSeries } from "@grafana/ui";

import { Nothing } from "./nothing";

export function Course({ panel, frames, width, height, timeRange, timeZone }) {
  const drawn = frames.filter((frame) => frame.fields.some((field) => field.type === "number") && frame.length > 0);
  if (!drawn.length) return <Nothing panel={panel} />;
  return (
    <TimeSeries
      frames={drawn} structureRev={1} timeRange={timeRange} timeZone={timeZone} width={width} height={height}
      legend={panel.options.legend} options={panel.options}
    />
  );
}
