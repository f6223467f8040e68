import { useEffect, type ReactNode } from "react";

interface PageProps {
  title: ReactNode;
  /** The title as text, for the browser's tab. */
  name?: string;
  about?: ReactNode;
  filters?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A view: what it is about, its filters, its one primary action, and its panels. */
export function Page({ title, name, about, filters, actions, children }: PageProps) {
  const tab = name ?? (typeof title === "string" ? title : "");
  useEffect(() => {
    document.title = tab ? `${tab} · CarVrooom` : "CarVrooom";
  }, [tab]);
  return (
    <>
      <header className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 py-2">
        <h1 className="m-0 text-xl font-semibold tracking-[-0.01em]">{title}</h1>
        {about && <span className="text-ink-3">{about}</span>}
        {filters && <div className="flex flex-wrap items-center gap-2">{filters}</div>}
        {actions && <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </>
  );
}
