// One board as a page: every panel at its place on Grafana's grid. `window.board` is given, `window.drawn` says how it went.

import "@fontsource/inter/400.css";
import "@fontsource/inter/500.css";
import "uplot/dist/uPlot.min.css";

import { createTheme, dateTime, getFieldDisplayName, getFieldDisplayValuesProxy, ThemeContext } from "@grafana/data";
import { GlobalStyles, PanelChrome } from "@grafana/ui";
import { property } from "lodash";
import { Component } from "react";
import { createRoot } from "react-dom/client";

import { Course } from "./course";
import { frames } from "./frames";
import { register } from "./grafana";
import { Single } from "./single";
import { States } from "./states";
import { Table } from "./table";
import { unknown } from "./unknown";

const PANELS = { stat: Single, bargauge: Single, gauge: Single, timeseries: Course, table: Table, "state-timeline": States };
/** Grafana's grid: columns, height of a line, and the gap between panels, in pixels. */
const [COLUMNS, LINE_PX, GAP_PX] = [24, 30, 8];
const [HEAD_PX, MARGIN_PX] = [56, 16];

const { dashboard, answers, values, start, end, step } = window.board;
const theme = createTheme({ colors: { mode: "dark" } });
const timeZone = dashboard.timezone;
const timeRange = { from: dateTime(start * 1000), to: dateTime(end * 1000), raw: { from: dateTime(start * 1000), to: dateTime(end * 1000) } };

/** What stands behind a name in the address of a click: the field, or the row that is clicked. */
function clicked(name, { field, frame, data, rowIndex }) {
  if (name === "__field") return { name: getFieldDisplayName(field, frame, data), labels: field.labels };
  if (name === "__data" && rowIndex !== undefined) return { fields: getFieldDisplayValuesProxy({ frame, rowIndex }) };
  return undefined;
}

/** Variables of the board and of a click, as Grafana fills them in; unknown ones stay and are found by the check. */
function interpolate(text, scoped) {
  return text?.replace(/\$(?:(\w+)|\{(\w+)(?:\.([^:}]+))?(?::\w+)?\})/g, (whole, plain, braced, path) => {
    const name = plain ?? braced;
    if (name === "__url_time_range") return `from=${start * 1000}&to=${end * 1000}`;
    if (name in values) return values[name];
    const context = scoped?.__dataContext?.value;
    const found = context && path && property(path)(clicked(name, context));
    return found === undefined || found === null ? whole : String(found);
  });
}

const troubles = new Map(dashboard.panels.map((panel) => [panel.id, []]));

class Guard extends Component {
  state = {};

  static getDerivedStateFromError(error) {
    return { error };
  }

  componentDidCatch(error) {
    troubles.get(this.props.id).push(`throws: ${error.message}`);
  }

  render() {
    return this.state.error ? <div className="nothing">{String(this.state.error)}</div> : this.props.children;
  }
}

function place({ x, y, w, h }, width) {
  const column = (width - GAP_PX * (COLUMNS - 1)) / COLUMNS;
  return {
    left: x * (column + GAP_PX),
    top: y * (LINE_PX + GAP_PX),
    width: w * column + (w - 1) * GAP_PX,
    height: h * LINE_PX + (h - 1) * GAP_PX,
  };
}

function Board({ drawn, width }) {
  return (
    <div style={{ position: "relative" }}>
      {dashboard.panels.map((panel) => {
        const at = place(panel.gridPos, width);
        const Body = PANELS[panel.type];
        return (
          <div key={panel.id} id={`panel-${panel.id}`} style={{ position: "absolute", ...at }}>
            {panel.type === "row" ? (
              <h6>{panel.title}</h6>
            ) : (
              <PanelChrome title={panel.title} description={panel.description} width={at.width} height={at.height}>
                {(innerWidth, innerHeight) => (
                  <Guard id={panel.id}>
                    {Body && drawn.has(panel.id) && (
                      <Body
                        panel={panel} frames={drawn.get(panel.id)} width={innerWidth} height={innerHeight}
                        {...{ theme, timeZone, timeRange, interpolate, step }}
                      />
                    )}
                  </Guard>
                )}
              </PanelChrome>
            )}
          </div>
        );
      })}
    </div>
  );
}

