CREATE TABLE "incentives"."post_version" (
	"post_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"instrument_ids" uuid[] NOT NULL,
	"base_assets" text[] NOT NULL,
	"written_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "post_version_post_id_version_pk" PRIMARY KEY("post_id","version")
);
--> statement-breakpoint
CREATE INDEX "post_version_post_id_written_at_version_index" ON "incentives"."post_version" USING btree ("post_id","written_at","version");--> statement-breakpoint
ALTER TABLE "incentives"."post" DROP COLUMN "instrument_ids";--> statement-breakpoint
ALTER TABLE "incentives"."post" DROP COLUMN "base_assets";