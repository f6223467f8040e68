// Writes the types of the seven services' APIs from their OpenAPI documents. `--check` says which file is stale and fails.
import { readFile, readdir, writeFile, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const contracts = new URL("../../contracts/http/", import.meta.url);
const generated = new URL("../src/api/generated/", import.meta.url);
const isCheck = process.argv.includes("--check");

await mkdir(generated, { recursive: true });
const stale = [];
for (const file of (await readdir(contracts)).filter((name) => name.endsWith(".openapi.json")).sort()) {
  const name = file.replace(".openapi.json", ".ts");
  const target = new URL(name, generated);
  const text = `// Generated from contracts/http/${file} by \`npm run generate\`; do not edit.\n\n${astToString(await openapiTS(new URL(file, contracts)))}`;
  if (isCheck) {
    const known = await readFile(target, "utf8").catch(() => "");
    if (known !== text) stale.push(fileURLToPath(target));
  } else {
    await writeFile(target, text);
  }
}
if (stale.length > 0) {
  console.error(`stale, run \`npm run generate\`:\n${stale.join("\n")}`);
  process.exit(1);
}
