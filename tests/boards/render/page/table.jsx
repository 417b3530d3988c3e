// Rows: Grafana's table component does not live outside Grafana, so its columns, texts, colours and order are drawn here.

import { formattedValueToString, sortDataFrame } from "@grafana/data";

import { Nothing } from "./nothing";

const HEADING_PX = 36;
const ROW_PX = { sm: 36, md: 42, lg: 48 };
const LEAST_COLUMN_PX = 150;

function sorted(frame, sortBy) {
  const [first] = sortBy ?? [];
  const column = frame.fields.findIndex((field) => (field.config.displayName ?? field.name) === first?.displayName);
  return column < 0 ? frame : sortDataFrame(frame, column, first.desc);
}

/** Where Grafana puts the texts of a column: as it is told, else numbers to the right. */
function side(field) {
  const told = field.config.custom?.align;
  if (told && told !== "auto") return told;
  return field.type === "number" || field.type === "time" ? "right" : "left";
}

function Cell({ field, row }) {
  const display = field.display(field.values[row]);
  const text = formattedValueToString(display);
  const links = field.getLinks?.({ valueRowIndex: row }) ?? [];
  const coloured = field.config.custom?.cellOptions?.type === "color-background";
  return (
    <td style={{ textAlign: side(field), background: coloured ? display.color : undefined, color: coloured ? "#111217" : undefined }} title={text}>
      {links.length ? <a href={links[0].href}>{text}</a> : text}
    </td>
  );
}

export function Table({ panel, frames, width, height }) {
  const [first] = frames;
  if (!first?.length || !first.fields.length) return <Nothing panel={panel} />;
  const frame = sorted(first, panel.options.sortBy);
  const line = ROW_PX[panel.options.cellHeight] ?? ROW_PX.sm;
  const fields = frame.fields.filter((field) => !field.config.custom?.hidden);
  const least = fields.reduce((sum, { config }) => sum + (config.custom?.width ?? LEAST_COLUMN_PX), 0);
  const seen = Math.min(frame.length, Math.ceil((height - HEADING_PX) / line));
  return (
    <div style={{ width, height, overflow: "hidden" }}>
      <table style={{ width: Math.max(width, least) }} data-rows={frame.length}>
        <colgroup>
          {fields.map((field) => <col key={field.name} style={{ width: field.config.custom?.width }} />)}
        </colgroup>
        <thead>
          <tr style={{ height: HEADING_PX }}>
            {fields.map((field) => (
              <th key={field.name} style={{ textAlign: side(field) }}>{field.config.displayName ?? field.name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: seen }, (_, row) => (
            <tr key={row} style={{ height: line }}>
              {fields.map((field) => <Cell key={field.name} field={field} row={row} />)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
