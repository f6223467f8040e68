/** A failure as the services tell it: Problem Details for HTTP APIs (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  request_id?: string;
  params?: Record<string, unknown>;
  errors?: { path: string; code: string; text: string }[];
}

/** Why a view has no data. */
export type FailureKind = "offline" | "unavailable" | "forbidden" | "not_found" | "signed_out" | "failed";

/** What every query and mutation throws. `status` 0 means that no answer came. */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ApiError";
    this.problem = problem;
  }

  get kind(): FailureKind {
    // A path that no service has: an older platform, where that part is not to be had.
    if (this.problem.code === "gateway.no_such_path") return "unavailable";
    switch (this.problem.status) {
      case 0:
        return "offline";
      case 401:
        return "signed_out";
      case 403:
        return "forbidden";
      case 404:
        return "not_found";
      case 502:
      case 503:
      case 504:
        return "unavailable";
      default:
        return "failed";
    }
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && typeof (value as Problem).code === "string" && "title" in value;
}

/** The error of an answer that is no success. An answer without a problem body still tells its status and request id. */
export function apiError(response: Response, body: unknown): ApiError {
  if (isProblem(body)) return new ApiError(body);
  return new ApiError({
    type: "about:blank",
    title: response.statusText || "Error",
    status: response.status,
    code: "http.unexpected",
    detail: "",
    request_id: response.headers.get("x-request-id") ?? response.headers.get("x-correlation-id") ?? undefined,
  });
}

/** The error of a request that got no answer. */
export function noAnswer(cause: unknown): ApiError {
  const error = new ApiError({ type: "about:blank", title: "No answer", status: 0, code: "http.no_answer", detail: "" });
  error.cause = cause;
  return error;
}
