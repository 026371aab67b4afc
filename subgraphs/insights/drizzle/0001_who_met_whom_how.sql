CREATE TABLE "insights"."user" (
	"id" uuid PRIMARY KEY NOT NULL,
	"identity_cluster_id" uuid NOT NULL
);
--> statement-breakpoint
ALTER TABLE "insights"."creator_reader_day" ADD COLUMN "has_viewed" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "insights"."creator_reader_day" ADD COLUMN "has_clicked" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "insights"."creator_reader_day" ADD COLUMN "has_ticket" boolean DEFAULT false NOT NULL;