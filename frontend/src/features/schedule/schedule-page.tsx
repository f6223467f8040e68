import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { CalendarArrowDown, ChevronLeft, ChevronRight } from "lucide-react";
import { queries, type Appointment } from "@/api/queries";
import { Page } from "@/components/layouts/page";
import { Button } from "@/components/ui/button";
import { FilterChip } from "@/components/ui/field";
import { Panel, QueryPanel } from "@/components/ui/panel";
import { Empty, InlineFailure } from "@/components/ui/states";
import { downloadCalendar, scheduleQueries } from "@/features/schedule/api";
import { PartsShort } from "@/features/schedule/components/parts-short";
import { VisitDetail, type Wish } from "@/features/schedule/components/visit-detail";
import { VisitList } from "@/features/schedule/components/visit-list";
import { WeekGrid } from "@/features/schedule/components/week-grid";
import { weekday } from "@/lib/format";
import { said, t, tn } from "@/lib/i18n";
import { can } from "@/lib/roles";
import { useUser } from "@/lib/session";
import { daysOf, isoDay, isoWeek, mondayOf, parseDay } from "@/lib/week";

function WeekSwitch({ monday, go }: { monday: Date; go: (monday: Date) => void }) {
  const days = daysOf(monday);
  const by = (weeks: number) => new Date(monday.getFullYear(), monday.getMonth(), monday.getDate() + 7 * weeks);
  return (
    <div className="flex items-center gap-1">
      <Button look="quiet" aria-label={t("schedule.before")} onClick={() => go(by(-1))}>
        <ChevronLeft size={15} aria-hidden />
      </Button>
      <span className="min-w-44 text-center text-sm text-ink-2">
        {t("schedule.week", { week: isoWeek(monday) })} · {weekday(days[0])} – {weekday(days[6])}
      </span>
      <Button look="quiet" aria-label={t("schedule.after")} onClick={() => go(by(1))}>
        <ChevronRight size={15} aria-hidden />
      </Button>
      <Button look="quiet" onClick={() => go(mondayOf(new Date()))}>
        {t("time.today")}
      </Button>
    </div>
  );
}

/** In a week without visits, say on a Sunday: where the next one is. */
function NextVisit({ after, go }: { after: Date; go: (monday: Date) => void }) {
  const next = useQuery(scheduleQueries.next(after.toISOString()));
  const starts = next.data?.items[0]?.starts_at;
  if (!starts) return null;
  return <Button onClick={() => go(mondayOf(new Date(starts)))}>{t("schedule.next", { day: weekday(starts) })}</Button>;
}

