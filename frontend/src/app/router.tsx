import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate } from "@tanstack/react-router";
import { RoleGate } from "@/app/role-gate";
import { Shell } from "@/app/shell";
import { Failure, Skeleton } from "@/components/ui/states";
import { homeOf } from "@/lib/roles";
import { useUser } from "@/lib/session";
import { ApiError } from "@/api/problem";
import { FleetPage } from "@/features/fleet/fleet-page";

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function Home() {
  const user = useUser();
  return <Navigate to={homeOf(user?.role)} replace />;
}

const root = createRootRoute({
  component: () => (
    <Shell>
      <RoleGate />
    </Shell>
  ),
  notFoundComponent: () => <Failure error={new ApiError({ type: "", title: "", status: 404, code: "app.no_page", detail: "" })} />,
  errorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
});

const home = createRoute({ getParentRoute: () => root, path: "/", component: Home });

export interface FleetSearch {
  band?: string;
  component?: string;
  class?: string;
  severity?: string;
  depot?: string;
  q?: string;
}
const fleetSearch = (search: Record<string, unknown>): FleetSearch => ({
  band: text(search.band),
  component: text(search.component),
  class: text(search.class),
  severity: text(search.severity),
  depot: text(search.depot),
  q: text(search.q),
});

const fleet = createRoute({ getParentRoute: () => root, path: "/fleet", validateSearch: fleetSearch, component: FleetPage });
const vehicles = createRoute({
  getParentRoute: () => root,
  path: "/vehicles",
  validateSearch: fleetSearch,
  component: lazyRouteComponent(() => import("@/features/vehicles/vehicles-page"), "VehiclesPage"),
});
const vehicle = createRoute({
  getParentRoute: () => root,
  path: "/vehicles/$vehicleId",
  validateSearch: (search: Record<string, unknown>): { component?: string; signal?: string; from?: string; to?: string } => ({
    component: text(search.component),
    signal: text(search.signal),
    from: text(search.from),
    to: text(search.to),
  }),
  component: lazyRouteComponent(() => import("@/features/vehicle/vehicle-page"), "VehiclePage"),
});
const passport = createRoute({
  getParentRoute: () => root,
  path: "/vehicles/$vehicleId/passport",
  component: lazyRouteComponent(() => import("@/features/vehicle/passport-page"), "PassportPage"),
});
const alerts = createRoute({
  getParentRoute: () => root,
  path: "/alerts",
  validateSearch: (search: Record<string, unknown>): { status?: string; severity?: string; id?: string } => ({
    status: text(search.status),
    severity: text(search.severity),
    id: text(search.id),
  }),
  component: lazyRouteComponent(() => import("@/features/alerts/alerts-page"), "AlertsPage"),
});
const schedule = createRoute({
  getParentRoute: () => root,
  path: "/schedule",
  validateSearch: (search: Record<string, unknown>): { week?: string; id?: string; center?: string } => ({
    week: text(search.week),
    id: text(search.id),
    center: text(search.center),
  }),
  component: lazyRouteComponent(() => import("@/features/schedule/schedule-page"), "SchedulePage"),
});
const warranty = createRoute({
  getParentRoute: () => root,
  path: "/warranty",
  validateSearch: (search: Record<string, unknown>): { status?: string; id?: string } => ({ status: text(search.status), id: text(search.id) }),
  component: lazyRouteComponent(() => import("@/features/warranty/warranty-page"), "WarrantyPage"),
});
const myVehicles = createRoute({
  getParentRoute: () => root,
  path: "/my-vehicles",
  component: lazyRouteComponent(() => import("@/features/my-vehicles/my-vehicles-page"), "MyVehiclesPage"),
});
const myJobs = createRoute({
  getParentRoute: () => root,
  path: "/my-jobs",
  validateSearch: (search: Record<string, unknown>): { id?: string } => ({ id: text(search.id) }),
  component: lazyRouteComponent(() => import("@/features/my-jobs/my-jobs-page"), "MyJobsPage"),
});
const business = createRoute({
  getParentRoute: () => root,
  path: "/business",
  validateSearch: (search: Record<string, unknown>): { days?: number; report?: string } => ({ days: Number(search.days) > 0 ? Number(search.days) : undefined, report: text(search.report) }),
  component: lazyRouteComponent(() => import("@/features/business/business-page"), "BusinessPage"),
});
const administration = createRoute({
  getParentRoute: () => root,
  path: "/administration",
  validateSearch: (search: Record<string, unknown>): { tab?: string; q?: string; outcome?: string; type?: string; actor?: string; vehicle?: string } => ({
    tab: text(search.tab),
    q: text(search.q),
    outcome: text(search.outcome),
    type: text(search.type),
    actor: text(search.actor),
    vehicle: text(search.vehicle),
  }),
  component: lazyRouteComponent(() => import("@/features/administration/administration-page"), "AdministrationPage"),
});
const me = createRoute({
  getParentRoute: () => root,
  path: "/me",
  component: lazyRouteComponent(() => import("@/features/me/me-page"), "MePage"),
});

export const router = createRouter({
  routeTree: root.addChildren([home, fleet, vehicles, vehicle, passport, alerts, schedule, warranty, myVehicles, myJobs, business, administration, me]),
  defaultPreload: "intent",
  defaultPendingMs: 300,
  defaultPendingComponent: () => <Skeleton lines={6} />,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
