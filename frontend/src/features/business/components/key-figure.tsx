import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Kpi, KpiRow } from "@/api/queries";
import { CourseChart } from "@/components/charts/course-chart";
import { Button } from "@/components/ui/button";
import { Method } from "@/components/ui/kpi";
import { Loaded } from "@/components/ui/panel";
import { businessQueries } from "@/features/business/api";
import { moment, money, moneys } from "@/lib/format";
import { kpiName, plain, shown } from "@/lib/kpi";
import { name, t, tn } from "@/lib/i18n";

/** What the figure is made of: each of its numbers under the sentence that says what it is. */
function Parts({ kpi }: { kpi: Kpi }) {
  const parts: [string, string][] = [
    ...Object.entries(kpi.amounts).map(([key, value]): [string, string] => [kpi.method.amounts[key] ?? name("service", key), moneys(value)]),
    ...Object.entries(kpi.numbers).map(([key, value]): [string, string] => [kpi.method.numbers[key] ?? name("service", key), plain(value)]),
  ];
  return (
    <dl className="m-0 grid gap-1 text-sm">
      {parts.map(([text, value]) => (
        <div key={text} className="grid grid-cols-[minmax(0,1fr)_auto] gap-3">
          <dt className="text-ink-2">{text}</dt>
          <dd className="m-0 font-semibold">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Row({ row }: { row: KpiRow }) {
  const amounts = Object.entries(row.amounts).map(([key, value]) => `${name("service", key)} ${money(value)}`);
  const numbers = Object.entries(row.numbers).map(([key, value]) => `${name("service", key)} ${plain(value)}`);
  return (
    <tr>
      <td className="whitespace-nowrap">{moment(row.time)}</td>
      <td>
        {row.vehicle_id && (
          <Link to="/vehicles/$vehicleId" params={{ vehicleId: row.vehicle_id }} search={{ component: row.component ?? undefined }} className="link whitespace-nowrap">
            {row.vehicle_id}
          </Link>
        )}
        {row.component && <small className="block text-ink-3">{name("component", row.component)}</small>}
      </td>
      <td>{name("status", row.kind)}</td>
      <td className="text-ink-2">{[...amounts, ...numbers].join(" · ")}</td>
    </tr>
  );
}

/** The single things that the figure was made of. */
function Rows({ path }: { path: string }) {
  const rows = useQuery(businessQueries.rows(path));
  return (
    <Loaded query={rows} lines={4} compact isEmpty={(loaded) => loaded.items.length === 0} empty={<p className="m-0 text-ink-2">{t("kpi.no_rows")}</p>}>
      {(loaded) => (
        <div className="max-h-80 overflow-auto" tabIndex={0} role="region" aria-label={t("kpi.rows")}>
          <table className="data-table">
            <thead>
              <tr>
                <th>{t("col.time")}</th>
                <th>{t("col.vehicle")}</th>
                <th>{t("kpi.counted")}</th>
                <th>{t("kpi.value")}</th>
              </tr>
            </thead>
            <tbody>
              {loaded.items.map((row) => (
                <Row key={`${row.id}${row.time}${row.kind}`} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Loaded>
  );
}

/** The figure of each group, where the method cuts it into groups. */
function Breakdown({ kpi }: { kpi: Kpi }) {
  if (kpi.breakdown.length < 2) return null;
  return (
    <details className="text-sm">
      <summary className="text-ink-2">{kpi.method.breakdown || t("kpi.breakdown")}</summary>
      <dl className="m-0 mt-2 grid gap-1">
        {kpi.breakdown.map((slice) => (
          <div key={slice.of} className="grid grid-cols-[minmax(0,1fr)_auto_72px] gap-3">
            <dt className="text-ink-2">{name("component", slice.of)}</dt>
            <dd className="m-0 font-semibold">{shown(kpi, slice.value)}</dd>
            <dd className="m-0 text-right text-ink-3">{tn("kpi.n", slice.n)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** One key figure: its value and what it rests on, its course, its parts, its method, and the single things it was made of. */
export function KeyFigure({ kpi }: { kpi: Kpi }) {
  const [isOpen, setOpen] = useState(false);
  const title = kpiName(kpi);
  return (
    <section aria-label={title} className="relative grid min-w-0 content-start gap-3 rounded-lg border border-line bg-panel p-4 shadow-panel">
      <div>
        <h3 className="m-0 pr-6 text-base font-semibold">{title}</h3>
        <div className="flex flex-wrap items-baseline gap-x-3">
          <span className="text-2xl font-[650] tracking-[-0.02em]">{shown(kpi, kpi.value)}</span>
          <span className="text-sm text-ink-3">
            {tn("kpi.n", kpi.n)}
            {kpi.previous != null && ` · ${t("kpi.before", { value: shown(kpi, kpi.previous) })}`}
          </span>
        </div>
      </div>
      <Method text={kpi.method.text} />
      {kpi.series.length > 1 && <CourseChart label={title} points={kpi.series} show={(value) => shown(kpi, value)} />}
      <Parts kpi={kpi} />
      <Breakdown kpi={kpi} />
      <Button look="quiet" aria-expanded={isOpen} aria-label={`${t("kpi.drill")}: ${title}`} className="justify-self-start" onClick={() => setOpen(!isOpen)}>
        {t("kpi.drill")}
      </Button>
      {isOpen && <Rows path={kpi.rows} />}
    </section>
  );
}
