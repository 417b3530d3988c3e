// The page that draws boards: bundled once from page/ and Grafana's libraries.

import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";

/** Bundles page/ against the packages in `modules` into `folder`. */
export async function bundle(source, modules, folder) {
  const { build } = createRequire(path.join(modules, "."))("esbuild");
  await build({
    entryPoints: [path.join(source, "index.jsx"), path.join(source, "page.css")],
    outdir: folder,
    bundle: true,
    minify: true,
    format: "iife",
    jsx: "automatic",
    platform: "browser",
    target: "chrome110",
    nodePaths: [modules],
    // The results' transformer is a file of the package that its list of exports leaves out.
    alias: { "@grafana/prometheus/dist/esm": path.join(modules, "@grafana/prometheus/dist/esm") },
    define: { "process.env.NODE_ENV": '"production"', "process.env": "{}", global: "globalThis" },
    loader: { ".svg": "dataurl", ".ttf": "empty", ".woff": "empty", ".woff2": "dataurl", ".png": "empty" },
    logLevel: "error",
  });
}

/** Writes the page of one board and says where it is. */
export function write(folder, uid, board) {
  const file = path.join(folder, `${uid}.html`);
  const json = JSON.stringify(board).replaceAll("<", "\\u003c");
  fs.writeFileSync(
    file,
    `<!doctype html><html lang="vi"><meta charset="utf-8"><title>${uid}</title><link rel="stylesheet" href="index.css">` +
      `<link rel="stylesheet" href="page.css"><div id="board"></div><script>window.board = ${json};</script><script src="index.js"></script></html>`,
  );
  return `file://${file}`;
}

/** Height in pixels of a board's page: its lines on Grafana's grid, and the head. */
export function height(dashboard) {
  const lines = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  return lines * 38 + 72;
}