/** What can be read in a panel, and whether something is drawn that cannot be read. */
function seen(panel) {
  const box = document.getElementById(`panel-${panel.id}`);
  const body = box.querySelector('[data-testid="data-testid panel content"]') ?? box;
  return { text: body.innerText.replace(/\s+/g, " ").trim(), drawing: body.querySelector("canvas, svg[data-rows]") !== null, box };
}

/** Texts below `selector` that do not fit into their boxes, or stand outside of the panel. */
function cutOff(box, selector) {
  const edge = box.getBoundingClientRect().right;
  const cut = (one) => one.scrollWidth > one.clientWidth + 1 || one.getBoundingClientRect().right > edge + 1;
  return [...box.querySelectorAll(selector)].filter(cut).map((one) => one.innerText);
}

/** Addresses of clicks that keep something that nobody filled in. */
function* deadLinks(frames) {
  for (const field of frames.flatMap((frame) => frame.fields).filter(({ type }) => type !== "time")) {
    for (const { href } of field.values.length ? (field.getLinks?.({ valueRowIndex: 0 }) ?? []) : []) {
      if (/\$|=(&|$)/.test(href)) yield `a click leads to ${href}`;
    }
  }
}

function judge(panel, frames) {
  const faults = troubles.get(panel.id);
  const { drawing, text, box } = seen(panel);
  const answered = answers[panel.id].some((series) => series.length);
  const nothing = panel.fieldConfig.defaults.noValue ?? "No data";
  if (answered && (text === nothing || text.includes("No data") || (!text && !drawing))) faults.push("shows nothing although Prometheus answered");
  if (!answered && panel.fieldConfig.defaults.noValue === undefined) faults.push("has no answer, and no words for that");
  if (panel.type === "timeseries" && answered && !drawing) faults.push("draws no lines");
  if (/\bNaN\b|undefined|\[object/.test(text)) faults.push(`shows ${text}`);
  for (const heading of cutOff(box, "h2, th")) faults.push(`the heading «${heading}» is cut off`);
  faults.push(...deadLinks(frames ?? []));
  return { title: panel.title, type: panel.type, faults: [...new Set(faults)], cut: cutOff(box, "td").length, text };
}

async function draw() {
  register();
  const panels = dashboard.panels.filter((panel) => panel.type !== "row");
  const drawn = new Map();
  for (const panel of panels) {
    const faults = troubles.get(panel.id);
    faults.push(...unknown(panel, theme));
    try {
      drawn.set(panel.id, await frames(panel, answers[panel.id], { theme, timeZone, interpolate }));
    } catch (error) {
      faults.push(`cannot be worked out: ${error.message}`);
    }
  }
  const root = document.getElementById("board");
  const body = (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles isExtensionSidebarOpen={false} />
      <h1 style={{ height: HEAD_PX }}>{dashboard.title}</h1>
      <Board drawn={drawn} width={root.clientWidth - 2 * MARGIN_PX} />
    </ThemeContext.Provider>
  );
  // Widths of texts are measured before they are drawn: the font has to be there.
  await Promise.all([400, 500].map((weight) => document.fonts.load(`${weight} 14px ${theme.typography.fontFamily}`, "Aạđ")));
  createRoot(root).render(body);
  const settled = () => panels.every((panel) => seen(panel).text || seen(panel).drawing || troubles.get(panel.id).length);
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  for (let n = 0; n < 10 || (n < 600 && !settled()); n += 1) await frame();
  return panels.map((panel) => judge(panel, drawn.get(panel.id)));
}

window.drawn = draw();
