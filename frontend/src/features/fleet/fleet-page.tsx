import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { queries, type ActionsAsked, type AnalyticsTypes, type TrendDay } from "@/api/queries";
import { Page } from "@/components/layouts/page";
import { BANDS } from "@/components/ui/band";
import { FilterChip } from "@/components/ui/field";
import { Kpi, KpiStrip } from "@/components/ui/kpi";
import { Loaded, QueryPanel } from "@/components/ui/panel";
import { Empty } from "@/components/ui/states";
import { ActionList } from "@/features/fleet/components/action-list";
import { Distribution } from "@/features/fleet/components/distribution";
import { JustNow } from "@/features/fleet/components/just-now";
import { TopIssues } from "@/features/fleet/components/top-issues";
import { WorstVehicles } from "@/features/fleet/components/worst-vehicles";
import { moneyRange, moneys, number, percent } from "@/lib/format";
import { name, t, tn } from "@/lib/i18n";
import { kpiName, shown } from "@/lib/kpi";
import { can } from "@/lib/roles";
import { useUser } from "@/lib/session";

type Dashboard = AnalyticsTypes["schemas"]["FleetDashboardBody"];

const SEVERITIES = ["EMERGENCY", "CRITICAL", "WARNING"] as const;

function Figures({ dashboard }: { dashboard: Dashboard }) {
  const user = useUser();
  const stats = useQuery({ ...queries.alertStats(), enabled: can(user?.role, "answer_alerts") || user?.role === "SUPPORT" });
  const { fleet_summary: fleet, cost_metrics: cost, due_today: today } = dashboard;
  const method = (key: string) => (dashboard.method as Record<string, string>)[key];
  const low = cost.open_estimate_low[0];
  const high = cost.open_estimate_high[0];
  return (
    <KpiStrip>
      <Kpi label={t("fleet.today")} value={number(today)} isBad={today > 0} detail={tn("fleet.of_vehicles", fleet.vehicles)} method={method("due_today")} />
      <Kpi label={t("fleet.good")} value={percent(fleet.share_good)} detail={t("fleet.mean_score", { score: number(fleet.mean_health_score, 2) })} method={method("fleet_summary.share_good")} />
      <Kpi
        label={t("fleet.avoided")}
        value={moneys(cost.avoided_estimate)}
        detail={t("fleet.avoided.detail", { visits: tn("business.confirmed", cost.confirmed_visits), alarms: tn("fleet.false_alarms", cost.false_alarm_visits) })}
        method={method("cost_metrics.avoided_estimate")}
      />
      <Uptime />
      <Kpi label={t("fleet.open_work")} value={number(cost.open_decisions)} detail={low && high ? t("fleet.open_work.cost", { range: moneyRange(low, high) }) : t("fleet.open_work.none")} method={method("cost_metrics.open_estimate_high")} />
      <Kpi
        label={t("fleet.alerts")}
        value={number(stats.data?.open ?? fleet.with_open_alerts)}
        detail={stats.data ? t("fleet.alerts.detail", { acknowledged: number(stats.data.acknowledged), critical: number(fleet.with_critical_alerts) }) : tn("fleet.critical_vehicles", fleet.with_critical_alerts)}
      />
      <Kpi label={t("fleet.visits")} value={number(fleet.with_visit)} detail={t("fleet.visits.done", { done: number(cost.completed_visits) })} />
    </KpiStrip>
  );
}

/** Two figures of the analytics service that a manager is asked for: uptime, and whether the forecasts can be trusted. */
function Uptime() {
  const kpis = useQuery(queries.kpis(30));
  return kpis.data?.items
    .filter((kpi) => kpi.id === "uptime" || kpi.id === "calibration")
    .map((kpi) => <Kpi key={kpi.id} label={kpiName(kpi)} value={shown(kpi, kpi.value)} detail={`${tn("kpi.n", kpi.n)}${kpi.previous != null ? ` · ${t("kpi.before", { value: shown(kpi, kpi.previous) })}` : ""}`} method={kpi.method.text} />);
}

/** What is asked for, as the address says it. */
function useAsked(): ActionsAsked {
  const { component, severity, depot, q } = useSearch({ from: "/fleet" });
  return { component, severity: SEVERITIES.find((known) => known === severity), depot_id: depot, vehicle: q };
}

interface ListedProps {
  list: Pick<Dashboard, "action_list" | "actions_total">;
  dashboard: Dashboard;
}

function Listed({ list, dashboard }: ListedProps) {
  const shown = list.action_list.length;
  if (shown === 0) return <Empty title={t("fleet.actions.none_chosen")}>{tn("fleet.actions.others", dashboard.actions_total)}</Empty>;
  const modes = new Map(dashboard.top_issues.map((issue) => [issue.failure_mode, issue.name ?? issue.failure_mode]));
  return (
    <>
      <ActionList actions={list.action_list} modes={modes} />
      {list.actions_total > shown && <p className="m-0 px-4 py-3 text-sm text-ink-2">{t("fleet.actions.more", { shown: number(shown), total: number(list.actions_total) })}</p>}
    </>
  );
}

