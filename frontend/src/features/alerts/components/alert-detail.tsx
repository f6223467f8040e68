import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ArrowLeft, Check } from "lucide-react";
import type { AlertDetail as Detail } from "@/api/queries";
import { usePersonName } from "@/api/people";
import { SlotPicker } from "@/components/booking/slot-picker";
import { rulText } from "@/components/charts/rul-band";
import { Severity } from "@/components/ui/band";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Loaded, Panel } from "@/components/ui/panel";
import { InlineFailure, Skeleton } from "@/components/ui/states";
import { alertQueries, useAlertActions } from "@/features/alerts/api";
import { Deliveries } from "@/features/alerts/components/deliveries";
import { exactly, moment, moneyRange, number, percent, short, visit } from "@/lib/format";
import { failureMode, name, said, t } from "@/lib/i18n";
import { can } from "@/lib/roles";
import { useUser } from "@/lib/session";

function Answer({ alert }: { alert: Detail }) {
  const { acknowledge, resolve } = useAlertActions(alert.alert_id);
  const [isResolving, setResolving] = useState(false);
  const [reason, setReason] = useState("");
  if (alert.status === "RESOLVED") return null;
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap gap-2">
        {alert.status === "OPEN" && (
          <Button look="primary" busy={acknowledge.isPending} onClick={() => acknowledge.mutate()}>
            <Check size={14} aria-hidden /> {t("alerts.acknowledge")}
          </Button>
        )}
        <Button aria-expanded={isResolving} onClick={() => setResolving(!isResolving)}>
          {t("alerts.resolve")}
        </Button>
      </div>
      {isResolving && (
        <form
          className="flex max-w-xl flex-wrap items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            resolve.mutate(reason);
          }}
        >
          <TextField label={t("alerts.reason")} hint={t("alerts.reason.hint")} required value={reason} onChange={(event) => setReason(event.target.value)} className="min-w-60 flex-1" />
          <Button type="submit" busy={resolve.isPending} className="mb-5">
            {t("alerts.resolve_now")}
          </Button>
        </form>
      )}
      <InlineFailure error={acknowledge.error ?? resolve.error} />
    </div>
  );
}

