import { name } from "@/lib/i18n";
import type { Role } from "@/lib/session";

const ROLES: Role[] = ["OWNER", "FLEET_MANAGER", "TECHNICIAN", "EXECUTIVE", "SUPPORT", "ADMIN"];

export const roleChoices = () => ROLES.map((role) => ({ value: role, label: name("role", role) }));
