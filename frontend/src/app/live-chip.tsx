import { useEffect, useState } from "react";
import { cn } from "@/lib/cn";
import { clockSeconds } from "@/lib/format";
import { t } from "@/lib/i18n";
import { SILENCE_MS, useLive } from "@/lib/live";

/** Whether what is on screen follows the platform. */
export function LiveChip() {
  const { status, heardAt } = useLive();
  const [now, setNow] = useState(Date.now());
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5000);
    const update = () => setOnline(navigator.onLine);
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      clearInterval(timer);
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);
  const isLive = isOnline && status === "live" && (heardAt === null || now - heardAt < SILENCE_MS);
  const text = !isOnline ? t("live.offline") : isLive ? t("live.live") : status === "connecting" ? t("live.connecting") : t("live.lost");
  return (
    <span role="status" title={heardAt ? t("live.heard", { time: clockSeconds(heardAt) }) : undefined} className="flex items-center gap-2 px-2 py-1 text-xs text-ink-3">
      <span
        aria-hidden
        className={cn("size-[7px] flex-none", isLive ? "rounded-full bg-excellent" : status === "connecting" && isOnline ? "rounded-full bg-unknown" : "rotate-45 bg-poor")}
      />
      {text}
    </span>
  );
}
