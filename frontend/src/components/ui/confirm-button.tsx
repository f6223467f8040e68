import { useState } from "react";
import { Button } from "@/components/ui/button";
import { InlineFailure } from "@/components/ui/states";

interface ConfirmButtonProps {
  label: string;
  /** What the second press says: it does it. */
  really: string;
  busy: boolean;
  error?: unknown;
  act: () => void;
  /** The accessible name, where the label alone does not tell what of many is meant. */
  name?: string;
}

/** What cannot be undone asks for a second press, in its place and without a dialog. Leaving it takes the question back. */
export function ConfirmButton({ label, really, busy, error, act, name }: ConfirmButtonProps) {
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <Button look={isAsked ? "danger" : "quiet"} busy={busy} aria-label={name && !isAsked ? name : undefined} onBlur={() => setAsked(false)} onClick={() => (isAsked ? act() : setAsked(true))}>
        {isAsked ? really : label}
      </Button>
      <InlineFailure error={error} />
    </>
  );
}