function Facts({ alert }: { alert: Detail }) {
  const facts: [string, React.ReactNode][] = [
    [t("col.rul"), rulText(alert.rul_km)],
    [t("col.cost"), moneyRange(alert.estimated_cost.low, alert.estimated_cost.high)],
    [t("alerts.urgency"), name("urgency", alert.urgency)],
    [t("alerts.raised"), moment(alert.raised_at)],
    [t("col.visit"), alert.booked_starts_at ? visit(alert.booked_starts_at) : t("fleet.not_booked")],
    [t("alerts.labour"), `${number(alert.labour_hours, 1)} h`],
  ];
  if (alert.escalates_at && alert.status === "OPEN") facts.push([t("alerts.escalates"), visit(alert.escalates_at)]);
  if (alert.warranty) facts.push([t("nav.warranty"), said(alert.warranty.reason)]);
  return (
    <dl className="m-0 grid grid-cols-[repeat(auto-fit,minmax(150px,1fr))] gap-x-6 gap-y-2">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt className="text-xs text-ink-3">{label}</dt>
          <dd className="m-0">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Comments({ alert }: { alert: Detail }) {
  const user = useUser();
  const person = usePersonName(alert.comments.map((one) => one.author_id));
  const { comment } = useAlertActions(alert.alert_id);
  const [text, setText] = useState("");
  return (
    <Panel title={t("alerts.comments")}>
      <div className="grid gap-3 px-4 pb-4">
        {alert.comments.length === 0 && <p className="m-0 text-ink-2">{t("alerts.comments.none")}</p>}
        {alert.comments.map((one) => (
          <div key={one.comment_id}>
            <p className="m-0 break-words whitespace-pre-wrap">{one.text}</p>
            <p className="m-0 text-xs text-ink-3">
              {person(one.author_id)} · {moment(one.created_at)}
            </p>
          </div>
        ))}
        {can(user?.role, "answer_alerts") && (
          <form
            className="flex items-end gap-2"
            onSubmit={(event) => {
              event.preventDefault();
              comment.mutate(text, { onSuccess: () => setText("") });
            }}
          >
            <TextField label={t("alerts.comment")} required maxLength={2000} value={text} onChange={(event) => setText(event.target.value)} className="flex-1" />
            <Button type="submit" busy={comment.isPending}>
              {t("alerts.comment_send")}
            </Button>
          </form>
        )}
        <InlineFailure error={comment.error} />
      </div>
    </Panel>
  );
}

function Course({ alert }: { alert: Detail }) {
  const person = usePersonName([alert.acknowledged_by, alert.resolved_by]);
  const resolvedBy = alert.resolved_by ? person(alert.resolved_by) : t("alerts.platform");
  const moments: [string, string][] = [[alert.raised_at, t("alerts.course.raised")]];
  for (const amendment of alert.amendments) moments.push([amendment.time, said(amendment.what)]);
  if (alert.acknowledged_at) moments.push([alert.acknowledged_at, t("alerts.course.acknowledged", { who: person(alert.acknowledged_by ?? "") })]);
  if (alert.resolved_at) moments.push([alert.resolved_at, t("alerts.course.resolved", { who: resolvedBy, why: alert.resolved_note || name("status", alert.resolved_reason) })]);
  return (
    <ol className="m-0 grid list-none gap-1.5 p-0 text-sm">
      {moments.map(([time, text]) => (
        <li key={time + text} className="grid grid-cols-[52px_minmax(0,1fr)] gap-2">
          <time dateTime={time} title={exactly(time)} className="text-xs text-ink-3">
            {short(time)}
          </time>
          <span className="break-words">{text}</span>
        </li>
      ))}
    </ol>
  );
}

function Matter({ alert }: { alert: Detail }) {
  const user = useUser();
  const [isBooking, setBooking] = useState(false);
  const mayBook = can(user?.role, "book") && !alert.booked_appointment_id && alert.status !== "RESOLVED";
  return (
    <div className="grid gap-4 px-4 pb-4">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1 pt-4">
        <Severity severity={alert.severity} />
        <Link to="/vehicles/$vehicleId" params={{ vehicleId: alert.vehicle_id }} search={{ component: alert.component }} className="link font-semibold">
          {alert.vehicle_id}
        </Link>
        <span className="text-ink-2">{name("component", alert.component)}</span>
        <span className="ml-auto text-sm text-ink-3">{name("status", alert.status)}</span>
      </div>
      <h2 className="m-0 text-xl font-semibold tracking-[-0.01em]">
        {failureMode(alert.failure_mode.code, alert.failure_mode.name)} <span className="text-base font-normal text-ink-3">{percent(alert.failure_mode.probability)}</span>
      </h2>
      {alert.safety_warning && <p className="m-0 rounded bg-critical-soft px-3 py-2 font-medium text-critical-ink">{said(alert.safety_warning)}</p>}
      <Facts alert={alert} />
      <ul className="m-0 grid list-disc gap-1 pl-4 text-ink-2">
        {alert.reasoning?.map((reason, index) => <li key={index}>{said(reason)}</li>)}
      </ul>
      <div>
        <h3 className="m-0 mb-1 text-xs font-medium text-ink-3">{t("why.to_do")}</h3>
        <ol className="m-0 grid list-decimal gap-1 pl-4">
          {alert.recommended_actions.map((action) => (
            <li key={action.code}>{said(action)}</li>
          ))}
        </ol>
      </div>
      {can(user?.role, "answer_alerts") && <Answer alert={alert} />}
      {mayBook && (
        <div>
          <Button aria-expanded={isBooking} onClick={() => setBooking(!isBooking)} className="mb-2">
            {t("vehicle.book")}
          </Button>
          {isBooking && <SlotPicker work={{ alertId: alert.alert_id, vehicleId: alert.vehicle_id, component: alert.component, urgency: alert.urgency }} />}
        </div>
      )}
      <Course alert={alert} />
    </div>
  );
}

/** One alert: why, what to do, who was told and what happened. */
export function AlertDetail({ id, close }: { id: string; close?: () => void }) {
  const user = useUser();
  const detail = useQuery(alertQueries.detail(id));
  return (
    <div className="grid min-w-0 gap-4">
      {close && (
        <Button look="quiet" className="justify-self-start lg:hidden" onClick={close}>
          <ArrowLeft size={15} aria-hidden /> {t("alerts.back")}
        </Button>
      )}
      <Panel>
        {detail.isPending ? <Skeleton lines={9} /> : <Loaded query={detail}>{(alert) => <Matter alert={alert} />}</Loaded>}
      </Panel>
      {can(user?.role, "see_deliveries") && <Deliveries id={id} />}
      {detail.data && <Comments alert={detail.data} />}
    </div>
  );
}
