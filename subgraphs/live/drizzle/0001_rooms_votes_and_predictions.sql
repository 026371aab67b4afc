CREATE TABLE "live"."audience" (
	"session_id" uuid PRIMARY KEY NOT NULL,
	"seq" integer DEFAULT 0 NOT NULL,
	"viewer_count" integer DEFAULT 0 NOT NULL,
	"peak_viewer_count" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "live"."bullet_bucket" (
	"session_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"tokens" double precision NOT NULL,
	"refilled_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "bullet_bucket_session_id_user_id_pk" PRIMARY KEY("session_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "live"."bullet" (
	"id" uuid PRIMARY KEY NOT NULL,
	"session_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"author_id" uuid NOT NULL,
	"text" text NOT NULL,
	"sent_at" timestamp (3) with time zone NOT NULL,
	"moderation" text NOT NULL,
	"moderated_by" uuid,
	"moderated_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "live"."chat" (
	"session_id" uuid PRIMARY KEY NOT NULL,
	"bullet_count" integer DEFAULT 0 NOT NULL,
	"tokens" double precision NOT NULL,
	"refilled_at" timestamp (3) with time zone NOT NULL,
	"dropped" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "live"."consensus_snapshot" (
	"session_id" uuid NOT NULL,
	"bucket" bigint NOT NULL,
	"seq" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"probability_up" double precision,
	"consensus" jsonb NOT NULL,
	CONSTRAINT "consensus_snapshot_session_id_bucket_pk" PRIMARY KEY("session_id","bucket")
);
--> statement-breakpoint
CREATE TABLE "live"."context_pin" (
	"id" uuid PRIMARY KEY NOT NULL,
	"session_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"source" text NOT NULL,
	"source_url" text,
	"value" numeric(38,18),
	"unit" text,
	"instrument_id" uuid,
	"as_of" timestamp (3) with time zone,
	"pinned_at" timestamp (3) with time zone NOT NULL,
	"pinned_by" uuid NOT NULL,
	"unpinned_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "live"."moment" (
	"position" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "live"."moment_position_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"session_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"user_id" uuid,
	"question_id" uuid,
	"pin_id" uuid
);
--> statement-breakpoint
CREATE TABLE "live"."prediction_vote" (
	"prediction_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"probability_up" double precision NOT NULL,
	"is_scored" boolean NOT NULL,
	CONSTRAINT "prediction_vote_prediction_id_user_id_pk" PRIMARY KEY("prediction_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "live"."prediction" (
	"id" uuid PRIMARY KEY NOT NULL,
	"session_id" uuid NOT NULL,
	"host_id" uuid NOT NULL,
	"instrument_id" uuid NOT NULL,
	"locked_at" timestamp (3) with time zone NOT NULL,
	"horizon_at" timestamp (3) with time zone NOT NULL,
	"consensus_seq" integer NOT NULL,
	"consensus" jsonb NOT NULL,
	"host_probability_up" double precision,
	"state" text NOT NULL,
	"price_at_lock" numeric(38,18),
	"price_at_horizon" numeric(38,18),
	"is_up" boolean,
	"settled_at" timestamp (3) with time zone,
	"crowd_brier" double precision,
	"pooled_brier" double precision,
	"extremised_brier" double precision,
	"host_brier" double precision,
	"is_searched" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "live"."presence" (
	"session_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "presence_session_id_user_id_pk" PRIMARY KEY("session_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "live"."question_board" (
	"session_id" uuid PRIMARY KEY NOT NULL,
	"seq" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "live"."question_upvote" (
	"question_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "question_upvote_question_id_user_id_pk" PRIMARY KEY("question_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "live"."question_voter" (
	"session_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"last_voted_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "question_voter_session_id_user_id_pk" PRIMARY KEY("session_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "live"."question" (
	"id" uuid PRIMARY KEY NOT NULL,
	"session_id" uuid NOT NULL,
	"author_id" uuid NOT NULL,
	"text" text NOT NULL,
	"state" text NOT NULL,
	"asked_at" timestamp (3) with time zone NOT NULL,
	"upvote_count" integer DEFAULT 0 NOT NULL,
	"answer_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "live"."seat" (
	"session_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"state" text NOT NULL,
	"requested_at" timestamp (3) with time zone,
	"invited_at" timestamp (3) with time zone,
	"on_stage_at" timestamp (3) with time zone,
	"left_at" timestamp (3) with time zone,
	"changed_seq" integer NOT NULL,
	CONSTRAINT "seat_session_id_user_id_pk" PRIMARY KEY("session_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "live"."session_ban" (
	"session_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"banned_at" timestamp (3) with time zone NOT NULL,
	"banned_by" uuid NOT NULL,
	CONSTRAINT "session_ban_session_id_user_id_pk" PRIMARY KEY("session_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "live"."stage" (
	"session_id" uuid PRIMARY KEY NOT NULL,
	"seq" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "live"."voting_pair" (
	"user_id" uuid NOT NULL,
	"other_id" uuid NOT NULL,
	CONSTRAINT "voting_pair_user_id_other_id_pk" PRIMARY KEY("user_id","other_id")
);
--> statement-breakpoint
ALTER TABLE "live"."live_session" ADD COLUMN "max_seats" integer DEFAULT 8 NOT NULL;--> statement-breakpoint
ALTER TABLE "live"."live_session" ADD COLUMN "extremising_exponent" double precision;--> statement-breakpoint
ALTER TABLE "live"."live_session" ADD COLUMN "voting_locked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "live"."voter" ADD COLUMN "voting_cluster_id" uuid;--> statement-breakpoint
ALTER TABLE "live"."voter" ADD COLUMN "settled_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "live"."voter" ADD COLUMN "brier_sum" double precision DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "live"."voter" ADD COLUMN "up_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "live"."vote" ADD COLUMN "change_seq" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "live"."vote" ADD COLUMN "final_weight" double precision;--> statement-breakpoint
CREATE UNIQUE INDEX "bullet_session_id_number_index" ON "live"."bullet" USING btree ("session_id","number");--> statement-breakpoint
CREATE INDEX "bullet_session_id_moderation_number_index" ON "live"."bullet" USING btree ("session_id","moderation","number");--> statement-breakpoint
CREATE INDEX "context_pin_session_id_pinned_at_index" ON "live"."context_pin" USING btree ("session_id","pinned_at");--> statement-breakpoint
CREATE INDEX "moment_session_id_position_index" ON "live"."moment" USING btree ("session_id","position");--> statement-breakpoint
CREATE INDEX "prediction_vote_user_id_index" ON "live"."prediction_vote" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "prediction_session_id_locked_at_id_index" ON "live"."prediction" USING btree ("session_id","locked_at","id");--> statement-breakpoint
CREATE INDEX "prediction_host_id_index" ON "live"."prediction" USING btree ("host_id");--> statement-breakpoint
CREATE INDEX "prediction_id_index" ON "live"."prediction" USING btree ("id") WHERE state = 'SETTLED' and not is_searched;--> statement-breakpoint
CREATE INDEX "question_session_id_state_asked_at_index" ON "live"."question" USING btree ("session_id","state","asked_at");--> statement-breakpoint
CREATE INDEX "question_session_id_author_id_index" ON "live"."question" USING btree ("session_id","author_id");--> statement-breakpoint
CREATE INDEX "seat_session_id_state_index" ON "live"."seat" USING btree ("session_id","state");--> statement-breakpoint
CREATE INDEX "voter_identity_cluster_id_index" ON "live"."voter" USING btree ("identity_cluster_id");--> statement-breakpoint
CREATE INDEX "vote_session_id_change_seq_index" ON "live"."vote" USING btree ("session_id","change_seq");--> statement-breakpoint
UPDATE "live"."vote" SET "final_weight" = CASE WHEN "final_is_verified" THEN 1 ELSE 0.25 END WHERE "final_is_verified" IS NOT NULL;