// What Grafana puts in place of the variables of a board: the choices that stand when somebody opens it.

/** Seconds in a duration such as `30s`, `5m`, `24h`, `30d`. */
export function seconds(text) {
  const [, number, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (!unit) throw new Error(`${text} is no duration`);
  return Number(number) * { s: 1, m: 60, h: 3600, d: 86400 }[unit];
}

/**
 * The chosen value of every variable of a board by its name.
 * `labelValues(metric, label)` asks the data source; `wanted` overrules single choices.
 */
export async function chosen(board, labelValues, wanted = {}) {
  const values = {};
  for (const variable of board.templating.list) {
    const { name, type } = variable;
    if (name in wanted) {
      values[name] = wanted[name];
    } else if (type === "datasource" || type === "custom") {
      values[name] = variable.includeAll ? variable.allValue : variable.current.value;
    } else if (type === "query") {
      const [, metric, label] = /^label_values\((.+),\s*(\w+)\)$/.exec(variable.query.query) ?? [];
      if (!label) throw new Error(`${board.uid}: variable ${name}: ${variable.query.query} is not understood`);
      const found = (await labelValues(metric, label)).sort();
      if (!found.length) throw new Error(`${board.uid}: variable ${name} has nothing to choose from`);
      values[name] = variable.includeAll ? variable.allValue : found[0];
    } else {
      throw new Error(`${board.uid}: variable ${name} is of the unknown type ${type}`);
    }
  }
  return values;
}

/** `text` with `$name`, `${name}` and `${name:format}` filled in; a name that nobody defined is an error. */
export function filled(text, values) {
  return text.replace(/\$(?:(\w+)|\{(\w+)(?::\w+)?\})/g, (whole, plain, braced) => {
    const value = values[plain ?? braced];
    if (value === undefined) throw new Error(`${whole} is not defined: ${text}`);
    return value;
  });
}

/** Grafana's own variables for queries over `range` seconds, drawn in `points` points, of a source read every `scrape` seconds. */
export function builtIn(range, points, scrape) {
  const interval = Math.max(scrape, Math.ceil(range / points));
  return {
    step: interval,
    values: {
      __interval: `${interval}s`,
      __rate_interval: `${Math.max(interval + scrape, 4 * scrape)}s`,
      __range: `${range}s`,
      __range_s: `${range}`,
    },
  };
}
