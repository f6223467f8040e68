import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { refresher, touches } from "@/api/refresher";

const change = (type: string, vehicle_id: string | null = "V1") => ({ type, vehicle_id, time: "2026-05-01T00:00:00Z", summary: type.replaceAll(".", " ") });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("asks a vehicle's page again for that vehicle's news only", () => {
  const computed = change("vehicle.health.computed");
  expect([["health", "V1"], ["health", "V1", "history"], ["vehicles", "V1", "latest"], ["health", "list", "", ""], ["dashboard", "fleet"]].map((key) => touches(computed, key))).toEqual(Array(5).fill(true));
  expect([["health", "V2"], ["vehicles", "registry"], ["vehicles", "search", "v"], ["health", "models"], ["kpis", 30], ["alerts", "list"]].map((key) => touches(computed, key))).toEqual(Array(6).fill(false));
  expect(touches(change("vehicle.registered", "V9"), ["vehicles", "registry"])).toBe(true);
  expect(touches(change("vehicle.telemetry.received"), ["vehicles", "V1", "latest"])).toBe(false);
});

it("lets a slow answer come to its end and asks once more after it", async () => {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  let asked = 0;
  const queryFn = () => {
    asked += 1;
    return new Promise((resolve) => setTimeout(() => resolve(asked), 2_500));
  };
  const stop = new QueryObserver(client, { queryKey: ["dashboard", "fleet"], queryFn }).subscribe(() => undefined);
  const tell = refresher(client, 1_000);
  for (let second = 0; second < 2; second += 1) {
    tell(change("alert.created"));
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(asked).toBe(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked).toBe(2);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(2);
  stop();
});
