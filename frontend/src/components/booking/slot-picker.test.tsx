import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { SlotPicker } from "@/components/booking/slot-picker";
import { renderWithQueries } from "@/testing/render";
import { server } from "@/testing/server";

const money = (amount_minor: number) => ({ amount_minor, currency: "EUR" });
const slot = (id: string, hour: number, expected: number) => ({
  slot_id: id, center_id: "ctr_1", bay_id: "bay_1", technician_id: "tec_1", starts_at: `2030-05-06T${hour}:00:00Z`, ends_at: `2030-05-06T${hour + 1}:00:00Z`,
  expected_cost: money(expected), price: money(20_000), failure_probability: 0.1, why: { code: "slot.before_risk", params: {}, text: `because ${id}` },
});

function serve(slots: object[], why_not: object | null = null) {
  server.use(
    http.get("*/api/v1/centers", () => HttpResponse.json({ items: [{ center_id: "ctr_1", name: "Altona" }] })),
    http.post("*/api/v1/slots/available", () => HttpResponse.json({ slots, why_not })),
  );
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
});
