CREATE TABLE "live"."attendance" (
	"session_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"from_at" timestamp (3) with time zone NOT NULL,
	"until_at" timestamp (3) with time zone NOT NULL,
	"reason" text NOT NULL,
	CONSTRAINT "attendance_session_id_user_id_from_at_pk" PRIMARY KEY("session_id","user_id","from_at")
);
--> statement-breakpoint
CREATE TABLE "live"."seat_time" (
	"session_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"state" text NOT NULL,
	"from_at" timestamp (3) with time zone NOT NULL,
	"until_at" timestamp (3) with time zone,
	"reason" text,
	CONSTRAINT "seat_time_session_id_user_id_seq_pk" PRIMARY KEY("session_id","user_id","seq")
);
--> statement-breakpoint
CREATE TABLE "live"."cast_vote" (
	"session_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"probability_up" double precision NOT NULL,
	"cast_at" timestamp (3) with time zone NOT NULL,
	"seq" integer NOT NULL,
	CONSTRAINT "cast_vote_session_id_user_id_revision_pk" PRIMARY KEY("session_id","user_id","revision")
);
--> statement-breakpoint
ALTER TABLE "live"."session_ban" RENAME COLUMN "banned_at" TO "from_at";--> statement-breakpoint
ALTER TABLE "live"."session_ban" DROP CONSTRAINT "session_ban_session_id_user_id_pk";--> statement-breakpoint
DELETE FROM "live"."presence";--> statement-breakpoint
ALTER TABLE "live"."presence" ADD COLUMN "first_at" timestamp (3) with time zone NOT NULL;--> statement-breakpoint
ALTER TABLE "live"."presence" ADD COLUMN "first_seen_at" timestamp (3) with time zone NOT NULL;--> statement-breakpoint
ALTER TABLE "live"."presence" ADD COLUMN "last_at" timestamp (3) with time zone NOT NULL;--> statement-breakpoint
ALTER TABLE "live"."session_ban" ADD COLUMN "id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "live"."session_ban" ALTER COLUMN "id" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "live"."session_ban" ADD COLUMN "until_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "live"."session_ban" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "live"."session_ban" ADD COLUMN "source" text DEFAULT 'HOST' NOT NULL;--> statement-breakpoint
ALTER TABLE "live"."session_ban" ALTER COLUMN "source" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "live"."session_ban" ADD COLUMN "unbanned_by" uuid;--> statement-breakpoint
CREATE UNIQUE INDEX "seat_time_session_id_user_id_index" ON "live"."seat_time" USING btree ("session_id","user_id") WHERE until_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "session_ban_session_id_user_id_index" ON "live"."session_ban" USING btree ("session_id","user_id") WHERE until_at is null;--> statement-breakpoint
CREATE INDEX "session_ban_session_id_user_id_until_at_index" ON "live"."session_ban" USING btree ("session_id","user_id","until_at");