// Questions to a Prometheus, over HTTP as Grafana asks them.

export class Prometheus {
  constructor(url) {
    this.url = url;
  }

  async #get(path, parameters = {}) {
    const answer = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const json = await answer.json();
    if (json.status !== "success") throw new Error(`${parameters.query ?? path}: ${json.error}`);
    return json.data;
  }

  /** The samples at `time` (seconds, or now). */
  async instant(query, time) {
    return (await this.#get("query", time === undefined ? { query } : { query, time })).result;
  }

  /** The series from `start` to `end` (seconds), a point every `step` seconds. */
  async range(query, start, end, step) {
    return (await this.#get("query_range", { query, start, end, step })).result;
  }

  labelValues(metric, label) {
    return this.#get(`label/${label}/values`, { "match[]": metric });
  }
}
