import { onlineManager } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/api/problem";
import { ReportSender } from "@/app/report-sender";
import { isRefusal, visitsFrom, type Report } from "@/features/my-jobs/api";
import { MyJobsPage } from "@/features/my-jobs/my-jobs-page";
import { keepReport, waitingReports } from "@/lib/offline-jobs";
import { dropSession } from "@/lib/session";
import { fakeIndexedDb } from "@/testing/indexed-db";
import { renderWithQueries } from "@/testing/render";
import { server } from "@/testing/server";
import { signedIn } from "@/testing/sign-in";

const problem = (status: number, code: string, detail = "") => ({ type: "about:blank", title: "Refused", status, code, detail });
const body: Report = {
  findings: [{ component: "brakes", verdict: "OTHER_CAUSE", action: "REPAIRED", parts: [{ part_code: "brake_pad", quantity: 3 }], notes: "Rust." }],
  cost: { amount_minor: 12_345, currency: "EUR" },
  odometer_km: 80_100,
};
const visit = (id: string) => ({ appointment_id: id, vehicle_id: `V-${id}`, component: "brakes", status: "STARTED", parts: [{ part_code: "brake_pad", quantity: 2 }, { part_code: "disc", quantity: 1 }], price: null, version: 1 });

/** What each visit's completion is answered with, and what was sent; a visit that is not named has no network. */
function scheduling(answers: Record<string, () => Response>): { id: string; body: Report }[] {
  const sent: { id: string; body: Report }[] = [];
  server.use(
    http.get("*/api/v1/dashboards/technician/usr_1", () => HttpResponse.json({ jobs: [] })),
    http.get("*/api/v1/appointments", () => HttpResponse.json({ items: ["apt_1", "apt_2", "apt_3"].map(visit) })),
    http.get("*/api/v1/appointments/:id", ({ params }) => HttpResponse.json(visit(String(params.id)))),
    http.post("*/api/v1/appointments/:id/complete", async ({ params, request }) => {
      const id = String(params.id);
      sent.push({ id, body: (await request.json()) as Report });
      return answers[id]?.() ?? HttpResponse.error();
    }),
  );
  return sent;
}

const taken = () => HttpResponse.json({});
const refused = () => HttpResponse.json(problem(422, "request.invalid", "The odometer runs backwards."), { status: 422 });

function open() {
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: "/my-jobs", component: MyJobsPage });
  const router = createRouter({ routeTree: root.addChildren([page]), history: createMemoryHistory({ initialEntries: ["/my-jobs"] }) });
  return renderWithQueries(
    <>
      <ReportSender />
      <RouterProvider router={router as never} />
    </>,
  );
}

const keep = (id: string, more = {}) => keepReport({ id, userId: "usr_1", writtenAt: "2026-05-01T08:00:00Z", body, ...more });
const kept = async () => (await waitingReports("usr_1")).map((report) => [report.id, report.refusal?.code]);

