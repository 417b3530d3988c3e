// Bars of states over time: no library has Grafana's component, so the bars are drawn here from Grafana's own values and colours.

import { dateTimeFormat, getFieldDisplayName } from "@grafana/data";

import { Nothing } from "./nothing";

const AXIS_PX = 24;
const LEGEND_PX = 28;
const LETTER_PX = 7.2;
const TICKS = 6;
/** Rows of a page where the panel does not say. */
const PAGE = 20;

/** Runs of one state as (first index, index after the last). */
function runs(values) {
  const starts = values.map((value, n) => (n === 0 || value !== values[n - 1] ? n : -1)).filter((n) => n >= 0);
  return starts.map((start, n) => [start, starts[n + 1] ?? values.length]);
}

export function States({ panel, frames, width, height, timeRange, timeZone, step }) {
  const every = frames.flatMap((frame) => {
    const time = frame.fields.find((field) => field.type === "time");
    const numbers = frame.fields.filter((field) => field.type === "number");
    return time ? numbers.map((field) => ({ name: getFieldDisplayName(field, frame, frames), time, field })) : [];
  });
  if (!every.length) return <Nothing panel={panel} />;
  // Grafana turns pages where there are more rows.
  const rows = every.slice(0, panel.options.perPage ?? PAGE);
  const left = Math.max(...rows.map(({ name }) => name.length)) * LETTER_PX + 12;
  const [from, to] = [timeRange.from.valueOf(), timeRange.to.valueOf()];
  const x = (time) => left + ((width - left) * (Math.min(time, to) - from)) / (to - from);
  const legend = panel.options.legend.showLegend ? LEGEND_PX : 0;
  const lane = (height - AXIS_PX - legend) / rows.length;
  const bar = lane * panel.options.rowHeight;
  const shown = new Map(rows.flatMap(({ field }) => field.values.map((value) => field.display(value)).map((one) => [one.text, one.color])));
  return (
    <div style={{ width, height }}>
      <svg width={width} height={height - legend} data-rows={rows.length}>
        {rows.map(({ name, time, field }, row) => (
          <g key={row} transform={`translate(0 ${row * lane + (lane - bar) / 2})`}>
            <text x={left - 8} y={bar / 2} textAnchor="end" dominantBaseline="central">{name}</text>
            {runs(field.values).map(([start, end]) => {
              const after = end < time.values.length ? time.values[end] : time.values[end - 1] + step * 1000;
              const { color } = field.display(field.values[start]);
              const begin = x(time.values[start]);
              return <rect key={start} x={begin} y={0} width={Math.max(0, x(after) - begin)} height={bar} fill={color} fillOpacity={panel.fieldConfig.defaults.custom.fillOpacity / 100} />;
            })}
          </g>
        ))}
        {Array.from({ length: TICKS }, (_, n) => from + ((n + 0.5) * (to - from)) / TICKS).map((time) => (
          <text key={time} x={x(time)} y={height - legend - 6} textAnchor="middle">{dateTimeFormat(time, { format: "HH:mm:ss", timeZone })}</text>
        ))}
      </svg>
      {legend > 0 && (
        <div className="legend">
          {[...shown].map(([text, colour]) => <span key={text}><i style={{ background: colour }} />{text}</span>)}
        </div>
      )}
    </div>
  );
}
