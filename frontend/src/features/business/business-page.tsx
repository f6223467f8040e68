import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Printer } from "lucide-react";
import { queries, type AnalyticsTypes } from "@/api/queries";
import { Bars } from "@/components/charts/bars";
import { Page } from "@/components/layouts/page";
import { Band, BAND_STYLE, BANDS, bandOfSeverity } from "@/components/ui/band";
import { Button } from "@/components/ui/button";
import { FilterChip } from "@/components/ui/field";
import { Kpi, KpiStrip } from "@/components/ui/kpi";
import { Loaded, Panel } from "@/components/ui/panel";
import { DAYS } from "@/features/business/api";
import { KeyFigure } from "@/features/business/components/key-figure";
import { Reports } from "@/features/business/components/reports";
import { day, duration, money, moneyRange, moneys, number, percent } from "@/lib/format";
import { name, t, tn } from "@/lib/i18n";

type Dashboard = AnalyticsTypes["schemas"]["ExecutiveDashboardBody"];
type Count = AnalyticsTypes["schemas"]["CountBody"];

function share(part: number, whole: number): string {
  return whole === 0 ? "–" : percent(part / whole);
}

function Figures({ dashboard, method }: { dashboard: Dashboard; method: (key: string) => string | undefined }) {
  const { fleet_summary: fleet, cost_metrics: cost, visit_stats: visits, alert_stats: alerts, warranty_stats: warranty } = dashboard;
  const judged = visits.automatic_before_p05 + visits.automatic_after_p05;
  return (
    <KpiStrip>
      <Kpi label={t("fleet.avoided")} value={moneys(cost.avoided_estimate)} detail={t("fleet.avoided.detail", { visits: tn("business.confirmed", cost.confirmed_visits), alarms: tn("fleet.false_alarms", cost.false_alarm_visits) })} method={method("cost_metrics.avoided_estimate")} />
      <Kpi label={t("business.spent")} value={moneys(cost.spent)} detail={tn("business.visits_done", cost.completed_visits)} method={method("cost_metrics.spent")} />
      <Kpi label={t("fleet.good")} value={percent(fleet.share_good)} detail={tn("fleet.of_vehicles", fleet.vehicles)} method={method("fleet_summary.share_good")} />
      <Kpi label={t("business.in_time")} value={share(visits.automatic_before_p05, judged)} detail={t("business.in_time.detail", { early: number(visits.automatic_before_p05), all: number(judged) })} method={method("visit_stats.automatic_before_p05")} />
      <Kpi label={t("business.answer")} value={duration(alerts.mean_acknowledge_s)} detail={tn("business.acknowledged", alerts.acknowledged)} method={method("alert_stats.mean_acknowledge_s")} />
      <Kpi label={t("business.claimed")} value={moneys(warranty.claimed)} detail={tn("claims.count", warranty.claims)} method={method("warranty_stats.claimed")} />
    </KpiStrip>
  );
}

/** What predicting saved, and against it what it cost in false alarms. */
function Money({ cost }: { cost: Dashboard["cost_metrics"] }) {
  const currencies = [...new Set([...cost.avoided_estimate, ...cost.spent, ...cost.false_alarm_cost].map((value) => value.currency))];
  if (currencies.length === 0) return <p className="m-0 px-4 pb-4 text-ink-2">{t("business.money.none")}</p>;
  return currencies.map((currency) => {
    const of = (values: typeof cost.spent) => values.find((value) => value.currency === currency)?.amount_minor ?? 0;
    const bar = (key: string, label: string, minor: number, color: string) => ({ key, label, value: minor, text: money({ amount_minor: minor, currency }), color });
    return (
      <Bars
        key={currency}
        bars={[
          bar("avoided", t("fleet.avoided"), of(cost.avoided_estimate), "var(--excellent)"),
          bar("spent", t("business.spent"), of(cost.spent), "var(--accent)"),
          bar("alarms", t("business.false_alarms"), of(cost.false_alarm_cost), "var(--critical)"),
        ]}
      />
    );
  });
}

function byFirst(counts: Count[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const count of counts) sums.set(count.of, (sums.get(count.of) ?? 0) + count.count);
  return sums;
}

