import { useSyncExternalStore } from "react";
import { authorizedFetch } from "@/api/client";
import { ServerEventParser } from "@/lib/sse-parser";

/** A change as the analytics service tells it. */
export interface Change {
  /** What the stream calls it; the same id again is the same change. */
  id?: string | null;
  type: string;
  vehicle_id: string | null;
  time: string;
  /** The service's English line: the kind in words, then what it was about, as in `alert created, vehicle V1, component brakes`. */
  summary: string;
}

export interface LiveState {
  status: "connecting" | "live" | "lost";
  /** When something was last heard: an event or the stream's keep-alive. */
  heardAt: number | null;
  /** The latest changes, newest first. */
  changes: Change[];
}

const KEPT_CHANGES = 40;
/** A stream that says nothing for longer than two keep-alives (one each 15 s) is lost: a network that goes away without a word ends no
 * connection. */
export const SILENCE_MS = 40_000;
const WAIT_MS = { first: 500, longest: 15_000 };

type Message = { kind: "change"; change: Change } | { kind: "reset" } | { kind: "status"; status: LiveState["status"] } | { kind: "heard" };

let state: LiveState = { status: "connecting", heardAt: null, changes: [] };
const listeners = new Set<() => void>();
const changeListeners = new Set<(change: Change) => void>();
const resetListeners = new Set<() => void>();

function become(next: Partial<LiveState>): void {
  state = { ...state, ...next };
  for (const listener of listeners) listener();
}

function take(message: Message): void {
  if (message.kind === "status") return become({ status: message.status });
  if (message.kind === "heard") return become({ heardAt: Date.now(), status: "live" });
  if (message.kind === "reset") {
    for (const listener of resetListeners) listener();
    return become({ heardAt: Date.now(), status: "live", changes: [] });
  }
  // After a lost connection the last seconds are told again, under the same ids.
  const { id } = message.change;
  if (id && state.changes.some((known) => known.id === id)) return become({ heardAt: Date.now(), status: "live" });
  become({ heardAt: Date.now(), status: "live", changes: [message.change, ...state.changes].slice(0, KEPT_CHANGES) });
  for (const listener of changeListeners) listener(message.change);
}

/** What the server says, unless it says nothing for too long. */
async function unlessSilent<T>(said: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error("the stream is silent")), SILENCE_MS)));
  return Promise.race([said, silence]).finally(() => clearTimeout(timer));
}

/** Reads the stream once, until it ends or is silent; tells what it hears. */
async function read(parser: ServerEventParser, signal: AbortSignal, tell: (message: Message) => void): Promise<void> {
  const headers: Record<string, string> = { accept: "text/event-stream" };
  parser.restart();
  if (parser.lastEventId) headers["last-event-id"] = parser.lastEventId;
  // A silent request is cancelled, whether it waits for its answer or for more of it: the browser has few connections to one server.
  const own = new AbortController();
  const cancel = () => own.abort();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const response = await unlessSilent(authorizedFetch(new Request(`${location.origin}/api/v1/stream`, { headers, signal: own.signal, cache: "no-store" })));
    if (!response.ok || !response.body) throw new Error(`the stream answered ${response.status}`);
    tell({ kind: "status", status: "live" });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await unlessSilent(reader.read());
      if (done) return;
      const events = parser.feed(value);
      if (events.length === 0) tell({ kind: "heard" });
      for (const event of events) {
        if (event.event === "change") tell({ kind: "change", change: { ...(JSON.parse(event.data) as Change), id: event.id } });
        if (event.event === "reset") tell({ kind: "reset" });
      }
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** Follows the stream for good: a server that ends it (a token's life is over) is asked again at once, a lost one with growing pauses. */
async function follow(signal: AbortSignal, tell: (message: Message) => void): Promise<void> {
  const parser = new ServerEventParser();
  let wait = WAIT_MS.first;
  while (!signal.aborted) {
    try {
      await read(parser, signal, tell);
      wait = WAIT_MS.first;
    } catch {
      if (signal.aborted) return;
      tell({ kind: "status", status: "lost" });
      wait = Math.min(wait * 2, WAIT_MS.longest);
    }
    await pause(parser.retryMs ?? wait * (0.5 + Math.random() / 2), signal);
  }
}

/**
 * Follows the tenant's changes for one person. Of all tabs in which the person is signed in, the one that holds the lock reads the
 * stream and tells the others; when it closes, the next takes over.
 */
export function startLive(person: string): () => void {
  const end = new AbortController();
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`carvrooom.live.${person}`);
  channel?.addEventListener("message", (message: MessageEvent<Message>) => take(message.data));
  const tell = (message: Message) => {
    take(message);
    channel?.postMessage(message);
  };
  const lead = () => follow(end.signal, tell);
  const led = navigator.locks ? navigator.locks.request(`carvrooom.live.${person}`, { signal: end.signal }, lead) : lead();
  led.catch(() => undefined);
  return () => {
    end.abort();
    channel?.close();
    become({ status: "connecting", heardAt: null, changes: [] });
  };
}

/** Calls back on each change. */
export function onChange(listener: (change: Change) => void): () => void {
  changeListeners.add(listener);
  return () => changeListeners.delete(listener);
}

/** Calls back when more was missed than the stream tells again: everything on screen is to be asked anew. */
export function onReset(listener: () => void): () => void {
  resetListeners.add(listener);
  return () => resetListeners.delete(listener);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLive(): LiveState {
  return useSyncExternalStore(subscribe, () => state);
}
