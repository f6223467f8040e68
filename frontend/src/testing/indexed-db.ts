/** As much of IndexedDB as the app uses, in memory: jsdom has none. */
export function fakeIndexedDb(): IDBFactory {
  const stores = new Map<string, Map<string, unknown>>();
  const answer = <T>(result: T, before: () => void = () => undefined) => {
    const request = { result } as IDBRequest<T>;
    queueMicrotask(() => {
      before.call(request);
      request.onsuccess?.(new Event("success"));
    });
    return request;
  };
  const objectStore = (name: string) => {
    const rows = stores.get(name) as Map<string, unknown>;
    return {
      put: (row: { id: string }) => answer(rows.set(row.id, structuredClone(row))),
      delete: (id: string) => answer(rows.delete(id)),
      getAll: () => answer([...rows.values()].map((row) => structuredClone(row))),
    };
  };
  const database = { createObjectStore: (name: string) => stores.set(name, new Map()), transaction: () => ({ objectStore }), close: () => undefined };
  const open = () =>
    answer(database, function (this: IDBOpenDBRequest) {
      if (stores.size === 0) this.onupgradeneeded?.(new Event("upgradeneeded") as IDBVersionChangeEvent);
    });
  return { open } as unknown as IDBFactory;
}
