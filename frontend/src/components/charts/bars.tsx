import type { ReactNode } from "react";

interface Bar {
  key: string;
  label: ReactNode;
  value: number;
  text: string;
  color?: string;
}

/** Horizontal bars with their values written out: the numbers are the table. */
export function Bars({ bars }: { bars: Bar[] }) {
  const max = Math.max(1, ...bars.map((bar) => bar.value));
  return (
    <dl className="m-0 grid grid-cols-[minmax(96px,140px)_minmax(0,1fr)_auto] gap-x-3 gap-y-2 px-4 pb-4">
      {bars.map((bar) => (
        <div key={bar.key} className="col-span-3 grid grid-cols-subgrid items-center">
          <dt className="truncate text-ink-2">{bar.label}</dt>
          <dd className="m-0 h-2.5 rounded-full bg-sunken" aria-hidden>
            <span className="block h-full rounded-full" style={{ width: `${(bar.value / max) * 100}%`, background: bar.color ?? "var(--accent)" }} />
          </dd>
          <dd className="m-0 text-right font-semibold">{bar.text}</dd>
        </div>
      ))}
    </dl>
  );
}
