import { useState } from "react";
import { Copy } from "lucide-react";
import { Button } from "@/components/ui/button";
import { t } from "@/lib/i18n";

/** A secret that the server shows once: it can be copied, and is gone when the note is closed. */
export function SecretOnce({ label, secret, close }: { label: string; secret: string; close: () => void }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <div role="status" className="mb-4 grid gap-2 rounded-lg border border-accent bg-accent-soft p-4">
      <b className="font-semibold">{label}</b>
      <code className="rounded bg-panel px-2 py-1 text-base break-all select-all">{secret}</code>
      <div className="flex gap-2">
        <Button onClick={() => void navigator.clipboard?.writeText(secret).then(() => setCopied(true))}>
          <Copy size={13} aria-hidden /> {t(isCopied ? "admin.copied" : "admin.copy")}
        </Button>
        <Button look="quiet" onClick={close}>
          {t("admin.kept_it")}
        </Button>
      </div>
    </div>
  );
}
