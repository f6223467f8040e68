import { useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError } from "@/api/problem";

/**
 * What is open beside a list when nobody has chosen: its first item, and then that one for as long as it exists. Whatever a live refresh
 * puts before it, it must not change under the hands of who reads or types there. A new `scope`, such as another filter, is another list:
 * there the first is chosen anew.
 *
 * `exists` says so of one that is no longer in the list. By an answer it leaves a filtered one; with the next item in its place, a second
 * press of the same button would answer that.
 */
export function useKept(ids: readonly string[], scope = "", exists: (id: string) => boolean = () => false): string | undefined {
  const [kept, setKept] = useState<{ id: string | undefined; scope: string }>({ id: undefined, scope });
  const isKept = kept.scope === scope && kept.id !== undefined && (ids.includes(kept.id) || exists(kept.id));
  const id = isKept ? kept.id : ids[0];
  if (kept.id !== id || kept.scope !== scope) setKept({ id, scope });
  return id;
}

/** Tells `useKept` what exists where each item has a query of its own: what that has shown, unless the service says that it is gone. */
export function useExists(keyOf: (id: string) => QueryKey): (id: string) => boolean {
  const client = useQueryClient();
  return (id) => {
    const state = client.getQueryState(keyOf(id));
    return state?.data !== undefined && !(state.error instanceof ApiError && state.error.kind === "not_found");
  };
}
