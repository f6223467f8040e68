import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { X } from "lucide-react";
import { queries, type Appointment } from "@/api/queries";
import { usePersonName } from "@/api/people";
import { Booked, SlotPicker } from "@/components/booking/slot-picker";
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
    [t("col.time"), visit.starts_at ? `${visitTime(visit.starts_at)} – ${clock(visit.ends_at)}` : "–"],
    [t("schedule.where"), [center, visit.bay_id?.replace("_", " ")].filter(Boolean).join(", ") || "–"],
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

/** The way to cancel a visit: it asks for a second press. */
function Cancel({ visit, done }: { visit: Appointment; done: () => void }) {
  const cancel = useCancel();
  const [isAsked, setAsked] = useState(false);
  // The promise and no callback: the visit may be shown as cancelled, without this button, before a callback's turn comes.
  const act = () => cancel.mutateAsync({ id: visit.appointment_id, version: visit.version }).then(done, () => undefined);
  return (
    <>
      <Button look={isAsked ? "danger" : "quiet"} busy={cancel.isPending} onClick={() => (isAsked ? void act() : setAsked(true))}>
        {t(isAsked ? "schedule.cancel_now" : "schedule.cancel")}
      </Button>
      <InlineFailure error={cancel.error} />
    </>
  );
}

interface VisitDetailProps {
  visit: Appointment;
  /** Where it is wished to while other times are looked at; null: they are not. */
  wish: Wish | null;
  setWish: (wish: Wish | null) => void;
  close: () => void;
}

/** Other times for a visit, and a time for one that has none yet. What was booked stays to be read until others are looked at. */
function OtherTimes({ visit, wish, setWish, close }: VisitDetailProps) {
  const [booked, setBooked] = useState<Appointment | null>(null);
  const isPlaced = visit.status === "SCHEDULED";
  const work = { alertId: visit.alert_id ?? undefined, vehicleId: visit.vehicle_id, component: visit.component ?? undefined, ...wish };
  const look = () => {
    setBooked(null);
    setWish(wish ? null : {});
  };
  const done = (appointment: Appointment) => {
    setBooked(appointment);
    setWish(null);
  };
  return (
    <>
      <div className="flex flex-wrap gap-2">
        <Button aria-expanded={wish !== null} onClick={look}>
          {t(isPlaced ? "schedule.move" : "booking.title")}
        </Button>
        <Cancel visit={visit} done={close} />
      </div>
      {wish ? (
        <div>
          <WishForm wish={wish} change={setWish} />
          <SlotPicker key={`${wish.technicianId}${wish.notBefore}`} work={work} moving={isPlaced ? visit : undefined} onDone={done} />
        </div>
      ) : (
        booked && <Booked appointment={booked} />
      )}
    </>
  );
}

/** One visit: why then and there, other times with their price, and how to cancel it. */
export function VisitDetail(props: VisitDetailProps) {
  const { visit, close } = props;
  const user = useUser();
  const isOpen = visit.status === "SCHEDULED" || visit.status === "UNPLACED";
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
        {isOpen && can(user?.role, "book") && <OtherTimes {...props} />}
      </div>
    </Panel>
  );
}
