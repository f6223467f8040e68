import { useState } from "react";

/**
 * What is open beside a list when nobody has chosen: its first item, and then that one for as long as it is in the list. Whatever a live
 * refresh puts before it, it must not change under the hands of who reads or types there. A new `scope`, such as another filter, is
 * another list: there the first is chosen anew.
 */
export function useKept(ids: readonly string[], scope = ""): string | undefined {
  const [kept, setKept] = useState<{ id: string | undefined; scope: string }>({ id: undefined, scope });
  const isKept = kept.scope === scope && kept.id !== undefined && ids.includes(kept.id);
  const id = isKept ? kept.id : ids[0];
  if (kept.id !== id || kept.scope !== scope) setKept({ id, scope });
  return id;
}
