CREATE TABLE "posts"."circle_member" (
	"user_id" uuid NOT NULL,
	"circle_id" uuid NOT NULL,
	CONSTRAINT "circle_member_user_id_circle_id_pk" PRIMARY KEY("user_id","circle_id")
);
--> statement-breakpoint
CREATE TABLE "posts"."consumer_position" (
	"name" text PRIMARY KEY NOT NULL,
	"epoch" text NOT NULL,
	"pos" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "posts"."creator" (
	"id" uuid PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "posts"."idempotency_key" (
	"user_id" uuid NOT NULL,
	"mutation" text NOT NULL,
	"key" text NOT NULL,
	"input_hash" text NOT NULL,
	"result_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_key_user_id_mutation_key_pk" PRIMARY KEY("user_id","mutation","key")
);
--> statement-breakpoint
CREATE TABLE "posts"."instrument" (
	"id" uuid PRIMARY KEY NOT NULL,
	"symbol" text NOT NULL,
	"base_asset" text NOT NULL,
	"tick_size" numeric(38,18) NOT NULL
);
--> statement-breakpoint
CREATE TABLE "posts"."post_version" (
	"post_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"title" text NOT NULL,
	"body" text NOT NULL,
	"written_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "post_version_post_id_version_pk" PRIMARY KEY("post_id","version")
);
--> statement-breakpoint
CREATE TABLE "posts"."post" (
	"id" uuid PRIMARY KEY NOT NULL,
	"author_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"audience" text NOT NULL,
	"circle_id" uuid,
	"topics" text[] NOT NULL,
	"cashtags" jsonb NOT NULL,
	"version" integer NOT NULL,
	"published_at" timestamp (3) with time zone NOT NULL,
	"retracted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "posts"."signal" (
	"id" uuid PRIMARY KEY NOT NULL,
	"post_id" uuid NOT NULL,
	"instrument_id" uuid NOT NULL,
	"side" text NOT NULL,
	"entry_kind" text NOT NULL,
	"entry" numeric(38,18) NOT NULL,
	"entry_expires_at" timestamp (3) with time zone,
	"stop" numeric(38,18) NOT NULL,
	"targets" jsonb NOT NULL,
	"horizon_ms" bigint NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"conviction" double precision NOT NULL,
	"move_stop_to_entry_after" integer
);
--> statement-breakpoint
CREATE INDEX "post_author_id_id_index" ON "posts"."post" USING btree ("author_id","id");--> statement-breakpoint
CREATE INDEX "post_circle_id_id_index" ON "posts"."post" USING btree ("circle_id","id");--> statement-breakpoint
CREATE INDEX "post_public_feed_index" ON "posts"."post" USING btree ("id") WHERE "posts"."post"."audience" = 'PUBLIC';--> statement-breakpoint
CREATE INDEX "post_topics_index" ON "posts"."post" USING gin ("topics");--> statement-breakpoint
CREATE UNIQUE INDEX "signal_post_id_index" ON "posts"."signal" USING btree ("post_id");