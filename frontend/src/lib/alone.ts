/** Those that wait for their turn where the browser has no locks: it then has none for other tabs either. */
const turns = new Map<string, Promise<unknown>>();

/** Acts while nobody else in any tab does what has the same name. */
export async function alone<T>(name: string, act: () => Promise<T>): Promise<T> {
  if (navigator.locks) return (await navigator.locks.request(`carvrooom.${name}`, act)) as T;
  const turn = (turns.get(name) ?? Promise.resolve()).then(act, act);
  turns.set(name, turn);
  return turn;
}
