import { useState, type FormEvent } from "react";
import { Minus, Plus } from "lucide-react";
import type { Appointment } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { SelectField, TextArea, TextField } from "@/components/ui/field";
import { InlineFailure } from "@/components/ui/states";
import { useReport, type Report } from "@/features/my-jobs/api";
import { minorPerUnit } from "@/lib/format";
import { name, t } from "@/lib/i18n";
import { useUser } from "@/lib/session";

const VERDICTS = ["CONFIRMED", "OTHER_CAUSE", "NOT_FOUND"];
const ACTIONS = ["REPLACED", "REPAIRED", "ADJUSTED", "NONE"];

interface ReportFormProps {
  /** The visit's. */
  id: string;
  component: string | null | undefined;
  appointment: Appointment | undefined;
  /** What was written before and refused. */
  draft?: Report;
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

const decimals = (amount: { amount_minor: number; currency: string } | null | undefined) => (amount ? (amount.amount_minor / minorPerUnit(amount.currency)).toFixed(2) : "");

/** What the form begins with: what was written before, else the usual answer with what was planned. */
function beginning(appointment: Appointment | undefined, draft: Report | undefined) {
  const finding = draft?.findings[0];
  const planned = new Map(appointment?.parts.map((part) => [part.part_code, part.quantity]));
  const used = new Map(finding?.parts?.map((part) => [part.part_code, part.quantity]));
  const isOfParts = finding && finding.action !== "NONE";
  return {
    verdict: finding?.verdict ?? "CONFIRMED",
    action: finding?.action ?? "REPLACED",
    notes: finding?.notes ?? "",
    cost: decimals(draft?.cost ?? appointment?.price),
    odometer: draft?.odometer_km?.toString() ?? "",
    // A planned part that was not used is shown with none.
    parts: isOfParts ? new Map([...[...planned.keys()].map((code) => [code, 0] as const), ...used]) : planned,
  };
}

/** What was found, what was done, which parts, what it cost. Sent now, or kept until the network is back. */
export function ReportForm({ id, component, appointment, draft, close }: ReportFormProps) {
  const user = useUser();
  const report = useReport(user?.user_id ?? "");
  const [begun] = useState(() => beginning(appointment, draft));
  const [verdict, setVerdict] = useState(begun.verdict);
  const [action, setAction] = useState(begun.action);
  const [notes, setNotes] = useState(begun.notes);
  const [cost, setCost] = useState(begun.cost);
  const [odometer, setOdometer] = useState(begun.odometer);
  const [parts, setParts] = useState(begun.parts);
  const currency = appointment?.price?.currency ?? draft?.cost.currency ?? "EUR";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const used = [...parts].filter(([, quantity]) => quantity > 0).map(([part_code, quantity]) => ({ part_code, quantity }));
    const finding = { component: component ?? "engine", verdict, action, parts: action === "NONE" ? [] : used, notes: notes.trim() || null };
    const body = { findings: [finding], cost: { amount_minor: Math.round((typedNumber(cost) ?? 0) * minorPerUnit(currency)), currency }, odometer_km: typedNumber(odometer) };
    report.mutate({ id, body }, { onSuccess: close });
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