/** Visits that nobody could place, each with the reason. */
function Unplaced({ choose }: { choose: (appointment: Appointment) => void }) {
  const unplaced = useQuery(scheduleQueries.unplaced());
  return (
    <QueryPanel title={t("schedule.unplaced")} query={unplaced} lines={2} isEmpty={(loaded) => loaded.items.length === 0} empty={<p className="m-0 px-4 pb-4 text-ink-2">{t("schedule.unplaced.none")}</p>}>
      {(loaded) => (
        <ul className="m-0 grid list-none gap-2 px-4 pb-4">
          {loaded.items.map((appointment) => (
            <li key={appointment.appointment_id}>
              <button type="button" onClick={() => choose(appointment)} className="border-0 bg-transparent p-0 text-left text-ink">
                <b className="font-semibold">{appointment.vehicle_id}</b> <span className="text-ink-2">{said(appointment.why_not)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </QueryPanel>
  );
}

interface ChosenProps {
  id: string;
  /** The visit as the shown week has it, if it lies there. */
  listed: Appointment | undefined;
  wish: Wish | null;
  setWish: (wish: Wish | null) => void;
  close: () => void;
}

/** The chosen visit. It is asked for by its id: it may lie in another week, be moved there while it is looked at, or have no time at all. */
function Chosen({ id, listed, ...rest }: ChosenProps) {
  const visit = useQuery(queries.appointment(id));
  const known = visit.data ?? listed;
  return known ? <VisitDetail visit={known} {...rest} /> : <QueryPanel query={visit}>{() => null}</QueryPanel>;
}

function CalendarButton() {
  const download = useMutation({ mutationFn: downloadCalendar });
  return (
    <>
      <Button busy={download.isPending} onClick={() => download.mutate()}>
        <CalendarArrowDown size={14} aria-hidden /> {t("schedule.calendar")}
      </Button>
      <InlineFailure error={download.error} />
    </>
  );
}

/** Who does what when: a week of technicians, or a list for whoever only has visits of their own. */
export function SchedulePage() {
  const user = useUser();
  const search = useSearch({ from: "/schedule" });
  const navigate = useNavigate({ from: "/schedule" });
  const wished = parseDay(search.week);
  const monday = wished ? mondayOf(wished) : mondayOf(new Date());
  const days = daysOf(monday);
  const end = new Date(monday.getFullYear(), monday.getMonth(), monday.getDate() + 7);
  const seesTechnicians = can(user?.role, "see_technicians");
  const visits = useQuery(scheduleQueries.week(monday.toISOString(), end.toISOString()));
  const technicians = useQuery({ ...queries.technicians(), enabled: seesTechnicians });
  const centers = useQuery(queries.centers());
  const [wish, setWish] = useState<Wish | null>(null);
  const mayMove = can(user?.role, "book");
  const shown = visits.data?.items.filter((visit) => visit.status !== "CANCELLED" && (!search.center || visit.center_id === search.center)) ?? [];
  const choose = (appointment: Appointment | null, next: Wish | null = null) => {
    setWish(next);
    void navigate({ search: (old) => ({ ...old, id: appointment?.appointment_id }), resetScroll: false, replace: true });
  };
  const go = (week: Date) => void navigate({ search: (old) => ({ ...old, week: isoDay(week) }) });
  const filters = (
    <>
      <WeekSwitch monday={monday} go={go} />
      {visits.data && shown.length === 0 && <NextVisit after={end} go={go} />}
      {(centers.data?.items.length ?? 0) > 1 && (
        <FilterChip label={t("schedule.center")} value={search.center ?? ""} choices={[{ value: "", label: t("schedule.any_center") }, ...(centers.data?.items.map((center) => ({ value: center.center_id, label: center.name })) ?? [])]} onChange={(value) => void navigate({ search: (old) => ({ ...old, center: value || undefined }) })} />
      )}
    </>
  );
  const people = technicians.data?.items.filter((technician) => !search.center || technician.center_id === search.center) ?? [];
  const grid = seesTechnicians && !technicians.isError;
  return (
    <Page title={t("nav.schedule")} about={visits.data && tn("schedule.visits", shown.length)} filters={filters} actions={<CalendarButton />}>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_340px]">
        <QueryPanel query={visits} lines={10} className={grid ? "overflow-x-auto" : ""}>
          {() => (
            <>
              {grid && <WeekGrid days={days} visits={shown} technicians={people} centers={centers.data?.items ?? []} chosen={search.id} mayMove={mayMove} choose={choose} />}
              <div className={grid ? "md:hidden" : ""}>
                {shown.length === 0 ? <Empty title={t("schedule.empty")}>{t("schedule.empty.text")}</Empty> : <VisitList visits={shown} centers={centers.data?.items ?? []} chosen={search.id} choose={choose} />}
              </div>
            </>
          )}
        </QueryPanel>
        <div className="grid min-w-0 content-start gap-4">
          {search.id ? (
            <Chosen key={search.id} id={search.id} listed={visits.data?.items.find((visit) => visit.appointment_id === search.id)} wish={wish} setWish={setWish} close={() => choose(null)} />
          ) : (
            <Panel className="max-md:hidden">
              <Empty title={t("schedule.choose")}>{mayMove && grid ? t("schedule.choose.text") : null}</Empty>
            </Panel>
          )}
          {grid && <Unplaced choose={choose} />}
          {grid && <PartsShort />}
        </div>
      </div>
    </Page>
  );
}
