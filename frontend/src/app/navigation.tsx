import { Bell, BriefcaseBusiness, CalendarDays, CarFront, Gauge, ShieldCheck, Users, Wrench, type LucideIcon } from "lucide-react";
import type { View } from "@/lib/roles";

export const ICONS: Record<View, LucideIcon> = {
  fleet: Gauge,
  vehicles: CarFront,
  alerts: Bell,
  schedule: CalendarDays,
  warranty: ShieldCheck,
  "my-vehicles": CarFront,
  "my-jobs": Wrench,
  business: BriefcaseBusiness,
  administration: Users,
};

/** `g` and then this letter goes to the view. */
export const SHORTCUTS: Record<View, string> = {
  fleet: "f",
  vehicles: "v",
  alerts: "a",
  schedule: "s",
  warranty: "w",
  "my-vehicles": "m",
  "my-jobs": "j",
  business: "b",
  administration: "d",
};

