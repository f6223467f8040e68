import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { SchedulePage } from "@/features/schedule/schedule-page";
import { clock, timeZone } from "@/lib/format";
import { renderWithQueries } from "@/testing/render";
import { server } from "@/testing/server";
import { signedIn } from "@/testing/sign-in";

const euro = { amount_minor: 20_000, currency: "EUR" };
const visit = (id: string, vehicle_id: string, starts_at: string | null) => ({
  appointment_id: id, vehicle_id, component: "brakes", status: starts_at ? "SCHEDULED" : "UNPLACED", version: 1, starts_at, ends_at: starts_at?.replace("T10", "T11") ?? null,
  created_at: "2030-04-01T10:00:00Z", center_id: starts_at && "ctr_1", technician_id: starts_at && "tec_1", parts: [], labour_hours: 1, provisional: false,
  why_not: starts_at ? null : { code: "x", text: "Nobody can do it." },
});
type Visit = ReturnType<typeof visit>;
const slot = { slot_id: "slot_1", center_id: "ctr_1", bay_id: "bay_1", technician_id: "tec_1", starts_at: "2030-05-15T10:00:00Z", ends_at: "2030-05-15T11:00:00Z", expected_cost: euro, price: euro, failure_probability: 0.1, why: { code: "x", text: "the only one" } };

/** A schedule of these visits. Moving or booking one takes it to the slot; `asked` gathers what slots were asked for. */
function serve(visits: Visit[]) {
  const kept = new Map(visits.map((one) => [one.appointment_id, one]));
  const asked: unknown[] = [];
  const place = (one: Visit) => {
    const placed = { ...one, status: "SCHEDULED", version: one.version + 1, starts_at: slot.starts_at, ends_at: slot.ends_at, center_id: "ctr_1", technician_id: "tec_1", why_not: null };
    kept.set(one.appointment_id, placed);
    return HttpResponse.json(placed);
  };
  const hours = ["MON", "TUE", "WED", "THU", "FRI"].map((weekday) => ({ weekday, from: "08:00", to: "17:00" }));
  server.use(
    http.get("*/api/v1/appointments", ({ request }) => {
      const asks = new URL(request.url).searchParams;
      const [from, to, status] = [asks.get("from") ?? "", asks.get("to") ?? "9", asks.get("status")];
      const time = (one: Visit) => one.starts_at ?? one.created_at;
      return HttpResponse.json({ items: [...kept.values()].filter((one) => (!status || one.status === status) && time(one) >= from && time(one) < to) });
    }),
    http.get("*/api/v1/appointments/:id", ({ params }) => {
      const one = kept.get(String(params.id));
      return one ? HttpResponse.json(one) : HttpResponse.json({ type: "x", title: "Not Found", status: 404, code: "not_found", detail: "There is no such visit." }, { status: 404 });
    }),
    http.put("*/api/v1/appointments/:id", ({ params }) => place(kept.get(String(params.id)) as Visit)),
    http.post("*/api/v1/appointments", async ({ request }) => {
      const body = (await request.json()) as { vehicle_id: string };
      return place([...kept.values()].find((one) => one.vehicle_id === body.vehicle_id) as Visit);
    }),
    http.post("*/api/v1/slots/available", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ slots: [slot] });
    }),
    http.get("*/api/v1/centers", () => HttpResponse.json({ items: [{ center_id: "ctr_1", name: "Altona", utc_offset_minutes: 120 }] })),
    http.get("*/api/v1/technicians", () => HttpResponse.json({ items: [{ technician_id: "tec_1", center_id: "ctr_1", skills: [], working_hours: hours }] })),
    http.get("*/api/v1/parts", () => HttpResponse.json({ items: [] })),
    http.get("*/api/v1/users/names", () => HttpResponse.json({ items: [{ user_id: "tec_1", display_name: "Tara" }] })),
  );
  return asked;
}

