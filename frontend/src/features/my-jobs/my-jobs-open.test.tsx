import { act, cleanup, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { MyJobsPage } from "@/features/my-jobs/my-jobs-page";
import { dropSession } from "@/lib/session";
import { fakeIndexedDb } from "@/testing/indexed-db";
import { openPage } from "@/testing/page";
import { server } from "@/testing/server";
import { signedIn } from "@/testing/sign-in";

const job = (id: string, hour: string) => ({ appointment_id: id, vehicle_id: `V-${id}`, component: "brakes", state: "STARTED", starts_at: `2026-05-01T${hour}:00:00Z`, ends_at: `2026-05-01T${hour}:30:00Z`, center_id: "ctr_1" });
const visit = (id: string) => ({ appointment_id: id, vehicle_id: `V-${id}`, component: "brakes", status: "STARTED", parts: [], price: null, version: 1 });
let jobs = [job("late", "10")];

beforeEach(async () => {
  vi.stubGlobal("indexedDB", fakeIndexedDb());
  jobs = [job("late", "10")];
  await signedIn("TECHNICIAN");
  server.use(
    http.get("*/api/v1/centers", () => HttpResponse.json({ items: [] })),
    http.get("*/api/v1/dashboards/technician/usr_1", () => HttpResponse.json({ jobs })),
    http.get("*/api/v1/appointments", () => HttpResponse.json({ items: ["late", "early"].map(visit) })),
  );
});
afterEach(() => {
  cleanup();
  dropSession();
  vi.unstubAllGlobals();
});

it("keeps the job that is open, and its report, when an earlier one is booked", async () => {
  const { client } = openPage("/my-jobs", MyJobsPage);
  await userEvent.click(await screen.findByRole("button", { name: "Report" }));
  await userEvent.type(screen.getByLabelText("Notes"), "Rust");
  jobs = [job("early", "08"), ...jobs];
  await act(() => client.invalidateQueries({ queryKey: ["dashboard"] }));
  expect(await screen.findByText("V-early")).toBeInTheDocument();
  expect(screen.getByLabelText("Notes")).toHaveValue("Rust");
});

it("keeps the job that was just done, with what was found, rather than turn to the next", async () => {
  jobs = [job("early", "08"), job("late", "10")];
  const { client } = openPage("/my-jobs", MyJobsPage);
  expect(await screen.findByRole("link", { name: "V-early" })).toBeInTheDocument();
  jobs = [{ ...job("early", "08"), state: "COMPLETED" }, job("late", "10")];
  await act(() => client.invalidateQueries({ queryKey: ["dashboard"] }));
  expect(await screen.findByText("Completed")).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "V-early" })).toBeInTheDocument();
});
