import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, cleanup, screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Shell } from "@/app/shell";
import { keepReport, waitingReports } from "@/lib/offline-jobs";
import { dropSession, type Role } from "@/lib/session";
import { fakeIndexedDb } from "@/testing/indexed-db";
import { renderWithQueries } from "@/testing/render";
import { server } from "@/testing/server";
import { signedIn } from "@/testing/sign-in";

const sent: string[] = [];
/** Nobody else's: what another test's technician still tries to send must not be taken for this one's. */
const PERSON = "usr_shell";

/** The shell at a page that knows nothing of jobs. */
async function openAlerts(role: Role) {
  await signedIn(role, "first", PERSON);
  const root = createRootRoute({ component: () => <Shell>A page</Shell> });
  const alerts = createRoute({ getParentRoute: () => root, path: "/alerts" });
  const router = createRouter({ routeTree: root.addChildren([alerts]), history: createMemoryHistory({ initialEntries: ["/alerts"] }) });
  renderWithQueries(<RouterProvider router={router as never} />);
  await screen.findByText("A page");
}

describe("reports that wait", () => {
  beforeEach(async () => {
    sent.length = 0;
    vi.stubGlobal("indexedDB", fakeIndexedDb());
    server.use(
      http.get("*/api/v1/alerts/stats", () => HttpResponse.json({ open: 0 })),
      http.get("*/api/v1/appointments/:id", () => HttpResponse.json({ status: "STARTED" })),
      http.post("*/api/v1/appointments/:id/complete", ({ params }) => {
        sent.push(String(params.id));
        return HttpResponse.json({});
      }),
    );
    await keepReport({ id: "apt_1", userId: PERSON, writtenAt: "2026-05-01T08:00:00Z", body: {} });
  });
  afterEach(() => {
    cleanup();
    dropSession();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it("go out when the network returns, on whatever page the technician is", async () => {
    const online = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    await openAlerts("TECHNICIAN");
    // Long enough for what must not happen.
    await act(() => new Promise((done) => setTimeout(done, 100)));
    expect(sent).toEqual([]);
    online.mockReturnValue(true);
    act(() => void dispatchEvent(new Event("online")));
    await waitFor(async () => expect(await waitingReports(PERSON)).toEqual([]));
    expect(sent).toEqual(["apt_1"]);
  });

  it("are not sent for a role that reports no jobs", async () => {
    await openAlerts("SUPPORT");
    await act(() => new Promise((done) => setTimeout(done, 100)));
    expect(sent).toEqual([]);
  });
});
