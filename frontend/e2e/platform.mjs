// Starts the real platform for the tests: `carvrooom up --demo` on free ports with a data folder of its own, and a relay before each
// service, by which it can be stopped.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Relay, SERVICES } from "./relay.mjs";

const BINARY = fileURLToPath(new URL("../../target/debug/carvrooom", import.meta.url));
const READY_MS = 60_000;
const DEMO = ["--demo", "--demo-vehicles", "12", "--demo-days", "3", "--demo-wear", "25"];

/** Resolves once the platform has printed `ready`, with a demo once its short history is complete: what tests send then is the present's; `lines` goes on collecting what it says, `relays` has one a service. */
export async function startPlatform(bootstrapKey, { demo = true } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "carvrooom-e2e-"));
  const relays = Object.fromEntries(await Promise.all(SERVICES.map(async (service) => [service, await new Relay().listen()])));
  const upstreams = SERVICES.map((service) => `--upstream=${service}=127.0.0.1:${relays[service].port}`);
  const child = spawn(BINARY, ["up", ...(demo ? DEMO : []), "--free-ports", "--ui-port", "0", "--data-dir", folder, ...upstreams], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, CARVROOOM_BOOTSTRAP_KEY: bootstrapKey },
  });
  // Whatever ends the tests ends the platform too.
  const abandon = () => child.kill("SIGTERM");
  process.once("exit", abandon);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  const lines = [];
  const ready = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready within ${READY_MS} ms:\n${lines.join("\n")}`)), READY_MS);
    const hear = (chunk) => {
      lines.push(...String(chunk).split("\n").filter(Boolean));
      if (lines.some((line) => line.startsWith(demo ? "demo: the history is complete" : "ready http://"))) {
        clearTimeout(timer);
        resolve();
      }
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", (error) => reject(new Error(`${error.message}: build the launcher first (cargo xtask up builds it)`)));
    child.on("exit", (code) => reject(new Error(`the platform ended with ${code}:\n${lines.join("\n")}`)));
  });
  const stop = async () => {
    process.off("exit", abandon);
    child.removeAllListeners("exit");
    const ended = new Promise((resolve) => child.on("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    await Promise.all(Object.values(relays).map((relay) => relay.close()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await ready;
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  const addresses = JSON.parse(await readFile(join(folder, "addresses.json"), "utf8"));
  for (const service of SERVICES) relays[service].lead(addresses[service]);
  return { addresses, lines, relays, stop };
}
