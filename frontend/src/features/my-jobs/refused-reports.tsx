import { useState } from "react";
import { TriangleAlert } from "lucide-react";
import { ApiError } from "@/api/problem";
import type { Appointment } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { InlineFailure } from "@/components/ui/states";
import { useDiscard, type Report } from "@/features/my-jobs/api";
import { ReportForm } from "@/features/my-jobs/report-form";
import { name, t } from "@/lib/i18n";
import type { WaitingReport } from "@/lib/offline-jobs";

type Refused = WaitingReport<Report>;

function RefusedReport({ report, appointment }: { report: Refused; appointment: Appointment | undefined }) {
  const discard = useDiscard();
  const [isEditing, setEditing] = useState(false);
  const component = report.body.findings[0]?.component ?? appointment?.component;
  return (
    <li className="grid gap-3 px-4 py-3">
      <div className="flex flex-wrap items-center gap-3">
        <TriangleAlert size={16} aria-hidden className="text-critical-ink" />
        <div className="min-w-0 flex-1">
          <p className="m-0">
            <b className="font-semibold">{t("jobs.refused")}</b>: {[appointment?.vehicle_id, name("component", component)].filter(Boolean).join(", ")}
          </p>
          {report.refusal && <InlineFailure error={new ApiError(report.refusal)} />}
        </div>
        {!isEditing && <Button onClick={() => setEditing(true)}>{t("jobs.edit")}</Button>}
        <ConfirmButton label={t("jobs.discard")} really={t("jobs.discard_now")} busy={discard.isPending} error={discard.error} act={() => discard.mutate(report.id)} />
      </div>
      {isEditing && <ReportForm id={report.id} component={component} appointment={appointment} draft={report.body} close={() => setEditing(false)} />}
    </li>
  );
}

/** Reports that the server did not take, with its reason. They are not sent again before the technician has corrected them. */
export function RefusedReports({ reports, appointments }: { reports: Refused[]; appointments: Appointment[] }) {
  if (reports.length === 0) return null;
  return (
    <ul className="m-0 mb-3 list-none divide-y divide-line rounded-lg border border-critical bg-panel p-0">
      {reports.map((report) => (
        <RefusedReport key={report.id} report={report} appointment={appointments.find((one) => one.appointment_id === report.id)} />
      ))}
    </ul>
  );
}
