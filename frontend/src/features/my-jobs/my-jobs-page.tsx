import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { ArrowLeft, CloudUpload } from "lucide-react";
import { queries, type Appointment, type Job } from "@/api/queries";
import { Page } from "@/components/layouts/page";
import { Severity } from "@/components/ui/band";
import { Button } from "@/components/ui/button";
import { Panel, Loaded, QueryPanel } from "@/components/ui/panel";
import { Empty, InlineFailure } from "@/components/ui/states";
import { jobQueries, useStart, useWaitingReports, type Report } from "@/features/my-jobs/api";
import { RefusedReports } from "@/features/my-jobs/refused-reports";
import { ReportForm } from "@/features/my-jobs/report-form";
import { cn } from "@/lib/cn";
import { clock, money, number, visit } from "@/lib/format";
import { failureMode, name, said, t, tn } from "@/lib/i18n";
import type { WaitingReport } from "@/lib/offline-jobs";
import { useUser } from "@/lib/session";
import { useKept } from "@/lib/use-kept";

const DONE = ["COMPLETED", "CANCELLED"];

function WaitingReports({ userId, appointments }: { userId: string; appointments: Appointment[] }) {
  const { waiting, refused, sending } = useWaitingReports(userId);
  return (
    <>
      <RefusedReports reports={refused} appointments={appointments} />
      {waiting.length > 0 && (
        <div role="status" className="mb-3 flex flex-wrap items-center gap-3 rounded-lg bg-fair-soft px-4 py-2 text-fair-ink">
          <CloudUpload size={16} aria-hidden />
          <span className="flex-1">{tn("jobs.waiting", waiting.length)}</span>
          <Button busy={sending.isPending} onClick={() => sending.mutate()}>
            {t("jobs.send_now")}
          </Button>
          <InlineFailure error={sending.error} />
        </div>
      )}
    </>
  );
}

function JobRow({ job, chosen, choose, isWaiting }: { job: Job; chosen: boolean; choose: () => void; isWaiting: boolean }) {
  return (
    <li>
      <button
        type="button"
        onClick={choose}
        aria-current={chosen ? "true" : undefined}
        className={cn("grid w-full grid-cols-[auto_minmax(0,1fr)_auto] items-baseline gap-x-3 border-0 bg-transparent px-4 py-3 text-left text-ink hover:bg-sunken", chosen && "bg-accent-soft hover:bg-accent-soft")}
      >
        <time dateTime={job.starts_at ?? undefined} className="font-semibold">
          {clock(job.starts_at)}
        </time>
        <span className="min-w-0">
          <b className="font-semibold">{job.vehicle_id}</b> <span className="inline-block text-ink-2">{name("component", job.component)}</span>
          <span className="block truncate text-sm text-ink-2">{job.failure_mode ? failureMode(job.failure_mode, said(job.decision)) : said(job.decision)}</span>
        </span>
        <span className="text-right text-sm text-ink-3">{isWaiting ? t("jobs.reported") : job.state === "SCHEDULED" ? visit(job.starts_at).replace(/ [\d:]+( [AP]M)?$/, "") : name("status", job.state)}</span>
      </button>
    </li>
  );
}

