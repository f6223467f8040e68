import { useSyncExternalStore } from "react";
import type { components } from "@/api/generated/analytics-service";
import { ApiError, apiError, noAnswer } from "@/api/problem";
import { alone } from "@/lib/alone";
import { wipeKeptAnswers, wipeReports } from "@/lib/offline-jobs";
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
/** How long to wait before asking again while the server knows of another exchange of the same cookie. Together they are longer than it
 * takes a second exchange for that of another tab (`refresh_race_s`). */
const RACED_PAUSES_MS = [400, 800, 1_600, 3_400];

/** What a test replaces that does not want to wait. */
export const timer = { pause: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)) };

let session: Session | null = null;
let exchanging: Promise<Tokens | null> | null = null;
let leaving: Promise<void> = Promise.resolve();
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
  // The end of the session before would otherwise take the new one's cookie away.
  await leaving;
  const response = await post("/api/v1/auth/login", { tenant: tenant || null, username, password });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw apiError(response, body);
  const tokens = body as Tokens;
  // Whoever was here before may have left without signing out: nothing of theirs is for this person.
  await wipeKeptAnswers();
  await wipeReports(tokens.user.user_id);
  storage.set("tenant", tenant || null);
  keep(tokens);
  return tokens.user;
}

/** Null means that the server refused; that nobody can say is thrown. */
async function exchange(tries = 0): Promise<Tokens | null> {
  const response = await post("/api/v1/auth/refresh", {});
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as Tokens;
  if (response.status === 409) {
    // Another tab was quicker, or the answer to an exchange was lost on its way: neither says that the session is over.
    const pauseMs = RACED_PAUSES_MS[tries];
    if (pauseMs === undefined) throw new ApiError({ type: "about:blank", title: "Service Unavailable", status: 503, code: "auth.refresh_raced", detail: "" });
    await timer.pause(pauseMs);
    return exchange(tries + 1);
  }
  // A server that is away or busy has not refused: the session is as good as before.
  if (response.status >= 500 || response.status === 429) throw apiError(response, body);
  return null;
}

/** A second use of a refresh token would end the session, so calls join, across tabs too: all share the cookie. */
function newTokens(): Promise<Tokens | null> {
  exchanging ??= alone("refresh", () => exchange()).finally(() => {
    exchanging = null;
  });
  return exchanging;
}

/** Exchanges the refresh token. False means that the server refused, or that nobody is signed in; no answer throws. */
export async function renew(): Promise<boolean> {
  const before = session;
  if (!before) return false;
  const tokens = await newTokens();
  // Whoever has signed out or in meanwhile is who counts.
  if (session !== before) return session !== null;
  if (tokens) keep(tokens);
  return tokens !== null;
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

/** Ends a session on the server, which wants an access token that is good. */
async function endOnServer({ accessToken, expiresAt }: Session): Promise<void> {
  const isGood = Date.now() < expiresAt - RENEW_BEFORE_MS;
  const token = isGood ? accessToken : (await newTokens())?.access_token;
  if (token) await post("/api/v1/auth/logout", {}, token);
}

/** Forgets everything of the person on this machine, reports that wait too, whether or not the server can be told. */
export async function signOut(): Promise<void> {
  const ended = session;
  storage.set("user", null);
  become(null);
  leaving = ended ? endOnServer(ended).catch(() => undefined) : Promise.resolve();
  await wipeKeptAnswers();
  await wipeReports();
  await leaving;
}

/** The server refused the session: sign in again, without asking it to end what has ended. Reports that wait stay for the person. */
export function dropSession(): void {
  storage.set("user", null);
  become(null);
  void wipeKeptAnswers();
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
