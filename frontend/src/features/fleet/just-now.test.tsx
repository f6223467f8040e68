import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { JustNow } from "@/features/fleet/components/just-now";
import { setLocale } from "@/lib/i18n";
import type { Change, LiveState } from "@/lib/live";
import { renderWithQueries } from "@/testing/render";
import { server } from "@/testing/server";

vi.mock("@tanstack/react-router", () => ({ Link: ({ children }: { children: string }) => <a href="/">{children}</a> }));
const live = vi.hoisted(() => ({ changes: [] as Change[] }));
vi.mock("@/lib/live", () => ({ useLive: (): LiveState => ({ status: "live", heardAt: 0, changes: live.changes }) }));

/** As analytics-service's stream sends it: the summary is one English line. */
const change = (id: string, type: string, summary: string): Change => ({ id, type, vehicle_id: "V1", time: "2026-05-01T00:00:00Z", summary });

beforeEach(() => server.use(http.get("*/api/v1/alerts", () => HttpResponse.json({ items: [] }))));
afterEach(() => setLocale("en", false));

describe("just now", () => {
  it("says what happened, in the words of the app", async () => {
    // Two changes of one kind, vehicle and time are two rows: their ids tell them apart.
    live.changes = [
      change("evt_1", "alert.created", "alert created, vehicle V1, component brakes, severity CRITICAL"),
      change("evt_2", "alert.created", "alert created, vehicle V1, component cooling, severity WARNING"),
      change("evt_3", "alert.resolved", "alert resolved, vehicle V1, component tyres, reason REPAIRED"),
      change("evt_4", "warranty.claim.withdrawn", "warranty claim withdrawn, vehicle V1, component tyres"),
    ];
    const complained = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { unmount } = renderWithQueries(<JustNow />);
    const english = (await screen.findAllByRole("listitem")).map((row) => row.lastElementChild?.lastElementChild?.textContent);
    expect(english).toEqual(["Brakes · Critical", "Cooling · Warning", "Tyres · repaired", "warranty claim withdrawn, vehicle V1, component tyres"]);
    expect(complained.mock.calls.filter((call) => String(call[0]).includes("same key"))).toEqual([]);
    complained.mockRestore();
    unmount();
    await setLocale("de", false);
    renderWithQueries(<JustNow />);
    const german = (await screen.findAllByRole("listitem")).map((row) => row.lastElementChild?.lastElementChild?.textContent);
    expect(german).toEqual(["Bremsen · Kritisch", expect.stringContaining(" · "), "Reifen · repariert", "warranty claim withdrawn, vehicle V1, component tyres"]);
  });
});
