// Presses each file of the build (the gateway sends the .gz) and holds the shell, which is what every first load fetches, to its budget.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 250;
const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const sizes = new Map();
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(js|css|html|svg|webmanifest)$/.test(entry.name)) continue;
  const path = `${entry.parentPath}/${entry.name}`;
  const pressed = gzipSync(await readFile(path), { level: 9 });
  await writeFile(`${path}.gz`, pressed);
  sizes.set(path.slice(dist.length).replace(/^\//, ""), pressed.length);
}

const html = await readFile(`${dist}index.html`, "utf8");
const linked = [...html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map((match) => match[1]);
const seen = new Set();
/** What a script imports at once, not lazily. */
async function follow(file) {
  if (seen.has(file) || !sizes.has(file)) return;
  seen.add(file);
  if (!file.endsWith(".js")) return;
  const text = await readFile(dist + file, "utf8");
  for (const match of text.matchAll(/(?:^|[;}\s])(?:import|export)[^;()]*?from\s*"\.\/([^"]+)"|(?:^|[;}\s])import\s*"\.\/([^"]+)"/g)) {
    await follow(`assets/${match[1] ?? match[2]}`);
  }
}
for (const file of linked) await follow(file);
const font = (await readdir(`${dist}assets`)).filter((name) => /inter-latin-wght.*woff2$/.test(name));
const kb = (bytes) => Math.round(bytes / 102.4) / 10;
const shell = [...seen].reduce((sum, file) => sum + sizes.get(file), sizes.get("index.html"));
console.log(`shell ${kb(shell)} kB gzip of ${BUDGET_KB} (${seen.size} files); fonts apart: ${font.length}`);
for (const [file, size] of [...sizes].filter(([file]) => file.endsWith(".js") && !seen.has(file)).sort((a, b) => b[1] - a[1]).slice(0, 6)) {
  console.log(`  lazy ${kb(size)} kB  ${file}`);
}
if (shell > BUDGET_KB * 1024) {
  console.error(`the shell is larger than ${BUDGET_KB} kB gzip`);
  process.exit(1);
}
