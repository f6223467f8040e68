import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { LOCALES, setLocale, t, useLocale, type Locale } from "@/lib/i18n";

/** The page of whoever is not signed in: the name, what is asked for, and the language. */
export function Frame({ claim, children }: { claim: string; children: ReactNode }) {
  const locale = useLocale();
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="w-[min(360px,100%)]">
        <h1 className="m-0 mb-1 text-2xl font-bold tracking-[-0.02em]">
          Car<span className="text-accent">Vrooom</span>
        </h1>
        <p className="m-0 mb-6 text-ink-2">{claim}</p>
        {children}
        <div className="mt-4 flex gap-1" role="group" aria-label={t("me.language")}>
          {(Object.keys(LOCALES) as Locale[]).map((tag) => (
            <Button key={tag} look="quiet" lang={tag} aria-pressed={tag === locale} className={tag === locale ? "text-accent" : ""} onClick={() => void setLocale(tag)}>
              {LOCALES[tag]}
            </Button>
          ))}
        </div>
      </div>
    </main>
  );
}

export const CARD = "grid gap-4 rounded-lg border border-line bg-panel p-6 shadow-panel";
