import type { AnalyticsTypes } from "@/api/queries";
import { Severity } from "@/components/ui/band";
import { failureMode, name, tn } from "@/lib/i18n";

/** The failures that most vehicles share. */
export function TopIssues({ issues }: { issues: AnalyticsTypes["schemas"]["IssueBody"][] }) {
  return (
    <ul className="m-0 grid list-none gap-2 px-4 pb-4">
      {issues.map((issue) => (
        <li key={issue.failure_mode} className="flex items-start gap-2">
          <span className="min-w-0 flex-1">
            <span className="block font-medium">{failureMode(issue.failure_mode, issue.name ?? issue.failure_mode)}</span>
            <span className="text-xs text-ink-3">
              {name("component", issue.component)} · {tn("fleet.vehicles", issue.vehicles)}
            </span>
          </span>
          <Severity severity={issue.worst_severity} />
        </li>
      ))}
    </ul>
  );
}
