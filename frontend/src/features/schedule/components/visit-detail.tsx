import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { X } from "lucide-react";
import { queries, type Appointment } from "@/api/queries";
import { usePersonName } from "@/api/people";
import { SlotPicker } from "@/components/booking/slot-picker";
import { Button } from "@/components/ui/button";
import { SelectField, TextField } from "@/components/ui/field";
import { Panel } from "@/components/ui/panel";
import { InlineFailure } from "@/components/ui/states";
import { useCancel } from "@/features/schedule/api";
import { clock, money, number, visit as visitTime } from "@/lib/format";
import { name, said, t } from "@/lib/i18n";
import { can } from "@/lib/roles";
import { useUser } from "@/lib/session";
import { isoDay, parseDay } from "@/lib/week";

/** Where a visit is wished to. */
export interface Wish {
  technicianId?: string;
  notBefore?: string;
}

/** Other technician, other day: the same that dragging does, for the keyboard. */
function WishForm({ wish, change }: { wish: Wish; change: (wish: Wish) => void }) {
  const user = useUser();
  const technicians = useQuery({ ...queries.technicians(), enabled: can(user?.role, "see_technicians") });
  const person = usePersonName(technicians.data?.items.map((one) => one.technician_id) ?? []);
  const choices = [{ value: "", label: t("schedule.any_technician") }, ...(technicians.data?.items.map((one) => ({ value: one.technician_id, label: person(one.technician_id) })) ?? [])];
  return (
    <div className="mb-3 grid grid-cols-2 gap-3">
      {technicians.data && <SelectField label={t("schedule.technician")} choices={choices} value={wish.technicianId ?? ""} onChange={(event) => change({ ...wish, technicianId: event.target.value || undefined })} />}
      <TextField
        label={t("schedule.from_day")}
        type="date"
        min={isoDay(new Date())}
        value={wish.notBefore ? isoDay(new Date(wish.notBefore)) : ""}
        onChange={(event) => {
          const day = parseDay(event.target.value);
          change({ ...wish, notBefore: day ? new Date(Math.max(day.getTime(), Date.now())).toISOString() : undefined });
        }}
      />
    </div>
  );
}

function Facts({ visit }: { visit: Appointment }) {
  const person = usePersonName([visit.technician_id]);
  const centers = useQuery(queries.centers());
  const center = centers.data?.items.find((one) => one.center_id === visit.center_id)?.name ?? visit.center_id;
  const facts: [string, string][] = [
    [t("col.time"), `${visitTime(visit.starts_at)} – ${clock(visit.ends_at)}`],
    [t("schedule.where"), [center, visit.bay_id?.replace("_", " ")].filter(Boolean).join(", ")],
    [t("schedule.technician"), visit.technician_id ? person(visit.technician_id) : "–"],
    [t("jobs.price"), money(visit.cost ?? visit.price)],
    [t("alerts.labour"), `${number(visit.labour_hours, 1)} h`],
    [t("jobs.parts"), visit.parts.map((part) => `${part.quantity} × ${part.part_code.replaceAll("_", " ")}`).join(", ") || "–"],
  ];
  return (
    <dl className="m-0 grid grid-cols-2 gap-x-4 gap-y-2">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt className="text-xs text-ink-3">{label}</dt>
          <dd className="m-0">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** One visit: why then and there, other times with their price, and how to cancel it. */
export function VisitDetail({ visit, wish, close }: { visit: Appointment; wish: Wish | null; close: () => void }) {
  const user = useUser();
  const cancel = useCancel();
  const [isMoving, setMoving] = useState(wish !== null);
  const [isCancelling, setCancelling] = useState(false);
  const [wished, setWished] = useState<Wish>(wish ?? {});
  const isOpen = visit.status === "SCHEDULED" || visit.status === "UNPLACED";
  const work = { alertId: visit.alert_id ?? undefined, vehicleId: visit.vehicle_id, component: visit.component ?? undefined, ...wished };
  return (
    <Panel
      title={
        <Link to="/vehicles/$vehicleId" params={{ vehicleId: visit.vehicle_id }} search={{ component: visit.component ?? undefined }} className="link">
          {visit.vehicle_id}
        </Link>
      }
      note={`${name("component", visit.component)} · ${name("status", visit.status)}`}
      actions={
        <Button look="quiet" aria-label={t("fleet.close")} onClick={close}>
          <X size={14} aria-hidden />
        </Button>
      }
    >
      <div className="grid gap-3 px-4 pb-4">
        <Facts visit={visit} />
        {(visit.why ?? visit.why_not) && <p className="m-0 text-ink-2">{said(visit.why ?? visit.why_not)}</p>}
        {isOpen && visit.provisional && <p className="m-0 font-medium">{t("schedule.provisional")}</p>}
        {isOpen && can(user?.role, "book") && (
          <div className="flex flex-wrap gap-2">
            <Button aria-expanded={isMoving} onClick={() => setMoving(!isMoving)}>
              {t("schedule.move")}
            </Button>
            {isCancelling ? (
              <Button look="danger" busy={cancel.isPending} onClick={() => cancel.mutate({ id: visit.appointment_id, version: visit.version }, { onSuccess: close })}>
                {t("schedule.cancel_now")}
              </Button>
            ) : (
              <Button look="quiet" onClick={() => setCancelling(true)}>
                {t("schedule.cancel")}
              </Button>
            )}
          </div>
        )}
        <InlineFailure error={cancel.error} />
        {isMoving && isOpen && (
          <div>
            <WishForm wish={wished} change={setWished} />
            <SlotPicker key={`${wished.technicianId}${wished.notBefore}`} work={work} moving={visit} />
          </div>
        )}
      </div>
    </Panel>
  );
}
