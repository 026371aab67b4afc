CREATE TABLE "trading"."candle_series" (
	"instrument_id" uuid NOT NULL,
	"interval" text NOT NULL,
	"first_open_time" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "candle_series_instrument_id_interval_pk" PRIMARY KEY("instrument_id","interval")
);
--> statement-breakpoint
CREATE TABLE "trading"."candle" (
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
	"outlier_since" timestamp (3) with time zone,
	CONSTRAINT "candle_instrument_id_interval_open_time_pk" PRIMARY KEY("instrument_id","interval","open_time")
);
--> statement-breakpoint
CREATE TABLE "trading"."circle_member" (
	"circle_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	CONSTRAINT "circle_member_circle_id_user_id_pk" PRIMARY KEY("circle_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "trading"."consumer_position" (
	"name" text PRIMARY KEY NOT NULL,
	"epoch" text NOT NULL,
	"pos" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trading"."idempotency_key" (
	"user_id" uuid NOT NULL,
	"mutation" text NOT NULL,
	"key" text NOT NULL,
	"input_hash" text NOT NULL,
	"result_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_key_user_id_mutation_key_pk" PRIMARY KEY("user_id","mutation","key")
);
--> statement-breakpoint
CREATE TABLE "trading"."instrument" (
	"id" uuid PRIMARY KEY NOT NULL,
	"listing" integer GENERATED ALWAYS AS IDENTITY (sequence name "trading"."instrument_listing_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"symbol" text NOT NULL,
	"venue" text NOT NULL,
	"asset_class" text NOT NULL,
	"base_asset" text NOT NULL,
	"quote_asset" text NOT NULL,
	"tick_size" numeric(38,18) NOT NULL,
	"lot_size" numeric(38,18) NOT NULL,
	"fee_bps" numeric(38,18) NOT NULL,
	"trading_calendar" text NOT NULL,
	"signal_interval" text,
	CONSTRAINT "instrument_symbol_venue_unique" UNIQUE("symbol","venue")
);
--> statement-breakpoint
CREATE TABLE "trading"."order_ticket" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"post_id" uuid NOT NULL,
	"instrument_id" uuid NOT NULL,
	"side" text,
	"limit_price" numeric(38,18),
	"stop" numeric(38,18),
	"opened_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trading"."order" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"instrument_id" uuid NOT NULL,
	"ticket_id" uuid,
	"side" text NOT NULL,
	"kind" text NOT NULL,
	"limit_price" numeric(38,18),
	"quantity" numeric(38,18) NOT NULL,
	"status" text NOT NULL,
	"revision" integer NOT NULL,
	"is_automated" boolean NOT NULL,
	"placed_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"matched_through" timestamp (3) with time zone NOT NULL,
	"due_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "trading"."post" (
	"id" uuid PRIMARY KEY NOT NULL,
	"author_id" uuid NOT NULL,
	"audience" text NOT NULL,
	"circle_id" uuid,
	"instrument_ids" uuid[] NOT NULL,
	"base_assets" text[] NOT NULL,
	"published_at" timestamp (3) with time zone NOT NULL,
	"retracted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "trading"."signal_outcome" (
	"signal_id" uuid PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"r_gross" double precision,
	"r_net" double precision,
	"fee_r" double precision,
	"funding_r" double precision,
	"max_adverse_r" double precision,
	"max_favourable_r" double precision,
	"ambiguous" boolean NOT NULL,
	"has_data_gap" boolean NOT NULL,
	"resolution" text,
	"fills" jsonb NOT NULL,
	"evaluated_through" timestamp (3) with time zone,
	"settled_at" timestamp (3) with time zone,
	"method_version" text NOT NULL,
	"revision" integer NOT NULL,
	"due_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "trading"."signal" (
	"id" uuid PRIMARY KEY NOT NULL,
	"post_id" uuid NOT NULL,
	"author_id" uuid NOT NULL,
	"instrument_id" uuid NOT NULL,
	"side" text NOT NULL,
	"entry_kind" text NOT NULL,
	"entry" numeric(38,18) NOT NULL,
	"entry_expires_at" timestamp (3) with time zone,
	"stop" numeric(38,18) NOT NULL,
	"targets" jsonb NOT NULL,
	"published_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"conviction" double precision NOT NULL,
	"move_stop_to_entry_after" integer,
	CONSTRAINT "signal_post_id_unique" UNIQUE("post_id")
);
--> statement-breakpoint
CREATE TABLE "trading"."trade" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"instrument_id" uuid NOT NULL,
	"side" text NOT NULL,
	"price" numeric(38,18) NOT NULL,
	"quantity" numeric(38,18) NOT NULL,
	"notional" numeric(38,18) NOT NULL,
	"fee" numeric(38,18) NOT NULL,
	"currency" text NOT NULL,
	"executed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "trade_order_id_unique" UNIQUE("order_id")
);
--> statement-breakpoint
ALTER TABLE "trading"."order_ticket" ADD CONSTRAINT "order_ticket_instrument_id_instrument_id_fk" FOREIGN KEY ("instrument_id") REFERENCES "trading"."instrument"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trading"."order" ADD CONSTRAINT "order_instrument_id_instrument_id_fk" FOREIGN KEY ("instrument_id") REFERENCES "trading"."instrument"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trading"."order" ADD CONSTRAINT "order_ticket_id_order_ticket_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "trading"."order_ticket"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trading"."signal_outcome" ADD CONSTRAINT "signal_outcome_signal_id_signal_id_fk" FOREIGN KEY ("signal_id") REFERENCES "trading"."signal"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trading"."signal" ADD CONSTRAINT "signal_post_id_post_id_fk" FOREIGN KEY ("post_id") REFERENCES "trading"."post"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trading"."trade" ADD CONSTRAINT "trade_order_id_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "trading"."order"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trading"."trade" ADD CONSTRAINT "trade_instrument_id_instrument_id_fk" FOREIGN KEY ("instrument_id") REFERENCES "trading"."instrument"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "order_user_id_placed_at_id_index" ON "trading"."order" USING btree ("user_id","placed_at","id");--> statement-breakpoint
CREATE INDEX "order_due_at_index" ON "trading"."order" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "order_instrument_id_index" ON "trading"."order" USING btree ("instrument_id") WHERE status = 'OPEN';--> statement-breakpoint
CREATE INDEX "signal_outcome_due_at_index" ON "trading"."signal_outcome" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "signal_author_id_instrument_id_side_index" ON "trading"."signal" USING btree ("author_id","instrument_id","side");--> statement-breakpoint
CREATE INDEX "signal_instrument_id_index" ON "trading"."signal" USING btree ("instrument_id");--> statement-breakpoint
CREATE INDEX "trade_user_id_executed_at_id_index" ON "trading"."trade" USING btree ("user_id","executed_at","id");