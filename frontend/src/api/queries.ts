import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, data, getJson } from "@/api/client";
import type { components as AgentTypes } from "@/api/generated/agent-service";
import type { components as AlertTypes } from "@/api/generated/alert-service";
import type { components as AnalyticsTypes } from "@/api/generated/analytics-service";
import type { components as HealthTypes } from "@/api/generated/health-service";
import type { components as IngestionTypes } from "@/api/generated/ingestion-service";
import type { components as SchedulingTypes } from "@/api/generated/scheduling-service";
import type { components as WarrantyTypes } from "@/api/generated/warranty-service";

export type Action = AnalyticsTypes["schemas"]["ActionBody"];
export type AgentConduct = AgentTypes["schemas"]["AgentConduct"];
export type Alert = AlertTypes["schemas"]["AlertView"];
export type AlertDetail = AlertTypes["schemas"]["AlertDetailView"];
export type Appointment = SchedulingTypes["schemas"]["AppointmentBody"];
export type Calibrated = HealthTypes["schemas"]["CalibratedBody"];
export type Claim = WarrantyTypes["schemas"]["ClaimView"];
export type ComponentHealth = HealthTypes["schemas"]["ComponentBody"];
export type Consent = AnalyticsTypes["schemas"]["ConsentBody"];
export type Decision = AgentTypes["schemas"]["Decision"];
export type Explanation = AgentTypes["schemas"]["Explanation"];
export type HealthPoint = HealthTypes["schemas"]["HistoryItem"];
export type Invitation = AnalyticsTypes["schemas"]["InvitationBody"];
export type Job = AnalyticsTypes["schemas"]["JobBody"];
export type Kpi = AnalyticsTypes["schemas"]["KpiBody"];
export type KpiRow = AnalyticsTypes["schemas"]["KpiRowBody"];
export type Model = HealthTypes["schemas"]["ModelBody"];
export type OwnSession = AnalyticsTypes["schemas"]["SessionBody"];
export type ReportSchedule = AnalyticsTypes["schemas"]["ScheduleBody"];
export type Slot = SchedulingTypes["schemas"]["SlotBody"];
export type TrendDay = AnalyticsTypes["schemas"]["TrendDay"];
export type Vehicle = IngestionTypes["schemas"]["VehicleWire"];
export type VehicleHealth = HealthTypes["schemas"]["HealthBody"];
export type Center = SchedulingTypes["schemas"]["CenterBody"];
export type { AgentTypes, AlertTypes, AnalyticsTypes, HealthTypes, IngestionTypes, SchedulingTypes, WarrantyTypes };

/** Of which decisions the list of things to do is asked; each that is named must be so. */
export interface ActionsAsked {
  component?: string;
  severity?: "WARNING" | "CRITICAL" | "EMERGENCY";
  depot_id?: string;
  /** A part of the vehicle's id. */
  vehicle?: string;
}

/** Whole days up to and with today, as the service counts them: UTC; `to` is the first day that is no part of it. */
export function period(days: number, now = Date.now()): { from: string; to: string } {
  const iso = (at: number) => new Date(at).toISOString().slice(0, 10);
  return { from: iso(now - (days - 1) * 86_400_000), to: iso(now + 86_400_000) };
}

interface AlertsAsked {
  status?: string;
  severity?: string;
  vehicleId?: string;
}

/** As many alerts as the service puts on a page. */
const ALERT_PAGE = 1000;
/** Pages of what waits for somebody; what is settled is history, of which the newest page is enough. */
const WAITING_PAGES = 5;

/** The alerts of one status, newest first, and whether there are older ones yet: what waits longest is on the last page. */
async function alertsOf(status: string, { severity, vehicleId }: AlertsAsked): Promise<{ items: Alert[]; isCut: boolean }> {
  const items: Alert[] = [];
  let cursor: string | undefined;
  const pages = status === "RESOLVED" ? 1 : WAITING_PAGES;
  for (let page = 0; page < pages; page += 1) {
    const answer = await data(api.GET("/api/v1/alerts", { params: { query: { status, severity, vehicle_id: vehicleId, limit: ALERT_PAGE, cursor } } }));
    items.push(...answer.items);
    if (!answer.next_cursor) return { items, isCut: false };
    cursor = answer.next_cursor;
  }
  return { items, isCut: true };
}

