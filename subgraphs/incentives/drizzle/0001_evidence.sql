CREATE FUNCTION "incentives"."refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of %.% are never changed or deleted', TG_TABLE_SCHEMA, TG_TABLE_NAME;
END $$;
--> statement-breakpoint
CREATE TRIGGER "touch_is_immutable" BEFORE UPDATE OR DELETE OR TRUNCATE ON "incentives"."touch" EXECUTE FUNCTION "incentives"."refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "trade_is_immutable" BEFORE UPDATE OR DELETE OR TRUNCATE ON "incentives"."trade" EXECUTE FUNCTION "incentives"."refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "trade_link_is_immutable" BEFORE UPDATE OR DELETE OR TRUNCATE ON "incentives"."trade_link" EXECUTE FUNCTION "incentives"."refuse_change"();
--> statement-breakpoint
CREATE FUNCTION "incentives"."check_credits"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  expected numeric;
  sums numeric[];
BEGIN
  SELECT CASE WHEN bool_or(reason IS NULL) THEN 1 ELSE 0 END,
    ARRAY[sum(credit_last_touch), sum(credit_time_decay), sum(credit_shapley)]
    INTO expected, sums FROM "incentives"."trade_link" WHERE trade_id = NEW.trade_id;
  IF sums <> ARRAY[expected, expected, expected] THEN
    RAISE EXCEPTION 'the credits of trade % sum to %, not to %', NEW.trade_id, sums, expected;
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "trade_link_credits_sum_to_one" AFTER INSERT ON "incentives"."trade_link" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "incentives"."check_credits"();
