import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, data } from "@/api/client";
import { ApiError } from "@/api/problem";
import { keepReport, waitingReports } from "@/lib/offline-jobs";
import { accessToken, currentUser, dropSession, renew, restore, signIn, signOut, timer } from "@/lib/session";
import { fakeIndexedDb } from "@/testing/indexed-db";
import { server } from "@/testing/server";
import { signedIn, tokens } from "@/testing/sign-in";

beforeEach(() => {
  dropSession();
  vi.stubGlobal("indexedDB", fakeIndexedDb());
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const problem = (status: number, code: string) => HttpResponse.json({ title: "", status, code, detail: "" }, { status });
const raced = () => problem(409, "auth.refresh_raced");
const refused = () => problem(401, "auth.refresh_refused");

describe("the session", () => {
  it("keeps no token where a script of another page could find it", async () => {
    await signedIn();
    expect(await accessToken()).toBe("first");
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toMatch(/first/);
  });

  it("exchanges a refused token once, for all requests that were refused together", async () => {
    await signedIn();
    let exchanges = 0;
    server.use(
      http.post("*/api/v1/auth/refresh", async ({ request }) => {
        exchanges += 1;
        expect(await request.json()).toEqual({});
        return HttpResponse.json(tokens("second"));
      }),
      http.get("*/api/v1/centers", ({ request }) =>
        request.headers.get("authorization") === "Bearer second" ? HttpResponse.json({ items: [] }) : HttpResponse.json({ title: "Unauthorized", status: 401, code: "auth.expired", detail: "" }, { status: 401 }),
      ),
    );
    const answers = await Promise.all([1, 2, 3].map(() => data(api.GET("/api/v1/centers"))));
    expect(answers).toEqual([{ items: [] }, { items: [] }, { items: [] }]);
    expect(exchanges).toBe(1);
  });

  it("shows who was here at once after a reload, and its first request waits for the cookie's exchange", async () => {
    localStorage.setItem("carvrooom.user", JSON.stringify({ user_id: "usr_1", role: "FLEET_MANAGER" }));
    server.use(
      http.post("*/api/v1/auth/refresh", async ({ request }) => {
        expect(await request.json()).toEqual({});
        return HttpResponse.json(tokens("again"));
      }),
      http.get("*/api/v1/centers", ({ request }) => HttpResponse.json({ items: [request.headers.get("authorization")] })),
    );
    const restoring = restore();
    expect(currentUser()?.user_id).toBe("usr_1");
    expect(await data(api.GET("/api/v1/centers"))).toEqual({ items: ["Bearer again"] });
    await restoring;
  });

  it("asks to sign in again after a reload when the cookie is good no more", async () => {
    localStorage.setItem("carvrooom.user", JSON.stringify({ user_id: "usr_1", role: "FLEET_MANAGER" }));
    server.use(http.post("*/api/v1/auth/refresh", () => HttpResponse.json({ title: "Unauthorized", status: 401, code: "auth.expired", detail: "" }, { status: 401 })));
    await restore();
    expect(currentUser()).toBeNull();
    expect(localStorage.getItem("carvrooom.user")).toBeNull();
  });

  it("signs nobody out because a service is away", async () => {
    await signedIn();
    server.use(
      http.post("*/api/v1/auth/refresh", () => HttpResponse.json({ title: "Service Unavailable", status: 503, code: "gateway.unavailable", detail: "" }, { status: 503 })),
      http.get("*/api/v1/centers", () => HttpResponse.json({ title: "Unauthorized", status: 401, code: "auth.expired", detail: "" }, { status: 401 })),
    );
    await expect(data(api.GET("/api/v1/centers"))).rejects.toMatchObject({ kind: "unavailable" });
    expect(currentUser()).not.toBeNull();
  });

  it("signs the person out when the server takes the refresh token no more", async () => {
    await signedIn();
    const refused = () => HttpResponse.json({ title: "Unauthorized", status: 401, code: "auth.reused", detail: "" }, { status: 401 });
    server.use(http.post("*/api/v1/auth/refresh", refused), http.get("*/api/v1/centers", refused));
    await expect(data(api.GET("/api/v1/centers"))).rejects.toBeInstanceOf(ApiError);
    expect(currentUser()).toBeNull();
  });

  it("forgets the person at sign-out even when the server cannot be told", async () => {
    await signedIn();
    server.use(http.post("*/api/v1/auth/logout", () => HttpResponse.error()));
    await signOut();
    expect(currentUser()).toBeNull();
    expect(localStorage.getItem("carvrooom.user")).toBeNull();
  });

  it("starts without a network as who was here, so that a technician finds the kept jobs", async () => {
    server.use(http.post("*/api/v1/auth/refresh", () => HttpResponse.error()));
    localStorage.setItem("carvrooom.user", JSON.stringify({ user_id: "usr_3", role: "TECHNICIAN" }));
    await restore();
    expect(currentUser()?.user_id).toBe("usr_3");
    expect(await accessToken()).toBeNull();
  });
});

describe("reports that wait", () => {
  const keep = (id: string, userId: string) => keepReport({ id, userId, writtenAt: "2026-05-01T08:00:00Z", body: {} });
  const ids = async (userId: string) => (await waitingReports(userId)).map((report) => report.id);

  it("outlive a session that the server ends, and are there when the person is back", async () => {
    await signedIn("TECHNICIAN");
    await keep("apt_1", "usr_1");
    server.use(http.post("*/api/v1/auth/refresh", refused), http.get("*/api/v1/centers", refused));
    await expect(data(api.GET("/api/v1/centers"))).rejects.toMatchObject({ kind: "signed_out" });
    expect(currentUser()).toBeNull();
    await signedIn("TECHNICIAN");
    expect(await ids("usr_1")).toEqual(["apt_1"]);
  });

  it("end when another person signs in", async () => {
    await keep("apt_1", "usr_1");
    await keep("apt_2", "usr_2");
    await signedIn("TECHNICIAN", "first", "usr_2");
    expect([await ids("usr_1"), await ids("usr_2")]).toEqual([[], ["apt_2"]]);
  });

  it("end with a sign-out", async () => {
    await signedIn("TECHNICIAN");
    await keep("apt_1", "usr_1");
    server.use(http.post("*/api/v1/auth/logout", () => new HttpResponse(null, { status: 204 })));
    await signOut();
    expect(await ids("usr_1")).toEqual([]);
  });
});

describe("an exchange that another was quicker than", () => {
  it("is asked for again after a while", async () => {
    await signedIn();
    const pause = vi.spyOn(timer, "pause").mockResolvedValue();
    let tries = 0;
    server.use(http.post("*/api/v1/auth/refresh", () => ((tries += 1) < 4 ? raced() : HttpResponse.json(tokens("newer")))));
    expect(await renew()).toBe(true);
    expect(await accessToken()).toBe("newer");
    expect(pause).toHaveBeenCalledTimes(3);
  });

  it("leaves open whether the session is over while the server says nothing else", async () => {
    await signedIn();
    const pause = vi.spyOn(timer, "pause").mockResolvedValue();
    server.use(http.post("*/api/v1/auth/refresh", raced), http.get("*/api/v1/centers", () => problem(401, "auth.expired")));
    await expect(data(api.GET("/api/v1/centers"))).rejects.toMatchObject({ kind: "unavailable" });
    expect(currentUser()).not.toBeNull();
    const waitedMs = pause.mock.calls.reduce((sum, [ms]) => sum + ms, 0);
    expect(waitedMs).toBeGreaterThan(5_000);
    expect(waitedMs).toBeLessThan(8_000);
  });
});

describe("signing out", () => {
  const over = (access: string) => ({ ...tokens(access), expires_in: 0 });

  it("ends the session on the server with a fresh token when the one at hand is over", async () => {
    server.use(
      http.post("*/api/v1/auth/login", () => HttpResponse.json(over("old"))),
      http.post("*/api/v1/auth/refresh", () => HttpResponse.json(tokens("fresh"))),
    );
    await signIn("", "marco", "secret");
    const ended: (string | null)[] = [];
    server.use(
      http.post("*/api/v1/auth/logout", ({ request }) => {
        ended.push(request.headers.get("authorization"));
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const leaving = signOut();
    expect(currentUser()).toBeNull();
    await leaving;
    expect(ended).toEqual(["Bearer fresh"]);
    expect([currentUser(), localStorage.getItem("carvrooom.user")]).toEqual([null, null]);
  });

  it("is done here without a network, whatever the token", async () => {
    server.use(http.post("*/api/v1/auth/login", () => HttpResponse.json(over("old"))), http.post("*/api/v1/auth/refresh", () => HttpResponse.error()));
    await signIn("", "marco", "secret");
    await signOut();
    expect(currentUser()).toBeNull();
  });

  it("is not undone by an exchange that was under way", async () => {
    await signedIn();
    let answer = () => {};
    const asked = new Promise<void>((resolve) => (answer = resolve));
    server.use(
      http.post("*/api/v1/auth/refresh", async () => {
        await asked;
        return HttpResponse.json(tokens("late"));
      }),
      http.post("*/api/v1/auth/logout", () => new HttpResponse(null, { status: 204 })),
    );
    const renewing = renew();
    await signOut();
    answer();
    expect(await renewing).toBe(false);
    expect([currentUser(), localStorage.getItem("carvrooom.user")]).toEqual([null, null]);
  });

  it("is over before the next person is signed in", async () => {
    await signedIn();
    const order: string[] = [];
    server.use(
      http.post("*/api/v1/auth/logout", async () => {
        await new Promise((done) => setTimeout(done, 20));
        order.push("logout");
        return new HttpResponse(null, { status: 204 });
      }),
    );
    void signOut();
    server.use(
      http.post("*/api/v1/auth/login", () => {
        order.push("login");
        return HttpResponse.json(tokens("next"));
      }),
    );
    await signIn("", "marco", "secret");
    expect(order).toEqual(["logout", "login"]);
  });
});
