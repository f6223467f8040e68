import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { ZoomOut } from "lucide-react";
import { ChartTable } from "@/components/charts/chart-table";
import { SignalChart } from "@/components/charts/signal-chart";
import { Button } from "@/components/ui/button";
import { FilterChip } from "@/components/ui/field";
import { Loaded, Panel } from "@/components/ui/panel";
import { Empty } from "@/components/ui/states";
import { vehicleQueries } from "@/features/vehicle/api";
import { ago, moment, number, timeZone } from "@/lib/format";
import { signalName, t } from "@/lib/i18n";
import { unitName } from "@/lib/vehicle";

const RANGES = { day: 1, week: 7, month: 30, year: 365 } as const;
const DAY_MS = 86_400_000;
/** As many points as a wide screen has pixels for. */
const POINTS = 600;

/** The range in the address, or the last day up to the newest reading; rounded, so that a re-render asks for nothing new. */
function useRange(newest: string | null | undefined): { from: string; to: string } {
  const { from, to } = useSearch({ from: "/vehicles/$vehicleId" });
  return useMemo(() => {
    if (from && to) return { from, to };
    const end = new Date(newest ?? Date.now()).getTime();
    return { from: new Date(end - DAY_MS).toISOString(), to: new Date(end).toISOString() };
  }, [from, to, newest]);
}

/** Any signal over any time: dragging zooms and asks again at the resolution that fits. */
export function TelemetryExplorer({ id }: { id: string }) {
  const search = useSearch({ from: "/vehicles/$vehicleId" });
  const navigate = useNavigate({ from: "/vehicles/$vehicleId" });
  const latest = useQuery(vehicleQueries.latest(id));
  const codes = useQuery(vehicleQueries.codes(id));
  // The end stands still while the page is open: live readings must not move a chart under the reader's eyes.
  const [end, setEnd] = useState<string | null>(null);
  useEffect(() => {
    if (latest.data?.time && !end) setEnd(latest.data.time);
  }, [latest.data?.time, end]);
  const signals = Object.keys(latest.data?.signals ?? {});
  const signal = search.signal ?? signals.find((path) => path === "Vehicle.Speed") ?? signals[0] ?? "";
  const { from, to } = useRange(end);
  const history = useQuery({ ...vehicleQueries.signal(id, signal, from, to, POINTS), enabled: signal !== "" && (end !== null || Boolean(search.from)), placeholderData: keepPreviousData });
  const marks = useMemo(() => codes.data?.items.map((code) => ({ time: code.first_seen, label: code.code })), [codes.data]);
  const show = (change: Partial<typeof search>) => void navigate({ search: (old) => ({ ...old, ...change }), resetScroll: false, replace: true });
  const reading = latest.data?.signals[signal];
  const range = (name: keyof typeof RANGES) => {
    const last = new Date(end ?? Date.now());
    show({ from: new Date(last.getTime() - RANGES[name] * DAY_MS).toISOString(), to: last.toISOString() });
  };
  return (
    <div id="telemetry" className="scroll-mt-16">
      <Panel
        title={t("telemetry.title")}
        note={reading && t("telemetry.latest", { value: number(reading.value, 1), unit: unitName(reading.unit), ago: ago(reading.time) })}
        actions={
          <>
            <FilterChip label={t("telemetry.signal")} value={signal} choices={signals.map((path) => ({ value: path, label: signalName(path) })).sort((a, b) => a.label.localeCompare(b.label))} onChange={(path) => show({ signal: path })} />
            {(Object.keys(RANGES) as (keyof typeof RANGES)[]).map((name) => (
              <Button key={name} look="quiet" onClick={() => range(name)}>
                {t(`telemetry.${name}`)}
              </Button>
            ))}
            {search.from && (
              <Button look="quiet" aria-label={t("telemetry.reset")} title={t("telemetry.reset")} onClick={() => show({ from: undefined, to: undefined })}>
                <ZoomOut size={14} aria-hidden />
              </Button>
            )}
          </>
        }
      >
        <div className="px-4 pt-1 pb-3">
          {signals.length === 0 && !latest.isPending && !latest.isError ? (
            <Empty title={t("telemetry.never")} />
          ) : (
            <Loaded query={latest.isError ? (latest as never) : history} lines={8} isEmpty={(loaded) => loaded.buckets.length === 0} empty={<Empty title={t("telemetry.empty")}>{t("telemetry.empty.text")}</Empty>}>
              {(loaded) => (
                <ChartTable
                  raised={false}
                  label={signalName(signal)}
                  columns={[t("col.time"), t("telemetry.min"), t("telemetry.mean"), t("telemetry.max")]}
                  rows={loaded.buckets.map((bucket) => [moment(bucket.time), number(bucket.min, 2), number(bucket.mean, 2), number(bucket.max, 2)])}
                >
                  <SignalChart history={loaded} label={signalName(signal)} marks={marks} onZoom={(start, stop) => show({ from: start.toISOString(), to: stop.toISOString() })} />
                </ChartTable>
              )}
            </Loaded>
          )}
          {history.data && (
            <p className="m-0 mt-1 text-xs text-ink-3">
              {unitName(history.data.unit)} · {moment(from)} – {moment(to)} · {timeZone()} · {t("telemetry.resolution", { seconds: number(history.data.bucket_seconds) })}
            </p>
          )}
        </div>
      </Panel>
    </div>
  );
}
