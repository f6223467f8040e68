import type { Appointment, Center } from "@/api/queries";
import { cn } from "@/lib/cn";
import { clock, weekday } from "@/lib/format";
import { name } from "@/lib/i18n";
import { isoDay } from "@/lib/week";

interface VisitListProps {
  visits: Appointment[];
  centers: Center[];
  chosen: string | undefined;
  choose: (visit: Appointment) => void;
}

/** Visits by day: for a phone, and for whoever only has their own. */
export function VisitList({ visits, centers, chosen, choose }: VisitListProps) {
  const days = new Map<string, Appointment[]>();
  for (const visit of visits) {
    if (!visit.starts_at) continue;
    const day = isoDay(new Date(visit.starts_at));
    days.set(day, [...(days.get(day) ?? []), visit]);
  }
  const center = (id: string | null | undefined) => centers.find((one) => one.center_id === id)?.name ?? id ?? "";
  return (
    <div className="grid gap-3 py-3">
      {[...days].map(([day, own]) => (
        <section key={day}>
          <h2 className="m-0 px-4 text-sm font-medium text-ink-3">{weekday(own[0]?.starts_at)}</h2>
          <ul className="m-0 list-none p-0">
            {own.map((visit) => (
              <li key={visit.appointment_id}>
                <button
                  type="button"
                  onClick={() => choose(visit)}
                  aria-current={visit.appointment_id === chosen ? "true" : undefined}
                  className={cn("flex w-full items-baseline gap-3 border-0 bg-transparent px-4 py-2.5 text-left text-ink hover:bg-sunken", visit.appointment_id === chosen && "bg-accent-soft")}
                >
                  <span className="font-semibold">{clock(visit.starts_at)}</span>
                  <span className="min-w-0 flex-1">
                    <b className="font-semibold">{visit.vehicle_id}</b> <span className="text-ink-2">{name("component", visit.component)}</span>
                    <span className="block text-sm text-ink-3">{center(visit.center_id)}</span>
                  </span>
                  <span className="text-sm text-ink-3">{name("status", visit.status)}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
