import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

const LOOKS = {
  primary: "bg-accent border-accent text-on-accent hover:brightness-110",
  plain: "bg-panel border-line-strong text-ink hover:bg-sunken",
  quiet: "bg-transparent border-transparent text-ink-2 hover:bg-sunken",
  danger: "bg-panel border-critical text-critical-ink hover:bg-critical-soft",
};

type ButtonProps = ComponentProps<"button"> & { look?: keyof typeof LOOKS; large?: boolean; busy?: boolean };

export function buttonClass(look: keyof typeof LOOKS = "plain", large = false): string {
  return cn(
    "inline-flex items-center justify-center gap-1.5 rounded-[6px] border font-semibold whitespace-nowrap no-underline select-none",
    "transition-[background,filter] duration-100 disabled:opacity-55",
    large ? "min-h-11 px-4 text-[15px] rounded-lg" : "min-h-7 px-2.5 text-sm max-md:min-h-11 max-md:px-3.5 max-md:text-[15px]",
    LOOKS[look],
  );
}

/** One primary button a page. While busy it keeps its width and says so to a screen reader. */
export function Button({ look = "plain", large, busy, className, disabled, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={cn(buttonClass(look, large), busy && "animate-pulse", className)}
      aria-busy={busy || undefined}
      disabled={disabled || busy}
      {...rest}
    />
  );
}
