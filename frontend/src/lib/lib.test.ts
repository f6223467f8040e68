import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { ticks } from "@/components/charts/scale";
import { typedNumber } from "@/features/my-jobs/report-form";
import { day, km, money, moneys, number, visit, worth } from "@/lib/format";
import { said, setLocale, signalName, tn } from "@/lib/i18n";
import { de } from "@/lib/i18n/de";
import { deServer } from "@/lib/i18n/de-server";
import { deSignals } from "@/lib/i18n/de-signals";
import { en } from "@/lib/i18n/en";
import { enNames } from "@/lib/i18n/en-names";
import { dayBefore, isoDay, isoWeek, mondayOf, parseDay } from "@/lib/week";

afterEach(() => setLocale("en", false));

describe("numbers", () => {
  it("shows a missing value as a dash, never as zero", () => {
    expect([number(null), km(undefined), money(null)]).toEqual(["–", "–", "–"]);
    expect(number(0)).toBe("0");
    expect(moneys([])).toBe("none yet");
    expect([money({ amount_minor: 500, currency: "EUR" }), money({ amount_minor: 500, currency: "JPY" })]).toEqual(["€5", "¥500"]);
  });

  it("rounds a forecast to what it is worth", () => {
    expect([0.4, 47.4, 312.7, 1543.6, 31480.6, 193969.7].map(worth)).toEqual([0, 47, 310, 1540, 31500, 194000]);
  });

  it("reads what people type, with comma or point", () => {
    expect(["12,50", " 12.5 ", "", "x", "-3"].map(typedNumber)).toEqual([12.5, 12.5, null, null, null]);
  });

  it("cuts an axis at round numbers", () => {
    expect(ticks(0, 100)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(ticks(97160, 97683, 3)).toEqual([97200, 97400, 97600]);
    expect(ticks(5, 5)).toEqual([5]);
  });
});

describe("weeks", () => {
  it("counts by ISO 8601", () => {
    expect([new Date(2026, 10, 22), new Date(2027, 0, 3), new Date(2020, 11, 31), new Date(2024, 11, 30)].map(isoWeek)).toEqual([47, 53, 53, 1]);
    expect(isoDay(mondayOf(new Date(2026, 10, 22)))).toBe("2026-11-16");
  });

  it("reads a day from an address, and nothing else", () => {
    expect(isoDay(parseDay("2026-11-23") as Date)).toBe("2026-11-23");
    expect(parseDay("tomorrow")).toBeNull();
  });

  it("names the last day of a period, wherever the reader is", () => {
    expect(isoDay(dayBefore("2026-05-04") as Date)).toBe("2026-05-03");
    expect(day("2026-05-04")).toBe(day(new Date(2026, 4, 4)));
  });

  it("says today and tomorrow by the calendar", () => {
    const now = new Date(2026, 10, 22, 23, 30);
    expect(visit(new Date(2026, 10, 23, 0, 30).toISOString(), now)).toMatch(/^Tomorrow/);
    expect(visit(new Date(2026, 10, 22, 8, 0).toISOString(), now)).toMatch(/^Today/);
  });
});

describe("texts", () => {
  it("has the same parameters in both languages", () => {
    const parameters = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort().join();
    for (const key of Object.keys(en) as (keyof typeof en)[]) expect(`${key} ${parameters(de[key])}`).toBe(`${key} ${parameters(en[key])}`);
  });

  it("names a symptom and how to look for it in German, and leaves one that it does not know to the service", async () => {
    const reason = { code: "reasoning.test_first", params: { symptom: "brakes.fluid_low", if_present: "brakes.booster_fault", if_absent: "brakes.pad_wear" }, text: "English." };
    expect(said(reason)).toBe("English.");
    await setLocale("de", false);
    expect(said(reason)).toMatch(/Bremsflüssigkeit.*„.*Bremsflüssigkeit.*“ spricht für/);
    expect(said(reason)).not.toMatch(/brakes\.|\{/);
    expect(said({ ...reason, params: { ...reason.params, symptom: "brakes.unheard_of" } })).toBe("English.");
  });

  it("has both forms of each plural", () => {
    const keys = Object.keys(en);
    for (const key of keys.filter((name) => name.endsWith(".other"))) expect(keys).toContain(key.replace(/other$/, "one"));
    expect(tn("fleet.vehicles", 1)).toBe("1 vehicle");
    expect(tn("fleet.vehicles", 10000)).toBe("10,000 vehicles");
  });

  it("says a service's sentence in the shown language, and in the service's English when it cannot", async () => {
    const reason = { code: "warranty.expired.date", params: { expired_on: "2026-01-23" }, text: "Not covered: cover ended on 2026-01-23." };
    expect(said(reason)).toBe(reason.text);
    await setLocale("de", false);
    expect(said(reason)).toBe("Nicht gedeckt: Die Deckung endete am 23.01.2026.");
    expect(said({ ...reason, params: {} })).toBe(reason.text);
    expect(said({ code: "something.new", text: "Something new." })).toBe("Something new.");
  });

  it("names a signal by its last words and its place", () => {
    expect(signalName("Vehicle.Speed")).toBe("Speed");
    expect(signalName("Vehicle.Powertrain.CombustionEngine.Speed")).toBe("Speed · Engine");
    expect(signalName("Vehicle.OBD.EngineLoad")).toBe("Engine Load");
  });

  it("has a German name of its own for every signal that ingestion keeps", async () => {
    const kept = [...readFileSync("../contracts/signals.toml", "utf8").matchAll(/^path = "(.+)"$/gm)].map((match) => match[1] as string);
    expect(kept.length).toBeGreaterThan(100);
    expect(new Set(Object.keys(deSignals))).toEqual(new Set(kept));
    expect(new Set(Object.values(deSignals)).size).toBe(kept.length);
    await setLocale("de", false);
    expect([signalName("Vehicle.OBD.EngineLoad"), signalName("Vehicle.OBD.SomethingNew")]).toEqual(["Motorlast", "Something New"]);
  });
});

describe("the catalogue", () => {
  const sources = Object.entries(import.meta.glob<string>(["/src/**/*.{ts,tsx}", "!/src/lib/i18n/**"], { query: "?raw", import: "default", eager: true }))
    .map(([, text]) => text)
    .join("\n");

  it("has no text that nothing shows", () => {
    // Keys made from a value of the server, such as t(`nav.${view}`), are used as a family.
    const families = [...sources.matchAll(/`([\w.-]+\.)\$\{/g)].map((match) => match[1] as string);
    const isUsed = (key: string) => sources.includes(`"${key}"`) || families.some((family) => key.startsWith(family));
    const own = Object.keys(en).filter((key) => !(key in enNames));
    expect(own.filter((key) => !isUsed(key) && !isUsed(key.replace(/\.(one|other)$/, "")))).toEqual([]);
  });

  it("has one German word for one thing", () => {
    const others = /\b(Alarm|Besuch|Bauteil|Bucht|Ausfallrisiko)/;
    expect(Object.entries({ ...de, ...deServer, ...deSignals }).filter(([, text]) => others.test(text))).toEqual([]);
    expect(new Set([de["schedule.technician"], de["schedule.center"], de["role.FLEET_MANAGER"]]).size).toBe(3);
    expect(de["schedule.technician"]).toBe(de["role.TECHNICIAN"]);
  });

  it("has the same gaps to fill in both languages", () => {
    const gaps = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
    const keys = Object.keys(en) as (keyof typeof en)[];
    expect(keys.filter((key) => String(gaps(en[key])) !== String(gaps(de[key])))).toEqual([]);
  });
});
