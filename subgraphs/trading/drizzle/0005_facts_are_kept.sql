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
CREATE TABLE "trading"."creator_day_mark" (
	"creator_id" uuid NOT NULL,
	"day" date NOT NULL,
	"method_version" text NOT NULL,
	"settled_r" double precision NOT NULL,
	"equity_r" double precision,
	"public_settled_r" double precision NOT NULL,
	"public_equity_r" double precision,
	"marked_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "creator_day_mark_creator_id_method_version_day_pk" PRIMARY KEY("creator_id","method_version","day")
);
--> statement-breakpoint
CREATE TABLE "trading"."marked_creator" (
	"creator_id" uuid NOT NULL,
	"method_version" text NOT NULL,
	"next_day" date NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "marked_creator_creator_id_method_version_pk" PRIMARY KEY("creator_id","method_version")
);
--> statement-breakpoint
CREATE TABLE "trading"."signal_day_mark" (
	"creator_id" uuid NOT NULL,
	"day" date NOT NULL,
	"method_version" text NOT NULL,
	"signal_id" uuid NOT NULL,
	"open_fraction" numeric(38,18) NOT NULL,
	"price" numeric(38,18),
	"priced_at" timestamp (3) with time zone,
	"mark_r" double precision,
	CONSTRAINT "signal_day_mark_creator_id_method_version_day_signal_id_pk" PRIMARY KEY("creator_id","method_version","day","signal_id")
);
--> statement-breakpoint
DROP INDEX "trading"."signal_outcome_due_at_index";--> statement-breakpoint
ALTER TABLE "trading"."signal_outcome" DROP CONSTRAINT "signal_outcome_pkey";--> statement-breakpoint
ALTER TABLE "trading"."signal_outcome" ADD CONSTRAINT "signal_outcome_signal_id_method_version_pk" PRIMARY KEY("signal_id","method_version");--> statement-breakpoint
ALTER TABLE "trading"."signal" ADD COLUMN "strategy_id" uuid;--> statement-breakpoint
ALTER TABLE "trading"."candle" ADD COLUMN "recorded_at" timestamp (3) with time zone NOT NULL;--> statement-breakpoint
ALTER TABLE "trading"."order_ticket" ADD COLUMN "reference_price" numeric(38,18);--> statement-breakpoint
ALTER TABLE "trading"."order_ticket" ADD COLUMN "strategy_id" uuid;--> statement-breakpoint
ALTER TABLE "trading"."trade" ADD COLUMN "strategy_id" uuid;--> statement-breakpoint
ALTER TABLE "trading"."signal_day_mark" ADD CONSTRAINT "signal_day_mark_signal_id_signal_id_fk" FOREIGN KEY ("signal_id") REFERENCES "trading"."signal"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "candle_history_instrument_id_interval_open_time_index" ON "trading"."candle_history" USING btree ("instrument_id","interval","open_time");--> statement-breakpoint
CREATE INDEX "marked_creator_method_version_due_at_index" ON "trading"."marked_creator" USING btree ("method_version","due_at");--> statement-breakpoint
CREATE INDEX "signal_outcome_method_version_due_at_index" ON "trading"."signal_outcome" USING btree ("method_version","due_at");