// Generated from contracts/http/analytics-service.openapi.json by `npm run generate`; do not edit.

export interface paths {
    "/api/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists keys, without their secrets. */
        get: operations["list_keys"];
        put?: never;
        /** Issues a key; its secret is shown once. */
        post: operations["issue_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes a key in every service. */
        delete: operations["revoke_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replaces a key by one with the same rights; the new secret is shown once, the old key ends after the overlap. */
        post: operations["rotate_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Downloads the log as CSV, newest first, at most 100,000 lines. */
        get: operations["export_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what happened in the tenant, newest first. Who is bound to some vehicles sees what is about these alone. */
        get: operations["list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/user-activity/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what one person or key did, newest first. */
        get: operations["show_user_activity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs a person in. A browser (a request with an Origin) gets its refresh token as a cookie that no script can read, a program in the body. */
        post: operations["sign_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the caller's session in every service, and takes a browser's cookie away. */
        post: operations["sign_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchanges a refresh token (the body's, or a browser's cookie) for a new pair; a second use of the same token ends the session. */
        post: operations["refresh_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the caller's live sessions. */
        get: operations["list_sessions"];
        put?: never;
        post?: never;
        /** Ends the caller's other sessions in every service. */
        delete: operations["end_other_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends one of the caller's sessions in every service. */
        delete: operations["end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dashboards/executive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The executive's first screen. */
        get: operations["show_executive_dashboard"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dashboards/fleet": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The fleet manager's first screen. */
        get: operations["show_fleet_dashboard"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dashboards/fleet/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the fleet has to do, of one component, severity or depot: the dashboard's list holds the first hundred of all. */
        get: operations["list_actions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dashboards/owner/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An owner's first screen; an OWNER sees their own only. */
        get: operations["show_owner_dashboard"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dashboards/technician/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A technician's first screen. */
        get: operations["show_technician_dashboard"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists invitations, without their tokens. */
        get: operations["list_invitations"];
        put?: never;
        /** Invites a person; the token is shown once. */
        post: operations["invite_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Becomes a user by the token of an invitation; it is good once. */
        post: operations["accept_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes an invitation back. */
        delete: operations["revoke_invitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/kpis": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists every key figure. */
        get: operations["list_kpis"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/metrics/alert-stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How alerts are raised, delivered and answered. */
        get: operations["show_alert_stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/metrics/fleet-health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How healthy the fleet is. */
        get: operations["show_fleet_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/metrics/warranty-stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the warranty checked and what was claimed. */
        get: operations["show_warranty_stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/metrics/{kpi}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One key figure. */
        get: operations["show_kpi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/metrics/{kpi}/rows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The rows that a key figure was made of, newest first, with the events that told them. */
        get: operations["list_kpi_rows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/read-models/rebuild": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the last rebuild went. */
        get: operations["show_rebuild"];
        put?: never;
        /**
         * Builds the read models of all tenants anew from the producers' archives, while they go on being read. Only the default tenant's
         *     administration may.
         */
        post: operations["rebuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists reports, newest first. */
        get: operations["list_reports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/generate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a report; its file is at `path`. */
        post: operations["generate_report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the reports that come by themselves. */
        get: operations["list_schedules"];
        put?: never;
        /** Lets a report come each Monday at six, UTC. */
        post: operations["schedule_report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/schedules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends a schedule. */
        delete: operations["end_schedule"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/{id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A report's file. */
        get: operations["download_report"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Streams changes: events `change` with an id and `{type, vehicle_id, time, summary}`. `Last-Event-ID` resumes: what came since is told
         *     first, and the last seconds before may be told again under the same ids. An event `reset` says that more was missed than is told
         *     again, so everything on the screen is to be looked at anew. A client that falls behind is let go, and so is everyone
         *     after the longest life of an access token or when barred: a client comes back with a fresh token.
         */
        get: operations["follow_changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/support-consents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists consents. */
        get: operations["list_consents"];
        put?: never;
        /** Lets the tenant's SUPPORT people sign in and read for so many hours. */
        post: operations["grant_consent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/support-consents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes a consent back; the sessions of SUPPORT people end in every service. */
        delete: operations["revoke_consent"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists tenants: all for the default tenant's administration, their own for others. */
        get: operations["list_tenants"];
        put?: never;
        /** Creates a tenant with its first ADMIN; only the default tenant's administration may. */
        post: operations["create_tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists users. */
        get: operations["list_users"];
        put?: never;
        /** Adds a user; without a password one is made and shown once. */
        post: operations["create_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows the caller. */
        get: operations["show_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes the caller's own password; their other sessions end. */
        post: operations["change_own_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/names": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Names people of the tenant: names on screen, nothing else. */
        get: operations["list_names"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a user. */
        get: operations["show_user"];
        /** Changes a user; whoever's rights or password change signs in again, and a change of rights ends their own keys. */
        put: operations["change_user"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Disables a user and ends their sessions and their own keys. */
        post: operations["disable_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists a user's live sessions. */
        get: operations["list_sessions_of_user"];
        put?: never;
        post?: never;
        /** Ends all of a user's sessions in every service. */
        delete: operations["end_sessions_of_user"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/unlock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lifts the lock that failed sign-ins have put on a user. */
        post: operations["unlock_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The acceptance of an invitation. */
        AcceptanceBody: {
            /** @description The invitation's where it is left out. */
            display_name?: string | null;
            /** @description At least 12 characters and at most 72 bytes. */
            password: string;
            token: string;
            username: string;
        };
        /** @description Who somebody has become. */
        AcceptedBody: {
            tenant_id: string;
            user_id: string;
            username: string;
        };
        /** @description Something to do. */
        ActionBody: {
            component: string;
            /** Format: date-time */
            decided_at: string;
            decision: components["schemas"]["ReasonBody"];
            decision_id: string;
            depot_id?: string | null;
            estimated_cost_high?: components["schemas"]["MoneyBody"] | null;
            estimated_cost_low?: components["schemas"]["MoneyBody"] | null;
            failure_mode: string;
            /** @description English; empty where the decision gave none. */
            failure_name: string;
            fleet_id?: string | null;
            /** Format: double */
            km_per_day?: number | null;
            make?: string | null;
            model?: string | null;
            next_visit?: components["schemas"]["NextVisit"] | null;
            /** Format: double */
            odometer_km?: number | null;
            recommended_action?: components["schemas"]["ReasonBody"] | null;
            rul_km?: components["schemas"]["RemainingBody"] | null;
            severity: string;
            urgency: string;
            vehicle_id: string;
            waiting: components["schemas"]["WaitingBody"];
            /** @description The cost of `waiting` once more. */
            waiting_cost_week: components["schemas"]["MoneyBody"];
            warranty_covered?: boolean | null;
        };
        /** @description What can be chosen from, and how many there are of each. */
        ActionChoices: {
            components: {
                [key: string]: number;
            };
            depots: {
                [key: string]: number;
            };
            severities: Record<string, never>;
        };
        /** @description What was asked for of all that there is to do. */
        ActionsBody: {
            action_choices: components["schemas"]["ActionChoices"];
            action_list: components["schemas"]["ActionBody"][];
            /**
             * Format: int64
             * @description How many there are, also beyond the end of the list.
             */
            actions_total: number;
            method: Record<string, never>;
        };
        /** @description How alerts are raised, delivered and answered. */
        AlertStats: {
            /** Format: int64 */
            acknowledged: number;
            by_severity: components["schemas"]["CountBody"][];
            deliveries: components["schemas"]["CountBody"][];
            /** Format: double */
            mean_acknowledge_s?: number | null;
        };
        /** @description Alerts in numbers. */
        AlertStatsBody: {
            alert_stats: components["schemas"]["AlertStats"];
            kpi: components["schemas"]["KpiBody"];
            method: Record<string, never>;
        };
        /** @description A consent. */
        ConsentBody: {
            consent_id: string;
            /** Format: date-time */
            expires_at: string;
            /** Format: date-time */
            granted_at: string;
            granted_by: string;
            reason?: string | null;
            /** Format: date-time */
            revoked_at?: string | null;
            /** @description RUNNING, OVER or REVOKED. */
            status: string;
        };
        /** @description What repairs may cost, did cost, and saved. */
        CostMetrics: {
            avoided_estimate: components["schemas"]["MoneyBody"][];
            /** Format: int64 */
            completed_visits: number;
            /** Format: int64 */
            confirmed_visits: number;
            false_alarm_cost: components["schemas"]["MoneyBody"][];
            /** Format: int64 */
            false_alarm_visits: number;
            /** Format: int64 */
            open_decisions: number;
            open_estimate_high: components["schemas"]["MoneyBody"][];
            open_estimate_low: components["schemas"]["MoneyBody"][];
            spent: components["schemas"]["MoneyBody"][];
        };
        /** @description A count with what it counts. */
        CountBody: {
            /** Format: int64 */
            count: number;
            /** @description Severity or channel. */
            of: string;
            state: string;
        };
        /** @description A tenant that was created. */
        CreatedTenantBody: {
            admin: components["schemas"]["UserBody"];
            /** @description Present when no password was given; shown once. */
            generated_password?: string | null;
            tenant: components["schemas"]["TenantBody"];
        };
        /** @description A user that was added. */
        CreatedUserBody: {
            /** @description Present when no password was given; shown once. */
            generated_password?: string | null;
            user: components["schemas"]["UserBody"];
        };
        /** @description One line of the audit log. */
        EntryBody: {
            actor_id?: string | null;
            correlation_id: string;
            /**
             * Format: int64
             * @description How many requests the line stands for: alike ones within about a second are one line.
             */
            count: number;
            event_id: string;
            historical: boolean;
            method?: string | null;
            /** @description DONE, DENIED or FAILED, where somebody asked for it. */
            outcome?: string | null;
            /**
             * Format: date-time
             * @description When it was learned.
             */
            recorded_time: string;
            role?: string | null;
            /** @description Template of the path. */
            route?: string | null;
            source: string;
            /**
             * Format: int32
             * @description HTTP status.
             */
            status?: number | null;
            subject?: string | null;
            summary: components["schemas"]["SummaryBody"];
            /**
             * Format: date-time
             * @description When it was true.
             */
            time: string;
            type: string;
            vehicle_id?: string | null;
        };
        /** @description An event by id and type. */
        EventRef: {
            event_id: string;
            type: string;
        };
        /** @description The executive's first screen. */
        ExecutiveDashboardBody: {
            alert_stats: components["schemas"]["AlertStats"];
            cost_metrics: components["schemas"]["CostMetrics"];
            fleet_summary: components["schemas"]["FleetSummary"];
            health_distribution: Record<string, never>;
            kpis: components["schemas"]["KpiBody"][];
            method: Record<string, never>;
            visit_stats: components["schemas"]["VisitStats"];
            warranty_stats: components["schemas"]["WarrantyStats"];
        };
        /** @description What was wrong at one place of the request. */
        FieldError: {
            /** @description Stable code of what is wrong. */
            code: string;
            /** @description Where: a JSON Pointer (RFC 6901) into the body, or a parameter's name. */
            path: string;
            /** @description The same in English. */
            text: string;
        };
        /** @description The first ADMIN of a new tenant. */
        FirstAdminBody: {
            display_name?: string | null;
            email?: string | null;
            password?: string | null;
            /** @description `admin` where it is left out. */
            username?: string | null;
        };
        /** @description The fleet manager's first screen. */
        FleetDashboardBody: {
            action_choices: components["schemas"]["ActionChoices"];
            action_list: components["schemas"]["ActionBody"][];
            /**
             * Format: int64
             * @description How many there are, also beyond the end of the list.
             */
            actions_total: number;
            cost_metrics: components["schemas"]["CostMetrics"];
            /**
             * Format: int64
             * @description Vehicles with an open decision that is due before the day is over, and no visit; also those beyond the end of the list.
             */
            due_today: number;
            fleet_summary: components["schemas"]["FleetSummary"];
            health_distribution: Record<string, never>;
            health_trend: components["schemas"]["TrendDay"][];
            method: Record<string, never>;
            /**
             * Format: int64
             * @description Null for who is bound to some vehicles: records are not counted by vehicle.
             */
            telemetry_records_24h?: number | null;
            top_issues: components["schemas"]["IssueBody"][];
            worst_vehicles: components["schemas"]["VehicleBody"][];
        };
        /** @description The fleet's health. */
        FleetHealthBody: {
            fleet_summary: components["schemas"]["FleetSummary"];
            health_distribution: Record<string, never>;
            kpi: components["schemas"]["KpiBody"];
            method: Record<string, never>;
            worst_components: components["schemas"]["WorstComponent"][];
        };
        /** @description The fleet in a few numbers. */
        FleetSummary: {
            /**
             * Format: double
             * @description 0 to 1.
             */
            mean_health_score?: number | null;
            /**
             * Format: double
             * @description Share of GOOD or better, 0 to 1.
             */
            share_good?: number | null;
            /** Format: int64 */
            vehicles: number;
            /** Format: int64 */
            with_critical_alerts: number;
            /** Format: int64 */
            with_open_alerts: number;
            /** Format: int64 */
            with_visit: number;
        };
        /** @description What report is wanted. */
        GenerateBody: {
            /** @description `csv`, `xlsx` or `pdf`. */
            format: string;
            /**
             * Format: date
             * @description The first day, UTC; without it 90 days before `to`.
             */
            from?: string | null;
            /** @description `fleet` or `executive`. */
            kind: string;
            /** @description The language as a BCP 47 tag, such as `de-AT`; without it the caller's own. One that there are no words of gets English. */
            locale?: string | null;
            /**
             * Format: date
             * @description The first day that is no part of it; without it tomorrow.
             */
            to?: string | null;
        };
        /** @description An invitation, without its token. */
        InvitationBody: {
            /** Format: date-time */
            created_at: string;
            created_by: string;
            depot_ids: string[];
            /** @description Forgotten once it was accepted. */
            display_name?: string | null;
            email?: string | null;
            /** Format: date-time */
            expires_at: string;
            fleet_ids: string[];
            invitation_id: string;
            role: string;
            /** @description OPEN, ACCEPTED, REVOKED or EXPIRED. */
            status: string;
            /** @description Who accepted it. */
            user_id?: string | null;
            vehicle_ids: string[];
        };
        /** @description A failure that vehicles share. */
        IssueBody: {
            component: string;
            failure_mode: string;
            name?: string | null;
            /** Format: int64 */
            vehicles: number;
            worst_severity: string;
        };
        /** @description A key that was issued. */
        IssuedKeyBody: {
            key: components["schemas"]["KeyBody"];
            /** @description Shown once; nobody can show it again. */
            secret: string;
        };
        /** @description A technician's job. */
        JobBody: {
            appointment_id: string;
            bay_id?: string | null;
            center_id?: string | null;
            component?: string | null;
            decision?: components["schemas"]["ReasonBody"] | null;
            /** Format: date-time */
            ends_at?: string | null;
            failure_mode?: string | null;
            recommended_action?: components["schemas"]["ReasonBody"] | null;
            service_code?: string | null;
            severity?: string | null;
            /** Format: date-time */
            starts_at?: string | null;
            state: string;
            vehicle_id: string;
            why?: components["schemas"]["ReasonBody"] | null;
        };
        /** @description A key, without its secret. */
        KeyBody: {
            /** Format: date-time */
            created_at: string;
            created_by: string;
            /** Format: date-time */
            expires_at?: string | null;
            key_id: string;
            kind: string;
            /**
             * Format: date-time
             * @description To within some minutes.
             */
            last_used_at?: string | null;
            name: string;
            /** @description The first characters of the secret. */
            prefix: string;
            /** @description The key that takes its place. */
            replaced_by?: string | null;
            role?: string | null;
            scopes: string[];
            /** @description ACTIVE, REVOKED or EXPIRED. */
            status: string;
            vehicle_ids?: string[] | null;
        };
        /**
         * @description Who holds a key.
         * @enum {string}
         */
        KeyKindName: "DEVICE" | "SERVICE" | "USER";
        /** @description A key figure over a period. */
        KpiBody: {
            amounts: {
                [key: string]: components["schemas"]["MoneyBody"][];
            };
            breakdown: components["schemas"]["SliceBody"][];
            currency?: string | null;
            id: string;
            method: components["schemas"]["KpiMethod"];
            /**
             * Format: int64
             * @description What the value rests on.
             */
            n: number;
            /** @description English. */
            name: string;
            numbers: {
                [key: string]: number | null;
            };
            period: components["schemas"]["PeriodBody"];
            /**
             * Format: double
             * @description The value of the same number of days before.
             */
            previous?: number | null;
            /** @description Where its rows are. */
            rows: string;
            series: components["schemas"]["PointBody"][];
            /** @description `share` (0 to 1), `s`, or `minor` (minor units of `currency`). */
            unit: string;
            /**
             * Format: double
             * @description None where there is nothing to compute it from.
             */
            value?: number | null;
        };
        /** @description A coded text with its parts. */
        KpiMethod: {
            /** @description How each of `amounts` is computed. */
            amounts: {
                [key: string]: string;
            };
            breakdown: string;
            /** @description Changes when the method does. */
            code: string;
            /** @description How each of `numbers` is computed. */
            numbers: {
                [key: string]: string;
            };
            text: string;
        };
        /** @description One of the things that a figure was made of. */
        KpiRowBody: {
            amounts: {
                [key: string]: components["schemas"]["MoneyBody"];
            };
            component?: string | null;
            events: components["schemas"]["EventRef"][];
            /** @description The visit, alert, decision, check or claim; of fleet health the vehicle. */
            id: string;
            /** @description What it counted as. */
            kind: string;
            numbers: {
                [key: string]: number;
            };
            /** Format: date-time */
            time: string;
            vehicle_id: string;
        };
        /** @description All key figures. */
        KpisBody: {
            items: components["schemas"]["KpiBody"][];
        };
        /** @description An invitation that was made. */
        MadeInvitationBody: {
            invitation: components["schemas"]["InvitationBody"];
            /** @description The web app's page that accepts it; put the app's own address before it. */
            path: string;
            /** @description Shown once. */
            token: string;
        };
        /** @description An amount of money. */
        MoneyBody: {
            /** Format: int64 */
            amount_minor: number;
            currency: string;
        };
        /** @description A person's name on screen. */
        NameBody: {
            display_name: string;
            user_id: string;
        };
        /** @description Names of people. */
        NamesBody: {
            items: components["schemas"]["NameBody"][];
        };
        /** @description A consent to grant. */
        NewConsentBody: {
            /**
             * Format: int64
             * @description 1 to 168.
             */
            hours: number;
            reason?: string | null;
        };
        /** @description A person to invite. */
        NewInvitationBody: {
            depot_ids?: string[];
            display_name?: string | null;
            email?: string | null;
            /**
             * Format: int64
             * @description 1 to 720; 72 where it is left out.
             */
            expires_in_hours?: number | null;
            fleet_ids?: string[];
            /** @description BCP 47; `en` where it is left out. */
            locale?: string | null;
            role: components["schemas"]["RoleName"];
            vehicle_ids?: string[];
        };
        /** @description A key to issue. */
        NewKeyBody: {
            /**
             * Format: int64
             * @description 1 to 3650; left out: it does not expire.
             */
            expires_in_days?: number | null;
            kind: components["schemas"]["KeyKindName"];
            name: string;
            role?: components["schemas"]["RoleName"] | null;
            /** @description What the key may do; empty for a USER key. */
            scopes?: string[];
            /** @description The vehicles it is bound to; left out: all of the tenant. */
            vehicle_ids?: string[] | null;
        };
        /** @description A tenant to create. */
        NewTenantBody: {
            admin?: components["schemas"]["FirstAdminBody"];
            name: string;
            /** @description `ten_` and up to 60 lower-case letters, digits, dashes or underscores; left out: one is made. */
            tenant_id?: string | null;
        };
        /** @description A user to add. */
        NewUserBody: {
            depot_ids?: string[];
            display_name?: string | null;
            email?: string | null;
            fleet_ids?: string[];
            /** @description BCP 47; `en` where it is left out. */
            locale?: string | null;
            /** @description At least 12 characters and at most 72 bytes; left out: one is made and shown once. */
            password?: string | null;
            role: components["schemas"]["RoleName"];
            username: string;
            /** @description What the person may see, with the vehicles of the fleets and depots; all empty: everything, but for an OWNER only what is theirs. */
            vehicle_ids?: string[];
        };
        /** @description The vehicle's next visit. */
        NextVisit: {
            appointment_id: string;
            /** Format: date-time */
            starts_at: string;
        };
        /** @description A vehicle of an owner, with what it needs. */
        OwnedVehicleBody: components["schemas"]["VehicleBody"] & {
            actions: components["schemas"]["ActionBody"][];
        };
        /** @description An owner's first screen. */
        OwnerDashboardBody: {
            method: Record<string, never>;
            user_id: string;
            vehicles: components["schemas"]["OwnedVehicleBody"][];
        };
        /** @description One page of a list. */
        Page_ConsentBody: {
            items: {
                consent_id: string;
                /** Format: date-time */
                expires_at: string;
                /** Format: date-time */
                granted_at: string;
                granted_by: string;
                reason?: string | null;
                /** Format: date-time */
                revoked_at?: string | null;
                /** @description RUNNING, OVER or REVOKED. */
                status: string;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_EntryBody: {
            items: {
                actor_id?: string | null;
                correlation_id: string;
                /**
                 * Format: int64
                 * @description How many requests the line stands for: alike ones within about a second are one line.
                 */
                count: number;
                event_id: string;
                historical: boolean;
                method?: string | null;
                /** @description DONE, DENIED or FAILED, where somebody asked for it. */
                outcome?: string | null;
                /**
                 * Format: date-time
                 * @description When it was learned.
                 */
                recorded_time: string;
                role?: string | null;
                /** @description Template of the path. */
                route?: string | null;
                source: string;
                /**
                 * Format: int32
                 * @description HTTP status.
                 */
                status?: number | null;
                subject?: string | null;
                summary: components["schemas"]["SummaryBody"];
                /**
                 * Format: date-time
                 * @description When it was true.
                 */
                time: string;
                type: string;
                vehicle_id?: string | null;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_InvitationBody: {
            items: {
                /** Format: date-time */
                created_at: string;
                created_by: string;
                depot_ids: string[];
                /** @description Forgotten once it was accepted. */
                display_name?: string | null;
                email?: string | null;
                /** Format: date-time */
                expires_at: string;
                fleet_ids: string[];
                invitation_id: string;
                role: string;
                /** @description OPEN, ACCEPTED, REVOKED or EXPIRED. */
                status: string;
                /** @description Who accepted it. */
                user_id?: string | null;
                vehicle_ids: string[];
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_KeyBody: {
            items: {
                /** Format: date-time */
                created_at: string;
                created_by: string;
                /** Format: date-time */
                expires_at?: string | null;
                key_id: string;
                kind: string;
                /**
                 * Format: date-time
                 * @description To within some minutes.
                 */
                last_used_at?: string | null;
                name: string;
                /** @description The first characters of the secret. */
                prefix: string;
                /** @description The key that takes its place. */
                replaced_by?: string | null;
                role?: string | null;
                scopes: string[];
                /** @description ACTIVE, REVOKED or EXPIRED. */
                status: string;
                vehicle_ids?: string[] | null;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_KpiRowBody: {
            items: {
                amounts: {
                    [key: string]: components["schemas"]["MoneyBody"];
                };
                component?: string | null;
                events: components["schemas"]["EventRef"][];
                /** @description The visit, alert, decision, check or claim; of fleet health the vehicle. */
                id: string;
                /** @description What it counted as. */
                kind: string;
                numbers: {
                    [key: string]: number;
                };
                /** Format: date-time */
                time: string;
                vehicle_id: string;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ReportBody: {
            items: {
                /** Format: int64 */
                byte_count: number;
                file_name: string;
                format: string;
                /** Format: date */
                from: string;
                /** Format: date-time */
                generated_at: string;
                kind: string;
                /** @description The language that it is written in. */
                locale: string;
                /** @description Where its file is. */
                path: string;
                report_id: string;
                requested_by: string;
                /** @description Of one that came by itself. */
                schedule_id?: string | null;
                /** Format: date */
                to: string;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_SessionBody: {
            items: {
                /** @description Where the sign-in came from. */
                address?: string | null;
                /** Format: date-time */
                created_at: string;
                /** @description The session of this request. */
                current: boolean;
                /** Format: date-time */
                expires_at: string;
                /** Format: date-time */
                last_used_at: string;
                session_id: string;
                /** @description What the browser or program called itself at sign-in. */
                user_agent?: string | null;
                user_id: string;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_TenantBody: {
            items: {
                /** Format: date-time */
                created_at: string;
                name: string;
                status: string;
                tenant_id: string;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_UserBody: {
            items: {
                /** Format: date-time */
                created_at: string;
                depot_ids: string[];
                display_name?: string | null;
                email?: string | null;
                fleet_ids: string[];
                locale: string;
                role: string;
                status: string;
                tenant_id: string;
                user_id: string;
                username: string;
                vehicle_ids: string[];
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description A change of the caller's own password. */
        PasswordChangeBody: {
            current_password: string;
            /** @description At least 12 characters and at most 72 bytes. */
            new_password: string;
        };
        /** @description Whole UTC days. */
        PeriodBody: {
            /** Format: date */
            from: string;
            step: string;
            /**
             * Format: date
             * @description The first day that is no part of it.
             */
            to: string;
        };
        /** @description A part of a figure's course. */
        PointBody: {
            /** Format: date */
            from: string;
            /** Format: int64 */
            n: number;
            /** Format: double */
            value?: number | null;
        };
        /** @description A problem body. 5xx problems carry no detail: the cause is in the log under the same `request_id`. */
        Problem: {
            code: string;
            detail: string;
            errors?: components["schemas"]["FieldError"][];
            params?: Record<string, never>;
            request_id?: string | null;
            /** Format: int32 */
            status: number;
            title: string;
            type: string;
        };
        /** @description A coded text. */
        ReasonBody: {
            code: string;
            params: Record<string, never>;
            text: string;
        };
        /** @description Whether a rebuild runs, and what the last one of this process did. */
        RebuildBody: {
            last?: components["schemas"]["RebuiltBody"] | null;
            running: boolean;
        };
        /** @description What a rebuild did. */
        RebuiltBody: {
            /** @description Why it failed; the read models are as before. */
            error?: string | null;
            /** Format: int64 */
            events: number;
            /** Format: int64 */
            events_not_understood: number;
            /** Format: double */
            events_per_second: number;
            /**
             * Format: double
             * @description Of these, how long consumers had to wait.
             */
            held_seconds: number;
            /** @description Rows of each read model, all tenants together. */
            rows: Record<string, never>;
            /** Format: double */
            seconds: number;
        };
        /** @description A refresh token to exchange; a browser's is in its cookie instead. */
        RefreshBody: {
            refresh_token?: string | null;
        };
        /** @description Remaining useful life, km. */
        RemainingBody: {
            /** Format: double */
            p05: number;
            /** Format: double */
            p50: number;
            /** Format: double */
            p95: number;
        };
        /** @description A report that was made. */
        ReportBody: {
            /** Format: int64 */
            byte_count: number;
            file_name: string;
            format: string;
            /** Format: date */
            from: string;
            /** Format: date-time */
            generated_at: string;
            kind: string;
            /** @description The language that it is written in. */
            locale: string;
            /** @description Where its file is. */
            path: string;
            report_id: string;
            requested_by: string;
            /** @description Of one that came by itself. */
            schedule_id?: string | null;
            /** Format: date */
            to: string;
        };
        /**
         * @description The roles of people.
         * @enum {string}
         */
        RoleName: "OWNER" | "FLEET_MANAGER" | "TECHNICIAN" | "ADMIN" | "EXECUTIVE" | "SUPPORT";
        /** @description A key to replace. */
        RotationBody: {
            /**
             * Format: int64
             * @description How long the old key stays good: 0 to 720; 24 where it is left out.
             */
            overlap_hours?: number | null;
        };
        /** @description A report that comes by itself. */
        ScheduleBody: {
            created_by: string;
            /**
             * Format: date-time
             * @description When it comes next.
             */
            due_at: string;
            format: string;
            kind: string;
            /** @description As it was asked for. */
            locale: string;
            recipient_ids: string[];
            schedule_id: string;
        };
        /** @description What shall come each week. */
        ScheduleRequest: {
            /** @description `csv`, `xlsx` or `pdf`. */
            format: string;
            /** @description `fleet` or `executive`. */
            kind: string;
            /** @description The language as a BCP 47 tag, such as `de-AT`; without it the caller's own. One that there are no words of gets English. */
            locale?: string | null;
            /** @description Users of the tenant; without it the caller. */
            recipient_ids?: string[] | null;
        };
        /** @description All of them; a tenant has fifty at most. */
        SchedulesBody: {
            items: components["schemas"]["ScheduleBody"][];
        };
        /** @description A live session. */
        SessionBody: {
            /** @description Where the sign-in came from. */
            address?: string | null;
            /** Format: date-time */
            created_at: string;
            /** @description The session of this request. */
            current: boolean;
            /** Format: date-time */
            expires_at: string;
            /** Format: date-time */
            last_used_at: string;
            session_id: string;
            /** @description What the browser or program called itself at sign-in. */
            user_agent?: string | null;
            user_id: string;
        };
        /** @description A sign-in. */
        SignInBody: {
            password: string;
            /** @description The tenant's id; `default` where it is left out. */
            tenant?: string | null;
            username: string;
        };
        /** @description A figure of one group. */
        SliceBody: {
            /** Format: int64 */
            n: number;
            of: string;
            /** Format: double */
            value?: number | null;
        };
        /**
         * @description Whether a person may sign in.
         * @enum {string}
         */
        StatusName: "ACTIVE" | "DISABLED";
        /** @description What an entry says: a code with parameters, and English. */
        SummaryBody: {
            code: string;
            params: Record<string, never>;
            text: string;
        };
        /** @description A technician's first screen. */
        TechnicianDashboardBody: {
            jobs: components["schemas"]["JobBody"][];
            method: Record<string, never>;
            technician_id: string;
        };
        /** @description A tenant. */
        TenantBody: {
            /** Format: date-time */
            created_at: string;
            name: string;
            status: string;
            tenant_id: string;
        };
        /** @description A pair of tokens. */
        TokensBody: {
            access_token: string;
            /** Format: date-time */
            expires_at: string;
            /**
             * Format: int64
             * @description Seconds.
             */
            expires_in: number;
            /** Format: date-time */
            refresh_expires_at: string;
            /** @description Good for one exchange. A browser's is in its cookie instead. */
            refresh_token?: string | null;
            session_id: string;
            /** @description Always `Bearer`. */
            token_type: string;
            user: components["schemas"]["UserBody"];
        };
        /** @description The fleet's health on one day. */
        TrendDay: {
            by_band: Record<string, never>;
            /** Format: date */
            day: string;
            /** Format: double */
            mean_health_score?: number | null;
            /**
             * Format: double
             * @description Share of GOOD or better of those in a known band.
             */
            share_good?: number | null;
            /**
             * Format: int64
             * @description Vehicles that reported.
             */
            vehicles: number;
        };
        /** @description A person. */
        UserBody: {
            /** Format: date-time */
            created_at: string;
            depot_ids: string[];
            display_name?: string | null;
            email?: string | null;
            fleet_ids: string[];
            locale: string;
            role: string;
            status: string;
            tenant_id: string;
            user_id: string;
            username: string;
            vehicle_ids: string[];
        };
        /** @description What shall be different; members that are left out stay. */
        UserChangeBody: {
            depot_ids?: string[] | null;
            display_name?: string | null;
            email?: string | null;
            fleet_ids?: string[] | null;
            locale?: string | null;
            password?: string | null;
            role?: components["schemas"]["RoleName"] | null;
            status?: components["schemas"]["StatusName"] | null;
            vehicle_ids?: string[] | null;
        };
        /** @description A vehicle's line. */
        VehicleBody: {
            make?: string | null;
            model?: string | null;
            /** Format: int64 */
            model_year?: number | null;
            next_visit?: components["schemas"]["NextVisit"] | null;
            /** Format: int64 */
            open_alerts: number;
            /** Format: double */
            overall_health_score?: number | null;
            powertrain?: string | null;
            rul_km?: components["schemas"]["RemainingBody"] | null;
            status: string;
            vehicle_class?: string | null;
            vehicle_id: string;
            worst_component?: string | null;
            /** Format: double */
            worst_score?: number | null;
        };
        /** @description Workshop visits in numbers. */
        VisitStats: {
            /** Format: int64 */
            automatic: number;
            /** Format: int64 */
            automatic_after_p05: number;
            /** Format: int64 */
            automatic_before_p05: number;
            by_state: {
                [key: string]: number;
            };
        };
        /** @description What it is expected to cost to wait. */
        WaitingBody: {
            /** @description `RUL`, or `SEVERITY` where no remaining life is known. */
            basis: string;
            cost: components["schemas"]["MoneyBody"];
            /** Format: double */
            days: number;
            /**
             * Format: double
             * @description Of a breakdown within these days, 0 to 1.
             */
            failure_probability: number;
        };
        /** @description What the warranty checked and what was claimed. */
        WarrantyStats: {
            /** Format: int64 */
            checks_covered: number;
            /** Format: int64 */
            checks_not_covered: number;
            claimed: components["schemas"]["MoneyBody"][];
            /** Format: int64 */
            claims: number;
        };
        /** @description Warranty in numbers. */
        WarrantyStatsBody: {
            kpi: components["schemas"]["KpiBody"];
            method: Record<string, never>;
            warranty_stats: components["schemas"]["WarrantyStats"];
        };
        /** @description A component that is the worst of some vehicles. */
        WorstComponent: {
            component: string;
            /** Format: double */
            lowest_score: number;
            /** Format: int64 */
            vehicles: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_keys: {
        parameters: {
            query?: {
                /** @description Items on a page; 100 by default, 1000 at most. */
                limit?: number | null;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_KeyBody"];
                };
            };
        };
    };
    issue_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewKeyBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedKeyBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotate_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RotationBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedKeyBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_audit: {
        parameters: {
            query?: {
                limit?: number | null;
                cursor?: string | null;
                /** @description An event type. */
                type?: string | null;
                vehicle_id?: string | null;
                actor_id?: string | null;
                correlation_id?: string | null;
                /** @description DONE, DENIED or FAILED. */
                outcome?: string | null;
                /** @description The service that said it. */
                source?: string | null;
                /** @description A part of type, subject, actor, vehicle or route, in any case of letters. */
                q?: string | null;
                /** @description Of an export: `csv`. */
                format?: string | null;
                /** @description From this instant on (event time). */
                from?: string | null;
                /** @description Before this instant. */
                to?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_audit: {
        parameters: {
            query?: {
                limit?: number | null;
                cursor?: string | null;
                /** @description An event type. */
                type?: string | null;
                vehicle_id?: string | null;
                actor_id?: string | null;
                correlation_id?: string | null;
                /** @description DONE, DENIED or FAILED. */
                outcome?: string | null;
                /** @description The service that said it. */
                source?: string | null;
                /** @description A part of type, subject, actor, vehicle or route, in any case of letters. */
                q?: string | null;
                /** @description Of an export: `csv`. */
                format?: string | null;
                /** @description From this instant on (event time). */
                from?: string | null;
                /** @description Before this instant. */
                to?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_EntryBody"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_user_activity: {
        parameters: {
            query?: {
                limit?: number | null;
                cursor?: string | null;
                /** @description An event type. */
                type?: string | null;
                vehicle_id?: string | null;
                actor_id?: string | null;
                correlation_id?: string | null;
                /** @description DONE, DENIED or FAILED. */
                outcome?: string | null;
                /** @description The service that said it. */
                source?: string | null;
                /** @description A part of type, subject, actor, vehicle or route, in any case of letters. */
                q?: string | null;
                /** @description Of an export: `csv`. */
                format?: string | null;
                /** @description From this instant on (event time). */
                from?: string | null;
                /** @description Before this instant. */
                to?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_EntryBody"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokensBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refresh_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokensBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: {
                /** @description Items on a page; 100 by default, 1000 at most. */
                limit?: number | null;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SessionBody"];
                };
            };
        };
    };
    end_other_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_executive_dashboard: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutiveDashboardBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_fleet_dashboard: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FleetDashboardBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_actions: {
        parameters: {
            query?: {
                /** @description As decisions name it. */
                component?: string;
                severity?: "WARNING" | "CRITICAL" | "EMERGENCY";
                depot_id?: string;
                /** @description A part of the vehicle's id, in any case. */
                vehicle?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActionsBody"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_owner_dashboard: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnerDashboardBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_technician_dashboard: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TechnicianDashboardBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_invitations: {
        parameters: {
            query?: {
                /** @description Items on a page; 100 by default, 1000 at most. */
                limit?: number | null;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_InvitationBody"];
                };
            };
        };
    };
    invite_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInvitationBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeInvitationBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    accept_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptanceBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_kpis: {
        parameters: {
            query?: {
                /** @description The first day, UTC; without it 90 days before `to`. */
                from?: string;
                /** @description The first day that is no part of it; without it tomorrow. */
                to?: string;
                /** @description `day` or `week`; without it days up to a month and weeks above. */
                step?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KpisBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_alert_stats: {
        parameters: {
            query?: {
                /** @description The first day, UTC; without it 90 days before `to`. */
                from?: string;
                /** @description The first day that is no part of it; without it tomorrow. */
                to?: string;
                /** @description `day` or `week`; without it days up to a month and weeks above. */
                step?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertStatsBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_fleet_health: {
        parameters: {
            query?: {
                /** @description The first day, UTC; without it 90 days before `to`. */
                from?: string;
                /** @description The first day that is no part of it; without it tomorrow. */
                to?: string;
                /** @description `day` or `week`; without it days up to a month and weeks above. */
                step?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FleetHealthBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_warranty_stats: {
        parameters: {
            query?: {
                /** @description The first day, UTC; without it 90 days before `to`. */
                from?: string;
                /** @description The first day that is no part of it; without it tomorrow. */
                to?: string;
                /** @description `day` or `week`; without it days up to a month and weeks above. */
                step?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WarrantyStatsBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_kpi: {
        parameters: {
            query?: {
                /** @description The first day, UTC; without it 90 days before `to`. */
                from?: string;
                /** @description The first day that is no part of it; without it tomorrow. */
                to?: string;
                /** @description `day` or `week`; without it days up to a month and weeks above. */
                step?: string;
            };
            header?: never;
            path: {
                kpi: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KpiBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_kpi_rows: {
        parameters: {
            query?: {
                /** @description The first day, UTC; without it 90 days before `to`. */
                from?: string;
                /** @description The first day that is no part of it; without it tomorrow. */
                to?: string;
                /** @description Rows on a page; 100 by default, 1000 at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                kpi: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_KpiRowBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_rebuild: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RebuildBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rebuild: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RebuildBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_reports: {
        parameters: {
            query?: {
                /** @description Items on a page; 100 by default, 1000 at most. */
                limit?: number | null;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ReportBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    generate_report: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GenerateBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_schedules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SchedulesBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    schedule_report: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScheduleRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleBody"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    download_report: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": number[];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    follow_changes: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the last event that was heard */
                "Last-Event-ID"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_consents: {
        parameters: {
            query?: {
                /** @description Items on a page; 100 by default, 1000 at most. */
                limit?: number | null;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ConsentBody"];
                };
            };
        };
    };
    grant_consent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewConsentBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentBody"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_consent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_tenants: {
        parameters: {
            query?: {
                /** @description Items on a page; 100 by default, 1000 at most. */
                limit?: number | null;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_TenantBody"];
                };
            };
        };
    };
    create_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTenantBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedTenantBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_users: {
        parameters: {
            query?: {
                limit?: number | null;
                cursor?: string | null;
                role?: components["schemas"]["RoleName"] | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_UserBody"];
                };
            };
        };
    };
    create_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUserBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedUserBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_own_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChangeBody"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_names: {
        parameters: {
            query?: {
                /** @description User ids, separated by commas, at most 100; left out: the first 500 people of the tenant for FLEET_MANAGER, ADMIN and SUPPORT, one's own name for others. */
                ids?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NamesBody"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserChangeBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disable_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sessions_of_user: {
        parameters: {
            query?: {
                /** @description Items on a page; 100 by default, 1000 at most. */
                limit?: number | null;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SessionBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_sessions_of_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unlock_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
