/** The technician's jobs for the pit: answers kept by the service worker, and reports that wait for the network. */

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

export async function keepReport(report: WaitingReport): Promise<void> {
  await inStore("readwrite", (store) => store.put(report));
}

export async function dropReport(id: string): Promise<void> {
  await inStore("readwrite", (store) => store.delete(id));
}

/** Reports of this person that wait to be sent. */
export async function waitingReports<Body>(userId: string): Promise<WaitingReport<Body>[]> {
  if (typeof indexedDB === "undefined") return [];
  const all = (await inStore("readonly", (store) => store.getAll())) as WaitingReport<Body>[];
  return all.filter((report) => report.userId === userId);
}

/** At sign-out nothing of the person stays on the machine. */
export async function wipeOfflineJobs(): Promise<void> {
  if (typeof caches !== "undefined") await caches.delete(JOBS_CACHE).catch(() => false);
  if (typeof indexedDB !== "undefined") {
    await inStore("readwrite", (store) => store.clear()).catch(() => undefined);
  }
}
