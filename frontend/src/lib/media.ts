import { useSyncExternalStore } from "react";

/** Follows a media query. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => matchMedia(query).matches,
  );
}

/** Wide enough for a table; below it the same is shown as cards. */
export const WIDE = "(min-width: 768px)";
/** Wide enough for a list and its detail side by side. */
export const SIDE_BY_SIDE = "(min-width: 1024px)";
