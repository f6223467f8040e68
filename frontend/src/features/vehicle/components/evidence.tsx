import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import type { ComponentHealth, Decision } from "@/api/queries";
import { ChartTable } from "@/components/charts/chart-table";
import { Panel, Loaded } from "@/components/ui/panel";
import { Empty, Skeleton } from "@/components/ui/states";
import { vehicleQueries } from "@/features/vehicle/api";
import { moment, number, timeZone } from "@/lib/format";
import { signalName, t } from "@/lib/i18n";
import { unitName } from "@/lib/vehicle";

const SignalChart = lazy(() => import("@/components/charts/signal-chart").then((module) => ({ default: module.SignalChart })));

type Cited = NonNullable<Decision["reasoning"][number]["evidence"]>;

/** The chart shows as much before the cited window as lets it be compared. */
function around(evidence: Cited): { from: string; to: string } {
  const [from, to] = [new Date(evidence.from).getTime(), new Date(evidence.to).getTime()];
  const span = Math.max(to - from, 600_000);
  return { from: new Date(from - span * 3).toISOString(), to: new Date(Math.min(to + span * 0.5, Date.now())).toISOString() };
}

function CitedSignal({ id, evidence }: { id: string; evidence: Cited }) {
  const { from, to } = around(evidence);
  const signal = useQuery(vehicleQueries.signal(id, evidence.signal, from, to, 300));
  const unit = unitName(evidence.unit ?? "");
  return (
    <div className="px-4 pb-3">
      <p className="m-0 mb-2 text-ink-2">
        {evidence.text}{" "}
        <span className="text-ink-3">
          {t("evidence.observed", { observed: number(evidence.observed, 1), unit })}
          {evidence.expected != null && ` · ${t("evidence.expected", { expected: number(evidence.expected, 1), unit })}`}
        </span>
      </p>
      <Loaded query={signal} lines={5} isEmpty={(history) => history.buckets.length === 0} empty={<Empty title={t("telemetry.empty")} />}>
        {(history) => (
          <ChartTable
            raised={false}
            label={signalName(evidence.signal)}
            columns={[t("col.time"), t("telemetry.min"), t("telemetry.mean"), t("telemetry.max")]}
            rows={history.buckets.map((bucket) => [moment(bucket.time), number(bucket.min, 1), number(bucket.mean, 1), number(bucket.max, 1)])}
          >
            <Suspense fallback={<Skeleton lines={5} />}>
              <SignalChart history={history} label={signalName(evidence.signal)} height={172} window={evidence} expected={evidence.expected} />
            </Suspense>
          </ChartTable>
        )}
      </Loaded>
    </div>
  );
}

/** The telemetry that the diagnosis rests on, the cited window highlighted. */
export function Evidence({ id, decision, component }: { id: string; decision?: Decision; component: ComponentHealth }) {
  const cited = decision?.reasoning.flatMap((reasoning) => (reasoning.evidence ? [reasoning.evidence] : [])) ?? [];
  const factor = component.risk_factors[0];
  const first = cited[0];
  return (
    <Panel title={t("evidence.title")} note={first ? `${signalName(first.signal)} · ${timeZone()}` : undefined}>
      {first ? <CitedSignal id={id} evidence={first} /> : <Empty title={t("evidence.none")}>{factor ? t("evidence.factors") : t("evidence.none.text")}</Empty>}
    </Panel>
  );
}
