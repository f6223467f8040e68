import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { can, homeOf, mayOpen, VIEWS, type Action } from "@/lib/roles";
import type { Role } from "@/lib/session";

const ROLES: Role[] = ["OWNER", "FLEET_MANAGER", "TECHNICIAN", "ADMIN", "EXECUTIVE", "SUPPORT"];
/** The route that decides whether an action makes sense for a role. */
const DECIDES: Record<Action, string> = {
  book: "POST /api/v1/appointments",
  answer_alerts: "POST /api/v1/alerts/{id}/acknowledge",
  see_deliveries: "GET /api/v1/alerts/{id}/deliveries",
  see_steps: "GET /api/v1/agents/decision/{id}/steps",
  replay: "POST /api/v1/agents/decision/{id}/replay",
  see_telemetry: "GET /api/v1/vehicles/{vehicle_id}/history",
  do_jobs: "POST /api/v1/appointments/{id}/complete",
  see_claims: "GET /api/v1/claims",
  submit_claims: "POST /api/v1/claims/{id}/submit",
  see_coverages: "GET /api/v1/coverages",
  see_technicians: "GET /api/v1/technicians",
  answer_reviews: "POST /api/v1/agents/reviews/{id}",
  see_numbers: "GET /api/v1/metrics/alert-stats",
};

/** The services' own policies: who may call which route. */
function policies(): Map<string, string[]> {
  const services = "../services";
  const found = new Map<string, string[]>();
  for (const service of readdirSync(services)) {
    const text = readFileSync(`${services}/${service}/policy.toml`, "utf8");
    for (const entry of text.split("[[route]]").slice(1)) {
      const value = (name: string) => new RegExp(`^${name} = (.+)$`, "m").exec(entry)?.[1] ?? "";
      found.set(`${value("method")} ${value("path")}`.replaceAll('"', ""), value("roles").match(/[A-Z_]+/g) ?? []);
    }
  }
  return found;
}

describe("roles", () => {
  const allowed = policies();

  it.each(Object.entries(DECIDES))("offers %s to whom the service lets: %s", (action, route) => {
    expect(ROLES.filter((role) => can(role, action as Action))).toEqual(ROLES.filter((role) => allowed.get(route)?.includes(role)));
  });

  it("gives each role a home among its views", () => {
    expect(ROLES.map(homeOf)).toEqual(["/my-vehicles", "/fleet", "/my-jobs", "/administration", "/business", "/fleet"]);
    for (const role of ROLES) expect(new Set(VIEWS[role]).size).toBe(VIEWS[role].length);
  });

  it("refuse no page but another role's view", () => {
    expect(["/my-jobs", "/my-jobs/x", "/vehicles/V1", "/me", "/"].map((path) => mayOpen("TECHNICIAN", path))).toEqual([true, true, true, true, true]);
    expect([mayOpen("TECHNICIAN", "/fleet"), mayOpen("OWNER", "/my-jobs"), mayOpen("OWNER", "/vehicles/V1"), mayOpen(undefined, "/fleet")]).toEqual([false, false, true, false]);
  });
});
