import { describe, expect, it } from "vitest";
import type { Alert } from "@/api/queries";
import { grouped } from "@/features/alerts/alerts-page";

const alert = (alert_id: string, vehicle_id: string, severity: string, status: string, raised_at: string) => ({ alert_id, vehicle_id, component: "brakes", severity, status, raised_at }) as Alert;

describe("grouping alerts", () => {
  it("makes one matter of a component's alerts, the worst first, and the settled ones apart", () => {
    const groups = grouped([
      alert("a", "V1", "WARNING", "OPEN", "2026-01-01"),
      alert("b", "V2", "CRITICAL", "OPEN", "2026-01-02"),
      alert("c", "V1", "EMERGENCY", "OPEN", "2026-01-03"),
      alert("d", "V1", "EMERGENCY", "RESOLVED", "2026-01-04"),
      alert("e", "V3", "EMERGENCY", "ACKNOWLEDGED", "2026-01-05"),
    ]);
    expect(groups.map((group) => group.map((one) => one.alert_id))).toEqual([["c", "a"], ["b"], ["e"], ["d"]]);
  });
});
