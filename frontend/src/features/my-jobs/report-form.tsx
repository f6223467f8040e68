import { useState, type FormEvent } from "react";
import { Minus, Plus } from "lucide-react";
import type { Appointment, Job } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { SelectField, TextArea, TextField } from "@/components/ui/field";
import { InlineFailure } from "@/components/ui/states";
import { useReport } from "@/features/my-jobs/api";
import { name, t } from "@/lib/i18n";
import { useUser } from "@/lib/session";

const VERDICTS = ["CONFIRMED", "OTHER_CAUSE", "NOT_FOUND"];
const ACTIONS = ["REPLACED", "REPAIRED", "ADJUSTED", "NONE"];

interface ReportFormProps {
  job: Job;
  appointment: Appointment | undefined;
  close: () => void;
}

/** A number as people type it, with comma or point; empty is none. */
export function typedNumber(text: string): number | null {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() === "" || !Number.isFinite(value) || value < 0 ? null : value;
}

function PartsUsed({ parts, change }: { parts: Map<string, number>; change: (code: string, quantity: number) => void }) {
  return (
    <fieldset className="m-0 border-0 p-0">
      <legend className="mb-1 text-sm font-medium text-ink-2">{t("report.parts")}</legend>
      <ul className="m-0 grid list-none gap-2 p-0">
        {[...parts].map(([code, quantity]) => (
          <li key={code} className="flex items-center gap-2">
            <span className="flex-1">{code.replaceAll("_", " ")}</span>
            <Button aria-label={t("report.less", { part: code })} onClick={() => change(code, Math.max(0, quantity - 1))}>
              <Minus size={14} aria-hidden />
            </Button>
            <output className="w-8 text-center font-semibold">{quantity}</output>
            <Button aria-label={t("report.more", { part: code })} onClick={() => change(code, quantity + 1)}>
              <Plus size={14} aria-hidden />
            </Button>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

/** What was found, what was done, which parts, what it cost. Sent now, or kept until the network is back. */
export function ReportForm({ job, appointment, close }: ReportFormProps) {
  const user = useUser();
  const report = useReport(user?.user_id ?? "");
  const [verdict, setVerdict] = useState("CONFIRMED");
  const [action, setAction] = useState("REPLACED");
  const [notes, setNotes] = useState("");
  const [cost, setCost] = useState(appointment?.price ? (appointment.price.amount_minor / 100).toFixed(2) : "");
  const [odometer, setOdometer] = useState("");
  const [parts, setParts] = useState(new Map(appointment?.parts.map((part) => [part.part_code, part.quantity])));
  const currency = appointment?.price?.currency ?? "EUR";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const used = [...parts].filter(([, quantity]) => quantity > 0).map(([part_code, quantity]) => ({ part_code, quantity }));
    const finding = { component: job.component ?? "engine", verdict, action, parts: action === "NONE" ? [] : used, notes: notes.trim() || null };
    const body = { findings: [finding], cost: { amount_minor: Math.round((typedNumber(cost) ?? 0) * 100), currency }, odometer_km: typedNumber(odometer) };
    report.mutate({ id: job.appointment_id, body }, { onSuccess: close });
  };
  const choices = (group: "verdict" | "action", values: string[]) => values.map((value) => ({ value, label: name(group, value) }));
  return (
    <form onSubmit={submit} aria-label={t("jobs.report")} className="grid gap-4 border-t border-line pt-4">
      <div className="grid gap-4 md:grid-cols-2">
        <SelectField label={t("report.verdict")} choices={choices("verdict", VERDICTS)} value={verdict} onChange={(event) => (setVerdict(event.target.value), event.target.value === "NOT_FOUND" && setAction("NONE"))} />
        <SelectField label={t("report.action")} choices={choices("action", ACTIONS)} value={action} onChange={(event) => setAction(event.target.value)} />
      </div>
      {parts.size > 0 && action !== "NONE" && <PartsUsed parts={parts} change={(code, quantity) => setParts(new Map(parts).set(code, quantity))} />}
      <div className="grid gap-4 md:grid-cols-2">
        <TextField label={`${t("report.cost")}, ${currency}`} inputMode="decimal" required pattern="[0-9]+([.,][0-9]{1,2})?" value={cost} onChange={(event) => setCost(event.target.value)} />
        <TextField label={t("report.odometer")} inputMode="decimal" pattern="[0-9]*([.,][0-9]+)?" value={odometer} onChange={(event) => setOdometer(event.target.value)} />
      </div>
      <TextArea label={t("report.notes")} maxLength={2000} value={notes} onChange={(event) => setNotes(event.target.value)} />
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" look="primary" large busy={report.isPending}>
          {t("report.send")}
        </Button>
        <Button large look="quiet" onClick={close}>
          {t("fleet.close")}
        </Button>
        <InlineFailure error={report.error} />
      </div>
    </form>
  );
}
