// Draws every board with Grafana's own libraries over a real Prometheus, and says what does not come out.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { Chromium } from "./chromium.mjs";
import { Lab, SCRAPE_S } from "./lab.mjs";
import { bundle, height, write } from "./page.mjs";
import { builtIn, chosen, filled } from "./variables.mjs";

/** Points on a line: about the pixels of a panel over half the width. */
const POINTS = 700;

const here = import.meta.dirname;
const root = path.resolve(here, "../../..");
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    built: { type: "string", default: path.join(root, "target/debug") },
    modules: { type: "string" },
    out: { type: "string", default: path.join(root, "target/boards-render/pictures") },
    width: { type: "string", default: "1600" },
    portals: { type: "string", default: "30" },
    days: { type: "string", default: "40" },
    open: { type: "string", default: "6" },
    scrapes: { type: "string", default: "45" },
    portal: { type: "string" },
  },
});

/** The answers to every panel of a board by the panel's id, one list of series a query. */
async function ask(source, dashboard, values, { start, end, step }) {
  const answers = {};
  for (const panel of dashboard.panels.filter(({ type }) => type !== "row")) {
    answers[panel.id] = await Promise.all(
      panel.targets.map(({ expr, instant }) => {
        const query = filled(expr, values);
        return instant ? source.instant(query, end) : source.range(query, start, end, step);
      }),
    );
  }
  return answers;
}

async function main() {
  const folder = path.join(root, "dashboards/grafana");
  const files = positionals.length ? positionals : fs.readdirSync(folder).filter((name) => name.endsWith(".json")).sort().map((name) => path.join(folder, name));
  if (!files.length) throw new Error("no boards found");
  const collector = path.resolve(options.built, "ems-collector");
  if (!fs.existsSync(collector)) throw new Error(`${collector} is missing: cargo build -p ems-collector, or --built FOLDER`);
  fs.mkdirSync(options.out, { recursive: true });

  const work = fs.mkdtempSync(path.join(os.tmpdir(), "ems-boards-"));
  const lab = new Lab(work);
  let browser;
  let faults = 0;
  let panels = 0;
  const clear = async () => {
    await browser?.close();
    await lab.stop();
    fs.rmSync(work, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => clear().finally(() => process.exit(1)));
  try {
    const pages = path.join(work, "pages");
    const building = bundle(path.join(here, "page"), path.resolve(options.modules), pages);
    building.catch(() => {});
    const started = Math.floor(Date.now() / 1000);
    const source = await lab.start({ ...options, collector, rules: path.join(root, "alerts/ems.rules.yml") });
    await building;
    const end = Math.floor(Date.now() / 1000);
    const range = end - started;
    const { step, values: own } = builtIn(range, POINTS, SCRAPE_S);

    browser = new Chromium(path.join(work, "profile"));
    await browser.open(Number(options.width));
    for (const file of files) {
      const dashboard = JSON.parse(fs.readFileSync(file, "utf8"));
      const wanted = options.portal ? { portal: options.portal } : {};
      const values = { ...own, ...(await chosen(dashboard, (metric, label) => source.labelValues(metric, label), wanted)) };
      const answers = await ask(source, dashboard, values, { start: started, end, step });
      const url = write(pages, dashboard.uid, { dashboard, answers, values, start: started, end, step });
      const drawn = await browser.load(url, height(dashboard), "drawn");
      const picture = path.join(options.out, `${dashboard.uid}.png`);
      fs.writeFileSync(picture, await browser.picture());
      panels += drawn.length;
      const troubled = drawn.flatMap(({ title, type, faults }) => faults.map((fault) => `${dashboard.uid}: ${title} (${type}): ${fault}`));
      troubled.push(...browser.troubles.map((trouble) => `${dashboard.uid}: the page says: ${trouble}`));
      troubled.forEach((trouble) => console.error(`FAULT ${trouble}`));
      faults += troubled.length;
      for (const { title, type, cut, text } of drawn) {
        if (type === "stat") console.log(`${dashboard.uid}: ${title}: ${text}`);
        if (cut) console.log(`${dashboard.uid}: ${title}: cells cut off: ${cut}`);
      }
      console.log(`${dashboard.uid}: ${drawn.length} panels, ${picture}`);
    }
  } finally {
    await clear();
  }
  console.log(`${panels} panels, ${faults} faults`);
  return faults ? 1 : 0;
}

process.exitCode = await main().catch((error) => {
  // What was thrown on purpose says enough; anything else is a mistake of this command.
  console.error(`boards-render: ${error.constructor === Error ? error.message : error.stack}`);
  return 1;
});