/** Queries that more than one view asks. The first part of a key names what changes it (see `refresher.ts`). */
export const queries = {
  fleetDashboard: () =>
    queryOptions({ queryKey: ["dashboard", "fleet"], queryFn: () => data(api.GET("/api/v1/dashboards/fleet")) }),
  /** What there is to do of some; the dashboard's own list ends with the hundredth of all. */
  fleetActions: (filter: ActionsAsked) =>
    queryOptions({
      queryKey: ["dashboard", "fleet", "actions", filter],
      placeholderData: keepPreviousData,
      queryFn: () => data(api.GET("/api/v1/dashboards/fleet/actions", { params: { query: filter } })),
    }),
  executiveDashboard: () =>
    queryOptions({ queryKey: ["dashboard", "executive"], queryFn: () => data(api.GET("/api/v1/dashboards/executive")) }),
  kpis: (days: number) =>
    queryOptions({ queryKey: ["kpis", days], staleTime: 60_000, refetchInterval: 60_000, queryFn: () => getJson<{ items: Kpi[] }>(`/api/v1/kpis?${new URLSearchParams(period(days))}`) }),
  /** All that waits for somebody, and the newest of the rest; `cutAt` is how many of a status are listed where there are more. */
  alerts: (filter: AlertsAsked = {}) =>
    queryOptions({
      queryKey: ["alerts", "list", filter],
      queryFn: async () => {
        const newest = () => data(api.GET("/api/v1/alerts", { params: { query: { severity: filter.severity, vehicle_id: filter.vehicleId, limit: 200 } } }));
        // What still waits for somebody may be older than the newest page.
        const statuses = filter.status ? [filter.status] : ["OPEN", "ACKNOWLEDGED"];
        const [rest, ...lists] = await Promise.all([filter.status ? undefined : newest(), ...statuses.map((status) => alertsOf(status, filter))]);
        const all = [...(rest?.items ?? []), ...lists.flatMap((list) => list.items)];
        const cut = lists.filter((list) => list.isCut).map((list) => list.items.length);
        return { items: [...new Map(all.map((alert) => [alert.alert_id, alert])).values()], cutAt: cut.length > 0 ? Math.max(...cut) : undefined };
      },
    }),
  /** The last few of all, for a glance. */
  newestAlerts: () => queryOptions({ queryKey: ["alerts", "newest"], queryFn: () => data(api.GET("/api/v1/alerts", { params: { query: { limit: 10 } } })) }),
  vehicleAlerts: (id: string) =>
    queryOptions({
      queryKey: ["alerts", "vehicle", id],
      queryFn: () => data(api.GET("/api/v1/alerts/vehicle/{vehicle_id}", { params: { path: { vehicle_id: id }, query: { limit: 200 } } })),
    }),
  alertStats: () => queryOptions({ queryKey: ["alerts", "stats"], queryFn: () => data(api.GET("/api/v1/alerts/stats")) }),
  vehicle: (id: string) =>
    queryOptions({
      queryKey: ["vehicles", id],
      queryFn: () => data(api.GET("/api/v1/vehicles/{vehicle_id}", { params: { path: { vehicle_id: id } } })),
    }),
  vehicleHealth: (id: string) =>
    queryOptions({
      queryKey: ["health", id],
      queryFn: () => data(api.GET("/api/v1/health/{vehicle_id}", { params: { path: { vehicle_id: id } } })),
    }),
  appointment: (id: string) =>
    queryOptions({
      queryKey: ["appointments", "one", id],
      queryFn: () => data(api.GET("/api/v1/appointments/{id}", { params: { path: { id } } })),
    }),
  people: () =>
    queryOptions({
      queryKey: ["people", "users"],
      staleTime: 60_000,
      queryFn: () => data(api.GET("/api/v1/users", { params: { query: { limit: 500 } } })),
    }),
  /** All of them, as far as one page holds: the oldest come first, and what is to come last. */
  vehicleAppointments: (id: string) =>
    queryOptions({
      queryKey: ["appointments", "vehicle", id],
      queryFn: () => data(api.GET("/api/v1/appointments/vehicle/{id}", { params: { path: { id }, query: { limit: 1000 } } })),
    }),
  vehicleClaims: (id: string) =>
    queryOptions({
      queryKey: ["claims", "vehicle", id],
      queryFn: () => data(api.GET("/api/v1/claims/vehicle/{vehicle_id}", { params: { path: { vehicle_id: id }, query: { limit: 50 } } })),
    }),
  centers: () =>
    queryOptions({
      queryKey: ["centers"],
      staleTime: 300_000,
      queryFn: () => data(api.GET("/api/v1/centers", { params: { query: { limit: 200 } } })),
    }),
  technicians: () =>
    queryOptions({
      queryKey: ["technicians"],
      staleTime: 300_000,
      queryFn: () => data(api.GET("/api/v1/technicians", { params: { query: { limit: 200 } } })),
    }),
};
