CREATE TABLE "incentives"."circle_member" (
	"user_id" uuid NOT NULL,
	"circle_id" uuid NOT NULL,
	"is_member" boolean NOT NULL,
	"revision" integer NOT NULL,
	CONSTRAINT "circle_member_user_id_circle_id_pk" PRIMARY KEY("user_id","circle_id")
);
--> statement-breakpoint
CREATE TABLE "incentives"."consumer_position" (
	"name" text PRIMARY KEY NOT NULL,
	"epoch" text NOT NULL,
	"pos" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "incentives"."idempotency_key" (
	"user_id" uuid NOT NULL,
	"mutation" text NOT NULL,
	"key" text NOT NULL,
	"input_hash" text NOT NULL,
	"result_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_key_user_id_mutation_key_pk" PRIMARY KEY("user_id","mutation","key")
);
--> statement-breakpoint
CREATE TABLE "incentives"."instrument" (
	"id" uuid PRIMARY KEY NOT NULL,
	"base_asset" text NOT NULL,
	"quote_asset" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "incentives"."linked_trade_count" (
	"post_id" uuid PRIMARY KEY NOT NULL,
	"link_count" integer NOT NULL,
	"eligible_count" integer NOT NULL,
	"user_count" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "incentives"."linked_trade_fee" (
	"post_id" uuid NOT NULL,
	"currency" text NOT NULL,
	"amount" numeric(38,18) NOT NULL,
	CONSTRAINT "linked_trade_fee_post_id_currency_pk" PRIMARY KEY("post_id","currency")
);
--> statement-breakpoint
CREATE TABLE "incentives"."post" (
	"id" uuid PRIMARY KEY NOT NULL,
	"author_id" uuid NOT NULL,
	"audience" text NOT NULL,
	"circle_id" uuid,
	"instrument_ids" uuid[] NOT NULL,
	"base_assets" text[] NOT NULL,
	"signal_side" text,
	"signal_instrument_id" uuid,
	"signal_base_asset" text,
	"published_at" timestamp (3) with time zone NOT NULL,
	"retracted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "incentives"."touch" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"post_id" uuid NOT NULL,
	"author_id" uuid,
	"reader_hash" bigint NOT NULL,
	"kind" text NOT NULL,
	"surface" text,
	"visible_ms" integer,
	"at" timestamp (3) with time zone NOT NULL,
	"links_until" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "incentives"."trade_link" (
	"trade_id" uuid NOT NULL,
	"post_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"executed_at" timestamp (3) with time zone NOT NULL,
	"rule" text NOT NULL,
	"touched_at" timestamp (3) with time zone NOT NULL,
	"reason" text,
	"credit_last_touch" numeric(38,18) NOT NULL,
	"credit_time_decay" numeric(38,18) NOT NULL,
	"credit_shapley" numeric(38,18) NOT NULL,
	"agrees_with_signal" boolean,
	CONSTRAINT "trade_link_trade_id_post_id_pk" PRIMARY KEY("trade_id","post_id"),
	CONSTRAINT "trade_link_ineligible_earns_nothing" CHECK (reason is null or (credit_last_touch = 0 and credit_time_decay = 0 and credit_shapley = 0)),
	CONSTRAINT "trade_link_no_negative_credit" CHECK (least(credit_last_touch, credit_time_decay, credit_shapley) >= 0)
);
--> statement-breakpoint
CREATE TABLE "incentives"."trade" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"instrument_id" uuid NOT NULL,
	"base_asset" text NOT NULL,
	"side" text NOT NULL,
	"fee" numeric(38,18) NOT NULL,
	"fee_currency" text NOT NULL,
	"order_placed_at" timestamp (3) with time zone NOT NULL,
	"executed_at" timestamp (3) with time zone NOT NULL,
	"ineligibility" text,
	"agrees_with_signal" boolean
);
--> statement-breakpoint
CREATE TABLE "incentives"."user" (
	"id" uuid PRIMARY KEY NOT NULL,
	"identity_cluster_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE INDEX "post_author_id_index" ON "incentives"."post" USING btree ("author_id");--> statement-breakpoint
CREATE INDEX "touch_user_id_links_until_index" ON "incentives"."touch" USING btree ("user_id","links_until");--> statement-breakpoint
CREATE INDEX "touch_user_id_at_index" ON "incentives"."touch" USING btree ("user_id","at");--> statement-breakpoint
CREATE INDEX "touch_author_id_reader_hash_user_id_at_index" ON "incentives"."touch" USING btree ("author_id","reader_hash","user_id","at");--> statement-breakpoint
CREATE INDEX "trade_link_post_id_executed_at_trade_id_index" ON "incentives"."trade_link" USING btree ("post_id","executed_at","trade_id");--> statement-breakpoint
CREATE INDEX "trade_link_post_id_user_id_executed_at_trade_id_index" ON "incentives"."trade_link" USING btree ("post_id","user_id","executed_at","trade_id");--> statement-breakpoint
CREATE INDEX "trade_user_id_order_placed_at_index" ON "incentives"."trade" USING btree ("user_id","order_placed_at");