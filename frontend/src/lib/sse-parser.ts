/** One server-sent event. */
export interface ServerEvent {
  event: string;
  data: string;
  id: string | null;
}

/**
 * Parses an event stream by the HTML standard, 9.2.6: feed it text as it comes. `lastEventId` is what a new request
 * resumes from; `retryMs` what the server asked to wait.
 */
export class ServerEventParser {
  lastEventId = "";
  retryMs: number | null = null;
  #rest = "";
  #event = "";
  #data: string[] = [];
  /** Counts only once its event has come whole: else a new request would resume after an event that was never told. */
  #id = "";

  /** A new connection begins: what the one before left half told will be told again. */
  restart(): void {
    this.#rest = "";
    this.#event = "";
    this.#data = [];
    this.#id = this.lastEventId;
  }

  feed(text: string): ServerEvent[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    const events: ServerEvent[] = [];
    for (const line of lines) {
      const event = this.#line(line);
      if (event) events.push(event);
    }
    return events;
  }

  #line(line: string): ServerEvent | null {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
    return null;
  }

  #dispatch(): ServerEvent | null {
    this.lastEventId = this.#id;
    const event = { event: this.#event || "message", data: this.#data.join("\n"), id: this.lastEventId || null };
    const isEmpty = this.#data.length === 0;
    this.#event = "";
    this.#data = [];
    return isEmpty ? null : event;
  }
}
