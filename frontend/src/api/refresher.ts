import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { Change } from "@/lib/live";

/** Which queries a change touches, by the beginning of its type; the first that fits. `own` are touched only where they are about its vehicle. */
const TOUCHED: { type: string; all: string[]; own?: string[] }[] = [
  { type: "vehicle.telemetry", all: [] },
  { type: "vehicle.health", all: ["dashboard"], own: ["health", "vehicles"] },
  { type: "vehicle.repair", all: ["dashboard"], own: ["health", "vehicles"] },
  { type: "vehicle", all: ["vehicles", "health", "dashboard"] },
  { type: "component", all: ["dashboard"], own: ["health"] },
  { type: "agent", all: ["decisions", "dashboard", "reviews"] },
  { type: "alert", all: ["alerts", "dashboard"] },
  { type: "appointment", all: ["appointments", "dashboard", "alerts"] },
  { type: "technician", all: ["appointments"] },
  { type: "warranty", all: ["claims", "dashboard", "decisions"] },
  { type: "identity", all: ["people"] },
  { type: "part", all: ["parts"] },
];

/** Second words of keys that are about the whole fleet and show health: any vehicle's news may show in them. */
const OF_ALL = ["list", "calibration"];

/** Whether a change may have changed what a query answers. */
export function touches(change: Pick<Change, "type" | "vehicle_id">, [family, place]: QueryKey): boolean {
  const entry = TOUCHED.find(({ type }) => change.type === type || change.type.startsWith(`${type}.`));
  if (!entry || typeof family !== "string") return false;
  if (entry.all.includes(family)) return true;
  return Boolean(entry.own?.includes(family)) && (place === change.vehicle_id || OF_ALL.includes(place as string));
}

/**
 * Gathers changes and asks again for what is on screen, at most once a second: the page never jumps, the server is never flooded.
 * A query that is being answered is left to finish and asked again after it: broken off each second, a slow one would never come to an end.
 */
export function refresher(client: QueryClient, everyMs = 1000): (change: Change) => void {
  let changes = new Map<string, Change>();
  let late = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = () => {
    const due = [...changes.values()];
    const stale = new Set<string>();
    const busy = new Set<string>();
    for (const query of client.getQueryCache().getAll()) {
      if (!late.has(query.queryHash) && !due.some((change) => touches(change, query.queryKey))) continue;
      (query.state.fetchStatus === "fetching" ? busy : stale).add(query.queryHash);
    }
    changes = new Map();
    late = busy;
    timer = busy.size > 0 ? setTimeout(flush, everyMs) : null;
    void client.invalidateQueries({ predicate: (query) => stale.has(query.queryHash) });
  };
  return (change) => {
    changes.set(`${change.type} ${change.vehicle_id}`, change);
    timer ??= setTimeout(flush, everyMs);
  };
}
