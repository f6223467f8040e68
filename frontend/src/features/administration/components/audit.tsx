import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { api, data } from "@/api/client";
import { usePersonName } from "@/api/people";
import type { AnalyticsTypes } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { DownloadButton } from "@/components/ui/download-button";
import { SelectField, TextField } from "@/components/ui/field";
import { Loaded, Panel } from "@/components/ui/panel";
import { Empty } from "@/components/ui/states";
import { exactly, moment } from "@/lib/format";
import { said, t } from "@/lib/i18n";

type Entry = AnalyticsTypes["schemas"]["EntryBody"] & { outcome?: string | null; method?: string | null; route?: string | null; status?: number | null; count?: number | null };

const OUTCOMES = ["DONE", "DENIED", "FAILED"] as const;

/** Done, refused, or tried and failed: never by colour alone. */
function Outcome({ entry }: { entry: Entry }) {
  if (!entry.outcome || entry.outcome === "DONE") return <span className="text-ink-3">{t("audit.outcome.DONE")}</span>;
  return <span className="font-semibold whitespace-nowrap text-critical-ink">■ {t(entry.outcome === "DENIED" ? "audit.outcome.DENIED" : "audit.outcome.FAILED")}</span>;
}

function Entries({ entries }: { entries: Entry[] }) {
  const person = usePersonName(entries.map((entry) => entry.actor_id));
  return (
    <div className="overflow-x-auto" tabIndex={0}>
      <table className="data-table">
        <thead>
          <tr>
            <th>{t("col.time")}</th>
            <th>{t("audit.type")}</th>
            <th>{t("audit.who")}</th>
            <th>{t("audit.outcome")}</th>
            <th>{t("col.vehicle")}</th>
            <th>{t("audit.what")}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.event_id}>
              <td className="whitespace-nowrap" title={exactly(entry.recorded_time)}>
                {moment(entry.recorded_time)}
              </td>
              <td className="whitespace-nowrap">{entry.type}</td>
              <td className="whitespace-nowrap">{entry.actor_id ? person(entry.actor_id) : t("audit.platform")}</td>
              <td>
                <Outcome entry={entry} />
              </td>
              <td>
                {entry.vehicle_id && (
                  <Link to="/vehicles/$vehicleId" params={{ vehicleId: entry.vehicle_id }} className="link whitespace-nowrap">
                    {entry.vehicle_id}
                  </Link>
                )}
              </td>
              <td className="min-w-60 text-ink-2">
                {said(entry.summary)}
                {entry.route && (
                  <small className="block break-all text-ink-3">
                    {[entry.method, entry.route, entry.status, (entry.count ?? 1) > 1 ? `${entry.count} ×` : null].filter(Boolean).join(" ")}
                  </small>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What happened in the tenant, newest first; what is loaded can be taken along as a file. */
export function Audit() {
  const search = useSearch({ from: "/administration" });
  const navigate = useNavigate({ from: "/administration" });
  const wanted = { q: search.q, outcome: search.outcome, type: search.type, actor_id: search.actor, vehicle_id: search.vehicle };
  const log = useInfiniteQuery({
    queryKey: ["people", "audit", wanted],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      data(api.GET("/api/v1/audit/logs", { params: { query: { ...wanted, limit: 100, cursor: pageParam } as never } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const entries = useMemo(() => log.data?.pages.flatMap((page) => page.items) ?? [], [log.data]);
  const filter = (change: Partial<typeof search>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  const asked = Object.entries(wanted).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return (
    <Panel
      title={t("admin.audit")}
      actions={
        <DownloadButton path={`/api/v1/audit/export?${new URLSearchParams([["format", "csv"], ...asked])}`} fallback="audit.csv" disabled={entries.length === 0}>
          {t("audit.export")}
        </DownloadButton>
      }
    >
      <div className="grid grid-cols-2 gap-3 px-4 pb-3 md:grid-cols-5">
        <TextField label={t("audit.search")} type="search" value={search.q ?? ""} onChange={(event) => filter({ q: event.target.value || undefined })} />
        <SelectField label={t("audit.outcome")} value={search.outcome ?? ""} choices={[{ value: "", label: t("audit.any") }, ...OUTCOMES.map((outcome) => ({ value: outcome, label: t(`audit.outcome.${outcome}`) }))]} onChange={(event) => filter({ outcome: event.target.value || undefined })} />
        <TextField label={t("audit.type")} placeholder="identity.user.changed" value={search.type ?? ""} onChange={(event) => filter({ type: event.target.value.trim() || undefined })} />
        <TextField label={t("audit.who")} placeholder="usr_…" value={search.actor ?? ""} onChange={(event) => filter({ actor: event.target.value.trim() || undefined })} />
        <TextField label={t("col.vehicle")} value={search.vehicle ?? ""} onChange={(event) => filter({ vehicle: event.target.value.trim() || undefined })} />
      </div>
      <Loaded query={log} lines={10} isEmpty={() => entries.length === 0} empty={<Empty title={t("audit.none")}>{t("audit.none.text")}</Empty>}>
        {() => <Entries entries={entries} />}
      </Loaded>
      {log.hasNextPage && (
        <Button look="quiet" className="m-2" busy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          {t("audit.more")}
        </Button>
      )}
    </Panel>
  );
}
