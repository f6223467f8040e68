import { useId, type ComponentProps, type ReactNode } from "react";
import { cn } from "@/lib/cn";
import { name } from "@/lib/i18n";

const CONTROL =
  "w-full min-h-8 rounded-[6px] border border-line-strong bg-panel px-2.5 py-1 text-ink placeholder:text-ink-3 max-md:min-h-11 max-md:text-[16px]";

type Labelled = { label: string; hint?: ReactNode; className?: string };

function Frame({ id, label, hint, className, children }: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className={cn("grid gap-1", className)}>
      <label htmlFor={id} className="text-sm font-medium text-ink-2">
        {label}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className="m-0 text-xs text-ink-3">
          {hint}
        </p>
      )}
    </div>
  );
}

export function TextField({ label, hint, className, ...rest }: Labelled & ComponentProps<"input">) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} className={className}>
      <input id={id} aria-describedby={hint ? `${id}-hint` : undefined} className={CONTROL} {...rest} />
    </Frame>
  );
}

export function TextArea({ label, hint, className, ...rest }: Labelled & ComponentProps<"textarea">) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} className={className}>
      <textarea id={id} rows={3} aria-describedby={hint ? `${id}-hint` : undefined} className={cn(CONTROL, "resize-y")} {...rest} />
    </Frame>
  );
}

export interface Choice {
  value: string;
  label: string;
}

export function SelectField({ label, hint, className, choices, ...rest }: Labelled & { choices: Choice[] } & ComponentProps<"select">) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} className={className}>
      <select id={id} className={CONTROL} {...rest}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </Frame>
  );
}

/** A filter above a list: the browser's own select in the dress of a chip. */
export function FilterChip({ label, choices, value, onChange }: { label: string; choices: Choice[]; value: string; onChange: (value: string) => void }) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className={cn(
        "max-w-48 rounded-full border border-line bg-panel py-1 pr-6 pl-2.5 text-sm max-md:min-h-10 max-md:text-[15px]",
        value ? "border-accent text-accent" : "text-ink-2",
      )}
    >
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

/** Choices of values that the catalogue has names for, after one that means "any". */
export function namedChoices(group: Parameters<typeof name>[0], values: readonly string[], any: string): Choice[] {
  return [{ value: "", label: any }, ...values.map((value) => ({ value, label: name(group, value) }))];
}
