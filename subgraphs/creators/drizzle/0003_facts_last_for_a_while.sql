CREATE TABLE "creators"."identity" (
	"user_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"is_verified" boolean NOT NULL,
	"identity_cluster_id" uuid NOT NULL,
	"from" timestamp (3) with time zone NOT NULL,
	"until" timestamp (3) with time zone,
	"reason" text NOT NULL,
	"source" text NOT NULL,
	"checked_by_id" uuid,
	CONSTRAINT "identity_user_id_revision_pk" PRIMARY KEY("user_id","revision")
);
--> statement-breakpoint
CREATE TABLE "creators"."role" (
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"from" timestamp (3) with time zone NOT NULL,
	"until" timestamp (3) with time zone,
	"reason" text NOT NULL,
	"source" text NOT NULL,
	CONSTRAINT "role_user_id_role_from_pk" PRIMARY KEY("user_id","role","from")
);
--> statement-breakpoint
ALTER TABLE "creators"."follow" RENAME COLUMN "followed_at" TO "from";--> statement-breakpoint
DROP INDEX "creators"."follow_user_id_followed_at_index";--> statement-breakpoint
ALTER TABLE "creators"."follow" DROP CONSTRAINT "follow_user_id_creator_id_pk";--> statement-breakpoint
ALTER TABLE "creators"."follow" ADD COLUMN "revision" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "creators"."follow" ALTER COLUMN "revision" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "creators"."follow" ADD CONSTRAINT "follow_user_id_creator_id_revision_pk" PRIMARY KEY("user_id","creator_id","revision");--> statement-breakpoint
ALTER TABLE "creators"."follow" ADD COLUMN "until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "creators"."follow" ADD COLUMN "reason" text DEFAULT 'FOLLOWED' NOT NULL;--> statement-breakpoint
ALTER TABLE "creators"."follow" ALTER COLUMN "reason" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "creators"."follow" ADD COLUMN "source" text DEFAULT 'USER' NOT NULL;--> statement-breakpoint
ALTER TABLE "creators"."follow" ALTER COLUMN "source" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "creators"."follow" ADD COLUMN "end_reason" text;--> statement-breakpoint
ALTER TABLE "creators"."follow" ADD COLUMN "end_source" text;--> statement-breakpoint
ALTER TABLE "creators"."user" ADD COLUMN "acquisition_source" text DEFAULT 'ORGANIC' NOT NULL;--> statement-breakpoint
ALTER TABLE "creators"."user" ADD COLUMN "acquired_by_id" uuid;--> statement-breakpoint
CREATE INDEX "identity_then_of_cluster" ON "creators"."identity" USING btree ("identity_cluster_id","from","user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "identity_now" ON "creators"."identity" USING btree ("user_id") WHERE until is null;--> statement-breakpoint
CREATE INDEX "follow_then_of_creator" ON "creators"."follow" USING btree ("creator_id","from","user_id");--> statement-breakpoint
CREATE INDEX "follow_then_of_user" ON "creators"."follow" USING btree ("user_id","from","creator_id");--> statement-breakpoint
CREATE UNIQUE INDEX "follow_now" ON "creators"."follow" USING btree ("user_id","creator_id") WHERE until is null;--> statement-breakpoint
CREATE INDEX "follow_now_of_user" ON "creators"."follow" USING btree ("user_id","from","creator_id") WHERE until is null;--> statement-breakpoint
ALTER TABLE "creators"."follow" ADD CONSTRAINT "follow_ends_for_a_reason" CHECK (num_nulls("creators"."follow"."until", "creators"."follow"."end_reason", "creators"."follow"."end_source") in (0, 3));--> statement-breakpoint
ALTER TABLE "creators"."user" ADD CONSTRAINT "user_acquired_by_whom" CHECK (("creators"."user"."acquired_by_id" is not null) = ("creators"."user"."acquisition_source" in ('CREATOR', 'REFERRAL')));--> statement-breakpoint
INSERT INTO "creators"."role" ("user_id", "role", "from", "reason", "source") SELECT "id", 'CREATOR', "opened_at", 'PROFILE_OPENED', 'USER' FROM "creators"."creator";
