import { useSyncExternalStore } from "react";
import type { components } from "@/api/generated/analytics-service";
import { ApiError, apiError, noAnswer } from "@/api/problem";
import { wipeOfflineJobs } from "@/lib/offline-jobs";
import { storage } from "@/lib/storage";

export type User = components["schemas"]["UserBody"];
export type Role = components["schemas"]["RoleName"];
type Tokens = components["schemas"]["TokensBody"];

/** The access token lives in memory only; the refresh token is the server's, in an httpOnly cookie that no script can read. */
interface Session {
  user: User;
  accessToken: string | null;
  expiresAt: number;
}

/** What outlives the page: who was signed in, so that a technician finds the jobs offline. No secret is in it. */
type Remembered = Pick<User, "user_id" | "tenant_id" | "username" | "display_name" | "role" | "locale">;

/** A token this close to its end is exchanged before it is used. */
const RENEW_BEFORE_MS = 30_000;

let session: Session | null = null;
let renewing: Promise<boolean> | null = null;
const listeners = new Set<() => void>();

function become(next: Session | null): void {
  session = next;
  for (const listener of listeners) listener();
}

function keep(tokens: Tokens): void {
  const { user_id, tenant_id, username, display_name, role, locale } = tokens.user;
  storage.set("user", JSON.stringify({ user_id, tenant_id, username, display_name, role, locale } satisfies Remembered));
  become({
    user: tokens.user,
    accessToken: tokens.access_token,
    // The server's clock may differ from this machine's: count from now.
    expiresAt: Date.now() + tokens.expires_in * 1000,
  });
}

async function post(path: string, body: unknown, token?: string | null): Promise<Response> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  try {
    return await fetch(new URL(path, location.origin), { method: "POST", headers, credentials: "same-origin", body: JSON.stringify(body) });
  } catch (cause) {
    throw noAnswer(cause);
  }
}

/** Signs a person in. */
export async function signIn(tenant: string, username: string, password: string): Promise<User> {
  const response = await post("/api/v1/auth/login", { tenant: tenant || null, username, password });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw apiError(response, body);
  const tokens = body as Tokens;
  // Whoever was here before left without signing out: nothing of theirs is for this person.
  const before = storage.get("user");
  if (before && (JSON.parse(before) as Remembered).user_id !== tokens.user.user_id) await wipeOfflineJobs();
  storage.set("tenant", tenant || null);
  keep(tokens);
  return tokens.user;
}

async function exchange(isAgain = false): Promise<boolean> {
  const response = await post("/api/v1/auth/refresh", {});
  const body: unknown = await response.json().catch(() => null);
  // Another tab was quicker by a moment: the cookie is a newer one already.
  if (response.status === 409 && !isAgain) return exchange(true);
  if (response.ok) {
    keep(body as Tokens);
    return true;
  }
  // A server that is away or busy has not refused: the session is as good as before.
  if (response.status >= 500 || response.status === 429) throw apiError(response, body);
  return false;
}

/** Runs in one tab at a time: all tabs share the refresh cookie. */
async function alone(act: () => Promise<boolean>): Promise<boolean> {
  return navigator.locks ? await navigator.locks.request("carvrooom.refresh", () => act()) : act();
}

/**
 * Exchanges the refresh token; a second use of it would end the session, so calls join, across tabs too.
 * False means that the server refused; no answer throws.
 */
export function renew(): Promise<boolean> {
  renewing ??= alone(() => exchange()).finally(() => {
    renewing = null;
  });
  return renewing;
}

/** A token that is good for the next request, or null. After a reload the first request waits for the cookie's exchange. */
export async function accessToken(): Promise<string | null> {
  if (session && Date.now() > session.expiresAt - RENEW_BEFORE_MS) await renew().catch(() => false);
  return session?.accessToken ?? null;
}

/**
 * After a reload: whoever was here is shown the app at once, while the refresh cookie gives the session back. Refused, they sign in again;
 * without a network or with the service away the app stays and says so, and a technician has the kept jobs.
 */
export async function restore(): Promise<void> {
  const kept = storage.get("user");
  if (session || !kept) return;
  const user: User = { ...(JSON.parse(kept) as Remembered), created_at: "", status: "ACTIVE", fleet_ids: [], depot_ids: [], vehicle_ids: [] };
  become({ user, accessToken: null, expiresAt: 0 });
  const isGood = await renew().catch((error: unknown) => {
    if (error instanceof ApiError) return true;
    throw error;
  });
  if (!isGood) dropSession();
}

/** Forgets everything of the person on this machine, whether or not the server can be told. */
export async function signOut(): Promise<void> {
  const token = session?.accessToken;
  storage.set("user", null);
  become(null);
  await wipeOfflineJobs();
  if (token) await post("/api/v1/auth/logout", {}, token).catch(() => undefined);
}

/** The server refused the session: sign in again, without asking it to end what has ended. */
export function dropSession(): void {
  storage.set("user", null);
  become(null);
  void wipeOfflineJobs();
}

export function currentUser(): User | null {
  return session?.user ?? null;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const onSessionChange = subscribe;

/** Signed out in one tab is signed out in all. */
export function followOtherTabs(): void {
  addEventListener("storage", (event) => {
    if (event.key === "carvrooom.user" && event.newValue === null && session) become(null);
  });
}

/** The signed-in person. */
export function useUser(): User | null {
  return useSyncExternalStore(subscribe, currentUser);
}
