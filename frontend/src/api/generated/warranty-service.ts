// Generated from contracts/http/warranty-service.openapi.json by `npm run generate`; do not edit.

export interface paths {
    "/api/v1/claims": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Claims that the caller may see, newest first. */
        get: operations["list_claims"];
        put?: never;
        /** Writes a draft by hand. */
        post: operations["write_claim"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/claims/vehicle/{vehicle_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Claims of one vehicle, newest first. */
        get: operations["list_claims_of_vehicle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/claims/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One claim with all its versions. */
        get: operations["show_claim"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/claims/{id}/submit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Submits a draft, with what the person corrects. People only. */
        post: operations["submit_claim"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/coverages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenant's coverages, by name. */
        get: operations["list_coverages"];
        put?: never;
        /** Writes a coverage; it never changes afterwards. */
        post: operations["write_coverage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/warranty/{vehicle_id}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether a failure of this vehicle would be covered, by which coverage, and why. */
        get: operations["check_vehicle"];
        put?: never;
        post?: never;
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
        /** @description Which vehicles have the coverage: those listed, or those that meet each condition that is given. */
        AppliesToBody: {
            /** @default false */
            every_vehicle: boolean;
            /** @default [] */
            makes: string[];
            /** @default [] */
            models: string[];
            /** @default [] */
            powertrains: string[];
            /** @default [] */
            vehicle_classes: string[];
            /** @default [] */
            vehicle_ids: string[];
        };
        /** @description The answer to a check. */
        CheckBody: {
            component: string;
            eligibility: components["schemas"]["EligibilityBody"];
            failure_mode?: string | null;
            /**
             * Format: double
             * @description The reading that was used, in km.
             */
            odometer_km?: number | null;
            /** Format: date */
            on: string;
            vehicle_id: string;
        };
        /** @description A claim to write. */
        ClaimBody: {
            amount: components["schemas"]["MoneyBody"];
            /** @description A finished visit of this vehicle. */
            appointment_id?: string | null;
            component: string;
            /** @description A decision about this vehicle. */
            decision_id?: string | null;
            /** @description At most 4000 characters; stays in this service. */
            description?: string | null;
            failure_mode?: string | null;
            /**
             * Format: date
             * @description The day on which the failure showed.
             */
            occurred_on: string;
            /** Format: double */
            odometer_km?: number | null;
            vehicle_id: string;
        };
        /** @description A claim with its present version. */
        ClaimView: components["schemas"]["VersionBody"] & {
            appointment_id?: string | null;
            claim_id: string;
            /** Format: date-time */
            created_at: string;
            decision_id?: string | null;
            vehicle_id: string;
            /** @description Every version from the first; only where one claim is shown. */
            versions?: components["schemas"]["VersionBody"][];
        };
        /** @description A coverage as it stands. */
        CoverageBody: components["schemas"]["CoverageRequest"] & {
            coverage_id: string;
        };
        /** @description A coverage and how long it lasts for this vehicle. */
        CoverageNameBody: {
            coverage_id: string;
            /** Format: double */
            expires_km?: number | null;
            /** Format: date */
            expires_on?: string | null;
            name: string;
        };
        /** @description A coverage to write. */
        CoverageRequest: {
            applies_to: components["schemas"]["AppliesToBody"];
            covers: components["schemas"]["CoversBody"];
            /**
             * Format: int32
             * @description Months from the in-service date, the last day included.
             */
            duration_months?: number | null;
            exclusions?: components["schemas"]["ExclusionBody"][];
            /**
             * Format: double
             * @description The last odometer reading in km, included.
             */
            limit_km?: number | null;
            /** @description Unique in the tenant. */
            name: string;
            /**
             * Format: int32
             * @description Cover starts so many days after the in-service date.
             */
            waiting_days?: number;
        };
        /** @description What a coverage covers. */
        CoversBody: {
            /** @default [] */
            components: string[];
            /**
             * @description Each component, but not wear parts.
             * @default false
             */
            everything: boolean;
            /** @default [] */
            failure_modes: string[];
        };
        /** @description Covered or not, and why. */
        EligibilityBody: {
            /** @description What each coverage of the vehicle says, the deciding one first. */
            considered: components["schemas"]["OpinionBody"][];
            coverage?: components["schemas"]["CoverageNameBody"] | null;
            covered: boolean;
            reason: components["schemas"]["ReasonBody"];
        };
        /** @description What a coverage leaves out, and why. */
        ExclusionBody: {
            /** @description A lower-case word such as `maintenance`. */
            code: string;
            components?: string[];
            failure_modes?: string[];
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
        /** @description An amount of money. */
        MoneyBody: {
            /**
             * Format: int64
             * @description Integer minor units, such as cents.
             */
            amount_minor: number;
            /** @description ISO 4217. */
            currency: string;
        };
        /** @description What one coverage says. */
        OpinionBody: {
            coverage_id: string;
            covered: boolean;
            name: string;
            reason: components["schemas"]["ReasonBody"];
        };
        /** @description One page of a list. */
        Page_ClaimView: {
            items: (components["schemas"]["VersionBody"] & {
                appointment_id?: string | null;
                claim_id: string;
                /** Format: date-time */
                created_at: string;
                decision_id?: string | null;
                vehicle_id: string;
                /** @description Every version from the first; only where one claim is shown. */
                versions?: components["schemas"]["VersionBody"][];
            })[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_CoverageBody: {
            items: (components["schemas"]["CoverageRequest"] & {
                coverage_id: string;
            })[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
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
        /** @description Whether a claim's failure was covered when the version was written. */
        StandingBody: {
            coverage_id?: string | null;
            covered: boolean;
            reason: components["schemas"]["ReasonBody"];
        };
        /** @description What a person corrects while submitting; both may be missing. */
        SubmitBody: {
            /** @default null */
            amount: components["schemas"]["MoneyBody"] | null;
            /** @default null */
            description: string | null;
        };
        /** @description One state of a claim. */
        VersionBody: {
            amount: components["schemas"]["MoneyBody"];
            component: string;
            description?: string | null;
            eligibility: components["schemas"]["StandingBody"];
            failure_mode?: string | null;
            /** Format: date */
            occurred_on: string;
            /** Format: double */
            odometer_km?: number | null;
            remark?: components["schemas"]["ReasonBody"] | null;
            /** @description `DRAFT` or `SUBMITTED`. */
            status: string;
            /** Format: int64 */
            version: number;
            /** Format: date-time */
            written_at: string;
            /** @description A user's or key's id, or `system` for what the service drafted itself. */
            written_by: string;
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
    list_claims: {
        parameters: {
            query?: {
                /** @description `DRAFT` or `SUBMITTED`. */
                status?: string;
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
                    "application/json": components["schemas"]["Page_ClaimView"];
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
    write_claim: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key is carried out once and answered with the first answer. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClaimBody"];
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
                    "application/json": components["schemas"]["ClaimView"];
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
    list_claims_of_vehicle: {
        parameters: {
            query?: {
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
                    "application/json": components["schemas"]["Page_ClaimView"];
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
    show_claim: {
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
                    "application/json": components["schemas"]["ClaimView"];
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
    submit_claim: {
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
                "application/json": components["schemas"]["SubmitBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClaimView"];
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
    list_coverages: {
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
                    "application/json": components["schemas"]["Page_CoverageBody"];
                };
            };
        };
    };
    write_coverage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CoverageRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CoverageBody"];
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
    check_vehicle: {
        parameters: {
            query: {
                /** @description A component type. */
                component: string;
                /** @description The failure mode's code; without it wear parts are found by component only. */
                failure_mode?: string;
                /** @description The odometer reading at the failure in km; the vehicle's own where it is missing. */
                odometer_km?: number;
                /** @description The day on which the failure showed; today where it is missing. */
                on?: string;
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
                    "application/json": components["schemas"]["CheckBody"];
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
}
