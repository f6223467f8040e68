import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

type Handler = (event: { request: Request; respondWith: (answer: Promise<Response>) => void }) => void;

/** Runs the service worker's file with a cache in memory; gives how a request of the jobs is answered, how a page that is gone
 * to (undefined when the worker leaves it to the browser), and what is kept. */
function worker(fetch: (request: Request) => Promise<Response>) {
  const kept = new Map<string, Response>();
  const handlers = new Map<string, Handler>();
  const self = { location: { origin: "http://here" }, addEventListener: (name: string, handler: Handler) => handlers.set(name, handler) };
  const caches = {
    open: () => Promise.resolve({ put: (key: string, response: Response) => Promise.resolve(kept.set(key, response)) }),
    match: (key: string) => Promise.resolve(kept.get(key)?.clone()),
  };
  new Function("self", "caches", "fetch", readFileSync("public/sw.js", "utf8"))(self, caches, fetch);
  const answer = async (request: Request) => {
    let answer: Promise<Response> | undefined;
    handlers.get("fetch")?.({ request, respondWith: (given) => (answer = given) });
    return (await answer)?.text();
  };
  const ask = (path: string) => answer(new Request(`http://here${path}`, { headers: { "x-carvrooom-keep": "jobs" } }));
  // No script can make a request that navigates.
  const goTo = (path: string) => answer({ url: `http://here${path}`, method: "GET", mode: "navigate", headers: new Headers() } as Request);
  return { ask, goTo, kept };
}

it("has the last day's jobs on the next day in the pit, and keeps one answer for all days", async () => {
  let network: (() => Promise<Response>) | null = () => Promise.resolve(new Response("monday"));
  const { ask, kept } = worker(() => network?.() ?? Promise.reject(new Error("no network")));
  const visits = (from: string, technician = "usr_1") => ask(`/api/v1/appointments?technician_id=${technician}&from=${from}&limit=200`);
  expect(await visits("2026-05-04T00:00:00.000Z")).toBe("monday");
  network = null;
  expect(await visits("2026-05-05T00:00:00.000Z")).toBe("monday");
  await expect(visits("2026-05-05T00:00:00.000Z", "usr_2")).rejects.toThrow("no network");
  expect([...kept.keys()]).toEqual(["http://here/api/v1/appointments?technician_id=usr_1&limit=200"]);
});

it("starts the app without a network from any of its pages, and leaves the gateway's own pages and files alone", async () => {
  let network: ((request: Request) => Promise<Response>) | null = (request) => Promise.resolve(new Response(`answer at ${new URL(request.url).pathname}`));
  const { goTo, kept } = worker((request) => network?.(request) ?? Promise.reject(new Error("no network")));
  expect(await goTo("/my-jobs?id=apt_1")).toBe("answer at /my-jobs");
  for (const path of ["/status", "/status/", "/status.json", "/status/history.json", "/icon.svg", "/manifest.webmanifest"]) expect([path, await goTo(path)]).toEqual([path, undefined]);
  expect([...kept.keys()]).toEqual(["/"]);
  network = null;
  expect(await goTo("/vehicles/V1?signal=oil.pressure")).toBe("answer at /my-jobs");
});
