import { useEffect, useRef, useState, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { t, tn } from "@/lib/i18n";
import { waitingReports } from "@/lib/offline-jobs";
import { signOut, useUser } from "@/lib/session";

/** A dialog, as it is asked from a menu that has closed by then. */
function Question({ unsent, stay }: { unsent: number; stay: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-label={t("me.sign_out")} onClose={stay} className="m-auto w-[min(440px,92vw)] rounded-xl border border-line-strong bg-panel p-4 text-ink shadow-2xl backdrop:bg-black/30">
      <p className="m-0 mb-4">{tn("sign_out.unsent", unsent)}</p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={stay}>{t("sign_out.stay")}</Button>
        <Button look="danger" onClick={() => void signOut()}>
          {t("sign_out.discard")}
        </Button>
      </div>
    </dialog>
  );
}

/** Signs out; while reports wait on this device, which go with the person, it asks first. The question has to be put on the page. */
export function useSignOut(): { leave: () => Promise<void>; question: ReactNode } {
  const user = useUser();
  const [unsent, setUnsent] = useState(0);
  const leave = async () => {
    const reports = user ? await waitingReports(user.user_id).catch(() => []) : [];
    if (reports.length === 0) await signOut();
    else setUnsent(reports.length);
  };
  return { leave, question: unsent > 0 && <Question unsent={unsent} stay={() => setUnsent(0)} /> };
}