function Panels({ dashboard }: { dashboard: Dashboard }) {
  const { cost_metrics: cost, alert_stats: alerts, visit_stats: visits, warranty_stats: warranty } = dashboard;
  const health = dashboard.health_distribution as Record<string, number>;
  const severities = byFirst(alerts.by_severity);
  const low = cost.open_estimate_low[0];
  const high = cost.open_estimate_high[0];
  const count = (key: string, label: React.ReactNode, value: number, color?: string) => ({ key, label, value, text: number(value), color });
  return (
    <div className="grid gap-4 lg:grid-cols-2 lg:[&>:last-child:nth-child(odd)]:col-span-2">
      <Panel title={t("business.money")} note={low && high ? t("business.open", { count: number(cost.open_decisions), range: moneyRange(low, high) }) : undefined}>
        <Money cost={cost} />
      </Panel>
      <Panel title={tn("fleet.health_of", dashboard.fleet_summary.vehicles)}>
        <Bars bars={BANDS.map((band) => count(band, <Band status={band} />, health[band] ?? 0, `var(--${BAND_STYLE[band].css})`))} />
      </Panel>
      <Panel title={t("business.alerts")} note={t("business.alerts.note")}>
        <Bars bars={["EMERGENCY", "CRITICAL", "WARNING", "INFO"].map((severity) => count(severity, name("severity", severity), severities.get(severity) ?? 0, `var(--${BAND_STYLE[bandOfSeverity(severity)].css})`))} />
      </Panel>
      <Panel title={t("business.visits")} note={tn("business.automatic", visits.automatic)}>
        <Bars bars={["SCHEDULED", "STARTED", "COMPLETED", "CANCELLED", "UNPLACED"].map((state) => count(state, name("status", state), (visits.by_state as Record<string, number>)[state] ?? 0))} />
      </Panel>
      <Panel title={t("nav.warranty")}>
        <Bars bars={[count("yes", t("business.covered"), warranty.checks_covered, "var(--excellent)"), count("no", t("business.not_covered"), warranty.checks_not_covered, "var(--line-strong)"), count("claims", t("business.claims"), warranty.claims)]} />
      </Panel>
    </div>
  );
}

/** How each number is made, in the server's own words. */
function Methods({ method }: { method: Record<string, string> }) {
  return (
    <details className="mt-4 rounded-lg border border-line bg-panel px-4 py-3">
      <summary className="font-semibold">{t("business.method")}</summary>
      <dl className="m-0 mt-3 grid gap-2">
        {Object.entries(method).map(([key, text]) => (
          <div key={key}>
            <dt className="text-xs text-ink-3">{key}</dt>
            <dd className="m-0 text-ink-2">{text}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** Every key figure over a period, each down to the single things it was made of. */
function KeyFigures() {
  const { days = DAYS[0] } = useSearch({ from: "/business" });
  const navigate = useNavigate({ from: "/business" });
  const kpis = useQuery(queries.kpis(days));
  return (
    <section aria-labelledby="key-figures" className="mt-6">
      <div className="mb-3 flex flex-wrap items-center gap-3">
        <h2 id="key-figures" className="m-0 text-lg font-semibold">
          {t("kpi.title")}
        </h2>
        <FilterChip label={t("kpi.period")} value={String(days)} choices={DAYS.map((value) => ({ value: String(value), label: t("kpi.days", { days: value }) }))} onChange={(value) => void navigate({ search: (search) => ({ ...search, days: Number(value) }), resetScroll: false })} />
      </div>
      <Loaded query={kpis} lines={10}>
        {(loaded) => (
          <div className="grid items-start gap-4 lg:grid-cols-2 2xl:grid-cols-3">
            {loaded.items.map((kpi) => (
              <KeyFigure key={kpi.id} kpi={kpi} />
            ))}
          </div>
        )}
      </Loaded>
    </section>
  );
}

/** What it costs, what it saved, and how that was computed. */
export function BusinessPage() {
  const { report } = useSearch({ from: "/business" });
  const dashboard = useQuery(queries.executiveDashboard());
  const method = (dashboard.data?.method ?? {}) as Record<string, string>;
  return (
    <Page
      title={t("nav.business")}
      about={t("business.as_of", { day: day(new Date()) })}
      actions={
        <Button onClick={() => print()}>
          <Printer size={14} aria-hidden /> {t("business.print")}
        </Button>
      }
    >
      <Loaded query={dashboard} lines={10}>
        {(loaded) => (
          <>
            <Figures dashboard={loaded} method={(key) => method[key]} />
            <Panels dashboard={loaded} />
            <div className="mt-4">
              <Reports wanted={report} />
            </div>
            <KeyFigures />
            <Methods method={method} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
