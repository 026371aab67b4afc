CREATE FUNCTION "posts"."refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of %.% are never changed or deleted', TG_TABLE_SCHEMA, TG_TABLE_NAME;
END $$;
--> statement-breakpoint
CREATE TRIGGER "signal_is_immutable" BEFORE UPDATE OR DELETE OR TRUNCATE ON "posts"."signal" EXECUTE FUNCTION "posts"."refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "post_version_is_immutable" BEFORE UPDATE OR DELETE OR TRUNCATE ON "posts"."post_version" EXECUTE FUNCTION "posts"."refuse_change"();
