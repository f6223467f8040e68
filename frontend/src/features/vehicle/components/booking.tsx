import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queries, type Alert, type Appointment } from "@/api/queries";
import { SlotPicker, type Work } from "@/components/booking/slot-picker";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/states";
import { visit } from "@/lib/format";
import { name, t } from "@/lib/i18n";

const COMING = ["SCHEDULED", "STARTED", "IN_PROGRESS"];

export function comingVisit(appointments: Appointment[] | undefined, component?: string): Appointment | undefined {
  return appointments?.find((one) => COMING.includes(one.status) && (!component || one.component === component));
}

export function openAlert(alerts: Alert[] | undefined, component: string | undefined): Alert | undefined {
  return alerts?.find((alert) => alert.component === component && alert.status !== "RESOLVED");
}

function usePlans(id: string, component: string | undefined) {
  const alerts = useQuery(queries.vehicleAlerts(id));
  const appointments = useQuery(queries.vehicleAppointments(id));
  return {
    isPending: alerts.isPending || appointments.isPending,
    alert: openAlert(alerts.data?.items, component),
    booked: comingVisit(appointments.data?.items, component),
    appointments: appointments.data?.items,
  };
}

/** Slots for this work as it was when the panel was opened: a newer alert or the visit that was just booked must not make other work of it. */
function Slots({ work, booked, appointments }: { work: Work; booked: Appointment | undefined; appointments: Appointment[] | undefined }) {
  const [opened] = useState({ work, bookedId: booked?.appointment_id });
  // The visit itself is followed: it is moved from where it is now.
  const moving = appointments?.find((one) => one.appointment_id === opened.bookedId);
  return (
    <Panel title={t(opened.bookedId ? "booking.move_title" : "booking.title")} note={name("component", work.component)} className="mb-4 max-w-3xl">
      <div className="px-4 pb-4">
        <SlotPicker work={opened.work} moving={moving} />
      </div>
    </Panel>
  );
}

function BookingPanel({ id, component }: { id: string; component: string | undefined }) {
  const { isPending, alert, booked, appointments } = usePlans(id, component);
  // Slots that were offered before the alert and the visit are known would be other slots.
  if (isPending) return <Skeleton lines={3} className="mb-4 p-0" />;
  return <Slots work={{ alertId: alert?.alert_id, vehicleId: id, component, urgency: alert?.urgency ?? "ROUTINE" }} booked={booked} appointments={appointments} />;
}

/**
 * The booking button for the page's head, and its panel below it. The panel stays with the component that it was opened for, which it
 * names: "Book" must never book work on another one because the page has turned to that.
 */
export function useBooking(id: string, component: string | undefined) {
  const [opened, setOpened] = useState<{ component: string | undefined } | null>(null);
  const { alert, booked } = usePlans(id, opened ? opened.component : component);
  return {
    button: (
      <Button look={booked || !alert ? "plain" : "primary"} aria-expanded={opened !== null} onClick={() => setOpened(opened ? null : { component })}>
        {booked ? t("vehicle.booked", { when: visit(booked.starts_at) }) : t("vehicle.book")}
      </Button>
    ),
    panel: opened && <BookingPanel id={id} component={opened.component} />,
  };
}
