import { QueryClient } from "@tanstack/react-query";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { vehicleQueries } from "@/features/vehicle/api";
import { server } from "@/testing/server";

const HOUR_MS = 3_600_000;
const NOW = Date.parse("2026-05-20T12:00:00Z");

/** A service with points at these times for each of so many components, told oldest first. */
function health(times: number[], components: number): void {
  const all = times.sort((a, b) => a - b).flatMap((at) => Array.from({ length: components }, (_, one) => ({ component: `component_${one}`, at: new Date(at).toISOString() })));
  server.use(
    http.get("*/api/v1/health/V1/history", ({ request }) => {
      const query = new URL(request.url).searchParams;
      const [from, to, start] = [query.get("from") ?? "", query.get("to") ?? "9", Number(query.get("cursor") ?? 0)];
      const part = all.filter(({ at }) => at >= from && at < to);
      const end = start + Number(query.get("limit"));
      return HttpResponse.json({ items: part.slice(start, end), next_cursor: end < part.length ? String(end) : null });
    }),
  );
}

const history = async () => (await new QueryClient().fetchQuery(vehicleQueries.healthHistory("V1"))) as unknown as { component: string; at: string }[];
const hourly = Array.from({ length: 30 * 24 }, (_, hours) => NOW - hours * HOUR_MS);
const older = (everyHours: number) => Array.from({ length: Math.floor((334 * 24) / everyHours) }, (_, count) => NOW - 30 * 24 * HOUR_MS - (count * everyHours + 1) * HOUR_MS);

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: NOW }));
afterEach(() => void vi.useRealTimers());

it("has a busy vehicle's whole year, each point once and in order", async () => {
  health([...hourly, ...older(24)], 15);
  const times = (await history()).map((point) => point.at);
  expect(times).toHaveLength((hourly.length + 334) * 15);
  expect(times.at(-1)).toBe(new Date(NOW).toISOString());
  expect(times).toEqual([...times].sort());
});

it("has the last weeks of a vehicle whose older points do not end", async () => {
  health([...hourly, ...older(4)], 15);
  const times = (await history()).map((point) => point.at);
  expect([times.length, times.at(-1)]).toEqual([hourly.length * 15, new Date(NOW).toISOString()]);
});

it("has the latest days, without a gap, of a vehicle whose last weeks do not end", async () => {
  const everyQuarter = Array.from({ length: 30 * 24 * 4 }, (_, quarters) => NOW - (quarters * HOUR_MS) / 4);
  health([...everyQuarter, ...older(24)], 15);
  const times = (await history()).map((point) => point.at);
  const from = new Date(NOW - 7.5 * 24 * HOUR_MS).toISOString();
  expect(times).toEqual(everyQuarter.map((at) => new Date(at).toISOString()).filter((at) => at >= from).sort().flatMap((at) => Array.from({ length: 15 }, () => at)));
});
