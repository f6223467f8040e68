import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment, useState } from "react";
import { ShieldCheck } from "lucide-react";
import { queries, type Action } from "@/api/queries";
import { SlotPicker } from "@/components/booking/slot-picker";
import { RulBand } from "@/components/charts/rul-band";
import { bandOfSeverity, Severity } from "@/components/ui/band";
import { Button } from "@/components/ui/button";
import { Loaded } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/states";
import { money, moneyRange, odometer, percent, visit } from "@/lib/format";
import { failureMode, name, said, t } from "@/lib/i18n";
import { useMedia, WIDE } from "@/lib/media";
import { can } from "@/lib/roles";
import { useUser } from "@/lib/session";
import { modelOf } from "@/lib/vehicle";

/** Rows shown before "show all": the list is for acting, not for reading to the end. */
const FIRST = 25;


function Why({ action, mode }: { action: Action; mode: string }) {
  return (
    <>
      <span className="font-medium text-ink">{mode}</span>
      <span className="block text-ink-2">{said(action.recommended_action ?? action.decision)}</span>
    </>
  );
}

/** What putting it off for a week is expected to cost, and what that rests on. */
function WeeksWait({ action }: { action: Action }) {
  const cost = action.waiting_cost_week ?? action.waiting?.cost;
  if (!cost) return <span className="text-ink-3">–</span>;
  const risk = action.waiting && t(action.waiting.basis === "SEVERITY" ? "fleet.week.assumed" : "fleet.week.risk", { share: percent(action.waiting.failure_probability) });
  return (
    <b className="font-semibold" title={risk}>
      {money(cost)}
    </b>
  );
}

function Visit({ action }: { action: Action }) {
  return (
    <>
      <span>{action.next_visit ? visit(action.next_visit.starts_at) : <span className="text-ink-3">{t("fleet.not_booked")}</span>}</span>
      {action.warranty_covered && (
        <small className="flex items-center gap-1 text-xs text-excellent-ink">
          <ShieldCheck size={12} aria-hidden /> {t("fleet.covered")}
        </small>
      )}
    </>
  );
}

/** Slots for a visit to come, or other times for the one that is booked. */
function Picker({ action }: { action: Action }) {
  // As it was when the row was opened: a booking made here must not turn the panel into another one under the reader's eyes.
  const [id] = useState(action.next_visit?.appointment_id);
  const booked = useQuery({ ...queries.appointment(id ?? ""), enabled: Boolean(id) });
  const alerts = useQuery(queries.vehicleAlerts(action.vehicle_id));
  // The booking answers the decision's alert; slots that were offered without it would be other slots.
  if (alerts.isPending) return <Skeleton lines={3} className="p-0" />;
  const alertId = alerts.data?.items.find((alert) => alert.decision_id === action.decision_id)?.alert_id;
  const work = { alertId, vehicleId: action.vehicle_id, component: action.component, urgency: action.urgency };
  if (!id) return <SlotPicker work={work} />;
  return (
    <Loaded query={booked} lines={3}>
      {(moving) => <SlotPicker work={work} moving={moving} />}
    </Loaded>
  );
}

interface RowProps {
  action: Action;
  /** The failure in words. */
  mode: string;
  maxKm: number;
  isOpen: boolean;
  toggle: (() => void) | null;
  isFirst: boolean;
}

function Book({ action, isOpen, toggle, isFirst }: RowProps) {
  if (!toggle) return null;
  const text = isOpen ? t("fleet.close") : action.next_visit ? t("fleet.rebook") : t("fleet.book");
  return (
    <Button look={isFirst && !action.next_visit && !isOpen ? "primary" : "plain"} aria-expanded={isOpen} aria-label={`${text} ${action.vehicle_id} ${name("component", action.component)}`} onClick={toggle}>
      {text}
    </Button>
  );
}

