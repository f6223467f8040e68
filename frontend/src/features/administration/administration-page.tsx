import { useNavigate, useSearch } from "@tanstack/react-router";
import { Tabs } from "radix-ui";
import { Page } from "@/components/layouts/page";
import { Agents } from "@/features/administration/components/agents";
import { Audit } from "@/features/administration/components/audit";
import { Conservation } from "@/features/administration/components/conservation";
import { Keys } from "@/features/administration/components/keys";
import { Models } from "@/features/administration/components/models";
import { Tenants } from "@/features/administration/components/tenants";
import { Users } from "@/features/administration/components/users";
import { t } from "@/lib/i18n";

const TABS = { users: Users, keys: Keys, audit: Audit, agents: Agents, data: Conservation, models: Models, tenants: Tenants };
type Tab = keyof typeof TABS;

/** Who may do what, what was done, and whether the platform itself is well. */
export function AdministrationPage() {
  const search = useSearch({ from: "/administration" });
  const navigate = useNavigate({ from: "/administration" });
  const tab: Tab = search.tab && search.tab in TABS ? (search.tab as Tab) : "users";
  return (
    <Page title={t("nav.administration")}>
      <Tabs.Root value={tab} onValueChange={(next) => void navigate({ search: { tab: next } })}>
        <Tabs.List aria-label={t("nav.administration")} className="mb-4 flex gap-1 overflow-x-auto border-b border-line">
          {(Object.keys(TABS) as Tab[]).map((name) => (
            <Tabs.Trigger
              key={name}
              value={name}
              className="-mb-px border-0 border-b-2 border-transparent bg-transparent px-3 py-2 font-medium whitespace-nowrap text-ink-2 data-[state=active]:border-accent data-[state=active]:text-accent max-md:py-3"
            >
              {t(`admin.${name}`)}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {(Object.keys(TABS) as Tab[]).map((name) => {
          const Content = TABS[name];
          return (
            <Tabs.Content key={name} value={name} tabIndex={-1}>
              <Content />
            </Tabs.Content>
          );
        })}
      </Tabs.Root>
    </Page>
  );
}
