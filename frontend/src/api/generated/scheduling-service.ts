// Generated from contracts/http/scheduling-service.openapi.json by `npm run generate`; do not edit.

export interface paths {
    "/api/v1/appointments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Appointments in order of their start: owners see their vehicles', technicians their own jobs. */
        get: operations["list_appointments"];
        put?: never;
        /** Books an offered slot, or a time that the caller names. A taken slot is a 409 with alternatives. */
        post: operations["book_appointment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/appointments/vehicle/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A vehicle's appointments in order of their start. */
        get: operations["list_appointments_of_vehicle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/appointments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One appointment. */
        get: operations["show_appointment"];
        /** Moves an appointment that has not started. */
        put: operations["move_appointment"];
        post?: never;
        /** Cancels an appointment that has not started. */
        delete: operations["cancel_appointment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/appointments/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The technician reports what was found and done. */
        post: operations["complete_appointment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/appointments/{id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The technician begins the work. */
        post: operations["start_appointment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calendar.ics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The visits that the caller may see as iCalendar (RFC 5545), from a month ago on. */
        get: operations["show_calendar"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/centers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Service centres. */
        get: operations["list_centers"];
        put?: never;
        /** Writes a service centre; one with the same id is replaced. */
        post: operations["register_center"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/parts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Parts as the centres stock them. */
        get: operations["list_parts"];
        put?: never;
        /** Writes what a centre stocks of a part; what is promised to visits stays promised. */
        post: operations["stock_part"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/slots/available": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The best slots for a job, kept for the asker for a while; or why there is none. */
        post: operations["find_slots"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/technicians": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Technicians. */
        get: operations["list_technicians"];
        put?: never;
        /** Writes a technician; one with the same id is replaced. */
        post: operations["register_technician"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/technicians/{id}/schedule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** When a technician works, and the visits in that time; the next two weeks unless said otherwise. */
        get: operations["show_schedule"];
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
        /** @description A time away. */
        AbsenceBody: {
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
        };
        /** @description A visit. What is about its place and time is absent while it is UNPLACED. */
        AppointmentBody: {
            alert_id?: string | null;
            appointment_id: string;
            bay_id?: string | null;
            booked_by: string;
            cancel_reason?: components["schemas"]["ReasonBody"] | null;
            center_id?: string | null;
            /** Format: date-time */
            completed_at?: string | null;
            component?: string | null;
            cost?: components["schemas"]["MoneyBody"] | null;
            /** Format: date-time */
            created_at: string;
            decision_id?: string | null;
            /** Format: date-time */
            ends_at?: string | null;
            findings?: components["schemas"]["FindingBody"][] | null;
            /** Format: double */
            labour_hours: number;
            /** Format: double */
            odometer_km?: number | null;
            /**
             * Format: date-time
             * @description When the part fails with 5 % probability; absent where its remaining life is not known.
             */
            p05_at?: string | null;
            parts: components["schemas"]["PartQuantityBody"][];
            price?: components["schemas"]["MoneyBody"] | null;
            /** @description It keeps its slot until a person has looked at its decision; no work begins before. */
            provisional: boolean;
            service_code: string;
            /** Format: date-time */
            started_at?: string | null;
            /** Format: date-time */
            starts_at?: string | null;
            starts_before_p05?: boolean | null;
            /** @description UNPLACED SCHEDULED STARTED COMPLETED CANCELLED */
            status: string;
            technician_id?: string | null;
            /** Format: date-time */
            updated_at: string;
            vehicle_id: string;
            /** Format: int64 */
            version: number;
            why?: components["schemas"]["ReasonBody"] | null;
            why_not?: components["schemas"]["ReasonBody"] | null;
        };
        /** @description A place in a workshop where one vehicle stands. */
        BayBody: {
            bay_id: string;
            has_lift?: boolean;
            /** @description GENERAL HEAVY HIGH_VOLTAGE */
            kinds: string[];
            name?: string;
        };
        /** @description A booking: an offered `slot_id`, or a `slot` and the work. */
        BookBody: components["schemas"]["WorkBody"] & {
            slot?: components["schemas"]["NamedSlotBody"] | null;
            slot_id?: string | null;
        };
        /** @description A daily pause; without a weekday it is on every day. */
        BreakBody: {
            from: string;
            to: string;
            weekday?: string | null;
        };
        /** @description A service centre. */
        CenterBody: {
            bays?: components["schemas"]["BayBody"][];
            center_id: string;
            labour_price_per_hour: components["schemas"]["MoneyBody"];
            location?: components["schemas"]["LocationBody"] | null;
            name: string;
            opening_hours: components["schemas"]["HoursBody"][];
            /** @description Name of the time zone, shown only. */
            time_zone?: string | null;
            /**
             * Format: int64
             * @description Distance of local time from UTC, a multiple of 15; hours follow it.
             * @example 60
             */
            utc_offset_minutes: number;
        };
        /** @description The technician's report. */
        CompleteBody: {
            cost: components["schemas"]["MoneyBody"];
            findings: components["schemas"]["FindingBody"][];
            /** Format: double */
            odometer_km?: number | null;
            /** Format: int64 */
            version?: number | null;
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
        /** @description What is looked for. */
        FindSlotsBody: components["schemas"]["WorkBody"] & {
            center_id?: string | null;
            /** @description Whether the offered slots are kept for the asker for a while; true unless said otherwise. */
            hold?: boolean;
            location?: components["schemas"]["LocationBody"] | null;
            technician_id?: string | null;
        };
        /** @description What was found on one component. */
        FindingBody: {
            /** @description REPLACED REPAIRED ADJUSTED NONE */
            action: string;
            component: string;
            /** @description Code of the failure mode that was found. */
            failure_mode?: string | null;
            /** @description Free text; it stays in this service. */
            notes?: string | null;
            parts?: components["schemas"]["PartQuantityBody"][];
            /** @description CONFIRMED NOT_FOUND OTHER_CAUSE */
            verdict: string;
        };
        /** @description A stretch of a weekday in the centre's local time. */
        HoursBody: {
            /**
             * @description HH:MM, a multiple of 15 minutes.
             * @example 08:00
             */
            from: string;
            /**
             * @description HH:MM, a multiple of 15 minutes; 24:00 is the end of the day.
             * @example 17:00
             */
            to: string;
            /**
             * @description MON TUE WED THU FRI SAT SUN
             * @example MON
             */
            weekday: string;
        };
        /** @description A place, in degrees (WGS 84). */
        LocationBody: {
            /** Format: double */
            latitude: number;
            /** Format: double */
            longitude: number;
        };
        /** @description An amount in minor units of a currency (ISO 4217). */
        MoneyBody: {
            /**
             * Format: int64
             * @example 12000
             */
            amount_minor: number;
            /** @example EUR */
            currency: string;
        };
        /** @description A move of a visit: an offered `slot_id`, or a start. */
        MoveBody: {
            bay_id?: string | null;
            center_id?: string | null;
            slot_id?: string | null;
            /** Format: date-time */
            starts_at?: string | null;
            technician_id?: string | null;
            /**
             * Format: int64
             * @description The version that the caller saw.
             */
            version: number;
        };
        /** @description A time that the caller names. */
        NamedSlotBody: {
            bay_id?: string | null;
            center_id?: string | null;
            /** Format: date-time */
            starts_at: string;
            technician_id?: string | null;
        };
        /** @description One page of a list. */
        Page_AppointmentBody: {
            items: {
                alert_id?: string | null;
                appointment_id: string;
                bay_id?: string | null;
                booked_by: string;
                cancel_reason?: components["schemas"]["ReasonBody"] | null;
                center_id?: string | null;
                /** Format: date-time */
                completed_at?: string | null;
                component?: string | null;
                cost?: components["schemas"]["MoneyBody"] | null;
                /** Format: date-time */
                created_at: string;
                decision_id?: string | null;
                /** Format: date-time */
                ends_at?: string | null;
                findings?: components["schemas"]["FindingBody"][] | null;
                /** Format: double */
                labour_hours: number;
                /** Format: double */
                odometer_km?: number | null;
                /**
                 * Format: date-time
                 * @description When the part fails with 5 % probability; absent where its remaining life is not known.
                 */
                p05_at?: string | null;
                parts: components["schemas"]["PartQuantityBody"][];
                price?: components["schemas"]["MoneyBody"] | null;
                /** @description It keeps its slot until a person has looked at its decision; no work begins before. */
                provisional: boolean;
                service_code: string;
                /** Format: date-time */
                started_at?: string | null;
                /** Format: date-time */
                starts_at?: string | null;
                starts_before_p05?: boolean | null;
                /** @description UNPLACED SCHEDULED STARTED COMPLETED CANCELLED */
                status: string;
                technician_id?: string | null;
                /** Format: date-time */
                updated_at: string;
                vehicle_id: string;
                /** Format: int64 */
                version: number;
                why?: components["schemas"]["ReasonBody"] | null;
                why_not?: components["schemas"]["ReasonBody"] | null;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_CenterBody: {
            items: {
                bays?: components["schemas"]["BayBody"][];
                center_id: string;
                labour_price_per_hour: components["schemas"]["MoneyBody"];
                location?: components["schemas"]["LocationBody"] | null;
                name: string;
                opening_hours: components["schemas"]["HoursBody"][];
                /** @description Name of the time zone, shown only. */
                time_zone?: string | null;
                /**
                 * Format: int64
                 * @description Distance of local time from UTC, a multiple of 15; hours follow it.
                 * @example 60
                 */
                utc_offset_minutes: number;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_PartBody: {
            items: {
                center_id: string;
                /**
                 * Format: int64
                 * @description Within how many days an ordered part comes.
                 */
                lead_time_days: number;
                name?: string;
                part_code: string;
                price: components["schemas"]["MoneyBody"];
                /**
                 * Format: int64
                 * @description How many of them are promised to visits; ignored when written.
                 */
                reserved?: number;
                /**
                 * Format: int64
                 * @description How many lie on the shelf, those promised to visits included.
                 */
                stock: number;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_TechnicianBody: {
            items: {
                absences?: components["schemas"]["AbsenceBody"][];
                breaks?: components["schemas"]["BreakBody"][];
                center_id: string;
                skills: string[];
                technician_id: string;
                working_hours: components["schemas"]["HoursBody"][];
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description A part as one centre stocks it. */
        PartBody: {
            center_id: string;
            /**
             * Format: int64
             * @description Within how many days an ordered part comes.
             */
            lead_time_days: number;
            name?: string;
            part_code: string;
            price: components["schemas"]["MoneyBody"];
            /**
             * Format: int64
             * @description How many of them are promised to visits; ignored when written.
             */
            reserved?: number;
            /**
             * Format: int64
             * @description How many lie on the shelf, those promised to visits included.
             */
            stock: number;
        };
        /** @description How many of a part. */
        PartQuantityBody: {
            /** @example COOLANT-5L */
            part_code: string;
            /** Format: int64 */
            quantity: number;
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
        /** @description A coded statement. */
        ReasonBody: {
            code: string;
            params: Record<string, never>;
            text: string;
        };
        /** @description When a technician works, and the visits in that time. */
        ScheduleBody: {
            appointments: components["schemas"]["AppointmentBody"][];
            center_id: string;
            /** Format: date-time */
            from: string;
            technician_id: string;
            /** Format: date-time */
            to: string;
            /** @description Stretches of working time: hours less breaks, absences and the centre's closing. */
            working: components["schemas"]["AbsenceBody"][];
        };
        /** @description A slot with its price and reason. */
        SlotBody: {
            bay_id: string;
            center_id: string;
            /** Format: date-time */
            ends_at: string;
            /** @description Price, travel and the expected cost of waiting until then: what slots are ranked by. */
            expected_cost: components["schemas"]["MoneyBody"];
            /** Format: double */
            failure_probability: number;
            /** Format: date-time */
            held_until?: string | null;
            price: components["schemas"]["MoneyBody"];
            /** @description Book with it while it is kept; absent where the slot is not kept. */
            slot_id?: string | null;
            /** Format: date-time */
            starts_at: string;
            /** @description Null where the remaining life is not known. */
            starts_before_p05?: boolean | null;
            technician_id: string;
            why: components["schemas"]["ReasonBody"];
        };
        /** @description The best slots, the best first; or why there is none. */
        SlotsBody: {
            slots: components["schemas"]["SlotBody"][];
            why_not?: components["schemas"]["ReasonBody"] | null;
        };
        /** @description A step of a visit; with a version it is refused if the visit changed since. */
        StepBody: {
            /** Format: int64 */
            version?: number | null;
        };
        /** @description A technician. The id is the person's user id. */
        TechnicianBody: {
            absences?: components["schemas"]["AbsenceBody"][];
            breaks?: components["schemas"]["BreakBody"][];
            center_id: string;
            skills: string[];
            technician_id: string;
            working_hours: components["schemas"]["HoursBody"][];
        };
        /** @description The work that somebody wants done. With an `alert_id` the rest comes from the alert. */
        WorkBody: {
            alert_id?: string | null;
            component?: string | null;
            /** Format: double */
            labour_hours?: number | null;
            /** Format: date-time */
            not_before?: string | null;
            parts?: components["schemas"]["PartQuantityBody"][] | null;
            required_skill?: string | null;
            /** @description IMMEDIATE WITHIN_24H WITHIN_WEEK NEXT_SERVICE MONITOR */
            urgency?: string | null;
            vehicle_id?: string | null;
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
    list_appointments: {
        parameters: {
            query?: {
                /** @description UNPLACED SCHEDULED STARTED COMPLETED CANCELLED */
                status?: string | null;
                vehicle_id?: string | null;
                technician_id?: string | null;
                /** @description Starting at this time or later; an unplaced one counts by the time of asking. */
                from?: string | null;
                /** @description Starting before this time. */
                to?: string | null;
                limit?: number | null;
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
                    "application/json": components["schemas"]["Page_AppointmentBody"];
                };
            };
        };
    };
    book_appointment: {
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
                "application/json": components["schemas"]["BookBody"];
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
                    "application/json": components["schemas"]["AppointmentBody"];
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
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_appointments_of_vehicle: {
        parameters: {
            query?: {
                /** @description UNPLACED SCHEDULED STARTED COMPLETED CANCELLED */
                status?: string | null;
                vehicle_id?: string | null;
                technician_id?: string | null;
                /** @description Starting at this time or later; an unplaced one counts by the time of asking. */
                from?: string | null;
                /** @description Starting before this time. */
                to?: string | null;
                limit?: number | null;
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
                    "application/json": components["schemas"]["Page_AppointmentBody"];
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
    show_appointment: {
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
                    "application/json": components["schemas"]["AppointmentBody"];
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
    move_appointment: {
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
                "application/json": components["schemas"]["MoveBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AppointmentBody"];
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
    cancel_appointment: {
        parameters: {
            query?: {
                version?: number | null;
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
                    "application/json": components["schemas"]["AppointmentBody"];
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
    complete_appointment: {
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
                "application/json": components["schemas"]["CompleteBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AppointmentBody"];
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
    start_appointment: {
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
                "application/json": components["schemas"]["StepBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AppointmentBody"];
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
    show_calendar: {
        parameters: {
            query?: {
                vehicle_id?: string | null;
                technician_id?: string | null;
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
                    "text/calendar": string;
                };
            };
        };
    };
    list_centers: {
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
                    "application/json": components["schemas"]["Page_CenterBody"];
                };
            };
        };
    };
    register_center: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CenterBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CenterBody"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CenterBody"];
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
    list_parts: {
        parameters: {
            query?: {
                center_id?: string | null;
                limit?: number | null;
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
                    "application/json": components["schemas"]["Page_PartBody"];
                };
            };
        };
    };
    stock_part: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PartBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartBody"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartBody"];
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
    find_slots: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FindSlotsBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SlotsBody"];
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
    list_technicians: {
        parameters: {
            query?: {
                center_id?: string | null;
                limit?: number | null;
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
                    "application/json": components["schemas"]["Page_TechnicianBody"];
                };
            };
        };
    };
    register_technician: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TechnicianBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TechnicianBody"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TechnicianBody"];
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
    show_schedule: {
        parameters: {
            query?: {
                from?: string | null;
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
                    "application/json": components["schemas"]["ScheduleBody"];
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
}