describe("reports that wait", () => {
  beforeEach(async () => {
    vi.stubGlobal("indexedDB", fakeIndexedDb());
    await signedIn("TECHNICIAN");
  });
  afterEach(() => {
    cleanup();
    dropSession();
    vi.unstubAllGlobals();
  });

  it("go out each for itself: a refused one is shown with the reason, and only what has no network is told to wait for it", async () => {
    const sent = scheduling({ apt_1: refused, apt_3: taken });
    for (const id of ["apt_1", "apt_2", "apt_3"]) await keep(id);
    open();
    await waitFor(async () => expect(await kept()).toEqual([["apt_1", "request.invalid"], ["apt_2", undefined]]));
    expect(await screen.findByText("1 report waits for the network.")).toBeInTheDocument();
    expect(await screen.findByText(/The odometer runs backwards/)).toBeInTheDocument();
    expect(screen.getByText(/V-apt_1, Brakes/)).toBeInTheDocument();
    // The network is tried again a second later, the refused one is not.
    await waitFor(() => expect(sent.filter((one) => one.id === "apt_2").length).toBeGreaterThan(1), { timeout: 5_000 });
    expect(sent.filter((one) => one.id === "apt_1")).toHaveLength(1);
  });

  /** The visit is read as this, then as that, and may not be begun. */
  const begunMeanwhile = (first: string, then: string) => {
    const read = [first];
    server.use(
      http.get("*/api/v1/appointments/:id", ({ params }) => HttpResponse.json({ ...visit(String(params.id)), status: read.shift() ?? then })),
      http.post("*/api/v1/appointments/:id/start", () => HttpResponse.json(problem(409, "appointment.not_allowed"), { status: 409 })),
    );
  };

  it("go out although somebody else has begun the visit in the same moment", async () => {
    const sent = scheduling({ apt_1: taken });
    begunMeanwhile("SCHEDULED", "STARTED");
    await keep("apt_1");
    open();
    await waitFor(async () => expect(await kept()).toEqual([]));
    expect(sent).toEqual([{ id: "apt_1", body }]);
  });

  it("are refused when the visit can be begun by nobody", async () => {
    const sent = scheduling({ apt_1: taken });
    begunMeanwhile("SCHEDULED", "CANCELLED");
    await keep("apt_1");
    open();
    await waitFor(async () => expect(await kept()).toEqual([["apt_1", "appointment.not_allowed"]]));
    expect(sent).toEqual([]);
  });

  it("are corrected in the form as they were written, and gone when the correction is taken", async () => {
    const sent = scheduling({ apt_1: taken });
    await keep("apt_1", { refusal: problem(422, "request.invalid", "The odometer runs backwards.") });
    open();
    await userEvent.click(await screen.findByRole("button", { name: "Edit" }));
    const form = within(screen.getByRole("form", { name: "Report" }));
    expect([form.getByLabelText("What did you find?"), form.getByLabelText("What did you do?"), form.getByLabelText("Cost, EUR"), form.getByLabelText("Notes")].map((field) => (field as HTMLInputElement).value)).toEqual(["OTHER_CAUSE", "REPAIRED", "123.45", "Rust."]);
    expect(form.getAllByRole("status").map((quantity) => quantity.textContent)).toEqual(["3", "0"]);
    const odometer = form.getByLabelText("Odometer, km");
    expect(odometer).toHaveValue("80100");
    await userEvent.clear(odometer);
    await userEvent.type(odometer, "81000");
    await userEvent.click(form.getByRole("button", { name: "Complete the job" }));
    await waitFor(async () => expect(await kept()).toEqual([]));
    expect(sent).toEqual([{ id: "apt_1", body: { ...body, odometer_km: 81_000 } }]);
    await waitFor(() => expect(screen.queryByRole("button", { name: "Edit" })).toBeNull());
  });

  it("are discarded at the second press only", async () => {
    const sent = scheduling({});
    await keep("apt_1", { refusal: problem(409, "appointment.not_allowed") });
    open();
    await userEvent.click(await screen.findByRole("button", { name: "Discard" }));
    expect(await kept()).toHaveLength(1);
    await userEvent.click(screen.getByRole("button", { name: "Discard for good" }));
    await waitFor(async () => expect(await kept()).toEqual([]));
    expect(sent).toEqual([]);
  });

  it("were not refused when nobody has judged them", () => {
    const judged = (status: number, code = "x") => isRefusal(new ApiError(problem(status, code)));
    expect([400, 403, 404, 409, 422].map((status) => judged(status))).toEqual([true, true, true, true, true]);
    expect([0, 401, 408, 429, 500, 503].map((status) => judged(status))).toEqual([false, false, false, false, false, false]);
    expect([judged(409, "appointment.version_conflict"), judged(404, "gateway.no_such_path"), isRefusal(new TypeError())]).toEqual([false, false, false]);
  });
});

describe("beginning a visit", () => {
  beforeEach(async () => {
    vi.stubGlobal("indexedDB", fakeIndexedDb());
    await signedIn("TECHNICIAN");
  });
  afterEach(() => {
    onlineManager.setOnline(true);
    cleanup();
    dropSession();
    vi.unstubAllGlobals();
  });

  it("fails at once without a network, and is not done later behind the technician's back", async () => {
    scheduling({});
    let begun = 0;
    server.use(
      http.get("*/api/v1/dashboards/technician/usr_1", () => HttpResponse.json({ jobs: [{ appointment_id: "apt_1", vehicle_id: "V-apt_1", component: "brakes", state: "SCHEDULED", service_code: "inspection" }] })),
      http.get("*/api/v1/appointments", () => HttpResponse.json({ items: [{ ...visit("apt_1"), status: "SCHEDULED" }] })),
      http.get("*/api/v1/centers", () => HttpResponse.json({ items: [] })),
      http.post("*/api/v1/appointments/:id/start", () => {
        begun += 1;
        return HttpResponse.error();
      }),
    );
    const { client } = open();
    const button = await screen.findByRole("button", { name: "Start work" });
    onlineManager.setOnline(false);
    await userEvent.click(button);
    await waitFor(() => expect(client.getMutationCache().getAll().map((one) => [one.state.status, one.state.isPaused])).toEqual([["error", false]]));
    onlineManager.setOnline(true);
    await client.resumePausedMutations();
    expect(begun).toBe(1);
  });
});

it("asks for the technician's visits from the same moment on all day", () => {
  const at = (time: string) => visitsFrom(Date.parse(time));
  expect([at("2026-05-20T00:00:00Z"), at("2026-05-20T23:59:59Z")]).toEqual(["2026-05-06T00:00:00.000Z", "2026-05-06T00:00:00.000Z"]);
});
