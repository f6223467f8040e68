-- Language models are paid after a decision was told, by fractions of a cent: what they cost comes with their explanation, in millionths of
-- the currency's main unit. Nobody ever told it with the decision itself.
ALTER TABLE decision_view ADD COLUMN llm_cost_micro BIGINT;
ALTER TABLE decision_view ADD COLUMN explained_at TIMESTAMPTZ;
ALTER TABLE decision_view DROP COLUMN llm_cost_minor;
