CREATE TABLE "trading"."candle_history" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "trading"."candle_history_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"instrument_id" uuid NOT NULL,
	"interval" text NOT NULL,
	"open_time" timestamp (3) with time zone NOT NULL,
	"close_time" timestamp (3) with time zone NOT NULL,
	"open" numeric(38,18) NOT NULL,
	"high" numeric(38,18) NOT NULL,
	"low" numeric(38,18) NOT NULL,
	"close" numeric(38,18) NOT NULL,
	"volume" numeric(38,18),
	"flags" text[] NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"superseded_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "trading"."candle" ADD COLUMN "recorded_at" timestamp (3) with time zone NOT NULL;--> statement-breakpoint
CREATE INDEX "candle_history_instrument_id_interval_open_time_index" ON "trading"."candle_history" USING btree ("instrument_id","interval","open_time");