// Generated from contracts/http/alert-service.openapi.json by `npm run generate`; do not edit.

export interface paths {
    "/api/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists alerts, newest first. */
        get: operations["list_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/deliveries/reports/{report_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows who was mailed about a weekly report, and what became of each message; empty where nobody was to be told. Who may see only some
         *     vehicles sees what was meant for them.
         */
        get: operations["show_report_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counts alerts and their deliveries. */
        get: operations["count_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/vehicle/{vehicle_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the alerts of one vehicle, newest first. */
        get: operations["list_alerts_of_vehicle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows one alert with its amendments and comments. */
        get: operations["show_alert"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Acknowledges an alert. The first acknowledgement counts; asking again says who made it. */
        post: operations["acknowledge_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keeps a comment under an alert. */
        post: operations["comment_on_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows the delivery ledger of an alert. An OWNER sees what was meant for them. */
        get: operations["show_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Resolves an alert. The first resolution counts. */
        post: operations["resolve_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows how the caller wants to be reached. */
        get: operations["show_preferences"];
        /** Replaces how the caller wants to be reached. */
        put: operations["change_preferences"];
        post?: never;
        /** Erases what is kept of the caller. */
        delete: operations["erase_preferences"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An alert with all that was found out and said about it. */
        AlertDetailView: components["schemas"]["AlertView"] & {
            amendments: components["schemas"]["AmendmentView"][];
            comments: components["schemas"]["CommentView"][];
            /**
             * Format: date-time
             * @description When it goes to the next role unless somebody acknowledges it.
             */
            escalates_at?: string | null;
            recipient_ids: string[];
            /**
             * Format: int64
             * @description Number of the latest amendment; 0 when there is none.
             */
            revision: number;
            warranty?: components["schemas"]["WarrantyView"] | null;
        };
        /** @description An alert. */
        AlertView: components["schemas"]["Content"] & {
            /** Format: date-time */
            acknowledged_at?: string | null;
            acknowledged_by?: string | null;
            alert_id: string;
            booked_appointment_id?: string | null;
            /** Format: date-time */
            booked_starts_at?: string | null;
            component: string;
            decision_id: string;
            /**
             * Format: date-time
             * @description When it was true of the vehicle.
             */
            event_time: string;
            /** @description Raised from late data: kept for the record, told to nobody. */
            historical: boolean;
            /**
             * Format: date-time
             * @description When it was raised.
             */
            raised_at: string;
            resolved_appointment_id?: string | null;
            /** Format: date-time */
            resolved_at?: string | null;
            resolved_by?: string | null;
            resolved_note?: string | null;
            /** @description REPAIRED, NOT_FOUND, RECOVERED or MANUAL. */
            resolved_reason?: string | null;
            /** @description WARNING, CRITICAL or EMERGENCY. */
            severity: string;
            /** @description OPEN, ACKNOWLEDGED or RESOLVED. */
            status: string;
            /** @description IMMEDIATE, WITHIN_24H, WITHIN_WEEK, NEXT_SERVICE or MONITOR. */
            urgency: string;
            vehicle_id: string;
        };
        /** @description What was found out later about the decision behind an alert. */
        AmendmentView: {
            /** Format: int64 */
            revision: number;
            /** Format: date-time */
            time: string;
            warranty?: components["schemas"]["WarrantyView"] | null;
            what: components["schemas"]["Reason"];
        };
        /** @description A comment to be kept. */
        CommentRequest: {
            /** @description At most 2000 characters. */
            text: string;
        };
        /** @description A comment. */
        CommentView: {
            author_id: string;
            comment_id: string;
            /** Format: date-time */
            created_at: string;
            text: string;
        };
        /** @description What an alert says beside its key facts. */
        Content: {
            estimated_cost: components["schemas"]["CostRange"];
            failure_mode: components["schemas"]["FailureMode"];
            /** Format: double */
            labour_hours: number;
            /** Format: double */
            odometer_km?: number | null;
            parts: components["schemas"]["PartNeed"][];
            reasoning?: components["schemas"]["Reason"][];
            recommended_actions: components["schemas"]["Reason"][];
            required_skill: string;
            review?: components["schemas"]["Hold"] | null;
            rul_km?: components["schemas"]["Quantiles"] | null;
            safety_warning?: components["schemas"]["Reason"] | null;
            title: components["schemas"]["Reason"];
        };
        /** @description A range of costs. */
        CostRange: {
            high: components["schemas"]["Money"];
            low: components["schemas"]["Money"];
        };
        /** @description A row of the delivery ledger. */
        DeliveryView: {
            /** Format: int64 */
            attempts: number;
            /** @description IN_APP or EMAIL. */
            channel: string;
            /** Format: date-time */
            created_at: string;
            delivery_id: string;
            /**
             * Format: int64
             * @description How often it was unknown whether the message had gone.
             */
            in_doubt_count: number;
            /**
             * Format: int64
             * @description From intent to rest, milliseconds.
             */
            latency_ms?: number | null;
            /**
             * Format: int64
             * @description Step of the escalation chain that it belongs to.
             */
            level: number;
            /** Format: date-time */
            next_attempt_at?: string | null;
            provider_id?: string | null;
            /** @description Why it failed, waits or was suppressed: a stable code. */
            reason?: string | null;
            recipient_id: string;
            /** Format: date-time */
            settled_at?: string | null;
            /** @description PENDING, SENDING, SENT, FAILED, IN_DOUBT or SUPPRESSED. */
            status: string;
        };
        /** @description What is most likely broken. */
        FailureMode: {
            code: string;
            name: string;
            /**
             * Format: double
             * @description 0 to 1.
             */
            probability: number;
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
        /** @description What waits for a person's word on the decision, and why. The warning itself never waits. */
        Hold: {
            because?: string[];
            /** @description `booking`, `claim`, `parts`. */
            holds: string[];
        };
        /** @description The delivery ledger of one alert. */
        LedgerView: {
            items: components["schemas"]["DeliveryView"][];
        };
        /** @description Money in minor units of an ISO 4217 currency. */
        Money: {
            /** Format: int64 */
            amount_minor: number;
            currency: string;
        };
        /** @description One page of a list. */
        Page_AlertView: {
            items: (components["schemas"]["Content"] & {
                /** Format: date-time */
                acknowledged_at?: string | null;
                acknowledged_by?: string | null;
                alert_id: string;
                booked_appointment_id?: string | null;
                /** Format: date-time */
                booked_starts_at?: string | null;
                component: string;
                decision_id: string;
                /**
                 * Format: date-time
                 * @description When it was true of the vehicle.
                 */
                event_time: string;
                /** @description Raised from late data: kept for the record, told to nobody. */
                historical: boolean;
                /**
                 * Format: date-time
                 * @description When it was raised.
                 */
                raised_at: string;
                resolved_appointment_id?: string | null;
                /** Format: date-time */
                resolved_at?: string | null;
                resolved_by?: string | null;
                resolved_note?: string | null;
                /** @description REPAIRED, NOT_FOUND, RECOVERED or MANUAL. */
                resolved_reason?: string | null;
                /** @description WARNING, CRITICAL or EMERGENCY. */
                severity: string;
                /** @description OPEN, ACKNOWLEDGED or RESOLVED. */
                status: string;
                /** @description IMMEDIATE, WITHIN_24H, WITHIN_WEEK, NEXT_SERVICE or MONITOR. */
                urgency: string;
                vehicle_id: string;
            })[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description A part that the repair needs. */
        PartNeed: {
            part_code: string;
            /** Format: int64 */
            quantity: number;
        };
        /** @description How a person wants to be reached. */
        PreferencesRequest: {
            /** @description IN_APP and EMAIL; both when left out. The app always shows alerts. */
            channels?: string[] | null;
            email?: string | null;
            /** @description Language tag, such as `de`. */
            locale?: string | null;
        };
        /** @description How a person wants to be reached. */
        PreferencesView: {
            /**
             * Format: date-time
             * @description Absent when the person never said or erased it.
             */
            changed_at?: string | null;
            channels: string[];
            email?: string | null;
            locale?: string | null;
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
        /** @description The 5, 50 and 95 % quantiles of an estimate. */
        Quantiles: {
            /** Format: double */
            p05: number;
            /** Format: double */
            p50: number;
            /** Format: double */
            p95: number;
        };
        /** @description A coded text: the code and its parameters are what programs use, the text is its English form. */
        Reason: {
            code: string;
            params?: Record<string, never>;
            text?: string;
        };
        /** @description Why an alert is over. */
        ResolveRequest: {
            /** @description REPAIRED, MANUAL or own words (at most 500 characters), which count as MANUAL. */
            reason: string;
        };
        /** @description Numbers about alerts and their deliveries. */
        StatsView: {
            /** Format: int64 */
            acknowledged: number;
            /** @description Alerts by severity and status. */
            by_severity: {
                [key: string]: {
                    [key: string]: number;
                };
            };
            /** @description Deliveries by status. */
            deliveries: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description Deliveries of which it was unknown at least once whether the message had gone.
             */
            deliveries_once_in_doubt: number;
            /** Format: int64 */
            open: number;
            /** Format: int64 */
            resolved: number;
            /** Format: int64 */
            total: number;
        };
        /** @description What the warranty check found. */
        WarrantyView: {
            coverage_id?: string | null;
            covered: boolean;
            reason: components["schemas"]["Reason"];
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
    list_alerts: {
        parameters: {
            query?: {
                /** @description Severities, separated by commas. */
                severity?: string | null;
                /** @description Statuses, separated by commas. */
                status?: string | null;
                /** @description Only this vehicle. */
                vehicle_id?: string | null;
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
                    "application/json": components["schemas"]["Page_AlertView"];
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
    show_report_deliveries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                report_id: string;
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
                    "application/json": components["schemas"]["LedgerView"];
                };
            };
        };
    };
    count_alerts: {
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
                    "application/json": components["schemas"]["StatsView"];
                };
            };
        };
    };
    list_alerts_of_vehicle: {
        parameters: {
            query?: {
                /** @description Severities, separated by commas. */
                severity?: string | null;
                /** @description Statuses, separated by commas. */
                status?: string | null;
                /** @description Only this vehicle. */
                vehicle_id?: string | null;
                /** @description Items on a page; 100 by default, 1000 at most. */
                limit?: number | null;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path: {
                vehicle_id: string;
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
                    "application/json": components["schemas"]["Page_AlertView"];
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
    show_alert: {
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
                    "application/json": components["schemas"]["AlertDetailView"];
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
    acknowledge_alert: {
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
                    "application/json": components["schemas"]["AlertView"];
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
    comment_on_alert: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key is carried out once and answered with the first answer. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommentRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    /** @description True when this is the kept answer of an earlier request with this key. */
                    "Idempotency-Replayed"?: boolean;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentView"];
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
    show_deliveries: {
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
                    "application/json": components["schemas"]["LedgerView"];
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
    resolve_alert: {
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
                "application/json": components["schemas"]["ResolveRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertView"];
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
    show_preferences: {
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
                    "application/json": components["schemas"]["PreferencesView"];
                };
            };
        };
    };
    change_preferences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreferencesRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreferencesView"];
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
    erase_preferences: {
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
}
