import type { Role } from "@/lib/session";

export type View =
  | "fleet"
  | "vehicles"
  | "alerts"
  | "schedule"
  | "warranty"
  | "my-vehicles"
  | "my-jobs"
  | "business"
  | "administration";

/** What each role finds in the navigation; the first is its home. The services decide what it may do: this only spares dead ends. */
export const VIEWS: Record<Role, View[]> = {
  OWNER: ["my-vehicles", "alerts", "schedule", "warranty"],
  FLEET_MANAGER: ["fleet", "vehicles", "alerts", "schedule", "warranty", "business"],
  TECHNICIAN: ["my-jobs", "vehicles", "alerts", "schedule"],
  EXECUTIVE: ["business", "fleet", "vehicles", "warranty"],
  ADMIN: ["administration", "fleet", "vehicles", "alerts", "schedule", "warranty", "business"],
  SUPPORT: ["fleet", "vehicles", "alerts", "schedule", "warranty"],
};

const ACTIONS = {
  book: ["OWNER", "FLEET_MANAGER", "ADMIN"],
  answer_alerts: ["OWNER", "FLEET_MANAGER", "TECHNICIAN", "ADMIN"],
  see_deliveries: ["OWNER", "FLEET_MANAGER", "ADMIN", "SUPPORT"],
  see_steps: ["FLEET_MANAGER", "TECHNICIAN", "ADMIN", "SUPPORT"],
  replay: ["FLEET_MANAGER", "TECHNICIAN", "ADMIN"],
  see_telemetry: ["OWNER", "FLEET_MANAGER", "TECHNICIAN", "ADMIN", "SUPPORT"],
  do_jobs: ["TECHNICIAN", "FLEET_MANAGER", "ADMIN"],
  see_claims: ["OWNER", "FLEET_MANAGER", "ADMIN", "EXECUTIVE", "SUPPORT"],
  submit_claims: ["OWNER", "FLEET_MANAGER", "ADMIN"],
  see_coverages: ["FLEET_MANAGER", "ADMIN", "SUPPORT"],
  see_technicians: ["FLEET_MANAGER", "TECHNICIAN", "ADMIN", "EXECUTIVE", "SUPPORT"],
  answer_reviews: ["FLEET_MANAGER", "TECHNICIAN", "ADMIN"],
  see_numbers: ["FLEET_MANAGER", "ADMIN", "EXECUTIVE", "SUPPORT"],
} as const satisfies Record<string, Role[]>;

export type Action = keyof typeof ACTIONS;

/** Whether a role is offered an action. */
export function can(role: string | undefined, action: Action): boolean {
  return (ACTIONS[action] as readonly string[]).includes(role ?? "");
}

export function homeOf(role: string | undefined): `/${View}` {
  return `/${(VIEWS[role as Role] ?? VIEWS.SUPPORT)[0] ?? "fleet"}`;
}

/** Whether a path is one of the role's views, or of no view in particular. A vehicle's page is for everybody who may see the vehicle. */
export function mayOpen(role: string | undefined, path: string): boolean {
  const view = path.split("/")[1] as View;
  const isView = Object.values(VIEWS).some((views) => views.includes(view));
  return !isView || view === "vehicles" || (VIEWS[role as Role]?.includes(view) ?? false);
}
