import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ChevronDown, Download, Mail } from "lucide-react";
import type { AnalyticsTypes, ReportSchedule } from "@/api/queries";
import { usePersonName } from "@/api/people";
import { Button } from "@/components/ui/button";
import { SelectField } from "@/components/ui/field";
import { Loaded, Panel } from "@/components/ui/panel";
import { Empty, InlineFailure } from "@/components/ui/states";
import { businessQueries, DAYS, FORMATS, useDownload, useReport, useWeekly, type Format } from "@/features/business/api";
import { cn } from "@/lib/cn";
import { day, visit } from "@/lib/format";
import { dayBefore } from "@/lib/week";
import { deliveryReason, LOCALES, name, t, type Locale } from "@/lib/i18n";

const KINDS = ["executive", "fleet"];
/** A language by its own name, of a locale such as `de-AT`. */
const language = (locale: string) => LOCALES[locale.slice(0, 2).toLowerCase() as Locale] ?? locale;
const kindName = (kind: string) => t(kind === "fleet" ? "reports.fleet" : "reports.executive");

function Schedule({ schedule }: { schedule: ReportSchedule }) {
  const person = usePersonName(schedule.recipient_ids);
  const { end } = useWeekly();
  return (
    <li className="flex flex-wrap items-center gap-x-3">
      <span className="flex-1">
        {kindName(schedule.kind)}, {schedule.format.toUpperCase()}, {language(schedule.locale)}
        <span className="text-ink-3"> · {t("reports.next", { when: visit(schedule.due_at), whom: schedule.recipient_ids.map(person).join(", ") })}</span>
      </span>
      <Button look="quiet" busy={end.isPending} onClick={() => end.mutate(schedule.schedule_id)}>
        {t("consents.end")}
      </Button>
      <InlineFailure error={end.error} />
    </li>
  );
}

function Weekly({ kind, format }: { kind: string; format: Format }) {
  const schedules = useQuery(businessQueries.schedules());
  const { begin } = useWeekly();
  return (
    <div className="grid gap-2">
      <Loaded query={schedules} lines={1} compact>
        {(loaded) => (
          <ul className="m-0 grid list-none gap-1 p-0 text-sm">
            {loaded.items.map((schedule) => (
              <Schedule key={schedule.schedule_id} schedule={schedule} />
            ))}
          </ul>
        )}
      </Loaded>
      <div className="flex items-center gap-3">
        <Button busy={begin.isPending} onClick={() => begin.mutate({ kind, format })}>
          <Mail size={14} aria-hidden /> {t("reports.weekly")}
        </Button>
        <InlineFailure error={begin.error} />
      </div>
    </div>
  );
}

type Report = AnalyticsTypes["schemas"]["ReportBody"];

/** The mails about a weekly report, each with what became of it. */
function Mailed({ report }: { report: Report }) {
  const mailed = useQuery(businessQueries.mailed(report.report_id));
  const person = usePersonName(mailed.data?.items.map((mail) => mail.recipient_id) ?? []);
  return (
    <Loaded query={mailed} lines={1} compact>
      {(loaded) => (
        <ul className="m-0 list-none p-0 text-sm text-ink-2">
          {loaded.items.length === 0 && <li>{t("reports.mailed.nobody")}</li>}
          {loaded.items.map((mail) => (
            <li key={mail.delivery_id}>
              {person(mail.recipient_id)}: {name("status", mail.status)}
              {mail.reason && ` · ${deliveryReason(mail.reason)}`}
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}

function MadeReport({ report, isWanted }: { report: Report; isWanted: boolean }) {
  const saving = useDownload();
  const [isOpen, setOpen] = useState(false);
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isWanted) line.current?.scrollIntoView({ block: "center" });
  }, [isWanted]);
  const label = `${kindName(report.kind)}, ${day(report.from)} – ${day(dayBefore(report.to))}`;
  return (
    <li
      ref={line}
      aria-current={isWanted || undefined}
      className={cn("grid gap-1 rounded-md px-2 py-1", isWanted && "bg-accent-soft")}
    >
      <div className="flex flex-wrap items-center gap-x-3">
        <span className="flex-1">
          {label}
          <span className="text-ink-3">
            {" "}
            · {visit(report.generated_at)} · {language(report.locale)}
          </span>
        </span>
        {report.schedule_id && (
          <Button look="quiet" aria-expanded={isOpen} aria-label={`${t("reports.mailed")} ${label}`} onClick={() => setOpen(!isOpen)}>
            <ChevronDown size={14} aria-hidden className={isOpen ? "rotate-180" : undefined} /> {t("reports.mailed")}
          </Button>
        )}
        <Button look="quiet" busy={saving.isPending} aria-label={`${t("reports.download", { format: report.format.toUpperCase() })} ${label}`} onClick={() => saving.mutate(report)}>
          <Download size={14} aria-hidden /> {report.format.toUpperCase()}
        </Button>
      </div>
      {isOpen && <Mailed report={report} />}
      <InlineFailure error={saving.error} />
    </li>
  );
}

/** What was made before, newest first; a mail leads to one of them. */
function Made({ wanted }: { wanted?: string }) {
  const made = useQuery(businessQueries.made());
  return (
    <Loaded query={made} lines={2} compact>
      {(loaded) =>
        loaded.items.length === 0 ? (
          <Empty title={t("reports.made.none")} />
        ) : (
          <ul aria-label={t("reports.made")} className="m-0 grid max-h-72 list-none gap-1 overflow-y-auto p-0 text-sm">
            {loaded.items.map((report) => (
              <MadeReport key={report.report_id} report={report} isWanted={report.report_id === wanted} />
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

/** Reports: made on demand as a file, or sent to the person each week. `wanted` is the one that a mail leads to. */
export function Reports({ wanted }: { wanted?: string }) {
  const [kind, setKind] = useState("executive");
  const [format, setFormat] = useState<Format>("pdf");
  const [days, setDays] = useState<number>(DAYS[0]);
  const report = useReport();
  return (
    <Panel title={t("reports.title")}>
      <div className="grid gap-3 px-4 pb-4">
        <div className="flex flex-wrap items-end gap-3">
          <SelectField label={t("reports.kind")} value={kind} choices={KINDS.map((value) => ({ value, label: kindName(value) }))} onChange={(event) => setKind(event.target.value)} />
          <SelectField label={t("kpi.period")} value={days} choices={DAYS.map((value) => ({ value: String(value), label: t("kpi.days", { days: value }) }))} onChange={(event) => setDays(Number(event.target.value))} />
          <SelectField label={t("reports.format")} value={format} choices={FORMATS.map((value) => ({ value, label: value.toUpperCase() }))} onChange={(event) => setFormat(event.target.value as Format)} />
          <Button look="primary" busy={report.isPending} onClick={() => report.mutate({ kind, format, days })}>
            <Download size={14} aria-hidden /> {t("reports.download", { format: format.toUpperCase() })}
          </Button>
        </div>
        {report.data && (
          <p role="status" className="m-0 text-sm text-excellent-ink">
            {t("reports.saved", { file: report.data.file_name })}
          </p>
        )}
        <InlineFailure error={report.error} />
        <Weekly kind={kind} format={format} />
        <h3 className="m-0 text-sm font-semibold">{t("reports.made")}</h3>
        <Made wanted={wanted} />
      </div>
    </Panel>
  );
}
