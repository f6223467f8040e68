import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, it, vi } from "vitest";
import type { Action } from "@/api/queries";
import { ActionList } from "@/features/fleet/components/action-list";
import { renderWithQueries } from "@/testing/render";
import { server } from "@/testing/server";
import { signedIn } from "@/testing/sign-in";

vi.mock("@tanstack/react-router", () => ({ Link: ({ children }: { children: string }) => <a href="/">{children}</a> }));

beforeEach(() => signedIn("FLEET_MANAGER"));

it("books for the decision's alert, however many newer ones other vehicles have", async () => {
  const asked: unknown[] = [];
  server.use(
    http.get("*/api/v1/alerts", () => HttpResponse.json({ items: [], next_cursor: "more" })),
    http.get("*/api/v1/alerts/vehicle/V1", () => HttpResponse.json({ items: [{ alert_id: "alert_1", decision_id: "dec_1" }] })),
    http.get("*/api/v1/centers", () => HttpResponse.json({ items: [] })),
    http.post("*/api/v1/slots/available", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ slots: [], why_not: null });
    }),
  );
  const action = { decision_id: "dec_1", vehicle_id: "V1", component: "brakes", severity: "CRITICAL", urgency: "WITHIN_WEEK", failure_mode: "brakes.wear", decision: null, recommended_action: null } as unknown as Action;
  renderWithQueries(<ActionList actions={[action]} modes={new Map()} />);
  await userEvent.click(await screen.findByRole("button", { name: /V1 Brakes$/ }));
  await waitFor(() => expect(asked).toEqual([expect.objectContaining({ alert_id: "alert_1", vehicle_id: "V1", component: "brakes" })]));
});
