import { readdirSync, readFileSync } from "node:fs";
import { render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiError, type Problem } from "@/api/problem";
import { Failure, InlineFailure } from "@/components/ui/states";
import { deliveryReason, said, setLocale } from "@/lib/i18n";
import { deNames } from "@/lib/i18n/de-names";
import { deServer } from "@/lib/i18n/de-server";
import { enNames } from "@/lib/i18n/en-names";

/** Whatever the services say of visits, claims, decisions and refusals has a German sentence: the codes are read from their sources. */
const SERVICES = "../services";

/** A service's sources without those of its tests. */
function sources(service: string, folder = "src"): string {
  const root = `${SERVICES}/${service}/${folder}`;
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".rs") && !/test|suite|examples|fixtures|properties|cases|evaluation/.test(file));
  return files.map((file) => readFileSync(`${root}/${file}`, "utf8").split("#[cfg(test)]")[0]).join("\n");
}
const all = (text: string, pattern: RegExp) => new Set([...text.matchAll(pattern)].map((match) => match[1] as string));
/** Whether there is a sentence for a code, or for a value of one of its parameters. */
const isKnown = (code: string) => Object.keys(deServer).some((key) => key === code || key.startsWith(`${code}|`));

beforeEach(() => setLocale("de", false));
afterEach(() => setLocale("en", false));

