import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { BellOff } from "lucide-react";
import { queries, type Alert } from "@/api/queries";
import { Page } from "@/components/layouts/page";
import { FilterChip, namedChoices } from "@/components/ui/field";
import { Panel, QueryPanel } from "@/components/ui/panel";
import { Empty } from "@/components/ui/states";
import { alertQueries } from "@/features/alerts/api";
import { AlertDetail } from "@/features/alerts/components/alert-detail";
import { AlertGroup } from "@/features/alerts/components/alert-group";
import { number } from "@/lib/format";
import { t, tn } from "@/lib/i18n";
import { SIDE_BY_SIDE, useMedia } from "@/lib/media";
import { useExists, useKept } from "@/lib/use-kept";

const SEVERITIES = ["EMERGENCY", "CRITICAL", "WARNING", "INFO"];
const STATUSES = ["OPEN", "ACKNOWLEDGED", "RESOLVED"];

/** Alerts on one component of one vehicle are one matter: the worst that is not resolved stands for it. */
export function grouped(alerts: Alert[]): Alert[][] {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const key = `${alert.vehicle_id} ${alert.component} ${alert.status === "RESOLVED"}`;
    groups.set(key, [...(groups.get(key) ?? []), alert]);
  }
  const rank = (alert: Alert) => SEVERITIES.indexOf(alert.severity) + (alert.status === "RESOLVED" ? 20 : alert.status === "ACKNOWLEDGED" ? 5 : 0);
  for (const group of groups.values()) group.sort((a, b) => rank(a) - rank(b) || b.raised_at.localeCompare(a.raised_at));
  const first = (group: Alert[]) => group[0] as Alert;
  return [...groups.values()].sort((a, b) => rank(first(a)) - rank(first(b)) || first(b).raised_at.localeCompare(first(a).raised_at));
}

function useSelected(groups: Alert[][]): [string | undefined, (id: string | undefined) => void] {
  const { id, status, severity } = useSearch({ from: "/alerts" });
  const navigate = useNavigate({ from: "/alerts" });
  const isWide = useMedia(SIDE_BY_SIDE);
  // On a wide screen something is always open beside the list; on a phone the list comes first.
  const exists = useExists((one) => alertQueries.detail(one).queryKey);
  const kept = useKept(groups.flat().map((alert) => alert.alert_id), `${status ?? ""} ${severity ?? ""}`, exists);
  const shown = id ?? (isWide ? kept : undefined);
  return [shown, (next) => void navigate({ search: (old) => ({ ...old, id: next }), resetScroll: false })];
}

/** The inbox: what is wrong, who was told, and what a person did about it. */
export function AlertsPage() {
  const search = useSearch({ from: "/alerts" });
  const navigate = useNavigate({ from: "/alerts" });
  const alerts = useQuery(queries.alerts({ status: search.status, severity: search.severity }));
  const groups = useMemo(() => grouped(alerts.data?.items ?? []), [alerts.data]);
  const [selected, select] = useSelected(groups);
  // Counted by the service: what is listed is filtered, and may be cut.
  const stats = useQuery(queries.alertStats());
  const filter = (change: Partial<typeof search>) => void navigate({ search: (old) => ({ ...old, ...change, id: undefined }) });
  const filters = (
    <>
      <FilterChip label={t("filter.status")} value={search.status ?? ""} choices={namedChoices("status", STATUSES, t("filter.any_status"))} onChange={(value) => filter({ status: value || undefined })} />
      <FilterChip label={t("filter.severity")} value={search.severity ?? ""} choices={namedChoices("severity", SEVERITIES, t("filter.any_severity"))} onChange={(value) => filter({ severity: value || undefined })} />
    </>
  );
  return (
    <Page title={t("nav.alerts")} about={stats.data && tn("alerts.open", stats.data.open)} filters={filters}>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(300px,400px)_minmax(0,1fr)]">
        <QueryPanel
          query={alerts}
          lines={8}
          className={search.id ? "max-lg:hidden" : ""}
          isEmpty={(loaded) => loaded.items.length === 0}
          empty={
            <Empty title={t("alerts.empty")} icon={<BellOff size={22} strokeWidth={1.5} />}>
              {t("alerts.empty.text")}
            </Empty>
          }
        >
          {(loaded) => (
            <>
              {loaded.cutAt && <p className="m-0 border-b border-line px-4 py-2 text-sm text-ink-2">{t("alerts.cut", { count: number(loaded.cutAt) })}</p>}
              <ul className="m-0 list-none divide-y divide-line p-0" aria-label={t("nav.alerts")}>
                {groups.map((group) => (
                  <AlertGroup key={group[0]?.alert_id} group={group} selected={selected} select={select} />
                ))}
              </ul>
            </>
          )}
        </QueryPanel>
        {selected ? (
          <AlertDetail key={selected} id={selected} close={search.id ? () => select(undefined) : undefined} />
        ) : (
          <Panel className="max-lg:hidden">
            <Empty title={t("alerts.choose")} />
          </Panel>
        )}
      </div>
    </Page>
  );
}
