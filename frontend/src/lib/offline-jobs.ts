/** The technician's jobs for the pit: answers kept by the service worker, and reports that wait for the network. */

import type { Problem } from "@/api/problem";

/** The request header by which the service worker knows an answer that it may keep. */
export const KEEP_OFFLINE = { "x-carvrooom-keep": "jobs" } as const;
/** The one cache that holds API answers; the service worker has the same name. */
export const JOBS_CACHE = "carvrooom-jobs";

const DATABASE = "carvrooom-jobs";
const STORE = "reports";

/** A report that could not be sent yet. */
export interface WaitingReport<Body = unknown> {
  id: string;
  userId: string;
  writtenAt: string;
  body: Body;
  /** Why the server did not take it: it is not sent again before the person has dealt with it. */
  refusal?: Problem;
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function inStore<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const request = act(database.transaction(STORE, mode).objectStore(STORE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}

async function allReports(): Promise<WaitingReport[]> {
  if (typeof indexedDB === "undefined") return [];
  return inStore("readonly", (store) => store.getAll());
}

export async function keepReport(report: WaitingReport): Promise<void> {
  await inStore("readwrite", (store) => store.put(report));
}

export async function dropReport(id: string): Promise<void> {
  await inStore("readwrite", (store) => store.delete(id));
}

/** Reports of this person that wait to be sent, or were refused and wait for the person. */
export async function waitingReports<Body>(userId: string): Promise<WaitingReport<Body>[]> {
  return (await allReports()).filter((report) => report.userId === userId) as WaitingReport<Body>[];
}

/** When a session ends, what the service worker kept of it goes. */
export async function wipeKeptAnswers(): Promise<void> {
  if (typeof caches !== "undefined") await caches.delete(JOBS_CACHE).catch(() => false);
}

/** Forgets reports that wait: all of them, or everybody's but one person's. They are work that was done, so only a person who leaves or
 * another one who comes ends them, never a session that the server refused. */
export async function wipeReports(exceptOf?: string): Promise<void> {
  const all = await allReports().catch(() => []);
  for (const { id } of all.filter((report) => report.userId !== exceptOf)) await dropReport(id).catch(() => undefined);
}
