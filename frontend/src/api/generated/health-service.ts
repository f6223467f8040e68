// Generated from contracts/http/health-service.openapi.json by `npm run generate`; do not edit.

export interface paths {
    "/api/v1/calibration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Of the 90 % intervals that were promised, how many held: by component, class and model. */
        get: operations["show_calibration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Vehicles, worst first. */
        get: operations["list_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health/compute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Judges a vehicle now, the window under way included. */
        post: operations["compute_health"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health/{vehicle_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One vehicle with all its components. */
        get: operations["show_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health/{vehicle_id}/component/{component}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One component of a vehicle. */
        get: operations["show_component"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health/{vehicle_id}/cost-of-waiting": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The probability of failure by distance, of every component with a remaining life. */
        get: operations["show_cost_of_waiting"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health/{vehicle_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was told of a vehicle, oldest first. */
        get: operations["show_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The models that predict remaining life, where each speaks, and how it does. The built-in one needs no training. */
        get: operations["list_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One model with its card, its errors in this fleet, its drift, and every change that let it speak. */
        get: operations["show_model"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{id}/promote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lets a model speak: only if it is better on the same held-out units, or on 20 lives or more of this fleet that both models
         *     forecast; or by force, with a reason that is kept.
         */
        post: operations["promote_model"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{id}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets the model speak again that spoke before this one. */
        post: operations["roll_back_model"];
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
        /** @description One component of one class, by one model. */
        CalibratedBody: {
            /**
             * Format: int64
             * @description Watching ended before the life did, or the part was mended in time.
             */
            censored: number;
            component: string;
            from?: string | null;
            /** Format: int64 */
            held: number;
            /**
             * Format: int64
             * @description Lives that ended, each by one prediction drawn evenly over its kilometres, and how many of those held.
             */
            lives: number;
            /** Format: int64 */
            lives_held: number;
            /** Format: double */
            mean_error_km?: number | null;
            /** Format: double */
            mean_pinball_km?: number | null;
            /** Format: double */
            mean_width_km?: number | null;
            model_id: string;
            /**
             * Format: int64
             * @description Censored ones that had outlasted their interval already.
             */
            outlasted: number;
            /**
             * Format: int64
             * @description All predictions by what became of them.
             */
            pending: number;
            /** @description Said aside: another model spoke. */
            shadow: boolean;
            /** Format: double */
            share_held?: number | null;
            /** Format: double */
            share_high?: number | null;
            /**
             * Format: double
             * @description 95 % binomial interval (Wilson) of that share.
             */
            share_low?: number | null;
            /**
             * Format: int64
             * @description The part failed before the interval began.
             */
            too_long: number;
            /**
             * Format: int64
             * @description It outlived the interval.
             */
            too_short: number;
            until?: string | null;
            vehicle_class: string;
            /** @description AS_PROMISED, TOO_NARROW, TOO_WIDE or NOT_ENOUGH_DATA (fewer than 20 lives). */
            verdict: string;
        };
        /** @description The calibration page. */
        CalibrationBody: {
            items: components["schemas"]["CalibratedBody"][];
            /**
             * Format: double
             * @description The share of intervals that is promised to hold.
             */
            promised: number;
        };
        /** @description A change of who speaks. */
        ChangeBody: {
            /** @description PROMOTED or ROLLED_BACK. */
            action: string;
            change_id: string;
            changed_at: string;
            changed_by: string;
            /** @description HELD_OUT, LIVE or NONE. */
            compared_on: string;
            component: string;
            forced: boolean;
            /** Format: double */
            loss_km?: number | null;
            model_id: string;
            /** Format: double */
            previous_loss_km?: number | null;
            previous_model_id: string;
            reason: string;
            /** Format: int64 */
            units: number;
            vehicle_class: string;
        };
        /** @description A change of models. Component and class are needed for a model that can speak for any component only. */
        ChangeRequest: {
            component?: string | null;
            /** @description Without proof, by a person's word; needs a reason. */
            force?: boolean;
            /** @description At most 500 characters; kept in the registry, never in an event. */
            reason?: string | null;
            vehicle_class?: string | null;
        };
        /** @description One component. `rul_km` and `rul_days` are the medians; the quantiles stand beside them. */
        ComponentBody: {
            /** Format: double */
            confidence: number;
            dtcs: string[];
            /**
             * Format: double
             * @description 0 to 1; null without enough data.
             */
            health_score?: number | null;
            recommended_actions: components["schemas"]["ReasonBody"][];
            risk_factors: components["schemas"]["RiskFactorBody"][];
            /** Format: double */
            rul_days?: number | null;
            rul_days_quantiles?: components["schemas"]["QuantilesBody"] | null;
            /** Format: double */
            rul_km?: number | null;
            rul_km_quantiles?: components["schemas"]["QuantilesBody"] | null;
            /** @description The model that says so. */
            rul_model_id?: string | null;
            status: string;
            type: string;
            wear_revision?: components["schemas"]["ReasonBody"] | null;
        };
        ComputeRequest: {
            vehicle_id: string;
        };
        /** @description How far one figure has moved. */
        DriftBody: {
            component: string;
            computed_at: string;
            drifting: boolean;
            feature: string;
            /** Format: int64 */
            recent_count: number;
            /** Format: int64 */
            reference_count: number;
            /**
             * Format: double
             * @description Population stability index: above 0.25 it drifts.
             */
            stability_index: number;
            vehicle_class: string;
        };
        /** @description How a model did on units that its training never saw. Losses are mean pinball losses of the 5, 50 and 95 % quantiles, in km. */
        EvaluationBody: {
            /** Format: double */
            built_in_pinball_km?: number | null;
            /** Format: double */
            coverage_90: number;
            /** Format: double */
            pinball_km: number;
            set_hash: string;
            /** Format: int64 */
            units: number;
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
        /** @description One vehicle. */
        HealthBody: {
            components: components["schemas"]["ComponentBody"][];
            /** Format: double */
            km_per_day: number;
            /** @description Event time of the last record. */
            last_seen?: string | null;
            /** Format: int64 */
            late_records: number;
            /** Format: double */
            odometer_km?: number | null;
            /** Format: double */
            overall_health_score?: number | null;
            /** Format: int64 */
            records: number;
            status: string;
            vehicle_id: string;
        };
        /** @description One vehicle in a list. */
        HealthItem: {
            component?: components["schemas"]["ListedComponent"] | null;
            last_seen?: string | null;
            /** Format: double */
            overall_health_score?: number | null;
            status: string;
            vehicle_id: string;
        };
        /** @description One point of the history. */
        HistoryItem: {
            component: string;
            /** Format: double */
            health_score?: number | null;
            /** Format: double */
            odometer_km?: number | null;
            /** Format: double */
            overall_health_score?: number | null;
            /** @description COMPUTED, TELEMETRY, REPAIR or SENSOR_FAULT. */
            reason: string;
            rul_km_quantiles?: components["schemas"]["QuantilesBody"] | null;
            status: string;
            time: string;
        };
        /** @description The component that a list was asked by. */
        ListedComponent: {
            /** Format: double */
            health_score?: number | null;
            status: string;
            type: string;
        };
        /** @description A model in the registry. */
        ModelBody: {
            /** @description The component that it is for, or `any`. */
            component: string;
            data_hash: string;
            description: string;
            /** @description Whether what it sees or says has moved away from what it was put to work on. */
            drifting: boolean;
            evaluation?: components["schemas"]["EvaluationBody"] | null;
            family: string;
            model_id: string;
            speaks_for: components["schemas"]["PlaceBody"][];
            /** @description CHAMPION (it speaks), SHADOW (it answers aside, its errors are kept) or CANDIDATE (it rests). */
            status: string;
            /** @description The class that it is for, or `any`. */
            vehicle_class: string;
        };
        /** @description A model with everything that is known of it. */
        ModelDetailBody: components["schemas"]["ModelBody"] & {
            changes: components["schemas"]["ChangeBody"][];
            drift: components["schemas"]["DriftBody"][];
            /** @description Its predictions in this fleet and what became of them. */
            errors: components["schemas"]["CalibratedBody"][];
        };
        /** @description One page of a list. */
        Page_HealthItem: {
            items: {
                component?: components["schemas"]["ListedComponent"] | null;
                last_seen?: string | null;
                /** Format: double */
                overall_health_score?: number | null;
                status: string;
                vehicle_id: string;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_HistoryItem: {
            items: {
                component: string;
                /** Format: double */
                health_score?: number | null;
                /** Format: double */
                odometer_km?: number | null;
                /** Format: double */
                overall_health_score?: number | null;
                /** @description COMPUTED, TELEMETRY, REPAIR or SENSOR_FAULT. */
                reason: string;
                rul_km_quantiles?: components["schemas"]["QuantilesBody"] | null;
                status: string;
                time: string;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ModelBody: {
            items: {
                /** @description The component that it is for, or `any`. */
                component: string;
                data_hash: string;
                description: string;
                /** @description Whether what it sees or says has moved away from what it was put to work on. */
                drifting: boolean;
                evaluation?: components["schemas"]["EvaluationBody"] | null;
                family: string;
                model_id: string;
                speaks_for: components["schemas"]["PlaceBody"][];
                /** @description CHAMPION (it speaks), SHADOW (it answers aside, its errors are kept) or CANDIDATE (it rests). */
                status: string;
                /** @description The class that it is for, or `any`. */
                vehicle_class: string;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description A component of a class. */
        PlaceBody: {
            component: string;
            vehicle_class: string;
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
        /** @description Quantiles of one distribution. */
        QuantilesBody: {
            /** Format: double */
            p05: number;
            /** Format: double */
            p50: number;
            /** Format: double */
            p95: number;
        };
        /** @description A coded text. */
        ReasonBody: {
            code: string;
            params: Record<string, never>;
            text: string;
        };
        /** @description What speaks against a component. */
        RiskFactorBody: components["schemas"]["ReasonBody"] & {
            /** @description UP or DOWN: where the observed value lies beside the expected one. */
            direction: string;
            since?: string | null;
            /**
             * Format: double
             * @description How much of the score it takes, 0 to 1.
             */
            size: number;
            until?: string | null;
        };
        /** @description Failure probability by distance. */
        WaitingBody: {
            components: components["schemas"]["WaitingCurveBody"][];
            /** Format: double */
            km_per_day: number;
            vehicle_id: string;
        };
        /** @description The curve of one component. */
        WaitingCurveBody: {
            component: string;
            /** @description By date: the pace of the vehicle is uncertain too, so these are flatter. */
            dates: components["schemas"]["WaitingDate"][];
            /** @description By distance. */
            points: components["schemas"]["WaitingPoint"][];
            rul_days_quantiles: components["schemas"]["QuantilesBody"];
            rul_km_quantiles: components["schemas"]["QuantilesBody"];
        };
        /** @description One date of a curve. */
        WaitingDate: {
            date: string;
            /**
             * Format: double
             * @description Days from the vehicle's last record.
             */
            days: number;
            /** Format: double */
            failure_probability: number;
        };
        /** @description One point of a curve. */
        WaitingPoint: {
            /** Format: double */
            days: number;
            /** Format: double */
            failure_probability: number;
            /** Format: double */
            km: number;
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
    show_calibration: {
        parameters: {
            query?: {
                /** @description Only this component. */
                component?: string | null;
                /** @description Only this class: petrol_car, diesel_car, electric_car, diesel_van, heavy_truck or other. */
                vehicle_class?: string | null;
                /** @description Only this model. */
                model_id?: string | null;
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
                    "application/json": components["schemas"]["CalibrationBody"];
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
    list_health: {
        parameters: {
            query?: {
                /** @description Only this band: EXCELLENT, GOOD, FAIR, POOR, CRITICAL or NOT_ENOUGH_DATA. */
                band?: string | null;
                /** @description Order and filter by this component's score in place of the overall one. */
                component?: string | null;
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
                    "application/json": components["schemas"]["Page_HealthItem"];
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
    compute_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ComputeRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthBody"];
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
    show_health: {
        parameters: {
            query?: never;
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
                    "application/json": components["schemas"]["HealthBody"];
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
    show_component: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                vehicle_id: string;
                component: string;
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
                    "application/json": components["schemas"]["ComponentBody"];
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
    show_cost_of_waiting: {
        parameters: {
            query?: {
                /** @description Only this component. */
                component?: string | null;
                /** @description How far to look, in km; without it until the 95 % quantile, at most 20,000 km. */
                km_max?: number | null;
                /** @description How far to look, in days; without it until the 95 % quantile, at most a year. */
                days_max?: number | null;
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
                    "application/json": components["schemas"]["WaitingBody"];
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
    show_history: {
        parameters: {
            query?: {
                /** @description From this event time on (RFC 3339). */
                from?: string | null;
                /** @description Before this event time. */
                to?: string | null;
                /** @description Only this component. */
                component?: string | null;
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
                    "application/json": components["schemas"]["Page_HistoryItem"];
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
    list_models: {
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
                    "application/json": components["schemas"]["Page_ModelBody"];
                };
            };
        };
    };
    show_model: {
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
                    "application/json": components["schemas"]["ModelDetailBody"];
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
    promote_model: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string | null;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeBody"];
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
    roll_back_model: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string | null;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeBody"];
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
}
