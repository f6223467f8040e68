// Generated from contracts/http/ingestion-service.openapi.json by `npm run generate`; do not edit.

export interface paths {
    "/api/v1/conservation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows the conservation account: received = stored + duplicate + quarantined + rejected + pending, by hour of receipt. It counts
         *     all vehicles together: whoever may see some only is refused.
         */
        get: operations["show_conservation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ingest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes one record. 202 means that it is committed. */
        post: operations["ingest_record"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ingest/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a batch: a JSON array, or one record a line (application/x-ndjson); gzip and zstd are accepted. 202 means that it is committed. */
        post: operations["ingest_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the quarantine, the newest first. */
        get: operations["list_quarantine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quarantine/{quarantine_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replays a quarantined record: with a corrected record as the body, or with an empty body as it was. */
        post: operations["replay_quarantined"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/vehicles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists vehicles by id. */
        get: operations["list_vehicles"];
        put?: never;
        /** Registers a vehicle. */
        post: operations["register_vehicle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/vehicles/{vehicle_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a vehicle. */
        get: operations["show_vehicle"];
        /** Replaces a vehicle's registry data; status RETIRED takes it out of service. */
        put: operations["change_vehicle"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/vehicles/{vehicle_id}/dtcs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the trouble codes that the vehicle has reported, the last seen first. */
        get: operations["list_trouble_codes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/vehicles/{vehicle_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows minimum, maximum and mean of a signal over time. */
        get: operations["show_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/vehicles/{vehicle_id}/latest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows the newest reading of each signal. */
        get: operations["show_latest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/vehicles/{vehicle_id}/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists stored records by time and sequence, each with the hash of its content. */
        get: operations["list_records"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/vehicles/{vehicle_id}/repairs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Notes a repair that was done elsewhere. */
        post: operations["record_repair"];
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
        /** @description An hour of the conservation account. */
        AccountWire: {
            /** @description received = stored + duplicate + quarantined + rejected + pending */
            balanced: boolean;
            /** Format: int64 */
            duplicate: number;
            /**
             * Format: int64
             * @description Records received that no outcome accounts for: lost ones. Negative where outcomes were counted twice.
             */
            gap_records: number;
            /** Format: date-time */
            hour: string;
            /** Format: int64 */
            pending: number;
            /** Format: int64 */
            quarantined: number;
            /**
             * Format: int64
             * @description Readings set apart from kept records; not part of the balance.
             */
            readings_quarantined: number;
            /** Format: int64 */
            received: number;
            /** Format: int64 */
            rejected: number;
            /** Format: int64 */
            stored: number;
        };
        /** @description A stretch of a history. */
        BucketWire: {
            /** Format: int64 */
            count: number;
            /** Format: double */
            max: number;
            /** Format: double */
            mean: number;
            /** Format: double */
            min: number;
            /**
             * Format: date-time
             * @description Start of the stretch.
             */
            time: string;
        };
        /** @description A trouble code of a vehicle. */
        CodeWire: {
            code: string;
            ecu?: string | null;
            /** Format: date-time */
            first_seen: string;
            /** Format: date-time */
            last_seen: string;
            /** Format: int64 */
            reports: number;
            status: string;
        };
        /** @description The trouble codes of a vehicle. */
        CodesWire: {
            items: components["schemas"]["CodeWire"][];
        };
        /** @description The conservation account of a tenant by hour of receipt. */
        ConservationWire: {
            /** @description Whether every hour shown balances. */
            balanced: boolean;
            /** @description The same for whoever watches: false is an alarm. */
            closes: boolean;
            hours: components["schemas"]["AccountWire"][];
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
        /** @description A downsampled history; stretches without readings are left out. */
        HistoryWire: {
            /** Format: double */
            bucket_seconds: number;
            buckets: components["schemas"]["BucketWire"][];
            /** Format: date-time */
            from: string;
            signal: string;
            /** Format: date-time */
            to: string;
            unit: string;
            vehicle_id: string;
        };
        /** @description An item in quarantine. */
        ItemWire: {
            /** @description The record as it was sent. */
            body: string;
            code: string;
            quarantine_id: string;
            /** Format: date-time */
            quarantined_at: string;
            reason: Record<string, never>;
            receipt_id: string;
            record_time?: string | null;
            replay_receipt?: string | null;
            /** Format: date-time */
            replayed_at?: string | null;
            /** @description RECORD (can be replayed) or READING (of a record that was kept). */
            scope: string;
            signal?: string | null;
            vehicle_id?: string | null;
        };
        /** @description The newest reading of a signal. */
        LatestReading: {
            /** Format: date-time */
            time: string;
            unit: string;
            /** Format: double */
            value: number;
        };
        /** @description The newest reading of each signal of a vehicle. */
        LatestWire: {
            signals: {
                [key: string]: components["schemas"]["LatestReading"];
            };
            /**
             * Format: date-time
             * @description Newest record; absent if the vehicle has sent nothing yet.
             */
            time?: string | null;
            vehicle_id: string;
        };
        /** @description One page of a list. */
        Page_ItemWire: {
            items: {
                /** @description The record as it was sent. */
                body: string;
                code: string;
                quarantine_id: string;
                /** Format: date-time */
                quarantined_at: string;
                reason: Record<string, never>;
                receipt_id: string;
                record_time?: string | null;
                replay_receipt?: string | null;
                /** Format: date-time */
                replayed_at?: string | null;
                /** @description RECORD (can be replayed) or READING (of a record that was kept). */
                scope: string;
                signal?: string | null;
                vehicle_id?: string | null;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_RecordWire: {
            items: {
                content_hash: string;
                flags?: Record<string, never> | null;
                protocol: string;
                /** Format: int64 */
                sequence?: number | null;
                signals: Record<string, never>;
                time: string;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_VehicleWire: {
            items: {
                depot_id?: string | null;
                fleet_id?: string | null;
                /** Format: date */
                in_service_date?: string | null;
                make?: string | null;
                model?: string | null;
                /** Format: int32 */
                model_year?: number | null;
                /** Format: double */
                odometer_km?: number | null;
                owner_id?: string | null;
                powertrain: string;
                registered_by: string;
                status: string;
                vehicle_class: string;
                vehicle_id: string;
                vin?: string | null;
            }[];
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
        /** @description One record as it is posted. It documents the form; bodies are read by `telemetry_wire`. */
        RecordPosted: {
            /** @description PID, VSS path or alias to a number, a text such as "82C", a boolean, {"value", "unit"} or, for a PID, {"hex"}. */
            data: Record<string, never>;
            /** @description "P0301" or {"code", "status", "ecu"}; an empty list says that the codes were read out and none is stored. */
            dtcs: Record<string, never>[];
            /** @description OBD2 or GENERIC. */
            protocol: string;
            /**
             * Format: int64
             * @description The device's own counter.
             */
            sequence?: number | null;
            /** @description True where the times of a log without dates were made up. */
            synthetic_time?: boolean | null;
            /**
             * Format: date-time
             * @description RFC 3339.
             */
            timestamp: string;
            /** @description The client's id of the vehicle. */
            vehicle_id: string;
            /** @description ISO 3779; the first record with a VIN registers its vehicle. */
            vin?: string | null;
        };
        /** @description A stored record. */
        RecordWire: {
            content_hash: string;
            flags?: Record<string, never> | null;
            protocol: string;
            /** Format: int64 */
            sequence?: number | null;
            signals: Record<string, never>;
            time: string;
        };
        /** @description A remark about one record or reading. */
        RemarkWire: {
            code: string;
            /** @description Place in the batch, from 0. */
            index: number;
            /** @description JSON pointer into the record. */
            path?: string;
            text: string;
        };
        /** @description A repair as it is posted. */
        RepairPosted: {
            /** @description REPLACED, REPAIRED or ADJUSTED. */
            action: string;
            /** @description Such as battery_12v. */
            component: string;
            /** Format: double */
            odometer_km?: number | null;
            /** Format: date-time */
            repaired_at: string;
        };
        /** @description A repair that was noted. */
        RepairWire: {
            action: string;
            component: string;
            /** Format: double */
            odometer_km?: number | null;
            repair_id: string;
            /** Format: date-time */
            repaired_at: string;
            vehicle_id: string;
        };
        /** @description Registry data as it is posted; what is left out is unknown. */
        VehiclePosted: {
            depot_id?: string | null;
            fleet_id?: string | null;
            /** Format: date */
            in_service_date?: string | null;
            make?: string | null;
            model?: string | null;
            /** Format: int32 */
            model_year?: number | null;
            /** Format: double */
            odometer_km?: number | null;
            owner_id?: string | null;
            /** @description PETROL, DIESEL, HYBRID, BEV or UNKNOWN. */
            powertrain?: string | null;
            /** @description ACTIVE or RETIRED. */
            status?: string | null;
            /** @description CAR, VAN, TRUCK, BUS or UNKNOWN. */
            vehicle_class?: string | null;
            /** @description Needed when a vehicle is registered; the path names it when it is changed. */
            vehicle_id?: string | null;
            vin?: string | null;
        };
        /** @description A vehicle of the registry. */
        VehicleWire: {
            depot_id?: string | null;
            fleet_id?: string | null;
            /** Format: date */
            in_service_date?: string | null;
            make?: string | null;
            model?: string | null;
            /** Format: int32 */
            model_year?: number | null;
            /** Format: double */
            odometer_km?: number | null;
            owner_id?: string | null;
            powertrain: string;
            registered_by: string;
            status: string;
            vehicle_class: string;
            vehicle_id: string;
            vin?: string | null;
        };
        /** @description What became of a request: it is committed. */
        VerdictWire: {
            /** Format: int64 */
            accepted: number;
            /** Format: int64 */
            duplicates: number;
            /** @description Records that were not accepted, the first ones. */
            errors: components["schemas"]["RemarkWire"][];
            /** Format: int64 */
            quarantined: number;
            /**
             * Format: int64
             * @description Readings set apart from records that were accepted.
             */
            readings_quarantined: number;
            receipt_id: string;
            /** Format: int64 */
            received: number;
            /** Format: int64 */
            rejected: number;
            /** @description Readings set apart and other doubts, the first ones. */
            warnings: components["schemas"]["RemarkWire"][];
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
    show_conservation: {
        parameters: {
            query?: {
                /** @description A day before `to` by default. */
                from?: string | null;
                /** @description Now by default. */
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
                    "application/json": components["schemas"]["ConservationWire"];
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
    ingest_record: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordPosted"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerdictWire"];
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
            /** @description not a record, or in quarantine */
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
    ingest_batch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordPosted"][];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerdictWire"];
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
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            415: {
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
    list_quarantine: {
        parameters: {
            query?: {
                vehicle_id?: string | null;
                code?: string | null;
                /** @description Only those that were not replayed; true by default. */
                open?: boolean | null;
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
                    "application/json": components["schemas"]["Page_ItemWire"];
                };
            };
        };
    };
    replay_quarantined: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                quarantine_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RecordPosted"] | null;
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerdictWire"];
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
    list_vehicles: {
        parameters: {
            query?: {
                owner_id?: string | null;
                fleet_id?: string | null;
                /** @description ACTIVE or RETIRED. */
                status?: string | null;
                /** @description Part of the id, VIN, make or model; capitals do not matter. At most 64 characters. */
                q?: string | null;
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
                    "application/json": components["schemas"]["Page_VehicleWire"];
                };
            };
        };
    };
    register_vehicle: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VehiclePosted"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VehicleWire"];
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
    show_vehicle: {
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
                    "application/json": components["schemas"]["VehicleWire"];
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
    change_vehicle: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                vehicle_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VehiclePosted"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VehicleWire"];
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
    list_trouble_codes: {
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
                    "application/json": components["schemas"]["CodesWire"];
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
    show_history: {
        parameters: {
            query: {
                /** @description VSS path or alias. */
                signal: string;
                /** @description A day before `to` by default. */
                from?: string | null;
                /** @description Now by default. */
                to?: string | null;
                /** @description Stretches at most; 300 by default. */
                points?: number | null;
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
                    "application/json": components["schemas"]["HistoryWire"];
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
    show_latest: {
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
                    "application/json": components["schemas"]["LatestWire"];
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
    list_records: {
        parameters: {
            query?: {
                /** @description The beginning by default. */
                from?: string | null;
                /** @description Now by default. */
                to?: string | null;
                limit?: number | null;
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
                    "application/json": components["schemas"]["Page_RecordWire"];
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
    record_repair: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                vehicle_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RepairPosted"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RepairWire"];
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
