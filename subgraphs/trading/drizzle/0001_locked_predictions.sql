CREATE TABLE "trading"."prediction" (
	"id" uuid PRIMARY KEY NOT NULL,
	"instrument_id" uuid NOT NULL,
	"locked_at" timestamp (3) with time zone NOT NULL,
	"horizon_at" timestamp (3) with time zone NOT NULL,
	"due_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE INDEX "prediction_due_at_index" ON "trading"."prediction" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "prediction_instrument_id_index" ON "trading"."prediction" USING btree ("instrument_id") WHERE due_at is not null;