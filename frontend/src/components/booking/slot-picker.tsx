import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { CalendarCheck } from "lucide-react";
import { api, data, idempotencyKey } from "@/api/client";
import { ApiError } from "@/api/problem";
import { queries, type Appointment, type Slot } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { Empty, InlineFailure, Skeleton } from "@/components/ui/states";
import { Loaded } from "@/components/ui/panel";
import { cn } from "@/lib/cn";
import { clock, money, percent, visit } from "@/lib/format";
import { said, t } from "@/lib/i18n";

/** What is to be done: an alert says it all; without one, the vehicle and its component. */
export interface Work {
  alertId?: string;
  vehicleId: string;
  component?: string;
  urgency?: string;
  /** Only this technician, and not before this time: where somebody has dragged the visit to. */
  technicianId?: string;
  notBefore?: string;
}

interface SlotPickerProps {
  work: Work;
  /** Looks at other times for a visit that is booked; without it a new visit is booked. */
  moving?: Appointment;
  onDone?: (appointment: Appointment) => void;
  large?: boolean;
}

function offer(work: Work) {
  const body = { alert_id: work.alertId, vehicle_id: work.vehicleId, component: work.component, urgency: work.urgency, technician_id: work.technicianId, not_before: work.notBefore, hold: true };
  return data(api.POST("/api/v1/slots/available", { body }));
}

function SlotRow({ slot, cheapest, chosen, choose, center, large }: { slot: Slot; cheapest: number; chosen: boolean; choose: () => void; center: string; large?: boolean }) {
  const more = slot.expected_cost.amount_minor - cheapest;
  return (
    <label
      className={cn(
        "flex cursor-pointer items-start gap-3 rounded-[6px] border px-3 py-2",
        chosen ? "border-accent bg-accent-soft" : "border-line hover:border-line-strong",
        large && "py-3",
      )}
    >
      <input type="radio" name="slot" className="mt-1 accent-(--accent)" checked={chosen} onChange={choose} />
      <span className="min-w-0 flex-1">
        <span className="font-semibold">
          {visit(slot.starts_at)} – {clock(slot.ends_at)}
        </span>
        <span className="text-ink-2"> · {center}</span>
        <span className="block text-sm text-ink-2">{said(slot.why)}</span>
      </span>
      <span className="flex-none text-right text-sm">
        <span className="block font-semibold">{money(slot.price)}</span>
        <span className="block text-ink-3">{t("booking.risk", { share: percent(slot.failure_probability) })}</span>
        {more > 0 && <span className="block text-ink-3">{t("booking.more", { money: money({ ...slot.expected_cost, amount_minor: more }) })}</span>}
      </span>
    </label>
  );
}

/** What was booked: when and where. */
export function Booked({ appointment }: { appointment: Appointment }) {
  const centerName = useCenterName();
  return (
    <p role="status" className="m-0 flex items-center gap-2 py-2 font-semibold text-excellent-ink">
      <CalendarCheck size={16} aria-hidden /> {t("booking.done", { when: visit(appointment.starts_at), where: centerName(appointment.center_id ?? "") })}
    </p>
  );
}

function useCenterName(): (id: string) => string {
  const centers = useQuery(queries.centers());
  return (id) => centers.data?.items.find((center) => center.center_id === id)?.name ?? id;
}

/** Whether nobody knows if a request was carried out, because no answer came back. */
function isUnanswered(error: unknown): boolean {
  return error instanceof ApiError && (error.kind === "offline" || error.kind === "unavailable");
}

/** Books a slot or moves a visit to it; `refused` is called when the service said no, and not when its answer was lost. */
function useBooking({ work, moving, onDone }: SlotPickerProps, refused: () => void) {
  const client = useQueryClient();
  // What was sent for a slot: when the answer was lost and the slot is pressed again, the same is sent, and it is booked once.
  const sent = useRef(new Map<string, { key: string; moving?: Appointment }>());
  const requestFor = (slotId: string) => {
    const request = sent.current.get(slotId) ?? { key: idempotencyKey(), moving };
    sent.current.set(slotId, request);
    return request;
  };
  return useMutation({
    mutationFn: (slot: Slot) => {
      const request = requestFor(slot.slot_id ?? "");
      const headers = { "Idempotency-Key": request.key };
      if (request.moving) {
        const { appointment_id: id, version } = request.moving;
        return data(api.PUT("/api/v1/appointments/{id}", { params: { path: { id } }, headers, body: { slot_id: slot.slot_id, version } }));
      }
      const body = { slot_id: slot.slot_id, alert_id: work.alertId, vehicle_id: work.vehicleId, component: work.component, urgency: work.urgency };
      return data(api.POST("/api/v1/appointments", { headers, body }));
    },
    onSuccess: (appointment) => {
      void client.invalidateQueries({ queryKey: ["appointments"] });
      void client.invalidateQueries({ queryKey: ["dashboard"] });
      onDone?.(appointment);
    },
    onError: (error) => {
      if (isUnanswered(error)) return;
      sent.current.clear();
      refused();
    },
  });
}

/**
 * The best three slots with price, risk and reason; one is chosen already, so that booking is one press. The slots are held for the
 * person while the panel is open.
 */
export function SlotPicker(props: SlotPickerProps) {
  const { work, moving, large } = props;
  const centerName = useCenterName();
  const [chosen, setChosen] = useState(0);
  const booking = useBooking(props, () => void slots.refetch());
  // Asking for slots holds them: not when one is booked, and not while one may be, which is then pressed again as it was.
  const isChoosing = booking.isIdle || (booking.isError && !isUnanswered(booking.error));
  const slots = useQuery({ queryKey: ["slots", work], queryFn: () => offer(work), staleTime: 60_000, gcTime: 0, enabled: isChoosing });
  if (booking.data) return <Booked appointment={booking.data} />;
  if (slots.isPending) return <Skeleton lines={3} className="p-0" />;
  return (
    <Loaded
      query={slots}
      compact
      isEmpty={(offered) => offered.slots.length === 0}
      empty={<Empty title={t("booking.none")}>{said(slots.data?.why_not)}</Empty>}
    >
      {(offered) => {
        const slot = offered.slots[Math.min(chosen, offered.slots.length - 1)];
        const cheapest = Math.min(...offered.slots.map((one) => one.expected_cost.amount_minor));
        return (
          <div className="grid gap-2">
            <fieldset className="m-0 grid gap-2 border-0 p-0">
              <legend className="sr-only">{t("booking.title")}</legend>
              {offered.slots.map((one, index) => (
                <SlotRow key={one.slot_id ?? index} slot={one} cheapest={cheapest} chosen={one === slot} choose={() => setChosen(index)} center={centerName(one.center_id)} large={large} />
              ))}
            </fieldset>
            <div className="flex flex-wrap items-center gap-3">
              <Button look="primary" large={large} busy={booking.isPending} onClick={() => slot && booking.mutate(slot)} className={large ? "w-full" : ""}>
                {slot && t(moving ? "booking.move" : "booking.book", { when: visit(slot.starts_at) })}
              </Button>
              {slot?.held_until && <span className="text-xs text-ink-3">{t("booking.held", { time: clock(slot.held_until) })}</span>}
              <InlineFailure error={booking.error} />
            </div>
          </div>
        );
      }}
    </Loaded>
  );
}
