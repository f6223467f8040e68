import { QueryClient } from "@tanstack/react-query";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { queries, type Alert } from "@/api/queries";
import { grouped } from "@/features/alerts/alerts-page";
import { server } from "@/testing/server";

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

describe("the list of alerts", () => {
  const pages: Record<string, Alert[]> = {
    any: [alert("new", "V1", "WARNING", "RESOLVED", "2026-03-01"), alert("young", "V2", "WARNING", "OPEN", "2026-02-28")],
    OPEN: [alert("young", "V2", "WARNING", "OPEN", "2026-02-28"), alert("old", "V3", "CRITICAL", "OPEN", "2026-01-01")],
    ACKNOWLEDGED: [],
  };
  const listed = async (filter?: { status?: string }) => {
    server.use(http.get("*/api/v1/alerts", ({ request }) => HttpResponse.json({ items: pages[new URL(request.url).searchParams.get("status") ?? "any"] ?? [] })));
    const { items } = await new QueryClient().fetchQuery(queries.alerts(filter));
    return items.map((one) => one.alert_id).sort();
  };

  it("has what waits for somebody, however old, and nothing twice", async () => {
    expect(await listed()).toEqual(["new", "old", "young"]);
  });

  it("asks for one status where one is chosen", async () => {
    expect(await listed({ status: "OPEN" })).toEqual(["old", "young"]);
  });

  /** As many pages of each status; what was asked for comes back. */
  function paged(pagesEach: number): string[] {
    const asked: string[] = [];
    server.use(
      http.get("*/api/v1/alerts", ({ request }) => {
        const query = new URL(request.url).searchParams;
        const page = Number(query.get("cursor") ?? 1);
        asked.push(`${query.get("status") ?? "any"} ${page}`);
        const status = query.get("status") ?? "RESOLVED";
        return HttpResponse.json({ items: [alert(`${status}${page}`, "V1", "WARNING", status, "2026-01-01")], next_cursor: page < pagesEach ? String(page + 1) : null });
      }),
    );
    return asked;
  }

  it("goes on to the oldest that wait, page by page, and reads only the newest of the settled", async () => {
    const asked = paged(3);
    const { items, cutAt } = await new QueryClient().fetchQuery(queries.alerts());
    expect(items.map((one) => one.alert_id).sort()).toEqual(["ACKNOWLEDGED1", "ACKNOWLEDGED2", "ACKNOWLEDGED3", "OPEN1", "OPEN2", "OPEN3", "RESOLVED1"]);
    expect(cutAt).toBeUndefined();
    expect(asked.filter((one) => one.startsWith("any"))).toEqual(["any 1"]);
  });

  it("ends with the fifth page, and says so", async () => {
    const asked = paged(9);
    const { items, cutAt } = await new QueryClient().fetchQuery(queries.alerts({ status: "OPEN" }));
    expect([items.length, cutAt, asked.length]).toEqual([5, 5, 5]);
    expect((await new QueryClient().fetchQuery(queries.alerts({ status: "RESOLVED" }))).cutAt).toBe(1);
  });
});
