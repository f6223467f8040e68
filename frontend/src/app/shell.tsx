import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { DropdownMenu } from "radix-ui";
import { useCallback, useRef, type ReactNode } from "react";
import { CircleUser, LogOut, Search, Settings } from "lucide-react";
import { queries } from "@/api/queries";
import { useKeyboard } from "@/app/keyboard";
import { LiveChip } from "@/app/live-chip";
import { ICONS, SHORTCUTS } from "@/app/navigation";
import { ReportSender } from "@/app/report-sender";
import { SearchPalette, ShortcutHelp } from "@/app/search-palette";
import { useSignOut } from "@/components/ui/sign-out";
import { cn } from "@/lib/cn";
import { name, t } from "@/lib/i18n";
import { VIEWS, type View } from "@/lib/roles";
import { useUser, type Role } from "@/lib/session";

/** As many tabs as a thumb can tell apart. */
const TABS = 5;

function useCounts(views: View[]): Partial<Record<View, number>> {
  const alerts = useQuery({ ...queries.alertStats(), enabled: views.includes("alerts") });
  return { alerts: alerts.data?.open };
}

function Brand() {
  return (
    <span className="text-lg font-bold tracking-[-0.01em]">
      Car<span className="text-accent">Vrooom</span>
    </span>
  );
}

function NavLink({ view, count, isTab }: { view: View; count?: number; isTab?: boolean }) {
  const Icon = ICONS[view];
  const look = isTab
    ? "flex min-w-0 flex-1 flex-col items-center gap-0.5 pt-2 pb-1.5 text-[11.5px] text-ink-3"
    : "flex items-center gap-2.5 rounded-[6px] px-2 py-[7px] font-medium text-ink-2 hover:bg-sunken";
  const on = isTab ? "text-accent font-semibold" : "bg-accent-soft text-accent hover:bg-accent-soft";
  return (
    <Link to={`/${view}`} className={cn(look, "relative no-underline")} activeProps={{ className: on }} aria-keyshortcuts={`g ${SHORTCUTS[view]}`}>
      <Icon size={isTab ? 21 : 16} strokeWidth={1.75} aria-hidden />
      <span className={isTab ? "max-w-full truncate" : ""}>{t(`nav.${view}`)}</span>
      {count !== undefined && count > 0 && (
        <span
          className={cn(
            "font-semibold",
            isTab ? "absolute top-1 left-1/2 ml-1.5 min-w-4 rounded-full bg-critical px-1 text-center text-[10px] text-white dark:text-bg" : "ml-auto text-xs text-ink-3",
          )}
        >
          {count}
        </span>
      )}
    </Link>
  );
}

/** `extra` are views that the tabs of a phone have no room for. */
function UserMenu({ compact, extra = [] }: { compact?: boolean; extra?: View[] }) {
  const user = useUser();
  const { leave, question } = useSignOut();
  const item = "flex cursor-pointer items-center gap-2 rounded px-2 py-1.5 outline-none data-highlighted:bg-sunken max-md:py-3";
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger
          aria-label={compact ? t("me.menu") : undefined}
          className={cn("flex items-center gap-2 rounded-[6px] border-0 bg-transparent p-2 text-left text-ink hover:bg-sunken", compact ? "" : "w-full")}
        >
          <CircleUser size={compact ? 22 : 18} strokeWidth={1.6} aria-hidden className="flex-none text-ink-3" />
          {!compact && (
            <span className="min-w-0 text-sm">
              <span className="block truncate font-medium">{user?.display_name ?? user?.username}</span>
              <span className="block truncate text-xs text-ink-3">{name("role", user?.role)}</span>
            </span>
          )}
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content sideOffset={4} align="end" className="z-50 min-w-44 rounded-lg border border-line bg-panel p-1 shadow-lg">
            {extra.map((view) => (
              <DropdownMenu.Item key={view} asChild>
                <Link to={`/${view}`} className={cn(item, "no-underline md:hidden")}>
                  {t(`nav.${view}`)}
                </Link>
              </DropdownMenu.Item>
            ))}
            <DropdownMenu.Item asChild>
              <Link to="/me" className={cn(item, "no-underline")}>
                <Settings size={14} aria-hidden /> {t("me.settings")}
              </Link>
            </DropdownMenu.Item>
            <DropdownMenu.Item className={item} onSelect={() => void leave()}>
              <LogOut size={14} aria-hidden /> {t("me.sign_out")}
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {question}
    </>
  );
}

function SearchButton({ open, compact }: { open: () => void; compact?: boolean }) {
  if (compact) {
    return (
      <button type="button" onClick={open} aria-label={t("search.open")} className="rounded-[6px] border-0 bg-transparent p-2 text-ink-3">
        <Search size={21} strokeWidth={1.6} aria-hidden />
      </button>
    );
  }
  return (
    <button type="button" onClick={open} className="mb-2 flex items-center gap-2.5 rounded-[6px] border border-line bg-bg px-2 py-1.5 text-sm text-ink-3 hover:border-line-strong">
      <Search size={14} aria-hidden /> {t("search.open")}
      <kbd className="ml-auto rounded border border-b-2 border-line-strong bg-panel px-1.5 font-sans text-xs font-semibold">/</kbd>
    </button>
  );
}

/** The frame of every view: navigation at the left, or tabs at the foot of a phone. */
export function Shell({ children }: { children: ReactNode }) {
  const user = useUser();
  const views = VIEWS[(user?.role ?? "SUPPORT") as Role];
  const counts = useCounts(views);
  const search = useRef<HTMLDialogElement>(null);
  const help = useRef<HTMLDialogElement>(null);
  const openSearch = useCallback(() => search.current?.showModal(), []);
  const openHelp = useCallback(() => help.current?.showModal(), []);
  useKeyboard(views, openSearch, openHelp);
  return (
    <div className="grid min-h-dvh grid-rows-[auto_1fr] md:grid-rows-none md:grid-cols-[184px_minmax(0,1fr)]">
      <a href="#main" className="sr-only z-50 rounded bg-accent p-2 text-on-accent focus:not-sr-only focus:absolute focus:top-2 focus:left-2">
        {t("nav.skip")}
      </a>
      <nav aria-label={t("nav.label")} className="sticky top-0 hidden h-dvh flex-col gap-0.5 border-r border-line bg-panel px-2 py-4 md:flex">
        <div className="px-2 pb-4">
          <Brand />
        </div>
        <SearchButton open={openSearch} />
        {views.map((view) => (
          <NavLink key={view} view={view} count={counts[view]} />
        ))}
        <div className="mt-auto grid gap-1">
          <LiveChip />
          <UserMenu />
        </div>
      </nav>
      <div className="sticky top-0 z-20 flex items-center gap-2 border-b border-line bg-panel py-1 pr-2 pl-4 md:hidden">
        <Brand />
        <span className="ml-auto" />
        <LiveChip />
        <SearchButton open={openSearch} compact />
        <UserMenu compact extra={views.slice(TABS)} />
      </div>
      <main id="main" className="min-w-0 px-6 pb-10 max-md:px-3 max-md:pb-24">
        {children}
      </main>
      <nav aria-label={t("nav.label")} className="fixed inset-x-0 bottom-0 z-20 flex border-t border-line bg-panel pb-[env(safe-area-inset-bottom)] md:hidden">
        {views.slice(0, TABS).map((view) => (
          <NavLink key={view} view={view} count={counts[view]} isTab />
        ))}
      </nav>
      <ReportSender />
      <SearchPalette dialog={search} views={views} />
      <ShortcutHelp dialog={help} views={views} />
    </div>
  );
}
