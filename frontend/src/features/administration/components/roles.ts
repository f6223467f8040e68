import { name } from "@/lib/i18n";
import type { Role } from "@/lib/session";

const ROLES: Role[] = ["OWNER", "FLEET_MANAGER", "TECHNICIAN", "EXECUTIVE", "SUPPORT", "ADMIN"];

export const roleChoices = () => ROLES.map((role) => ({ value: role, label: name("role", role) }));

/** Ids as people list them: with commas, spaces or lines between. */
export const words = (text: string) => text.split(/[\s,]+/).filter(Boolean);
