// A headless Chromium, spoken to through two pipes: no port, nothing for others to connect to.

import { spawn } from "node:child_process";

export class Chromium {
  #waiting = new Map();
  #number = 0;
  /** What pages threw or complained of since the last look. */
  troubles = [];

  constructor(profile) {
    const root = process.getuid() === 0 ? ["--no-sandbox"] : [];
    this.child = spawn(
      "chromium",
      ["--headless", "--remote-debugging-pipe", `--user-data-dir=${profile}`, "--hide-scrollbars", "--disable-gpu", "--no-first-run", ...root],
      { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
    );
    this.child.on("error", (error) => this.#end(error));
    this.child.on("exit", () => this.#end(new Error("Chromium has ended")));
    let rest = "";
    this.child.stdio[4].setEncoding("utf8").on("data", (text) => {
      const messages = (rest + text).split("\0");
      rest = messages.pop();
      messages.forEach((message) => this.#hear(JSON.parse(message)));
    });
    this.child.stdio[3].on("error", () => {});
  }

  #end(error) {
    this.ended = error;
    for (const { refuse } of this.#waiting.values()) refuse(error);
    this.#waiting.clear();
  }

  #hear({ id, result, error, method, params }) {
    if (id !== undefined) {
      const { answer, refuse } = this.#waiting.get(id) ?? {};
      this.#waiting.delete(id);
      if (error) refuse?.(new Error(error.message));
      else answer?.(result);
    } else if (method === "Runtime.exceptionThrown") {
      const { exception, text } = params.exceptionDetails;
      this.troubles.push(exception?.description ?? text);
    } else if (method === "Runtime.consoleAPICalled" && params.type === "error") {
      this.troubles.push(params.args.map((one) => one.description ?? one.value ?? "").join(" "));
    }
  }

  #ask(method, params = {}, sessionId = this.session) {
    if (this.ended) return Promise.reject(this.ended);
    const id = ++this.#number;
    return new Promise((answer, refuse) => {
      this.#waiting.set(id, { answer, refuse });
      this.child.stdio[3].write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    });
  }

  /** Opens an empty page of `width` pixels. */
  async open(width) {
    const { targetId } = await this.#ask("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.#ask("Target.attachToTarget", { targetId, flatten: true });
    this.session = sessionId;
    this.width = width;
    await this.#ask("Runtime.enable");
    await this.#ask("Page.enable");
  }

  /** Loads `url` in a window `height` pixels high, and awaits what its promise `window[promise]` comes to. */
  async load(url, height, promise) {
    this.troubles = [];
    await this.#ask("Emulation.setDeviceMetricsOverride", { width: this.width, height, deviceScaleFactor: 1, mobile: false });
    await this.#ask("Emulation.setTimezoneOverride", { timezoneId: "UTC" });
    await this.#ask("Page.navigate", { url });
    const expression = `new Promise((go) => document.readyState === "complete" ? go() : addEventListener("load", go)).then(() => window.${promise})`;
    const { result, exceptionDetails } = await this.#ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** The page as PNG. */
  async picture() {
    const { data } = await this.#ask("Page.captureScreenshot", { format: "png", captureBeyondViewport: true });
    return Buffer.from(data, "base64");
  }

  async close() {
    if (this.ended) return;
    const gone = new Promise((done) => this.child.once("exit", done));
    await this.#ask("Browser.close", {}, null).catch(() => this.child.kill());
    await gone;
  }
}