function Row(props: RowProps) {
  const { action, maxKm, isOpen } = props;
  return (
    <tr className={isOpen ? "bg-accent-soft" : ""}>
      <td className="min-w-36">
        <Link to="/vehicles/$vehicleId" params={{ vehicleId: action.vehicle_id }} search={{ component: action.component }} className="font-semibold no-underline hover:underline">
          {action.vehicle_id}
        </Link>
        <small className="block text-xs text-ink-3">{[modelOf(action), action.odometer_km != null && odometer(action.odometer_km)].filter(Boolean).join(" · ")}</small>
      </td>
      <td className="whitespace-nowrap">
        {name("component", action.component)}
        <br />
        <Severity severity={action.severity} />
      </td>
      <td className="min-w-38">
        <RulBand rul={action.rul_km} band={bandOfSeverity(action.severity)} maxKm={maxKm} />
      </td>
      <td className="num whitespace-nowrap">
        <WeeksWait action={action} />
        <small className="block text-xs text-ink-3">{t("fleet.repair", { range: moneyRange(action.estimated_cost_low, action.estimated_cost_high) })}</small>
      </td>
      <td className="min-w-40">
        <Why action={action} mode={props.mode} />
      </td>
      <td>
        <Visit action={action} />
      </td>
      <td className="num">
        <Book {...props} />
      </td>
    </tr>
  );
}

function Card(props: RowProps) {
  const { action, maxKm } = props;
  return (
    <div className="grid gap-2 px-4 py-3">
      <div className="flex items-baseline gap-2">
        <Link to="/vehicles/$vehicleId" params={{ vehicleId: action.vehicle_id }} search={{ component: action.component }} className="font-semibold">
          {action.vehicle_id}
        </Link>
        <span className="text-ink-2">{name("component", action.component)}</span>
        <Severity severity={action.severity} className="ml-auto" />
      </div>
      <Why action={action} mode={props.mode} />
      <RulBand rul={action.rul_km} band={bandOfSeverity(action.severity)} maxKm={maxKm} />
      <div className="flex items-center gap-3">
        <div className="flex-1">
          <Visit action={action} />
          <small className="block text-ink-3">
            {action.waiting_cost_week && <>{t("fleet.week", { money: money(action.waiting_cost_week) })} · </>}
            {t("fleet.repair", { range: moneyRange(action.estimated_cost_low, action.estimated_cost_high) })}
          </small>
        </div>
        <Book {...props} />
      </div>
    </div>
  );
}

interface RowsProps {
  actions: Action[];
  row: (action: Action, index: number) => RowProps;
}

function Table({ actions, row }: RowsProps) {
  return (
    <div className="overflow-x-auto">
      <table className="data-table">
        <thead>
          <tr>
            <th>{t("col.vehicle")}</th>
            <th>{t("col.component")}</th>
            <th>
              {t("col.rul")} <span className="font-normal">5–50–95 %</span>
            </th>
            <th className="num">{t("fleet.week_wait")}</th>
            <th>{t("col.why")}</th>
            <th>{t("col.visit")}</th>
            <th>
              <span className="sr-only">{t("fleet.book")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {actions.map((action, index) => {
            const props = row(action, index);
            return (
              <Fragment key={action.decision_id}>
                <Row {...props} />
                {props.isOpen && (
                  <tr>
                    <td colSpan={7} className="bg-bg">
                      <div className="max-w-3xl py-1">
                        <Picker action={action} />
                      </div>
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Cards({ actions, row }: RowsProps) {
  return (
    <div className="divide-y divide-line">
      {actions.map((action, index) => {
        const props = row(action, index);
        return (
          <div key={action.decision_id}>
            <Card {...props} />
            {props.isOpen && (
              <div className="bg-bg px-4 py-3">
                <Picker action={action} />
              </div>
            )}
          </div>
        );
      })}
    </div>
  );
}

/** What to do next, most urgent first; a visit is offered and booked in the row itself. */
export function ActionList({ actions, modes }: { actions: Action[]; modes: Map<string, string> }) {
  const user = useUser();
  const mayBook = can(user?.role, "book");
  const [open, setOpen] = useState<string | null>(null);
  const [isAll, setAll] = useState(false);
  const Rows = useMedia(WIDE) ? Table : Cards;
  const shown = isAll ? actions : actions.slice(0, FIRST);
  const maxKm = Math.max(1000, ...shown.map((action) => action.rul_km?.p95 ?? 0));
  const row = (action: Action, index: number): RowProps => ({
    action,
    mode: failureMode(action.failure_mode, action.failure_name || modes.get(action.failure_mode)) ?? name("service", action.failure_mode.split(".").pop()),
    maxKm,
    isFirst: index === 0,
    isOpen: open === action.decision_id,
    toggle: mayBook ? () => setOpen(open === action.decision_id ? null : action.decision_id) : null,
  });
  return (
    <>
      <Rows actions={shown} row={row} />
      {actions.length > shown.length && (
        <Button look="quiet" className="m-2" onClick={() => setAll(true)}>
          {t("fleet.show_all", { count: actions.length })}
        </Button>
      )}
    </>
  );
}
