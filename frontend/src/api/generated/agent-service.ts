// Generated from contracts/http/agent-service.openapi.json by `npm run generate`; do not edit.

export interface paths {
    "/api/v1/agents/behaviour": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is usual for each agent, who is suspended and why, and what was spent today. */
        get: operations["show_agents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/behaviour/{agent}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a suspended agent use language models again. */
        post: operations["resume_agent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/decision/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One decision with what became of it. */
        get: operations["show_decision"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/decision/{id}/feedback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Scores a decision by what was found, and closes it. */
        post: operations["give_feedback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/decision/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Runs a decision again from its journal, or with facts changed. Nothing is published and no model is paid. */
        post: operations["replay_decision"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/decision/{id}/steps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The journal of one decision: what each step of the graph found. */
        get: operations["show_decision_steps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/decision/{id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Streams a run's steps: those taken already, then each when it is done; `end` closes the stream. */
        get: operations["follow_decision"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Decisions that the caller may see, latest first. */
        get: operations["list_decisions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/decisions/{vehicle_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Decisions on one vehicle, latest first. */
        get: operations["list_decisions_of_vehicle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/orchestrate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Runs the graph on symptoms that were seen on a vehicle's component. */
        post: operations["orchestrate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/reviews": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Open or answered reviews, latest first. */
        get: operations["list_reviews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/reviews/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answers a review. The decision's warning went out before; the answer amends it. */
        post: operations["answer_review"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counts, accuracy by the workshop's findings, and the knowledge base in use. */
        get: operations["show_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/training": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Decisions on which a person has spoken, one JSON object a line: `messages` as chat for fine-tuning, and where it is from. */
        get: operations["export_training"];
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
        /** @description On how many decisions somebody acted, each counted once. What a later decision took the place of is not counted. */
        AdoptionStatus: {
            /**
             * Format: int64
             * @description A person said what they found.
             */
            by_feedback: number;
            /**
             * Format: int64
             * @description A reviewer approved it, and nothing more is known.
             */
            by_review: number;
            /**
             * Format: int64
             * @description A visit looked at the component.
             */
            by_visit: number;
            /** Format: int64 */
            decisions: number;
            /**
             * Format: double
             * @description Share of the decisions on which somebody acted; null while there is none.
             */
            share?: number | null;
        };
        /** @description An agent's usual conduct, and whether it is suspended. */
        AgentConduct: {
            agent: string;
            /** Format: double */
            mean_calls: number;
            /** Format: double */
            mean_cost_micro: number;
            /** Format: double */
            mean_tokens: number;
            /** Format: double */
            mean_tool_uses: number;
            /**
             * Format: int64
             * @description Runs that its baseline rests on.
             */
            runs: number;
            /** Format: date-time */
            suspended_at?: string | null;
            /** @description behaviour.scope, behaviour.tools, behaviour.rate, behaviour.spend or behaviour.hours. */
            suspended_for?: string | null;
            tools: string[];
        };
        /** @description What one agent has done. */
        AgentStatus: {
            /**
             * Format: double
             * @description Share of the scored decisions that were confirmed; null while none is scored.
             */
            accuracy?: number | null;
            agent: string;
            /** Format: int64 */
            confirmed: number;
            /** Format: int64 */
            decisions: number;
            /** Format: double */
            mean_confidence: number;
            /** Format: int64 */
            not_found: number;
            /** Format: int64 */
            other_cause: number;
        };
        /** @description How agents behave, and what the tenant spent today (UTC). */
        Agents: {
            items: components["schemas"]["AgentConduct"][];
            limit_today?: components["schemas"]["Spent"] | null;
            spent_today: components["schemas"]["Spent"];
        };
        /** @description A verdict on a decision that was not sure enough. */
        AnswerRequest: {
            /** @description The right failure mode, with CHANGE. */
            failure_mode?: string | null;
            reason: string;
            /** @description APPROVE, CHANGE or REJECT. */
            verdict: string;
        };
        /** @description A sentence with the source that it rests on. */
        Claim: {
            /**
             * Format: date-time
             * @description The window of a signal.
             */
            from?: string | null;
            /** @description signal, trouble_code or past_decision. */
            kind: string;
            /** @description Signal path, trouble code or decision id. */
            source: string;
            text: string;
            /** Format: date-time */
            to?: string | null;
        };
        /** @description From the lowest to the highest plausible cost. */
        CostRange: {
            high: components["schemas"]["Money"];
            low: components["schemas"]["Money"];
        };
        /** @description A decision with what became of it. */
        Decision: {
            agent_used: string;
            alternatives: components["schemas"]["FailureMode"][];
            component: string;
            /** Format: double */
            confidence: number;
            /**
             * Format: date-time
             * @description When what it is about was true.
             */
            decided_for: string;
            decision: components["schemas"]["Reason"];
            decision_id: string;
            estimated_cost: components["schemas"]["CostRange"];
            explanation?: components["schemas"]["Explanation"] | null;
            failure_mode: components["schemas"]["FailureMode"];
            /** @description True when it is about the past, so that nobody was disturbed. */
            historical: boolean;
            /** Format: double */
            labour_hours: number;
            /** @description Null when the rules decided alone. */
            llm_model_used?: string | null;
            /** Format: double */
            odometer_km?: number | null;
            outcome?: components["schemas"]["Outcome"] | null;
            parts: components["schemas"]["Part"][];
            reasoning: components["schemas"]["Reasoning"][];
            recommended_actions: components["schemas"]["Reason"][];
            /** Format: date-time */
            recorded_at: string;
            /**
             * Format: int64
             * @description How many further triggers it covers.
             */
            repeats: number;
            required_skill: string;
            /** @description Why bookings, claims and parts wait for a person; the warning never does. */
            review_because: string[];
            review_required: boolean;
            /**
             * Format: int64
             * @description How often it was amended.
             */
            revision: number;
            rul_km?: components["schemas"]["Quantiles"] | null;
            safety_warning?: components["schemas"]["Reason"] | null;
            severity: string;
            /** @description OPEN, SUPERSEDED, CLOSED or RECOVERED. */
            status: string;
            trigger_event_id: string;
            urgency: string;
            vehicle_id: string;
            warranty?: components["schemas"]["Warranty"] | null;
        };
        /** @description What was observed on one signal between two instants. */
        Evidence: {
            /** Format: double */
            expected?: number | null;
            /** Format: date-time */
            from: string;
            /** Format: double */
            observed: number;
            signal: string;
            text?: string;
            /** Format: date-time */
            to: string;
            unit?: string | null;
        };
        /** @description What language models added, or why they added nothing. */
        Explanation: {
            /** @description True when a model with evidence sees another cause; then a person is asked. */
            disagrees: boolean;
            /** @description Why the rules stand alone: llm.unavailable, llm.budget, llm.in_doubt, llm.suspended or llm.unusable. */
            fallback?: string | null;
            opinions: components["schemas"]["Opinion"][];
        };
        /** @description A cause with its probability. */
        FailureMode: {
            code: string;
            name: string;
            /** Format: double */
            probability: number;
        };
        /** @description How right a decision was. */
        FeedbackRequest: {
            /** @description Code of the failure mode that was found. */
            failure_mode?: string | null;
            note?: string | null;
            /** @description CONFIRMED, OTHER_CAUSE or NOT_FOUND. */
            verdict: string;
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
        /** @description The knowledge base in use. */
        KnowledgeStatus: {
            components: number;
            failure_modes: number;
        };
        /** @description An amount in the currency's minor unit. */
        Money: {
            /** Format: int64 */
            amount_minor: number;
            currency: string;
        };
        /** @description What one worker's model thinks. */
        Opinion: {
            agent: string;
            /** @description Sentences whose citations resolved. */
            claims: components["schemas"]["Claim"][];
            /** @description Why others were dropped: unresolved, number_not_in_source, advice, echo or malformed. */
            dropped: string[];
            failure_mode: string;
            model: string;
        };
        /** @description A run that is asked for. */
        OrderRequest: {
            /** @description Codes of symptoms that were looked for and not found. */
            absent_symptoms?: string[];
            component: string;
            /** @description Trouble codes of SAE J2012 or SAE J1939. */
            dtcs?: string[];
            /**
             * @description True when the vehicle's trouble codes were read out and `dtcs` are all of them, so that every other one is known not to be
             *     stored; false when they are not all. Left out: codes that are given tell that they were read.
             */
            dtcs_read?: boolean | null;
            evidence?: components["schemas"]["Evidence"][];
            /** @description What a person wrote about it. Data for language models; the rules do not read it. */
            note?: string | null;
            /** Format: double */
            odometer_km?: number | null;
            /** @description How grave the finding is; WARNING by default. */
            severity?: string | null;
            /** @description Codes of symptoms or of risk factors that were seen. */
            symptoms?: string[];
            vehicle_id: string;
        };
        /** @description What was found in the end. */
        Outcome: {
            appointment_id?: string | null;
            failure_mode?: string | null;
            /** Format: date-time */
            found_at: string;
            note?: string | null;
            told_by?: string | null;
            /** @description CONFIRMED, OTHER_CAUSE or NOT_FOUND. */
            verdict: string;
        };
        /** @description One page of a list. */
        Page_Decision: {
            items: {
                agent_used: string;
                alternatives: components["schemas"]["FailureMode"][];
                component: string;
                /** Format: double */
                confidence: number;
                /**
                 * Format: date-time
                 * @description When what it is about was true.
                 */
                decided_for: string;
                decision: components["schemas"]["Reason"];
                decision_id: string;
                estimated_cost: components["schemas"]["CostRange"];
                explanation?: components["schemas"]["Explanation"] | null;
                failure_mode: components["schemas"]["FailureMode"];
                /** @description True when it is about the past, so that nobody was disturbed. */
                historical: boolean;
                /** Format: double */
                labour_hours: number;
                /** @description Null when the rules decided alone. */
                llm_model_used?: string | null;
                /** Format: double */
                odometer_km?: number | null;
                outcome?: components["schemas"]["Outcome"] | null;
                parts: components["schemas"]["Part"][];
                reasoning: components["schemas"]["Reasoning"][];
                recommended_actions: components["schemas"]["Reason"][];
                /** Format: date-time */
                recorded_at: string;
                /**
                 * Format: int64
                 * @description How many further triggers it covers.
                 */
                repeats: number;
                required_skill: string;
                /** @description Why bookings, claims and parts wait for a person; the warning never does. */
                review_because: string[];
                review_required: boolean;
                /**
                 * Format: int64
                 * @description How often it was amended.
                 */
                revision: number;
                rul_km?: components["schemas"]["Quantiles"] | null;
                safety_warning?: components["schemas"]["Reason"] | null;
                severity: string;
                /** @description OPEN, SUPERSEDED, CLOSED or RECOVERED. */
                status: string;
                trigger_event_id: string;
                urgency: string;
                vehicle_id: string;
                warranty?: components["schemas"]["Warranty"] | null;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Review: {
            items: {
                answer?: components["schemas"]["ReviewAnswer"] | null;
                component: string;
                /** Format: double */
                confidence: number;
                decision_id: string;
                failure_mode: string;
                /** Format: date-time */
                opened_at: string;
                review_id: string;
                severity: string;
                vehicle_id: string;
            }[];
            /** @description Send it as `cursor` to go on; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description How many of one part the repair takes. */
        Part: {
            part_code: string;
            /** Format: int32 */
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
        /** @description 5 %, 50 % and 95 % quantiles. */
        Quantiles: {
            /** Format: double */
            p05: number;
            /** Format: double */
            p50: number;
            /** Format: double */
            p95: number;
        };
        /** @description A text with a code and parameters, so that a client can translate it. */
        Reason: {
            code: string;
            params: Record<string, never>;
            text: string;
        };
        /** @description A reason with the evidence that it rests on. */
        Reasoning: components["schemas"]["Reason"] & {
            evidence?: components["schemas"]["Evidence"] | null;
        };
        /** @description A decision that was run again. */
        Replay: {
            /** Format: double */
            confidence: number;
            /** @description Parts in which it differs. */
            differences: string[];
            explanation?: components["schemas"]["Explanation"] | null;
            failure_mode: string;
            /** @description Whether the models' recorded answers were heard. A changed fact is shown by the rules alone. */
            heard_models: boolean;
            /** Format: double */
            probability: number;
            review_because: string[];
            /** @description Whether it came out as it was decided. */
            same: boolean;
            severity: string;
            urgency: string;
        };
        /** @description What is different when a decision is run again; nothing: it is replayed as it was. */
        ReplayRequest: {
            /** @default [] */
            add_absent_symptoms: string[];
            /** @default [] */
            add_dtcs: string[];
            /** @default [] */
            add_symptoms: string[];
            /**
             * @description PETROL, DIESEL, HYBRID, BEV or UNKNOWN.
             * @default null
             */
            powertrain: string | null;
            /** @default [] */
            remove_dtcs: string[];
            /**
             * @description Signals whose evidence is taken away.
             * @default []
             */
            remove_signals: string[];
        };
        /** @description A request for a person's look, and the answer. */
        Review: {
            answer?: components["schemas"]["ReviewAnswer"] | null;
            component: string;
            /** Format: double */
            confidence: number;
            decision_id: string;
            failure_mode: string;
            /** Format: date-time */
            opened_at: string;
            review_id: string;
            severity: string;
            vehicle_id: string;
        };
        /** @description What a person answered. */
        ReviewAnswer: {
            /** Format: date-time */
            at: string;
            by: string;
            failure_mode?: string | null;
            reason: string;
            /** @description APPROVE, CHANGE or REJECT. */
            verdict: string;
        };
        /** @description What was spent on language models. */
        Spent: {
            /** Format: int64 */
            calls: number;
            /**
             * Format: int64
             * @description Millionths of the currency's main unit.
             */
            cost_micro: number;
            /** Format: int64 */
            tokens: number;
        };
        /** @description What the agents have done and how right they were. */
        Status: {
            /**
             * Format: double
             * @description Over all agents; null while none is scored.
             */
            accuracy?: number | null;
            adoption: components["schemas"]["AdoptionStatus"];
            agents: components["schemas"]["AgentStatus"][];
            /** Format: int64 */
            decisions: number;
            decisions_by_severity: {
                [key: string]: number;
            };
            knowledge_base: components["schemas"]["KnowledgeStatus"];
            /** @description The first of the chain. */
            llm_model?: string | null;
            /** @description The chain in the order in which it is asked, each provider's fast and strong model. */
            llm_models: string[];
            /** @description `rules`: the rules decide and explain alone; `rules+llm`: models explain what the rules decide. */
            mode: string;
            /** Format: int64 */
            reviews_open: number;
        };
        /** @description One journaled step. */
        Step: {
            /** Format: date-time */
            finished_at: string;
            /** @description What the step found. */
            output: Record<string, never>;
            /** Format: int64 */
            position: number;
            /** Format: date-time */
            started_at: string;
            step: string;
        };
        /** @description The steps of one decision in order. */
        Steps: {
            items: components["schemas"]["Step"][];
        };
        /** @description What the warranty says about the repair. */
        Warranty: {
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
    show_agents: {
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
                    "application/json": components["schemas"]["Agents"];
                };
            };
        };
    };
    resume_agent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agent: string;
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
    show_decision: {
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
                    "application/json": components["schemas"]["Decision"];
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
    give_feedback: {
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
                "application/json": components["schemas"]["FeedbackRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decision"];
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
    replay_decision: {
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
                "application/json": components["schemas"]["ReplayRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replay"];
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
    show_decision_steps: {
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
                    "application/json": components["schemas"]["Steps"];
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
    follow_decision: {
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
                    "text/event-stream": string;
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
    list_decisions: {
        parameters: {
            query?: {
                vehicle_id?: string | null;
                component?: string | null;
                /** @description INFO, WARNING, CRITICAL or EMERGENCY. */
                severity?: string | null;
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
                    "application/json": components["schemas"]["Page_Decision"];
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
    list_decisions_of_vehicle: {
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
                    "application/json": components["schemas"]["Page_Decision"];
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
    orchestrate: {
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
                "application/json": components["schemas"]["OrderRequest"];
            };
        };
        responses: {
            /** @description Decided. */
            201: {
                headers: {
                    /** @description True when this is the kept answer of an earlier request with this key. */
                    "Idempotency-Replayed"?: boolean;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decision"];
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
    list_reviews: {
        parameters: {
            query?: {
                /** @description OPEN (default) or ANSWERED. */
                status?: string | null;
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
                    "application/json": components["schemas"]["Page_Review"];
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
    answer_review: {
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
                "application/json": components["schemas"]["AnswerRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
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
    show_status: {
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
                    "application/json": components["schemas"]["Status"];
                };
            };
        };
    };
    export_training: {
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
                    "application/x-ndjson": string;
                };
            };
        };
    };
}
