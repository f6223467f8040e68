import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, data } from "@/api/client";
import { ApiError } from "@/api/problem";
import type { SchedulingTypes } from "@/api/queries";
import { dropReport, keepReport, KEEP_OFFLINE, waitingReports } from "@/lib/offline-jobs";

export type Report = SchedulingTypes["schemas"]["CompleteBody"];

const DAY_MS = 86_400_000;
/** Visits of this many days back are asked for: work that was begun then may still wait for its report. */
const DAYS_BACK = 14;

/** Lists begin with the oldest. By whole days, so that the same address is asked all day. */
export function visitsFrom(now = Date.now()): string {
  return new Date((Math.floor(now / DAY_MS) - DAYS_BACK) * DAY_MS).toISOString();
}

/** The technician's jobs: what the service worker keeps for the pit. */
export const jobQueries = {
  dashboard: (id: string) =>
    queryOptions({
      queryKey: ["dashboard", "technician", id],
      networkMode: "always",
      queryFn: () => data(api.GET("/api/v1/dashboards/technician/{id}", { params: { path: { id } }, headers: KEEP_OFFLINE })),
    }),
  visits: (id: string) =>
    queryOptions({
      queryKey: ["appointments", "technician", id],
      networkMode: "always",
      queryFn: () => data(api.GET("/api/v1/appointments", { params: { query: { technician_id: id, from: visitsFrom(), limit: 200 } }, headers: KEEP_OFFLINE })),
    }),
  waiting: (id: string) => queryOptions({ queryKey: ["reports", id], networkMode: "always", queryFn: () => waitingReports<Report>(id) }),
};

export function useStart() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => data(api.POST("/api/v1/appointments/{id}/start", { params: { path: { id } }, body: {} })),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["appointments"] }), client.invalidateQueries({ queryKey: ["dashboard"] })]),
  });
}

/** Sends one report: the work is begun first if nobody has pressed "start" (the network may have been away then). */
async function send(id: string, body: Report): Promise<void> {
  const path = { params: { path: { id } } };
  const appointment = await data(api.GET("/api/v1/appointments/{id}", path));
  if (appointment.status === "COMPLETED") return;
  if (appointment.status === "SCHEDULED") await data(api.POST("/api/v1/appointments/{id}/start", { ...path, body: {} }));
  await data(api.POST("/api/v1/appointments/{id}/complete", { ...path, body }));
}

/** Sends a report, or keeps it until the network is back. Gives "sent" or "kept". */
export function useReport(userId: string) {
  const client = useQueryClient();
  return useMutation({
    networkMode: "always",
    mutationFn: async ({ id, body }: { id: string; body: Report }): Promise<"sent" | "kept"> => {
      try {
        await send(id, body);
        return "sent";
      } catch (error) {
        if (!(error instanceof ApiError) || (error.kind !== "offline" && error.kind !== "unavailable")) throw error;
        await keepReport({ id, userId, writtenAt: new Date().toISOString(), body });
        return "kept";
      }
    },
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["reports"] }),
        client.invalidateQueries({ queryKey: ["appointments"] }),
        client.invalidateQueries({ queryKey: ["dashboard"] }),
      ]),
  });
}

/** How often a report is sent again before the next time that the network comes back or the page is opened. */
const SENDING_TRIES = 10;

/** Whether the same report may be taken a moment later: nobody answered, or somebody else was at the visit at the same time. */
function mayPass(error: Error): boolean {
  return !(error instanceof ApiError) || error.kind === "offline" || error.kind === "unavailable" || error.problem.status === 409;
}

/** Sends what waits as soon as the network is back. What the server refuses stays, with its reason, until the technician deals with it. */
export function useSendWaiting(userId: string) {
  const client = useQueryClient();
  const waiting = useQuery(jobQueries.waiting(userId));
  const count = waiting.data?.length ?? 0;
  const sending = useMutation({
    networkMode: "always",
    retry: (failures, error) => failures < SENDING_TRIES && mayPass(error),
    retryDelay: (failures) => Math.min(1_000 * 2 ** failures, 30_000),
    mutationFn: async () => {
      for (const report of await waitingReports<Report>(userId)) {
        await send(report.id, report.body);
        await dropReport(report.id);
      }
    },
    onSettled: () => client.invalidateQueries(),
  });
  const { mutate } = sending;
  useEffect(() => {
    if (count === 0) return;
    const tryNow = () => navigator.onLine && mutate();
    tryNow();
    addEventListener("online", tryNow);
    return () => removeEventListener("online", tryNow);
  }, [count, mutate]);
  return { waiting: waiting.data ?? [], sending };
}
