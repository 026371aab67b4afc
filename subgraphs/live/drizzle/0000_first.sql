CREATE TABLE "live"."consumer_position" (
	"name" text PRIMARY KEY NOT NULL,
	"epoch" text NOT NULL,
	"pos" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "live"."creator" (
	"id" uuid PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "live"."idempotency_key" (
	"user_id" uuid NOT NULL,
	"mutation" text NOT NULL,
	"key" text NOT NULL,
	"input_hash" text NOT NULL,
	"result_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_key_user_id_mutation_key_pk" PRIMARY KEY("user_id","mutation","key")
);
--> statement-breakpoint
CREATE TABLE "live"."instrument" (
	"id" uuid PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "live"."live_session_post" (
	"session_id" uuid NOT NULL,
	"post_id" uuid NOT NULL,
	CONSTRAINT "live_session_post_session_id_post_id_pk" PRIMARY KEY("session_id","post_id")
);
--> statement-breakpoint
CREATE TABLE "live"."live_session" (
	"id" uuid PRIMARY KEY NOT NULL,
	"host_id" uuid NOT NULL,
	"title" text NOT NULL,
	"instrument_id" uuid NOT NULL,
	"status" text NOT NULL,
	"scheduled_for" timestamp (3) with time zone NOT NULL,
	"vote_horizon_ms" bigint NOT NULL,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"voter_count" integer DEFAULT 0 NOT NULL,
	"consensus_seq" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "live"."post" (
	"id" uuid PRIMARY KEY NOT NULL,
	"author_id" uuid NOT NULL,
	"audience" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "live"."voter" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"is_verified" boolean NOT NULL,
	"identity_cluster_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "live"."vote" (
	"session_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"probability_up" double precision NOT NULL,
	"cast_at" timestamp (3) with time zone NOT NULL,
	"revision" integer NOT NULL,
	"final_is_verified" boolean,
	"final_identity_cluster_id" uuid,
	CONSTRAINT "vote_session_id_user_id_pk" PRIMARY KEY("session_id","user_id")
);
--> statement-breakpoint
CREATE INDEX "live_session_post_post_id_index" ON "live"."live_session_post" USING btree ("post_id");--> statement-breakpoint
CREATE INDEX "live_session_scheduled_for_id_index" ON "live"."live_session" USING btree ("scheduled_for","id");--> statement-breakpoint
CREATE INDEX "live_session_status_scheduled_for_id_index" ON "live"."live_session" USING btree ("status","scheduled_for","id");--> statement-breakpoint
CREATE INDEX "live_session_host_id_scheduled_for_id_index" ON "live"."live_session" USING btree ("host_id","scheduled_for","id");--> statement-breakpoint
CREATE INDEX "vote_user_id_index" ON "live"."vote" USING btree ("user_id");