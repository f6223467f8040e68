import type { Alert } from "@/api/queries";
import { Severity } from "@/components/ui/band";
import { cn } from "@/lib/cn";
import { ago, visit } from "@/lib/format";
import { failureMode, name, t, tn } from "@/lib/i18n";

interface AlertGroupProps {
  group: Alert[];
  selected: string | undefined;
  select: (id: string) => void;
}

/** One matter in the inbox; the milder alerts that it includes are counted, not repeated. */
export function AlertGroup({ group, selected, select }: AlertGroupProps) {
  const alert = group[0];
  if (!alert) return null;
  const isSelected = group.some((one) => one.alert_id === selected);
  return (
    <li>
      <button
        type="button"
        aria-current={isSelected ? "true" : undefined}
        onClick={() => select(alert.alert_id)}
        className={cn("grid w-full gap-1 border-0 bg-transparent px-4 py-3 text-left text-ink hover:bg-sunken", isSelected && "bg-accent-soft hover:bg-accent-soft")}
      >
        <span className="flex items-baseline gap-2">
          <b className={alert.status === "OPEN" ? "font-semibold" : "font-medium"}>{alert.vehicle_id}</b>
          <span className="truncate text-ink-2">{name("component", alert.component)}</span>
          <time dateTime={alert.raised_at} className="ml-auto flex-none text-xs text-ink-3">
            {ago(alert.raised_at)}
          </time>
        </span>
        <span>{failureMode(alert.failure_mode.code, alert.failure_mode.name)}</span>
        <span className="flex flex-wrap items-center gap-x-2">
          <Severity severity={alert.severity} />
          <span className="text-xs text-ink-3">
            {name("status", alert.status)}
            {alert.booked_starts_at && alert.status !== "RESOLVED" && ` · ${t("alerts.booked", { when: visit(alert.booked_starts_at) })}`}
            {group.length > 1 && ` · ${tn("alerts.more", group.length - 1)}`}
          </span>
        </span>
      </button>
    </li>
  );
}
