import { http, HttpResponse } from "msw";
import { signIn, type Role } from "@/lib/session";
import { server } from "@/testing/server";

export function tokens(access: string, role: Role = "FLEET_MANAGER", userId = "usr_1") {
  const user = { user_id: userId, tenant_id: "ten_1", username: "marco", role, locale: "en", status: "ACTIVE", created_at: "2026-01-01T00:00:00Z", fleet_ids: [], depot_ids: [], vehicle_ids: [] };
  return { access_token: access, expires_in: 600, expires_at: "2026-01-01T00:10:00Z", refresh_expires_at: "2026-01-02T00:00:00Z", session_id: "ses_1", token_type: "Bearer", user };
}

/** Signs somebody in as the server would. */
export async function signedIn(role: Role = "FLEET_MANAGER", access = "first", userId = "usr_1"): Promise<void> {
  server.use(http.post("*/api/v1/auth/login", () => HttpResponse.json(tokens(access, role, userId))));
  await signIn("ten_1", "marco", "secret");
}
