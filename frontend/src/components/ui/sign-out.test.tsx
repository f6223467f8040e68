import { cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useSignOut } from "@/components/ui/sign-out";
import { keepReport, waitingReports } from "@/lib/offline-jobs";
import { currentUser, dropSession } from "@/lib/session";
import { fakeIndexedDb } from "@/testing/indexed-db";
import { renderWithQueries } from "@/testing/render";
import { server } from "@/testing/server";
import { signedIn } from "@/testing/sign-in";

function Leaving() {
  const { leave, question } = useSignOut();
  return (
    <>
      <button onClick={() => void leave()}>Leave</button>
      {question}
    </>
  );
}

describe("signing out", () => {
  beforeEach(async () => {
    vi.stubGlobal("indexedDB", fakeIndexedDb());
    server.use(http.post("*/api/v1/auth/logout", () => new HttpResponse(null, { status: 204 })));
    await signedIn("TECHNICIAN");
  });
  afterEach(() => {
    cleanup();
    dropSession();
    vi.unstubAllGlobals();
  });

  it("asks nothing when nothing is lost", async () => {
    renderWithQueries(<Leaving />);
    await userEvent.click(screen.getByText("Leave"));
    await waitFor(() => expect(currentUser()).toBeNull());
  });

  it("says how many reports would be lost, and takes no for an answer", async () => {
    for (const id of ["apt_1", "apt_2"]) await keepReport({ id, userId: "usr_1", writtenAt: "2026-05-01T08:00:00Z", body: {} });
    renderWithQueries(<Leaving />);
    await userEvent.click(screen.getByText("Leave"));
    expect(await screen.findByRole("dialog")).toHaveTextContent("2 reports have not been sent.");
    await userEvent.click(screen.getByText("Stay signed in"));
    expect([screen.queryByRole("dialog"), currentUser()?.user_id]).toEqual([null, "usr_1"]);
    expect(await waitingReports("usr_1")).toHaveLength(2);

    await userEvent.click(screen.getByText("Leave"));
    await userEvent.click(await screen.findByText("Sign out and discard"));
    await waitFor(() => expect(currentUser()).toBeNull());
    await waitFor(async () => expect(await waitingReports("usr_1")).toHaveLength(0));
  });
});
