import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Download } from "lucide-react";
import { download } from "@/api/client";
import { Button } from "@/components/ui/button";
import { InlineFailure } from "@/components/ui/states";

/** Fetches a file of the API with the session's token and saves it. */
export function DownloadButton({ path, fallback, children, disabled }: { path: string; fallback: string; children: ReactNode; disabled?: boolean }) {
  const saving = useMutation({ mutationFn: () => download(path, fallback) });
  return (
    <>
      <InlineFailure error={saving.error} />
      <Button busy={saving.isPending} disabled={disabled} onClick={() => saving.mutate()}>
        <Download size={14} aria-hidden /> {children}
      </Button>
    </>
  );
}