describe("sentences of the services", () => {
  it.each([
    ["scheduling-service", 25],
    ["warranty-service", 12],
    ["agent-service", 15],
  ])("have a German one for each reason: %s", (service, least) => {
    const text = sources(service);
    // A reason's code is the first word of its making, or a word of its own where a match picks it.
    const made = all(text, /Reason::new\(\s*"([\w.]+)"/g);
    const picked = all(text, /"((?:reasoning|decision|why_not|slot|safety)\.[a-z_0-9.]+)"/g);
    const ended = all(sources("scheduling-service", "src/use_cases"), /^\s+"(appointment\.[a-z_]+)",$/gm);
    const codes = [...made, ...picked, ...ended].filter((code) => !["decision.unknown", "slot.taken", "slot.expired", "decision.not_found"].includes(code) && !/^(agent|appointment\.(scheduled|rescheduled|cancelled|started|completed)$)/.test(code));
    expect(codes.length).toBeGreaterThan(least);
    expect(codes.filter((code) => !isKnown(code))).toEqual([]);
  });

  it("have one for what quarantine says", () => {
    const fault = readFileSync(`${SERVICES}/ingestion-service/src/domain/fault.rs`, "utf8").split("impl Rejection")[0] ?? "";
    const codes = [...all(fault, /=> "([a-z_]+\.[a-z_]+)"/g)];
    expect(codes.length).toBeGreaterThan(15);
    expect(codes.filter((code) => !deServer[code])).toEqual([]);
  });

  it("differ by a parameter where the services' do", () => {
    const review = (params: Record<string, unknown>) => said({ code: "decision.revised.review", params, text: "English." });
    expect([review({ verdict: "APPROVE" }), review({ verdict: "CHANGE", failure_mode: "cooling.leak" }), review({ verdict: "NEW" })]).toEqual([
      "Ein Mensch hat die Entscheidung bestätigt.", "Ein Mensch hat die Ursache geändert: Kühlmittel tritt aus.", "English.",
    ]);
    for (const code of readFileSync(`${SERVICES}/agent-service/src/domain/opinion.rs`, "utf8").matchAll(/=> "(llm\.\w+)"/g)) {
      expect(said({ code: "decision.revised.rules_only", params: { because: code[1] }, text: "English." })).toMatch(/Regeln/);
    }
    const covered = (params: Record<string, unknown>) => said({ code: "warranty.covered", params: { coverage_id: "cov_1", ...params }, text: "Covered." });
    expect([covered({ expires_on: "2027-05-03", expires_km: 150_000 }), covered({ expires_km: 150_000 }), covered({})]).toEqual([
      expect.stringMatching(/^Gedeckt bis 0?3\.0?5\.2027 oder 150\.000 km/), "Gedeckt bis 150.000 km.", "Gedeckt.",
    ]);
    expect(said({ code: "why_not.no_bay", params: { center_id: "ctr_1", lift: true }, text: "No bay." })).toBe("ctr_1 hat keinen passenden Platz mit Hebebühne.");
    expect(said({ code: "reasoning.ranking", params: { probability: 0.634 }, text: "Most probable." })).toBe("Die wahrscheinlichste Ursache kommt auf 63 %.");
  });
});

describe("refusals", () => {
  const taken: Problem = { type: "", title: "Conflict", status: 409, code: "slot.taken", detail: "The slot is taken.", request_id: "req_1" };
  const own = /^(batch|ingest|record|audit|service|dead_letter|gateway)\.|^request\.(body_unreadable|path|media_type)$/;

  it("have a German sentence, but for those that only machines meet", () => {
    const services = readdirSync(SERVICES);
    const problems = services.map((service) => readFileSync(`${SERVICES}/${service}/src/api/problem.rs`, "utf8")).join("\n");
    const refused = ["user", "scope", "password"].map((file) => readFileSync(`${SERVICES}/analytics-service/src/domain/${file}.rs`, "utf8")).join("\n");
    const codes = new Set([
      ...all(problems, /"([a-z_]+\.[a-z_]+)"/g),
      ...all(refused, /Refused::\w+(?:\(_\))? => "([a-z_]+\.[a-z_]+)"/g),
      ...all(sources("alert-service"), /Error::invalid\(\s*"[^"]+",\s*"([\w.]+)"/g),
      ...[...all(problems, /not_found\("(\w+)"/g)].map((thing) => `${thing}.not_found`),
    ]);
    expect(codes.size).toBeGreaterThan(90);
    expect([...codes].filter((code) => !own.test(code) && !deServer[`problem.${code}`])).toEqual([]);
  });

  it("are told in the language of the app, beside a button and in a panel", () => {
    render(<><InlineFailure error={new ApiError(taken)} /><Failure error={new ApiError({ ...taken, status: 422, title: "Unprocessable Content", code: "user.exists", detail: "There is a user with this name." })} /></>);
    const [inline, panel] = screen.getAllByRole("alert");
    expect(inline).toHaveTextContent("Das geht im Augenblick nicht. Der Termin ist inzwischen vergeben. Wählen Sie einen anderen. · req_1");
    expect(panel).toHaveTextContent(/^Eine Angabe passt nichtDiesen Benutzernamen gibt es schon\./);
  });

  it("name the member in German, and keep what has no sentence", () => {
    const errors = [
      { path: "/password", code: "refused", text: "A password has at least 12 characters." },
      { path: "/odometer_km", code: "range", text: "From 0 to 10000000." },
      { path: "/bays", code: "range", text: "From 1 to 9." },
    ];
    render(<InlineFailure error={new ApiError({ ...taken, status: 422, code: "password.too_short", detail: "A password has at least 12 characters.", errors })} />);
    expect(screen.getByRole("alert")).toHaveTextContent("Passwort: Ein Passwort hat mindestens 12 Zeichen. Kilometerstand: Von 0 bis 10.000.000 km. bays: From 1 to 9.");
  });

  it("stay as they were sent in English", async () => {
    await setLocale("en", false);
    render(<InlineFailure error={new ApiError(taken)} />);
    expect(screen.getByRole("alert")).toHaveTextContent("Conflict. The slot is taken. · req_1");
  });
});

describe("reasons of deliveries", () => {
  it("have a name in both languages", () => {
    const service = ["domain/delivery.rs", "mail/mod.rs", "mail/worker.rs", "use_cases/recover_deliveries.rs", "use_cases/deliver_messages.rs"].map((file) => readFileSync(`${SERVICES}/alert-service/src/${file}`, "utf8").split("#[cfg(test)]")[0]).join("\n");
    const codes = all(service, /(?:Self::\w+ => |Failure::\w+\(|reason[:=\s]+Some\(|\(Outcome::\w+, )"([a-z_]+)"/g);
    expect(codes.size).toBeGreaterThan(14);
    expect([...codes].filter((code) => !(`reason.${code}` in enNames) || !(`reason.${code}` in deNames))).toEqual([]);
    expect([deliveryReason("no_address"), deliveryReason("smtp_550")]).toEqual(["keine E-Mail-Adresse", "der Mailserver antwortete 550"]);
  });
});
