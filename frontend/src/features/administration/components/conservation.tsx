import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Scale } from "lucide-react";
import { api, data } from "@/api/client";
import type { IngestionTypes } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { QueryPanel } from "@/components/ui/panel";
import { Empty, InlineFailure } from "@/components/ui/states";
import { moment, number } from "@/lib/format";
import { said, t } from "@/lib/i18n";

type Item = IngestionTypes["schemas"]["ItemWire"];
const COLUMNS = ["received", "stored", "duplicate", "quarantined", "rejected", "pending"] as const;

function Account() {
  const account = useQuery({ queryKey: ["telemetry", "conservation"], refetchInterval: 15_000, queryFn: () => data(api.GET("/api/v1/conservation")) });
  return (
    <QueryPanel
      title={t("data.account")}
      note={account.data && t(account.data.balanced ? "data.balanced" : "data.unbalanced")}
      query={account}
      lines={6}
      isEmpty={(loaded) => loaded.hours.length === 0}
      empty={<Empty title={t("data.none")} icon={<Scale size={22} strokeWidth={1.5} />} />}
    >
      {(loaded) => (
        <div className="max-h-96 overflow-auto" tabIndex={0} role="region" aria-label={t("data.account")}>
          <table className="data-table">
            <thead>
              <tr>
                <th>{t("data.hour")}</th>
                {COLUMNS.map((column) => (
                  <th key={column} className="num">
                    {t(`data.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {[...loaded.hours].reverse().map((hour) => (
                <tr key={hour.hour} className={hour.balanced ? "" : "bg-critical-soft"}>
                  <td className="whitespace-nowrap">{moment(hour.hour)}</td>
                  {COLUMNS.map((column) => (
                    <td key={column} className="num">
                      {number(hour[column])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </QueryPanel>
  );
}

function QuarantineRow({ item }: { item: Item }) {
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const replay = useMutation({
    mutationFn: () => data(api.POST("/api/v1/quarantine/{quarantine_id}/replay", { params: { path: { quarantine_id: item.quarantine_id } }, body: null })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["telemetry"] }),
  });
  return (
    <li className="grid gap-1 px-4 py-2.5">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <b className="font-semibold">{item.vehicle_id ?? "–"}</b>
        <span className="text-ink-2">{said(item.reason as never) || item.code}</span>
        <span className="ml-auto text-xs text-ink-3">{moment(item.quarantined_at)}</span>
      </div>
      <div className="flex gap-2">
        <Button look="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t("data.record")}
        </Button>
        {!item.replayed_at && (
          <Button look="quiet" busy={replay.isPending} onClick={() => replay.mutate()}>
            {t("data.replay")}
          </Button>
        )}
        <InlineFailure error={replay.error} />
      </div>
      {isOpen && (
        <pre tabIndex={0} className="m-0 max-h-48 overflow-auto rounded bg-sunken p-2 text-xs break-all whitespace-pre-wrap">
          {item.body}
        </pre>
      )}
    </li>
  );
}

function Quarantine() {
  const quarantine = useQuery({ queryKey: ["telemetry", "quarantine"], queryFn: () => data(api.GET("/api/v1/quarantine", { params: { query: { open: true, limit: 50 } } })) });
  return (
    <QueryPanel title={t("data.quarantine")} query={quarantine} isEmpty={(loaded) => loaded.items.length === 0} empty={<p className="m-0 px-4 pb-4 text-ink-2">{t("data.quarantine.none")}</p>}>
      {(loaded) => (
        <ul className="m-0 list-none divide-y divide-line p-0">
          {loaded.items.map((item) => (
            <QuarantineRow key={item.quarantine_id} item={item} />
          ))}
        </ul>
      )}
    </QueryPanel>
  );
}

interface ServiceState {
  service: string;
  url: string;
  ready: boolean;
}

function Services() {
  const services = useQuery({
    queryKey: ["services"],
    refetchInterval: 10_000,
    queryFn: async () => (await (await fetch("/status.json")).json()) as ServiceState[],
  });
  return (
    <QueryPanel title={t("data.services")} query={services}>
      {(loaded) => (
        <ul className="m-0 grid list-none gap-1 px-4 pb-4">
          {loaded.map((one) => (
            <li key={one.service} className="flex justify-between gap-3">
              <span>{one.service}</span>
              <span className={one.ready ? "text-excellent-ink" : "font-semibold text-critical-ink"}>{one.ready ? `● ${t("data.ready")}` : `■ ${t("data.down")}`}</span>
            </li>
          ))}
        </ul>
      )}
    </QueryPanel>
  );
}

/** Whether everything that was received is accounted for, what was put aside and why, and whether the services answer. */
export function Conservation() {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_320px]">
      <div className="grid min-w-0 gap-4">
        <Account />
        <Quarantine />
      </div>
      <Services />
    </div>
  );
}