/** The dashboard's own list holds the first of all; of some, the service is asked. */
function Actions({ dashboard }: { dashboard: Dashboard }) {
  const asked = useAsked();
  const isAsked = Object.values(asked).some(Boolean);
  const some = useQuery({ ...queries.fleetActions(asked), enabled: isAsked });
  if (dashboard.actions_total === 0) return <Empty title={t("fleet.actions.empty")}>{t("fleet.actions.empty.text")}</Empty>;
  if (!isAsked) return <Listed list={dashboard} dashboard={dashboard} />;
  return (
    <Loaded query={some} lines={8}>
      {(loaded) => <Listed list={loaded} dashboard={dashboard} />}
    </Loaded>
  );
}

/** Which vehicles need me today, what happens if I wait, what is booked, what did we avoid. */
export function FleetPage() {
  const dashboard = useQuery(queries.fleetDashboard());
  const search = useSearch({ from: "/fleet" });
  const navigate = useNavigate({ from: "/fleet" });
  const filter = (change: Partial<typeof search>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  const choices = dashboard.data?.action_choices;
  const counted = (group: "component" | "severity", counts: Record<string, number>, values: readonly string[], any: string) => [{ value: "", label: any }, ...values.map((value) => ({ value, label: `${name(group, value)} (${number(counts[value] ?? 0)})` }))];
  // What is chosen can be chosen from, also when the last of its kind was settled: else nobody could undo it.
  const offered = (counts: Record<string, number> | undefined, chosen: string | undefined) => [...new Set([...Object.keys(counts ?? {}), ...(chosen ? [chosen] : [])])].sort();
  const depots = offered(choices?.depots, search.depot);
  const components = offered(choices?.components, search.component);
  const severities = SEVERITIES.filter((severity) => severity in (choices?.severities ?? {}) || severity === search.severity);
  const filters = choices && (
    <>
      {depots.length > 1 && <FilterChip label={t("filter.depot")} value={search.depot ?? ""} choices={[{ value: "", label: t("filter.any_depot") }, ...depots.map((value) => ({ value, label: `${value} (${number(choices.depots[value] ?? 0)})` }))]} onChange={(value) => filter({ depot: value || undefined })} />}
      {components.length > 1 && <FilterChip label={t("filter.component")} value={search.component ?? ""} choices={counted("component", choices.components, components, t("filter.any_component"))} onChange={(value) => filter({ component: value || undefined })} />}
      {severities.length > 1 && <FilterChip label={t("filter.severity")} value={search.severity ?? ""} choices={counted("severity", choices.severities as Record<string, number>, severities, t("filter.any_severity"))} onChange={(value) => filter({ severity: value || undefined })} />}
    </>
  );
  return (
    <Page title={t("nav.fleet")} filters={filters}>
      <Loaded query={dashboard} lines={3}>
        {(loaded) => <Figures dashboard={loaded} />}
      </Loaded>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_296px]">
        <div className="grid min-w-0 gap-4">
          <QueryPanel title={t("fleet.actions")} note={t("fleet.actions.by_cost")} query={dashboard} lines={8}>
            {(loaded) => <Actions dashboard={loaded} />}
          </QueryPanel>
          <QueryPanel title={t("fleet.worst")} note={t("fleet.worst.note")} query={dashboard} isEmpty={(loaded) => loaded.worst_vehicles.length === 0} empty={<Empty title={t("fleet.no_vehicles")}>{t("fleet.no_vehicles.text")}</Empty>}>
            {(loaded) => <WorstVehicles vehicles={loaded.worst_vehicles} />}
          </QueryPanel>
        </div>
        <div className="grid min-w-0 content-start gap-4">
          <QueryPanel title={dashboard.data ? tn("fleet.health_of", dashboard.data.fleet_summary.vehicles) : t("fleet.health")} query={dashboard}>
            {(loaded) => <Distribution counts={loaded.health_distribution as Record<string, number>} bands={BANDS} trend={(loaded as { health_trend?: TrendDay[] }).health_trend} />}
          </QueryPanel>
          <QueryPanel title={t("fleet.issues")} note={t("fleet.issues.note")} query={dashboard} isEmpty={(loaded) => loaded.top_issues.length === 0} empty={<p className="m-0 px-4 pb-4 text-ink-2">{t("fleet.issues.empty")}</p>}>
            {(loaded) => <TopIssues issues={loaded.top_issues} />}
          </QueryPanel>
          <JustNow />
        </div>
      </div>
    </Page>
  );
}