async function show(address: string) {
  await signedIn();
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: "/schedule", component: SchedulePage });
  const vehicle = createRoute({ getParentRoute: () => root, path: "/vehicles/$vehicleId", component: () => null });
  const router = createRouter({ routeTree: root.addChildren([page, vehicle]), history: createMemoryHistory({ initialEntries: [address] }) });
  renderWithQueries(<RouterProvider router={router as never} />);
}

/** Drags a visit of the grid to the cell of a day, counted from Monday. */
async function drag(vehicleId: string, day: number) {
  const card = await screen.findByTitle(vehicleId);
  const carried = new Map<string, string>();
  const dataTransfer = { setData: (type: string, value: string) => void carried.set(type, value), getData: (type: string) => carried.get(type) ?? "" };
  const cells = within(card.closest("tr") as HTMLElement).getAllByRole("cell");
  fireEvent.dragStart(card.closest("button") as HTMLElement, { dataTransfer });
  fireEvent.drop(cells[day] as HTMLElement, { dataTransfer });
}

const panelOf = (vehicleId: string) => screen.findByRole("region", { name: vehicleId });

describe("the schedule", () => {
  it("opens a visit that could not be booked, which lies in no week, and books it", async () => {
    serve([visit("apt_1", "V1", "2030-05-07T10:00:00Z"), visit("apt_2", "V2", null)]);
    await show("/schedule?week=2030-05-06");
    await userEvent.click(await screen.findByRole("button", { name: /V2 Nobody can do it/ }));
    const panel = within(await panelOf("V2"));
    await userEvent.click(panel.getByRole("button", { name: "Choose a visit" }));
    await userEvent.click(await panel.findByRole("button", { name: /^Book / }));
    expect(await panel.findByText(/^Booked: .*Altona$/)).toBeInTheDocument();
  });

  it("writes working hours and visits by one clock, and names it", async () => {
    serve([visit("apt_1", "V1", "2030-05-07T10:00:00Z")]);
    await show("/schedule?week=2030-05-06");
    const row = within((await screen.findByTitle("V1")).closest("tr") as HTMLElement);
    const [from, to] = ["06:00", "15:00"].map((time) => clock(`2030-05-06T${time}:00Z`));
    expect(row.getAllByText(`${from}–${to}`)).toHaveLength(4);
    expect(row.getAllByText("off")).toHaveLength(2);
    expect(screen.getByText(`All times in ${timeZone()}.`)).toBeInTheDocument();
  });

  it("opens the visit of a link whatever week is shown", async () => {
    serve([visit("apt_1", "V1", "2030-05-07T10:00:00Z")]);
    await show("/schedule?week=2031-01-06&id=apt_1");
    expect(within(await panelOf("V1")).getByText(/Altona/)).toBeInTheDocument();
  });

  it("says that the visit of a link is gone", async () => {
    serve([]);
    await show("/schedule?id=apt_gone");
    expect(await screen.findByText("There is no such visit.")).toBeInTheDocument();
  });

  it("keeps the confirmation of a dragged visit though it has left the week, and holds nothing more", async () => {
    const asked = serve([visit("apt_1", "V1", "2030-05-07T10:00:00Z")]);
    await show("/schedule?week=2030-05-06");
    await drag("V1", 2);
    const panel = within(await panelOf("V1"));
    await userEvent.click(await panel.findByRole("button", { name: /^Move to / }));
    expect(await panel.findByText(/^Booked: .*15.*Altona$/)).toBeInTheDocument();
    expect(await screen.findByText("No visits this week")).toBeInTheDocument();
    expect(within(await panelOf("V1")).getByText(/^Booked: .*15.*Altona$/)).toBeInTheDocument();
    expect(panel.getByRole("button", { name: "Other times" })).toHaveAttribute("aria-expanded", "false");
    expect(asked).toEqual([expect.objectContaining({ technician_id: "tec_1", vehicle_id: "V1", hold: true })]);
    // Other times are looked at anew: without the wish that was fulfilled.
    await userEvent.click(panel.getByRole("button", { name: "Other times" }));
    await panel.findByRole("button", { name: /^Move to / });
    expect(panel.queryByText(/^Booked:/)).toBeNull();
    expect(asked[1]).not.toHaveProperty("technician_id");
  });
});
