import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { WarrantyPage } from "@/features/warranty/warranty-page";
import { openPage, wideScreen } from "@/testing/page";
import { server } from "@/testing/server";
import { signedIn } from "@/testing/sign-in";

const claim = (id: string) => ({
  claim_id: id, vehicle_id: `V-${id}`, component: "brakes", status: "DRAFT", amount: { amount_minor: 10_000, currency: "EUR" }, occurred_on: "2026-05-01", odometer_km: 1000, versions: [],
  eligibility: { covered: true, reason: { code: "x", params: {}, text: "Covered." } },
});
let claims = [claim("first")];

beforeEach(async () => {
  wideScreen();
  claims = [claim("first")];
  await signedIn("FLEET_MANAGER");
  server.use(
    http.get("*/api/v1/coverages", () => HttpResponse.json({ items: [] })),
    http.get("*/api/v1/claims/:id", ({ params }) => HttpResponse.json(claim(String(params.id)))),
    http.get("*/api/v1/claims", () => HttpResponse.json({ items: claims })),
  );
});
afterEach(() => vi.unstubAllGlobals());

it("keeps the claim that is open, and what is written of it, when a newer one is drafted", async () => {
  const { client } = openPage("/warranty", WarrantyPage);
  const description = await screen.findByRole("textbox", { name: /happened|description/i });
  await userEvent.type(description, "Worn early");
  claims = [claim("newer"), ...claims];
  await act(() => client.invalidateQueries({ queryKey: ["claims"] }));
  expect(await screen.findByText("V-newer")).toBeInTheDocument();
  expect(screen.getByRole("textbox", { name: /happened|description/i })).toHaveValue("Worn early");
});
