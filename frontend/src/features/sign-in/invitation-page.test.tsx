import { readFileSync } from "node:fs";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, it } from "vitest";
import { InvitationPage } from "@/features/sign-in/invitation-page";
import { PASSWORD_LENGTH_MIN } from "@/lib/password";
import { renderWithQueries } from "@/testing/render";
import { server } from "@/testing/server";

async function fillIn() {
  await userEvent.type(screen.getByLabelText("User name"), "nina");
  await userEvent.type(screen.getByLabelText("Password"), "correct horse battery");
  await userEvent.click(screen.getByRole("button", { name: "Accept the invitation" }));
}

it("makes a user of whoever holds the link, and leads to the sign-in of the right organisation", async () => {
  server.use(
    http.post("*/api/v1/invitations/accept", async ({ request }) => {
      expect(await request.json()).toEqual({ token: "inv_secret", username: "nina", password: "correct horse battery", display_name: null });
      return HttpResponse.json({ user_id: "usr_9", tenant_id: "ten_nord", username: "nina" }, { status: 201 });
    }),
  );
  renderWithQueries(<InvitationPage token="inv_secret" />);
  await fillIn();
  expect(await screen.findByText("Welcome, nina. You can sign in now.")).toBeInTheDocument();
  expect(localStorage.getItem("carvrooom.tenant")).toBe("ten_nord");
});

it("says that a link is over, and nothing about whether it ever was one", async () => {
  server.use(http.post("*/api/v1/invitations/accept", () => HttpResponse.json({ title: "Not Found", status: 404, code: "invitation.not_found", detail: "x" }, { status: 404 })));
  renderWithQueries(<InvitationPage token="used" />);
  await fillIn();
  expect(await screen.findByRole("alert")).toHaveTextContent("used, revoked, or has run out");
});

it("asks for as long a password as the service does, and says so", () => {
  const least = /LENGTH_MIN: usize = (\d+)/.exec(readFileSync("../services/analytics-service/src/domain/password.rs", "utf8"))?.[1];
  expect(PASSWORD_LENGTH_MIN).toBe(Number(least));
  renderWithQueries(<InvitationPage token="inv_secret" />);
  expect(screen.getByLabelText("Password")).toHaveAttribute("minlength", least);
  expect(screen.getByLabelText("Password")).toHaveAccessibleDescription(`At least ${least} characters.`);
});
