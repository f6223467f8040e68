import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { SHORTCUTS } from "@/app/navigation";
import type { View } from "@/lib/roles";

/** A second key belongs to `g` for this long. */
const SEQUENCE_MS = 1200;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** `/` searches, `g f` goes to the fleet, `?` lists the keys. */
export function useKeyboard(views: View[], openSearch: () => void, openHelp: () => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let goneAt = 0;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
      if (event.key === "/") {
        event.preventDefault();
        openSearch();
      } else if (event.key === "?") {
        openHelp();
      } else if (event.key === "g") {
        goneAt = Date.now();
        return;
      } else if (Date.now() - goneAt < SEQUENCE_MS) {
        const view = views.find((candidate) => SHORTCUTS[candidate] === event.key);
        if (view) void navigate({ to: `/${view}` });
      }
      goneAt = 0;
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [views, navigate, openSearch, openHelp]);
}
