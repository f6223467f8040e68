import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { said, setLocale } from "@/lib/i18n";
import { deServer } from "@/lib/i18n/de-server";

/** Whatever health says of a vehicle has a German sentence: its codes are read from its source. */
const source = (file: string) => readFileSync(`../services/health-service/src/${file}`, "utf8");
/** What stands between the braces of a macro's call. */
const table = (file: string, macro: string) => new RegExp(`^${macro}! \\{\\n([\\s\\S]*?)^\\}`, "m").exec(source(file))?.[1] ?? "";
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] as string);
const gaps = (code: string) => all(deServer[code] ?? "", /\{(\w+)\}/g);

const components = all(table("domain/component.rs", "components"), /^\s*\w+ = "(\w+)"/gm);
const paths = new Map([...table("domain/signal.rs", "signals").matchAll(/^\s*(\w+) = "([\w.]+)"/gm)].map(([, signal, path]) => [signal, path]));
const factors = [...table("domain/factor.rs", "factors").matchAll(/^\s*\w+ = "([\w.]+)",\s*\w+,\s*\[(\w*)\]/gm)].map(([, code, signal]) => ({ code: code as string, signal: signal as string }));
const sensors = all(source("api/wire.rs"), /"(sensor\.[\w.]+)"/g);
const revisions = all(source("domain/life.rs"), /"(wear\.[\w.]+)"/g);
const actions = all(source("domain/actions.rs"), /\baction\(\s*"([\w.]+)"/g);
const codes = new Set([...factors.map(({ code }) => code), ...components.map((name) => `${name}.trouble_code`), ...sensors, ...revisions, ...actions]);

afterEach(() => setLocale("en", false));

describe("sentences of health", () => {
  it("are all found in its source", () => {
    expect([components.length, new Set(revisions).size]).toEqual([11, 2]);
    expect(factors.length).toBe(table("domain/factor.rs", "factors").match(/ = "/g)?.length);
    expect(factors.length).toBeGreaterThan(40);
    expect(factors.filter(({ signal }) => signal && !paths.has(signal))).toEqual([]);
    expect(new Set(actions).size).toBeGreaterThan(20);
    expect(source("domain/actions.rs").match(/\baction\((?!code:)/g)?.length).toBe(actions.length);
    expect(new Set(sensors)).toEqual(new Set(["sensor.fault"]));
    expect(source("api/wire.rs")).toContain('"{}.trouble_code"');
  });

  it("are there in German, and no others", () => {
    expect([...codes].filter((code) => !deServer[code])).toEqual([]);
    const families = ["component", "sensor", "wear", ...components];
    expect(Object.keys(deServer).filter((code) => families.includes(code.split(".")[0] as string) && !codes.has(code))).toEqual([]);
  });

  it("have no holes for what health sends", async () => {
    await setLocale("de", false);
    for (const { code, signal } of factors) {
      const params = { observed: 12.34, expected: 5, unit: "V", ...(signal && { signal: paths.get(signal) }) };
      expect(`${code}: ${said({ code, params, text: "English." })}`).not.toMatch(/\{|English\.|Vehicle\./);
    }
    for (const name of components) expect(said({ code: `${name}.trouble_code`, params: { dtc: "P0217" }, text: "English." })).toMatch(/Fehlercode.*P0217/);
    for (const code of sensors) expect(said({ code, params: { signal: "Vehicle.OBD.EngineLoad" }, text: "English." })).toMatch(/„Motorlast“/);
    for (const code of [...revisions, ...actions]) expect([code, gaps(code)]).toEqual([code, []]);
  });

  it("name the signal where one code stands for several", () => {
    const signals = (code: string) => new Set(factors.filter((factor) => factor.code === code).map(({ signal }) => signal));
    const several = [...codes].filter((code) => signals(code).size > 1);
    expect(several).toContain("brakes.pad_wear.high");
    expect(several.filter((code) => !gaps(code).includes("signal"))).toEqual([]);
  });

  it("write numbers and signals as the app does", async () => {
    await setLocale("de", false);
    const forecast = { code: "lubrication.forecast.short", params: { observed: 2449.5, expected: 3000, unit: "km" }, text: "English." };
    expect(said(forecast)).toMatch(/^Nach dem.* etwa 2\.449,5 km; unter 3\.000 km wird gewarnt\.$/);
    expect(said({ ...forecast, params: {} })).toBe("English.");
    const tyre = { observed: 181.2, expected: 240, unit: "kPa", signal: "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure" };
    expect(said({ code: "tyres.pressure.low", params: tyre })).toBe("Ein Reifen hat 181,2 kPa; an seiner Achse sind 240 kPa üblich (Reifendruck vorn links).");
  });
});
