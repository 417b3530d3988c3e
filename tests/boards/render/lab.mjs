// A made-up province: a collector on it, and a Prometheus that reads the collector. Both end with the lab.

import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";

import { Prometheus } from "./prometheus.mjs";

const PATIENCE_MS = 120_000;
/** Prometheus reads the collector so often, in seconds. */
export const SCRAPE_S = 1;

/** Asks `question` until it answers with something, and gives up with `what` after a while. */
export async function until(what, question, patience = PATIENCE_MS) {
  const end = Date.now() + patience;
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${patience / 1000} s`);
    await new Promise((go) => setTimeout(go, 200));
  }
}

function freePort() {
  return new Promise((found) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

export class Lab {
  #children = [];

  constructor(folder) {
    this.folder = folder;
  }

  #start(program, words) {
    const log = fs.openSync(path.join(this.folder, `${path.basename(program)}.log`), "w");
    const child = spawn(program, words, { cwd: this.folder, stdio: ["ignore", log, log] });
    fs.closeSync(log);
    child.on("error", (error) => (child.trouble = error));
    this.#children.push(child);
    return child;
  }

  /** What a program has said so far; an error when it has ended. */
  #said(child, program) {
    const text = fs.readFileSync(path.join(this.folder, `${path.basename(program)}.log`), "utf8");
    if (child.trouble) throw child.trouble;
    if (child.exitCode !== null) throw new Error(`${program} has ended:\n${text}`);
    return text;
  }

  /**
   * Seeds `portals` portals of `days` days, `open` of which have trouble that lasts, and waits until Prometheus has read `scrapes` times and every rule has run.
   * The rules do not wait: alerts fire as soon as they hold.
   */
  async start({ collector, rules, portals, days, open, scrapes }) {
    const data = path.join(this.folder, "data");
    const targets = path.join(data, "targets.yaml");
    const seeded = spawnSync(collector, ["demo", "seed", "--portals", portals, "--days", days, "--open", open, "--data", data], { encoding: "utf8" });
    if (seeded.status !== 0) throw seeded.error ?? new Error(seeded.stderr);

    const serve = this.#start(collector, ["serve", "--lang", "en", "--listen", "127.0.0.1:0", "--data", data, "--targets", targets]);
    const listening = () => /^Open in a browser: *http:\/\/([^/\s]+)/m.exec(this.#said(serve, collector))?.[1];
    const target = await until("the collector's address", listening);

    const settings = path.join(this.folder, "prometheus.yml");
    const atOnce = path.join(this.folder, "rules.yml");
    fs.writeFileSync(atOnce, fs.readFileSync(rules, "utf8").replace(/^ *for: .*\n/gm, ""));
    fs.writeFileSync(
      settings,
      `global: {scrape_interval: ${SCRAPE_S}s, scrape_timeout: ${SCRAPE_S}s, evaluation_interval: ${SCRAPE_S}s}\n` +
        `rule_files: [${JSON.stringify(atOnce)}]\n` +
        `scrape_configs:\n  - job_name: ems-collector\n    static_configs: [{targets: ["${target}"]}]\n`,
    );
    const port = await freePort();
    const prometheus = this.#start("prometheus", [
      `--config.file=${settings}`,
      `--storage.tsdb.path=${path.join(this.folder, "tsdb")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
    ]);
    const source = new Prometheus(`http://127.0.0.1:${port}`);
    const number = async (query) => {
      this.#said(serve, collector);
      this.#said(prometheus, "prometheus");
      const samples = await source.instant(query).catch((error) => {
        if (error.cause?.code === "ECONNREFUSED" || error instanceof SyntaxError) return [];
        throw error;
      });
      return Number(samples[0]?.value[1] ?? 0);
    };
    const read = async () => (await number("count_over_time(ems_build_info[1h])")) >= scrapes;
    await until(`${scrapes} readings of the collector`, read, PATIENCE_MS + 2 * scrapes * SCRAPE_S * 1000);
    await until("the first judging", async () => (await number("sum(ems_verdicts)")) > 0);
    if (Number(open)) await until("alerts that fire", async () => (await number('count(ALERTS{alertstate="firing"})')) > 0);
    await until("the recorded rates", async () => (await number("count(ems:error_ratio:rate6h)")) > 0);
    return source;
  }

  /** Ends what was started, by its own id, and waits for the end. */
  async stop() {
    const running = this.#children.filter((child) => child.pid && child.exitCode === null && child.signalCode === null);
    await Promise.all(running.map((child) => new Promise((ended) => child.once("exit", ended).kill("SIGTERM"))));
    this.#children = [];
  }
}
