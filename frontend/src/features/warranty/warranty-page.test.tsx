import { act, screen, waitFor } from "@testing-library/react";
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
const submitted: string[] = [];

/** The claim as it is now: a draft until it is submitted. */
const now = (id: string) => ({ ...claim(id), status: submitted.includes(id) ? "SUBMITTED" : "DRAFT" });

beforeEach(async () => {
  wideScreen();
  claims = [claim("first")];
  submitted.length = 0;
  await signedIn("FLEET_MANAGER");
  server.use(
    http.get("*/api/v1/coverages", () => HttpResponse.json({ items: [] })),
    http.get("*/api/v1/claims/:id", ({ params }) => HttpResponse.json(now(String(params.id)))),
    http.post("*/api/v1/claims/:id/submit", ({ params }) => {
      submitted.push(String(params.id));
      return HttpResponse.json(now(String(params.id)));
    }),
    http.get("*/api/v1/claims", ({ request }) => {
      const status = new URL(request.url).searchParams.get("status");
      return HttpResponse.json({ items: claims.map((one) => now(one.claim_id)).filter((one) => !status || one.status === status) });
    }),
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

it("keeps the claim that was just submitted out of a list of drafts, so that a second press submits no other", async () => {
  claims = [claim("first"), claim("second")];
  openPage("/warranty", WarrantyPage, "/warranty?status=DRAFT");
  await userEvent.click(await screen.findByRole("button", { name: "Submit the claim" }));
  await waitFor(() => expect(screen.queryByRole("button", { name: /V-first/ })).toBeNull());
  await waitFor(() => expect(screen.queryByRole("button", { name: "Submit the claim" })).toBeNull());
  expect(screen.getByRole("link", { name: "V-first" })).toBeInTheDocument();
  expect(submitted).toEqual(["first"]);
});
