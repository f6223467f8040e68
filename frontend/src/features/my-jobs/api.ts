import { queryOptions, useMutation, useMutationState, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, data } from "@/api/client";
import { ApiError } from "@/api/problem";
import type { SchedulingTypes } from "@/api/queries";
import { alone } from "@/lib/alone";
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
    // Without a network it fails at once. Kept for later, it would begin the visit in the same moment as the report that was written since.
    networkMode: "always",
    mutationFn: (id: string) => data(api.POST("/api/v1/appointments/{id}/start", { params: { path: { id } }, body: {} })),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["appointments"] }), client.invalidateQueries({ queryKey: ["dashboard"] })]),
  });
}

async function statusOf(id: string) {
  return (await data(api.GET("/api/v1/appointments/{id}", { params: { path: { id } } }))).status;
}

/** Begins a visit and gives its status then. That a visit may not be begun says nothing of the report when somebody else (another tab, a
 * "start" whose answer was lost) has begun it since it was read. */
async function begin(id: string) {
  try {
    await data(api.POST("/api/v1/appointments/{id}/start", { params: { path: { id } }, body: {} }));
    return "STARTED";
  } catch (error) {
    if (!(error instanceof ApiError) || error.problem.code !== "appointment.not_allowed") throw error;
    const status = await statusOf(id);
    if (status !== "STARTED" && status !== "COMPLETED") throw error;
    return status;
  }
}

/** Sends one report: the work is begun first if nobody has pressed "start" (the network may have been away then). */
async function send(id: string, body: Report): Promise<void> {
  let status: string = await statusOf(id);
  if (status === "SCHEDULED") status = await begin(id);
  if (status === "COMPLETED") return;
  await data(api.POST("/api/v1/appointments/{id}/complete", { params: { path: { id } }, body }));
}

/** Client errors that tell nothing of the report: sign in again, it took too long, too much at once. */
const PASSING = [401, 408, 429];

/** Whether the server has looked at the report and will not take it as it is. Anything else may pass: nobody answered, or somebody else was
 * at the visit in the same moment. */
export function isRefusal(error: unknown): error is ApiError {
  if (!(error instanceof ApiError) || error.kind === "unavailable") return false;
  const { status, code } = error.problem;
  return status >= 400 && status < 500 && !PASSING.includes(status) && code !== "appointment.version_conflict";
}

/** Sends a report, or keeps it until the network is back. Gives "sent" or "kept". */
export function useReport(userId: string) {
  const client = useQueryClient();
  return useMutation({
    networkMode: "always",
    mutationFn: async ({ id, body }: { id: string; body: Report }): Promise<"sent" | "kept"> => {
      try {
        await send(id, body);
      } catch (error) {
        if (!(error instanceof ApiError) || isRefusal(error)) throw error;
        await keepReport({ id, userId, writtenAt: new Date().toISOString(), body });
        return "kept";
      }
      // One that was refused before and is corrected now.
      await dropReport(id).catch(() => undefined);
      return "sent";
    },
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["reports"] }),
        client.invalidateQueries({ queryKey: ["appointments"] }),
        client.invalidateQueries({ queryKey: ["dashboard"] }),
      ]),
  });
}

/** Forgets a report that was refused. */
export function useDiscard() {
  const client = useQueryClient();
  return useMutation({
    networkMode: "always",
    mutationFn: dropReport,
    onSettled: () => client.invalidateQueries({ queryKey: ["reports"] }),
  });
}

/** How often reports are sent again before the next time that the network comes back or the page is opened. */
const SENDING_TRIES = 10;

/** Sends each report that waits, whatever becomes of the others. A refused one is kept with the reason and not sent again; that one may
 * still pass is thrown in the end. */
async function sendWaiting(userId: string): Promise<void> {
  let failure: unknown = null;
  const reports = await waitingReports<Report>(userId);
  for (const report of reports.filter((one) => !one.refusal)) {
    try {
      await send(report.id, report.body);
      await dropReport(report.id);
    } catch (error) {
      if (isRefusal(error)) await keepReport({ ...report, refusal: error.problem });
      else failure = error;
    }
  }
  if (failure) throw failure;
}

/** The shell sends by itself and the page at a press of "send now": by this key each knows of the other's. */
const sendingKey = (userId: string) => ["reports", "send", userId];

function useSending(userId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationKey: sendingKey(userId),
    networkMode: "always",
    // Without a session no try helps: the reports wait until the person is back.
    retry: (failures, error) => failures < SENDING_TRIES && !(error instanceof ApiError && error.kind === "signed_out"),
    retryDelay: (failures) => Math.min(1_000 * 2 ** failures, 30_000),
    // One at a time, across tabs too: the second to complete the same visit would be refused.
    mutationFn: () => alone("reports", () => sendWaiting(userId)).finally(() => client.invalidateQueries({ queryKey: ["reports"] })),
    onSettled: () => client.invalidateQueries(),
  }).mutate;
}

/** What waits for the network, what was refused and waits for the technician, and how the sending goes, whoever has begun it. */
export function useWaitingReports(userId: string) {
  const kept = useQuery(jobQueries.waiting(userId)).data ?? [];
  const mutate = useSending(userId);
  const sendings = useMutationState({ filters: { mutationKey: sendingKey(userId) }, select: (mutation) => mutation.state });
  const sending = { mutate, isPending: sendings.some((one) => one.status === "pending"), error: sendings.at(-1)?.error ?? null };
  return { waiting: kept.filter((report) => !report.refusal), refused: kept.filter((report) => report.refusal), sending };
}

/** Sends what waits as soon as the network is back. */
export function useSendWaiting(userId: string): void {
  const isAny = useQuery(jobQueries.waiting(userId)).data?.some((report) => !report.refusal) ?? false;
  const mutate = useSending(userId);
  useEffect(() => {
    if (!isAny) return;
    const tryNow = () => navigator.onLine && mutate();
    tryNow();
    addEventListener("online", tryNow);
    return () => removeEventListener("online", tryNow);
  }, [isAny, mutate]);
}
