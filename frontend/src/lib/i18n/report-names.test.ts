import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { de } from "@/lib/i18n/de";
import { deServer } from "@/lib/i18n/de-server";
import { en } from "@/lib/i18n/en";

/** Who reads a report or a mail beside the app must find the same names in all: those of analytics-service's reports and of alert-service's mails are compared here. */
const services = "../services";

/** The groups of a catalogue: a subset of TOML, one text a line. */
function catalogue(language: string, folder = "analytics-service/texts"): Record<string, Record<string, string>> {
  const groups: Record<string, Record<string, string>> = {};
  let group: Record<string, string> = {};
  for (const line of readFileSync(`${services}/${folder}/${language}.toml`, "utf8").split("\n")) {
    const title = /^\[(\w+)\]$/.exec(line)?.[1];
    const [, key, text] = /^"?([\w.-]+)"? = (".*")$/.exec(line) ?? [];
    if (title) group = groups[title] = {};
    else if (key && text) group[key] = JSON.parse(text) as string;
  }
  return groups;
}

/** Codes of the knowledge base, by a pattern with one group. */
function codes(pattern: RegExp): Set<string> {
  const folder = `${services}/agent-service/knowledge`;
  const files = readdirSync(folder).filter((name) => name.endsWith(".toml"));
  return new Set(files.flatMap((name) => [...readFileSync(`${folder}/${name}`, "utf8").matchAll(pattern)].map((match) => match[1] as string)));
}

describe("names in reports", () => {
  // The app has no name for what is not known, and says the reason of a standstill nowhere.
  const families = [
    ["component", "component"],
    ["severity", "severity"],
    ["band", "status"],
    ["state", "status"],
    ["kpi", "kpi"],
  ] as const;

  it.each([
    ["en", en],
    ["de", de],
  ] as const)("are those of the app: %s", (language, texts) => {
    const groups = catalogue(language);
    const known: Record<string, string> = texts;
    for (const [group, family] of families) {
      const names = Object.entries(groups[group] ?? {}).filter(([code]) => code !== "UNKNOWN" || group === "band");
      expect(names.length).toBeGreaterThan(3);
      for (const [code, name] of names) expect([group, code, name]).toEqual([group, code, known[`${family}.${code}`]]);
    }
    const components = Object.keys(known).filter((key) => key.startsWith("component."));
    expect(components.filter((key) => !groups.component?.[key.slice("component.".length)])).toEqual([]);
    expect(groups.column?.worst).toBe(known["col.worst"]);
    expect(groups.column?.vehicle).toBe(known["col.vehicle"]);
  });

  it("of failures and actions are there for the whole knowledge base, failures as in the app", () => {
    const groups = catalogue("de");
    const modes = Object.entries(deServer).filter(([key]) => key.startsWith("mode."));
    expect(groups.failure).toEqual(Object.fromEntries(modes.map(([key, name]) => [key.slice("mode.".length), name])));
    const failures = codes(/^code = "([a-z0-9_]+\.[a-z0-9_]+)"\nname = /gm);
    expect(failures.size).toBeGreaterThan(100);
    expect([...failures].filter((code) => !groups.failure?.[code])).toEqual([]);
    const actions = codes(/code = "action\.([a-z0-9_.]+)"/g);
    expect(actions.size).toBeGreaterThan(100);
    expect(new Set(Object.keys(groups.action ?? {}))).toEqual(actions);
    expect(Object.fromEntries([...actions].map((code) => [code, deServer[`action.${code}`]]))).toEqual(groups.action);
    expect(Object.keys(deServer).filter((key) => key.startsWith("action.") && !actions.has(key.slice("action.".length)))).toEqual([]);
  });

  it("of mails are those of reports", () => {
    const [reports, mails] = [catalogue("de"), catalogue("de", "alert-service/templates")];
    expect(mails.failure).toEqual(reports.failure);
    const { UNKNOWN: _, ...components } = reports.component ?? {};
    expect(mails.component).toEqual(components);
    const warnings = [...codes(/code = "(safety\.[a-z0-9_.]+)"/g)];
    expect(warnings.length).toBeGreaterThan(20);
    expect(warnings.filter((code) => !mails.text?.[code])).toEqual([]);
    const actions = Object.keys(reports.action ?? {}).filter((code) => !mails.text?.[`action.${code}`]);
    expect(actions).toEqual([]);
  });
});
