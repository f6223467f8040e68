import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { api, data } from "@/api/client";
import { ApiError } from "@/api/problem";
import { accessToken, currentUser, dropSession, restore, signOut } from "@/lib/session";
import { server } from "@/testing/server";
import { signedIn, tokens } from "@/testing/sign-in";

beforeEach(() => dropSession());

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
