import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AlertsPage } from "@/features/alerts/alerts-page";
import { openPage, wideScreen } from "@/testing/page";
import { server } from "@/testing/server";
import { signedIn } from "@/testing/sign-in";

const money = { amount_minor: 10_000, currency: "EUR" };
const alert = (id: string, severity: string, more = {}) => ({
  alert_id: id, decision_id: `dec_${id}`, vehicle_id: `V-${id}`, component: "brakes", severity, status: "OPEN", raised_at: "2026-05-01T00:00:00Z", urgency: "WITHIN_WEEK", historical: false,
  failure_mode: { code: "brakes.wear", name: "Worn", probability: 0.8 }, estimated_cost: { low: money, high: money }, labour_hours: 1, rul_km: null,
  reasoning: [], recommended_actions: [], comments: [], amendments: [], ...more,
});
let listed: ReturnType<typeof alert>[] = [];
let next_cursor: string | null = null;
const acknowledged: string[] = [];

beforeEach(async () => {
  wideScreen();
  acknowledged.length = 0;
  listed = [alert("first", "WARNING")];
  next_cursor = null;
  await signedIn("FLEET_MANAGER");
  server.use(
    http.post("*/api/v1/alerts/:id/acknowledge", ({ params }) => {
      acknowledged.push(String(params.id));
      listed = listed.map((one) => (one.alert_id === params.id ? { ...one, status: "ACKNOWLEDGED" } : one));
      return HttpResponse.json(alert(String(params.id), "WARNING"));
    }),
    http.get("*/api/v1/alerts/stats", () => HttpResponse.json({ open: 7, acknowledged: 0, resolved: 0, total: 7, by_severity: {}, deliveries: {} })),
    http.get("*/api/v1/alerts/:id/deliveries", () => HttpResponse.json({ items: [] })),
    http.get("*/api/v1/alerts/:id", ({ params }) => {
      const one = listed.find(({ alert_id }) => alert_id === params.id);
      return one ? HttpResponse.json(one) : HttpResponse.json({ title: "Not found", status: 404, code: "alert.unknown" }, { status: 404 });
    }),
    http.get("*/api/v1/alerts", ({ request }) => {
      const status = new URL(request.url).searchParams.get("status");
      return HttpResponse.json({ items: listed.filter((one) => !status || one.status === status), next_cursor });
    }),
  );
});
afterEach(() => vi.unstubAllGlobals());

describe("the alert that is open without a choice", () => {
  it("stays with what is typed there when a worse one arrives", async () => {
    const { client } = openPage("/alerts", AlertsPage);
    await userEvent.type(await screen.findByLabelText("Add a comment"), "On its way");
    listed = [alert("worse", "EMERGENCY"), ...listed];
    await act(() => client.invalidateQueries({ queryKey: ["alerts"] }));
    expect(await screen.findByText("V-worse")).toBeInTheDocument();
    expect(screen.getByLabelText("Add a comment")).toHaveValue("On its way");
    await userEvent.click(screen.getByRole("button", { name: "Acknowledge" }));
    await waitFor(() => expect(acknowledged).toEqual(["first"]));
  });

  it("stays when its answer takes it out of a filtered list, so that a second press answers no other", async () => {
    listed = [alert("first", "CRITICAL"), alert("second", "WARNING")];
    openPage("/alerts", AlertsPage, "/alerts?status=OPEN");
    const list = await screen.findByRole("list", { name: "Alerts" });
    await userEvent.type(await screen.findByLabelText("Add a comment"), "On its way");
    await userEvent.click(screen.getByRole("button", { name: "Acknowledge" }));
    await waitFor(() => expect(within(list).queryByText("V-first")).toBeNull());
    await waitFor(() => expect(screen.queryByRole("button", { name: "Acknowledge" })).toBeNull());
    expect(screen.getByRole("link", { name: "V-first" })).toBeInTheDocument();
    expect(screen.getByLabelText("Add a comment")).toHaveValue("On its way");
    expect(acknowledged).toEqual(["first"]);
  });

  it("gives way to the first of the list when it is gone altogether", async () => {
    listed = [alert("first", "CRITICAL"), alert("second", "WARNING")];
    const { client } = openPage("/alerts", AlertsPage);
    await screen.findByRole("link", { name: "V-first" });
    listed = [alert("second", "WARNING")];
    await act(() => client.invalidateQueries({ queryKey: ["alerts"] }));
    expect(await screen.findByRole("link", { name: "V-second" })).toBeInTheDocument();
  });
});

describe("the list's head", () => {
  it("says how many are open of all, whatever is listed", async () => {
    listed = [alert("done", "WARNING", { status: "RESOLVED", resolved_at: "2026-05-02T00:00:00Z" })];
    openPage("/alerts", AlertsPage, "/alerts?status=RESOLVED");
    expect(await screen.findByText("7 open")).toBeInTheDocument();
  });

  it("says where the list ends before the alerts do", async () => {
    const { unmount } = openPage("/alerts", AlertsPage);
    expect((await screen.findAllByText("V-first")).length).toBeGreaterThan(0);
    expect(screen.queryByText(/^Only the newest/)).toBeNull();
    unmount();
    next_cursor = "more";
    openPage("/alerts", AlertsPage);
    expect(await screen.findByText(/^Only the newest 5 of a status/)).toBeInTheDocument();
  });
});
