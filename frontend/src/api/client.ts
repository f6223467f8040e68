import createClient from "openapi-fetch";
import type { paths as AgentPaths } from "@/api/generated/agent-service";
import type { paths as AlertPaths } from "@/api/generated/alert-service";
import type { paths as AnalyticsPaths } from "@/api/generated/analytics-service";
import type { paths as HealthPaths } from "@/api/generated/health-service";
import type { paths as IngestionPaths } from "@/api/generated/ingestion-service";
import type { paths as SchedulingPaths } from "@/api/generated/scheduling-service";
import type { paths as WarrantyPaths } from "@/api/generated/warranty-service";
import { apiError, noAnswer } from "@/api/problem";
import { saveFile } from "@/lib/save-file";
import { accessToken, dropSession, renew } from "@/lib/session";

/** The gateway is one origin for all seven services, so one client has all their paths. */
type Paths = AgentPaths & AlertPaths & AnalyticsPaths & HealthPaths & IngestionPaths & SchedulingPaths & WarrantyPaths;

async function send(request: Request): Promise<Response> {
  const token = await accessToken();
  if (token) request.headers.set("authorization", `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    throw noAnswer(cause);
  }
}

/** A wrong password is refused with the same status as a token that is over, but no new token makes it right. */
async function isAboutPassword(response: Response): Promise<boolean> {
  const problem = (await response.json().catch(() => null)) as { code?: string } | null;
  return problem?.code === "auth.failed";
}

/** Sends with the access token; a refused token is exchanged once and the request sent again. When nobody can say whether the session is
 * still good, that is what is thrown: a service that is away signs nobody out. */
export async function authorizedFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await send(request);
  if (response.status !== 401 || (await isAboutPassword(response.clone()))) return response;
  if (!(await renew())) {
    dropSession();
    return response;
  }
  return send(again);
}

export const api = createClient<Paths>({ baseUrl: typeof location === "undefined" ? "" : location.origin, fetch: authorizedFetch });

/** The body of a successful answer; anything else is thrown as an `ApiError`. */
export async function data<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data: body, error, response } = await answer;
  if (!response.ok) throw apiError(response, error);
  return body as T;
}

/** A key that makes a repeated write the same write. */
export function idempotencyKey(): string {
  return crypto.randomUUID();
}

/** The answer at an address that the server itself has named. */
export async function getJson<T>(path: string): Promise<T> {
  const response = await authorizedFetch(new Request(`${location.origin}${path}`));
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw apiError(response, body);
  return body as T;
}

/** Asks for a file with the session's token and hands it to the browser under the server's name, or `fallback`. */
export async function download(path: string, fallback: string): Promise<void> {
  const response = await authorizedFetch(new Request(`${location.origin}${path}`));
  if (!response.ok) throw apiError(response, await response.json().catch(() => null));
  const name = /filename="?([^";]+)"?/.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? fallback;
  saveFile(name, await response.blob());
}
