import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { useState } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { useBooking } from "@/features/vehicle/components/booking";
import { VehiclePage } from "@/features/vehicle/vehicle-page";
import { openPage } from "@/testing/page";
import { renderWithQueries } from "@/testing/render";
import { server } from "@/testing/server";
import { signedIn } from "@/testing/sign-in";

// What the page shows of the component is not looked at here.
vi.mock("@/features/vehicle/components/evidence", () => ({ Evidence: () => null }));
vi.mock("@/features/vehicle/components/open-reviews", () => ({ OpenReviews: () => null }));
vi.mock("@/features/vehicle/components/story", () => ({ Story: () => null }));
vi.mock("@/features/vehicle/components/telemetry-explorer", () => ({ TelemetryExplorer: () => null }));
vi.mock("@/features/vehicle/components/trouble-codes", () => ({ TroubleCodes: () => null }));
vi.mock("@/features/vehicle/components/why", () => ({ Why: () => null }));

const component = (type: string, health_score: number) => ({ type, health_score, status: "FAIR", rul_km_quantiles: null, evidence: [], top_evidence: [] });
const alert = (id: string, of: string) => ({ alert_id: id, component: of, status: "OPEN", urgency: "WITHIN_WEEK", vehicle_id: "V1" });
let components = [component("brakes", 0.3), component("cooling", 0.6)];
let alerts = [alert("alert_brakes", "brakes"), alert("alert_cooling", "cooling")];
const asked: { alert_id?: string; component?: string }[] = [];

beforeEach(async () => {
  components = [component("brakes", 0.3), component("cooling", 0.6)];
  alerts = [alert("alert_brakes", "brakes"), alert("alert_cooling", "cooling")];
  asked.length = 0;
  await signedIn("FLEET_MANAGER");
  server.use(
    http.post("*/api/v1/slots/available", async ({ request }) => {
      const body = (await request.json()) as { hold: boolean };
      if (body.hold) asked.push(body as never);
      return HttpResponse.json({ slots: [], why_not: null });
    }),
    http.get("*/api/v1/alerts/vehicle/V1", () => HttpResponse.json({ items: alerts })),
    http.get("*/api/v1/appointments/vehicle/V1", () => HttpResponse.json({ items: [] })),
    http.get("*/api/v1/health/V1", () => HttpResponse.json({ vehicle_id: "V1", components })),
    // What else the page asks for is away: its panels say so.
    http.get("*/api/v1/*", () => HttpResponse.json({ title: "Away", status: 404, code: "not_found" }, { status: 404 })),
  );
});

const of = (body: (typeof asked)[number] | undefined) => [body?.alert_id, body?.component];

describe("booking from a vehicle's page", () => {
  function Head() {
    const [worst, setWorst] = useState("brakes");
    const { button, panel } = useBooking("V1", worst);
    return (
      <>
        {button}
        {panel}
        <button onClick={() => setWorst("cooling")}>turn</button>
      </>
    );
  }

  it("stays with the component and the alert that it was opened for, and names the component", async () => {
    const { client } = renderWithQueries(<Head />);
    await userEvent.click(screen.getByRole("button", { name: "Book a visit" }));
    await waitFor(() => expect(of(asked[0])).toEqual(["alert_brakes", "brakes"]));
    await userEvent.click(screen.getByRole("button", { name: "turn" }));
    alerts = [alert("alert_newer", "brakes"), ...alerts];
    await act(() => client.invalidateQueries({ queryKey: ["alerts"] }));
    await waitFor(() => expect(client.isFetching()).toBe(0));
    expect(screen.getByText("Brakes")).toBeInTheDocument();
    expect(asked).toHaveLength(1);
    // Opened again, it is for what the page is about now.
    await userEvent.click(screen.getByRole("button", { name: "Book a visit" }));
    await userEvent.click(screen.getByRole("button", { name: "Book a visit" }));
    await waitFor(() => expect(of(asked.at(-1))).toEqual(["alert_cooling", "cooling"]));
  });
});

describe("the component that a vehicle's page is about", () => {
  const chosen = () => screen.getAllByRole("link").filter((link) => link.getAttribute("aria-current") === "true" && link.textContent?.match(/Brakes|Cooling/)).map((link) => link.textContent?.match(/Brakes|Cooling/)?.[0]);

  it("stays when another becomes the worst", async () => {
    const { client } = openPage("/vehicles/$vehicleId", VehiclePage, "/vehicles/V1");
    await waitFor(() => expect(chosen()).toEqual(["Brakes"]));
    components = [component("brakes", 0.3), component("cooling", 0.1)];
    await act(() => client.invalidateQueries({ queryKey: ["health", "V1"] }));
    await waitFor(() => expect(screen.getAllByRole("link").map((link) => link.textContent?.match(/Brakes|Cooling/)?.[0]).filter(Boolean)[0]).toBe("Cooling"));
    expect(chosen()).toEqual(["Brakes"]);
  });
});
