import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { MePage } from "@/features/me/me-page";
import { PASSWORD_LENGTH_MIN } from "@/lib/password";
import { renderWithQueries } from "@/testing/render";
import { server } from "@/testing/server";
import { signedIn } from "@/testing/sign-in";

/** Saves preferences as alert-service does: each time with a new time of change. */
function serve() {
  let kept = { person_id: "usr_1", channels: ["IN_APP"], email: null as string | null, locale: "en", changed_at: null as string | null };
  let saved = 0;
  server.use(
    http.get("*/api/v1/preferences", () => HttpResponse.json(kept)),
    http.put("*/api/v1/preferences", async ({ request }) => {
      saved += 1;
      kept = { ...kept, ...((await request.json()) as object), changed_at: `2026-05-01T00:00:0${saved}Z` };
      return HttpResponse.json(kept);
    }),
    http.get("*/api/v1/auth/sessions", () => HttpResponse.json({ items: [] })),
  );
  return () => kept;
}

beforeEach(() => signedIn());

describe("a person's settings", () => {
  it("say that alert preferences are saved, keep the focus, and say it no longer once something else is typed", async () => {
    const kept = serve();
    const { client } = renderWithQueries(<MePage />);
    await userEvent.type(await screen.findByRole("textbox", { name: "E-mail" }), "nina@example.org");
    const save = screen.getByRole("button", { name: "Save" });
    await userEvent.click(save);
    expect(await screen.findByText("Saved")).toBeInTheDocument();
    await waitFor(() => expect(client.isFetching()).toBe(0));
    expect(kept()).toMatchObject({ email: "nina@example.org", changed_at: "2026-05-01T00:00:01Z" });
    expect(screen.getByText("Saved")).toBeInTheDocument();
    expect(save).toHaveFocus();
    expect(screen.getByRole("textbox", { name: "E-mail" })).toHaveValue("nina@example.org");
    await userEvent.click(screen.getByRole("checkbox", { name: "E-mail" }));
    expect(screen.queryByText("Saved")).toBeNull();
  });

  it("ask for a new password as long as the service wants it", async () => {
    serve();
    renderWithQueries(<MePage />);
    expect(screen.getByLabelText("New password")).toHaveAttribute("minlength", String(PASSWORD_LENGTH_MIN));
    expect(screen.getByLabelText("New password")).toHaveAccessibleDescription("At least 12 characters.");
    expect(await screen.findByRole("button", { name: "Save" })).toBeInTheDocument();
  });
});
