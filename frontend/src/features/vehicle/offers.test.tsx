import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { OpenReviews } from "@/features/vehicle/components/open-reviews";
import { More } from "@/features/vehicle/components/why";
import type { Role } from "@/lib/session";
import { renderWithQueries } from "@/testing/render";
import { server } from "@/testing/server";
import { signedIn } from "@/testing/sign-in";

vi.mock("@tanstack/react-router", () => ({ Link: ({ children }: { children: string }) => <a href="/">{children}</a>, useNavigate: () => () => undefined }));

const review = (vehicle_id: string, component: string) => ({
  review_id: `rev_${vehicle_id}`, decision_id: `dec_${vehicle_id}`, vehicle_id, component, severity: "CRITICAL", failure_mode: `${component}.unidentified`, confidence: 0.4, opened_at: "2026-05-01T00:00:00Z",
});
const asked: string[] = [];
const answers: unknown[] = [];

beforeEach(() => {
  asked.length = answers.length = 0;
  server.use(
    http.get("*/api/v1/agents/decision/:id", () => HttpResponse.json({ decision_id: "dec_1" })),
    // The service lists the reviews of all vehicles: this one's is on the second page.
    http.get("*/api/v1/agents/reviews", ({ request }) => {
      const cursor = new URL(request.url).searchParams.get("cursor");
      asked.push(cursor ?? "");
      return HttpResponse.json(cursor ? { items: [review("V1", "brakes")], next_cursor: null } : { items: [review("V2", "cooling")], next_cursor: "two" });
    }),
    http.post("*/api/v1/agents/reviews/:id", async ({ request }) => {
      answers.push(await request.json());
      return HttpResponse.json({ ...review("V1", "brakes"), answer: null });
    }),
  );
});

describe("replay", () => {
  it.each<[Role, boolean]>([["SUPPORT", false], ["TECHNICIAN", true]])("is offered to whom the service lets run it: %s", async (role, isOffered) => {
    await signedIn(role);
    renderWithQueries(<More decisionId="dec_1" />);
    await waitFor(() => expect(screen.queryAllByRole("button", { name: /again|replay/i })).toHaveLength(isOffered ? 1 : 0));
  });
});

describe("a vehicle's open reviews", () => {
  it("are answered where the booking is held, by a fleet manager too", async () => {
    await signedIn("FLEET_MANAGER");
    renderWithQueries(<OpenReviews id="V1" />);
    await userEvent.click(await screen.findByRole("button", { name: "Answer Brakes" }));
    expect(screen.getAllByRole("listitem")).toHaveLength(1);
    await userEvent.type(screen.getByRole("textbox"), "Seen on the lift");
    await userEvent.click(screen.getByRole("button", { name: "Approve" }));
    await waitFor(() => expect(answers).toEqual([{ verdict: "APPROVE", reason: "Seen on the lift" }]));
  });

  it("are neither shown to nor asked for by whom the service refuses", async () => {
    await signedIn("SUPPORT");
    const { container } = renderWithQueries(<OpenReviews id="V1" />);
    expect(container).toBeEmptyDOMElement();
    expect(asked).toEqual([]);
  });
});
