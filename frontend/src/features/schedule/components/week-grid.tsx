import { useState, type DragEvent } from "react";
import type { Appointment, Center, SchedulingTypes } from "@/api/queries";
import { usePersonName } from "@/api/people";
import type { Wish } from "@/features/schedule/components/visit-detail";
import { worksOn } from "@/features/schedule/working-hours";
import { cn } from "@/lib/cn";
import { clock, timeZone, weekday } from "@/lib/format";
import { name, t } from "@/lib/i18n";
import { isSameDay, isoDay } from "@/lib/week";

type Technician = SchedulingTypes["schemas"]["TechnicianBody"];

const DRAGGED = "application/x-carvrooom-visit";

interface WeekGridProps {
  days: Date[];
  visits: Appointment[];
  technicians: Technician[];
  centers: Center[];
  chosen: string | undefined;
  mayMove: boolean;
  choose: (visit: Appointment, wish?: Wish | null) => void;
}

function Visit({ visit, isChosen, mayMove, choose }: { visit: Appointment; isChosen: boolean; mayMove: boolean; choose: () => void }) {
  const isFixed = visit.status !== "SCHEDULED";
  const isLate = visit.starts_before_p05 === false && !isFixed;
  return (
    <button
      type="button"
      draggable={mayMove && !isFixed}
      onDragStart={(event) => event.dataTransfer.setData(DRAGGED, visit.appointment_id)}
      onClick={choose}
      aria-current={isChosen ? "true" : undefined}
      className={cn(
        "mb-1 block w-full rounded-[5px] border border-l-[3px] bg-panel px-1.5 py-1 text-left text-xs leading-snug text-ink",
        isLate ? "border-line border-l-critical" : "border-line border-l-accent",
        isFixed && "border-l-line-strong bg-sunken text-ink-2",
        isChosen && "border-accent bg-accent-soft",
        mayMove && !isFixed && "cursor-grab",
      )}
    >
      <span className="block font-semibold">
        {clock(visit.starts_at)}
        <span className="block truncate" title={visit.vehicle_id}>
          {visit.vehicle_id}
        </span>
      </span>
      <span className="block truncate text-ink-2">
        {name("component", visit.component)} · {visit.bay_id?.replace("_", " ")}
      </span>
      {isLate && <span className="block text-critical-ink">{t("schedule.late")}</span>}
      {isFixed && <span className="block">{name("status", visit.status)}</span>}
    </button>
  );
}

/** A week of technicians by days. A visit dragged to another cell asks what there would cost; nothing moves before it is confirmed. */
export function WeekGrid({ days, visits, technicians, centers, chosen, mayMove, choose }: WeekGridProps) {
  const person = usePersonName(technicians.map((technician) => technician.technician_id));
  const [over, setOver] = useState<string | null>(null);
  const today = new Date();
  const drop = (event: DragEvent, technician: Technician, day: Date) => {
    event.preventDefault();
    setOver(null);
    const visit = visits.find((one) => one.appointment_id === event.dataTransfer.getData(DRAGGED));
    if (!visit) return;
    choose(visit, { technicianId: technician.technician_id, notBefore: new Date(Math.max(day.getTime(), Date.now())).toISOString() });
  };
  const center = (id: string) => centers.find((one) => one.center_id === id);
  return (
    <table className="w-full min-w-[760px] table-fixed border-collapse max-md:hidden">
      <caption className="caption-bottom px-3 py-2 text-left text-xs text-ink-3">{t("schedule.zone", { zone: timeZone() })}</caption>
      <thead>
        <tr>
          <th className="w-30 border-b border-line px-3 py-2 text-left text-xs font-medium text-ink-3">{t("schedule.technician")}</th>
          {days.map((day) => (
            <th key={isoDay(day)} className={cn("border-b border-l border-line px-2 py-2 text-left text-xs font-medium text-ink-3", isSameDay(day, today) && "text-accent")}>
              {weekday(day)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {technicians.map((technician) => (
          <tr key={technician.technician_id}>
            <th scope="row" className="border-b border-line px-3 py-2 text-left align-top font-medium">
              {person(technician.technician_id)}
              <small className="block text-xs font-normal text-ink-3">{center(technician.center_id)?.name ?? technician.center_id}</small>
            </th>
            {days.map((day) => {
              const cell = `${technician.technician_id} ${isoDay(day)}`;
              const hours = worksOn(technician, center(technician.center_id), day);
              const isOff = hours?.length === 0;
              const own = visits.filter((visit) => visit.technician_id === technician.technician_id && visit.starts_at && isSameDay(new Date(visit.starts_at), day));
              return (
                <td
                  key={cell}
                  onDragOver={(event) => {
                    if (!mayMove || isOff) return;
                    event.preventDefault();
                    setOver(cell);
                  }}
                  onDragLeave={() => setOver(null)}
                  onDrop={(event) => drop(event, technician, day)}
                  className={cn("h-24 border-b border-l border-line p-1 align-top", isOff && "bg-sunken", over === cell && "bg-accent-soft")}
                >
                  {own.map((visit) => (
                    <Visit key={visit.appointment_id} visit={visit} isChosen={visit.appointment_id === chosen} mayMove={mayMove} choose={() => choose(visit)} />
                  ))}
                  {own.length === 0 && <span className="px-1 text-xs text-ink-3">{isOff ? t("schedule.off") : hours?.map(({ from, to }) => `${clock(from)}–${clock(to)}`).join(", ")}</span>}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