function Facts({ job, appointment }: { job: Job; appointment: Appointment | undefined }) {
  const centers = useQuery(queries.centers());
  const center = centers.data?.items.find((one) => one.center_id === job.center_id)?.name ?? job.center_id;
  const facts: [string, string][] = [
    [t("col.visit"), `${visit(job.starts_at)} – ${clock(job.ends_at)}`],
    [t("jobs.bay"), [center, job.bay_id?.replace("_", " ")].filter(Boolean).join(" · ")],
    [t("alerts.labour"), `${number(appointment?.labour_hours, 1)} h`],
    [t("jobs.price"), money(appointment?.price)],
  ];
  return (
    <dl className="m-0 grid grid-cols-2 gap-x-6 gap-y-2 md:grid-cols-4">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt className="text-xs text-ink-3">{label}</dt>
          <dd className="m-0">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function JobDetail({ job, appointment, report }: { job: Job; appointment: Appointment | undefined; report: WaitingReport<Report> | undefined }) {
  const start = useStart();
  const [isReporting, setReporting] = useState(false);
  const state = appointment?.status ?? job.state;
  const isOpen = !DONE.includes(state) && !report;
  return (
    <Panel>
      <div className="grid gap-4 p-4">
        <div>
          <div className="flex flex-wrap items-center gap-x-3">
            <Link to="/vehicles/$vehicleId" params={{ vehicleId: job.vehicle_id }} search={{ component: job.component ?? undefined }} className="link text-lg font-semibold">
              {job.vehicle_id}
            </Link>
            <span className="text-ink-2">{name("component", job.component)}</span>
            {job.severity && <Severity severity={job.severity} />}
            <span className="ml-auto text-sm text-ink-3">{name("status", state)}</span>
          </div>
          <h2 className="m-0 mt-1 text-xl font-semibold">{said(job.decision) || name("service", job.service_code)}</h2>
        </div>
        <Facts job={job} appointment={appointment} />
        {job.recommended_action && (
          <div>
            <h3 className="m-0 mb-1 text-xs font-medium text-ink-3">{t("jobs.test")}</h3>
            <p className="m-0">{said(job.recommended_action)}</p>
          </div>
        )}
        {appointment && appointment.parts.length > 0 && (
          <div>
            <h3 className="m-0 mb-1 text-xs font-medium text-ink-3">{t("jobs.parts")}</h3>
            <ul className="m-0 list-disc pl-4">
              {appointment.parts.map((part) => (
                <li key={part.part_code}>
                  {number(part.quantity)} × {part.part_code === job.component ? name("component", job.component) : part.part_code.replaceAll("_", " ")}
                </li>
              ))}
            </ul>
          </div>
        )}
        {job.why && <p className="m-0 text-sm text-ink-3">{said(job.why)}</p>}
        {report && <p className={cn("m-0", report.refusal ? "text-critical-ink" : "text-fair-ink")}>{t(report.refusal ? "jobs.refused.text" : "jobs.reported.text")}</p>}
        {isOpen && appointment?.provisional && <p className="m-0 font-medium">{t("schedule.provisional")}</p>}
        {isOpen && !appointment?.provisional && !isReporting && (
          <div className="flex flex-wrap gap-2">
            {state === "SCHEDULED" && (
              <Button large look="primary" busy={start.isPending} onClick={() => start.mutate(job.appointment_id)}>
                {t("jobs.start")}
              </Button>
            )}
            <Button large look={state === "SCHEDULED" ? "plain" : "primary"} onClick={() => setReporting(true)}>
              {t("jobs.report")}
            </Button>
            <InlineFailure error={start.error} />
          </div>
        )}
        {isReporting && isOpen && <ReportForm id={job.appointment_id} component={job.component} appointment={appointment} close={() => setReporting(false)} />}
        {appointment?.findings && appointment.findings.length > 0 && (
          <ul className="m-0 list-disc pl-4 text-ink-2">
            {appointment.findings.map((finding, index) => (
              <li key={index}>
                {name("component", finding.component)}: {name("verdict", finding.verdict)}, {name("action", finding.action)} {finding.notes && `· ${finding.notes}`}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}

/** Today's jobs, why each vehicle is here, what to test, and the report; it works without a network. */
export function MyJobsPage() {
  const user = useUser();
  const id = user?.user_id ?? "";
  const search = useSearch({ from: "/my-jobs" });
  const navigate = useNavigate({ from: "/my-jobs" });
  const dashboard = useQuery(jobQueries.dashboard(id));
  const visits = useQuery(jobQueries.visits(id));
  const waiting = useQuery(jobQueries.waiting(id));
  const jobs = [...(dashboard.data?.jobs ?? [])].sort((a, b) => (a.starts_at ?? "").localeCompare(b.starts_at ?? ""));
  const open = jobs.filter((job) => !DONE.includes(job.state));
  // A job that is done stays on screen with what was found; the next one is the technician's to open.
  const kept = useKept(open.map((job) => job.appointment_id), "", (one) => jobs.some((job) => job.appointment_id === one));
  const shown = jobs.find((job) => job.appointment_id === (search.id ?? kept));
  const choose = (next: string | undefined) => void navigate({ search: { id: next }, resetScroll: false });
  const reportOf = (job: Job) => waiting.data?.find((report) => report.id === job.appointment_id);
  return (
    <Page title={t("nav.my-jobs")} about={dashboard.data && tn("jobs.open", open.length)}>
      <WaitingReports userId={id} appointments={visits.data?.items ?? []} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(280px,380px)_minmax(0,1fr)]">
        <QueryPanel query={dashboard} lines={6} className={search.id ? "max-lg:hidden" : ""} isEmpty={() => jobs.length === 0} empty={<Empty title={t("jobs.none")}>{t("jobs.none.text")}</Empty>}>
          {() => (
            <ul className="m-0 list-none divide-y divide-line p-0">
              {[...open, ...jobs.filter((job) => DONE.includes(job.state))].map((job) => (
                <JobRow key={job.appointment_id} job={job} chosen={job === shown} choose={() => choose(job.appointment_id)} isWaiting={reportOf(job) !== undefined} />
              ))}
            </ul>
          )}
        </QueryPanel>
        {shown && (
          <div className={search.id ? "" : "max-lg:hidden"}>
            <Button look="quiet" className="mb-2 lg:hidden" onClick={() => choose(undefined)}>
              <ArrowLeft size={15} aria-hidden /> {t("jobs.back")}
            </Button>
            <Loaded query={visits} lines={6}>
              {(loaded) => <JobDetail key={shown.appointment_id} job={shown} appointment={loaded.items.find((one) => one.appointment_id === shown.appointment_id)} report={reportOf(shown)} />}
            </Loaded>
          </div>
        )}
      </div>
    </Page>
  );
}
