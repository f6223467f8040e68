import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, data } from "@/api/client";
import type { HealthPoint } from "@/api/queries";

const DAY_MS = 86_400_000;
/** How far back the course of health is drawn. */
const HISTORY_DAYS = 365;
/** The service keeps a point an hour for each component this far back, and one a day before. */
const HOURLY_DAYS = 30;
/** Pages of a thousand points for each part. A vehicle with all components in use has about 8,000 points in the hourly part and half as many
 * before; each change of a state is one more, so a sensor that flickers can make any number. */
const PAGES = 15;

/** The points of a part, oldest first, and whether they are all. */
async function healthHistory(id: string, from: string, to?: string): Promise<{ points: HealthPoint[]; isWhole: boolean }> {
  const points: HealthPoint[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await data(
      api.GET("/api/v1/health/{vehicle_id}/history", { params: { path: { vehicle_id: id }, query: { from, to, limit: 1000, cursor } } }),
    );
    points.push(...answer.items);
    if (!answer.next_cursor) return { points, isWhole: true };
    cursor = answer.next_cursor;
  }
  return { points, isWhole: false };
}

/** The service tells the oldest first, so the last weeks are asked for by themselves: they must not be what is missing. For the same reason
 * a part that does not end is not drawn with a gap behind it: of the last weeks the later half is asked for, and what is older is left out. */
async function allHealthHistory(id: string): Promise<HealthPoint[]> {
  const now = Date.now();
  const back = (days: number) => new Date(now - days * DAY_MS).toISOString();
  const [older, recent] = await Promise.all([healthHistory(id, back(HISTORY_DAYS), back(HOURLY_DAYS)), healthHistory(id, back(HOURLY_DAYS))]);
  if (recent.isWhole) return older.isWhole ? [...older.points, ...recent.points] : recent.points;
  let [days, latest] = [HOURLY_DAYS, recent];
  while (!latest.isWhole && days > 1) {
    days /= 2;
    latest = await healthHistory(id, back(days));
  }
  return latest.points;
}

export const vehicleQueries = {
  healthHistory: (id: string) => queryOptions({ queryKey: ["health", id, "history"], queryFn: () => allHealthHistory(id) }),
  decisions: (id: string) =>
    queryOptions({
      queryKey: ["decisions", "vehicle", id],
      queryFn: () => data(api.GET("/api/v1/agents/decisions/{vehicle_id}", { params: { path: { vehicle_id: id }, query: { limit: 50 } } })),
    }),
  decision: (decisionId: string) =>
    queryOptions({ queryKey: ["decisions", decisionId], queryFn: () => data(api.GET("/api/v1/agents/decision/{id}", { params: { path: { id: decisionId } } })) }),
  steps: (decisionId: string) =>
    queryOptions({
      queryKey: ["decisions", decisionId, "steps"],
      staleTime: Infinity,
      queryFn: () => data(api.GET("/api/v1/agents/decision/{id}/steps", { params: { path: { id: decisionId } } })),
    }),
  waiting: (id: string) =>
    queryOptions({
      queryKey: ["health", id, "waiting"],
      queryFn: () => data(api.GET("/api/v1/health/{vehicle_id}/cost-of-waiting", { params: { path: { vehicle_id: id } } })),
    }),
  offeredSlots: (id: string, component: string, alertId?: string) =>
    queryOptions({
      queryKey: ["slots", "seen", id, component, alertId],
      staleTime: 60_000,
      queryFn: () => data(api.POST("/api/v1/slots/available", { body: { vehicle_id: id, component, alert_id: alertId, hold: false } })),
    }),
  coverage: (id: string, component: string) =>
    queryOptions({
      queryKey: ["claims", "coverage", id, component],
      staleTime: 60_000,
      queryFn: () => data(api.GET("/api/v1/warranty/{vehicle_id}/check", { params: { path: { vehicle_id: id }, query: { component } } })),
    }),
  latest: (id: string) =>
    queryOptions({
      queryKey: ["vehicles", id, "latest"],
      queryFn: () => data(api.GET("/api/v1/vehicles/{vehicle_id}/latest", { params: { path: { vehicle_id: id } } })),
    }),
  codes: (id: string) =>
    queryOptions({
      queryKey: ["vehicles", id, "dtcs"],
      queryFn: () => data(api.GET("/api/v1/vehicles/{vehicle_id}/dtcs", { params: { path: { vehicle_id: id } } })),
    }),
  signal: (id: string, signal: string, from: string, to: string, points: number) =>
    queryOptions({
      queryKey: ["telemetry", id, signal, from, to, points],
      staleTime: 30_000,
      queryFn: () =>
        data(api.GET("/api/v1/vehicles/{vehicle_id}/history", { params: { path: { vehicle_id: id }, query: { signal, from, to, points } } })),
    }),
};

/** The decisions on a vehicle, and the one that stands on a component: an open one before a settled one. */
export function useDecisions(id: string, component: string | undefined) {
  const decisions = useQuery(vehicleQueries.decisions(id));
  const own = decisions.data?.items.filter((decision) => decision.component === component) ?? [];
  return { decisions, standing: own.find((decision) => decision.status === "OPEN") ?? own[0] };
}
