import { useSendWaiting } from "@/features/my-jobs/api";
import { can } from "@/lib/roles";
import { useUser } from "@/lib/session";

function Sender({ userId }: { userId: string }) {
  useSendWaiting(userId);
  return null;
}

/** Sends reports that wait, on whatever page the technician is when the network returns. */
export function ReportSender() {
  const user = useUser();
  return user && can(user.role, "do_jobs") ? <Sender key={user.user_id} userId={user.user_id} /> : null;
}
