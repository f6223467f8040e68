import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { Appointment } from "@/api/queries";
import { SlotPicker } from "@/components/booking/slot-picker";
import { renderWithQueries } from "@/testing/render";
import { server } from "@/testing/server";

const money = (amount_minor: number) => ({ amount_minor, currency: "EUR" });
const slot = (id: string, hour: number, expected: number) => ({
  slot_id: id, center_id: "ctr_1", bay_id: "bay_1", technician_id: "tec_1", starts_at: `2030-05-06T${hour}:00:00Z`, ends_at: `2030-05-06T${hour + 1}:00:00Z`,
  expected_cost: money(expected), price: money(20_000), failure_probability: 0.1, why: { code: "slot.before_risk", params: {}, text: `because ${id}` },
});

/** Offers these slots; what comes back gathers each time that they are asked for, and with that held. */
function serve(slots: object[], why_not: object | null = null): unknown[] {
  const asked: unknown[] = [];
  server.use(
    http.get("*/api/v1/centers", () => HttpResponse.json({ items: [{ center_id: "ctr_1", name: "Altona" }] })),
    http.post("*/api/v1/slots/available", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ slots, why_not });
    }),
  );
  return asked;
}

describe("the slot picker", () => {
  it("has the best slot chosen, tells what another costs more, and books with a key", async () => {
    serve([slot("a", 10, 30_000), slot("b", 12, 48_000)]);
    const bodies: unknown[] = [];
    server.use(
      http.post("*/api/v1/appointments", async ({ request }) => {
        expect(request.headers.get("idempotency-key")).toMatch(/^[0-9a-f-]{36}$/);
        bodies.push(await request.json());
        return HttpResponse.json({ appointment_id: "apt_1", starts_at: slot("b", 12, 0).starts_at, center_id: "ctr_1" }, { status: 201 });
      }),
    );
    renderWithQueries(<SlotPicker work={{ alertId: "alert_1", vehicleId: "V1", component: "brakes" }} />);
    const choices = await screen.findAllByRole("radio");
    expect(choices[0]).toBeChecked();
    expect(screen.getByText("+€180 expected")).toBeInTheDocument();
    await userEvent.click(choices[1] as HTMLElement);
    await userEvent.click(screen.getByRole("button", { name: /^Book/ }));
    expect(await screen.findByText(/^Booked:.*Altona$/)).toBeInTheDocument();
    expect(bodies).toEqual([{ slot_id: "b", alert_id: "alert_1", vehicle_id: "V1", component: "brakes" }]);
  });

  it("says why there is none", async () => {
    serve([], { code: "why_not.no_technician", params: {}, text: "No technician has the skill gearbox." });
    renderWithQueries(<SlotPicker work={{ vehicleId: "V1", component: "brakes" }} />);
    expect(await screen.findByText("No technician has the skill gearbox.")).toBeInTheDocument();
  });

  it("asks for new slots when the chosen one was taken meanwhile", async () => {
    serve([slot("a", 10, 30_000)]);
    server.use(http.post("*/api/v1/appointments", () => HttpResponse.json({ type: "x", title: "Conflict", status: 409, code: "slot.taken", detail: "Somebody was quicker." }, { status: 409 })));
    renderWithQueries(<SlotPicker work={{ vehicleId: "V1", component: "brakes" }} />);
    const book = await screen.findByRole("button", { name: /^Book/ });
    serve([slot("c", 14, 31_000)]);
    await userEvent.click(book);
    expect(await screen.findByText("because c")).toBeInTheDocument();
    expect(screen.getByRole("alert")).toHaveTextContent("Somebody was quicker.");
  });

  it("asks for no more slots, which would hold them, once one is booked", async () => {
    const asked = serve([slot("a", 10, 30_000)]);
    server.use(http.post("*/api/v1/appointments", () => HttpResponse.json({ appointment_id: "apt_1", starts_at: slot("a", 10, 0).starts_at, center_id: "ctr_1" }, { status: 201 })));
    const picker = (alertId: string) => <SlotPicker work={{ alertId, vehicleId: "V1", component: "brakes" }} />;
    const { rerender, client } = renderWithQueries(picker("alert_1"));
    await userEvent.click(await screen.findByRole("button", { name: /^Book/ }));
    await screen.findByText(/^Booked:/);
    rerender(picker("alert_2"));
    await client.refetchQueries({ queryKey: ["slots"], type: "active" });
    expect(screen.getByText(/^Booked:/)).toBeInTheDocument();
    expect(asked).toHaveLength(1);
  });

  it.each([
    ["no answer came", () => HttpResponse.error()],
    ["the service went away", () => HttpResponse.json({ type: "x", title: "Service Unavailable", status: 503, code: "gateway.unavailable", detail: "" }, { status: 503 })],
  ])("sends the same request again when %s", async (_, lost) => {
    const asked = serve([slot("a", 10, 30_000), slot("b", 12, 48_000)]);
    const sent: unknown[] = [];
    let isLost = true;
    server.use(
      http.post("*/api/v1/appointments", async ({ request }) => {
        sent.push([request.headers.get("idempotency-key"), await request.json()]);
        return isLost ? lost() : HttpResponse.json({ appointment_id: "apt_1", starts_at: slot("b", 12, 0).starts_at, center_id: "ctr_1" }, { status: 201 });
      }),
    );
    const { client } = renderWithQueries(<SlotPicker work={{ vehicleId: "V1", component: "brakes" }} />);
    await userEvent.click((await screen.findAllByRole("radio"))[1] as HTMLElement);
    await userEvent.click(screen.getByRole("button", { name: /^Book/ }));
    await screen.findByRole("alert");
    // Slots that are asked for again by themselves, say when the network is back, would be other slots.
    await client.refetchQueries({ queryKey: ["slots"], type: "active" });
    isLost = false;
    await userEvent.click(screen.getByRole("button", { name: /^Book/ }));
    await screen.findByText(/^Booked:/);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
    expect(asked).toHaveLength(1);
  });

  it("moves by the version it was offered for, again when the answer was lost though the visit has moved meanwhile", async () => {
    serve([slot("a", 10, 30_000)]);
    const sent: unknown[] = [];
    server.use(
      http.put("*/api/v1/appointments/apt_1", async ({ request }) => {
        sent.push([request.headers.get("idempotency-key"), await request.json()]);
        return sent.length === 1 ? HttpResponse.error() : HttpResponse.json({ appointment_id: "apt_1", starts_at: slot("a", 10, 0).starts_at, center_id: "ctr_1" });
      }),
    );
    const picker = (version: number) => <SlotPicker work={{ vehicleId: "V1", component: "brakes" }} moving={{ appointment_id: "apt_1", version } as Appointment} />;
    const { rerender } = renderWithQueries(picker(3));
    await userEvent.click(await screen.findByRole("button", { name: /^Move to/ }));
    await screen.findByRole("alert");
    rerender(picker(4));
    await userEvent.click(screen.getByRole("button", { name: /^Move to/ }));
    await screen.findByText(/^Booked:/);
    expect(sent).toEqual([sent[0], sent[0]]);
    expect(sent[0]).toEqual([expect.any(String), { slot_id: "a", version: 3 }]);
  });
});
